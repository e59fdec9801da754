"""Rhythms: how long a person's own gap between orders is, whether she is overdue, when she comes.

Pure, over columns. Nobody is measured by a fixed number of days: a weekly buyer is dormant after
three weeks, a quarterly one after nine months.
"""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from coterie.core.clock import DAY, HOUR, to_datetime
from coterie.scores.values.orders import Buyers, Ints, Visits, starts_of

Floats = NDArray[np.float64]

ASSUMED = (0.5, 2.0)
"""The interval about the next order, in own gaps, where there are too few gaps to read it off."""

ENOUGH_GAPS = 30
_LOW, _HIGH = 0.1, 0.9


@dataclass(frozen=True)
class Rhythm:
    """Each buyer's own gap in days, and what follows; None where nobody ever came back."""

    gap: Floats
    everyone: float
    early: float
    late: float

    def dormancy(self, last: Ints, at: int) -> Floats:
        """Return how many of her own gaps have passed since a person's last order."""
        passed: Floats = (at - last) / DAY / self.gap
        return passed


def rhythm(buyers: Buyers, came: Visits, weight: float) -> Rhythm | None:
    """Measure gaps between the days on which people bought.

    A person's own gap is the geometric mean of the median of her n gaps, with weight n, and of
    everybody's (the median of such medians), with ``weight``: who has few gaps, or none, is
    measured by everybody's, who has many by her own.
    """
    gaps = np.diff(came.day)
    hers = came.profile[1:] == came.profile[:-1]
    gaps, whose = gaps[hers], came.profile[1:][hers]
    if not len(gaps):
        return None
    starts = starts_of(whose)
    counts = np.diff(np.append(starts, len(whose)))
    middles = medians(gaps, whose, starts, counts)
    everyone = float(np.median(middles))
    place = np.searchsorted(buyers.profile, whose[starts])
    number = np.zeros(len(buyers), np.int64)
    number[place] = counts
    own = np.zeros(len(buyers), np.float64)
    own[place] = np.log(middles)
    pull = weight if weight > 0 else 1e-9  # who has no gap of her own needs everybody's
    gap = np.exp((number * own + pull * np.log(everyone)) / (number + pull))
    repeated = np.repeat(gap[place], counts) if len(gaps) else gaps
    ratios = gaps / repeated
    early, late = ASSUMED
    if len(ratios) >= ENOUGH_GAPS:
        early, late = (float(np.quantile(ratios, share)) for share in (_LOW, _HIGH))
    return Rhythm(gap, everyone, early, late)


def medians(
    values: Ints, whose: NDArray[np.int32], starts: NDArray[np.intp], counts: Ints
) -> Floats:
    """Return the median of each person's values, given rows sorted by person."""
    ordered = values[np.lexsort((values, whose))]
    low, high = starts + (counts - 1) // 2, starts + counts // 2
    middle: Floats = (ordered[low] + ordered[high]) / 2
    return middle


def local_days(times: Ints, zone: ZoneInfo) -> Ints:
    """Return the day of the brand's zone that each moment falls on, counted since 1970.

    >>> local_days(np.array([0, 16 * HOUR]), ZoneInfo("Asia/Shanghai")).tolist()
    [0, 1]
    """
    days: Ints = (times + local_offsets(times, zone)) // DAY
    return days


def local_offsets(times: Ints, zone: ZoneInfo) -> Ints:
    """Return what the brand's zone adds to UTC at each moment, in milliseconds."""
    if not len(times):
        return np.empty(0, np.int64)
    since, offset = zip(*offsets(int(times.min()), int(times.max()), zone), strict=True)
    place = np.searchsorted(np.array(since, np.int64), times, side="right") - 1
    found: Ints = np.array(offset, np.int64)[place]
    return found


def offsets(first: int, last: int, zone: ZoneInfo) -> list[tuple[int, int]]:
    """Return (since, what the zone adds to UTC from then on) between two moments."""
    found = [(first, _offset(first, zone))]
    for day in range(first // DAY * DAY, last + DAY, DAY):
        if _offset(day + DAY, zone) != _offset(day, zone):
            quarters = range(day, day + DAY + 1, HOUR // 4)
            turned = next(one for one in quarters if _offset(one, zone) != _offset(day, zone))
            found = [*found, (turned, _offset(turned, zone))] if turned > first else [
                (first, _offset(first, zone))
            ]  # fmt: skip
    return found


def _offset(moment: int, zone: ZoneInfo) -> int:
    added = to_datetime(moment).astimezone(zone).utcoffset() or timedelta()
    return added // timedelta(milliseconds=1)
