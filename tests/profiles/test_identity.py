"""Whose event is it? Every case of one and two ids, known and unknown, on both databases."""

import pytest
from sqlalchemy import event as database_event

from coterie.core.actor import CLOCK
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.core.event import Event
from coterie.core.ids import derived_id
from coterie.core.people import Shift
from coterie.profiles.graph.model import GRAIN, Evidence
from coterie.profiles.service import Profiles
from coterie.storage.database import Database
from coterie.storage.work import Work
from profiles.people import NOW, SHANGHAI, alias, event, identify, placed, room, tell


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
    placed(work, profiles, event(user="mother", anonymous="tablet"), event(anonymous="tablet"))
    assert profiles.find(work, "anonymous_id", "tablet") == profiles.find(work, "user_id", "mother")
    mother, tablet, son = placed(
        work, profiles, event(user="mother"), event(anonymous="tablet"),
        event(user="son", anonymous="tablet"),
    )  # fmt: skip
    assert len({mother, tablet, son}) == 3  # what the tablet did by itself is nobody's of them
    (review,) = profiles.reviews(work)
    assert (review.kind, review.value, review.why) == ("anonymous_id", "tablet", "limit")
    assert set(review.heads) == {mother, tablet, son}


def test_two_known_ids_of_one_event_become_one_person(work: Work, profiles: Profiles) -> None:
    assert placed(work, profiles, event(user="u1"), event(anonymous="a1")) == [1, 2]
    both = event(user="u1", anonymous="a1", id="m1", time=NOW)
    assert placed(work, profiles, both, event(anonymous="a1")) == [1, 1]
    (shift,) = profiles.shifted(work)
    assert shift == Shift(profile=2, before=2, head=1) and profiles.shifted(work) == []
    (merge,) = profiles.merges_of(work, 1)
    assert (merge.profile, merge.head, merge.how, merge.undone) == (2, 1, "seen", None)
    (evidence,) = merge.evidence
    assert evidence == Evidence(
        ("user_id", "u1"), ("anonymous_id", "a1"), "seen", NOW, "m1", "test"
    )
    keys = [derived_id("bucket", *name) for name in (("anonymous_id", "a1"), ("user_id", "u1"))]
    assert [merge.bucket_key, merge.head_bucket_key] == keys and merge.contaminated
    assert placed(work, profiles, event(user="u1", anonymous="a1")) == [1]
    assert len(profiles.merges_of(work, 1)) == 1


def test_an_identity_that_only_rides_along_gets_no_profile(work: Work, profiles: Profiles) -> None:
    beside = {"phone": "138 0013 8000", "member_no": "m-7"}
    (one,) = profiles.recognise(work, [event(user="u1", identities=beside)])
    assert (one.profile, one.came_with, one.identities) == (1, 1, {})
    assert profiles.found(work, "phone", ["+8613800138000", "13800138000", "7"]) == {
        "+8613800138000": 1, "13800138000": 1,
    }  # fmt: skip
    (one,) = profiles.recognise(work, [event(identities={"phone": "13800138000"})])
    assert (one.profile, one.came_with) == (1, 2)  # now it carries: its own, led by hers
    assert list(profiles.everyone(work)) == [1]
    seen = {one.kind: one.came_with for one in profiles.identities_of(work, 1)}
    assert seen == {"user_id": 1, "phone": 2, "member_no": None}


def test_the_wire_may_name_more_ids(work: Work, profiles: Profiles) -> None:
    ids = [
        {"type": "tmall.buyer", "id": "t9", "collection": "users", "encoding": "none"},
        {"type": "user_id", "id": "somebody"}, {"type": "phone", "id": "no phone"}, "odd",
    ]  # fmt: skip
    (one,) = profiles.recognise(work, [event(anonymous="a1", context={"externalIds": ids})])
    assert "externalIds" not in one.context
    profiles.recognise(work, [identify("u1", email=" Ada@Example.com ", phone="13800138000")])
    assert {(one.kind, one.value) for one in profiles.identities_of(work, 1)} == {
        ("tmall.buyer", "t9"), ("anonymous_id", "a1"),
    }  # fmt: skip
    assert {(one.kind, one.value) for one in profiles.identities_of(work, 2)} == {
        ("user_id", "u1"), ("email", "ada@example.com"), ("phone", "+8613800138000"),
    }  # fmt: skip


def test_an_alias_moves_an_anonymous_history(work: Work, profiles: Profiles) -> None:
    placed(work, profiles, event(anonymous="a1"))
    assert placed(work, profiles, alias("a1", "u1")) == [1]
    assert placed(work, profiles, event(user="u1"), event(anonymous="a1")) == [1, 1]
    assert profiles.user_ids(work, [1]) == {1: "u1"}


def test_an_alias_of_a_user_id_makes_the_new_one_hers(work: Work, profiles: Profiles) -> None:
    placed(work, profiles, event(user="old"))
    assert placed(work, profiles, alias("old", "new", NOW)) == [1]
    assert placed(work, profiles, event(user="new"), event(user="old")) == [1, 1]
    assert profiles.user_ids(work, [1]) == {1: "new"}
    assert placed(work, profiles, alias("new", "old", NOW + 1)) == [1]
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


def test_an_alias_of_two_known_people_makes_them_one(work: Work, profiles: Profiles) -> None:
    placed(work, profiles, event(user="u1"), event(user="u2"))
    assert placed(work, profiles, alias("u1", "u2"), event(user="u2")) == [1, 1]
    assert profiles.merges_of(work, 1)[0].how == "alias"
    assert profiles.user_ids(work, [1]) == {1: "u2"}


def test_a_batch_has_the_people_that_hold_after_it(work: Work, profiles: Profiles) -> None:
    batch = [event(anonymous="a"), alias("a", "u"), event(user="u"), event(user="u", anonymous="b")]
    assert placed(work, profiles, *batch) == [1, 1, 1, 1]
    batch = [event(user="v"), event(anonymous="c"), event(user="v", anonymous="c")]
    assert placed(work, profiles, *batch) == [3, 3, 3]
    assert profiles.shifted(work) == []  # nobody knew them before: nothing has to follow


def test_a_fact_goes_to_the_head_and_keeps_whom_it_came_with(
    work: Work, profiles: Profiles
) -> None:
    placed(work, profiles, event(user="u1"), event(user="u2"))
    profiles.join(work, 1, 2)
    own = Event(
        id="f", type="fact", name="coterie.x", time=NOW, received=NOW, source="s", profile=2
    )
    (one,) = profiles.recognise(work, [own])
    assert (one.profile, one.came_with) == (1, 2)


def test_an_event_that_names_nobody_is_refused(work: Work, profiles: Profiles) -> None:
    with pytest.raises(Invalid, match="m7"):
        profiles.recognise(work, [event(id="m7")])
    with pytest.raises(Invalid):
        profiles.recognise(work, [event(user="", anonymous="")])


def test_events_lose_their_ids_and_profiles_show_theirs(work: Work, profiles: Profiles) -> None:
    (one,) = profiles.recognise(work, [event(user="u1", anonymous="a1", time=NOW)])
    assert (one.user_id, one.anonymous_id, one.previous_id, one.profile) == (None, None, None, 1)
    later = NOW + GRAIN
    placed(work, profiles, event(user="u1", time=later + 5), event(user="u1", time=NOW - 5))
    placed(work, profiles, event(user="u1", time=later + GRAIN, context={"active": False}))
    seen = {(one.kind, one.value): one for one in profiles.identities_of(work, 1)}
    assert set(seen) == {("user_id", "u1"), ("anonymous_id", "a1")}
    assert seen["user_id", "u1"].first_seen == NOW - 5
    assert seen["user_id", "u1"].last_seen == later
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
            known = profiles.known(work, [1, 2, 3])
            assert known.keys() == {1, 2}
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


def test_an_operator_joins_and_takes_back(work: Work, profiles: Profiles) -> None:
    placed(work, profiles, event(user="u1"), event(user="u2", identities={"phone": "13800138000"}))
    profiles.join(work, 2, 1, evidence="she said so")
    assert placed(work, profiles, event(user="u2")) == [1]
    (merge,) = profiles.merges_of(work, 1)
    assert (merge.how, merge.evidence[0].message_id) == ("operator", "she said so")
    uid = profiles.uid(work, [1])[1]
    profiles.undo(work, merge.id)
    assert placed(work, profiles, event(user="u1"), event(user="u2")) == [1, 2]
    assert profiles.find(work, "phone", "13800138000") == 2 and profiles.by_uid(work, uid) == 1
    assert profiles.merges_of(work, 2)[0].undone == NOW
    with pytest.raises(Conflict, match="already"):
        profiles.undo(work, merge.id)
    with pytest.raises(NotFound):
        profiles.undo(work, 99)
    with pytest.raises(NotFound):
        profiles.join(work, 1, 99)
    with pytest.raises(Invalid):
        profiles.join(work, 1, 2, how="magic")


def test_what_was_taken_apart_stays_so_and_is_asked_about_when_said_again(
    work: Work, profiles: Profiles
) -> None:
    placed(work, profiles, event(user="u1", anonymous="a1"), event(anonymous="a1"))
    (merge,) = profiles.merges_of(work, 1)
    profiles.undo(work, merge.id)
    assert placed(work, profiles, event(user="u1"), event(anonymous="a1")) == [1, 2]
    assert profiles.reviews(work) == []
    assert placed(work, profiles, event(user="u1", anonymous="a1"), event(anonymous="a1")) == [1, 2]
    (review,) = profiles.reviews(work)
    assert (review.why, review.value, review.heads) == ("again", "a1", (1, 2))
    profiles.decide(work, review.id, together=True)
    assert placed(work, profiles, event(anonymous="a1")) == [1]
    assert profiles.reviews(work) == [] and profiles.merges_of(work, 1)[0].how == "decided"
    assert [one.together for one in profiles.reviews(work, is_open=False)] == [True]


def test_only_some_of_her_identities_can_be_taken_out(work: Work, profiles: Profiles) -> None:
    placed(work, profiles, event(user="u1", identities={"phone": "13800138000"}), event(user="u2"))
    hers = {one.kind: one.id for one in profiles.identities_of(work, 1)}
    for wrong in ([], list(hers.values()), [hers["phone"], 999]):
        with pytest.raises(Invalid):
            profiles.take_apart(work, 1, wrong)
    profiles.take_apart(work, 1, [hers["phone"]])
    assert profiles.find(work, "phone", "13800138000") is None
    assert [one.kind for one in profiles.identities_of(work, 1)] == ["user_id"]
    assert placed(work, profiles, event(identities={"phone": "13800138000"})) == [3]
    assert profiles.user_ids(work, [3]) == profiles.uid(work, [3])  # a number is no name


def test_who_leads_whom_is_known_to_every_process(database: Database) -> None:
    here, there = room(), room()
    with database.begin(CLOCK, NOW) as work:
        placed(work, here, event(user="u1"), event(user="u2"))
    with database.begin(CLOCK, NOW) as work:
        assert there.heads(work, [1, 2]) == {1: 1, 2: 2}
    with database.begin(CLOCK, NOW) as work:
        here.join(work, 1, 2)
        assert here.heads(work, [2, 1, 2]) == {1: 1, 2: 1}
        work.connection.rollback()
    with database.read(CLOCK, NOW) as work:
        assert here.heads(work, [2]) == there.heads(work, [2]) == {2: 2}
    with database.begin(CLOCK, NOW) as work:
        here.join(work, 1, 2)
    with database.read(CLOCK, NOW) as work:
        for one in (here, there):
            assert one.heads(work, [2]) == {2: 1} and one.members(work, [1]) == {1: (1, 2)}
            assert one.led(work).profiles.tolist() == [2] and list(one.everyone(work)) == [1]
