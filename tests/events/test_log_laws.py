"""Whatever was appended, flushed, compacted, rolled back or reopened: the log answers as a list."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from coterie.core.actor import CLOCK
from coterie.core.clock import DAY, HOUR
from coterie.core.event import Event
from coterie.events import store
from coterie.events.log import Log
from coterie.events.model import Logged
from coterie.events.resolve import resolve
from coterie.events.seen_store import seen_file_rows, seen_rows
from coterie.storage.database import Database

NOW = 1_767_225_600_000
WINDOW = 30 * DAY
NAMES = ["Wine Opened", "Wine Bought", "wine opened", "Page Viewed", "coterie.tagged", "酒 %_"]
PATTERNS = [*NAMES, "*", "Wine*", "coterie.*", "w*", "酒*", "Nothing"]
ITEMS = ["a", "b", "it's", "意大利"]
TABLES = [
    store.state_rows, store.hot_rows, seen_rows, seen_file_rows,
    store.segment_rows,
    store.name_rows, store.retired_rows,
]  # fmt: skip

properties = st.fixed_dictionaries(
    {},
    optional={
        "sku": st.sampled_from(ITEMS),
        "products": st.lists(st.fixed_dictionaries({"sku": st.sampled_from(ITEMS)}), max_size=3),
        "total": st.integers(-50, 50) | st.decimals(0, 9, places=2).map(str),
        "store": st.sampled_from(["s1", "s2"]),
        "note": st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
        "deep": st.just({"a": [1, None, {"b": 2.5}]}),
    },
)
events = st.builds(
    lambda key, name, hour, profile, given: Event(
        id=f"m{key}",
        type="track",
        name=name,
        time=NOW + hour * HOUR,
        received=NOW,
        source="shop",
        profile=profile,
        properties=given,
    ),
    key=st.integers(0, 60),
    name=st.sampled_from(NAMES),
    hour=st.integers(-100, 10),
    profile=st.integers(1, 5),
    given=properties,
)
batches = st.lists(events, max_size=6)
steps = st.one_of(
    st.tuples(st.just("append"), batches),
    st.tuples(st.just("append"), batches),
    st.tuples(st.just("bulk"), batches),
    st.tuples(st.just("undone"), batches),
    st.tuples(st.sampled_from(["flush", "compact", "sweep", "look", "reopen"]), st.none()),
    st.tuples(st.just("wait"), st.sampled_from([HOUR, DAY, 31 * DAY])),
)


Question = tuple[list[str], int, int]
questions = st.lists(
    st.tuples(
        st.lists(st.sampled_from(PATTERNS), max_size=2),
        st.sampled_from([-101, -50, -20, 0, 10]) | st.integers(-100, 10),
        st.integers(0, 110),
    ),
    min_size=2,
    max_size=4,
)


class NaiveLog:
    """Keeps every fresh event in a list, with its seq."""

    def __init__(self, window: int) -> None:
        self.window = window
        self.events: list[tuple[int, Event]] = []
        self.seen: dict[str, int] = {}

    def append(self, now: int, events: Sequence[Event]) -> list[Event]:
        fresh = []
        for event in events:
            if event.id in self.seen and self.seen[event.id] > now - self.window:
                continue
            self.seen[event.id] = now
            fresh.append(event)
        fresh = resolve(fresh, {})
        self.events += enumerate(fresh, len(self.events) + 1)
        return fresh

    def timelines(self, profiles: Sequence[int], since: int | None) -> dict[int, list[Logged]]:
        found: dict[int, list[Logged]] = {profile: [] for profile in profiles}
        for seq, event in sorted(self.events, key=lambda pair: (pair[1].time, pair[0])):
            if event.profile in found and (since is None or event.time >= since):
                found[event.profile].append(as_logged(seq, event))
        return found

    def profiles_between(self, names: Sequence[str], after: int, until: int) -> set[int]:
        return {
            event.profile
            for _, event in self.events
            if named(event.name, names) and after < event.time <= until
        }

    def next_time(self, names: Sequence[str], after: int) -> int | None:
        times = [e.time for _, e in self.events if named(e.name, names) and e.time > after]
        return min(times, default=None)

    def profiles_of_items(self, items: Sequence[str]) -> set[int]:
        return {e.profile for _, e in self.events if set(e.items) & set(items)}

    def counts(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for _, event in self.events:
            found[event.name] = found.get(event.name, 0) + 1
        return found

    def rows(self) -> list[tuple[Any, ...]]:
        return [
            (seq, e.time, e.received, e.profile, e.name, e.type, e.source, e.store, e.amount,
             msgspec.json.encode(e.properties).decode())
            for seq, e in self.events
        ]  # fmt: skip

    def item_rows(self) -> list[tuple[int, str]]:
        return sorted((seq, item) for seq, event in self.events for item in event.items)


def named(name: str, names: Sequence[str]) -> bool:
    for pattern in names:
        if pattern == "*":
            if not name.startswith("coterie."):
                return True
        elif pattern.endswith("*"):
            if name.startswith(pattern[:-1]):
                return True
        elif name == pattern:
            return True
    return False


def as_logged(seq: int, event: Event) -> Logged:
    return Logged(
        seq=seq,
        time=event.time,
        received=event.received,
        profile=event.profile,
        name=event.name,
        type=event.type,
        source=event.source,
        items=event.items,
        store=event.store,
        amount=event.amount,
        properties=event.properties,
    )


class House:
    def __init__(self, database: Database, folder: Path, questions: list[Question]) -> None:
        self.database, self.folder, self.now = database, folder, NOW
        self.questions = questions
        self.log = self.open()
        self.naive = NaiveLog(WINDOW)
        with database.begin(CLOCK, NOW) as work:
            for table in TABLES:
                work.connection.execute(delete(table))

    def open(self) -> Log:
        return Log(self.folder, dedup_window=WINDOW, flush_rows=12)

    def do(self, step: str, given: Any) -> None:
        if step == "wait":
            self.now += given
        elif step == "reopen":
            self.log.close()
            self.log = self.open()
        elif step == "look":
            self.compare()
        elif step == "undone":
            self.undo(given)
        else:
            self.write(step, given)

    def write(self, step: str, given: Any) -> None:
        with self.database.begin(CLOCK, self.now) as work:
            if step == "append":
                assert self.log.append(work, given) == self.naive.append(self.now, given)
            elif step == "bulk":
                assert self.log.append_bulk(work, given) == self.naive.append(self.now, given)
            else:
                getattr(self.log, step)(work)

    def undo(self, given: Any) -> None:
        """Append and look within a transaction that then fails."""
        try:
            with self.database.begin(CLOCK, self.now) as work:
                self.log.append(work, given)
                with self.log.open_lake(work):
                    self.log.flush(work)
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass

    def compare(self) -> None:
        naive, log = self.naive, self.log
        with self.database.read(CLOCK, self.now) as work:
            everybody = [1, 2, 3, 4, 5, 6]
            assert log.timelines(work, everybody) == naive.timelines(everybody, None)
            since = NOW - 20 * HOUR
            assert log.timelines(work, [3], since=since) == naive.timelines([3], since)
            for names, hour, hours in self.questions:
                after, until = NOW + hour * HOUR, NOW + (hour + hours) * HOUR
                assert log.next_time(work, names, after) == naive.next_time(names, after)
                assert log.profiles_between(work, names, after, until) == (
                    naive.profiles_between(names, after, until)
                )
            for asked in (["a"], ["it's", "意大利", "no such"]):
                assert log.profiles_of_items(work, asked) == naive.profiles_of_items(asked)
            assert log.counts(work) == naive.counts()
            with log.open_lake(work) as lake:
                rows = lake.execute("SELECT * FROM events ORDER BY seq").fetchall()
                items = lake.execute("SELECT * FROM event_items ORDER BY ALL").fetchall()
            assert rows == naive.rows()
            assert items == naive.item_rows()


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=st.lists(steps, max_size=14), asked=questions)
def test_the_log_answers_as_a_list_of_events_would(
    database: Database, script: list[tuple[str, Any]], asked: list[Question]
):
    with tempfile.TemporaryDirectory() as folder:
        house = House(database, Path(folder), asked)
        for step, given_to_it in script:
            house.do(step, given_to_it)
        house.compare()
        house.log.close()
