"""The desk: where history lies in columns before the lake takes it in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from coterie.events import coded, layout
from coterie.events.coded import Laid, Which
from coterie.events.rows import Columns
from coterie.events.seen import Digests


@dataclass(frozen=True)
class Arrivals:
    """Events in the order of arrival, which ``rows`` tell, with the digests of their ids.

    They have no seqs yet, and their profiles are those that they came with.
    """

    rows: NDArray[np.int64]
    digests: Digests
    laid: Laid

    def take(self, which: Which) -> "Arrivals":
        """Return some of them."""
        return Arrivals(self.rows[which], self.digests.take(which), self.laid.take(which))


def laid_of(cursor: duckdb.DuckDBPyConnection, columns: Columns) -> Laid:
    """Put the marks into the properties of events, and find the words."""
    cursor.register("given_events", columns)
    found = cursor.execute(layout.MARKED).fetchnumpy()["properties"]
    cursor.unregister("given_events")
    properties: NDArray[Any] = np.asarray(found, dtype=object)
    return Laid.of(columns, properties)


def joined(parts: Sequence[Arrivals]) -> Arrivals:
    """Put arrivals together, in their order."""
    whole = Arrivals(
        np.concatenate([one.rows for one in parts]),
        Digests(
            np.concatenate([one.digests.high for one in parts]),
            np.concatenate([one.digests.low for one in parts]),
        ),
        coded.joined([one.laid for one in parts]),
    )
    return whole.take(np.argsort(whole.rows, kind="stable"))
