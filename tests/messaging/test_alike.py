"""One thing asked for many people is what a request of each would have been."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from coterie.core.actor import CLOCK
from coterie.core.clock import HOUR, MINUTE
from coterie.messaging.alike.model import Alike, Alikes, Asking
from coterie.messaging.model import Message, Template
from coterie.messaging.naming import block, message_id, name
from coterie.messaging.store import message_rows
from messaging.conftest import Desk, at, request, statuses
from messaging.people import Person

PEOPLE = range(1, 41)
ZONES = [None, "Europe/Berlin", "America/New_York", "Nowhere/Land"]


def ask(desk: Desk, alike: Alike, people: Sequence[int], shadow: Sequence[int] = ()) -> Alikes:
    with desk.database.begin(CLOCK, desk.now) as work:
        return desk.room.send_alike(work, alike, np.array(people, np.int32), None, BitMap(shadow))


def thing(**chosen: Any) -> Alike:
    base = Alike("email", "hello", "emotional", "journey:j", ("journey", "j", "hello", 5), "hello")
    return replace(base, **chosen)


@st.composite
def crowds(draw: st.DrawFn) -> dict[int, Person]:
    kinds = draw(st.lists(st.tuples(st.booleans(), st.booleans(), st.sampled_from(ZONES),
                                    st.booleans(), st.sampled_from([None, True, "soon"])),
                          min_size=1, max_size=4))  # fmt: skip
    made = {}
    for number in PEOPLE:
        agrees, reached, zone, plain, confirmed = kinds[number % len(kinds)]
        given_ = {"timezone": zone, "age_confirmed": confirmed}
        made[number] = Person(
            email=f"p{number}@example.com" if reached else None,
            traits={trait: value for trait, value in given_.items() if value is not None},
            wants_nothing_chosen=plain,
            consents={("marketing", "email")} if agrees else set(),
        )
    return made


@st.composite
def askings(draw: st.DrawFn) -> tuple[Alike, list[int], list[int], int]:
    """What is asked, of whom (some twice, in any order), who is in the control group, how late."""
    crowd = draw(st.sampled_from([PEOPLE, range(1, 41, 3), range(7, 30)]))
    people = [*crowd, *draw(st.lists(st.sampled_from([*PEOPLE, 99]), max_size=3))]
    people = draw(st.sampled_from([people, people[::-1]]))
    late = draw(st.sampled_from([0, 1, MINUTE, 11 * HOUR]))
    alike = thing(
        touch=draw(st.sampled_from(["emotional", "commercial", "service", "informational"])),
        template=draw(st.sampled_from(["hello", "hello", "only-sms", "missing"])),
        cause=("journey", "j", "hello", draw(st.integers(0, 2))),
        value=draw(st.sampled_from([0.0, 1.0])),
        expires_at=draw(st.sampled_from([None, at(10, 23, 30), at(11, 20)])),
        personalised=draw(st.booleans()),
        items=draw(st.sampled_from([(), ("barolo",)])),
        run_key=draw(st.sampled_from([None, "order 1"])),
        variables=draw(st.sampled_from([{}, {"event": {"name": "Barolo"}}])),
    )
    shadow = draw(st.lists(st.sampled_from(PEOPLE), max_size=8))
    return alike, people, shadow, late


def fates(desk: Desk) -> list[Message]:
    with desk.database.read(CLOCK, desk.now) as work:
        told = desk.room.page(work, limit=10_000)
    return sorted(told, key=lambda one: one.id)


@settings(max_examples=12,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(
    people=crowds(),
    asked=st.lists(askings(), min_size=1, max_size=4),
    chosen=st.sampled_from([{}, {"per_day": 1}, {"holdout": 50}, {"quiet": None, "per_week": 2}]),
    now=st.sampled_from([at(10, 12), at(10, 22, 59)]),
)
def test_many_at_once_are_what_a_request_of_each_would_be(
    make_desk: Callable[..., Desk],
    people: dict[int, Person],
    asked: list[tuple[Alike, list[int], list[int], int]],
    chosen: dict[str, Any],
    now: int,
) -> None:
    told = []
    for by_columns in (True, False):
        desk = make_desk(people=0, **chosen)
        desk.people.people.update(people)
        desk.people.learn_keys()
        desk.room._ages = lambda _work, items: dict.fromkeys(items, 18)
        desk.now = now
        facts = []
        for alike, who, shadow, late in asked:
            desk.now += late
            if by_columns:
                found = ask(desk, alike, who, shadow)
                facts += found.facts
                held = set(found.held)
            else:
                sent = desk.send(*(alike.request(n, n, shadow=n in shadow) for n in who))
                facts += sent.facts
                held = {one.profile for one in sent.messages if one.status == "held"}
            told.append(held)
        leased = desk.lease(1_000)
        said = {each.message: each.text for each in leased.deliveries}
        told.append((fates(desk), {each.id: each for each in facts}, said))
        empty(desk)
    half = len(told) // 2
    assert told[:half] == told[half:]


def own_of(profile: int) -> dict[str, Any]:
    return {"event": {"name": f"wine {profile % 3}"}}


@settings(max_examples=12,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(
    people=crowds(),
    asked=st.lists(st.tuples(askings(), st.booleans()), min_size=2, max_size=4),
    chosen=st.sampled_from([{}, {"per_day": 1}, {"holdout": 50}, {"quiet": None, "per_week": 2}]),
)
def test_several_things_at_once_are_what_one_sending_of_all_would_be(
    make_desk: Callable[..., Desk],
    people: dict[int, Person],
    asked: list[tuple[tuple[Alike, list[int], list[int], int], bool]],
    chosen: dict[str, Any],
) -> None:
    told: list[Any] = []
    for by_columns in (True, False):
        desk = make_desk(people=0, **chosen)
        desk.people.people.update(people)
        desk.people.learn_keys()
        desk.define(Template("hello", "Dear {{ profile.user_id }}, {{ event.name }}"))
        desk.room._ages = lambda _work, items: {"barolo": 18} if "barolo" in items else {}
        things = [
            Asking(replace(alike, variables={}) if alone else alike, np.array(who, np.int32),
                   np.array(who, np.int32), BitMap(shadow), own_of if alone else None,
                   {n: ("barolo",) for n in who if n % 2} if alone else {})
            for (alike, who, shadow, _), alone in asked
        ]  # fmt: skip
        requests = [
            [one.alike.request(n, n, shadow=n in one.shadow, own=own_of(n) if one.own else {},
                               items=one.items.get(n, ())) for n in one.people.tolist()]
            for one in things
        ]  # fmt: skip
        if by_columns:
            with desk.database.begin(CLOCK, desk.now) as work:
                said, facts = desk.room.send_all(work, things)
            held = [set(one.held) for one in said]
        else:
            sent = desk.send(*(request for several in requests for request in several))
            facts, answers = sent.facts, iter(sent.messages)
            held = [
                {message.profile for _, message in zip(several, answers, strict=False)
                 if message.status == "held"}
                for several in requests
            ]  # fmt: skip
        desk.now += 12 * HOUR
        written = {each.message: each.text for each in desk.lease(1_000).deliveries}
        sent_or_held = [replace(one, version=0) for one in fates(desk)]  # it was defined again
        told.append((held, sent_or_held, {each.id: each for each in facts}, written))
        empty(desk)
    assert told[0] == told[1]


def empty(desk: Desk) -> None:
    with desk.database.begin(CLOCK, desk.now) as work:
        work.connection.execute(message_rows.delete())


def test_who_is_more_than_one_message_in_a_crowd_is_found_by_name(desk: Desk) -> None:
    ask(desk, thing(), [1, 2, 3])
    again = ask(desk, thing(), [3, 2, 1, 1])
    assert (again.facts, len(fates(desk))) == ([], 3)
    assert {one.id for one in fates(desk)} == {
        message_id(name(thing().cause, n)) for n in (1, 2, 3)
    }
    (delivery,) = desk.lease(1).deliveries
    assert delivery.text == "Dear friend"


def test_names_are_neighbours_and_each_keeps_to_itself() -> None:
    people = np.arange(1, 1_000, dtype=np.int32)
    whole = block(("journey", "j", "hello", 5), people)
    names = [whole[start : start + 16] for start in range(0, len(whole), 16)]
    assert names == sorted(names)
    assert len({one[:6] for one in names}) == 1
    assert len({one[11:] for one in names}) == len(names)
    other = block(("journey", "j", "hello", 6), people)
    assert other[:6] != whole[:6]
    assert {other[at : at + 5] for at in range(11, 160, 16)}.isdisjoint(one[11:] for one in names)


def test_a_better_one_takes_the_slots_of_a_crowd(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(people=6, per_day=1)
    ask(desk, thing(touch="commercial", cause=("a",)), range(1, 7))
    found = ask(desk, thing(cause=("b",)), range(1, 7))
    assert not found.held
    assert [fact.properties["reason"] for fact in found.facts] == ["cap_day"] * 6
    assert [statuses(desk.of(n)) for n in (1, 6)] == [[("held", "cap_day"), ("queued", None)]] * 2


def test_whose_day_is_full_is_told_from_the_others(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(people=12, per_day=2)
    ask(desk, thing(cause=("a",)), range(1, 9))
    ask(desk, thing(cause=("b",)), range(5, 13))
    desk.send(request(1, "one of her own"))
    assert set(ask(desk, thing(cause=("c",)), range(1, 13)).held) == {1, 5, 6, 7, 8}


@pytest.mark.parametrize("erased", [False, True])
def test_what_waits_is_written_by_its_version_from_what_is_known_by_then(
    desk: Desk, erased: bool
) -> None:
    desk.define(Template("now", "{{ traits.city }} {{ profile.user_id }}, {{ event.name }}"))
    ask(desk, thing(template="now", variables={"event": {"name": "Barolo"}}), [1, 2])
    desk.define(Template("now", "changed"))
    desk.people.people[1].traits["city"] = "Turin"
    if erased:
        with desk.database.begin(CLOCK, desk.now) as work:
            desk.room.erase(work, [1])
        desk.people.forget(1)
    desk.now += 1
    said = {each.profile: each.text for each in desk.lease().deliveries}
    assert said == ({} if erased else {1: "Turin u1, Barolo"}) | {2: " u2, Barolo"}
    assert desk.of(1)[0].reason == ("erased" if erased else None)
