"""When schedules come round: the next time, the last time, clocks that are put forward and back."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.core.clock import HOUR, from_datetime, to_datetime
from coterie.journeys.recurring import last_time, next_time

BERLIN = ZoneInfo("Europe/Berlin")
FIRST = date(2026, 1, 1)
START = from_datetime(datetime(2026, 1, 1, tzinfo=UTC))
RULES = (
    "FREQ=HOURLY", "FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "FREQ=WEEKLY;BYDAY=TH;BYHOUR=5",
    "FREQ=MONTHLY;BYMONTHDAY=-1;BYHOUR=23", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU",
    "FREQ=DAILY;COUNT=30", "FREQ=DAILY;UNTIL=20260601T000000Z", "RRULE:freq=yearly;bymonth=3",
)  # fmt: skip


@settings(max_examples=60)
@given(
    st.sampled_from(RULES), st.sampled_from(("Europe/Berlin", "Asia/Kolkata", "Pacific/Apia")),
    st.integers(0, 400 * 24 * 60),
)  # fmt: skip
def test_the_next_is_later_and_nothing_lies_between(rule: str, zone: str, minutes: int) -> None:
    where, now = ZoneInfo(zone), START + minutes * 60_000
    following = next_time(rule, FIRST, where, now)
    last = last_time(rule, FIRST, where, START - 1, now)
    assert last is None or last <= now
    if following is not None:
        assert following > now
        assert last_time(rule, FIRST, where, now, following) == following
        assert last_time(rule, FIRST, where, now, following - 1) is None
    if last is not None:
        assert next_time(rule, FIRST, where, last - 1) == last


def test_the_hour_on_the_wall_stays_when_the_clocks_change() -> None:
    moment, found = from_datetime(datetime(2026, 3, 27, tzinfo=UTC)), []
    for _ in range(4):
        following = next_time("FREQ=DAILY;BYHOUR=8", FIRST, BERLIN, moment)
        assert following is not None
        found.append(to_datetime(following))
        moment = following
    assert {at.astimezone(BERLIN).hour for at in found} == {8}
    assert [later - earlier for earlier, later in pairwise(found)] == [
        timedelta(days=1), timedelta(hours=23), timedelta(days=1),
    ]  # fmt: skip


def test_every_hour_that_comes_twice_comes_once() -> None:
    moment, times = from_datetime(datetime(2026, 10, 24, 22, tzinfo=UTC)), 0
    end = moment + 26 * HOUR
    while (following := next_time("FREQ=HOURLY", FIRST, BERLIN, moment)) is not None:
        if following > end:
            break
        moment, times = following, times + 1
    assert times == 25


@pytest.mark.parametrize("rule", ["FREQ=DAILY;COUNT=3", "FREQ=DAILY;UNTIL=20260103"])
def test_what_ends_comes_no_more(rule: str) -> None:
    assert next_time(rule, FIRST, BERLIN, START + 90 * 24 * HOUR) is None
