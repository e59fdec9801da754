"""What the timelines of a few people tell, as the columns that everybody's are read into. Pure."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from coterie.core.numbers import scaled
from coterie.events.model import Logged
from coterie.scores.values.model import COMPLETED, REFUNDED, STEPS
from coterie.scores.values.orders import BOUGHT, CANCELLED, GAVE_BACK, NO_AMOUNT, NO_KEY, Told
from coterie.scores.values.people import Counts

Timelines = Mapping[int, Sequence[Logged]]

_KINDS = {COMPLETED: BOUGHT, REFUNDED: GAVE_BACK}


def told_of(timelines: Timelines, at: int) -> Told:
    """Read what timelines tell of orders by a moment."""
    keys: dict[tuple[Any, ...], int] = {}
    rows = [
        (
            profile, event.time, event.seq, _KINDS.get(event.name, CANCELLED),
            _key(profile, event, keys),
            NO_AMOUNT if event.amount is None else event.amount,
            NO_AMOUNT if (margin := scaled(event.properties.get("margin"))) is None else margin,
        )
        for profile, events in timelines.items()
        for event in events
        if event.name in STEPS and event.time <= at
    ]  # fmt: skip
    table = np.array(rows, np.int64).reshape(len(rows), 7).T
    people, kinds = table[0].astype(np.int32), table[3].astype(np.int8)
    return Told(people, table[1], table[2], kinds, table[4], table[5], table[6])


def _key(profile: int, event: Logged, keys: dict[tuple[Any, ...], int]) -> int:
    number, shop = event.properties.get("order_id"), event.properties.get("shop") or ""
    if number in (None, ""):
        return NO_KEY
    named = (str(shop), str(number)) if shop else (profile, "", str(number))
    return keys.setdefault(named, len(keys))


def futures(timelines: Timelines, at: int) -> dict[int, int]:
    """Find when the next order, refund or cancellation of each comes that lies after a moment."""
    ahead = {
        profile: [one.time for one in events if one.name in STEPS and one.time > at]
        for profile, events in timelines.items()
    }
    return {profile: min(times) for profile, times in ahead.items() if times}


def last_of(timelines: Timelines, names: Collection[str], at: int) -> Counts:
    """Read when people last did one of some events by a moment."""
    last = {
        profile: max(times)
        for profile, events in timelines.items()
        if (times := [one.time for one in events if one.name in names and one.time <= at])
    }
    people = sorted(last)
    return Counts(np.array(people, np.int32), np.array([last[p] for p in people], np.int64))
