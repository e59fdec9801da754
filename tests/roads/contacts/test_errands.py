"""Errands: the urgent ones come first, one that breaks rests, one process runs them at a time."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from coterie.core.actor import CLOCK
from coterie.core.clock import SECOND
from coterie.core.errors import Conflict
from coterie.roads.contacts.runner import ContactsRunner
from coterie.roads.contacts.service import Contacts
from coterie.storage.database import Database
from coterie.storage.work import Work
from coterie.testing.clock import FakeClock


class Does:
    """Does so many portions, noting each; then breaks, if it is to."""

    def __init__(self, name: str, portions: int, said: list[str], *, breaks: bool = False) -> None:
        self.name, self.portions, self.said, self.breaks = name, portions, said, breaks

    def run(self, now: int) -> bool:
        if self.breaks:
            raise RuntimeError(f"at {now}")
        if not self.portions:
            return False
        self.portions -= 1
        self.said.append(self.name)
        return True

    def next_due(self, _work: Work) -> int | None:
        return 1_000 if self.breaks else None


@pytest.fixture
def one(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copy(sqlite_template, tmp_path)
    made = Database.in_folder(tmp_path)
    yield made
    made.close()


def test_the_urgent_come_again_after_each_that_took_its_time(one: Database) -> None:
    said: list[str] = []
    contacts = Contacts(
        one, [Does("welcome", 3, said)], [Does("read", 1, said), Does("mark", 2, said)]
    )
    assert contacts.run(0)
    assert said == ["welcome", "read", "welcome", "mark", "welcome"]
    assert contacts.run(0) and not contacts.run(0)


def test_one_that_breaks_rests_and_costs_the_others_nothing(one: Database) -> None:
    said: list[str] = []
    broken = Does("broken", 1, said, breaks=True)
    contacts = Contacts(one, [], [broken, Does("sound", 9, said)])
    assert contacts.run(10_000) and said == ["sound"]
    assert str(contacts.stumbled["broken"]) == "at 10000"
    with one.read(CLOCK, 10_000) as work:
        assert contacts.next_due(work) == 10_000 + 2 * SECOND
    broken.breaks = False
    contacts.run(11_000)
    assert "broken" not in said
    contacts.run(12_000)
    assert "broken" in said and not contacts.stumbled


def test_one_process_runs_them_at_a_time(one: Database) -> None:
    said: list[str] = []
    contacts = Contacts(one, [], [Does("work", 9, said)])
    first, second = (ContactsRunner(contacts, FakeClock(0)) for _ in range(2))
    assert first.turn() and not second.turn() and len(said) == 1
    first.release()
    assert second.turn() and not first.turn() and len(said) == 2


def test_who_lost_the_lease_stops_between_two_errands(one: Database) -> None:
    said: list[str] = []
    contacts = Contacts(one, [], [Does("before", 1, said), Does("after", 1, said)])

    def keep() -> None:
        if said:
            raise Conflict("gone to another")

    with pytest.raises(Conflict):
        contacts.run(0, keep)
    assert said == ["before"]
