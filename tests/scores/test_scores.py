"""The scores on the real rooms below: profiles, catalog and log."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from coterie.catalog.model import Item
from coterie.catalog.service import Catalog
from coterie.core.actor import COMMAND
from coterie.core.clock import DAY, MINUTE
from coterie.core.errors import Invalid
from coterie.core.event import Event
from coterie.events.log import Log
from coterie.profiles.service import Profiles
from coterie.scores.model import Kinds, Weights
from coterie.scores.service import Scores
from coterie.storage.database import Database

NOW = 1_767_225_600_000
SHANGHAI = ZoneInfo("Asia/Shanghai")
H = 14 * DAY


class House:
    """The stations from recognise to score, around one database."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.now = NOW
        self.profiles = Profiles(b"k" * 32, SHANGHAI)
        self.catalog = Catalog()
        self.log = Log(folder, heads=self.profiles)
        self.scores = Scores(self.profiles, self.catalog, self.log, SHANGHAI)
        self._count = 0

    def do(self, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with self.database.begin(COMMAND, self.now) as work:
            return verb(work, *args, **kwargs)

    def track(self, user: str, name: str, time: int, *items: str) -> Event:
        self._count += 1
        return Event(
            id=f"m{self._count}",
            type="track",
            name=name,
            time=time,
            received=self.now,
            source="test",
            user_id=user,
            items=items,
        )

    def receive(self, *events: Event) -> None:
        with self.database.begin(COMMAND, self.now) as work:
            fresh = self.log.append(work, self.profiles.recognise(work, events))
            self.profiles.learn(work, fresh)
            self.scores.add(work, fresh)

    def person(self, user: str) -> int:
        return self.do(self.profiles.find, "user_id", user)

    def traits(self, user: str) -> dict[str, float]:
        profile = self.person(user)
        return dict(self.do(self.profiles.known, [profile])[profile].traits)


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    made = House(database, tmp_path / "log")
    made.do(
        made.catalog.define_items,
        [
            Item("barolo", topics=("wine/italy/piedmont",)),
            Item("chablis", topics=("wine/france",)),
        ],
    )
    return made


def test_scores_are_published_as_fading_traits(house: House) -> None:
    house.receive(
        house.track("ann", "Order Completed", NOW, "barolo"),
        house.track("bob", "Article Read", NOW, "chablis"),
    )
    assert house.traits("ann") == {
        "scores.activity": 10.0,
        "scores.interest.wine": 0.75,
        "scores.interest.wine/italy": 1.5,
        "scores.interest.wine/italy/piedmont": 3.0,
    }
    house.now = NOW + 14 * DAY
    assert house.traits("ann")["scores.activity"] == 5.0
    assert house.traits("bob") == {
        "scores.activity": 1.0,  # two points, a half-life ago
        "scores.interest.wine": round(0.5 * 2 ** (-14 / 60), 6),
        "scores.interest.wine/france": round(2 ** (-14 / 60), 6),
    }


def test_adding_in_any_steps_and_order_is_a_computation_from_scratch(house: House) -> None:
    events = [house.track("ann", "Article Read", NOW - n * 7 * DAY, "barolo") for n in range(8)]
    events += [house.track("ann", "Page Viewed", NOW - n * MINUTE) for n in range(15)]
    for event in events[::-2] + events[-2::-2]:  # late ones, and out of order
        house.receive(event)
    stepwise = house.traits("ann")
    house.do(house.scores.recompute_all)
    assert house.traits("ann") == stepwise
    twins = [msgspec.structs.replace(e, id=f"t{e.id}", user_id="twin") for e in events]
    house.receive(*twins)
    assert house.traits("twin") == stepwise


def test_an_event_from_the_future_counts_when_its_time_has_come(house: House) -> None:
    house.receive(house.track("ann", "Order Completed", NOW + DAY))
    assert house.traits("ann") == {}
    assert house.do(house.scores.next_due) == NOW + DAY
    house.now = NOW + DAY - 1
    assert house.do(house.scores.wake) == set()
    house.now = NOW + DAY
    assert house.do(house.scores.wake) == {house.person("ann")}
    assert house.traits("ann")["scores.activity"] == 10.0
    assert house.do(house.scores.next_due) is None
    assert house.do(house.scores.wake) == set()


def test_re_tagging_derives_history_anew(house: House) -> None:
    house.receive(
        house.track("ann", "Article Read", NOW, "barolo"),
        house.track("bob", "Article Read", NOW, "chablis"),
    )
    changed = house.do(house.catalog.define_items, [Item("barolo", topics=("tea/green",))])
    assert house.do(house.scores.retagged, changed) == {house.person("ann")}
    assert set(house.traits("ann")) == {
        "scores.activity",
        "scores.interest.tea",
        "scores.interest.tea/green",
    }
    assert "scores.interest.wine/france" in house.traits("bob")


def test_new_weights_are_a_new_version_and_hold_for_everybody(house: House) -> None:
    house.receive(house.track("ann", "Order Completed", NOW, "barolo"))
    first = house.do(house.scores.configure, Weights(activity=Kinds(weights={}, other=4)))
    assert first.version == 1
    assert house.traits("ann")["scores.activity"] == 4.0
    silent = Kinds(weights={}, other=0)
    house.do(house.scores.configure, Weights(activity=silent, interest=silent))
    assert house.traits("ann") == {}
    house.receive(house.track("ann", "Order Completed", NOW, "barolo"))
    assert house.traits("ann") == {}
    kept = house.do(house.scores.versions)
    assert [(version, actor) for version, _, actor, _ in kept] == [
        (2, "command:coterie"),
        (1, "command:coterie"),
    ]
    assert kept[1][3] == first
    with pytest.raises(Invalid):
        house.do(house.scores.configure, Weights(inherit=2))
    assert house.do(house.scores.weights).version == 2


def test_a_persons_scores_are_accounted_for(house: House) -> None:
    house.receive(
        *[house.track("ann", "Article Read", NOW - n * DAY, "barolo") for n in range(4)],
        house.track("ann", "Page Viewed", NOW),
    )
    ann = house.person("ann")
    activity = house.do(house.scores.activity, ann)
    assert round(activity.value, 6) == house.traits("ann")["scores.activity"]
    assert [(part.event, part.counted) for part in activity.parts] == [
        ("Article Read", 4),
        ("Page Viewed", 1),
    ]
    interests = house.do(house.scores.interests, ann)
    assert [one.topic for one in interests] == ["wine/italy/piedmont", "wine/italy", "wine"]
    for one in interests:
        assert round(one.value, 6) == house.traits("ann")[f"scores.interest.{one.topic}"]
        assert one.note == "not enough evidence (4 of 5)"
    house.receive(house.track("ann", "Article Read", NOW, "barolo"))
    assert house.do(house.scores.interests, ann)[0].believed


def test_someone_who_did_nothing_has_no_score(house: House) -> None:
    house.receive(house.track("ann", "Consent Given", NOW))
    ann = house.person("ann")
    assert house.traits("ann") == {}
    assert house.do(house.scores.activity, ann).value == 0
    assert house.do(house.scores.interests, ann) == []


def test_who_turned_out_to_be_one_has_the_scores_of_all_she_did(house: House) -> None:
    house.receive(
        house.track("ann", "Order Completed", NOW - DAY, "barolo"),
        house.track("bob", "Order Completed", NOW - DAY, "barolo"),
        house.track("bob", "Article Read", NOW + DAY, "chablis"),
    )
    ann, bob = house.person("ann"), house.person("bob")
    before = house.traits("ann"), house.traits("bob")

    def follow(work: Any, act: Callable[[], None]) -> None:
        act()
        house.scores.follow(work, house.profiles.shifted(work))

    house.do(lambda work: follow(work, lambda: house.profiles.join(work, ann, bob)))
    together = house.traits("ann")
    assert house.person("bob") == ann
    assert together["scores.activity"] > max(each["scores.activity"] for each in before)
    handed = house.do(house.scores.hand_out, ann)
    assert [one["topic"] for one in handed["interests"]][:1] == ["wine/italy/piedmont"]
    house.do(house.scores.recompute_all)
    assert house.traits("ann") == together

    def apart(work: Any) -> None:
        known = house.profiles.identities_of(work, ann)
        house.profiles.take_apart(work, ann, [one.id for one in known if one.came_with == bob])

    house.do(lambda work: follow(work, lambda: apart(work)))
    assert (house.traits("ann"), house.traits("bob")) == before
    with house.database.read(COMMAND, NOW) as work:
        assert house.scores.next_due(work) == NOW + DAY


def test_the_scores_of_who_is_erased_are_gone(house: House) -> None:
    house.receive(house.track("ann", "Order Completed", NOW, "barolo"))
    ann = house.person("ann")
    assert house.do(house.scores.erase, [ann])["fading"] > 0
    assert set(house.do(house.scores.erase, [ann]).values()) == {0}
    assert house.traits("ann") == {}
