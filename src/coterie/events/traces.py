"""What very many people did, read from the lake and the hot tail by columns; its SQL.

Names and items come as places in lists of the distinct ones: no text is made once an event.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import msgspec
import numpy as np

from coterie.events.model import Traces

_HOT = ("profile", "time", "name", "type", "items")
_TEXTS = frozenset({"name", "type", "items"})
_PLACES = """
CREATE OR REPLACE TEMP TABLE traced_{0} AS
    SELECT {0}, (row_number() OVER () - 1)::INTEGER AS place FROM (SELECT DISTINCT {0} FROM traced)
"""
_FOUND = """
    SELECT profile, time, n.place AS name, i.place AS items, type = 'fact' AS is_fact
    FROM traced JOIN traced_name n USING (name) JOIN traced_items i USING (items)
"""

_items = msgspec.json.Decoder(tuple[str, ...])


def of_hot(heads: Mapping[int, int], hot: Sequence[Sequence[Any]]) -> Traces:
    """Return what the profiles of ``heads`` did where none of it is in files."""
    rows = [row for row in hot if row[0] in heads]
    names, items = dict[str, int](), dict[str, int]()
    return Traces(
        profile=np.array([heads[row[0]] for row in rows], np.int32),
        time=np.array([row[1] for row in rows], np.int64),
        name=np.array([names.setdefault(row[2], len(names)) for row in rows], np.int32),
        items=np.array([items.setdefault(row[4], len(items)) for row in rows], np.int32),
        is_fact=np.array([row[3] == "fact" for row in rows], np.bool_),
        names=list(names),
        touched=[_items.decode(text) for text in items],
    )


def read(
    cursor: duckdb.DuckDBPyConnection,
    paths: Sequence[str],
    heads: Mapping[int, int],
    hot: Sequence[Sequence[Any]],
) -> Traces:
    """Return what the profiles of ``heads`` did: what is in files, and the rows that are hot."""
    cursor.register(
        "traced_hot",
        {
            name: np.array([row[place] for row in hot], dtype=object if name in _TEXTS else "i8")
            for place, name in enumerate(_HOT)
        },
    )
    cursor.register(
        "traced_people",
        {
            "profile": np.fromiter(heads, dtype=np.int32, count=len(heads)),
            "head": np.fromiter(heads.values(), dtype=np.int32, count=len(heads)),
        },
    )
    rows, parameters = f"SELECT {', '.join(_HOT)} FROM traced_hot", list[Any]()
    if paths:
        # files are sorted by profile: the bounds leave most of them unread
        rows += (
            f" UNION ALL SELECT {', '.join(_HOT)} FROM read_parquet(?) "
            "WHERE profile BETWEEN ? AND ? AND profile IN (SELECT profile FROM traced_people)"
        )
        parameters = [list(paths), min(heads), max(heads)]
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE traced AS SELECT p.head AS profile, time, name, type, items "
        f"FROM ({rows}) r JOIN traced_people p ON p.profile = r.profile",
        parameters,
    )
    lists = {}
    for column in ("name", "items"):
        cursor.execute(_PLACES.format(column))
        query = f"SELECT {column} FROM traced_{column} ORDER BY place"
        lists[column] = [text for (text,) in cursor.execute(query).fetchall()]
    found = cursor.execute(_FOUND).fetchnumpy()
    for view in ("traced_hot", "traced_people"):
        cursor.unregister(view)
    for table in ("traced", "traced_name", "traced_items"):
        cursor.execute(f"DROP TABLE {table}")
    return Traces(
        profile=found["profile"],
        time=found["time"],
        name=found["name"],
        items=found["items"],
        is_fact=found["is_fact"],
        names=lists["name"],
        touched=[_items.decode(text) for text in lists["items"]],
    )
