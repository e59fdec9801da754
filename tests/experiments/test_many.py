"""Several arms, and what to choose: published numbers and the laws of adjusting."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.experiments.many import bests, holm

ps = st.lists(st.floats(0, 1), min_size=1, max_size=8)


def test_holm_on_a_known_row() -> None:
    # R: p.adjust(c(.01, .02, .03, .04, .05), 'holm')
    row = [0.01, 0.02, 0.03, 0.04, 0.05]
    assert holm(row) == pytest.approx([0.05, 0.08, 0.09, 0.09, 0.09])
    assert holm([]) == []


@given(ps)
def test_adjusting_never_makes_a_find_and_keeps_the_order(row: list[float]) -> None:
    pairs = sorted(zip(row, holm(row), strict=True))
    assert all(p <= a + 1e-12 <= 1 + 1e-9 for p, a in pairs)
    assert [a for _, a in pairs] == pytest.approx(sorted(a for _, a in pairs))


def test_the_offer_of_three_prices() -> None:
    """400 visitors each, 6, 22 and 52 buyers at 199, 99 and 29.9."""
    found = bests([(6, 400), (22, 400), (52, 400)], [199, 99, 29.9])
    assert [one.best for one in found] == pytest.approx([0.077, 0.853, 0.070], abs=0.02)
    assert found[1].loss == pytest.approx(0.109, abs=0.02)
    assert bests([(6, 400), (22, 400)]) == bests([(6, 400), (22, 400)]), "twice the same"
