import pytest

from coterie.core.actor import CLOCK, Actor
from coterie.storage import audit
from coterie.storage.database import Database

NOW = 1_767_225_600_000
ADA = Actor("person", "ada")


def test_a_row_says_who_did_what_when(database: Database) -> None:
    with database.begin(ADA, NOW) as work:
        audit.record(work, "segment.define", "italy-lovers", version=2, title="意大利")
    with database.read(CLOCK, NOW) as work:
        (row,) = audit.latest(work)
    assert (row.at, row.actor, row.verb) == (NOW, "person:ada", "segment.define")
    assert (row.object, row.detail) == ("italy-lovers", {"version": 2, "title": "意大利"})


def test_the_newest_come_first_and_only_so_many(database: Database) -> None:
    for number in range(5):
        with database.begin(ADA, NOW + number) as work:
            audit.record(work, "tick", str(number))
    with database.read(ADA, NOW) as work:
        assert [row.object for row in audit.latest(work, 3)] == ["4", "3", "2"]
        assert len(audit.latest(work)) == 5


def test_a_change_that_was_undone_leaves_no_trace(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.begin(ADA, NOW) as work:
        audit.record(work, "segment.define", "x")
        work.after_commit(lambda: None)
        1 / 0  # noqa: B018
    with database.read(ADA, NOW) as work:
        assert audit.latest(work) == []
