"""Everybody's values at a moment, put together from what the log tells: pure, over columns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from coterie.core.clock import DAY, local_date, midnight
from coterie.core.numbers import SCALE
from coterie.scores.values import classes, fitting
from coterie.scores.values.model import ANGLES, CLASSES, SHAPES, Model, Settings
from coterie.scores.values.orders import Buyers, Ints, Orders, People, Told, Visits, netted, visits
from coterie.scores.values.orders import buyers as gathered
from coterie.scores.values.rhythm import Rhythm, local_days, rhythm

Floats = NDArray[np.float64]
Columns = Mapping[str, tuple[People, Floats]]
"""What is told of people, by the trait's name; NaN is nothing."""

NONE = len(CLASSES)


@dataclass(frozen=True)
class Counts:
    """A number for each of some people, sorted."""

    profile: People
    number: Ints


@dataclass(frozen=True)
class Living:
    """Everybody who may be told of, sorted, and the place of each one's bucket key."""

    profile: People
    tie: Ints

    def ties(self, profiles: People) -> Ints:
        """Return the places of the bucket keys of some people, all of whom are here."""
        return self.tie[np.searchsorted(self.profile, profiles)]


@dataclass(frozen=True)
class Sources:
    """What the log tells up to a moment: orders, the last signals of intent, and two counts."""

    told: Told
    intents: Counts
    living: Living
    advocacy: Counts
    reviews: Counts


@dataclass(frozen=True)
class Classes:
    """The four classes of everybody who is, or might have been, in one; ``main`` is a number."""

    profile: People
    flags: Mapping[str, NDArray[np.bool_]]

    @property
    def main(self) -> Ints:
        """The first class of each, as its place in ``CLASSES``; ``NONE`` of who is in none."""
        return np.select(
            [self.flags[name] for name in CLASSES], list(range(NONE)), default=NONE
        ).astype(np.int64)


@dataclass(frozen=True)
class Values:
    """All values at a moment, and what the report is made of."""

    at: int
    columns: Columns
    classes: Classes
    buyers: Buyers
    came: Visits
    rhythm: Rhythm | None
    angles: Mapping[str, Floats] = field(default_factory=dict)


def day_of(at: int, zone: ZoneInfo) -> int:
    """Return the number of the brand's day that a moment falls on."""
    return int(local_days(np.array([at], np.int64), zone)[0])


def gather(
    told: Told, at: int, settings: Settings, zone: ZoneInfo
) -> tuple[Orders, Buyers, Visits]:
    """Return what orders told by a moment make of people."""
    orders = netted(told)
    day = local_days(orders.time, zone)
    people = gathered(orders, day, at - settings.spend_days * DAY, at - settings.loyal_days * DAY)
    return orders, people, visits(orders, day)


def lifecycle(
    orders: Orders, buyers: Buyers, intents: Counts, tie: Ints, at: int, settings: Settings
) -> Classes:
    """Sort people into the four classes, which overlap.

    Purchased: has an order that counts. Intended: has none, and showed an intent within
    ``intent_days`` (one of the events so called, an order given back, or its giving back). Loyal:
    bought on ``loyal_orders`` days within ``loyal_days``, and once within ``loyal_recency_days``.
    High value: of the fewest people who bring ``high_value_share`` of the sales of ``spend_days``.
    """
    since = at - settings.intent_days * DAY
    lost = orders.lost_profile[orders.lost_time > since]
    wants = intents.profile[intents.number > since]
    people = np.unique(np.concatenate([buyers.profile, orders.lost_profile, intents.profile]))
    bought = np.isin(people, buyers.profile)
    wanted = np.isin(people, np.concatenate([lost, wants]))
    flags = {name: np.zeros(len(people), np.bool_) for name in CLASSES}
    flags["purchased"] = bought
    flags["intended"] = wanted & ~bought
    flags["loyal"][bought] = classes.loyal(buyers, at, settings, DAY)
    flags["high_value"][bought] = classes.high_value(buyers.recent, tie, settings.high_value_share)
    return Classes(people, flags)


def worked_out(
    sources: Sources, at: int, settings: Settings, model: Model, zone: ZoneInfo
) -> Values:
    """Work everybody's values out of what the log tells at a moment."""
    orders, buyers, came = gather(sources.told, at, settings, zone)
    tie = sources.living.ties(buyers.profile)
    found = lifecycle(orders, buyers, sources.intents, tie, at, settings)
    columns: dict[str, tuple[People, Floats]] = {**class_columns(found), **order_columns(buyers)}
    known = fitting.predictions(model, buyers, at, day_of(at, zone), settings.horizon_days)
    rounding = {"p_alive": 3, "expected_orders": 3, "expected_value": 2}
    for name, values in known.items():
        columns[f"value.{name}"] = buyers.profile, np.round(values, rounding[name])
    people, angles = _angles(buyers, sources, known)
    columns |= _angle_columns(people, angles, settings)
    scores = zip(
        ("recency", "frequency", "monetary", "cell"), classes.rfm(buyers, tie), strict=True
    )
    columns |= {
        f"rfm.{name}": (buyers.profile, number.astype(np.float64)) for name, number in scores
    }
    beat = rhythm(buyers, came, settings.gap_weight)
    if beat is not None:
        columns |= _rhythm_columns(buyers, beat, at, settings, zone)
    whole = {name: columns.get(name, _NOBODY) for name in SHAPES if name not in HOURS}
    return Values(at, whole, found, buyers, came, beat, angles)


HOURS = ("rhythm.best_hour", "rhythm.best_hour_basis")
_NOBODY = np.empty(0, np.int32), np.empty(0, np.float64)


def class_columns(found: Classes) -> Columns:
    """Tell the classes; who is in none of them now, but might have been, has only falsehoods."""
    main = np.where(found.main == NONE, np.nan, found.main)
    told = {f"lifecycle.{name}": flag.astype(np.float64) for name, flag in found.flags.items()}
    return {name: (found.profile, one) for name, one in {**told, "lifecycle.class": main}.items()}


def order_columns(buyers: Buyers) -> Columns:
    """Tell what a person's orders come to: money in the brand's currency."""
    told = {
        "value.orders": buyers.orders.astype(np.float64),
        "value.spend": buyers.spend / SCALE,
        "value.average": np.round(buyers.spend / np.maximum(buyers.orders, 1) / SCALE, 4),
        "value.first_order": buyers.first.astype(np.float64),
        "value.last_order": buyers.last.astype(np.float64),
    }
    return {name: (buyers.profile, values) for name, values in told.items()}


def _angles(
    buyers: Buyers, sources: Sources, known: Mapping[str, Floats]
) -> tuple[People, Mapping[str, Floats]]:
    """Return the angles that anybody has a value of, for everybody who has any."""
    found: dict[str, tuple[People, Floats]] = {
        "spend": (buyers.profile, buyers.recent.astype(np.float64)),
        "frequency": (buyers.profile, buyers.recent_orders.astype(np.float64)),
        "margin": (buyers.profile[buyers.has_margin],
                   buyers.margin[buyers.has_margin].astype(np.float64)),
        "advocacy": (sources.advocacy.profile, sources.advocacy.number.astype(np.float64)),
        "reviews": (sources.reviews.profile, sources.reviews.number.astype(np.float64)),
    }  # fmt: skip
    if "expected_value" in known:
        found["expected"] = buyers.profile, np.round(known["expected_value"], 2)
    some = {name: (who[worth > 0], worth[worth > 0]) for name, (who, worth) in found.items()}
    people = np.unique(np.concatenate([who for who, _ in some.values()]))
    angles = {}
    for name in ANGLES:
        if name in some and len(some[name][0]):
            angles[name] = np.full(len(people), np.nan)
            angles[name][np.searchsorted(people, some[name][0])] = some[name][1]
    return people, angles


def _angle_columns(people: People, angles: Mapping[str, Floats], settings: Settings) -> Columns:
    if not angles:
        return {}
    percent = {name: classes.percentiles(values) for name, values in angles.items()}
    high = sum(
        (values >= settings.high_percentile).astype(np.float64) for values in percent.values()
    )
    columns = {
        f"value.percentile.{name}": (people, np.round(values, 1))
        for name, values in percent.items()
    }
    columns["value.angles_high"] = people, np.asarray(high, np.float64)
    columns["value.front"] = people, classes.front(angles).astype(np.float64)
    return columns


def _rhythm_columns(
    buyers: Buyers, beat: Rhythm, at: int, settings: Settings, zone: ZoneInfo
) -> Columns:
    passed = beat.dormancy(buyers.last, at)
    told = {
        "rhythm.gap_days": np.round(beat.gap, 1),
        "rhythm.dormancy": np.round(passed, 2),
        "rhythm.dormant": (passed >= settings.dormant_at).astype(np.float64),
    }
    for name, times in (("", 1.0), ("_from", beat.early), ("_until", beat.late)):
        ahead = buyers.last_day + np.maximum(np.round(beat.gap * times), 1).astype(np.int64)
        told[f"rhythm.next_order{name}"] = _midnights(ahead, zone).astype(np.float64)
    return {name: (buyers.profile, values) for name, values in told.items()}


def _midnights(days: Ints, zone: ZoneInfo) -> Ints:
    """Return the first moments of days counted since 1970, in the brand's zone."""
    different, places = np.unique(days, return_inverse=True)
    first = np.array([_midnight(int(day), zone) for day in different], np.int64)
    return first[places] if len(first) else days


def _midnight(day: int, zone: ZoneInfo) -> int:
    return midnight(local_date(day * DAY + DAY // 2, ZoneInfo("UTC")), zone)
