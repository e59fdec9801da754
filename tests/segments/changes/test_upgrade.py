"""A house in which every person's move was a row of its own keeps its populations and history."""

import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from pyroaring import BitMap

from coterie.core.actor import CLOCK
from coterie.segments.changes import store as changes
from coterie.segments.definition import Change
from coterie.segments.members import store
from coterie.storage import migrate
from coterie.storage.database import Database
from coterie.testing.postgres import PostgresServer

BEFORE = "2026_11_22_1000"
NOW = 1_767_225_600_000
CROWD, STEPS = 60, 40

CHANGES = sa.table(
    "segment_changes",
    *map(sa.column, ("segment", "profile", "came_with", "entered", "at", "version", "silent")),
)
MEMBERS = sa.table("segment_members", *map(sa.column, ("slug", "upto", "members")))
SEGMENTS = sa.table("segments", *map(sa.column, ("slug", "version", "size", "unwritten")))


@pytest.fixture(params=["sqlite", "postgresql"])
def before(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        made = Database.in_folder(tmp_path)
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        made = Database(server.new_database())
    command.upgrade(migrate._config(made), BEFORE)
    yield made
    made.close()


def fill(database: Database) -> tuple[dict[str, set[int]], dict[int, list[Change]]]:
    """Let people come and go, several times at one moment too; return who is in, and who moved."""
    draw, told = random.Random(5), defaultdict[int, list[Change]](list)
    inside: dict[str, set[int]] = {"readers": set(), "buyers": set()}
    with database.begin(CLOCK, NOW) as work:
        sizes = [{"slug": s, "version": 1, "size": 0, "unwritten": 9} for s in inside]
        work.connection.execute(SEGMENTS.insert(), sizes)
        blank = [{"slug": s, "upto": 0, "members": BitMap().serialize()} for s in inside]
        work.connection.execute(MEMBERS.insert(), blank)
        for number in range(STEPS):
            slug, at, silent = draw.choice([*inside]), NOW + number // 3, not draw.randrange(6)
            rows = []
            for profile in sorted(draw.sample(range(CROWD), 9)):
                entered = profile not in inside[slug]
                inside[slug] ^= {profile}
                about = {"segment": slug, "entered": entered, "at": at, "version": 2}
                if not silent:
                    told[profile].append(Change(profile=profile, **about))
                head = profile if profile % 7 else 1  # she was merged later
                rows.append({**about, "silent": silent, "profile": head, "came_with": profile})
            work.connection.execute(CHANGES.insert(), rows)
            if number == STEPS // 2:
                newest = sa.select(sa.func.max(sa.column("id"))).select_from(CHANGES)
                upto = work.connection.execute(newest).scalar()
                members = BitMap(inside["readers"]).serialize()
                written = MEMBERS.update().where(MEMBERS.c.slug == "readers")
                work.connection.execute(written.values(upto=upto, members=members))
    return inside, told


def test_populations_and_history_stay(before: Database) -> None:
    inside, told = fill(before)
    migrate.upgrade(before)
    with before.begin(CLOCK, NOW) as work:
        assert {s: set(people) for s, people in store.all_members(work).items()} == inside
        for profile in range(CROWD):
            assert changes.of_profiles(work, [profile]) == told[profile]
        sizes = {slug: len(people) for slug, people in inside.items()}
        assert {slug: changes.balance(work, slug)[-1].size for slug in inside} == sizes
        rows = work.connection.execute(sa.select(sa.func.count()).select_from(changes.change_rows))
        assert rows.scalar_one() == STEPS
