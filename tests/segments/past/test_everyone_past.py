"""Law 6 for as of: facts on every edge, and a mutant for each that must be found out."""

import types
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from coterie.core.clock import DAY
from coterie.profiles import portrait
from coterie.profiles.history import settle
from coterie.profiles.model import Fact, Standing
from coterie.profiles.past.model import Told
from coterie.segments.everyone import past

NOW = 1_767_225_600_000


def said(name: str, *words: tuple[int, str, str | None], **more: Any) -> list[Fact]:
    """What was said of a trait: (time, message id, value)."""
    return [Fact(1, name, time, of, value=value, came_with=1, **more) for time, of, value in words]


TRAITS = [
    *said("city", (NOW - 2 * DAY, "a", '"Turin"'), (NOW, "b", '"Oslo"')),
    *said("kept", (NOW - 3, "a", "7"), (NOW - 2, "b", "7"), (NOW - 1, "c", "7")),
    *said("back", (NOW - 3, "a", "7"), (NOW - 2, "b", "8"), (NOW - 1, "c", "7")),
    *said("tied", (NOW, "a", "1"), (NOW, "b", "2")),
    *said("cleared", (NOW - 2, "a", "1"), (NOW - 1, "b", None)),
    *said("again", (NOW - 3, "a", "1"), (NOW - 2, "b", None), (NOW - 1, "c", "1")),
    Fact(1, "email", NOW - 2, "a", sealed=b"s", digest="d1", came_with=1),
    Fact(1, "phone", NOW - 2, "a", sealed=b"s", digest="d2", root="home", came_with=1),
    Fact(1, "call", NOW - 1, "b", sealed=b"s", digest="d3", root="home", came_with=1),
    *said("home", (NOW - 2, "a", "{}"), (NOW - 1, "b", "{}")),
]
TAGS = [
    Fact(1, "vip", NOW - 2, "a", value="true", came_with=1),
    Fact(1, "off", NOW - 2, "a", value="true", came_with=1),
    Fact(1, "off", NOW - 1, "b", came_with=1),
    Fact(1, "ends", NOW - 2, "a", value="true", until=NOW, came_with=1),
    Fact(1, "lasts", NOW - 2, "a", value="true", until=NOW + 1, came_with=1),
]


def _settled(facts: Sequence[Fact]) -> dict[tuple[int, str], Standing]:
    names = {fact.name for fact in facts}
    found = {name: settle(None, [fact for fact in facts if fact.name == name]) for name in names}
    return {(1, name): one.standing for name, one in found.items() if one is not None}


def _told() -> Told:
    return Told(
        profiles=portrait.columns([(1, "u1"), (2, "u2")], profile=np.int32, bucket_key=object),
        traits=portrait.columns(
            [(f.profile, f.name, f.time, f.message_id, f.came_with, f.value, f.digest, f.root)
             for f in TRAITS],
            profile=np.int32, name=object, time=np.int64, message_id=object, came_with=np.int64,
            value=object, digest=object, root=object,
        ),
        tags=portrait.columns(
            [(f.profile, f.name, f.time, f.message_id, f.came_with, f.value is not None,
              -1 if f.until is None else f.until) for f in TAGS],
            profile=np.int32, name=object, time=np.int64, message_id=object, came_with=np.int64,
            is_on=np.bool_, until=np.int64,
        ),
        other_names=portrait.columns([("vip", "best")], tag=object, other=object),
    )  # fmt: skip


def _by_sql(reader: types.ModuleType = past) -> list[set[Any]]:
    lake = duckdb.connect()
    lake.execute("CREATE TABLE events AS SELECT 1 AS profile, 0::BIGINT AS time")
    lake.execute(f"INSERT INTO events VALUES (2, {NOW + 1})")
    reader.lay_past(lake, _told(), NOW)
    asked = (
        "profile, bucket_key FROM profiles", "name, value::VARCHAR, since FROM traits",
        "name, digest FROM digests", "tag FROM tags",
    )  # fmt: skip
    try:
        return [set(lake.execute(f"SELECT {one}").fetchall()) for one in asked]
    finally:
        lake.close()


def _one_by_one() -> list[set[Any]]:
    known = portrait.portray(
        {1: "u1"}, _settled(TRAITS), _settled(TAGS), (), NOW, {"vip": ("best",)}
    )[1]
    values = {name: fact.fact.value for (_, name), fact in _settled(TRAITS).items()}
    return [
        {(1, "u1")},
        {(name, values[name], known.since[name]) for name in known.traits},
        set(known.digests.items()),
        {(tag,) for tag in known.tags | known.other_names},
    ]


MUTANTS = {
    "the oldest word stands": ("time DESC, message_id DESC", "time, message_id DESC"),
    "a tie goes to the smaller id": ("message_id DESC, came", "message_id, came"),
    "sending it again restarts the clock": ("max(CASE WHEN NOT carries_on THEN time END)",
                                            "max(time)"),
    "what came back never went": ("lag(value) OVER said IS NOT DISTINCT FROM value", "TRUE"),
    "cleared means there": ("WHERE value IS NOT NULL;", ";"),
    "what was taken out outlives its root": ("root IS NULL OR EXISTS", "TRUE OR EXISTS"),
}  # fmt: skip


def test_both_ways_of_settling_the_past_agree() -> None:
    assert _by_sql() == _one_by_one()


@pytest.mark.parametrize("name", MUTANTS)
def test_every_mutant_of_the_past_is_found_out(name: str) -> None:
    old, new = MUTANTS[name]
    source = Path(str(past.__file__)).read_text()
    assert source.count(old) == 1, f"the mutant's place is not there once: {old!r}"
    module = types.ModuleType("mutant")
    exec(compile(source.replace(old, new), "mutant.py", "exec"), module.__dict__)
    assert _by_sql(module) != _one_by_one()
