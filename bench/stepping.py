"""Steps of new events, exact after each; and how long an event takes to a membership."""

import json
import random
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event as Flag
from threading import Thread
from typing import Any

import crowd
import history
import msgspec

from coterie.app import App
from coterie.core.actor import COMMAND
from coterie.core.clock import DAY
from coterie.core.event import IDENTIFIED, Event, Move
from coterie.roads.collecting import uncollected
from coterie.roads.runner import RoadRunner
from coterie.segments.engine.flipping import Learnt
from coterie.segments.members.store import member_rows
from coterie.segments.store import segment_rows
from coterie.storage.work import Work

TRAITS = 50
"""Of so many new events one tells a trait."""

_REQUEST = 100


@dataclass
class Pace:
    """A clock that stands where it is put, and runs with the machine's once it is let go."""

    stands: int
    since: float | None = None

    def now(self) -> int:
        """Return its moment."""
        gone = 0 if self.since is None else int((time.monotonic() - self.since) * 1_000)
        return self.stands + gone

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let it go, and hold it afterwards."""
        self.since = time.monotonic()
        yield
        self.stands, self.since = self.now(), None


@dataclass
class Steps:
    """What was measured of all steps of one size; times in seconds."""

    size: int
    append: list[float] = field(default_factory=list)
    learn: list[float] = field(default_factory=list)
    reconsider: list[float] = field(default_factory=list)
    of_cores: list[float] = field(default_factory=list)
    entered: list[int] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    silent: list[int] = field(default_factory=list)
    differences: Counter[str] = field(default_factory=Counter)

    @property
    def median(self) -> float:
        """The median of what segments took of a step."""
        return statistics.median(self.reconsider)

    def told(self) -> str:
        """Tell what a step moved, in one line."""
        moved = (statistics.median(part) for part in (self.entered, self.left, self.silent))
        entered, left, silent = map(int, moved)
        return (
            f"{statistics.median(self.of_cores) * 1e3:.0f} ms of cores; "
            f"{entered:,} entered, {left:,} left, {silent:,} of them silent; append "
            f"{statistics.median(self.append) * 1e3:.0f} ms, "
            f"learn {statistics.median(self.learn) * 1e3:.0f} ms"
        )


def step(app: App, pace: Pace, size: int, people: int, rate: float, steps: Steps) -> None:
    """Let so many events happen in as long as they take at the history's ``rate`` (a ms)."""
    since = pace.stands
    until = pace.stands = since + max(1, round(size / rate))
    chance = random.Random(until)
    events = [_told(chance, one) for one in history.live(chance, size, people, since, until)]
    with uncollected(), app.db.begin(COMMAND, until) as work:  # as the road carries a batch
        begun = time.perf_counter()
        fresh = app.log.append(work, events)
        appended = time.perf_counter()
        touched = app.profiles.learn(work, fresh).touched
        learnt, cores = time.perf_counter(), time.process_time()
        moves = app.segments.reconsider(work, fresh, touched)
        done = time.perf_counter()
        steps.of_cores.append(time.process_time() - cores)
    steps.append.append(appended - begun)
    steps.learn.append(learnt - appended)
    steps.reconsider.append(done - learnt)
    _count(moves, {event.profile for event in fresh}, steps)


def _count(moves: Sequence[Move], stirred: set[int], steps: Steps) -> None:
    steps.entered.append(sum(move.entered for move in moves))
    left = [move.profile for move in moves if not move.entered]
    steps.left.append(len(left))
    steps.silent.append(sum(profile not in stirred for profile in left))


def _told(chance: random.Random, event: Event) -> Event:
    """Turn one event of ``TRAITS`` into one that tells where somebody lives, and her points."""
    if chance.randrange(TRAITS):
        return event
    traits: dict[str, Any] = {
        "city": chance.choice(crowd.CITIES),
        "points": chance.randrange(9_999),
    }
    return msgspec.structs.replace(
        event, type="identify", name=IDENTIFIED, properties={}, traits=traits
    )


def differences(app: App, now: int) -> Counter[str]:
    """Count all again from nothing, keeping nothing; return how many were wrong, by segment."""
    with app.db.read(COMMAND, now) as work:
        wrong = Counter(move.segment for move in app.segments.recount_all(work))
    if wrong:  # what is in memory has them right, what is published has not
        app.segments.engine.forget()
    return wrong


def first(app: App, work: Work) -> None:
    """Publish everybody who meets the rules as members, without a move for each: 70 million."""
    library = app.segments._library(work)
    app.segments.engine.forget()
    answers = app.segments.engine.bring(work, library, app.segments._world(work, library), Learnt())
    people = {slug: answer.meeting for slug, answer in answers.items()}
    members = [{"slug": s, "upto": 0, "members": who.serialize()} for s, who in people.items()]
    work.upsert(member_rows, members, key=["slug"], change=["upto", "members"])
    sizes = [{"slug": s, "size": len(who), "unwritten": 0} for s, who in people.items()]
    work.change(segment_rows, sizes, key=["slug"], change=["size", "unwritten"])
    app.segments.engine.forget()


def settle(app: App, work: Work) -> float:
    """Bring what is in memory up to the work's moment; return the seconds that it took."""
    begun = time.perf_counter()
    app.segments.reconsider(work, (), ())
    return time.perf_counter() - begun


# --- from event to membership


def delays(app: App, pace: Pace, people: int, rate: int, seconds: int) -> list[float]:
    """Send at a steady rate while the road runs; return each request's seconds to membership.

    From the moment that its events are durable to the commit of the batch that reckons with them.
    """
    sent: dict[int, float] = {}
    seen: dict[int, float] = {}
    upto = 0

    def observe(station: str) -> None:
        nonlocal upto
        if station != "committed":
            return
        moment = time.perf_counter()
        with app.db.read(COMMAND, 0) as work:
            carried = app.inbound.carried_until(work)
        seen.update(dict.fromkeys(range(upto + 1, carried + 1), moment))
        upto = carried

    app.inbound.observe = observe
    requests = list(_requests(people, rate * seconds))
    stop = Flag()
    with pace.running():
        road = Thread(target=RoadRunner(app).run, args=(stop,), daemon=True)
        road.start()
        begun = time.perf_counter()
        for number, body in enumerate(requests):
            wait = begun + number * _REQUEST / rate - time.perf_counter()
            time.sleep(max(0.0, wait))
            _, written = app.door.take("bench", body, "batch", app.clock.now())
            sent[written.result()] = time.perf_counter()
            app.poke()
        _wait_for(seen, max(sent), patience=120)
        stop.set()
        app.poke()
        road.join()
    return [seen[entry] - moment for entry, moment in sent.items() if entry in seen]


def _wait_for(seen: dict[int, float], entry: int, patience: float) -> None:
    end = time.monotonic() + patience
    while entry not in seen and time.monotonic() < end:
        time.sleep(0.05)


def _requests(people: int, events: int) -> Iterator[bytes]:
    """Make the bodies of requests of a hundred events of people who are known."""
    chance = random.Random(events)
    names = chance.choices([*history.NAMES], [*history.NAMES.values()], k=events)
    for begin in range(0, events, _REQUEST):
        calls = [
            {
                "type": "track", "event": name, "messageId": f"{chance.getrandbits(96):024x}",
                "userId": f"u{history.person(chance.random(), people) - 1}",
                "properties": history.properties(chance, name),
            }
            for name in names[begin : begin + _REQUEST]
        ]  # fmt: skip
        yield json.dumps({"batch": calls}).encode()


def span_of(events: int) -> float:
    """Return how many events of the history there are in a millisecond."""
    return events / (crowd.DAYS * DAY)
