"""Polls of a whole house: one answer a person, tags and traits through facts, what came out."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from coterie.campaigns.polls.model import Results
from coterie.core.errors import Conflict, NotFound
from coterie.storage.work import Work
from coterie.testing.house import House

WINE: dict[str, Any] = {
    "question": {"en": "Red or white?", "zh": "红还是白？"},
    "choices": [
        {"code": "red", "en": "Red", "zh": "红", "tag": "likes:red"},
        {"code": "white", "en": "White", "zh": "白", "tag": "likes:white"},
    ],
    "trait": "colour",
}


class Room:
    """A house that tests share; each has people and polls of its own, told apart by a number."""

    def __init__(self, house: House, number: int) -> None:
        self.house, self.app, self.number = house, house.app, number
        self.house.receive(
            [
                {"type": "identify", "userId": self.named(user), "traits": {"city": "Jinan"}}
                for user in ("ann", "bob", "eve")
            ]
        )

    def named(self, name: str) -> str:
        """Name somebody, or a poll, of this test alone."""
        return f"{name}{self.number}"

    def work(self) -> AbstractContextManager[Work]:
        return self.house._edit()

    def profile(self, work: Work, user_id: str) -> int:
        return self.house._profile(work, self.named(user_id))

    def define(self, slug: str = "wine", **change: Any) -> None:
        with self.work() as work:
            self.app.polls.define(work, self.named(slug), {**WINE, **change})

    def close(self, slug: str = "wine") -> None:
        with self.work() as work:
            self.app.polls.close(work, self.named(slug))

    def answer(self, user_id: str, *given: str) -> None:
        with self.work() as work:
            profile = self.profile(work, user_id)
            said = self.app.polls.answer(work, self.named("wine"), profile, given)
            self.app.inbound.tell(work, said)
        self.house.settle()

    def results(self) -> Results:
        with self.work() as work:
            return self.app.polls.results(work, self.named("wine"))

    def counts(self) -> dict[str, int]:
        return {one.code: one.count for one in self.results().shares}

    def tags(self, user_id: str) -> set[str]:
        return set(self.house.tags(self.named(user_id)))

    def colour(self, user_id: str) -> Any:
        return self.house.traits(self.named(user_id))["colour"]

    def members(self, segment: str) -> set[str]:
        return {user.rstrip("0123456789") for user in self.house.members(segment)}


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[House, Iterator[int]]]:
    with House() as made:
        yield made, count(1)


@pytest.fixture
def room(shared: tuple[House, Iterator[int]]) -> Room:
    house, numbers = shared
    return Room(house, next(numbers))


def test_an_answer_is_one_and_changes_what_it_put_on(room: Room) -> None:
    room.define()
    room.answer("ann", "red")
    assert room.tags("ann") == {"likes:red"}
    assert room.colour("ann") == "red"
    room.house.advance(hours=1)
    room.answer("ann", "white")
    assert room.tags("ann") == {"likes:white"}
    assert room.colour("ann") == "white"
    assert room.counts() == {"red": 0, "white": 1}
    before = len(room.house.facts())
    room.house.advance(hours=1)
    room.answer("ann", "white")
    assert len(room.house.facts()) == before, "the same answer again says nothing new"


def test_an_answer_is_an_event_that_rules_may_ask_for(room: Room) -> None:
    room.define(kind="multiple")
    asked = [{"property": "poll", "op": "=", "value": room.named("wine")}]
    room.house.define_segment("answered", {"did": "Poll Answered", "where": asked})
    anything = {"all": [{"in_segment": "answered"}, {"did": "*"}]}
    room.house.define_segment("did-anything", anything)
    room.answer("ann", "red", "white")
    assert room.members("answered") == room.members("did-anything") == {"ann"}
    assert room.colour("ann") == ["red", "white"]


def test_two_who_are_one_have_one_answer_the_latest_and_come_apart_again(room: Room) -> None:
    room.define()
    room.answer("ann", "red")
    room.house.advance(hours=1)
    room.answer("bob", "white")
    room.house.merge(room.named("ann"), room.named("bob"))
    assert room.counts() == {"red": 0, "white": 1}
    assert room.tags("ann") == {"likes:white"}
    room.house.unmerge(room.named("ann"), room.named("bob"))
    assert room.counts() == {"red": 1, "white": 1}


def test_what_she_answered_is_hers_and_goes_with_her(room: Room) -> None:
    room.define()
    room.answer("ann", "red")
    with room.work() as work:
        document = room.app.erasing.hand_out(work, room.profile(work, "ann"))
    assert "poll_answers" in str(document)
    room.house.erase(room.named("ann"))
    assert room.results().answered == 0


def test_a_closed_poll_takes_no_answer_and_no_change(room: Room) -> None:
    room.define(closes=(room.house.now + timedelta(days=1)).isoformat())
    room.answer("ann", "red")
    room.house.advance(days=1)
    with pytest.raises(Conflict, match="closed"):
        room.answer("ann", "white")
    room.close()
    with pytest.raises(Conflict, match="closed"):
        room.define()
    assert room.counts() == {"red": 1, "white": 0}


def test_what_somebody_chose_stays_to_be_chosen(room: Room) -> None:
    room.define()
    room.answer("ann", "red")
    others = [{"code": "rose", "en": "Rosé"}, WINE["choices"][1]]
    with pytest.raises(Conflict, match="red"):
        room.define(choices=others)
    with pytest.raises(Conflict, match="kind"):
        room.define(kind="multiple")
    room.define(choices=[*WINE["choices"], others[0]])
    assert room.counts() == {"red": 1, "white": 0, "rose": 0}
    with pytest.raises(NotFound):
        room.define(segment="nobody-knows-it")


def test_silence_is_told_and_made_up_for(room: Room) -> None:
    """Asked are eight new ones and two loyal ones; both loyal ones answer, and one new one."""
    people = [
        {"type": "identify", "userId": room.named(f"u{number}x"),
         "traits": {"class": "loyal" if number < 2 else "new"}}
        for number in range(10)
    ]  # fmt: skip
    room.house.receive(people)
    room.house.define_segment("asked", {"trait": "class", "op": "exists"})
    room.define(segment="asked", weigh_by="class")
    for user_id, colour in (("u0x", "red"), ("u1x", "red"), ("u2x", "white")):
        room.answer(user_id, colour)
    found = room.results()
    assert (found.answered, found.asked, found.unheard) == (3, 10, 0)
    assert {one.code: round(one.share, 2) for one in found.shares} == {"red": 0.67, "white": 0.33}
    assert {one.code: one.weighted for one in found.shares} == pytest.approx(
        {"red": 0.2, "white": 0.8}
    )
    assert [(one.value, one.asked, one.answered) for one in found.strata] == [
        ("new", 8, 1), ("loyal", 2, 2),
    ]  # fmt: skip


def test_a_number_has_a_mean(room: Room) -> None:
    room.define(kind="number", choices=[], low=1, high=5)
    for user_id, stars in (("ann", "5"), ("bob", "2"), ("eve", "2")):
        room.answer(user_id, stars)
    found = room.results()
    assert (found.mean, found.asked) == (3, None)
    assert room.counts() == {"2": 2, "5": 1}
    assert room.colour("ann") == 5


def test_a_template_knows_the_readers_own_address_of_each_open_poll(room: Room) -> None:
    room.define()
    room.define("over")
    room.close("over")
    with room.work() as work:
        ann, bob = room.profile(work, "ann"), room.profile(work, "bob")
        found = room.app.messaging.variables["polls"].of(work, [ann, bob])
        assert room.named("over") not in found[ann]
        link = found[ann][room.named("wine")]
        said = room.app.codes.unsign("poll", link.rpartition("/q/")[2], now=work.now)
    assert said == {"profile": ann, "poll": room.named("wine")}
    assert link != found[bob][room.named("wine")]
