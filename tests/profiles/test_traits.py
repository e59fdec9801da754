"""Traits: learnt key by key, newest event time first, and known since when."""

import itertools
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event as database_event

from coterie.core.actor import CLOCK
from coterie.core.event import Event
from coterie.profiles.service import Profiles
from coterie.storage.database import Database
from coterie.storage.work import Work
from profiles.people import NOW, event, identify, room, tell, trait_set


def test_traits_merge_key_by_key(work: Work, profiles: Profiles) -> None:
    tell(work, profiles, [identify("u1", time=10, city="Shanghai", plan={"name": "gold", "n": 1})])
    changes = tell(work, profiles, [identify("u1", time=20, plan={"n": 2}, vip=True)])
    assert changes.touched == {1} and changes.created == frozenset()
    known = profiles.known(work, [1, 99])[1]
    assert known.traits == {"city": "Shanghai", "plan": {"n": 2}, "vip": True}
    assert known.since == {"city": 10, "plan": 20, "vip": 20}
    assert list(profiles.known(work, [1, 99])) == [1]


def test_a_late_word_cannot_overwrite_a_newer_one(work: Work, profiles: Profiles) -> None:
    tell(work, profiles, [identify("u1", time=20, city="Beijing")])
    tell(work, profiles, [identify("u1", time=10, city="Shanghai", age=36)])
    assert profiles.known(work, [1])[1].traits == {"city": "Beijing", "age": 36}


def test_among_equal_times_the_greater_message_id_wins(work: Work, profiles: Profiles) -> None:
    tell(work, profiles, [identify("u1", time=10, id="b", city="Beijing")])
    tell(work, profiles, [identify("u1", time=10, id="a", city="Shanghai")])
    assert profiles.known(work, [1])[1].traits == {"city": "Beijing"}
    tell(work, profiles, [identify("u1", time=10, id="c", city="Chengdu")])
    assert profiles.known(work, [1])[1].traits == {"city": "Chengdu"}


def test_null_and_empty_clear(work: Work, profiles: Profiles) -> None:
    tell(work, profiles, [identify("u1", time=10, city="Shanghai", age=36, email="a@example.com")])
    tell(work, profiles, [identify("u1", time=20, city=None, age="", email=None)])
    known = profiles.known(work, [1])[1]
    assert (known.traits, known.since, known.digests) == ({}, {}, {})
    assert profiles.traits(work, 1) == {} and profiles.holders(work, "city") == set()
    tell(work, profiles, [identify("u1", time=15, city="Beijing", email="b@example.com")])
    assert profiles.known(work, [1])[1].traits == {}
    tell(work, profiles, [identify("u1", time=30, city="Shanghai")])
    assert profiles.known(work, [1])[1].since == {"city": 30}


def test_the_same_value_again_does_not_restart_the_clock(work: Work, profiles: Profiles) -> None:
    for time, number in ((10, 1), (20, 1.0), (30, 1)):
        tell(work, profiles, [identify("u1", time=time, n=number, o={"a": 1, "b": 2})])
    tell(work, profiles, [identify("u1", time=40, o={"b": 2.0, "a": 1})])
    assert profiles.known(work, [1])[1].since == {"n": 10, "o": 10}
    tell(work, profiles, [identify("u1", time=25, n="1")])
    assert profiles.known(work, [1])[1].since["n"] == 30
    tell(work, profiles, [identify("u1", time=15, n=2)])
    assert profiles.known(work, [1])[1].since["n"] == 30
    tell(work, profiles, [identify("u1", time=27, n=1)])
    assert profiles.known(work, [1])[1].since["n"] == 27


def test_traits_beside_any_call_are_learnt_and_kept_for_the_log(
    work: Work, profiles: Profiles
) -> None:
    said = {"traits": {"city": "Shanghai", "email": "ada@example.com"}, "ip": "1.2.3.4"}
    (seen,) = profiles.recognise(work, [event(user="u1", context=said, properties={"n": 1})])
    assert seen.properties == {"n": 1, "context.traits": {"city": "Shanghai"}}
    assert "ip" not in seen.context and "traits" not in seen.context
    assert profiles.learn(work, [seen]).touched == {1}
    assert profiles.traits(work, 1) == {"city": "Shanghai", "email": "ada@example.com"}


def test_a_groups_traits_are_not_hers(work: Work, profiles: Profiles) -> None:
    of_group = {"name": "Acme", "size": 5}
    (seen,) = profiles.recognise(work, [event("group", "u1", traits=of_group)])
    assert seen.properties == {"traits": {"size": 5}}
    profiles.learn(work, [seen])
    assert profiles.traits(work, 1) == {}


def test_the_context_is_cut_to_what_somebody_uses(work: Work, profiles: Profiles) -> None:
    campaign = {"name": "autumn", "source": "wechat"}
    given_context = {
        "campaign": campaign,
        "locale": "zh-CN",
        "userAgent": "x",
        "device": {"id": "d"},
        "page": {"url": "https://example.com/a?mail=x#y", "path": "/a", "referrer": "z"},
    }
    (seen,) = profiles.recognise(work, [event(user="u1", context=given_context)])
    page = {"url": "https://example.com/a", "path": "/a"}
    assert seen.context == {"campaign": campaign, "locale": "zh-CN", "page": page}


def test_a_fact_sets_a_trait(work: Work, profiles: Profiles) -> None:
    tell(work, profiles, [identify("u1", time=10, tier="silver")])
    changes = tell(work, profiles, [trait_set(1, "tier", "gold", 20), trait_set(1, "n", None, 20)])
    assert changes.touched == {1}
    assert profiles.traits(work, 1) == {"tier": "gold"}
    (sealed,) = profiles.recognise(work, [trait_set(1, "email", "ada@example.com", 20)])
    assert "value" not in sealed.properties
    profiles.learn(work, [sealed])
    assert profiles.traits(work, 1) == {"tier": "gold", "email": "ada@example.com"}


def test_identifying_values_are_sealed_and_come_back(work: Work, profiles: Profiles) -> None:
    address = {"city": "Shanghai", "street": "Nanjing Road 1"}
    tell(work, profiles, [identify("u1", time=10, email="ada@example.com", address=address)])
    tell(work, profiles, [identify("u2", time=10, email="bo@example.com", city="Beijing")])
    assert profiles.traits(work, 1) == {"email": "ada@example.com", "address": address}
    assert profiles.reveal(work, [1, 2, 3], "email") == {1: "ada@example.com", 2: "bo@example.com"}
    assert profiles.reveal(work, [1, 2], "city") == {2: "Beijing"}
    known = profiles.known(work, [1])[1]
    assert known.traits == {}
    assert known.digests["email"] == profiles.blind("email", "ada@example.com")
    tell(work, profiles, [identify("u1", time=20, email="ada@example.com")])
    assert profiles.known(work, [1])[1].since["email"] == 10
    tell(work, profiles, [identify("u1", time=30, email="ada@example.org")])
    tell(work, profiles, [identify("u1", time=5, email="ada@example.net")])
    assert profiles.reveal(work, [1], "email") == {1: "ada@example.org"}
    assert profiles.known(work, [1])[1].since["email"] == 30


def test_a_value_moves_between_the_sides_as_it_looks(work: Work, profiles: Profiles) -> None:
    tell(work, profiles, [identify("u1", time=10, contact="13800138000")])
    assert profiles.known(work, [1])[1].traits == {}
    assert profiles.traits(work, 1) == {"contact": "13800138000"}
    tell(work, profiles, [identify("u1", time=20, contact="by letter")])
    known = profiles.known(work, [1])[1]
    assert (known.traits, known.digests) == ({"contact": "by letter"}, {})
    tell(work, profiles, [identify("u1", time=15, contact="13800138001")])
    assert profiles.known(work, [1])[1].traits == {"contact": "by letter"}


def test_what_was_inside_a_trait_goes_with_it(work: Work, profiles: Profiles) -> None:
    first = identify("u1", time=10, company={"size": 5, "mail": "ada@example.com"})
    second = identify("u1", time=20, company={"size": 6})
    tell(work, profiles, [first])
    assert profiles.reveal(work, [1], "company.mail") == {1: "ada@example.com"}
    assert profiles.known(work, [1])[1].traits == {"company": {"size": 5}}
    assert profiles.holders(work, "company.mail") == {1}
    tell(work, profiles, [second])
    assert profiles.reveal(work, [1], "company.mail") == {}
    assert profiles.known(work, [1])[1].digests == {}
    assert profiles.holders(work, "company.mail") == set()
    tell(work, profiles, [identify("u1", time=15, company={"mail": "bo@example.com"})])
    assert profiles.known(work, [1])[1].digests == {}


def test_names_that_no_index_takes_are_not_learnt(work: Work, profiles: Profiles) -> None:
    odd = {"n" * 201: 1, "": 2, "nul\x00l": "x\x00y"}
    tell(work, profiles, [event("identify", "u1", traits=odd)])
    assert profiles.traits(work, 1) == {"null": "x\x00y"}
    many = event("n" * 3_000, "u1", name="n" * 3_000, properties={"k" * 3_000: "13800138000"})
    tell(work, profiles, [many])
    assert profiles.flags(work)[0].event == "n" * 200


names = st.sampled_from(["city", "email", "plan"])
values = st.sampled_from([None, "", "x", "y", 1, {"a": "x"}, {"m": "ada@example.com"}])
words = st.tuples(st.integers(0, 4), st.dictionaries(names, values, min_size=1))


@given(st.lists(words, min_size=1, max_size=6), st.data())
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_arrival_order_leaves_the_same_traits(
    database: Database, story: list[tuple[int, dict[str, Any]]], data: st.DataObject
) -> None:
    events = [
        event("identify", "u1", time=time, id=f"m{n}", traits=traits)
        for n, (time, traits) in enumerate(story)
    ]

    def outcome(batches: list[list[Event]]) -> Any:
        with database.read(CLOCK, NOW) as work:
            profiles = room()
            for batch in batches:
                tell(work, profiles, batch)
            known = profiles.known(work, [1])[1]
            return known, profiles.traits(work, 1)

    shuffled = data.draw(st.permutations(events))
    cut = data.draw(st.integers(0, len(events)))
    assert outcome([shuffled[:cut], shuffled[cut:]]) == outcome([events])
    assert outcome([[one] for one in shuffled] + [events]) == outcome([events])
    newest: dict[str, Any] = {}
    for one in sorted(events, key=lambda one: (one.time, one.id)):
        newest |= one.traits
    shown = {name: value for name, value in outcome([events])[1].items() if "." not in name}
    assert shown.keys() == {name for name, value in newest.items() if value not in (None, "")}


def test_a_bulk_of_thousands_takes_few_statements(work: Work, profiles: Profiles) -> None:
    statements: list[str] = []
    database_event.listen(
        work.connection, "before_cursor_execute", lambda *given: statements.append(given[2])
    )
    counter = itertools.count()
    people = [
        identify(f"u{n}", time=NOW, id=f"b{next(counter)}", age=n % 90, email=f"u{n}@example.com")
        for n in range(1_500)
    ]
    assert len(tell(work, profiles, people).created) == 1_500
    assert len(profiles.known(work, profiles.everyone(work))) == 1_500
    assert len(statements) < 40
