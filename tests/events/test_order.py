"""Rows are ordered as Python would order them, whatever fits into a number and what does not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.events.order import ordered

SPANS = [1, 3, 2**20, 2**43, 2**63 - 1]


@st.composite
def keys(draw: st.DrawFn) -> list[list[int]]:
    number = draw(st.integers(0, 40))
    return [
        draw(st.lists(st.integers(-span, span - 1), min_size=number, max_size=number))
        for span in draw(st.lists(st.sampled_from(SPANS), min_size=1, max_size=5))
    ]


@given(columns=keys())
def test_rows_lie_in_the_order_of_their_keys_and_equals_stay(columns: list[list[int]]) -> None:
    found = ordered(*(np.array(column, dtype=np.int64) for column in columns))
    places = range(len(columns[0]))
    assert found.tolist() == sorted(places, key=lambda place: [one[place] for one in columns])


@pytest.mark.parametrize("shape", [np.int16, np.int32, np.int64])
def test_a_million_rows_lie_in_order_whatever_their_shape(shape: type) -> None:
    draw = np.random.default_rng(1)
    one, two = draw.integers(-9, 9, 10**6).astype(shape), draw.integers(0, 2**40, 10**6)
    order = ordered(one, two)
    assert (np.diff(one[order].astype(np.int64)) >= 0).all()
    same = np.diff(one[order]) == 0
    assert (np.diff(two[order])[same] >= 0).all()
