"""Group commit: what comes together is committed together, and nobody pays for another's fault."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event as Flag
from threading import Lock

import pytest

from coterie.core.errors import Unavailable
from coterie.events.group import MOST_REQUESTS, Entry, Group


class Disk:
    """Keeps what was written, a list a transaction; the first waits until it may go on."""

    def __init__(self) -> None:
        self.commits: list[list[bytes]] = []
        self.go_on = Flag()
        self.begun = Flag()
        self._lock = Lock()

    def write(self, entries: Sequence[Entry]) -> list[int]:
        self.begun.set()
        assert self.go_on.wait(10)
        with self._lock:
            said = [entry.events for entry in entries]
            if b"bad" in said:
                raise ValueError("no disk takes this")
            before = sum(map(len, self.commits))
            self.commits.append(said)
            return list(range(before + 1, before + len(said) + 1))


def entry(events: bytes) -> Entry:
    return Entry(0, "shop", 1, events)


def test_what_waits_shares_the_next_commit_in_the_order_of_its_coming() -> None:
    disk = Disk()
    group = Group(disk.write)
    first = group.enter(entry(b"0"))
    assert disk.begun.wait(10)
    others = [group.enter(entry(str(n).encode())) for n in range(1, 100)]
    assert not first.done()
    disk.go_on.set()
    assert [one.result(10) for one in (first, *others)] == list(range(1, 101))
    assert [len(commit) for commit in disk.commits] == [1, 99]
    assert disk.commits[1] == [str(n).encode() for n in range(1, 100)]
    group.close()


def test_one_that_cannot_be_written_spoils_no_other() -> None:
    disk = Disk()
    group = Group(disk.write)
    group.enter(entry(b"0"))
    assert disk.begun.wait(10)
    told = [group.enter(entry(said)) for said in (b"1", b"bad", b"2")]
    disk.go_on.set()
    assert (told[0].result(10), told[2].result(10)) == (2, 3)
    with pytest.raises(ValueError, match="no disk"):
        told[1].result(10)
    assert disk.commits == [[b"0"], [b"1"], [b"2"]]
    group.close()


def test_a_commit_holds_no_more_than_so_many() -> None:
    disk = Disk()
    group = Group(disk.write)
    group.enter(entry(b"0"))
    assert disk.begun.wait(10)
    last = [group.enter(entry(b"x")) for _ in range(MOST_REQUESTS + 1)][-1]
    disk.go_on.set()
    last.result(10)
    assert [len(commit) for commit in disk.commits] == [1, MOST_REQUESTS, 1]
    group.close()


def test_who_stops_waiting_stops_nothing() -> None:
    disk = Disk()
    group = Group(disk.write)
    left, kept = group.enter(entry(b"0")), group.enter(entry(b"1"))
    assert not left.cancel()
    disk.go_on.set()
    kept.result(10)
    assert sorted(one for commit in disk.commits for one in commit) == [b"0", b"1"]
    group.close()


def test_closing_writes_what_waits_and_takes_no_more() -> None:
    disk = Disk()
    group = Group(disk.write)
    told = [group.enter(entry(b"x")) for _ in range(3)]
    with ThreadPoolExecutor(1) as pool:
        closing = pool.submit(group.close)
        disk.go_on.set()
        closing.result(10)
    assert all(one.done() for one in told)
    with pytest.raises(Unavailable):
        group.enter(entry(b"late"))


def test_what_holds_nothing_waits_for_nothing() -> None:
    group = Group(Disk().write)
    assert group.enter(Entry(0, "shop", 0, b"")).result(0) == 0
    group.close()
