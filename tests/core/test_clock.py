from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.clock import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    WEEK,
    SystemClock,
    format_time,
    from_datetime,
    local_date,
    midnight,
    next_midnight,
    parse_duration,
    parse_time,
    read_moment,
    to_datetime,
    zone,
)
from coterie.core.errors import Invalid

UTC_ZONE = ZoneInfo("UTC")
SHANGHAI = ZoneInfo("Asia/Shanghai")
ZONES = ("Asia/Shanghai", "Europe/Rome", "America/Sao_Paulo", "America/Havana", "Pacific/Apia")
MOMENTS = st.integers(0, 4_102_444_800_000)
"""From 1970 to 2100."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", 90 * SECOND),
        ("15m", 15 * MINUTE),
        ("12h", 12 * HOUR),
        ("30d", 30 * DAY),
        ("2w", 2 * WEEK),
        ("0s", 0),
    ],
)
def test_a_duration_is_exact_milliseconds(text: str, expected: int) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    "text", ["", "30", "d", "1.5h", "-1d", "1 d", "1D", "1y", "1mo", "1d12h", "１d", 30, None, True]
)
def test_what_is_no_duration_is_refused_with_its_path(text: object) -> None:
    with pytest.raises(Invalid) as caught:
        parse_duration(text, "all[1].did.within")
    assert caught.value.path == "all[1].did.within"
    assert "30d" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31T09:30:00Z", datetime(2026, 1, 31, 9, 30, tzinfo=UTC)),
        ("2026-01-31T09:30:00.250+08:00", datetime(2026, 1, 31, 1, 30, 0, 250_000, tzinfo=UTC)),
        ("2026-01-31T09:30:00-0330", datetime(2026, 1, 31, 13, 0, tzinfo=UTC)),
        ("2026-01-31 09:30", datetime(2026, 1, 31, 1, 30, tzinfo=UTC)),
        ("2026-01-31", datetime(2026, 1, 30, 16, 0, tzinfo=UTC)),
        ("1969-12-31T23:59:59.999Z", datetime(1969, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)),
    ],
)
def test_a_time_without_an_offset_is_in_the_zone_given(text: str, expected: datetime) -> None:
    assert parse_time(text, SHANGHAI) == from_datetime(expected)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "20260131",
        "2026W051",
        "2026-W05-1",
        "1767225600",
        "20120101112",
        "2026-02-30",
        "2026-01-31T25:00",
        "2026-01-31x",
        "31.01.2026",
        "yesterday",
    ],
)
def test_week_dates_digit_runs_and_days_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_time(text, UTC_ZONE)
    assert "2026-01-31T09:30:00Z" in caught.value.hint


def test_finer_digits_are_cut_never_rounded_up() -> None:
    assert parse_time("1970-01-01T00:00:00.001999Z", UTC_ZONE) == 1
    assert parse_time("1969-12-31T23:59:59.998999Z", UTC_ZONE) == -2


@given(MOMENTS)
def test_a_moment_comes_back_from_its_text(moment: int) -> None:
    assert parse_time(format_time(moment), SHANGHAI) == moment
    assert from_datetime(to_datetime(moment)) == moment


@given(MOMENTS, st.integers(-14 * 60, 14 * 60))
def test_the_offset_changes_nothing_of_the_moment(moment: int, minutes: int) -> None:
    elsewhere = to_datetime(moment).astimezone(timezone(timedelta(minutes=minutes)))
    assert parse_time(elsewhere.isoformat(), SHANGHAI) == moment


@pytest.mark.parametrize(
    ("where", "day", "expected"),
    [
        ("Europe/Rome", date(2026, 3, 29), "2026-03-28T23:00:00Z"),
        ("Europe/Rome", date(2026, 3, 30), "2026-03-29T22:00:00Z"),
        # midnight is skipped: the day begins at one o'clock
        ("America/Sao_Paulo", date(2018, 11, 4), "2018-11-04T03:00:00Z"),
        # midnight comes twice: the day begins with the first
        ("America/Havana", date(2025, 11, 2), "2025-11-02T04:00:00Z"),
        # the whole day is skipped: it begins when the next one does
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-30T10:00:00Z"),
        ("Pacific/Apia", date(2011, 12, 31), "2011-12-30T10:00:00Z"),
    ],
)
def test_midnight_is_the_first_moment_of_the_day(where: str, day: date, expected: str) -> None:
    assert midnight(day, ZoneInfo(where)) == parse_time(expected, UTC_ZONE)


def test_a_day_of_changing_clocks_has_23_or_25_hours() -> None:
    rome = ZoneInfo("Europe/Rome")
    spring, autumn = midnight(date(2026, 3, 29), rome), midnight(date(2026, 10, 25), rome)
    assert next_midnight(spring, rome) - spring == 23 * HOUR
    assert next_midnight(autumn, rome) - autumn == 25 * HOUR


@given(MOMENTS, st.sampled_from(ZONES))
def test_every_moment_lies_in_its_own_day(moment: int, name: str) -> None:
    where = ZoneInfo(name)
    day = local_date(moment, where)
    assert midnight(day, where) <= moment < next_midnight(moment, where)
    assert local_date(midnight(day, where), where) == day


def test_an_unknown_zone_is_refused_by_name() -> None:
    assert zone("Asia/Shanghai").key == "Asia/Shanghai"
    for name in ("Mars/Olympus", "", "../etc/passwd", "Asia"):
        with pytest.raises(Invalid, match="unknown time zone"):
            zone(name)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1970-01-02", DAY - 8 * HOUR),
        (86_400, DAY),
        (1_767_225_600_000, 1_767_225_600_000),
        (1.5, 1_500),
        (-86_400, -DAY),
        (True, None),
        (None, None),
        ("86400", None),
        ("2026-W05-1", None),
        (float("nan"), None),
        (float("inf"), None),
        (10**14, None),
        ([], None),
    ],
)
def test_a_stored_value_is_read_as_a_moment_or_none(value: object, expected: int | None) -> None:
    assert read_moment(value, SHANGHAI) == expected


def test_a_shifted_clock_runs_with_the_machine() -> None:
    before = from_datetime(datetime.now(UTC))
    shown = SystemClock(-DAY).now() + DAY
    assert before <= shown <= from_datetime(datetime.now(UTC))
