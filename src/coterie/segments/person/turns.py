"""When time alone may turn a test on a value, or whether an event counts. For ``horizon``."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from coterie.core.clock import local_date, midnight, read_moment
from coterie.events.model import Logged
from coterie.segments.language.conditions_parse import is_calendar_word
from coterie.segments.model import Condition, Matching, World
from coterie.segments.person.days import add_days, days_of
from coterie.segments.person.operators import look_up

YEARS_AHEAD = 12
_BEYOND_ANY_WORD = 366 * 1_001


def event_turns(event: Logged, matching: Matching, world: World) -> set[int]:
    """Find the moments after now at which an event may begin or cease to count."""
    within = matching.window.within
    leaves = event.time + within + 1 if within is not None else None
    if leaves is not None and leaves <= world.now:
        return set()
    found = {moment for moment in (event.time, leaves) if moment is not None and moment > world.now}
    for test in matching.where:
        value = look_up(event.properties, test.path)
        if value is not None:
            found.update(turns(test, value, world.now, world.zone, None))
    return found


def turns(test: Condition, value: Any, now: int, zone: ZoneInfo, since: int | None) -> list[int]:
    """Find the moments after now at which a test on a value may turn, in order."""
    if test.op in ("unchanged_for", "changed_within"):
        found = [] if since is None else [since + (test.duration or 0)]
    else:
        moment = read_moment(value, zone)
        found = [] if moment is None else _turns_of_moment(test, moment, now, zone)
    return sorted({turn for turn in found if turn > now})


def _turns_of_moment(test: Condition, moment: int, now: int, zone: ZoneInfo) -> list[int]:
    duration = test.duration or 0
    if test.op == "within_last":
        return [moment, moment + duration + 1]
    if test.op == "within_next":
        return [moment - duration, moment + 1]
    if test.op == "anniversary":
        return list(_anniversaries(moment, test.value, now, zone))
    if test.op in ("in", "not_in", "contains", "not_contains", "starts_with", "ends_with",
                   "matches", "all_of", "any_of", "none_of"):  # fmt: skip
        return []
    asked = test.value if isinstance(test.value, tuple) else (test.value,)
    return [
        turn
        for word in asked
        if is_calendar_word(word)
        for edge in (0, 1)
        if (turn := _when_passed(moment, word, edge, now, zone)) is not None
    ]


def _when_passed(moment: int, word: str, edge: int, now: int, zone: ZoneInfo) -> int | None:
    """Find the midnight at which a word's days first begin (or end) after a moment.

    They move forward only, so the day can be searched by halves.
    """
    today = local_date(now, zone)

    def is_passed(day: date) -> bool:
        return midnight(days_of(word, day)[edge], zone) > moment

    low, high = today, _far_day(moment, today, zone)
    if is_passed(low) or not is_passed(high):
        return None
    while (high - low).days > 1:
        middle = add_days(low, (high - low).days // 2)
        low, high = (low, middle) if is_passed(middle) else (middle, high)
    return midnight(high, zone)


def _far_day(moment: int, today: date, zone: ZoneInfo) -> date:
    try:
        return add_days(max(local_date(moment, zone), today), _BEYOND_ANY_WORD)
    except OverflowError:  # before the year 1, so passed already
        return add_days(today, 1)


def _anniversaries(moment: int, ahead: int, now: int, zone: ZoneInfo) -> Iterator[int]:
    try:
        of = local_date(moment, zone)
    except OverflowError:
        return
    this_year = local_date(now, zone).year
    for year in range(this_year - 1, this_year + YEARS_AHEAD):
        try:
            day = of.replace(year=year)
        except ValueError:  # 29 February in a common year
            day = date(year, 2, 28)
        day = add_days(day, -ahead)
        yield midnight(day, zone)
        yield midnight(add_days(day, 1), zone)
