"""10,000 people of one to five identities each are 10,000 people, in whatever order they come."""

from collections import Counter
from random import Random
from typing import Any

import pytest

from coterie.core.actor import CLOCK
from coterie.core.event import Event
from coterie.profiles.graph import store
from coterie.profiles.service import Profiles
from coterie.storage.database import Database
from coterie.storage.work import Work
from profiles.people import NOW, room

KINDS = ("user_id", "wechat.unionid", "member_no", "email", "phone", "anonymous_id")


def lives(seed: int, people: int) -> list[Event]:
    """Make people of one to five identities, and events that name them two by two and alone."""
    random = Random(seed)
    events: list[Event] = []
    for person in range(people):
        kinds = random.sample(KINDS, random.randint(1, 5))
        hers = [(kind, _value(kind, person)) for kind in kinds]
        pairs = [[one, random.choice(hers[:n])] for n, one in enumerate(hers) if n] or [hers]
        for names in pairs + [[random.choice(hers)] for _ in range(random.randint(0, 2))]:
            number = len(events)
            events.append(_event(number, person, dict(names)))
    return events


def _value(kind: str, person: int) -> str:
    if kind == "phone":
        return f"+86138{person:08d}"
    return f"{kind}-{person}@example.com"


def _event(number: int, person: int, names: dict[str, str]) -> Event:
    return Event(
        id=f"e{number}",
        type="track",
        name="Seen",
        time=NOW + number,
        received=NOW + number,
        source="test",
        user_id=names.pop("user_id", None),
        anonymous_id=names.pop("anonymous_id", None),
        identities=names,
        context={"traits": {"person": person, "city": number % 7}},
    )


def _batches(events: list[Event], size: int) -> list[list[Event]]:
    return [events[start : start + size] for start in range(0, len(events), size)]


def carried(
    work: Work, profiles: Profiles, events: list[Event], size: int, *, learns: bool
) -> list[Event]:
    found: list[Event] = []
    for batch in _batches(events, size):
        recognised = profiles.recognise(work, batch)
        if learns:
            profiles.learn(work, recognised)
        found += recognised
    return found


def told(work: Work, profiles: Profiles, events: list[Event]) -> Any:
    """Tell of each person what no number is in: her identities, traits, tags and events."""
    heads = profiles.heads(work, [event.came_with for event in events])
    counts = Counter(heads[event.came_with] for event in events)
    hers: dict[int, list[str]] = {head: [] for head in counts}
    for node in store.of_people(work, counts):
        hers[node.person or 0].append(f"{node.kind} {node.digest}")
    known = profiles.known(work, counts)
    return sorted(
        (sorted(hers[head]), sorted(known[head].traits.items()), sorted(known[head].since.items()),
         sorted(known[head].tags), number)
        for head, number in counts.items()
    )  # fmt: skip


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_ten_thousand_people_are_as_many_in_random_order(database: Database) -> None:
    events = lives(7, 10_000)
    Random(2).shuffle(events)
    with database.read(CLOCK, NOW) as work:
        profiles = room()
        found = carried(work, profiles, events, 7_000, learns=False)
        assert profiles.count(work) == 10_000 and profiles.reviews(work) == []
        heads = profiles.heads(work, [event.came_with for event in found])
        of_whom: dict[int, set[int]] = {}
        for before, after in zip(events, found, strict=True):
            whose = of_whom.setdefault(heads[after.came_with], set())
            whose.add(before.context["traits"]["person"])
        assert sorted(whose.pop() for whose in of_whom.values()) == list(range(10_000))
        assert not any(of_whom.values())


def test_traits_and_events_are_the_same_in_any_order(database: Database) -> None:
    events = lives(8, 200)
    found = []
    for seed, size in ((1, len(events)), (2, 150), (3, 90)):
        shuffled = list(events)
        Random(seed).shuffle(shuffled)
        with database.read(CLOCK, NOW) as work:
            profiles = room()
            came = carried(work, profiles, shuffled, size, learns=True)
            assert profiles.count(work) == 200
            found.append(told(work, profiles, came))
    assert found[0] == found[1] == found[2]
    assert sum(number for *_, number in found[0]) == len(events)
