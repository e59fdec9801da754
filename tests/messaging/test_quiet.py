from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.clock import DAY, HOUR, MINUTE, from_datetime, to_datetime
from coterie.core.errors import Invalid
from coterie.messaging.quiet import Window, end_of_quiet, local_moment, parse_window

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
ZONES = [
    BERLIN,
    NEW_YORK,
    ZoneInfo("Asia/Shanghai"),
    ZoneInfo("Australia/Lord_Howe"),  # clocks change by half an hour
    ZoneInfo("Pacific/Apia"),  # skipped a whole day in 2011
    ZoneInfo("America/Sao_Paulo"),  # skipped midnight until 2018
]
NIGHT = Window(time(22), time(6))


def at(zone: ZoneInfo, *parts: int, fold: int = 0) -> int:
    return from_datetime(datetime(*parts, tzinfo=zone, fold=fold))


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ((2026, 1, 10, 23, 0), (2026, 1, 11, 6, 0)),
        ((2026, 1, 10, 22, 0), (2026, 1, 11, 6, 0)),
        ((2026, 1, 10, 5, 59), (2026, 1, 10, 6, 0)),
        ((2026, 1, 10, 6, 0), (2026, 1, 10, 6, 0)),
        ((2026, 1, 10, 21, 59), (2026, 1, 10, 21, 59)),
        ((2026, 1, 10, 12, 0), (2026, 1, 10, 12, 0)),
    ],
)
def test_a_night_holds_until_its_end_which_is_outside(
    asked: tuple[int, ...], answer: tuple[int, ...]
) -> None:
    assert end_of_quiet(at(BERLIN, *asked), NIGHT, BERLIN) == at(BERLIN, *answer)


def test_a_window_within_the_day() -> None:
    lunch = Window(time(12), time(14))
    assert end_of_quiet(at(BERLIN, 2026, 1, 10, 13), lunch, BERLIN) == at(BERLIN, 2026, 1, 10, 14)
    assert end_of_quiet(at(BERLIN, 2026, 1, 10, 23), lunch, BERLIN) == at(BERLIN, 2026, 1, 10, 23)


@pytest.mark.parametrize(
    ("zone", "evening", "hours"),
    [
        (BERLIN, (2026, 3, 28, 23, 0), 6),  # one hour is skipped
        (BERLIN, (2026, 10, 24, 23, 0), 8),  # one hour comes twice
        (NEW_YORK, (2026, 3, 7, 23, 0), 6),
        (NEW_YORK, (2026, 10, 31, 23, 0), 8),
        (NEW_YORK, (2026, 1, 10, 23, 0), 7),
    ],
)
def test_the_night_in_which_clocks_change_ends_at_six_by_the_clock(
    zone: ZoneInfo, evening: tuple[int, ...], hours: int
) -> None:
    start = at(zone, *evening)
    end = end_of_quiet(start, NIGHT, zone)
    assert to_datetime(end).astimezone(zone).hour == 6
    assert end - start == hours * HOUR


def test_an_end_that_is_skipped_is_the_next_valid_minute() -> None:
    window = Window(time(22), time(2, 30))
    end = end_of_quiet(at(BERLIN, 2026, 3, 29, 1, 0), window, BERLIN)
    assert end == at(BERLIN, 2026, 3, 29, 3, 0)


def test_an_end_that_is_repeated_is_the_first() -> None:
    window = Window(time(22), time(2, 30))
    first = at(BERLIN, 2026, 10, 25, 2, 30)
    assert end_of_quiet(first - 1, window, BERLIN) == first
    again = at(BERLIN, 2026, 10, 25, 2, 15, fold=1)
    assert end_of_quiet(again, window, BERLIN) == again


def test_a_skipped_midnight_is_the_first_moment_of_the_day() -> None:
    sao_paulo = ZoneInfo("America/Sao_Paulo")
    moment = local_moment(date(2018, 11, 4), time(0), sao_paulo)
    assert to_datetime(moment).astimezone(sao_paulo).hour == 1


@pytest.mark.parametrize("text", ["24:00", "8", "08:60", "8 pm", ""])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="is not a time of day"):
        parse_window("22:00", text)


def test_a_window_without_length_is_refused_and_none_is_none() -> None:
    with pytest.raises(Invalid, match="no length"):
        parse_window("08:00", "8:00")
    assert parse_window("", "") is None


clocks = st.times().map(lambda each: each.replace(second=0, microsecond=0))
moments = st.one_of(
    st.integers(at(BERLIN, 2011, 1, 1), at(BERLIN, 2027, 1, 1)),
    # near the days on which some clocks change
    st.sampled_from(
        [
            at(BERLIN, 2026, 3, 29, 3),
            at(BERLIN, 2026, 10, 25, 3),
            at(NEW_YORK, 2026, 3, 8, 3),
            at(NEW_YORK, 2026, 11, 1, 2),
            at(ZoneInfo("Australia/Lord_Howe"), 2026, 4, 5, 2),
            at(ZoneInfo("Pacific/Apia"), 2011, 12, 31),
            at(ZoneInfo("America/Sao_Paulo"), 2018, 11, 4, 1),
        ]
    ).flatmap(lambda near: st.integers(near - 2 * DAY, near + 2 * DAY)),
)
windows = st.builds(
    lambda pair: Window(*pair), st.tuples(clocks, clocks).filter(lambda pair: pair[0] != pair[1])
)


@given(moments, windows, st.sampled_from(ZONES))
def test_the_end_is_later_outside_and_reached_from_everywhere_before_it(
    moment: int, window: Window, zone: ZoneInfo
) -> None:
    end = end_of_quiet(moment, window, zone)
    assert end >= moment
    assert end_of_quiet(end, window, zone) == end
    halfway = (moment + end) // 2
    assert end_of_quiet(halfway, window, zone) == end
    assert end - moment < 4 * DAY


@given(moments, windows, st.sampled_from(ZONES))
def test_a_day_on_which_no_clock_changes_is_read_off_the_clock(
    moment: int, window: Window, zone: ZoneInfo
) -> None:
    local = to_datetime(moment).astimezone(zone)
    if (
        len({to_datetime(moment + h * HOUR).astimezone(zone).utcoffset() for h in range(-72, 73)})
        > 1
    ):
        return
    clock = local.time()
    wraps = window.end < window.start
    inside = (
        clock >= window.start or clock < window.end if wraps else window.start <= clock < window.end
    )
    assert (end_of_quiet(moment, window, zone) > moment) == inside


@given(st.dates(date(2011, 1, 1), date(2027, 1, 1)), clocks, st.sampled_from(ZONES))
def test_a_local_moment_shows_its_time_or_is_where_the_clocks_jumped_over_it(
    day: date, clock: time, zone: ZoneInfo
) -> None:
    moment = local_moment(day, clock, zone)
    shown = to_datetime(moment).astimezone(zone).replace(tzinfo=None)
    wanted = datetime.combine(day, clock)
    if shown != wanted:
        before = to_datetime(moment - 1).astimezone(zone).replace(tzinfo=None)
        assert before < wanted < shown
    assert to_datetime(moment).astimezone(zone).fold == 0
    assert moment % MINUTE == 0
