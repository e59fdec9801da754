"""The law of marks: no order, repetition or loss of what was told changes what it comes to."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from coterie.channels.wecom.mirror.marks import (
    BEGIN,
    END,
    Kind,
    Mark,
    Standing,
    admit,
    standing,
)

SECOND, MINUTE = 1_000, 60_000
LIST = 10_000 * MINUTE
"""When a whole list is read: after everything."""


@st.composite
def histories(draw: st.DrawFn) -> list[Mark]:
    """What may happen between a guide and a customer, as the platform would tell it."""
    at, marks = 0, list[Mark]()
    ends: st.SearchStrategy[Kind] = st.sampled_from(["by_guide", "by_customer", "transferred"])
    for state in range(draw(st.integers(1, 4))):
        at += draw(st.integers(2, 90)) * MINUTE
        half = draw(st.sampled_from([None, 0, 3 * SECOND, 2 * MINUTE]))
        if half is not None:
            marks.append(Mark(at, "half", state=f"c{state}"))
            at += half
        marks.append(Mark(at, "begun", state=f"c{state}"))
        if draw(st.booleans()):
            at += draw(st.integers(2, 90)) * MINUTE
            end = draw(ends)
            marks.append(Mark(at, end))
            if end == "by_customer" and draw(st.booleans()):
                at += draw(st.integers(2, 90)) * MINUTE
                marks.append(Mark(at, "by_guide"))
        else:
            break
    return marks


class Kept:
    """A set of marks as the mirror keeps it, and what it told on."""

    def __init__(self) -> None:
        self.marks: dict[tuple[int, str], Mark] = {}
        self.told: list[Mark] = []

    def take(self, new: Sequence[Mark]) -> None:
        admitted = admit(self.marks.values(), new)
        for mark in admitted.drop:
            del self.marks[mark.key]
        for mark in admitted.write:
            if not mark.announced:
                self.told.append(mark)
            self.marks[mark.key] = replace(mark, announced=True)

    def look(self, history: Sequence[Mark]) -> None:
        """Read a whole list: it shows the edge unless the guide let her go."""
        if listed(history):
            since = max(mark.at for mark in history if mark.kind == "begun")
            self.take([Mark(since, "begun", told=False)])
        else:
            self.take([Mark(LIST, "by_guide", told=False)])

    def standing(self) -> Standing:
        found = standing(self.marks.values())
        return replace(found, begun=None, over=None)


def listed(history: Sequence[Mark]) -> bool:
    return standing(history).status in ("half", "normal", "by_customer")


def cleanly(history: Sequence[Mark]) -> Kept:
    kept = Kept()
    for mark in history:
        kept.take([mark])
    return kept


def in_batches(draw: st.DrawFn, marks: Sequence[Mark]) -> list[list[Mark]]:
    """Some of them twice, all of them in any order, in batches of any size."""
    again = draw(st.lists(st.sampled_from(marks), max_size=3)) if marks else []
    stirred = draw(st.permutations([*marks, *again]))
    cuts = draw(st.lists(st.integers(0, len(stirred)), max_size=2).map(sorted))
    bounds = [0, *cuts, len(stirred)]
    return [list(stirred[a:b]) for a, b in pairwise(bounds)]


def tally(marks: Sequence[Mark]) -> dict[str, int]:
    return {
        "half": sum(mark.kind == "half" for mark in marks),
        "begun": sum(mark.kind == "begun" for mark in marks),
        "ended": sum(mark.kind in END for mark in marks),
    }


@given(histories(), st.data())
def test_order_and_repetition_change_nothing(history: list[Mark], data: st.DataObject) -> None:
    clean, kept = cleanly(history), Kept()
    for batch in data.draw(st.composite(in_batches)(history)):
        kept.take(batch)
    assert kept.marks == clean.marks and kept.standing() == clean.standing()
    assert sorted(mark.key for mark in kept.told) == sorted(mark.key for mark in clean.told)
    kept.look(history)
    assert kept.marks == clean.marks


@given(histories(), st.data())
def test_a_list_heals_what_was_lost(history: list[Mark], data: st.DataObject) -> None:
    lost = data.draw(st.sets(st.sampled_from(range(len(history)))))
    kept = Kept()
    for batch in data.draw(
        st.composite(in_batches)([one for place, one in enumerate(history) if place not in lost])
    ):
        kept.take(batch)
    kept.look(history)
    if not listed(history):
        assert not kept.standing().lasts
    elif standing(history).lasts:
        assert kept.standing().lasts
        begins = {mark.at for mark in history if mark.kind in BEGIN}
        assert kept.standing().since in begins
    before = dict(kept.marks)
    kept.look(history)
    assert kept.marks == before


@given(histories(), st.data())
def test_what_comes_after_the_healing_is_not_told_twice(
    history: list[Mark], data: st.DataObject
) -> None:
    late = data.draw(st.sets(st.sampled_from(range(len(history)))))
    kept = Kept()
    kept.take([one for place, one in enumerate(history) if place not in late])
    kept.look(history)
    for batch in data.draw(
        st.composite(in_batches)([one for place, one in enumerate(history) if place in late])
    ):
        kept.take(batch)
    assert kept.standing() == cleanly(history).standing()
    assert tally(kept.told) == tally(history)
