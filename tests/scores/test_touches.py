"""What is touched, what rises, who likes what: on the real rooms below, on both databases."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.catalog.model import Item
from coterie.core.clock import DAY, HOUR, local_date
from coterie.core.facts import fact
from coterie.scores.touches.model import DayTouches, ItemTouches, TopicTouches
from coterie.scores.touches.rising import rising
from coterie.storage.database import Database
from scores.test_scores import NOW, SHANGHAI, House

MIDNIGHT = NOW - 8 * HOUR  # in Shanghai
TODAY = local_date(NOW, SHANGHAI)


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    made = House(database, tmp_path / "log")
    made.do(
        made.catalog.define_items,
        [
            Item("barolo", topics=("wine/italy", "red")),
            Item("chianti", topics=("wine/italy", "red")),
            Item("chablis", topics=("wine/france",)),
            Item("plain"),
        ],
    )
    yield made
    made.log.close()


def read(house: House, user: str, days_ago: float, *items: str) -> None:
    house.receive(house.track(user, "Article Read", NOW - int(days_ago * DAY), *items))


def test_an_items_touches_are_counted_in_seven_and_in_thirty_days(house: House) -> None:
    for days_ago in (1, 6, 8, 29, 31):
        read(house, "ann", days_ago, "barolo")
    read(house, "bea", 2, "barolo", "plain")
    found = house.do(house.scores.touches)
    assert found == {"barolo": ItemTouches(3, 5, 2), "plain": ItemTouches(1, 1, 1)}
    assert house.do(house.scores.touched_by, ["barolo", "plain"]) == 2


def test_what_comes_in_is_counted_at_once_and_so_is_what_is_flushed(house: House) -> None:
    read(house, "ann", 1, "barolo")
    assert house.do(house.scores.touches)["barolo"].week == 1
    read(house, "ann", 1, "barolo")
    assert house.do(house.scores.touches)["barolo"].week == 2
    house.do(house.log.flush)
    read(house, "ann", 1, "barolo")
    assert house.do(house.scores.touches)["barolo"].week == 3


def test_windows_move_on_without_an_event(house: House) -> None:
    read(house, "ann", 6, "barolo")
    assert house.do(house.scores.touches)["barolo"] == ItemTouches(1, 1, 1)
    house.now += 2 * DAY
    assert house.do(house.scores.touches)["barolo"] == ItemTouches(0, 1, 1)
    house.now += 30 * DAY
    assert house.do(house.scores.touches) == {}


def test_a_fact_of_our_own_is_no_touch(house: House) -> None:
    read(house, "ann", 1, "barolo")
    told = fact(
        "journey.entered", room="journeys", profile=house.person("ann"), at=NOW, cause=(1,),
        items=("barolo",),
    )  # fmt: skip
    house.receive(told)
    assert house.do(house.scores.touches)["barolo"].week == 1


def test_an_items_days_are_those_of_the_brands_zone(house: House) -> None:
    for at in (MIDNIGHT - 1, MIDNIGHT, MIDNIGHT + HOUR):
        house.receive(house.track("ann", "Article Read", at, "barolo"))
    house.receive(house.track("bea", "Article Shared", MIDNIGHT - 1, "barolo", "plain"))
    story = house.do(house.scores.item_story, "barolo", TODAY - timedelta(days=2))
    assert story.days == [
        DayTouches(TODAY - timedelta(days=2), 0, 0),
        DayTouches(TODAY - timedelta(days=1), 2, 2),
        DayTouches(TODAY, 2, 1),
    ]
    assert [(one.event, one.time) for one in story.latest][:2] == [
        ("Article Read", MIDNIGHT + HOUR), ("Article Read", MIDNIGHT)
    ]  # fmt: skip
    told = [(one.event, one.touches, one.people) for one in story.events]
    assert told == [("Article Read", 3, 1), ("Article Shared", 1, 1)]


def test_a_topics_story_is_that_of_all_items_below_it_each_event_once(house: House) -> None:
    read(house, "ann", 0.1, "barolo", "chianti")
    read(house, "bea", 0.1, "chablis")
    story = house.do(house.scores.topic_story, "wine/italy", TODAY)
    assert story.days == [DayTouches(TODAY, 1, 1)]
    assert set(story.items) == {"barolo", "chianti"}
    assert house.do(house.scores.topic_story, "wine", TODAY).days == [DayTouches(TODAY, 2, 2)]
    assert house.do(house.scores.topic_story, "beer", TODAY).days == [DayTouches(TODAY, 0, 0)]


def test_topics_count_events_once_and_follow_a_new_tag_at_once(house: House) -> None:
    read(house, "ann", 1, "barolo", "chianti")
    read(house, "ann", 40, "barolo")
    read(house, "bea", 2, "chablis")
    table = house.do(house.scores.topic_touches)
    assert table.topics == {
        "wine": TopicTouches(2, 1, 2), "wine/italy": TopicTouches(1, 1, 1),
        "wine/france": TopicTouches(1, 0, 1), "red": TopicTouches(1, 1, 1),
    }  # fmt: skip
    assert table.whole == TopicTouches(2, 1, 2)
    house.do(house.catalog.retag, "chablis", ["wine/italy"])
    assert house.do(house.scores.topic_touches).topics["wine/italy"] == TopicTouches(2, 1, 2)


def test_interests_are_ranked_and_related_ones_found(house: House) -> None:
    for user in ("ann", "bea"):
        for _ in range(3):
            read(house, user, 1, "barolo")
    for user in ("cai", "dia", "eve"):
        read(house, user, 1, "chablis")
        read(house, user, 1, "chablis")
    read(house, "fay", 1, "plain")
    counted = house.do(house.scores.interested, 1.5)
    assert counted == {"wine/italy": 2, "red": 2, "wine/france": 3}
    keenest = house.do(house.scores.keenest, "wine/italy", 1.5)
    assert {profile for profile, _ in keenest} == {house.person("ann"), house.person("bea")}
    [red] = house.do(house.scores.related, "wine/italy", 1.5, 6)
    assert (red.topic, red.both, red.among, red.lift) == ("red", 2, 2, pytest.approx(3))
    assert house.do(house.scores.related, "beer", 1.5, 6) == []


def test_nothing_rises_before_there_is_enough_to_tell() -> None:
    whole = TopicTouches(1_000, 1_000)
    assert rising({"few": TopicTouches(15, 0)}, whole) == []
    assert rising({"all": TopicTouches(90, 10)}, TopicTouches(100, 0)) == []
    assert rising({}, TopicTouches()) == []


@given(st.integers(0, 500), st.integers(0, 500), st.integers(1, 5_000), st.integers(1, 5_000))
def test_only_more_than_was_expected_rises(month: int, before: int, now: int, then: int) -> None:
    whole = TopicTouches(month + now, before + then)
    for one in rising({"topic": TopicTouches(month, before)}, whole):
        assert one.touches.month > one.expected
        assert one.expected == pytest.approx(
            (month + before) * whole.month / (whole.month + whole.before)
        )


def test_growth_of_the_whole_house_makes_no_topic_rise() -> None:
    whole = TopicTouches(3_000, 1_000)
    assert rising({"as all": TopicTouches(300, 100)}, whole) == []
    [one] = rising({"more": TopicTouches(380, 20)}, whole)
    assert one.expected == 300
