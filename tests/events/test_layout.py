"""What is marked in the files comes back to the letter, whatever people write."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from coterie.core.actor import CLOCK
from coterie.core.event import Event
from coterie.events.layout import mark
from coterie.events.log import Log
from coterie.storage.database import Database

NOW = 1_767_225_600_000
PROPERTIES: list[dict[str, Any]] = [
    {"sku": "w1", "total": 12.5, "store": "s1", "note": "w1 at s1 for 12.5"},
    {"sku": "w1", "total": "12.50", "store": "w1", "other": ":12.5,"},
    {"sku": 7, "total": 7, "store": 7, "n": [7, {"x": 7}]},
    {"total": -0.25, "deep": {"total": -0.25, "store": "-0.25"}},
    {"total": 1e13, "price": 1e13},
    {"sku": "\ufdd0", "store": "\ufdd2", "note": "\ufdd0 \ufdd1 \ufdd2", "total": 1},
    {"sku": 'say "w1"', "store": "back\\slash", "total": 3},
    {"note": ':":5,', "total": 5, "x": ',":5}'},
    {"products": [{"sku": "a"}, {"sku": "b"}], "total": 2},
    {"sku": "", "total": 0, "store": None},
    {},
]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    made = Log(tmp_path)
    yield made
    made.close()


def test_properties_come_back_to_the_letter(database: Database, log: Log) -> None:
    events = [
        Event(
            id=str(number), type="track", name="Bought", time=NOW + number, received=NOW,
            source="shop", profile=1, properties=properties,
        )
        for number, properties in enumerate(PROPERTIES)
    ]  # fmt: skip
    with database.begin(CLOCK, NOW) as work:
        log.append_bulk(work, events)
        assert [one.properties for one in log.timelines(work, [1])[1]] == PROPERTIES
        with log.open_lake(work) as lake:
            found = lake.execute("SELECT properties FROM events ORDER BY time").fetchall()
    assert [json.loads(text) for (text,) in found] == PROPERTIES


def test_a_file_says_a_thing_once(database: Database, log: Log, tmp_path: Path) -> None:
    event = Event(id="1", type="track", name="Bought", time=NOW, received=NOW, source="shop",
                  profile=1, properties={"sku": "w1", "total": 12.5, "store": "s1"})  # fmt: skip
    with database.begin(CLOCK, NOW) as work:
        log.append_bulk(work, [event])
        assert [one.rpartition(" ")[2] for one in log.search(work, ["w1"])] == ["items", "item"]
        assert {one.rpartition(" ")[2] for one in log.search(work, ["s1"])} == {"store"}


def test_a_part_that_is_marked_alone_is_marked_like_the_whole() -> None:
    event = Event(id="1", type="track", name="", time=0, received=0, source="", amount=-2_500,
                  properties={"total": -0.25})  # fmt: skip
    assert mark("total", event) == '"total":"\ufdd1"'
