"""The tables of the model and of what was chosen, and the question to the log's lake."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
import numpy as np
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray
from sqlalchemy import JSON, Boolean, Column, Integer, LargeBinary, String, Table, delete, select

from coterie.scores.recommending.learnt import Learnt
from coterie.scores.recommending.model import Built, Choices, Ties, Touches
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work

model_rows = Table(
    "recommend_models",
    metadata,
    Column("stamp", String(64), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("method", String(16), nullable=False),
    Column("people", Integer, nullable=False),
    Column("touches", Integer, nullable=False),
)
"""One row: the model in force. A cache: it can be built again from the log at any time."""

item_rows = Table(
    "recommend_items",
    metadata,
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("item", String, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("allowed", Boolean, nullable=False),
    Column("people", Integer, nullable=False),
    Column("lately", Integer, nullable=False),
    Column("others", LargeBinary, nullable=False),
    Column("weights", LargeBinary, nullable=False),
)
"""The items of the model, with whom each speaks for: places as int32 and weights as float32."""

choice_rows = Table(
    "recommend_choices",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", String, nullable=False),
    Column("choices", JSON, nullable=False),
)

_M, _I, _C = model_rows.c, item_rows.c, choice_rows.c

_TOUCHES = """
SELECT e.profile, g.place, max(e.time) AS moment
FROM events e JOIN event_items i USING (seq) JOIN given_items g ON g.item = i.item
WHERE e.name IN (SELECT name FROM given_names) AND e.time <= $now AND hash(e.profile) % $part = 0
GROUP BY e.profile, g.place ORDER BY e.profile, moment, g.place
"""

_MOST = """
SELECT i.item FROM events e JOIN event_items i USING (seq)
WHERE e.type <> 'fact' AND e.time <= $now
GROUP BY i.item ORDER BY count(DISTINCT e.profile) DESC, i.item LIMIT $most
"""


def touches(
    lake: DuckDBPyConnection, names: Sequence[str], items: Sequence[str], now: int, part: int
) -> Touches:
    """Read who had which of these items, and when last, of every ``part``-th person."""
    lake.register("given_names", {"name": np.array(names, object)})
    lake.register(
        "given_items",
        {"item": np.array(items, object), "place": np.arange(len(items), dtype=np.int32)},
    )
    found = lake.execute(_TOUCHES, {"now": now, "part": part}).fetchnumpy()
    for view in ("given_names", "given_items"):
        lake.unregister(view)
    people, person = np.unique(found["profile"], return_inverse=True)
    return Touches(person, found["place"], found["moment"], len(people), len(items))


def most_touched(lake: DuckDBPyConnection, now: int, most: int) -> set[str]:
    """Return the items that most people ever touched, so many at most."""
    rows = lake.execute(_MOST, {"now": now, "most": most}).fetchall()
    return {item for (item,) in rows}


def keep(work: Work, learnt: Learnt) -> None:
    """Put a model in force in the place of the one before."""
    work.connection.execute(delete(model_rows))
    work.connection.execute(delete(item_rows))
    built, ties = learnt.built, learnt.ties
    work.insert(
        model_rows,
        [{
            "stamp": learnt.stamp, "at": built.at, "method": built.method,
            "people": built.people, "touches": built.touches,
        }],
    )  # fmt: skip
    starts = ties.starts.tolist()
    work.insert(
        item_rows,
        [
            {
                "place": place,
                "item": item,
                "kind": learnt.kinds[place],
                "allowed": bool(learnt.allowed[place]),
                "people": int(learnt.people[place]),
                "lately": int(learnt.lately[place]),
                "others": ties.other[starts[place] : starts[place + 1]].tobytes(),
                "weights": ties.weight[starts[place] : starts[place + 1]].tobytes(),
            }
            for place, item in enumerate(learnt.items)
        ],
    )


def built(work: Work) -> tuple[str, Built] | None:
    """Return the stamp of the model in force, and what it was built from."""
    row = work.connection.execute(select(model_rows)).first()
    if row is None:
        return None
    [items] = work.connection.execute(
        select(_I.place + 1).order_by(_I.place.desc()).limit(1)
    ).scalars().all() or [0]  # fmt: skip
    return row.stamp, Built(row.at, row.method, items, row.people, row.touches)


def load(work: Work, stamp: str, of: Built) -> Learnt:
    """Read a model whole."""
    rows = work.connection.execute(select(item_rows).order_by(_I.place)).all()
    others = [np.frombuffer(row.others, np.int32) for row in rows]
    return Learnt(
        stamp=stamp,
        built=of,
        items=[row.item for row in rows],
        kinds=[row.kind for row in rows],
        allowed=np.array([row.allowed for row in rows], np.bool_),
        people=_ints(row.people for row in rows),
        lately=_ints(row.lately for row in rows),
        ties=Ties(
            np.concatenate([[0], np.cumsum([len(one) for one in others])]).astype(np.int64),
            np.concatenate([np.empty(0, np.int32), *others]),
            np.concatenate(
                [np.empty(0, np.float32)] + [np.frombuffer(row.weights, np.float32) for row in rows]
            ),
            of.method,
        ),
    )


def choices(work: Work) -> tuple[int, Choices]:
    """Return the choices in force with their version; 0 are the defaults."""
    query = select(_C.version, _C.choices).order_by(_C.version.desc()).limit(1)
    row = work.connection.execute(query).first()
    return (0, Choices()) if row is None else (row.version, msgspec.convert(row.choices, Choices))


def choose(work: Work, version: int, chosen: Choices) -> None:
    """Keep choices as a version."""
    kept: dict[str, Any] = {
        "version": version, "at": work.now, "actor": str(work.actor),
        "choices": msgspec.to_builtins(chosen),
    }  # fmt: skip
    work.insert(choice_rows, [kept])


def _ints(values: Collection[int] | Any) -> NDArray[np.int64]:
    return np.array(list(values), np.int64)
