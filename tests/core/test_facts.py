import msgspec

from coterie.core.actor import CLOCK, COMMAND, Actor
from coterie.core.event import Event, is_own
from coterie.core.facts import fact


def born(name: str = "journey.entered", **changes: object) -> Event:
    parts: dict[str, object] = {
        "room": "journeys", "profile": 7, "at": 1_000, "cause": ("win-back", 3),
    }  # fmt: skip
    return fact(name, **{**parts, **changes})  # type: ignore[arg-type]


def test_the_same_cause_gives_the_same_id_whenever_it_is_stated() -> None:
    assert born().id == born(at=9_000).id == born(journey="x").id


def test_another_cause_person_room_or_name_gives_another_id() -> None:
    others = [
        born(cause=("win-back", 4)), born(cause=("win-back",)), born(profile=8),
        born(room="communities"), born("journey.exited"),
    ]  # fmt: skip
    assert len({born().id, *(other.id for other in others)}) == 6


def test_a_fact_bears_our_name_its_room_and_its_moment() -> None:
    made = born(items=("w1",), journey="win-back", reason=None)
    assert made.name == "coterie.journey.entered"
    assert (made.type, made.source, made.time, made.received) == ("fact", "journeys", 1_000, 1_000)
    assert (made.profile, made.items) == (7, ("w1",))
    assert made.properties == {"journey": "win-back", "reason": None}
    assert is_own(made.name) and not is_own("Wine Rated") and not is_own("coterie")


def test_a_full_name_is_not_named_twice() -> None:
    assert born("coterie.journey.entered") == born()


def test_a_fact_survives_its_way_through_the_store() -> None:
    made = born(journey="知味")
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(made), type=Event) == made


def test_an_actor_is_written_as_the_audit_shows_it() -> None:
    assert str(Actor("person", "ada")) == "person:ada"
    assert (str(CLOCK), str(COMMAND)) == ("clock:road", "command:coterie")
