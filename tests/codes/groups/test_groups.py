"""Live group codes: never a full group while a fresh one is there, the nearest one offered."""

from collections.abc import Collection
from math import acos, cos, radians, sin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codes.channel.test_codes import joined
from codes.channel.town import NOW, SHANGHAI, Staff
from coterie.codes.channel.model import Place
from coterie.codes.groups.filling import distance, fill, nearest
from coterie.codes.groups.model import MOST_SHOWN, Pool, Size
from coterie.codes.groups.service import GroupCodes
from coterie.core.actor import COMMAND
from coterie.core.clock import HOUR, MINUTE
from coterie.core.errors import Invalid
from coterie.storage.database import Database
from coterie.storage.work import Work


class Counted:
    """Group sizes that a test sets."""

    def __init__(self) -> None:
        self.members: dict[str, int] = {}

    def sizes(self, _work: Work, chats: Collection[str]) -> dict[str, Size]:
        return {one: Size(one.upper(), self.members[one]) for one in chats if one in self.members}


@pytest.fixture
def counted() -> Counted:
    return Counted()


@pytest.fixture
def groups(counted: Counted) -> GroupCodes:
    return GroupCodes(counted, Staff(), SHANGHAI)


sizes = st.lists(st.tuples(st.integers(0, 210), st.booleans()), min_size=1, max_size=12)


@settings(max_examples=50)
@given(sizes, st.booleans())
def test_a_full_group_is_shown_only_where_no_fresh_one_is(drawn, auto) -> None:
    pool = Pool("p", chats=tuple(f"w{n}" for n in range(len(drawn))), auto_create=auto)
    known = {f"w{n}": Size("", size, alive) for n, (size, alive) in enumerate(drawn)}
    found = fill(pool, known)
    fresh = [chat for chat, one in known.items() if one.alive and one.members < 200]
    alive = [chat for chat, one in known.items() if one.alive]
    assert len(found.shown) == min(MOST_SHOWN, len(fresh) or min(1, len(alive)))
    assert set(found.shown) <= set(fresh or alive)
    assert found.room == sum(200 - known[chat].members for chat in fresh)
    if not alive:
        assert found.alert


def test_a_pool_gives_alarm_at_four_fifths_unless_the_platform_makes_more() -> None:
    pool = Pool("p", chats=("w1", "w2"))
    fifth = {"w1": Size("", 200), "w2": Size("", 119)}
    assert not fill(pool, fifth).alert
    assert fill(pool, fifth | {"w2": Size("", 120)}).alert
    made = Pool("p", chats=("w1", "w2"), auto_create=True, base_name="g")
    assert not fill(made, {"w1": Size("", 200), "w2": Size("", 200)}).alert


def test_the_nearest_store_is_the_nearest_by_brute_force() -> None:
    def chord(one: Place, other: Place) -> float:
        south, west, north, east = (
            radians(spot or 0)
            for spot in (one.latitude, one.longitude, other.latitude, other.longitude)
        )
        angle = sin(south) * sin(north) + cos(south) * cos(north) * cos(east - west)
        return 6_371.0088 * acos(max(-1.0, min(1.0, angle)))

    stores = [
        Place(f"s{n}", latitude=20 + n * 7 % 30, longitude=90 + n * 11 % 40) for n in range(90)
    ]
    for n in range(150):
        spot = Place("", latitude=18 + n * 0.07, longitude=85 + n * 13 % 50)
        found = nearest(spot, stores)
        assert found is not None
        assert (distance(spot, found) or 0) == pytest.approx(
            min(chord(spot, one) for one in stores), abs=0.01
        )
    assert nearest(Place("unknown"), stores) is None


def test_which_code_is_offered(database: Database, groups: GroupCodes) -> None:
    with database.begin(COMMAND, NOW) as work:
        assert groups.for_store(work, "s1") is None
        everybody = groups.make(work, {"title": "All", "chats": ["w0"]})
        assert (groups.for_store(work, "s1") or everybody).state == everybody.state
        berlin = groups.make(work, {"title": "Berlin", "store": "s2", "chats": ["w2"]})
        wine = groups.make(work, {"title": "Wine", "topic": "wine", "chats": ["w3"]})
        near, own = groups.for_store(work, "s1"), groups.for_store(work, "s2")
        assert near is not None and (near.state, near.why) == (berlin.state, "near")
        assert own is not None and (own.state, own.why) == (berlin.state, "store")
        offered = groups.for_topics(work, ["tea", "wine/italy"])
        assert offered is not None and (offered.state, offered.why) == (wine.state, "topic")
        spot = groups.near(work, 50.0, 10.0)
        assert spot is not None and spot.state == berlin.state
        groups.switch(work, berlin.state, on=False)
        away = groups.for_store(work, "s2")
        assert away is not None and away.why == "all"


def test_who_comes_is_counted_and_new_groups_are_taken_in(
    database: Database, groups: GroupCodes, counted: Counted
) -> None:
    with database.begin(COMMAND, NOW) as work:
        state = groups.make(work, {"title": "All", "chats": ["w0"], "auto_create": True,
                                   "base_name": "Friends"}).state  # fmt: skip
        (wanted,) = groups.wanted(work, 10)
        assert (wanted.chats, wanted.next) == (("w0",), NOW + HOUR)
        groups.worked_out(work, [wanted])
        event = joined(state, 7, NOW)
        groups.hear(work, [event, event, joined("other", 8, NOW)], ())
        groups.hear(work, [event], ())
        assert groups.joins(work, [state])[state].joined == 1
        assert groups.get(work, state).pool.chats == ("w0", "w1")  # the event's group
        counted.members |= {"w0": 200, "w1": 170}
        (again,) = groups.wanted(work, 10)
        assert (again.chats, again.next) == (("w1",), NOW + 5 * MINUTE)
        assert groups.erase(work, [7]) == {"codes_group_joins": 1}


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({}, "title"),
        ({"title": "x", "store": "s1", "topic": "wine"}, "topic"),
        ({"title": "x", "auto_create": True}, "base_name"),
        ({"title": "x", "limit": 1}, "limit"),
        ({"title": "x", "chats": "w1"}, "chats"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    database: Database, groups: GroupCodes, given: dict[str, object], path: str
) -> None:
    with pytest.raises(Invalid) as refused, database.begin(COMMAND, NOW) as work:
        groups.make(work, given)
    assert refused.value.path == path


def test_outside_every_radius_the_city_around_is_offered_then_the_one_for_all(
    groups: GroupCodes, database: Database
) -> None:
    with database.begin(COMMAND, NOW) as work:
        own = groups.make(work, {"title": "Shop", "store": "s2", "radius": 5})
        city = groups.make(work, {"title": "City", "centre": [53.5, 10.0], "radius": 60})
        everybody = groups.make(work, {"title": "All"})
        place = next(one for one in Staff().stores(work) if one.key == "s2")
        north, east = place.latitude or 0, place.longitude or 0
        there = [
            groups.near(work, north + 0.03, east), groups.near(work, 53.9, 10.0),
            groups.near(work, -30.0, 10.0),
        ]  # fmt: skip
        assert [(one.state, one.why) for one in there if one is not None] == [
            (own.state, "near"), (city.state, "city"), (everybody.state, "all"),
        ]  # fmt: skip
        for wrong in ({"centre": [53.5]}, {"centre": [99, 0], "radius": 1}, {"radius": -1}):
            with pytest.raises(Invalid):
                groups.make(work, {"title": "Wrong", **wrong})
