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


def furnish(database: Database) -> None:
    for number, (actor, verb, subject) in enumerate(
        [
            (ADA, "segment.define", "Italy-Lovers"),
            (ADA, "account.create", "100% bob"),
            (CLOCK, "segment.define", "lapsed"),
            (Actor("person", "bob"), "account.rename", "eve"),
        ]
    ):
        with database.begin(actor, NOW + number) as work:
            audit.record(work, verb, subject)


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        (audit.Sought(), ["eve", "lapsed", "100% bob", "Italy-Lovers"]),
        (audit.Sought(actor="person:ada"), ["100% bob", "Italy-Lovers"]),
        (audit.Sought(actor="person:"), ["eve", "100% bob", "Italy-Lovers"]),
        (audit.Sought(verb="account."), ["eve", "100% bob"]),
        (audit.Sought(verb="account"), []),
        (audit.Sought(verb="segment.define", actor="clock:road"), ["lapsed"]),
        (audit.Sought(target="italy"), ["Italy-Lovers"]),
        (audit.Sought(target="0% b"), ["100% bob"]),
        (audit.Sought(target="%"), ["100% bob"]),
        (audit.Sought(since=NOW + 1, until=NOW + 3), ["lapsed", "100% bob"]),
    ],
)
def test_what_is_sought_is_found_the_newest_first(
    database: Database, sought: audit.Sought, found: list[str]
) -> None:
    furnish(database)
    with database.read(CLOCK, NOW) as work:
        assert [row.object for row in audit.page(work, sought, 10)] == found
        assert [row.object for row in audit.every(work, sought, portion=1)] == found
        assert audit.count(work, sought) == len(found)


def test_pages_follow_one_another_without_gap_or_overlap(database: Database) -> None:
    furnish(database)
    with database.read(CLOCK, NOW) as work:
        first = audit.page(work, audit.Sought(), 3)
        rest = audit.page(work, audit.Sought(), 3, before=first[-1].id)
        assert [row.object for row in first + rest] == ["eve", "lapsed", "100% bob", "Italy-Lovers"]


def test_it_knows_who_ever_did_what(database: Database) -> None:
    furnish(database)
    with database.read(CLOCK, NOW) as work:
        assert audit.actors(work) == ["clock:road", "person:ada", "person:bob"]
        assert audit.verbs(work) == ["account.create", "account.rename", "segment.define"]
