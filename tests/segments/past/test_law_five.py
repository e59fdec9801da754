"""Law 5: a rule as of a moment is what a house that stood still then would have answered.

Random rules and histories that arrive as they happen; the populations are written down on the way,
and asked for again at the end. Then late facts and merges come, which nobody could have known of:
the two readers must agree on the past that is known now.
"""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from coterie.core.clock import DAY, HOUR
from coterie.storage.database import Database
from coterie.storage.schema import metadata
from segments.house import SmallHouse
from segments.states import CHANNELS, PURPOSES, STORES, whereabouts
from segments.strategies import ITEMS, NAMES, NOW, TAGS, objects, rules

PEOPLE = ["ada", "bob", "cleo"]
DOOR_NAMES = [name for name in NAMES if not name.startswith("coterie.")]
SOME = st.lists(st.sampled_from([*PEOPLE, "dora"]), max_size=3, unique=True)


@st.composite
def happenings(draw: st.DrawFn, house: SmallHouse, late: bool = False) -> None:
    """Let something happen now, or have happened."""
    ago = draw(st.sampled_from([1, HOUR, DAY, 2 * DAY])) if late else 0
    user = draw(st.sampled_from(PEOPLE))
    kind = draw(st.sampled_from(["did", "said", "consents", "tagged", "listed"]))
    if kind == "did":
        properties = _named(draw(objects()))
        properties["item"] = draw(st.sampled_from(ITEMS))
        house.receive([house.track(user, draw(st.sampled_from(DOOR_NAMES)), ago=ago, **properties)])
    elif kind == "said":
        traits = {**draw(whereabouts()), **draw(objects())}
        house.receive([house.identify(user, ago=ago, **_named(traits))])
    elif kind == "consents":
        word = draw(st.sampled_from(["Consent Given", "Consent Withdrawn"]))
        channel, purpose = draw(st.sampled_from(CHANNELS)), draw(st.sampled_from(PURPOSES))
        house.receive([house.track(user, word, ago=ago, purpose=purpose, channel=channel)])
    elif kind == "tagged":
        everyone = sorted(house.do(house.profiles.everyone))
        tag, held = draw(st.sampled_from(TAGS)), draw(st.booleans())
        end = draw(st.sampled_from([None, house.now + HOUR, house.now + DAY]))
        whom = draw(st.sampled_from(everyone))
        house.receive([house.tag(whom, tag, held=held, until=end if held else None)])
    elif not late:
        house.upload("vip", *draw(SOME))


def _named(properties: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in properties.items() if key not in ("ago", "backfill")}


def _now(house: SmallHouse, rule: object) -> set[int]:
    """Ask everybody now, by the reader of one person."""

    def ask(work: Any) -> set[int]:
        everyone = house.profiles.everyone(work)
        tree = house.segments.rule(work, rule)
        return set(house.segments.ask(work, list(everyone)).meeting(tree, everyone))

    return house.do(ask)


def _as_of(house: SmallHouse, rule: object, at: int) -> tuple[BitMap, BitMap]:
    """Ask both readers."""

    def ask(work: Any) -> tuple[BitMap, BitMap]:
        segments, everyone = house.segments, house.profiles.everyone(work)
        every = segments.population_at(work, rule, at)
        return every, segments.ask_at(work, list(everyone), rule, at)

    return house.do(ask)


@st.composite
def lives(draw: st.DrawFn, house: SmallHouse) -> None:
    """Live, write down, and look back."""
    house.place_stores(STORES)
    house.receive([house.identify(user) for user in PEOPLE[: draw(st.integers(1, 3))]])
    house.upload("vip", "ada")
    house.upload("nobody")
    rule = draw(rules(max_leaves=4))
    written: list[tuple[int, set[int]]] = []
    for _ in range(draw(st.integers(2, 4))):
        house.now += draw(st.sampled_from([1, HOUR, DAY]))
        draw(happenings(house))
        house.now += draw(st.sampled_from([0, 1, HOUR - 1, HOUR, DAY, 8 * DAY]))
        written.append((house.now, _now(house, rule)))
        house.now += 1
    for at, members in written:
        assert tuple(map(set, _as_of(house, rule, at))) == (members, members), (rule, at)
    for _ in range(draw(st.integers(1, 3))):
        draw(happenings(house, late=True))
    if draw(st.booleans()):
        house.receive([house.alias("bob", "ada")])
    at = draw(st.sampled_from([at - 1 for at, _ in written]))
    everyone, one_by_one = _as_of(house, rule, at)
    assert everyone == one_by_one, (rule, at)


@settings(max_examples=4, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_as_of_is_what_a_house_that_stood_still_would_answer(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database.in_folder(Path(folder))
        metadata.create_all(database.engine)
        house = SmallHouse(database, Path(folder), NOW)
        try:
            data.draw(lives(house))
        finally:
            house.log.close()
            database.close()
