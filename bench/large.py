"""Make a large house to look at: ``python bench/large.py --data large --people 2000000``.

Everybody signs up once, the rest of the events is drawn as in ``bulk`` (few people do most of it),
and ``--named`` people get a name, an e-mail address and a city. It prints how long each step took;
``bench/console.py --data large`` then times the pages over it.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bulk
import duckdb

from coterie.app import App, open_app
from coterie.core.actor import COMMAND
from coterie.core.clock import DAY
from coterie.roads.bulk import Importer
from coterie.roads.mapping import parse_map
from coterie.settings import Settings

PROFILES = {
    "kind": "profiles",
    "user_id": "customer",
    "traits": {"firstName": "first", "lastName": "last", "email": "email", "city": "city"},
}


@contextmanager
def told(step: str) -> Iterator[None]:
    """Print how long a step took."""
    start = time.perf_counter()
    yield
    print(f"{step:<28} {time.perf_counter() - start:>8.1f} s", flush=True)


def make_sign_ups(file: Path, people: int, start: int) -> None:
    """Write one sign-up a person, within the first day."""
    with duckdb.connect() as engine:
        engine.execute(
            f"""
            COPY (SELECT 's' || n AS id, 'c' || n AS customer,
                strftime(make_timestamp(({start} + n % 86400 * 1000) * 1000), '%Y-%m-%dT%H:%M:%SZ')
                    AS moment,
                'Signed Up' AS event, NULL::VARCHAR AS item, NULL::VARCHAR AS total,
                NULL::VARCHAR AS store
            FROM range({people}) numbers(n)) TO '{file}' (FORMAT parquet)
            """
        )


def make_names(file: Path, people: int) -> None:
    """Write a name, an address and a city for the first so many."""
    with duckdb.connect() as engine:
        engine.execute(
            f"""
            COPY (SELECT 'c' || n AS customer, 'First' || (hash(n) % 5000) AS first,
                'Last' || (hash(n + 7) % 50000) AS last, 'user' || n || '@example.com' AS email,
                ['Shanghai', 'Beijing', 'Chengdu', 'Shenzhen'][1 + (hash(n) % 4)::INT] AS city
            FROM range({people}) numbers(n)) TO '{file}' (FORMAT parquet)
            """
        )


def fill(app: App, folder: Path, people: int, events: int, named: int, seed: int) -> None:
    """Import all of it into a house."""
    now = app.clock.now()
    start = now - (bulk.DAYS + 1) * DAY
    importer = Importer(app.inbound, app.catalog, app.zone)
    sign_ups, history, names = (folder / f"{name}.parquet" for name in ("sign", "events", "names"))
    make_sign_ups(sign_ups, people, start)
    bulk.make_file(history, events - people, people, seed, start)
    make_names(names, named)
    for step, file in (("sign-ups", sign_ups), ("events", history)):
        with told(step):
            importer.take_in(COMMAND, file, parse_map(bulk.MAP), "bench", now)
    with told("scores and segments"):
        while app.inbound.settle_owed(now):
            pass
    with told("names"):
        importer.run(COMMAND, names, parse_map(PROFILES), "crm", now)


def main() -> None:
    """Read the arguments, fill a house, tell its size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the new house's folder")
    parser.add_argument("--people", type=int, default=2_000_000)
    parser.add_argument("--events", type=int, default=20_000_000)
    parser.add_argument("--named", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    app = open_app(Settings(data=given.data))
    try:
        with tempfile.TemporaryDirectory() as scratch, told("all of it"):
            fill(app, Path(scratch), given.people, given.events, given.named, given.seed)
    finally:
        app.close()
    for part, size in bulk.size_of(given.data).items():
        print(f"{part:<28} {size / 2**20:>8.0f} MiB")


if __name__ == "__main__":
    main()
