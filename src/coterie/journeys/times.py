"""When a wait is over: clock times in a person's zone, and moments named by a property.

Pure. Law (semantics 5): a time that daylight saving skips is the next valid minute, one that it
repeats is the first; an unknown zone is the brand's.
"""

from collections.abc import Mapping, Set
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from coterie.core import clock
from coterie.core.clock import from_datetime, local_date, read_moment
from coterie.core.errors import Invalid
from coterie.segments.person.operators import look_up

EVERY_DAY = frozenset(range(7))
_MINUTES_A_DAY = 1_440
_NOWHERE: Mapping[str, ZoneInfo] = {}


def zone_of(
    traits: Mapping[str, Any], brand: ZoneInfo, stores: Mapping[str, ZoneInfo] = _NOWHERE
) -> ZoneInfo:
    """Return the zone of a person's trait ``timezone``, else her store's, else the brand's."""
    name = traits.get("timezone")
    if isinstance(name, str) and name:
        try:
            return clock.zone(name)
        except Invalid:
            pass  # what is no zone says nothing
    store = traits.get("store") if stores else None
    return stores.get(store, brand) if isinstance(store, str) else brand


def next_local(now: int, minute: int, days: Set[int], where: ZoneInfo) -> int:
    """Return the first moment from ``now`` on (now included) that is that minute of such a day.

    ``days`` are weekdays in the zone, Monday is 0; not empty. Seconds are zero.
    """
    # one day back: with daylight saving a skipped time may become one of the day after
    day = local_date(now, where) - timedelta(days=1)
    while True:
        if day.weekday() in days:
            wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)
            moment = moment_of(wall, where)
            if moment >= now:
                return moment
        day += timedelta(days=1)


def moment_of(wall: datetime, where: ZoneInfo) -> int:
    """Turn a wall-clock time into a moment: repeated, the first; skipped, the next valid minute."""
    for skipped in range(_MINUTES_A_DAY + 1):
        local = (wall + timedelta(minutes=skipped)).replace(tzinfo=where, fold=0)
        if local.astimezone(UTC).astimezone(where).replace(tzinfo=None, fold=0) == (
            local.replace(tzinfo=None)
        ):
            return from_datetime(local)
    return from_datetime(wall.replace(tzinfo=where))  # no zone ever skipped more than a day


def named_moment(
    path: str, properties: Mapping[str, Any], traits: Mapping[str, Any], where: ZoneInfo
) -> int | None:
    """Read the moment that a property names, or where it has none the trait; None if unreadable.

    ISO 8601 (without an offset: in ``where``), seconds or milliseconds since the epoch.
    """
    value = look_up(properties, path)
    return read_moment(look_up(traits, path) if value is None else value, where)
