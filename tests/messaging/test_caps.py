"""Caps by themselves: of a channel, of a kind, over calendars and over any so many hours."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.clock import DAY, HOUR, from_datetime, local_date
from coterie.core.errors import Invalid
from coterie.messaging.caps import Cap, Slot, broken, parse
from coterie.messaging.model import Reason

ZONE = ZoneInfo("Asia/Shanghai")


def at(month: int, day: int, hour: int = 12) -> int:
    return from_datetime(datetime(2026, month, day, hour, tzinfo=ZONE))


@pytest.mark.parametrize(
    ("text", "cap"),
    [
        ("email 1/day", Cap(1, "day", "email")),
        ("commercial 3/7d", Cap(3, 7 * DAY, touch="commercial")),
        (" wecom  commercial 12 / month ", Cap(12, "month", "wecom", "commercial")),
        ("emotional sms 0/24h", Cap(0, DAY, "sms", "emotional")),
    ],
)
def test_a_cap_in_words(text: str, cap: Cap) -> None:
    assert parse(text) == cap
    assert parse(str(cap)) == cap


@pytest.mark.parametrize(
    "text",
    ["", "2/day", "email", "email 1", "email /day", "email 1/fortnight", "email 1/0d",
     "email 1/999d", "email sms 1/day", "emotional commercial 1/day", "service 1/day",
     "email -1/day"],
)  # fmt: skip
def test_what_is_no_cap_says_how_to_write_one(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(text)
    assert refused.value.path == "caps"
    assert refused.value.hint


@pytest.mark.parametrize(
    ("cap", "other", "now", "free"),
    [
        ("email 1/day", at(1, 10, 0), at(1, 10, 23), False),
        ("email 1/day", at(1, 10, 23), at(1, 11, 0), True),
        ("email 1/24h", at(1, 10, 23), at(1, 11, 0), False),
        ("email 1/24h", at(1, 10, 12), at(1, 11, 12), True),
        ("email 1/week", at(1, 11, 23), at(1, 12, 0), True),  # a Monday begins
        ("email 1/week", at(1, 12, 0), at(1, 18, 23), False),
        ("email 1/month", at(1, 31, 23), at(2, 1, 0), True),
        ("email 1/month", at(1, 1, 0), at(1, 31, 23), False),
        ("email 1/7d", at(1, 12), at(1, 10), False),  # planned later, and shares a week with it
    ],
)
def test_spans(cap: str, other: int, now: int, free: bool) -> None:
    slots = [Slot(other, "email", "commercial")]
    assert (broken(now, "email", "commercial", slots, [parse(cap)], ZONE) is None) is free


def test_a_cap_counts_what_it_concerns() -> None:
    noon = at(1, 10)
    slots = [Slot(noon, "email", "commercial"), Slot(noon, "sms", "emotional")]

    def held(text: str, channel: str, touch: str) -> Reason | None:
        cap = broken(noon, channel, touch, slots, [parse(text)], ZONE)
        return None if cap is None else cap.reason

    assert held("email 1/day", "email", "emotional") == Reason.CAP_CHANNEL
    assert held("email 1/day", "sms", "emotional") is None
    assert held("commercial 1/day", "sms", "commercial") == Reason.CAP_TOUCH
    assert held("commercial 1/day", "sms", "emotional") is None
    assert held("email commercial 1/day", "email", "emotional") is None
    assert held("email commercial 1/day", "email", "commercial") == Reason.CAP_CHANNEL


@given(
    st.lists(st.tuples(st.integers(0, 24 * 40), st.sampled_from(["email", "sms"])), max_size=60),
    st.sampled_from(["email 2/day", "email 3/week", "email 3/month", "email 2/36h"]),
)
def test_no_span_holds_more(asked: list[tuple[int, str]], text: str) -> None:
    cap, slots = parse(text), list[Slot]()
    for hour, channel in sorted(asked):
        due = at(1, 5, 0) + hour * HOUR
        if broken(due, channel, "commercial", slots, [cap], ZONE) is None:
            slots.append(Slot(due, channel, "commercial"))
    mine = [slot.due for slot in slots if slot.channel == "email"]
    if isinstance(cap.span, int):
        length = cap.span
        assert all(sum(a <= b < a + length for b in mine) <= cap.number for a in mine)
    else:
        days = [local_date(due, ZONE) for due in mine]
        of = {
            "day": str,
            "week": lambda d: d.isocalendar()[:2],
            "month": lambda d: (d.year, d.month),
        }
        spans = [of[cap.span](day) for day in days]
        assert all(spans.count(span) <= cap.number for span in spans)
    assert [slot for slot in slots if slot.channel == "sms"] == [
        Slot(at(1, 5, 0) + hour * HOUR, "sms", "commercial")
        for hour, c in sorted(asked)
        if c == "sms"
    ]
