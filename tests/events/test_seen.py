"""What was seen is known, exactly as long as the window is: in rows, in files, in any process."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from coterie.core.actor import CLOCK
from coterie.events.dedup import Seen
from coterie.events.log import digest_of
from coterie.events.seen import NEVER, Digests, Run, SeenFiles, merged
from coterie.events.seen_store import seen_file_rows, seen_rows
from coterie.events.store import retired_rows
from coterie.storage.database import Database

WINDOW = 10

halves = st.sampled_from([b"\0" * 8, b"\1" + b"\0" * 7, b"\xff" * 8, b"12345678"])
digests = st.lists(st.builds(lambda one, two: one + two, halves, halves), min_size=1, max_size=20)
seen = st.lists(st.tuples(digests, st.integers(1, 9)), max_size=4)


@given(given_ones=digests)
def test_the_first_of_equals_is_the_first_that_came(given_ones: list[bytes]) -> None:
    firsts = Digests.of(given_ones).first_of_each().tolist()
    assert firsts == [one not in given_ones[:place] for place, one in enumerate(given_ones)]


@given(held=seen, asked=digests, expired=st.integers(0, 9))
def test_a_run_knows_when_each_was_seen_last(
    held: list[tuple[list[bytes], int]], asked: list[bytes], expired: int
) -> None:
    whole = merged([Run.of(Digests.of(ones).shortened(), at) for ones, at in held] or [_none()])
    known: dict[bytes, int] = {}
    for ones, at in held:
        known |= {one: max(at, known.get(one, 0)) for one in ones}
    one_by_one = Digests.of(asked).shortened()
    assert whole.seen(one_by_one).tolist() == [known.get(one, NEVER) for one in asked]
    assert len(whole) == len(known)
    left = merged([whole], expired).seen(one_by_one).tolist()
    late = {one: at for one, at in known.items() if at > expired}
    assert left == [late.get(one, NEVER) for one in asked]
    again = Run.unpacked(whole.packed())
    assert again.seen(one_by_one).tolist() == whole.seen(one_by_one).tolist()


@given(held=st.lists(st.tuples(digests, st.integers(1, 9)), min_size=1, max_size=4))
def test_a_file_holds_what_was_written(held: list[tuple[list[bytes], int]]) -> None:
    whole = merged([Run.of(Digests.of(ones).shortened(), at) for ones, at in held])
    with tempfile.TemporaryDirectory() as folder:
        files = SeenFiles(Path(folder))
        read = files.read(files.write("one", whole))
        assert np.array_equal(read.digests.high, whole.digests.high)
        assert np.array_equal(read.digests.low, whole.digests.low)
        assert np.array_equal(read.at, whole.at)
        moments = 8 if len(set(whole.at.tolist())) > 1 else 0
        assert (Path(folder) / "one.ids").stat().st_size == (9 + moments) * len(whole)


def test_a_file_of_when_a_byte_more_was_kept_is_read(tmp_path: Path) -> None:
    ones = [bytes([1, 2, 3, 4, 5, 6, 7, 8, last, 77]) + b"." * 6 for last in (3, 200)]
    row = SeenFiles(tmp_path).write("one", Run.of(Digests.of(ones).shortened(), 5))
    words = np.frombuffer(b"".join(ones), ">u8").reshape(-1, 2)
    high, low = words[:, 0].astype("<u8"), (words[:, 1] >> 48).astype("<u2")
    (tmp_path / "one.ids").write_bytes(high.tobytes() + low.tobytes())
    known = SeenFiles(tmp_path).read(row).seen(Digests.of(ones).shortened())
    assert known.tolist() == [5, 5]


def _none() -> Run:
    return Run.of(Digests(np.empty(0, np.uint64), np.empty(0, np.uint8)), 0)


keys = st.lists(st.integers(0, 30), min_size=1, max_size=8)
steps = st.one_of(
    st.tuples(st.sampled_from(["note", "note", "bulk", "undone", "ask"]), keys),
    st.tuples(st.sampled_from(["reopen", "other process", "prune"]), st.none()),
    st.tuples(st.just("wait"), st.integers(1, 12)),
)


class Memory:
    """Two processes over one database and folder, and a dictionary that knows better."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder, self.now = database, folder, 1_000
        self.processes = [self.open(), self.open()]
        self.moments: dict[int, int] = {}
        with database.begin(CLOCK, self.now) as work:
            for table in (seen_rows, seen_file_rows, retired_rows):
                work.connection.execute(delete(table))

    def open(self) -> Seen:
        return Seen(self.folder, WINDOW, held=12)

    def known(self, key: int) -> bool:
        return self.moments.get(key, -WINDOW) > self.now - WINDOW

    def do(self, step: str, given_keys: Sequence[int]) -> None:
        asked = Digests.of([digest_of(str(key)) for key in given_keys])
        with self.database.begin(CLOCK, self.now) as work:
            if step == "note":
                self.note(self.processes[0].note(work, asked).tolist(), given_keys)
                return
            known = self.processes[0].are_known(work, asked)
            assert known.tolist() == [self.known(key) for key in given_keys]
            if step == "bulk":
                fresh = asked.first_of_each() & ~known
                if fresh.any():
                    self.processes[0].remember(work, asked.take(fresh))
                self.note(fresh.tolist(), given_keys)

    def note(self, new: Sequence[bool], given_keys: Sequence[int]) -> None:
        wanted = []
        for key in given_keys:
            wanted.append(not self.known(key))
            self.moments[key] = self.moments[key] if self.known(key) else self.now
        assert new == wanted

    def undo(self, given_keys: Sequence[int]) -> None:
        try:
            with self.database.begin(CLOCK, self.now) as work:
                asked = Digests.of([digest_of(str(key)) for key in given_keys])
                self.processes[0].note(work, asked)
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=st.lists(steps, max_size=25))
def test_an_id_counts_once_within_the_window(
    database: Database, script: list[tuple[str, list[int] | int | None]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        memory = Memory(database, Path(folder))
        for step, told in script:
            if isinstance(told, int):
                memory.now += told
            elif step == "reopen":
                memory.processes[0] = memory.open()
            elif step == "other process":
                memory.processes.reverse()
            elif step == "prune":
                with database.begin(CLOCK, memory.now) as work:
                    memory.processes[0].prune(work)
            elif step == "undone":
                memory.undo(told or [])
            else:
                memory.do(step, told or [])
        memory.do("ask", range(31))


def test_small_rows_are_put_together_and_many_become_a_file(
    database: Database, tmp_path: Path
) -> None:
    ids = Seen(tmp_path, 1_000, held=100)
    for now in range(1, 100):
        with database.begin(CLOCK, now) as work:
            assert ids.note(work, Digests.of([digest_of(str(now))])).all()
            rows = work.connection.execute(select(seen_rows.c.ids)).scalars().all()
        assert sum(rows) == now
        assert len(rows) <= 7  # each at least twice as large as the next
    with database.begin(CLOCK, 100) as work:
        assert ids.note(work, Digests.of([digest_of("100")])).all()
        assert work.connection.execute(select(seen_rows.c.ids)).all() == []
        (file,) = work.connection.execute(select(seen_file_rows)).all()
        assert (file.first, file.at, file.ids) == (1, 100, 100)
    with database.begin(CLOCK, 1_000) as work:  # to the millisecond, in a file too
        again = Digests.of([digest_of(one) for one in ("1", "2", "99")])
        assert ids.are_known(work, again).tolist() == [True, True, True]
    with database.begin(CLOCK, 1_001) as work:
        assert ids.are_known(work, again).tolist() == [False, True, True]
