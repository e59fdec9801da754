"""How much comes in: over HTTP, down the whole road, by import; each beside what it works against.

    python bench/ingest.py
    python bench/ingest.py --road-events 200000 --segments 200 --journeys 20

Everything is measured in one run, so that ratios hold on any machine. The server has one core to
itself, the senders another. *durable* counts events that were answered with 200, which is said once
they are on the disk; the senders repeat a pool of prepared requests, since the door looks at no
message id (the road does). *the road* is measured apart from the door: batches as the road seals
them, one event in ten from somebody new, with as many segments and journeys as asked for. *per s
of its core* is what a core to itself would do: it holds on a machine that does other things too.
"""

import argparse
import asyncio
import base64
import gc
import json
import os
import random
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import msgspec
import uvicorn
from rich.console import Console
from rich.table import Table
from stream import ITEMS, TOPICS, body, event, journey, live, rule

from coterie.app import App, open_app
from coterie.catalog.model import Item
from coterie.core.actor import COMMAND
from coterie.events.call import Call
from coterie.messaging.model import Template
from coterie.roads.inbound import BATCH_EVENTS
from coterie.settings import Settings
from coterie.web.serve import configure
from coterie.web.server import create_app

BATCHES = (1, 10, 100, 1_000)
SENDERS = 32
POOL = 60


# --- over HTTP


def serve(folder: Path, core: int) -> None:
    """Serve the collectors of a house on one core, without a road, until killed."""
    os.sched_setaffinity(0, {core})
    chosen = Settings(data=folder, port=0, requests_per_second=10**9)
    app = open_app(chosen)
    with app.db.begin(COMMAND, app.clock.now()) as work:
        key = app.keys.new(work, "bench")
    config = configure(create_app(app), app.settings)
    # the protocol is named, or asyncio leaves Nagle's delay on
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind((config.host, 0))
    listener.listen()
    gc.collect()
    gc.freeze()  # as `coterie up` does
    print(listener.getsockname()[1], key, flush=True)
    uvicorn.Server(config).run(sockets=[listener])


@contextmanager
def served(folder: Path, core: int) -> Iterator[tuple[int, int, str]]:
    """Start a server; give its process, its port and a write key."""
    command = [sys.executable, __file__, "--serve", str(folder), "--core", str(core)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port, key = process.stdout.readline().split()
        try:
            yield process.pid, int(port), key
        finally:
            process.kill()


async def flood(port: int, key: str, bodies: list[bytes], seconds: float) -> tuple[int, float]:
    """Send prepared requests over some connections for a while; return answers and seconds."""
    secret = base64.b64encode(f"{key}:".encode()).decode()
    requests = [
        f"POST /v1/batch HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic {secret}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(one)}\r\n\r\n".encode()
        + one
        for one in bodies
    ]
    answered = 0
    started = perf_counter()

    async def send(number: int) -> None:
        nonlocal answered
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while perf_counter() - started < seconds:
            number += 1
            writer.write(requests[number % len(requests)])
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in head[:20]:
                raise RuntimeError(head.decode())
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
            await reader.readexactly(length)
            answered += 1
        writer.close()

    await asyncio.gather(*(send(n * 7) for n in range(SENDERS)))
    return answered, perf_counter() - started


def busy(process: int) -> float:
    """Return the seconds of processor time that a process has had."""
    words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def over_http(folder: Path, seconds: float) -> Iterator[tuple[int, float, float]]:
    """Measure each size of batch; yield (size, events per second, and per second of its core)."""
    cores = sorted(os.sched_getaffinity(0))
    chance = random.Random(4)
    with served(folder, cores[0]) as (process, port, key):
        os.sched_setaffinity(0, {cores[-1]})
        for size in BATCHES:
            bodies = [body(chance, size) for _ in range(POOL)]
            asyncio.run(flood(port, key, bodies, 0.5))
            before = busy(process)
            answered, took = asyncio.run(flood(port, key, bodies, seconds))
            yield size, answered * size / took, answered * size / (busy(process) - before)
        os.sched_setaffinity(0, set(cores))


# --- down the road


def lay_out(app: App, segments: int, journeys: int) -> None:
    """Give a house items with topics, segments and journeys."""
    chance = random.Random(5)
    now = app.clock.now()
    with app.db.begin(COMMAND, now) as work:
        items = [
            Item(key=f"item-{n}", kind="article", topics=(f"t{n % TOPICS}",)) for n in range(ITEMS)
        ]
        app.catalog.define_items(work, items)
        app.messaging.define_template(work, Template("hello", "Hello", "Hello", "sandbox"))
        for number in range(segments):
            app.segments.define(work, f"s{number}", rule(chance, number))
    for number in range(journeys):
        with app.db.begin(COMMAND, now) as work:
            app.journeys.define(work, f"j{number}", journey(number, segments))


def put(app: App, events: list[dict[str, Any]]) -> None:
    """Accept events in requests of 100, as senders do."""
    for start in range(0, len(events), 100):
        body = json.dumps({"batch": events[start : start + 100]}).encode()
        app.door.accept("bench", body, "batch", app.clock.now())


def down_the_road(
    folder: Path, events: int, people: int, segments: int, journeys: int
) -> tuple[float, float, Counter[str]]:
    """Carry a stream that waits in the inbox.

    Returns events per second, those per second of its core, and seconds of the core by station.
    """
    spent: Counter[str] = Counter()
    last = process_time()

    def observe(station: str) -> None:
        nonlocal last
        now = process_time()
        spent[station] += now - last  # type: ignore[assignment]  # seconds, not a count
        last = now

    app = open_app(Settings(data=folder), observe=observe)
    lay_out(app, segments, journeys)
    chance = random.Random(6)
    before = datetime.now(UTC) - timedelta(hours=1)
    first = [event(chance, n, f"p{n % people}", before) for n in range(2 * people)]
    put(app, first)
    while app.inbound.run(app.clock.now()):
        pass
    put(app, live(chance, events, people, datetime.now(UTC)))
    gc.collect()
    gc.freeze()  # as `coterie up` does
    spent.clear()
    started = perf_counter()
    last = before_cpu = process_time()
    while app.inbound.run(app.clock.now()):
        pass
    took, mine = perf_counter() - started, process_time() - before_cpu
    app.close()
    return events / took, events / mine, spent


# --- what each works against, with the same bytes on the same disk


class Batch(msgspec.Struct):
    """A body as msgspec alone would check it."""

    batch: list[Call]


def validated(bodies: list[bytes], size: int, seconds: float) -> float:
    """Check bodies with msgspec and nothing else; return events per second."""
    decoder = msgspec.json.Decoder(Batch)
    return size * repeated(lambda number: decoder.decode(bodies[number % len(bodies)]), seconds)


def synced(folder: Path, bodies: list[bytes], size: int, seconds: float) -> float:
    """Append each body to a file and wait for the disk; return events per second."""
    with (folder / "appended").open("wb", buffering=0) as file:

        def append(number: int) -> None:
            file.write(bodies[number % len(bodies)])
            os.fdatasync(file.fileno())

        return size * repeated(append, seconds)


def grouped(folder: Path, bodies: list[bytes], size: int, seconds: float) -> float:
    """Commit bodies to SQLite, as many at once as there are senders; return events per second."""
    with closing(sqlite3.connect(folder / "grouped.db", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE inbox (id INTEGER PRIMARY KEY, events BLOB)")

        def commit(number: int) -> None:
            rows = [(bodies[(number + n) % len(bodies)],) for n in range(SENDERS)]
            database.execute("BEGIN IMMEDIATE")
            database.executemany("INSERT INTO inbox (events) VALUES (?)", rows)
            database.execute("COMMIT")

        return SENDERS * size * repeated(commit, seconds)


def known_ids(folder: Path, seconds: float) -> float:
    """Put ids of 16 bytes into an indexed table, a batch of the road at once; return per second."""
    chance = random.Random(7)
    with closing(sqlite3.connect(folder / "ids.db", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE seen (digest BLOB PRIMARY KEY, at INT) WITHOUT ROWID")

        def commit(_number: int) -> None:
            rows = [(chance.randbytes(16), 1) for _ in range(BATCH_EVENTS)]
            database.execute("BEGIN IMMEDIATE")
            database.executemany("INSERT INTO seen VALUES (?, ?)", rows)
            database.execute("COMMIT")

        return BATCH_EVENTS * repeated(commit, seconds)


def repeated(work: Callable[[int], object], seconds: float) -> float:
    """Do something for a while; return how often a second."""
    done = 0
    started = perf_counter()
    while (took := perf_counter() - started) < seconds or not done:
        work(done)
        done += 1
    return done / took


# --- the table


def tell_http(table: Table, folder: Path, seconds: float) -> None:
    """Measure the collectors, and what they work against."""
    chance = random.Random(8)
    for size, rate, alone in over_http(folder / "http", seconds):
        bodies = [body(chance, size) for _ in range(POOL)]
        bounds = {
            "msgspec checks": validated(bodies, size, seconds / 3),
            "a disk wait a request": synced(folder, bodies, size, seconds / 3),
            f"SQLite, {SENDERS} requests a commit": grouped(folder, bodies, size, seconds / 3),
        }
        (folder / "grouped.db").unlink()
        told = "; ".join(f"{what} {bound:,.0f}" for what, bound in bounds.items())
        least = min(bounds.values())
        table.add_row(
            f"HTTP, durable, batches of {size:,}",
            f"{rate:,.0f}",
            f"{alone:,.0f}",
            told,
            f"{rate / least:.2f}",
        )


def tell_road(table: Table, folder: Path, given: argparse.Namespace) -> Counter[str]:
    """Measure the road, and what it works against; return seconds by station."""
    rate, alone, spent = down_the_road(
        folder / "road", given.road_events, given.people, given.segments, given.journeys
    )
    bound = known_ids(folder, given.seconds)
    name = f"the road, {given.segments} segments, {given.journeys} journeys"
    told = f"an index of message ids {bound:,.0f}"
    table.add_row(name, f"{rate:,.0f}", f"{alone:,.0f}", told, f"{rate / bound:.2f}")
    return spent


def main() -> None:
    """Print the tables."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    asked.add_argument("--core", type=int, default=0, help=argparse.SUPPRESS)
    asked.add_argument("--seconds", type=float, default=3.0, help="for each thing measured")
    asked.add_argument("--only", choices=("http", "road", "bulk"))
    asked.add_argument("--road-events", type=int, default=100_000)
    asked.add_argument("--people", type=int, default=50_000, help="known before the stream")
    asked.add_argument("--segments", type=int, default=200)
    asked.add_argument("--journeys", type=int, default=20)
    given = asked.parse_args()
    if given.serve:
        serve(given.serve, given.core)
        return
    console = Console(width=150)
    table = Table("what", "events/s", "per s of its core", "bounds, events/s", "of the least")
    spent: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="coterie-bench-") as name:
        folder = Path(name)
        if given.only in {None, "http"}:
            tell_http(table, folder, given.seconds)
        if given.only in {None, "road"}:
            spent = tell_road(table, folder, given)
    if table.row_count:
        console.print(table)
    if spent:
        stations = Table("station of the road", "µs an event")
        for station, seconds in spent.most_common():
            stations.add_row(station, f"{seconds / given.road_events * 1e6:.1f}")
        console.print(stations)
    if given.only in {None, "bulk"}:
        subprocess.run([sys.executable, str(Path(__file__).with_name("bulk.py"))], check=True)


if __name__ == "__main__":
    main()
