"""How fast history comes in, and what it takes up: ``python bench/bulk.py --events 5000000``.

A file of events is made with a seed (12 kinds of event, 10,000 items of Zipf popularity, orders
with amounts), imported into a new house as ``coterie import`` does it, and told beside the bound:
DuckDB writing the same rows straight to sorted Parquet, in both orders, in the same run.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from coterie.core.actor import COMMAND
from coterie.roads.bulk import Importer
from coterie.roads.mapping import parse_map
from coterie.testing import House

AT = "2026-01-01T00:00:00Z"
DAYS = 180
START = 1_751_500_800_000
MAP = {
    "kind": "events",
    "event": "event",
    "user_id": "customer",
    "message_id": "id",
    "timestamp": "moment",
    "skip_blanks": True,
    "properties": {"item": "item", "total": {"number": "total"}, "store": "store"},
}
KINDS = (
    "Page Viewed", "Product Viewed", "Article Read", "Article Shared", "Search Made", "Cart Filled",
    "Order Completed", "Wine Rated", "Tasting Attended", "Coupon Used", "Link Clicked",
    "Message Opened",
)  # fmt: skip
_PARQUET = "(FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION V2, ROW_GROUP_SIZE 122880)"


@dataclass
class Measured:
    """What a run took: seconds by stage, bytes by part of the data folder."""

    events: int
    people: int
    seconds: dict[str, float] = field(default_factory=dict)
    size: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def took(self, stage: str) -> Iterator[None]:
        """Measure a stage."""
        start = time.perf_counter()
        yield
        self.seconds[stage] = time.perf_counter() - start

    def rate(self, *stages: str) -> float:
        """Return the events per second of some stages together."""
        return self.events / sum(self.seconds[stage] for stage in stages)


def make_file(
    file: Path, events: int, people: int, seed: int, start: int = START, first: int = 0
) -> None:
    """Write a Parquet file of events in order of time, 180 days from ``start`` (ms) on.

    Few people do most of it (Zipf). ``first`` numbers the first message id.
    """

    def drawn(number: int) -> str:
        return f"(hash(n * 16 + {number} + {seed} * 1000003) / 18446744073709551616.0)"

    with duckdb.connect() as engine:
        engine.execute("SET preserve_insertion_order = false")
        engine.execute(
            f"""
            COPY (
                SELECT 'm' || n AS id,
                    'c' || floor({people} * pow({drawn(1)}, 1.7))::BIGINT AS customer,
                    strftime(make_timestamp({start * 1000}
                        + ({DAYS * 86_400} * {drawn(2)})::BIGINT * 1000000), '%Y-%m-%dT%H:%M:%SZ')
                        AS moment,
                    {list(KINDS)}[1 + floor(12 * {drawn(3)})::INT] AS event,
                    'w' || item AS item,
                    CASE WHEN event = 'Order Completed' THEN
                        ((50 + item % 400 * 5) * (1 + floor(3 * {drawn(5)})::INT) / 10.0)::VARCHAR
                        END AS total,
                    CASE WHEN event IN ('Order Completed', 'Tasting Attended')
                        THEN 's' || floor(200 * {drawn(6)})::INT END AS store
                FROM (SELECT n, floor(10000 * pow({drawn(4)}, 2))::INT AS item
                      FROM range({first}, {first + events}) numbers(n))
                ORDER BY moment
            ) TO '{file}' (FORMAT parquet, COMPRESSION zstd)
            """
        )


def bound(file: Path, folder: Path) -> None:
    """Write the same rows straight to sorted Parquet in both orders: no ids, nobody looked up."""
    with duckdb.connect(config={"temp_directory": str(folder / "spill")}) as engine:
        engine.execute(
            f"""
            CREATE TEMP TABLE rows AS SELECT epoch_ms(moment[:-2]::TIMESTAMP) AS time,
                customer[2:]::INTEGER AS profile, event AS name, item, store,
                (total::DECIMAL(18, 4) * 10000)::BIGINT AS amount
            FROM '{file}'
            """
        )
        for order in ("name, item, time", "profile, time"):
            target = folder / f"{order.replace(', ', '-')}.parquet"
            engine.execute(f"COPY (FROM rows ORDER BY {order}) TO '{target}' {_PARQUET}")


def size_of(folder: Path) -> dict[str, int]:
    """Return the bytes of a data folder by its parts."""
    parts = {
        "topic order": folder / "lake" / "topic",
        "person order": folder / "lake" / "person",
        "message ids": folder / "lake" / "ids",
    }
    found = {name: _bytes(part) for name, part in parts.items()}
    return {**found, "whole folder": _bytes(folder)}


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def measure(events: int, people: int, seed: int = 1, folder: Path | None = None) -> Measured:
    """Make a file, import it into a house (in ``folder``, else one that is thrown away)."""
    measured = Measured(events, people)
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "events.parquet"
        make_file(file, events, people, seed)
        with measured.took("bound"):
            bound(file, Path(scratch))
        home = folder or Path(scratch) / "house"
        home.mkdir(parents=True, exist_ok=True)
        with House(AT, path=home) as house:
            _import(house, file, measured)
        measured.size = size_of(home)
    return measured


def _import(house: House, file: Path, measured: Measured) -> None:
    app = house.app
    importer = Importer(app.inbound, app.catalog, app.zone)
    now = app.clock.now()
    with measured.took("in the log"):
        report = importer.take_in(COMMAND, file, parse_map(MAP), "bench", now)
    assert report.fresh == measured.events, report.rejected[:3]
    with measured.took("scores and segments"):
        while app.inbound.settle_owed(now):
            pass


def lines(measured: Measured) -> Iterator[str]:
    """Tell what was measured, a line each."""
    each = {name: count / measured.events for name, count in measured.size.items()}
    yield f"bulk import: {measured.events:,} events of {measured.people:,} people"
    yield f"  in the log, its people made     {measured.rate('in the log'):>12,.0f} events/s"
    whole = measured.rate("in the log", "scores and segments")
    yield f"  scores and segments brought too {whole:>12,.0f} events/s"
    yield f"  bound: the same rows, sorted    {measured.rate('bound'):>12,.0f} events/s"
    targets: Mapping[str, str] = {"topic order": "10", "person order": "10", "whole folder": "40"}
    for name, count in each.items():
        aim = f"   (aim: {targets[name]})" if name in targets else ""
        yield f"  {name:<31} {count:>12.1f} bytes/event{aim}"


def main() -> None:
    """Read the arguments, measure, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=5_000_000)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="keep the house here")
    given = parser.parse_args()
    for line in lines(measure(given.events, given.people, given.seed, given.folder)):
        print(line, flush=True)


if __name__ == "__main__":
    main()
