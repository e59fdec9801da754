"""Law 2: what the road keeps up to date equals a full recomputation, after every step.

Random rules, random histories in any order of arrival, late and future events, traits that change,
re-tagging, people who turn out to be one and are taken apart again, and time that passes by
whatever the next edge asks for, or further.
"""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.core.clock import DAY, HOUR
from coterie.core.event import Event
from coterie.storage.database import Database
from coterie.storage.schema import metadata
from segments.house import SmallHouse
from segments.states import CHANNELS, PURPOSES, whereabouts
from segments.strategies import ITEMS, NAMES, NOW, objects, rules

PEOPLE = ["ada", "bob", "cleo"]
TOPICS = ["wine/italy", "wine/spain", "cheese"]
SOME = st.lists(st.sampled_from([*PEOPLE, "dora"]), max_size=3, unique=True)
"""Whom a list names, known or not."""
DOOR_NAMES = [name for name in NAMES if not name.startswith("coterie.")]


WINDOWED = st.builds(
    lambda name, within, count, negated: (
        {"not": {"did": name, "within": within, "count": count}}
        if negated
        else {"did": name, "within": within, "count": count}
    ),
    st.sampled_from([*DOOR_NAMES, "*", "Article*"]),
    st.sampled_from(["1h", "1d", "7d", "30d"]),
    st.sampled_from([{">=": 1}, {">=": 2}, {"=": 0}, {"between": [1, 2]}]),
    st.booleans(),
)
"""Rules that time alone moves people in and out of."""


@st.composite
def arrivals(draw: st.DrawFn, house: SmallHouse) -> list[Event]:
    """A batch: tracks and identifies of a few people, days late or hours ahead of their time."""
    batch = []
    for _ in range(draw(st.integers(1, 4))):
        user = draw(st.sampled_from(PEOPLE))
        ago = draw(st.sampled_from([0, 1, HOUR, DAY - 1, DAY, 7 * DAY, 30 * DAY, -HOUR, -2 * DAY]))
        if draw(st.integers(0, 4)) == 0:
            word = draw(st.sampled_from(["Consent Given", "Consent Withdrawn"]))
            purpose, channel = draw(st.sampled_from(PURPOSES)), draw(st.sampled_from(CHANNELS))
            batch.append(house.track(user, word, ago=ago, purpose=purpose, channel=channel))
        elif draw(st.booleans()):
            name, properties = draw(st.sampled_from(DOOR_NAMES)), draw(objects())
            properties["item"] = draw(st.sampled_from(ITEMS))
            batch.append(house.track(user, name, ago=ago, **_named(properties)))
        else:
            traits = _named({**draw(whereabouts()), **draw(objects())})
            batch.append(house.identify(user, ago=max(ago, 0), **traits))
    return batch


def _named(properties: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in properties.items() if key not in ("ago", "backfill")}


@st.composite
def turns(draw: st.DrawFn, house: SmallHouse) -> None:
    """Let two people turn out to be one, by an alias or an operator's word, or take one apart."""
    everyone = sorted(house.do(house.profiles.everyone))
    head = draw(st.sampled_from(everyone))
    known = house.do(lambda work: house.profiles.identities_of(work, head))
    hers = [one.id for one in known if one.came_with is not None]
    step = draw(st.sampled_from(["alias", "join", "apart"]))
    if step == "alias":
        previous, user = draw(st.permutations(PEOPLE))[:2]
        house.receive([house.alias(previous, user), *draw(arrivals(house))])
    elif step == "apart" and len(hers) > 1:
        out = draw(st.sets(st.sampled_from(hers), min_size=1, max_size=len(hers) - 1))
        house.take_apart(head, out)
    else:
        house.join(head, draw(st.sampled_from(everyone)))


@st.composite
def lives(draw: st.DrawFn, house: SmallHouse) -> None:
    """Live some steps in a house, comparing after each."""
    house.upload("vip", *draw(SOME))
    house.upload("nobody")
    for number in range(draw(st.integers(1, 3))):
        house.define(f"s{number}", draw(WINDOWED | rules(max_leaves=3)))
    house.receive(draw(arrivals(house)))
    for _ in range(draw(st.integers(2, 6))):
        step = draw(
            st.sampled_from(["receive", "edge", "edge", "pass", "retag", "who", "who", "upload"])
        )
        if step == "receive":
            house.receive(draw(arrivals(house)))
        elif step == "who":
            draw(turns(house))
        elif step == "upload":
            house.upload("vip", *draw(SOME))
        elif step == "retag":
            topics = draw(st.lists(st.sampled_from(TOPICS), max_size=2, unique=True))
            house.retag(draw(st.sampled_from(ITEMS)), *topics)
        else:
            due = house.do(house.segments.next_due)
            if step == "edge" and due is not None:
                house.now = max(due, house.now)
            else:
                house.now += draw(st.sampled_from([1, HOUR, DAY, 8 * DAY]))
            house.wake()
        assert house.differences() == {}
        assert house.untold() == {}


@settings(max_examples=12)
@given(data=st.data())
def test_incremental_equals_full_for_any_rules_histories_and_arrival_orders(
    data: st.DataObject,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database.in_folder(Path(folder))
        metadata.create_all(database.engine)
        house = SmallHouse(database, Path(folder), NOW)
        try:
            data.draw(lives(house))
        finally:
            house.log.close()
            database.close()
