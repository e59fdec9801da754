"""How fast segments are exact: ``python bench/segments.py --people 2000000 --events 100000000``.

A house is made once from a seed (and kept with ``--data``): people with traits, tags, consent and
scores, 180 days of events in the lake, and ``--segments`` rules among which every kind of node
occurs. Then, in one run and on the same files: full evaluation of all segments by the engine; one
SQL query a segment; the same over a copy in order of time; PostgreSQL at a tenth; steps of new
events with how many memberships then differ from full recomputation; the delay from event to
membership at a steady rate; memory and bytes. What is sampled and scaled says so.

Last the middle step is made in a house with a tenth of the events too: as many new ones, in ten
times the time, so that as much expires.
"""

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import crowd
import history
import mix
import opening
import peers
import stepping
from rich.console import Console
from rich.table import Table

from coterie.app import App, open_app
from coterie.core.actor import COMMAND
from coterie.segments import store as segment_store
from coterie.segments.definition import Definition
from coterie.settings import Settings
from coterie.storage.work import Work

NOW = 1_767_225_600_000
"""2026-01-01T00:00:00Z: where the history ends and the steps begin."""

PARTS = ("steps", "shorter", "delay", "sql", "time-order", "postgres")
MIB = 2**20


_OPENED = {
    opening.LISTS: "opened before it: lists, from the lake",
    opening.PEOPLE: "opened before it: traits, scores, tags, keys",
}


@dataclass(frozen=True)
class Full:
    """Seconds that a full evaluation takes, and those with all that is opened for it."""

    evaluation: float
    whole: float


@dataclass
class Telling:
    """The rows of the table, printed as they come too: the whole takes its time."""

    table: Table

    def __call__(self, what: str, measured: str, beside: str = "") -> None:
        """Tell one."""
        print(f"{what} | {measured} | {beside}", flush=True)
        self.table.add_row(what, measured, beside)


# --- the house


def make_apart(given: argparse.Namespace, folder: Path, events: int) -> None:
    """Make a house in a process of its own, so that what that took is nobody's memory here."""
    wanted, kept = _parameters(given, events), folder / "bench.json"
    if kept.exists():
        if json.loads(kept.read_text()) != wanted:
            sys.exit(f"{folder} holds a house of other parameters: {kept.read_text()}")
        print(f"the house in {folder} is used again", flush=True)
        return
    if folder.exists() and any(folder.iterdir()):
        sys.exit(f"{folder} is not empty, and no house of this benchmark was finished in it")
    numbers = [str(part) for name, value in wanted.items() for part in (f"--{name}", value)]
    command = [sys.executable, __file__, "--make", *numbers, "--data", str(folder)]
    subprocess.run(command, check=True)


def make(given: argparse.Namespace) -> None:
    """Fill a new house with people, history and the definitions of segments."""
    app, _ = opened(given.data)
    with app.db.begin(COMMAND, NOW) as work:
        crowd.fill(app, work, given.people, given.seed, _teller())
        history.write(app, work, given.people, given.events, given.seed, _teller())
        define(work, mix.rules(given.segments, NOW, given.seed))
    with app.db.read(COMMAND, NOW) as work, app.log.open_lake(work) as lake:
        print(
            f"  the most active 1 % make {history.top_percent(lake):.1%} of the events", flush=True
        )
    app.close()
    (given.data / "bench.json").write_text(json.dumps(_parameters(given, given.events)))


def define(work: Work, rules: Mapping[str, dict[str, Any]]) -> None:
    """Write the definitions as they are; who is in them is counted by the first evaluation."""
    for slug, rule in rules.items():
        segment_store.save(work, Definition(slug, 1, slug, slug, rule, work.now, str(work.actor)))
    segment_store.set_watermark(work, work.now)
    segment_store.renew_stamp(work)


def opened(folder: Path) -> tuple[App, stepping.Pace]:
    """Open a house on a clock that stands where its history ends."""
    pace = stepping.Pace(NOW)
    app = open_app(Settings(data=folder, zone="Asia/Shanghai"), clock=pace, channels={})
    with app.db.read(COMMAND, NOW) as work:
        pace.stands = max(NOW, segment_store.watermark(work) or 0)
    return app, pace


def _parameters(given: argparse.Namespace, events: int) -> dict[str, int]:
    return {
        "people": given.people, "events": events, "segments": given.segments, "seed": given.seed
    }  # fmt: skip


def _teller() -> Callable[[str], None]:
    start = time.perf_counter()

    def told(step: str) -> None:
        nonlocal start
        print(f"  {step:<40} {time.perf_counter() - start:>8.1f} s", flush=True)
        start = time.perf_counter()

    return told


# --- what is measured


def measure(given: argparse.Namespace, folder: Path, scratch: Path) -> Table:
    """Measure all parts that are wanted."""
    title = f"{given.people:,} people, {given.events:,} events, {given.segments} segments"
    tell = Telling(Table("what", "measured", "beside it", title=title))
    wanted = set(PARTS) - set(given.without)
    app, pace = opened(folder)
    try:
        full = tell_full(app, pace, tell)
        steps: dict[int, float] = {}
        if "steps" in wanted:
            steps = tell_steps(app, pace, given, given.events, given.steps, tell)
        tell_memory(tell)
        if "delay" in wanted:
            tell_delay(app, pace, given, tell)
        tell_bytes(folder, given.events, tell)
        tell_peers(app, pace, given, wanted, full, scratch, tell)
    finally:
        app.close()
    if "shorter" in wanted and steps:
        tell_shorter(given, scratch / "shorter", steps, tell)
    return tell.table


def tell_full(app: App, pace: stepping.Pace, tell: Telling) -> Full:
    """Evaluate all segments from nothing; tell what is opened for it apart.

    In a house that is asked for the first time once more before that, to publish who is in them.
    """
    begin(app, pace)
    with app.db.begin(COMMAND, pace.stands) as work, opening.noted() as opened:
        begun, cores = time.perf_counter(), time.process_time()
        moves = app.segments.recount_all(work)
        seconds, cores = time.perf_counter() - begun, time.process_time() - cores
    with app.db.read(COMMAND, pace.stands) as work:
        members = sum(one.size for one in app.segments.all(work))
    full = Full(seconds - opened.seconds.total(), seconds)
    own = cores - opened.cores.total()
    beside = f"{own:.2f} s of cores; {members:,} memberships; {len(moves)} moves since published"
    tell("full evaluation of all segments", f"{full.evaluation:.2f} s", beside)
    for what, name in _OPENED.items():
        beside = f"{opened.cores[what]:.2f} s of cores; once, when it starts"
        tell(name, f"{opened.seconds[what]:.2f} s", beside)
    return full


def begin(app: App, pace: stepping.Pace) -> None:
    """Publish the members of segments that have had none."""
    with app.db.begin(COMMAND, pace.stands) as work:
        if not any(one.size for one in app.segments.all(work)):
            stepping.first(app, work)


def tell_steps(
    app: App,
    pace: stepping.Pace,
    given: argparse.Namespace,
    events: int,
    sizes: Sequence[int],
    tell: Telling,
) -> dict[int, float]:
    """Make steps of each size, and count what differs from full recomputation after each."""
    rate = stepping.span_of(events)
    medians: dict[int, float] = {}
    for size in sizes:
        steps = stepping.Steps(size)
        for _ in range(given.rounds):
            with app.db.begin(COMMAND, pace.stands) as work:
                stepping.settle(app, work)  # what a rebuild takes is told apart
            stepping.step(app, pace, size, given.people, rate, steps)
            steps.differences += stepping.differences(app, pace.stands)
        medians[size] = steps.median
        tell(f"{size:,} new events to all memberships", f"{steps.median * 1e3:.0f} ms",
             f"{steps.differences.total()} differ from full; {steps.told()}")  # fmt: skip
        if steps.differences:
            print(f"  by segment: {dict(steps.differences)}", flush=True)
    if len(medians) > 1:
        first, *_, last = sorted(medians)
        times, ratio = last // first, medians[last] / medians[first]
        tell("time of a step, by its size", f"x{ratio:.1f}", f"for x{times} the events")
    return medians


def tell_shorter(
    given: argparse.Namespace, folder: Path, steps: Mapping[int, float], tell: Telling
) -> None:
    """Make the same steps in a house with a tenth of the history."""
    size = sorted(steps)[len(steps) // 2]
    make_apart(given, folder, given.events // 10)
    app, pace = opened(folder)
    try:
        begin(app, pace)
        quiet = Telling(Table())
        short = tell_steps(app, pace, given, given.events // 10, [size], quiet)
    finally:
        app.close()
        shutil.rmtree(folder)
    ratio = steps[size] / short[size]
    tell(f"{size:,} new events, by the length of history", f"x{ratio:.2f}", "for x10 the history")


def tell_delay(app: App, pace: stepping.Pace, given: argparse.Namespace, tell: Telling) -> None:
    """Send at a steady rate with the whole road running."""
    seconds = sorted(stepping.delays(app, pace, given.people, given.rate, given.seconds))
    sent = given.rate * given.seconds // 100
    if not seconds:
        tell("event to membership", "none was visible", "within two minutes")
        return
    late = seconds[int(len(seconds) * 0.99)]
    beside = f"p99 {late:.2f} s; {len(seconds) * 100 / sent:.0f} % of {sent:,} requests seen"
    name = f"event to membership at {given.rate:,} events/s, whole road"
    tell(name, f"{statistics.median(seconds):.2f} s", beside)


def tell_memory(tell: Telling) -> None:
    """Tell what the process has taken so far, at its peak and now."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    now = pages * resource.getpagesize() / MIB
    tell("memory", f"{peak:,.0f} MiB at the peak", f"{now:,.0f} MiB now; recounts included")


def tell_bytes(folder: Path, events: int, tell: Telling) -> None:
    """Tell the bytes an event on the disk."""
    for what, size in history.bytes_of(folder):
        beside = "without files of message ids" if what == "whole folder" else ""
        tell(f"bytes an event, {what}", f"{size / events:.1f}", beside)


def tell_peers(
    app: App,
    pace: stepping.Pace,
    given: argparse.Namespace,
    wanted: set[str],
    full: Full,
    scratch: Path,
    tell: Telling,
) -> None:
    """Ask the same of one query a segment, over three kinds of store."""
    rules = mix.rules(given.segments, NOW, given.seed)
    chosen = peers.sample([*rules], given.sample, given.seed)

    def told(what: str, asked: peers.Asked, times: int, more: str) -> None:
        scaled = asked.scaled(given.segments) * times
        part = f"{len(asked.seconds)} of {given.segments} asked, scaled"
        if asked.cores is not None:
            scale = given.segments / len(asked.seconds)
            part = f"{asked.cores * scale:.1f} s of cores; {part}"
        ratio = f"x{scaled / full.evaluation:.0f} of the engine"
        ratio += f" (x{scaled / full.whole:.1f} with all that it opens)"
        tell(what, f"{scaled:.1f} s", f"{ratio}; {part}; {more}")

    with app.db.begin(COMMAND, pace.stands) as work:
        stepping.settle(app, work)
    with app.db.read(COMMAND, pace.stands) as work:
        if "sql" in wanted:
            asked = peers.by_sql(app, work, chosen)
            differing = sum(
                len(app.segments.members(work, slug) ^ found) for slug, found in asked.found.items()
            )
            more = f"{differing} differ from the engine's; {asked.opening:.0f} s to open apart"
            told("a SQL query a segment, same files", asked, 1, more)
        if "time-order" in wanted:
            copy = peers.InOrderOfTime(app, scratch / "time-order")
            size = copy.write()
            asked = peers.by_sql(app, work, chosen, copy)
            told(
                "the same, files in order of time",
                asked,
                1,
                f"{size / given.events:.1f} bytes each",
            )
    if "postgres" in wanted:
        found = peers.postgres(app, rules, scratch, given.people, pace.stands, given.sample)
        if isinstance(found, str):
            tell("PostgreSQL, a query a segment", "-", found)
        else:
            asked, events = found
            times = round(given.events / events)
            told("PostgreSQL, a query a segment", asked, times, f"{events:,} events, x{times}")


def main() -> None:
    """Read the arguments, make or find the house, measure, print the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, default=200_000)
    asked.add_argument("--events", type=int, default=10_000_000)
    asked.add_argument("--segments", type=int, default=200)
    asked.add_argument("--seed", type=int, default=5)
    asked.add_argument("--data", type=Path, help="keep the house here, and find it here again")
    asked.add_argument("--steps", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    asked.add_argument("--rounds", type=int, default=3, help="of each step")
    asked.add_argument("--rate", type=int, default=5_000, help="events/s for the delay")
    asked.add_argument("--seconds", type=int, default=20, help="how long at that rate")
    asked.add_argument("--sample", type=int, default=20, help="segments that the peers are asked")
    asked.add_argument("--without", nargs="*", default=[], choices=PARTS, help="leave parts out")
    asked.add_argument("--make", action="store_true", help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.make:
        make(given)
        return
    with tempfile.TemporaryDirectory(prefix="coterie-bench-") as name:
        scratch = Path(name)
        folder = given.data or scratch / "house"
        make_apart(given, folder, given.events)
        Console(width=150).print(measure(given, folder, scratch))


if __name__ == "__main__":
    main()
