"""The pace of a channel: as early as its limits allow, never more in any span."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.clock import DAY, HOUR, MINUTE, SECOND, from_datetime
from coterie.messaging.limits.model import Limit, Span
from coterie.messaging.limits.pace import Pace, end_of_span, lasts

ZONE = ZoneInfo("Asia/Shanghai")
NOON = from_datetime(datetime(2026, 1, 31, 12, tzinfo=ZONE))


def limit(number: int, span: Span, *, calendar: bool = False) -> Limit:
    return Limit("sms", "rate", number, span, calendar, "sender", since=0)


def moments(limits: list[Limit], number: int, uses: tuple[tuple[int, int], ...] = ()) -> list[int]:
    pace = Pace(limits, uses, NOON, ZONE)
    return [pace.next() - NOON for _ in range(number)]


def test_the_first_go_now_and_the_others_as_room_comes() -> None:
    assert moments([limit(2, "second")], 5) == [0, 0, SECOND, SECOND, 2 * SECOND]
    assert moments([], 3) == [0, 0, 0]
    assert moments([limit(2, "minute")], 2, ((NOON - 30 * SECOND, 1),)) == [0, 30 * SECOND]
    assert moments([limit(2, "minute", calendar=True)], 2, ((NOON - 30 * SECOND, 2),)) == [0, 0]


def test_the_tightest_limit_rules_each_stretch() -> None:
    both = [limit(2, "second"), limit(3, "minute")]
    assert moments(both, 5) == [0, 0, SECOND, MINUTE, MINUTE]


@pytest.mark.parametrize(
    ("span", "end"),
    [
        ("minute", NOON + MINUTE),
        ("hour", NOON + HOUR),
        ("day", NOON + 12 * HOUR),
        ("week", NOON + 36 * HOUR),  # 31 January 2026 is a Saturday
        ("month", NOON + 12 * HOUR),
    ],
)
def test_spans_of_the_calendar_end_with_it(span: Span, end: int) -> None:
    assert end_of_span(limit(1, span, calendar=True), NOON, ZONE) == end
    assert moments([limit(1, span, calendar=True)], 2) == [0, end - NOON]


def test_how_long_many_messages_take() -> None:
    assert lasts([limit(10, "second"), limit(60, "minute")], 600) == 9 * MINUTE
    assert lasts([], 10**9) == 0


SPANS = st.sampled_from(["second", "minute", "hour", "day"])


@given(
    st.lists(st.tuples(st.integers(1, 4), SPANS, st.booleans()), min_size=1, max_size=3),
    st.lists(st.tuples(st.integers(0, 90_000), st.integers(1, 3)), max_size=6),
    st.integers(1, 25),
)
def test_no_span_ever_holds_more_than_a_limit(
    wanted: list[tuple[int, Span, bool]], before: list[tuple[int, int]], number: int
) -> None:
    limits = [limit(n, span, calendar=calendar) for n, span, calendar in wanted]
    past = Pace(limits, (), NOON - DAY, ZONE)  # what went before kept to the limits, too
    uses = sorted((past.next(), 1) for _ in before)
    uses = [use for use in uses if use[0] <= NOON]
    pace = Pace(limits, uses, NOON, ZONE)
    given = [pace.next() for _ in range(number)]
    assert given == sorted(given) and given[0] >= NOON
    all_of_them = [moment for moment, _ in uses] + given
    for each in limits:
        for moment in all_of_them:
            if each.calendar:
                end = end_of_span(each, moment, ZONE)
                together = sum(end_of_span(each, other, ZONE) == end for other in all_of_them)
            else:
                together = sum(moment <= other < moment + each.length for other in all_of_them)
            assert together <= each.number
