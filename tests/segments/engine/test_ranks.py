"""Ranks: the first by value and then by key, out of all who have a value."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from coterie.core.clock import DAY
from coterie.profiles.fading import value_at
from coterie.segments.engine.keys import BucketKeys
from coterie.segments.engine.postings import People
from coterie.segments.engine.ranks import Keys, Measured, Ranked
from coterie.segments.model import Top

NOW = 1_767_225_600_000
WORTH = st.dictionaries(st.integers(0, 30), st.none() | st.integers(-2, 2), max_size=20)
KEYS = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from([0, 1, 2**64 - 1])), min_size=31, max_size=31
)
TOPS = st.builds(
    Top, st.just("x"), share=st.none(), count=st.integers(1, 25), bottom=st.booleans()
) | st.builds(Top, st.just("x"), share=st.sampled_from([1, 500, 3_333, 9_999, 10_000]),
              bottom=st.booleans())  # fmt: skip


def people(given_in: Mapping[int, object]) -> People:
    return np.array(sorted(given_in), np.int32)


def learn(ranked: Ranked, worth: Mapping[int, float | None], *, whole: bool = False) -> None:
    own = [worth[who] for who in sorted(worth)]
    values = np.array([one or 0 for one in own], np.float64)
    there = np.array([one is not None for one in own], np.bool_)
    ranked.learn(people(worth), Measured(values.astype(np.int64) if whole else values, there))


def keys_of(keys: list[tuple[int, int]], tied: People) -> Keys:
    return np.array([keys[who] for who in tied.tolist()], np.uint64).reshape(-1, 2)


def first_of(top: Top, worth: Mapping[int, float | None], keys: list[tuple[int, int]]) -> set[int]:
    have = {who: value for who, value in worth.items() if value is not None}
    sign = 1 if top.bottom else -1
    order = sorted(have, key=lambda who: (sign * have[who], keys[who]))
    places = top.count if top.share is None else -(-len(have) * top.share // 10_000)
    return set(order[:places])


@settings(max_examples=80)
@given(TOPS, st.lists(WORTH, max_size=3), st.sets(st.integers(0, 30), max_size=3), KEYS,
       st.booleans())  # fmt: skip
def test_first_is_the_head_of_a_sorted_list(
    top: Top, told: list[dict[int, int | None]], gone: set[int], keys: list[tuple[int, int]],
    whole: bool,
) -> None:  # fmt: skip
    distinct = [(high, low - who if low > 1 else 64 * low + who)
                for who, (high, low) in enumerate(keys)]  # fmt: skip
    ranked, worth = Ranked(top), dict[int, float | None]()
    for portion in told:
        learn(ranked, portion, whole=whole)
        worth |= portion
        found = ranked.first(lambda tied: keys_of(distinct, tied))
        assert set(found) == first_of(top, worth, distinct)
    ranked.forget(np.array(sorted(gone), np.int32))
    worth = {who: value for who, value in worth.items() if who not in gone}
    assert set(ranked.first(lambda tied: keys_of(distinct, tied))) == first_of(top, worth, distinct)


class _Once(Ranked):
    """Looks for the border among all only once."""

    is_found = False

    def _look_for(self, places: int, fade: float | None) -> Any:
        assert not self.is_found, "the border was found already"
        self.is_found = True
        return super()._look_for(places, fade)


def test_where_no_change_matters_nothing_is_looked_at_again() -> None:
    ranked = _Once(Top("x", count=2))
    learn(ranked, {1: 5, 2: 4, 3: 3, 4: 2})
    first = ranked.first(_unread)
    learn(ranked, {2: 4, 3: 1, 4: 3, 7: 2, 8: None})  # below the border, or what they were
    assert ranked.first(_unread) == first == BitMap([1, 2])
    ranked.is_found = False
    learn(ranked, {7: 9})  # from below to above: the border moves
    assert set(ranked.first(_unread)) == {1, 7}
    ranked.is_found = False
    ranked.forget(np.array([7], np.int32))
    assert set(ranked.first(_unread)) == {1, 2}


@settings(max_examples=150)
@given(TOPS, st.lists(st.tuples(WORTH, st.sets(st.integers(0, 30), max_size=3)), max_size=8), KEYS)
def test_steps_lead_where_a_beginning_from_nothing_does(
    top: Top, steps: list[tuple[dict[int, int | None], set[int]]], keys: list[tuple[int, int]]
) -> None:
    distinct = [(high, who) for who, (high, _) in enumerate(keys)]
    ranked, worth = Ranked(top), dict[int, float | None]()
    for told, gone in steps:
        learn(ranked, told)
        worth |= told
        ranked.forget(np.array(sorted(gone), np.int32))
        worth = {who: value for who, value in worth.items() if who not in gone}
        found = ranked.first(lambda tied: keys_of(distinct, tied))
        assert set(found) == first_of(top, worth, distinct)


def _unread(_: People) -> Keys:
    raise AssertionError("nobody is tied at the edge")


def test_keys_are_read_only_of_those_tied_at_the_edge() -> None:
    ranked = Ranked(Top("x", count=2))
    learn(ranked, {1: 5, 2: 4, 3: 3, 4: 3})
    assert set(ranked.first(_unread)) == {1, 2}
    ranked = Ranked(Top("x", count=3))
    learn(ranked, {1: 5, 2: 4, 3: 3, 4: 3})
    asked: list[int] = []

    def read(tied: People) -> Keys:
        asked.extend(tied.tolist())
        return np.array([(1, 2), (1, 1)], np.uint64)

    assert set(ranked.first(read)) == {1, 2, 4}
    assert asked == [3, 4]


@pytest.mark.parametrize(("share", "ranked"), [(1, 1), (2_500, 1), (2_501, 2), (10_000, 4)])
def test_a_share_is_rounded_up_to_whole_people(share: int, ranked: int) -> None:
    made = Ranked(Top("x", share=share))
    learn(made, {who: who for who in range(4)} | {4: None})
    assert len(made.first(_unread)) == ranked


VALUES = st.one_of(
    st.integers(0, 40).map(lambda steps: (steps + 0.5) * 1e-6),
    st.integers(10**6, 10**6 + 3).map(lambda steps: (steps + 0.5) * 1e-6),
    st.floats(1e-7, 2.0),
    st.integers(-3, 3).map(lambda more: 0.7 + more * 2e-7),
    st.integers(10**11, 10**11 + 3).map(lambda steps: (steps + 0.5) * 1e-6),
    st.integers(0, 5).map(lambda more: 1e13 + more / 512),
)


@settings(max_examples=60)
@example([0.7000002, 0.7], 1, False)
@given(st.lists(VALUES, min_size=1, max_size=12), st.integers(1, 12), st.booleans())
def test_scores_are_ranked_as_they_are_seen(values: list[float], count: int, bottom: bool) -> None:
    levels = {who: float(np.log2(value)) + NOW / DAY for who, value in enumerate(values)}
    top = Top("scores.activity", count=count, bottom=bottom)
    ranked = Ranked(top)
    learn(ranked, levels)
    keys = [(0, 50 - who) for who in range(12)]
    seen = {who: value_at(level, DAY, NOW) for who, level in levels.items()}
    found = ranked.first(lambda tied: keys_of(keys, tied), NOW / DAY)
    assert set(found) == first_of(top, seen, keys)


def test_bucket_keys_keep_the_order_of_their_text_and_are_read_once() -> None:
    texts = {1: "00" * 15 + "ff", 2: "f" * 32, 3: "0f" + "0" * 30, 40: "8" + "0" * 31}
    keys, read = BucketKeys(), list[list[int]]()

    def told(asked: object) -> dict[int, str]:
        read.append(list(asked))  # type: ignore[call-overload]
        return {who: texts[who] for who in read[-1]}

    keys.of(np.array([1, 2], np.int32), told)
    found = keys.of(np.array([1, 2, 3, 40], np.int32), told)
    assert read == [[1, 2], [3, 40]]
    order = np.lexsort((found[:, 1], found[:, 0])).tolist()
    assert [sorted(texts)[place] for place in order] == sorted(texts, key=lambda who: texts[who])
