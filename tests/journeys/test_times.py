"""When waits are over: weekdays, zones, daylight saving (semantics 5)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.clock import DAY, MINUTE, from_datetime, to_datetime
from coterie.journeys.times import EVERY_DAY, named_moment, next_local, zone_of

BERLIN = ZoneInfo("Europe/Berlin")
SHANGHAI = ZoneInfo("Asia/Shanghai")
ZONES = [ZoneInfo(name) for name in (
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai", "Pacific/Apia",
)]  # fmt: skip


def local(text: str, zone: ZoneInfo = BERLIN, fold: int = 0) -> int:
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold))


def at(hour: int, minute: int = 0) -> int:
    return hour * 60 + minute


def test_the_next_such_time_is_today_or_tomorrow_and_now_itself_counts() -> None:
    assert next_local(local("2026-01-05T19:00"), at(20), EVERY_DAY, BERLIN) == local(
        "2026-01-05T20:00"
    )
    assert next_local(local("2026-01-05T20:00"), at(20), EVERY_DAY, BERLIN) == local(
        "2026-01-05T20:00"
    )
    late = local("2026-01-05T20:00") + 1
    assert next_local(late, at(20), EVERY_DAY, BERLIN) == local("2026-01-06T20:00")


def test_a_weekday_is_one_of_the_persons_zone() -> None:
    # Wednesday evening in UTC is Thursday morning in Shanghai
    now = from_datetime(datetime(2026, 1, 7, 20, tzinfo=UTC))
    assert next_local(now, at(5), {3}, SHANGHAI) == local("2026-01-08T05:00", SHANGHAI)
    assert next_local(now, at(3), {3}, SHANGHAI) == local("2026-01-15T03:00", SHANGHAI)


def test_a_time_that_daylight_saving_skips_is_the_next_valid_minute() -> None:
    # Berlin, 29 March 2026: 02:00 becomes 03:00
    eve = local("2026-03-28T12:00")
    assert next_local(eve, at(2, 30), EVERY_DAY, BERLIN) == local("2026-03-29T03:00")
    after = local("2026-03-29T03:01")
    assert next_local(after, at(2, 30), EVERY_DAY, BERLIN) == local("2026-03-30T02:30")


def test_a_time_that_daylight_saving_repeats_is_the_first() -> None:
    # Berlin, 25 October 2026: 03:00 becomes 02:00
    eve = local("2026-10-24T12:00")
    first = local("2026-10-25T02:30", fold=0)
    assert next_local(eve, at(2, 30), EVERY_DAY, BERLIN) == first
    second = local("2026-10-25T02:30", fold=1)
    assert second == first + 60 * MINUTE
    assert next_local(second, at(2, 30), EVERY_DAY, BERLIN) == local("2026-10-26T02:30")


@given(
    now=st.datetimes(datetime(2015, 1, 1), datetime(2030, 1, 1)),
    minute=st.integers(0, 1_439),
    days=st.frozensets(st.integers(0, 6), min_size=1),
    zone=st.sampled_from(ZONES),
)
def test_the_law_of_next_local(
    now: datetime, minute: int, days: frozenset[int], zone: ZoneInfo
) -> None:
    moment = from_datetime(now.replace(tzinfo=UTC))
    found = next_local(moment, minute, days, zone)
    assert moment <= found <= moment + 9 * DAY
    there = to_datetime(found).astimezone(zone)
    wall = there.replace(tzinfo=None)
    if wall.hour * 60 + wall.minute == minute:
        assert there.weekday() in days and there.fold == 0
        assert (there.second, there.microsecond) == (0, 0)
    else:  # it was skipped: what was asked for does not exist, and the minute before it neither
        asked = datetime(wall.year, wall.month, wall.day) + timedelta(minutes=minute)
        assert asked < wall
        for each in (asked, wall - timedelta(minutes=1)):
            back = each.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None)
            assert back != each
    # nothing of the kind comes before: the minute before the found one, seen from now, finds it
    if found - 1 >= moment:
        assert next_local(found - 1, minute, days, zone) == found


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", 7, None, ["UTC"]])
def test_an_unknown_zone_is_the_brands(name: object) -> None:
    assert zone_of({"timezone": name}, SHANGHAI) == SHANGHAI


def test_a_known_zone_is_the_persons() -> None:
    assert zone_of({"timezone": "Europe/Berlin"}, SHANGHAI) == BERLIN


MOMENT = local("2026-02-03T04:05", SHANGHAI)


@pytest.mark.parametrize(
    "value",
    [MOMENT, MOMENT // 1_000, "2026-02-03T04:05", "2026-02-03T04:05:00+08:00", "2026-02-02T20:05Z"],
)
def test_a_moment_may_be_iso_seconds_or_milliseconds(value: object) -> None:
    assert named_moment("trial.ends", {"trial": {"ends": value}}, {}, SHANGHAI) == MOMENT


def test_the_trait_counts_where_the_event_has_none() -> None:
    traits = {"ends": MOMENT}
    assert named_moment("ends", {}, traits, SHANGHAI) == MOMENT
    assert named_moment("ends", {"ends": ""}, traits, SHANGHAI) == MOMENT
    assert named_moment("ends", {"ends": MOMENT + 1}, traits, SHANGHAI) == MOMENT + 1


@pytest.mark.parametrize("value", ["soon", True, [], None])
def test_what_cannot_be_read_is_no_moment(value: object) -> None:
    assert named_moment("ends", {"ends": value}, {}, SHANGHAI) is None
