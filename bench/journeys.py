"""How fast people walk: through a wait, and through a split and a gated message; rows beside bands.

    python bench/journeys.py
    python bench/journeys.py --people 100000 --portion 10000 --only sqlite

Everybody stands at a wait of one journey when its day is over. *begin* starts them all, *a bare
wait* takes them from one wait to the next, *split + message* through a split into one of two
messages, each through the gate (consent, universal holdout, quiet hours, caps) and with its row in
the outbox, and to the next wait; a tenth is held out of the journey and walks as shadows. Every
portion is a transaction of its own, as the road's clock makes them, segments first; its time is
that of the whole transaction, its facts and the commit included. The engine of segments takes in
the journey's rule once, which is told apart (*its rules are learnt*). *row by row* is the same code
with every run for itself (``Journeys(least=None)``), on fewer people, in the same run: ratios hold
on any machine.

*texts* asks for one e-mail to many people at once and then leases them all: gated again, its text
written with the sealed first name and the address opened, sealed in the outbox, as the road's
outbound would hand them to a channel. *in all* is both, for each message. PostgreSQL is started for
the run with fsync off and the memory that docs/how-to/run-on-postgresql.md advises, and told to
ANALYZE where a server's autovacuum would; where there is none it is left out.
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from sqlalchemy import text as text_of

from coterie.app import App, open_app
from coterie.core.actor import CLOCK, COMMAND
from coterie.core.clock import DAY, MINUTE
from coterie.journeys.service import PORTION, Journeys
from coterie.messaging.alike.model import Alike
from coterie.messaging.model import Template
from coterie.messaging.store import message_rows
from coterie.profiles.consents.store import consent_rows
from coterie.profiles.facts.store import trait_rows
from coterie.roads.collecting import uncollected
from coterie.roads.store import keep_facts
from coterie.settings import Settings
from coterie.storage.work import Work
from coterie.testing.postgres import PostgresServer, find_binaries

NOON = 1_767_240_000_000
"""2026-01-01T12:00 in Shanghai."""
CITIES = ("Shanghai", "Alba", "Lyon", "Porto")
AT_ONCE = 100_000
LEASED = 500
SERVER = {"shared_buffers": "1GB", "max_wal_size": "8GB"}
SLUG = "walk"
JOURNEY: dict[str, Any] = {
    "entry": {"segment": "everybody"},
    "start": "first",
    "nodes": {
        "first": {"do": "wait", "for": "1d", "then": "second"},
        "second": {"do": "wait", "for": "1d", "then": "look"},
        "look": {
            "do": "split", "if": {"trait": "city", "op": "in", "value": ["Alba", "Lyon"]},
            "yes": "near", "no": "far",
        },
        "near": {"do": "message", "channel": "sandbox", "template": "near",
                 "touch": "informational", "then": "last"},
        "far": {"do": "message", "channel": "sandbox", "template": "far",
                "touch": "informational", "then": "last"},
        "last": {"do": "wait", "for": "30d", "then": "end"},
    },
}  # fmt: skip


@dataclass
class Taken:
    """What one thing took: seconds on the clock and of our core, and the longest transaction."""

    what: str
    people: int
    seconds: float
    of_core: float
    longest: float

    @property
    def rate(self) -> float:
        """People a second."""
        return self.people / self.seconds


def made(folder: Path, database: str, people: int) -> App:
    """Open a new house with people who allow marketing, and a segment that all of them are in."""
    folder.mkdir()
    settings = Settings(
        data=folder,
        database=database,
        smtp_host="mail.invalid",  # nothing is delivered
        smtp_sender="news@example.org",
    )
    app = open_app(settings)
    with app.db.begin(COMMAND, NOON) as work:
        for begin in range(0, people, AT_ONCE):
            size = min(AT_ONCE, people - begin)
            ids, span = [f"u{begin + n}" for n in range(size)], np.full(size, NOON, np.int64)
            app.profiles.arrivals(work, "user_id", ids, "bench", span, span)
        numbers = range(1, people + 1)
        app.profiles.greet(work, numbers)
        _fill(work, trait_rows, numbers, _city)
        _fill(work, consent_rows, numbers, _consent)
        for name in ("near", "far"):
            text = "Hello {{ profile.user_id }}, something for {{ traits.city }}: {{ run.node }}"
            app.messaging.define_template(work, Template(name, text, f"News, {name}", "sandbox"))
        text = "Dear {{ profile.firstName | default: 'friend' }}, something for {{ traits.city }}"
        app.messaging.define_template(work, Template("letter", text, "News", "email"))
    with app.db.begin(COMMAND, NOON) as work:
        app.segments.define(work, "everybody", {"trait": "city", "op": "exists"})
        work.connection.execute(text_of("ANALYZE"))  # as a server's autovacuum does by itself
    return app


def _fill(work: Work, table: Any, numbers: range, row_of: Callable[[int], dict[str, Any]]) -> None:
    names = [column.name for column in table.columns]
    for begin in range(0, len(numbers), AT_ONCE):
        rows = map(row_of, numbers[begin : begin + AT_ONCE])
        work.insert_rows(table, names, [tuple(row.get(name) for name in names) for row in rows])


def _city(profile: int) -> dict[str, Any]:
    return {
        "profile": profile, "name": "city", "value": f'"{CITIES[profile % len(CITIES)]}"',
        "time": NOON, "since": NOON, "message_id": f"t{profile}", "came_with": profile,
    }  # fmt: skip


def _consent(profile: int) -> dict[str, Any]:
    return {
        "profile": profile, "purpose": "marketing", "channel": "*", "source": "bench",
        "time": NOON, "message_id": f"c{profile}", "given": True, "came_with": profile,
    }  # fmt: skip


def walk(app: App, journeys: Journeys, people: int) -> Iterator[Taken]:
    """Take everybody along, a day at a time."""
    began, mine = perf_counter(), process_time()
    with app.db.begin(COMMAND, NOON) as work:
        journeys.define(work, SLUG, JOURNEY)
        work.connection.execute(text_of("ANALYZE"))
    took = perf_counter() - began
    yield Taken("begin", people, took, process_time() - mine, took)
    began, mine = perf_counter(), process_time()
    with app.db.begin(CLOCK, NOON) as work:
        app.segments.wake(work)
    took = perf_counter() - began
    yield Taken("its rules are learnt", people, took, process_time() - mine, took)
    yield _day(app, journeys, "a bare wait", people, NOON + DAY)
    yield _day(app, journeys, "split + message", people, NOON + 2 * DAY)
    with app.db.read(COMMAND, NOON + 2 * DAY) as work:
        counts = journeys.counts(work, SLUG)
        said = {count.status: count.number for count in app.messaging.counts(work)}
    assert counts.nodes == {"last": people}, counts
    assert said.keys() <= {"queued", "shadow"}, said
    assert sum(said.values()) == people, said


def _day(app: App, journeys: Journeys, what: str, people: int, now: int) -> Taken:
    taken = Taken(what, people, 0, 0, 0)
    while True:
        began, mine = perf_counter(), process_time()
        with uncollected(), app.db.begin(CLOCK, now) as work:
            app.segments.wake(work)
            keep_facts(work, journeys.wake(work))
        took = perf_counter() - began
        taken.seconds += took
        taken.of_core += process_time() - mine
        taken.longest = max(taken.longest, took)
        with app.db.read(CLOCK, now) as work:
            due = journeys.next_due(work)
        if due is None or due > now:
            return taken


def name_all(app: App, people: int) -> None:
    """Give everybody a first name and an e-mail address, sealed with her own key."""
    numbers = range(1, people + 1)
    with app.db.begin(COMMAND, NOON) as work:
        sealer = app.profiles.sealer(work, numbers)
        for trait in ("email", "firstName"):

            def row(profile: int, trait: str = trait) -> dict[str, Any]:
                value = f"p{profile}@example.org" if trait == "email" else f"Ada {profile}"
                return {
                    "profile": profile, "name": trait, "time": NOON, "since": NOON,
                    "message_id": f"n{profile}", "came_with": profile,
                    "sealed": sealer.seal(profile, json.dumps(value).encode()),
                    "digest": app.profiles.blind(trait, value),
                }  # fmt: skip

            _fill(work, trait_rows, numbers, row)


def texts(app: App, messages: int) -> Iterator[Taken]:
    """Say one thing to many: ask the gate and the outbox, then write what goes out."""
    name_all(app, messages)
    now, longest = NOON + 3 * DAY, 0.0
    alike = Alike("email", "letter", "informational", "bench", ("bench", now))
    began, mine = perf_counter(), process_time()
    for begin in range(1, messages + 1, PORTION):
        since = perf_counter()
        people = np.arange(begin, min(begin + PORTION, messages + 1), dtype=np.int32)
        with app.db.begin(CLOCK, now) as work:
            app.messaging.send_alike(work, alike, people)
        longest = max(longest, perf_counter() - since)
    gated = Taken(
        "gated + outbox", messages, perf_counter() - began, process_time() - mine, longest
    )
    yield gated
    with app.db.begin(CLOCK, now) as work:  # what waits of the walk is not measured
        rows = message_rows.c
        work.connection.execute(
            message_rows.update()
            .where(rows.status == "queued", rows.created < now)
            .values(status="held", reason="cancelled")
        )
    began, mine, longest, leased = perf_counter(), process_time(), 0.0, 0
    while leased < messages:
        since = perf_counter()
        with uncollected(), app.db.begin(CLOCK, now + MINUTE) as work:
            found = len(app.messaging.lease(work, LEASED).deliveries)
        longest = max(longest, perf_counter() - since)
        leased += found
        if not found:
            break
    assert leased == messages, leased
    written = Taken(
        "rendered at the lease", leased, perf_counter() - began, process_time() - mine, longest
    )
    yield written
    seconds, of_core = gated.seconds + written.seconds, gated.of_core + written.of_core
    yield Taken("texts in all", messages, seconds, of_core, max(gated.longest, longest))


def measure(
    name: str, folder: Path, new: Callable[[], str], given: argparse.Namespace, table: Table
) -> None:
    """Measure one database and add its rows to the table."""
    rows_app = made(folder / f"{name}-rows", new(), given.rows)
    alone = Journeys(
        rows_app.segments, rows_app.messaging, rows_app.profiles, 10, rows_app.zone,
        portion=given.portion, least=None,
    )  # fmt: skip
    slow = {taken.what: taken for taken in walk(rows_app, alone, given.rows)}
    rows_app.close()
    app = made(folder / f"{name}-bands", new(), given.people)
    bands = Journeys(app.segments, app.messaging, app.profiles, 10, app.zone, portion=given.portion)
    for taken in (*walk(app, bands, given.people), *texts(app, given.messages)):
        beside = slow.get(taken.what)
        table.add_row(
            name, taken.what, f"{taken.people:,}", f"{taken.seconds:.1f}", f"{taken.rate:,.0f}",
            f"{taken.of_core / taken.people * 1e6:.1f}", f"{taken.longest * 1e3:.0f}",
            "" if beside is None else f"{beside.rate:,.0f} (of {beside.people:,})",
            "" if beside is None else f"{taken.rate / beside.rate:.1f} x",
        )  # fmt: skip
    app.close()


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, default=1_000_000, help="who walk in bands")
    asked.add_argument("--rows", type=int, default=20_000, help="who walk row by row")
    asked.add_argument("--messages", type=int, default=100_000, help="said to many at once")
    asked.add_argument("--portion", type=int, default=PORTION, help="people a transaction")
    asked.add_argument("--only", choices=("sqlite", "postgresql"))
    given = asked.parse_args()
    table = Table(
        "database", "what", "people", "s", "people/s", "µs of core", "longest ms", "row by row, /s",
        "faster",
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="coterie-bench-") as name, ExitStack() as stack:
        if given.only in {None, "sqlite"}:
            measure("sqlite", Path(name), lambda: "", given, table)
        if given.only in {None, "postgresql"} and find_binaries() is not None:
            server = stack.enter_context(PostgresServer(SERVER))
            measure("postgresql", Path(name), server.new_database, given, table)
    Console(width=150).print(table)


if __name__ == "__main__":
    main()
