"""The wine community: 150,000 real ratings down the whole road, the last 90 days played live.

The ratings are real (X-Wines); who agreed to be written to, and how invitations are answered, is
simulated: drawn by stable hashes, so that every run tells the same story.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from coterie.analytics.counts import SIMULATION
from coterie.core import document
from coterie.core.actor import Actor
from coterie.core.clock import DAY, SystemClock, format_time
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.core.event import CONSENT_GIVEN
from coterie.core.facts import fact
from coterie.core.ids import bucket
from coterie.roads.bulk import Importer
from coterie.roads.learning import learn
from coterie.roads.mapping import FileMap, parse_map
from coterie.scenarios import playbook as playbooks
from coterie.scenarios.ports import Rooms
from coterie.storage import instance as instances
from coterie.storage.instance import Instance

ACTOR = Actor("command", "demo")
SOURCE = "x-wines"
NAME = "wine"
"""What a folder of this demo is marked with; pages say so."""
LIVE_DAYS = 90
SLICE = DAY
BATCH = 2_000
ANSWERS = ((4_500, "accepted"), (6_500, "declined"))
"""Of 10,000 invited, this many accept, then decline; the others let the offer run out."""
SLOWEST_ANSWER_DAYS = 5
CONSENTING = 8_000
"""Of 10,000: how many people agreed to be written to."""
_COLUMNS = "give a Parquet file with ts, rating_id, user_id, wine_id, rating, vintage"

Progress = Callable[[str, float], None]
"""Told the stage and how much of it is done, 0 to 1."""


@dataclass
class Story:
    """The data, cut where history ends and the live part begins. Moments in ms UTC."""

    folder: Path
    ratings: Path
    wines: Path
    begin: int = 0
    end: int = 0
    history: Path = Path()
    live: list[tuple[int, dict[str, Any]]] = field(default_factory=list)


def founding(ratings: Path | None) -> Callable[[Instance], Instance]:
    """Found a demo house: in the data's zone of time, its clock where the live part begins."""
    with _data(ratings) as story:
        _measure(story)

    def found(asked: Instance) -> Instance:
        offset = story.begin - SystemClock().now()
        return Instance(asked.zone, asked.currency, clock_offset=offset, simulated=NAME)

    return found


def play(rooms: Rooms, ratings: Path | None, progress: Progress) -> dict[str, float]:
    """Play the demo on a fresh house, or go on where it was interrupted; seconds by stage.

    ``ratings`` replaces the shipped ratings (a Parquet file of the same columns). A house whose
    demo was played to its end is left as it is. Raises Conflict for a house that is no demo.
    """
    if rooms.instance.simulated != NAME:
        raise Conflict(
            "this folder holds a real house, which no demo may touch: choose another with --data"
        )
    seconds: dict[str, float] = {}
    with _data(ratings) as story, rooms.db.read(ACTOR, 0) as work:
        _measure(story)
        reached = rooms.inbound.stood_at(work) or 0
    if reached >= story.end:
        return seconds
    with _data(ratings) as story:
        stages: list[tuple[str, Callable[[], None]]] = [
            ("read", lambda: _cut(story)),
            ("items", lambda: _import_items(rooms, story)),
            ("history", lambda: _import_history(rooms, story)),
            ("playbook", lambda: _open_doors(rooms, story)),
            ("live", lambda: _play_live(rooms, story, progress)),
        ]
        if reached:  # what comes before the live part is done, and stands at an earlier moment
            stages = [stages[0], stages[-1]]
        for name, stage in stages:
            progress(name, 0)
            started = time.perf_counter()
            stage()
            seconds[name] = round(time.perf_counter() - started, 2)
    learn(rooms.db, rooms.scores.recommending, story.end)
    with rooms.db.begin(ACTOR, story.end) as work:
        instances.set_clock_offset(work, story.end - SystemClock().now())
    return seconds


@contextmanager
def _data(ratings: Path | None) -> Iterator[Story]:
    """Lay the shipped files, and a folder to work in, out for as long as the block lasts."""
    with ExitStack() as stack:
        shipped = stack.enter_context(as_file(files("coterie.scenarios") / "data"))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        chosen = ratings or shipped / "xwines_ratings.parquet"
        if not chosen.is_file():
            raise NotFound(f"there is no file {chosen}")
        yield Story(folder, chosen, shipped / "xwines_wines.parquet")


def _map(name: str) -> FileMap:
    text = (files("coterie.scenarios") / "playbooks" / f"{name}.map.yaml").read_text()
    return parse_map(document.read(text))


def _measure(story: Story) -> None:
    """Find where the data ends, and so where its live part begins; raises Invalid without any."""
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as engine:
        try:
            rows = engine.execute(
                "SELECT epoch_ms(date_trunc('day', max(ts)) + INTERVAL 1 DAY) FROM"
                " (SELECT ts, rating_id, user_id, wine_id, rating, vintage FROM read_parquet(?))",
                [str(story.ratings)],
            ).fetchall()
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise Invalid(f"{story.ratings} holds no ratings: {reason}", hint=_COLUMNS) from error
    if rows[0][0] is None:
        raise Invalid(f"{story.ratings} holds no ratings", hint=_COLUMNS)
    story.end = rows[0][0]
    story.begin = story.end - LIVE_DAYS * DAY


def _cut(story: Story) -> None:
    """Write the history to a file of its own and keep the last 90 days to be played live."""
    _measure(story)
    story.history = story.folder / "history.parquet"
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as engine:
        engine.execute(
            f"COPY (SELECT * FROM read_parquet(?) WHERE epoch_ms(ts) < {story.begin} ORDER BY ts,"
            f" rating_id) TO '{story.history}' (FORMAT parquet)",
            [str(story.ratings)],
        )
        query = (
            "SELECT epoch_ms(ts), rating_id, user_id, wine_id, rating, vintage"
            f" FROM read_parquet(?) WHERE epoch_ms(ts) >= {story.begin} ORDER BY ts, rating_id"
        )
        for moment, rating_id, user_id, wine_id, rating, vintage in engine.execute(
            query, [str(story.ratings)]
        ).fetchall():
            properties = {"wine_id": str(wine_id), "rating": rating, "vintage": vintage}
            call = {
                "type": "track",
                "event": "Wine Rated",
                "userId": str(user_id),
                "messageId": f"rating-{rating_id}",
                "timestamp": format_time(moment),
                "properties": properties,
            }
            story.live.append((moment, call))


def _import_items(rooms: Rooms, story: Story) -> None:
    book = playbooks.shipped("wine")
    with rooms.db.begin(ACTOR, story.begin) as work:
        playbooks.furnish(work, rooms, book)
    _importer(rooms).run(ACTOR, story.wines, _map("wine-items"), SOURCE, story.begin)


def _import_history(rooms: Rooms, story: Story) -> None:
    importer = _importer(rooms)
    importer.run(ACTOR, story.history, _map("wine-ratings"), SOURCE, story.begin)
    with rooms.db.read(ACTOR, story.begin) as work:
        people = rooms.profiles.user_ids(work, rooms.profiles.everyone(work))
    _consent(rooms, sorted(people.values()), story.begin)


def _open_doors(rooms: Rooms, story: Story) -> None:
    with rooms.db.begin(ACTOR, story.begin) as work:
        playbooks.open_doors(work, rooms, playbooks.shipped("wine"))


def _play_live(rooms: Rooms, story: Story, progress: Progress) -> None:
    """Play the last days slice by slice: what happened comes in, the roads run, people answer."""
    with rooms.db.read(ACTOR, story.begin) as work:
        known = set(rooms.profiles.user_ids(work, rooms.profiles.everyone(work)).values())
    position, resumed = 0, _resumed_at(rooms, story)
    for now in range(story.begin + SLICE, story.end + 1, SLICE):
        calls = []
        while position < len(story.live) and story.live[position][0] < now:
            calls.append(story.live[position][1])
            position += 1
        if now < resumed:
            continue
        newcomers = sorted({call["userId"] for call in calls} - known)
        known.update(newcomers)
        _send(rooms, SOURCE, calls, now)
        _consent(rooms, newcomers, now)
        rooms.settle(now)
        _answer_invitations(rooms, now)
        rooms.settle(now)
        progress("live", (now - story.begin) / (story.end - story.begin))


def _resumed_at(rooms: Rooms, story: Story) -> int:
    """Return the moment of the slice that was being played, when an earlier run was interrupted.

    A slice played twice is the same; one that is already over would see what came in after it.
    """
    with rooms.db.read(ACTOR, story.begin) as work:
        stood_at = rooms.inbound.stood_at(work) or story.begin
        waiting = rooms.inbound.inbox.after(rooms.inbound.carried_until(work), len(story.live) + 1)
    return max([stood_at, *(one.received for _, events in waiting for one in events)])


def _answer_invitations(rooms: Rooms, now: int) -> None:
    """Simulate the answers: each invited person has her day and her mind, drawn by stable hash."""
    with rooms.db.begin(ACTOR, now) as work:
        offered = [one for one in rooms.communities.invitations(work) if one.state == "offered"]
        facts = []
        for one in offered:
            draw = bucket("demo-answer", one.id)
            days = 1 + bucket("demo-delay", one.id) % SLOWEST_ANSWER_DAYS
            answer = next((name for limit, name in ANSWERS if draw < limit), None)
            if answer is not None and now >= one.since + days * DAY:
                facts.append(
                    fact(
                        f"community.{answer}",
                        room=SIMULATION,
                        profile=one.profile,
                        at=now,
                        cause=(one.id,),
                        community=one.community,
                    )
                )
        rooms.inbound.tell(work, facts)


def _importer(rooms: Rooms) -> Importer:
    return Importer(rooms.inbound, rooms.catalog, rooms.zone)


def _consent(rooms: Rooms, people: Sequence[str], now: int) -> None:
    """Simulate that most people agreed to be written to."""
    agreeing = [person for person in people if bucket("demo-consent", person) < CONSENTING]
    calls = [
        {
            "type": "track",
            "event": CONSENT_GIVEN,
            "userId": person,
            "messageId": f"consent-{person}",
            "timestamp": format_time(now),
            "properties": {"purpose": "marketing", "proof": "simulated"},
        }
        for person in agreeing
    ]
    _send(rooms, SIMULATION, calls, now)


def _send(rooms: Rooms, source: str, calls: Sequence[dict[str, Any]], now: int) -> None:
    for first in range(0, len(calls), BATCH):
        body = msgspec.json.encode({"batch": calls[first : first + BATCH]})
        rooms.door.accept(source, body, "batch", now)
