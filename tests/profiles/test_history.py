"""The law of standing facts: any order of arrival, any cut into batches, one outcome."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from coterie.profiles.history import is_late, settle, settle_late
from coterie.profiles.model import Fact, Standing

facts = st.builds(
    Fact,
    profile=st.just(1),
    name=st.just("city"),
    time=st.integers(0, 6),
    message_id=st.sampled_from(["a", "b", "c"]),
    value=st.sampled_from(['"x"', '"y"', None]),
    until=st.none() | st.integers(0, 6),
)
stories = st.lists(facts, min_size=1, max_size=10, unique_by=lambda fact: fact.order)


def in_force(story: list[Fact]) -> Standing:
    """Tell it the slow way: the newest, and back from there as long as the value holds."""
    ordered = sorted(story, key=lambda fact: fact.order)
    since = ordered[-1]
    for older in reversed(ordered[:-1]):
        ended = older.until is not None and older.until < since.time
        if older.value != since.value or ended:
            break
        since = older
    return Standing(ordered[-1], since.time)


def arrive(batches: list[list[Fact]]) -> Standing | None:
    standing: Standing | None = None
    past: list[Fact] = []
    for batch in batches:
        if standing is not None and is_late(standing, batch):
            settled = settle_late(standing, past, batch)
        elif (found := settle(standing, batch)) is not None:
            settled = found
        else:
            continue
        standing = settled.standing
        past = list({fact.order: fact for fact in (*past, *settled.past)}.values())
    return standing


@given(stories, st.data())
def test_any_order_and_any_cut_give_the_same(story: list[Fact], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(story))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(story)), max_size=3)))
    edges = [0, *cuts, len(story)]
    batches = [shuffled[a:b] for a, b in itertools.pairwise(edges)]
    assert arrive(batches) == in_force(story)


@given(stories)
def test_saying_it_all_again_changes_nothing(story: list[Fact]) -> None:
    assert arrive([story, story, story[:1]]) == in_force(story)
