"""Populations as they are kept: a bitmap now and then, and the changes since, tell who is in."""

import random

import pytest
from pyroaring import BitMap
from sqlalchemy import func, select

from coterie.core.actor import COMMAND
from coterie.core.errors import NotFound
from coterie.segments import store as segments
from coterie.segments.changes import store as changes
from coterie.segments.definition import Definition
from coterie.segments.members import store
from coterie.segments.moves import Moves, turned
from coterie.storage.database import Database
from coterie.storage.work import Work

NOW = 1_767_225_600_000
CROWD = 5_000
SLUGS = ("readers", "buyers")


def define(work: Work, slug: str) -> None:
    version = segments.next_version(work, slug)
    segments.save(work, Definition(slug, version, slug, slug, {"everyone": True}, NOW, "test"))
    store.begin(work, slug)


def delete(work: Work, slug: str) -> None:
    """Delete as the service does: everybody leaves, and the changes stay."""
    moves = Moves(work.now, {slug: turned(store.members(work, slug), BitMap())})
    store.publish(work, {}, moves, {slug: 1})
    segments.remove(work, slug)
    store.remove(work, slug)


def publish(work: Work, slug: str, people: BitMap, *, silent: bool = False) -> None:
    moves = Moves(work.now, {slug: turned(store.members(work, slug), people)})
    store.publish(work, {slug: people}, moves, {slug: 1}, silent=silent)


def unwritten(work: Work, slug: str) -> int:
    rows = segments.segment_rows
    query = select(rows.c.unwritten).where(rows.c.slug == slug)
    return int(work.connection.execute(query).scalar_one())


def is_whole(work: Work, slug: str) -> bool:
    """Say whether a bitmap reckons with every change there is."""
    rows, told = store.member_rows, changes.change_rows
    reckoned = work.connection.execute(select(rows.c.upto).where(rows.c.slug == slug))
    newest = work.connection.execute(select(func.max(told.c.id)))
    return bool(reckoned.scalar_one() == newest.scalar_one())


def written(work: Work, slug: str) -> BitMap:
    """Return the bitmap alone, without what changed since."""
    rows = store.member_rows
    query = select(rows.c.members).where(rows.c.slug == slug)
    return BitMap.deserialize(work.connection.execute(query).scalar_one())


def _step(work: Work, draw: random.Random, kept: dict[str, set[int]]) -> None:
    slug = draw.choice(SLUGS)
    kind = draw.randrange(8)
    if kind == 0 and slug in kept:
        delete(work, slug)
        del kept[slug]
    elif slug not in kept:
        define(work, slug)
        kept[slug] = set()
    elif kind == 1:  # a merge: who leads no more leaves everything, without a word
        one = draw.randrange(CROWD)
        for each, people in kept.items():
            people.discard(one)
            publish(work, each, BitMap(people), silent=True)
    else:
        turned = draw.sample(range(CROWD), draw.choice([1, 3, 40, 700, 2_300]))
        kept[slug] ^= set(turned)
        publish(work, slug, BitMap(kept[slug]))


@pytest.mark.parametrize("seed", range(2))
def test_whatever_is_published_is_read_back(database: Database, seed: int) -> None:
    draw, kept = random.Random(seed), dict[str, set[int]]()
    for step in range(40 if database.dialect == "sqlite" else 15):
        with database.begin(COMMAND, NOW + step) as work:
            _step(work, draw, kept)
        with database.read(COMMAND, NOW + step) as work:
            found = {slug: set(people) for slug, people in store.all_members(work).items()}
            assert found == kept
            assert {s: set(p) for s, p in store.members_of(work, SLUGS).items()} == kept
            sizes = {slug: one.size for slug, one in segments.definitions(work).items()}
            assert sizes == {slug: len(people) for slug, people in kept.items()}


def test_a_bitmap_is_written_anew_once_its_tail_is_long(database: Database) -> None:
    with database.begin(COMMAND, NOW) as work:
        define(work, "readers")
        define(work, "buyers")
        publish(work, "readers", BitMap(range(2_000)))
        assert (len(written(work, "readers")), unwritten(work, "readers")) == (0, 2_000)
        publish(work, "buyers", BitMap([7]))
        publish(work, "readers", BitMap(range(1, 2_000)))
        assert written(work, "readers") == BitMap(range(1, 2_000))
        assert (unwritten(work, "readers"), unwritten(work, "buyers")) == (0, 1)
        assert is_whole(work, "readers") and not is_whole(work, "buyers")
        publish(work, "readers", BitMap(range(2, 2_000)))
        assert len(written(work, "readers")) == 1_999
        assert store.members(work, "readers") == BitMap(range(2, 2_000))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the sum is the same on both
def test_of_a_large_population_a_twentieth_may_be_unwritten(database: Database) -> None:
    with database.begin(COMMAND, NOW) as work:
        define(work, "readers")
        publish(work, "readers", BitMap(range(60_000)))
        publish(work, "readers", BitMap(range(2_800, 60_000)))
        assert (len(written(work, "readers")), unwritten(work, "readers")) == (60_000, 2_800)
        publish(work, "readers", BitMap(range(2_700, 60_000)))
        assert (len(written(work, "readers")), unwritten(work, "readers")) == (57_300, 0)


def test_a_segment_defined_again_begins_with_nobody_and_keeps_its_history(
    database: Database,
) -> None:
    with database.begin(COMMAND, NOW) as work:
        define(work, "readers")
        publish(work, "readers", BitMap([1, 2]))
        define(work, "readers")
        assert store.members(work, "readers") == BitMap([1, 2]), "a new version keeps its people"
        delete(work, "readers")
        with pytest.raises(NotFound, match="define it first"):
            store.members(work, "readers")
        assert store.members_of(work, ["readers"]) == store.all_members(work) == {}
        define(work, "readers")
        assert store.members(work, "readers") == BitMap()
        assert segments.definitions(work)["readers"].version == 3
        publish(work, "readers", BitMap([2]))
        assert store.members(work, "readers") == BitMap([2])
        assert [(one.entered, one.left) for one in changes.balance(work, "readers")] == [(3, 2)]
