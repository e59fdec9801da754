"""The touch mix by itself: whatever is asked for, no 30 days hold too much that is commercial."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.clock import DAY, HOUR
from coterie.messaging import mix
from coterie.messaging.caps import Slot
from coterie.messaging.mix import WINDOW, Ceiling, Mix

THIRTY = Ceiling(30, "house")


def sent(day: float, touch: str = "emotional") -> Slot:
    moment = round(day * DAY)
    return Slot(moment, "email", touch, "sent", moment)


def offer(day: float) -> Slot:
    return sent(day, "commercial")


def kept(slots: list[Slot], day: float, ceiling: Ceiling = THIRTY) -> bool:
    due = round(day * DAY)
    return mix.broken(due, slots, [ceiling], due) is None


def others(*days: float) -> list[Slot]:
    return [sent(day) for day in days]


@pytest.mark.parametrize(
    ("slots", "day", "may"),
    [
        ([], 0, True),
        ([offer(0)], 1, False),
        ([offer(0)], 29.99, False),
        ([offer(0)], 30, True),
        ([offer(0), *others(1, 2, 3, 4)], 5, False),
        ([offer(0), *others(1, 2, 3, 4, 5)], 6, True),
        # what lies before the first offer is gone when the window has moved past it
        ([*others(1, 2, 3, 4, 5, 6, 7), offer(8)], 9, False),
        # three offers need seven between the first and the last
        ([offer(0), *others(1, 2, 3, 4, 5), offer(6)], 12, False),
        ([offer(0), *others(1, 2, 3, 4, 5), offer(6), *others(7, 8)], 12, False),
        ([offer(0), *others(1, 2, 3, 4, 5), offer(6), *others(7, 8, 9, 10, 11)], 12, True),
    ],
)
def test_five_others_between_two_offers(slots: list[Slot], day: float, may: bool) -> None:
    assert kept(slots, day) is may


def test_what_only_waits_does_not_count_as_another_and_an_offer_that_waits_does() -> None:
    waiting = [Slot(round(day * DAY), "email", "emotional") for day in (1, 2, 3, 4, 5)]
    assert not kept([offer(0), *waiting], 6)
    assert not kept([Slot(7 * DAY, "email", "commercial")], 6)
    late = Slot(0, "email", "commercial")  # due long ago, and still here: it goes now at best
    assert mix.broken(40 * DAY, [late], [THIRTY], 40 * DAY) == THIRTY


def test_nothing_and_everything() -> None:
    assert kept([], 1, Ceiling(0, "house"))
    assert not kept([offer(0), *others(1, 2, 3, 4, 5)], 6, Ceiling(0, "house"))
    assert kept([offer(0)], 1, Ceiling(100, "house"))


def test_a_campaign_lifts_the_ceiling_and_leaves_no_trace() -> None:
    free = Ceiling(30, "community:wine", free=((2 * DAY, 4 * DAY),))
    assert kept([offer(2.5), offer(3)], 3.5, free)
    assert kept([offer(2.5), offer(3)], 5, free), "what went in the campaign counts nowhere"
    assert not kept([offer(2.5), offer(5)], 6, free)
    assert kept([offer(1)], 3.999, free)
    assert not kept([offer(1)], 4, free), "its end is not in it"


def test_all_of_her_ceilings_bind() -> None:
    slots = [offer(0), *others(1)]
    generous = Ceiling(70, "kind:customer")
    assert mix.broken(2 * DAY, slots, [generous], 2 * DAY) is None
    assert mix.broken(2 * DAY, slots, [generous, THIRTY], 2 * DAY) == THIRTY


def test_the_share_leaves_service_out() -> None:
    assert Mix(service=9).share is None
    assert Mix(emotional=3, informational=4, service=99, commercial=3).share == 0.3


KINDS = st.sampled_from(["emotional", "informational", "commercial", "commercial"])


@given(
    st.lists(st.tuples(st.integers(0, 60 * 24), KINDS, st.sampled_from("ssshf"))),
    st.sampled_from([0, 10, 30, 50, 70, 100]),
)
def test_no_window_wherever_it_lies_ever_holds_more(
    asked: list[tuple[int, str, str]], percent: int
) -> None:
    """Asked at any hour; some of what was let through is held or fails in the end."""
    ceiling, slots = Ceiling(percent, "house"), list[Slot]()
    for hour, touch, fate in sorted(asked, key=lambda each: each[0]):
        moment = hour * HOUR
        if touch == "commercial" and mix.broken(moment, slots, [ceiling], moment) is not None:
            continue
        if fate == "s":
            slots.append(Slot(moment, "email", touch, "sent", moment))
    holds(slots, percent)


def holds(slots: list[Slot], percent: int) -> None:
    """Look at every window: those that begin at a touch, or just after one, hold all others."""
    edges = {slot.at for slot in slots}
    for start in edges | {edge + 1 for edge in edges} | {edge - WINDOW + 1 for edge in edges}:
        within = [slot for slot in slots if start <= slot.at < start + WINDOW]
        paid = sum(slot.touch == "commercial" for slot in within)
        assert paid <= 1 or 100 * paid <= percent * len(within), (start / DAY, within)
