"""Whose event is it? Every case of one and two ids, known and unknown, on both databases."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event as database_event

from coterie.core.actor import CLOCK
from coterie.core.errors import Invalid
from coterie.core.event import Event
from coterie.core.ids import derived_id
from coterie.profiles.identity import Graph
from coterie.profiles.model import Candidate
from coterie.profiles.service import Profiles
from coterie.storage.database import Database
from coterie.storage.work import Work
from profiles.people import NOW, SHANGHAI, alias, event, placed, room, tell


def test_an_unknown_id_makes_a_new_profile_counted_from_one(work: Work, profiles: Profiles) -> None:
    found = placed(work, profiles, event(user="u1"), event(user="u2"), event(user="u1"))
    assert found == [1, 2, 1]
    assert placed(work, profiles, event(user="u2"), event(anonymous="a1")) == [2, 3]
    assert set(profiles.everyone(work)) == {1, 2, 3} and profiles.count(work) == 3


def test_a_visitor_who_logs_in_keeps_her_profile(work: Work, profiles: Profiles) -> None:
    assert placed(work, profiles, event(anonymous="a1")) == [1]
    assert placed(work, profiles, event(user="u1", anonymous="a1")) == [1]
    assert placed(work, profiles, event(user="u1"), event(anonymous="a1")) == [1, 1]
    assert profiles.user_ids(work, [1]) == {1: "u1"}


def test_a_known_user_brings_an_unknown_device(work: Work, profiles: Profiles) -> None:
    placed(work, profiles, event(user="u1"))
    assert placed(work, profiles, event(user="u1", anonymous="a1"), event(anonymous="a1")) == [1, 1]


def test_a_shared_device_never_merges_a_household(work: Work, profiles: Profiles) -> None:
    placed(work, profiles, event(user="mother", anonymous="tablet"))
    both = event(user="son", anonymous="tablet")
    assert placed(work, profiles, both) == [2]
    assert placed(work, profiles, event(anonymous="tablet")) == [1]
    assert [(one.profile, one.other) for one in profiles.merge_candidates(work)] == [(2, 1)]


def test_of_two_known_ids_the_user_wins_and_the_pair_is_noted_once(
    work: Work, profiles: Profiles
) -> None:
    placed(work, profiles, event(user="u1"), event(anonymous="a1"))
    both = event(user="u1", anonymous="a1", id="m1", time=NOW)
    again = event(user="u1", anonymous="a1", id="m2", time=NOW + 1)
    assert placed(work, profiles, both, again) == [1, 1]
    assert placed(work, profiles, again) == [1]
    assert profiles.merge_candidates(work) == [Candidate(1, 2, NOW, "m1")]
    assert placed(work, profiles, event(anonymous="a1")) == [2]


def test_an_alias_moves_an_anonymous_history(work: Work, profiles: Profiles) -> None:
    placed(work, profiles, event(anonymous="a1"))
    assert placed(work, profiles, alias("a1", "u1")) == [1]
    assert placed(work, profiles, event(user="u1"), event(anonymous="a1")) == [1, 1]
    assert profiles.user_ids(work, [1]) == {1: "u1"}


def test_an_alias_of_a_user_id_makes_the_new_one_hers(work: Work, profiles: Profiles) -> None:
    placed(work, profiles, event(user="old"))
    assert placed(work, profiles, alias("old", "new")) == [1]
    assert placed(work, profiles, event(user="new"), event(user="old")) == [1, 1]
    assert profiles.user_ids(work, [1]) == {1: "new"}
    assert placed(work, profiles, alias("new", "old")) == [1]
    assert profiles.user_ids(work, [1]) == {1: "old"}


@pytest.mark.parametrize("late", ["user", "anonymous"])
def test_an_alias_may_come_before_anything_else_of_the_former_id(
    work: Work, profiles: Profiles, late: str
) -> None:
    assert placed(work, profiles, alias("former", "u1")) == [1]
    assert placed(work, profiles, event(**{late: "former"}), event(user="u1")) == [1, 1]
    assert profiles.user_ids(work, [1]) == {1: "u1"}


def test_an_alias_to_a_known_user_attaches_the_former_id(work: Work, profiles: Profiles) -> None:
    placed(work, profiles, event(user="u1"))
    assert placed(work, profiles, alias("former", "u1"), event(user="former")) == [1, 1]
    assert profiles.user_ids(work, [1]) == {1: "u1"}


def test_an_alias_of_two_known_people_is_only_noted(work: Work, profiles: Profiles) -> None:
    placed(work, profiles, event(user="u1"), event(user="u2"))
    assert placed(work, profiles, alias("u1", "u2")) == [2]
    assert placed(work, profiles, event(user="u1")) == [1]
    assert [(one.profile, one.other) for one in profiles.merge_candidates(work)] == [(2, 1)]


def test_order_within_a_batch_is_as_given(work: Work, profiles: Profiles) -> None:
    batch = [event(anonymous="a"), alias("a", "u"), event(user="u"), event(user="u", anonymous="b")]
    assert placed(work, profiles, *batch) == [1, 1, 1, 1]
    batch = [event(user="v"), event(anonymous="c"), event(user="v", anonymous="c")]
    assert placed(work, profiles, *batch) == [2, 3, 2]


def test_facts_keep_their_profile(work: Work, profiles: Profiles) -> None:
    own = Event(
        id="f", type="fact", name="coterie.x", time=NOW, received=NOW, source="s", profile=7
    )
    assert profiles.recognise(work, [own]) == [own]
    assert profiles.count(work) == 0


def test_an_event_that_names_nobody_is_refused(work: Work, profiles: Profiles) -> None:
    with pytest.raises(Invalid, match="m7"):
        profiles.recognise(work, [event(id="m7")])
    with pytest.raises(Invalid):
        profiles.recognise(work, [event(user="", anonymous="")])


def test_events_lose_their_ids_and_profiles_show_theirs(work: Work, profiles: Profiles) -> None:
    (one,) = profiles.recognise(work, [event(user="u1", anonymous="a1", time=NOW)])
    assert (one.user_id, one.anonymous_id, one.previous_id, one.profile) == (None, None, None, 1)
    placed(work, profiles, event(user="u1", time=NOW + 5), event(user="u1", time=NOW - 5))
    placed(work, profiles, event(user="u1", time=NOW + 9, context={"active": False}))
    seen = {(one.kind, one.value): one for one in profiles.identities_of(work, 1)}
    assert set(seen) == {("user_id", "u1"), ("anonymous_id", "a1")}
    assert seen["user_id", "u1"].first_seen == NOW - 5
    assert seen["user_id", "u1"].last_seen == NOW + 5
    assert seen["anonymous_id", "a1"].last_seen == NOW
    assert profiles.find(work, "anonymous_id", "a1") == 1
    assert profiles.find(work, "user_id", "a1") is None
    uid = profiles.uid(work, [1])[1]
    assert profiles.by_uid(work, uid) == 1 and profiles.by_uid(work, "none") is None


def test_an_anonymous_person_goes_by_her_anonymous_id(work: Work, profiles: Profiles) -> None:
    placed(work, profiles, event(anonymous="a1"), event(user="u2", anonymous="a2"))
    assert profiles.user_ids(work, [1, 2, 3]) == {1: "a1", 2: "u2"}


def test_the_bucket_key_depends_on_the_first_identity_alone(database: Database) -> None:
    for key in (b"one master key..", b"another key....."):
        with database.read(CLOCK, NOW) as work:
            profiles = Profiles(key, SHANGHAI)
            tell(work, profiles, [event(user="u1", anonymous="a1"), event(anonymous="a2")])
            tell(work, profiles, [event(user="u2", anonymous="a2")])
            known = profiles.known(work, [1, 2])
            assert known[1].bucket_key == derived_id("bucket", "user_id", "u1")
            assert known[2].bucket_key == derived_id("bucket", "anonymous_id", "a2")


def test_a_profile_is_created_once_with_its_first_learnt_event(
    work: Work, profiles: Profiles
) -> None:
    first = profiles.recognise(work, [event(user="u1"), event(user="u2")])
    assert profiles.learn(work, first[:1]).created == {1}  # the other was a repeated message
    assert tell(work, profiles, [event(user="u1"), event(user="u2")]).created == {2}
    assert tell(work, profiles, [event(user="u1")]).touched == frozenset()


def test_a_batch_takes_few_statements_however_many_people(work: Work, profiles: Profiles) -> None:
    statements: list[str] = []
    database_event.listen(
        work.connection, "before_cursor_execute", lambda *given: statements.append(given[2])
    )
    batch = [event(user=f"u{n}", anonymous=f"a{n}") for n in range(1_500)]
    assert placed(work, profiles, *batch) == list(range(1, 1_501))
    assert len(statements) < 20


ids = st.sampled_from(["x", "y", "z"])
calls = st.one_of(
    st.tuples(st.just("user"), ids, st.none()),
    st.tuples(st.just("anonymous"), st.none(), ids),
    st.tuples(st.just("both"), ids, ids),
    st.tuples(st.just("alias"), ids, ids),
)


def told(calls_made: list[tuple[str, str | None, str | None]]) -> list[Event]:
    return [
        alias(str(second), str(first)) if kind == "alias" else event(user=first, anonymous=second)
        for kind, first, second in calls_made
    ]


@given(st.lists(calls, max_size=12), st.integers(0, 12))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_however_a_story_is_cut_into_batches_it_ends_the_same(
    database: Database, story: list[tuple[str, str | None, str | None]], cut: int
) -> None:
    graph = Graph([], [], 1)
    expected = [graph.place(one) for one in told(story)]
    with database.read(CLOCK, NOW) as work:
        profiles = room()
        events = told(story)
        found = placed(work, profiles, *events[:cut]) + placed(work, profiles, *events[cut:])
        assert found == expected
        for (kind, value), seen in graph.sightings.items():
            assert profiles.find(work, kind, value) == seen.profile
        noted = {(one.profile, one.other) for one in profiles.merge_candidates(work)}
        assert noted == {(one.profile, one.other) for one in graph.candidates}


@given(st.permutations([(f"u{n}", f"d{n}-{k}") for n in range(4) for k in range(3)]))
def test_people_with_many_devices_are_as_many_in_any_order(pairs: list[tuple[str, str]]) -> None:
    graph = Graph([], [], 1)
    owner = {user: graph.place(event(user=user, anonymous=device)) for user, device in pairs}
    assert sorted(owner.values()) == [1, 2, 3, 4]
    assert graph.candidates == []
