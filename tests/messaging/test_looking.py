"""Finding messages by their marks, counting them, trying a template out, taking messages back."""

from collections.abc import Callable
from typing import Any

import pytest

from coterie.core.actor import CLOCK
from coterie.core.clock import DAY
from coterie.core.errors import Invalid, NotFound
from coterie.messaging.looking.model import DayCount, Tally, Wanted
from coterie.messaging.model import Template
from messaging.conftest import Desk, at, request


@pytest.fixture
def told(desk: Desk) -> Desk:
    """Two sent by e-mail, one held for its template, one service by sms a day later."""
    desk.send(request(1, "k1"), request(2, "k2", origin="broadcast:b"))
    desk.send(request(3, "k3", template="nothing"))
    desk.deliver()
    desk.now += DAY
    desk.send(request(1, "k4", channel="sms", template="only-sms", touch="service"))
    return desk


def look(desk: Desk, act: Callable[[Any], Any]) -> Any:
    with desk.database.read(CLOCK, desk.now) as work:
        return act(work)


@pytest.mark.parametrize(
    ("wanted", "keys"),
    [
        (Wanted(), ["k4", "k3", "k2", "k1"]),
        (Wanted(status="sent"), ["k2", "k1"]),
        (Wanted(channel="sms"), ["k4"]),
        (Wanted(origin="broadcast:b"), ["k2"]),
        (Wanted(reason="no_template"), ["k3"]),
        (Wanted(touch="service"), ["k4"]),
        (Wanted(template="hello"), ["k2", "k1"]),
        (Wanted(profile=1), ["k4", "k1"]),
        (Wanted(profile=1, status="sent"), ["k1"]),
        (Wanted(since=at(11, 12)), ["k4"]),
        (Wanted(until=at(11, 12)), ["k3", "k2", "k1"]),
    ],
)
def test_messages_are_found_by_any_mark(told: Desk, wanted: Wanted, keys: list[str]) -> None:
    assert [
        told.key(each) for each in look(told, lambda work: told.room.page(work, wanted))
    ] == keys


def test_one_message_is_found_by_its_id(told: Desk) -> None:
    wanted = told.of(2)[0]
    assert look(told, lambda work: told.room.find(work, wanted.id)) == wanted
    assert wanted.text == "Dear friend"
    with pytest.raises(NotFound):
        look(told, lambda work: told.room.find(work, "nobody"))


def test_they_are_counted_by_reason_and_by_day(told: Desk) -> None:
    assert look(told, lambda work: told.room.tally(work, Wanted())) == [
        Tally("sent", None, 2), Tally("held", "no_template", 1), Tally("queued", None, 1)
    ]  # fmt: skip
    tallies = look(told, lambda work: told.room.tallies(work, ["broadcast:b", "broadcast:c"]))
    assert tallies == {"broadcast:b": [Tally("sent", None, 1)], "broadcast:c": []}
    days = look(told, lambda work: told.room.by_day(work, Wanted()))
    assert [(str(each.day), each.status, each.number) for each in days] == [
        ("2026-01-10", "held", 1), ("2026-01-10", "sent", 2), ("2026-01-11", "queued", 1)
    ]  # fmt: skip


def test_a_day_is_the_brands(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(quiet=None)
    desk.now = at(10, 23, 59)
    desk.send(request(1, "k1"))
    desk.now = at(11, 0, 0)
    desk.send(request(2, "k2"))
    days: list[DayCount] = look(desk, lambda work: desk.room.by_day(work, Wanted()))
    assert [each.day.day for each in days] == [10, 11]


def test_the_origins_are_those_that_messages_have(told: Desk) -> None:
    assert look(told, told.room.origins) == ["broadcast:b", "journey:win-back"]


def test_what_waits_is_taken_back_and_what_is_leased_goes_on(desk: Desk) -> None:
    desk.send(*(request(n, f"k{n}", origin="broadcast:b") for n in (1, 2, 3)))
    desk.send(request(1, "other"))
    leased = desk.lease(1).deliveries[0]
    with desk.database.begin(CLOCK, desk.now) as work:
        assert desk.room.open_of(work, "broadcast:b") == 3
        first = desk.room.withdraw(work, "broadcast:b", 1)
        rest = desk.room.withdraw(work, "broadcast:b", 10)
        assert desk.room.open_of(work, "broadcast:b") == 1
    assert [fact.name for fact in first + rest] == ["coterie.message.held"] * 2
    assert {fact.properties["reason"] for fact in first + rest} == {"cancelled"}
    statuses = {desk.key(m): m.status for n in (1, 2, 3) for m in desk.of(n)}
    assert statuses == {
        "k1": "leased", "k2": "held", "k3": "held", "other": "queued"
    }  # fmt: skip
    assert leased.message == desk.of(1)[0].id


def test_a_template_is_tried_out_on_a_real_person(desk: Desk) -> None:
    desk.people.people[1].firstName = "Ada"
    template = Template("new", "Dear {{ profile.firstName }}, {{ event.name }}", "{{ brand.name }}")
    said = look(
        desk, lambda work: desk.room.try_out(work, template, 1, {"event": {"name": "Barolo"}})
    )
    assert (said.subject, said.text) == ("Vineyard", "Dear Ada, Barolo")
    with pytest.raises(NotFound):
        look(desk, lambda work: desk.room.template(work, "new"))


@pytest.mark.parametrize(
    ("text", "said"),
    [("ok\n{% if x %}", "line 2"), ("{{ x | uppcase }}", "upcase"), ("  ", "nothing")],
)
def test_a_faulty_one_says_where(desk: Desk, text: str, said: str) -> None:
    with pytest.raises(Invalid, match=said) as error:
        look(desk, lambda work: desk.room.try_out(work, Template("new", text), 1, {}))
    assert error.value.path == "text"


def test_trying_out_on_nobody_says_so(desk: Desk) -> None:
    with pytest.raises(NotFound, match="choose another person"):
        look(desk, lambda work: desk.room.try_out(work, Template("new", "hi"), 99, {}))
