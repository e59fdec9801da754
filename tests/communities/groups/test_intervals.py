"""Stays are a function of the set of what was told: order, delay and repetition do not matter."""

from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from coterie.communities.groups.intervals import Mark, Span, is_in, settle

MARKS = st.lists(st.builds(Mark, st.integers(0, 20), came=st.booleans()), max_size=8)


@given(MARKS, st.randoms(use_true_random=False), st.integers(0, 8))
def test_stays_do_not_depend_on_the_order_of_what_is_told(
    marks: list[Mark], dice: Random, cut: int
) -> None:
    told_at_once = settle([], marks)
    shuffled = list(marks)
    dice.shuffle(shuffled)
    in_two = settle(settle([], shuffled[:cut]), [*shuffled[cut:], *shuffled[: cut // 2]])
    assert in_two == told_at_once
    for one, after in pairwise(told_at_once):
        begins = after.left if after.joined is None else after.joined
        assert one.left is not None
        assert begins is not None
        assert one.left <= begins


def test_who_comes_again_has_two_stays() -> None:
    told = [Mark(1, came=True, code="g1"), Mark(4, came=False), Mark(9, came=True)]
    first, second = settle([], told)
    assert (first.joined, first.left, first.code) == (1, 4, "g1")
    assert (second.joined, second.left) == (9, None)
    assert is_in([first, second])


def test_who_came_again_without_having_left_left_in_between() -> None:
    lost, here = settle([], [Mark(1, came=True), Mark(9, came=True)])
    assert lost == Span(1, 9, lost=True)
    assert here == Span(9)
    (lost, here) = settle([lost, here], [Mark(5, came=False)])
    assert (lost.left, lost.lost) == (5, False)
