"""Who is one person as batches come in: the same as the pure partition of all that was said."""

from collections.abc import Sequence
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from coterie.core.actor import CLOCK
from coterie.core.errors import Invalid
from coterie.core.event import Event
from coterie.profiles.graph import store
from coterie.profiles.graph.merges import store as merges
from coterie.profiles.graph.model import STRONG
from coterie.profiles.graph.partition import Edge, partition
from coterie.profiles.service import Profiles
from coterie.profiles.store import profile_rows
from coterie.storage.database import Database
from coterie.storage.work import Work
from profiles.people import NOW, alias, event, room

CARRIERS = ["u1", "u2", "u3", "p1", "p2", "e1", "a1", "a2", "w1", "w2"]
KINDS = {"u": "user_id", "p": "phone", "e": "email", "a": "anonymous_id", "w": "wechat.unionid"}
VALUES = {"p": "+861380013800{}", "e": "e{}@example.com"}


def value(name: str) -> str:
    return VALUES.get(name[0], name[0] + "{}").format(name[1:])


def said(names: Sequence[str], number: int = 0) -> Event:
    """Write an event that names identities, each as a letter of its kind and a number."""
    by_kind = {KINDS[name[0]]: value(name) for name in sorted(names, reverse=True)}
    user, anonymous = by_kind.pop("user_id", None), by_kind.pop("anonymous_id", None)
    return event(user=user, anonymous=anonymous, identities=by_kind, time=NOW + number)


def people_of(work: Work) -> dict[int, frozenset[int]]:
    """Read who is one person out of the tables, and check that they agree among each other."""
    groups: dict[int, set[int]] = {}
    query = select(profile_rows.c.id, profile_rows.c.head)
    heads: dict[int, int] = {row.id: row.head for row in work.connection.execute(query)}
    for row in work.connection.execute(select(store.identity_rows)):
        if row.owns:
            assert row.person == heads[row.profile]
        if row.person is not None:
            assert heads[row.person] == row.person
            groups.setdefault(row.person, set()).add(row.id)
    return {head: frozenset(group) for head, group in groups.items()}


def check(work: Work, profiles: Profiles) -> None:
    """The tables say what the pure function says of all links and decisions."""
    rows = work.connection.execute(select(store.identity_rows)).all()
    kinds = {row.id: row.kind for row in rows}
    owners = {row.id: row.profile for row in rows if row.owns}
    links = work.connection.execute(select(store.link_rows)).all()
    edges = [Edge(one.identity, one.other, one.how in STRONG) for one in links if not one.void]
    wanted = partition(kinds, edges, merges.decisions(work, kinds))
    expected = {
        min(owners[one] for one in group if one in owners): group
        for group in wanted.people
        if any(one in owners for one in group)
    }
    found = people_of(work)
    assert found == expected
    assert {row.id: row.shared for row in rows if row.shared} == wanted.shared
    heads = profiles.heads(work, list(owners.values()))
    assert sorted(set(heads.values())) == sorted(expected) == list(profiles.everyone(work))
    assert profiles.count(work) == len(expected)
    for head, members in profiles.members(work, expected).items():
        assert [one for one, lead in sorted(heads.items()) if lead == head] == list(members)
    open_ones = {(one.kind, one.value) for one in profiles.reviews(work) if one.why != "again"}
    decided = merges.decisions(work, kinds)
    waiting = {row.id for row in rows if row.shared and row.id not in decided}
    assert len(open_ones) == len(waiting)


calls = st.one_of(
    st.lists(st.sampled_from(CARRIERS), min_size=1, max_size=3, unique_by=lambda name: name[0]),
    st.tuples(st.just("alias"), st.sampled_from(["1", "2", "3"]), st.sampled_from(["1", "2", "3"])),
)
stories = st.lists(st.tuples(calls, st.booleans()), min_size=1, max_size=12)


def told(call: Sequence[str], number: int) -> Event:
    if call[0] == "alias":
        return alias(f"u{call[1]}", f"u{call[2]}", NOW + number)
    return said(call, number)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@given(stories)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_batch_by_batch_comes_to_what_all_links_say_together(
    database: Database, story: list[tuple[Sequence[str], bool]]
) -> None:
    with database.read(CLOCK, NOW) as work:
        profiles = room()
        batch: list[Event] = []
        for number, (call, cut) in enumerate(story):
            batch.append(told(call, number))
            if cut:
                recognised = profiles.recognise(work, batch)
                heads = profiles.heads(work, {one.came_with for one in recognised})
                assert all(one.profile == heads[one.came_with] for one in recognised)
                batch = []
                check(work, profiles)
        profiles.recognise(work, batch)
        check(work, profiles)


verbs = st.one_of(
    st.tuples(st.just("undo"), st.integers(0, 5)),
    st.tuples(st.just("together"), st.integers(0, 3)),
    st.tuples(st.just("apart"), st.integers(0, 3)),
    st.tuples(st.just("join"), st.integers(0, 5)),
    st.tuples(st.just("take"), st.integers(0, 5)),
)


def do(work: Work, profiles: Profiles, verb: str, number: int) -> None:
    """Do what an operator may, to the person, merge or review of a number, if there is one."""
    everyone = list(profiles.everyone(work))
    if verb == "undo":
        found = [
            one for head in everyone for one in profiles.merges_of(work, head) if one.undone is None
        ]
        for merge in found[number : number + 1]:
            profiles.undo(work, merge.id)
            heads = profiles.heads(work, [merge.profile, merge.head])
            assert heads[merge.profile] != heads[merge.head]
    elif verb in ("together", "apart"):
        for review in profiles.reviews(work)[number : number + 1]:
            profiles.decide(work, review.id, together=verb == "together")
    elif verb == "join" and len(everyone) > 1:
        one, other = everyone[number % len(everyone)], everyone[(number + 1) % len(everyone)]
        profiles.join(work, one, other)
        heads = profiles.heads(work, [one, other])
        assert heads[one] == heads[other]
    elif verb == "take" and everyone:
        head = everyone[number % len(everyone)]
        hers = [one.id for one in profiles.identities_of(work, head) if one.person == head]
        with suppress(Invalid):  # what only rode along goes with its carrier: nobody may be left
            profiles.take_apart(work, head, hers[len(hers) // 2 :])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@given(st.lists(st.one_of(st.tuples(calls, st.just("")), verbs), min_size=3, max_size=14))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_operators_words_are_settled_with_all_that_was_seen(
    database: Database, story: list[tuple[Sequence[str] | str, str | int]]
) -> None:
    with database.read(CLOCK, NOW) as work:
        profiles = room()
        for number, (call, which) in enumerate(story):
            if isinstance(which, int):
                do(work, profiles, str(call), which)
            else:
                profiles.recognise(work, [told(call, number)])
            check(work, profiles)


def test_what_is_shared_by_two_who_are_one_after_all_is_theirs(
    work: Work, profiles: Profiles
) -> None:
    seen = [said([user, phone]) for user in ("u1", "u2") for phone in ("p1", "p2")]
    profiles.recognise(work, seen)
    assert profiles.count(work) == 2 and len(profiles.reviews(work)) == 2
    profiles.decide(work, profiles.reviews(work)[0].id, together=True)
    check(work, profiles)
    assert profiles.count(work) == 1 and profiles.reviews(work) == []
    (merge,) = profiles.merges_of(work, 1)
    profiles.undo(work, merge.id)
    check(work, profiles)
    assert profiles.count(work) == 2 and len(profiles.reviews(work)) == 2
