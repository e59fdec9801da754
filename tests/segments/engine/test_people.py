"""Bitmaps laid out from flags are those that are filled one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from coterie.segments.engine.people import bitmap, chosen, in_order

BLOCK = 65_536


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 4 * BLOCK), st.integers(1, BLOCK)), min_size=1, max_size=4),
    st.sampled_from([0.0, 0.01, 0.07, 0.5, 0.999, 1.0]),
    st.integers(0, 2**32),
)
def test_a_bitmap_from_flags_holds_who_is_flagged(
    stretches: list[tuple[int, int]], share: float, seed: int
) -> None:
    people = np.unique(
        np.concatenate([np.arange(first, first + size) for first, size in stretches])
    ).astype(np.int32)
    flags = np.random.default_rng(seed).random(len(people)) < share
    found = chosen(people, flags)
    assert found == bitmap(people[flags])
    assert BitMap.deserialize(found.serialize()) == found
    assert in_order(found).tolist() == people[flags].tolist()


@pytest.mark.parametrize("number", [4_095, 4_096, 4_097, 2 * BLOCK, 2 * BLOCK + 4_096])
def test_containers_of_every_size_are_laid_out(number: int) -> None:
    people = np.arange(3, 3 + 8 * BLOCK, dtype=np.int32)
    flags = np.zeros(len(people), np.bool_)
    flags[5 * BLOCK - 40 : 5 * BLOCK - 40 + number] = True
    flags[: 2 * BLOCK : 7] = True
    found = chosen(people, flags)
    assert found == BitMap(people[flags].tolist())
    assert found | BitMap([1]) == BitMap([1, *people[flags].tolist()])


def test_nobody_makes_an_empty_bitmap() -> None:
    nobody = np.empty(0, np.int32)
    assert chosen(nobody, np.empty(0, np.bool_)) == BitMap()
