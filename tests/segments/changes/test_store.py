"""What moved is told as it was: of a person through pages, of a segment by its rows."""

import random
from collections import defaultdict

import pytest
from pyroaring import BitMap
from sqlalchemy import func, select

from coterie.core.actor import COMMAND
from coterie.core.event import Move
from coterie.segments.changes import store as changes
from coterie.segments.definition import Change, Published
from coterie.segments.moves import Moves, Turned
from coterie.storage.database import Database
from coterie.storage.work import Work

NOW = 1_767_225_600_000
CROWD = 1_000
SLUGS = {"readers": 1, "buyers": 4, "vips": 2}


def write(work: Work, slug: str, came: set[int], went: set[int], *, silent: bool = False) -> None:
    moves = Moves(work.now, {slug: Turned(BitMap(came), BitMap(went))})
    changes.write(work, moves, SLUGS, silent=silent)


def step(draw: random.Random) -> dict[str, Turned]:
    """Draw who moves; nobody enters and leaves one segment at once."""
    moved = {}
    for slug in draw.sample(list(SLUGS), draw.randrange(1, 4)):
        people = draw.sample(range(CROWD), draw.choice([1, 2, 30, 400]))
        cut = draw.randrange(len(people) + 1)
        moved[slug] = Turned(BitMap(people[:cut]), BitMap(people[cut:]))
    return moved


@pytest.mark.parametrize("portion", [1, 300, 10**6])
def test_a_persons_changes_are_told_as_they_were(database: Database, portion: int) -> None:
    draw, told = random.Random(portion), defaultdict[int, list[Change]](list)
    for number in range(40):
        with database.begin(COMMAND, NOW + number) as work:
            moves, silent = Moves(work.now, step(draw)), not draw.randrange(8)
            changes.write(work, moves, SLUGS, silent=silent)
            changes.tell(work, loose=5, portion=portion)
        for move in moves if not silent else ():
            change = Change(move.segment, move.entered, move.at, SLUGS[move.segment], move.profile)
            told[move.profile].append(change)
    with database.read(COMMAND, NOW + 40) as work:
        assert work.connection.execute(select(func.count(changes.page_rows.c.page))).scalar_one()
        for profile in range(0, CROWD, 7):
            assert changes.of_profiles(work, [profile]) == told[profile]
        one, two = draw.sample(range(CROWD), 2)
        both = [*told[one], *told[two]]
        found = changes.of_profiles(work, [one, two])
        assert sorted(map(repr, found)) == sorted(map(repr, both))
        assert [change.at for change in found] == sorted(change.at for change in both)


def test_moves_are_written_with_their_version(database: Database) -> None:
    with database.begin(COMMAND, NOW) as work:
        write(work, "buyers", {5}, set())
        assert changes.of_profiles(work, [5]) == [Change("buyers", True, NOW, 4, 5)]
        assert changes.of_profiles(work, [6]) == []


def test_the_latest_come_first_and_silent_ones_are_left_out(database: Database) -> None:
    for number, people in enumerate([{1}, {2, 3, 9}, {4}, {5}]):
        with database.begin(COMMAND, NOW + number) as work:
            write(work, "readers", people, {102} if number == 1 else set())
            write(work, "buyers", {77}, set())
            write(work, "readers", set(), {6}, silent=True)
    with database.read(COMMAND, NOW) as work:
        found = changes.latest(work, "readers", True, 3)
        assert [one.profile for one in found] == [5, 4, 9]
        assert [one.at for one in found] == [NOW + 3, NOW + 2, NOW + 1]
        assert [one.profile for one in changes.latest(work, "readers", False, 3)] == [102]
        assert changes.latest(work, "readers", True, 1)[0].profile == 5


def test_who_came_and_went_is_counted_by_moment(database: Database) -> None:
    with database.begin(COMMAND, NOW) as work:
        write(work, "readers", {1, 2, 3}, set())
        write(work, "readers", {4}, {1})
        write(work, "buyers", {4}, set())
    with database.begin(COMMAND, NOW + 3_600_000) as work:
        write(work, "readers", set(), {2, 3}, silent=True)
        assert changes.balance(work, "readers") == [
            Published(NOW, 4, 1, 3), Published(NOW + 3_600_000, 0, 2, 1),
        ]  # fmt: skip
        assert changes.balances(work, NOW + 1, ["readers", "vips"]) == {
            "readers": [Published(NOW + 3_600_000, 0, 2, -2)], "vips": [],
        }  # fmt: skip
        assert changes.turnover(work, NOW) == {"readers": (4, 3), "buyers": (1, 0)}


def test_moves_are_a_sequence_that_makes_only_what_is_asked_for() -> None:
    moves = Moves(7, {
        "readers": Turned(BitMap([3, 1]), BitMap([2]), {1}),
        "nobody": Turned(BitMap(), BitMap()),
        "buyers": Turned(BitMap(), BitMap([9])),
    })  # fmt: skip
    readers = [
        Move("readers", 1, True, 7, True), Move("readers", 2, False, 7), Move("readers", 3, True, 7)
    ]  # fmt: skip
    assert moves == [*readers, Move("buyers", 9, False, 7)]
    assert (len(moves), bool(moves), list(moves.turned)) == (4, True, ["readers", "buyers"])
    assert list(moves.of(["vips", "readers"])) == readers
    assert (moves[-1].segment, moves[:2]) == ("buyers", readers[:2])
    assert not Moves(7) and Moves(7) == []
