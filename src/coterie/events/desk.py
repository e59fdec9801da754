"""The desk: where history lies in columns before the lake takes it in; its SQL.

A desk is a connection of the lake's own, with a temporary table or view ``arrivals`` on it. What
``Log.take_in`` says of its columns is the contract; properties have the marks of ``layout``.
"""

from collections.abc import Sequence

import duckdb
import numpy as np
from numpy.typing import NDArray

from coterie.events import layout
from coterie.events.rows import COLUMNS, NO_AMOUNT, Columns
from coterie.events.seen import Digests


def arrivals(desk: duckdb.DuckDBPyConnection) -> tuple[NDArray[np.int64], Digests]:
    """Return the rows of a desk's table ``arrivals``, in order, with the digests of the ids."""
    query = "SELECT row, high, low FROM all_arrivals ORDER BY row"
    found = desk.execute(query).fetchnumpy()
    return found["row"], Digests(found["high"], found["low"])


def add(
    desk: duckdb.DuckDBPyConnection,
    columns: Columns,
    rows: Sequence[int],
    digests: Digests,
) -> None:
    """Put more events into a desk's table ``arrivals``."""
    numbers = np.array(rows, dtype=np.int64)
    given = {**columns, "row": numbers, "high": digests.high, "low": digests.low}
    desk.register("added", given)
    listed = ", ".join(name for name in COLUMNS if name not in ("seq", "amount"))
    desk.execute(
        "CREATE OR REPLACE TEMP TABLE single AS "
        f"SELECT * REPLACE ({layout.marked()} AS properties) FROM "
        f"(SELECT {listed}, row, high, low, {layout.ITEMS} AS item, "
        f"nullif(amount, {NO_AMOUNT}) AS amount FROM added)"
    )
    desk.unregister("added")
    desk.execute(layout.ALL_ARRIVALS)


def keep_fresh(desk: duckdb.DuckDBPyConnection, rows: NDArray[np.int64]) -> list[int]:
    """Choose the rows of ``arrivals`` that are new; return whose they are."""
    desk.register("new_rows", {"row": rows})
    desk.execute("CREATE OR REPLACE TEMP TABLE fresh AS SELECT row FROM new_rows")
    desk.unregister("new_rows")
    query = "SELECT DISTINCT profile FROM all_arrivals JOIN fresh USING (row)"
    people: list[int] = desk.execute(query).fetchnumpy()["profile"].tolist()
    return people
