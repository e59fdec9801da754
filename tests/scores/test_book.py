"""What is added to those who stand in the book is what a computation from scratch gives."""

import random
from pathlib import Path
from typing import Any

import pytest

from coterie.catalog.model import Item
from coterie.core.actor import COMMAND
from coterie.core.clock import DAY, HOUR, MINUTE
from coterie.core.event import Event
from coterie.scores.book import Book
from coterie.scores.model import Kinds, Weights
from coterie.scores.service import Scores
from coterie.storage.database import Database
from scores.test_scores import SHANGHAI, House

USERS = ("ann", "bob", "cat", "dan", "eve")
NAMES = ("Article Read", "Order Completed", "Page Viewed")
ITEMS = ("barolo", "chablis", "nameless")


class _Undo(Exception):
    pass


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    made = House(database, tmp_path / "log")
    items = [Item("barolo", topics=("wine/italy",)), Item("chablis", topics=("wine",))]
    made.do(made.catalog.define_items, items)
    made.do(made.scores.configure, Weights(activity=Kinds(weights={}, cap=3)))
    return made


def another(house: House) -> Scores:
    """Score the same house as another process does."""
    return Scores(house.profiles, house.catalog, house.log, SHANGHAI)


def levels(house: House, work: Any) -> dict[tuple[int, str], float]:
    everybody = house.profiles.everyone(work)
    return {(who, name): level for who, name, level, _ in house.profiles.faded(work, everybody)}


def agrees(house: House) -> bool:
    """Say whether what is published is, to the last bit, what all events give."""
    found: dict[str, Any] = {}
    with pytest.raises(_Undo), house.database.begin(COMMAND, house.now) as work:
        found["stands"] = levels(house, work)
        house.profiles.unfade(work, house.profiles.everyone(work))
        another(house).recompute_all(work)
        found["counted"] = levels(house, work)
        raise _Undo
    return bool(found["stands"]) and found["stands"] == found["counted"]


def reads(house: House) -> list[set[int]]:
    """Note whose traces are read from now on."""
    noted: list[set[int]] = []
    read = house.log.traces

    def note(work: Any, profiles: Any) -> Any:
        noted.append(set(profiles))
        return read(work, profiles)

    house.log.traces = note  # type: ignore[method-assign]
    return noted


def some(house: House, chance: random.Random) -> Event:
    """Make an event: mostly of now, sometimes of long ago, of yesterday, of the future."""
    when = house.now - chance.randrange(5 * MINUTE)
    odd = chance.random()
    if odd < 0.05:
        when = house.now - chance.randrange(40 * DAY)
    elif odd < 0.15:
        when = house.now - chance.randrange(DAY)
    elif odd < 0.2:
        when = house.now + chance.randrange(2 * HOUR)
    items = chance.sample(ITEMS, chance.randrange(2))
    return house.track(chance.choice(USERS), chance.choice(NAMES), when, *items)


@pytest.mark.parametrize("seed", range(2))
def test_whatever_comes_in_whatever_order_counts_as_from_scratch(house: House, seed: int) -> None:
    chance = random.Random(seed)
    sent: list[Event] = []
    for step in range(14):
        house.now += chance.randrange(3 * HOUR)
        batch = [some(house, chance) for _ in range(chance.randrange(1, 20))]
        sent += batch
        house.receive(*batch, *chance.sample(sent, min(3, len(sent))))  # some come twice
        house.do(house.scores.wake)
        if step % 5 == 3:
            house.do(house.log.flush)
        if step == 6:
            changed = house.do(house.catalog.retag, "barolo", ["wine/italy/piedmont", "red"])
            house.do(house.scores.retagged, changed)
        if step == 9:
            join(house, "ann", "bob")
        if step == 11:
            house.scores = another(house)
        assert agrees(house), f"step {step}"


def join(house: House, one: str, two: str) -> None:
    with house.database.begin(COMMAND, house.now) as work:
        found = [house.profiles.find(work, "user_id", user) for user in (one, two)]
        house.profiles.join(work, *found)
        shifts = house.profiles.shifted(work)
        house.log.follow(work, shifts)
        house.scores.follow(work, shifts)


def test_who_is_in_the_book_is_not_read_again(house: House) -> None:
    house.receive(house.track("ann", "Article Read", house.now, "barolo"))
    noted = reads(house)
    house.now += HOUR
    house.receive(*(house.track("ann", "Article Read", house.now, "barolo") for _ in range(9)))
    assert noted == []
    house.receive(house.track("ann", "Article Read", house.now - 3 * DAY, "barolo"))
    assert noted == [{house.person("ann")}], "late: her past is read"
    assert agrees(house)


def test_a_transaction_that_fails_leaves_the_book_as_it_was(house: House) -> None:
    house.receive(house.track("ann", "Article Read", house.now, "barolo"))
    event = house.track("ann", "Article Read", house.now, "barolo")
    with pytest.raises(_Undo), house.database.begin(COMMAND, house.now) as work:
        house.scores.add(work, house.log.append(work, house.profiles.recognise(work, [event])))
        raise _Undo
    house.receive(event)
    assert agrees(house)


def test_what_another_process_scored_is_read_anew(house: House) -> None:
    house.receive(house.track("ann", "Article Read", house.now, "barolo"))
    mine, house.scores = house.scores, another(house)
    house.receive(house.track("ann", "Article Read", house.now, "barolo"))
    house.scores = mine
    house.receive(house.track("ann", "Article Read", house.now, "barolo"))
    assert agrees(house)


def test_events_that_came_past_it_make_the_book_worthless(house: House) -> None:
    """A bulk by columns is scored later: until then nobody may go on from the book."""
    house.receive(house.track("ann", "Article Read", house.now, "barolo"))
    with house.database.begin(COMMAND, house.now) as work:
        past = [house.track("ann", "Article Read", house.now, "barolo")]
        house.log.append_bulk(work, house.profiles.recognise(work, past))
    house.receive(house.track("ann", "Article Read", house.now, "barolo"))
    assert agrees(house)


def test_the_book_holds_so_much_and_no_more(house: House) -> None:
    house.scores._book = Book(most=6)  # each of them takes two
    for user in USERS:
        house.receive(house.track(user, "Page Viewed", house.now))
    noted = reads(house)
    house.receive(*(house.track(user, "Page Viewed", house.now) for user in USERS))
    assert noted == [{house.person(user) for user in USERS[:-3]}]
    assert agrees(house)
