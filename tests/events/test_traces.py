"""Traces tell by columns what timelines tell person by person, wherever the events lie."""

import random
from collections import Counter
from pathlib import Path
from typing import Any

from coterie.core.actor import CLOCK
from coterie.core.event import Event
from coterie.core.facts import fact
from coterie.events.log import Log
from coterie.storage.database import Database
from events.test_log_heads import NOW, Merged


def made(chance: random.Random, number: int) -> Event:
    who = chance.randrange(1, 9)
    if chance.random() < 0.2:
        return fact("coterie.tagged", room="t", profile=who, at=NOW, cause=(number,), tag="x")
    items = tuple(chance.sample(["w1", "w2", 'w"3', "酒"], chance.randrange(3)))
    return Event(
        id=f"e{number}", type="track", name=chance.choice(["Bought", "Opened"]), received=NOW,
        time=NOW - chance.randrange(100), source="shop", profile=who, items=items,
    )  # fmt: skip


def test_they_tell_the_same_of_the_hot_the_flushed_and_the_merged(
    database: Database, tmp_path: Path
) -> None:
    chance, merged = random.Random(5), Merged()
    log = Log(tmp_path, heads=merged)
    for round_ in range(4):
        with database.begin(CLOCK, NOW) as work:
            given = [made(chance, round_ * 50 + number) for number in range(50)]
            (log.append_bulk if round_ == 1 else log.append)(work, given)
            if round_ == 0:  # all of it is hot
                assert by_columns(log, work, [1, 2, 7]) == by_people(log, work, [1, 2, 7]) != {}
            if round_ == 2:
                log.flush(work)
    merged.by_profile |= {5: 2, 8: 2}
    with database.read(CLOCK, NOW) as work:
        for asked in ([1, 2, 3, 4, 6, 7], [2], [7, 40], []):
            assert by_columns(log, work, asked) == by_people(log, work, asked)
        assert sum(by_columns(log, work, [1, 2, 3, 4, 6, 7]).values()) == 200
    log.close()


def by_columns(log: Log, work: Any, people: list[int]) -> Counter[Any]:
    told = log.traces(work, people)
    columns = (told.profile, told.time, told.name, told.items, told.is_fact)
    return Counter(
        (who, time, told.names[name], told.touched[items], is_fact)
        for who, time, name, items, is_fact in zip(*(c.tolist() for c in columns), strict=True)
    )


def by_people(log: Log, work: Any, people: list[int]) -> Counter[Any]:
    return Counter(
        (who, one.time, one.name, one.items, one.type == "fact")
        for who, events in log.timelines(work, people).items()
        for one in events
    )
