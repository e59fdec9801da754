"""The migrated shape is the one that the rooms declare, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import coterie.app  # noqa: F401  (brings every room's tables in)
from coterie.core.actor import CLOCK
from coterie.events.dedup import Seen
from coterie.events.log import Log, digest_of
from coterie.events.seen import Digests
from coterie.events.seen_store import seen_file_rows
from coterie.events.store import state_rows
from coterie.messaging import store as messages
from coterie.messaging.versions import store as versions
from coterie.storage import migrate
from coterie.storage.database import Database
from coterie.storage.schema import metadata
from coterie.testing.postgres import PostgresServer


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        made = Database.in_folder(tmp_path)
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        made = Database(server.new_database())
    yield made
    made.close()


def test_the_chain_makes_what_the_rooms_declare(empty: Database) -> None:
    migrate.upgrade(empty)
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_second_run_changes_nothing(empty: Database) -> None:
    assert migrate.version(empty) is None
    migrate.upgrade(empty)
    version = migrate.version(empty)
    migrate.upgrade(empty)
    assert migrate.version(empty) == version


_OLD_MESSAGE = (
    "INSERT INTO messages (id, key, profile, came_with, origin, node, channel, template, touch, "
    "purpose, value, status, at, created, due, delivery, attempts, lost, content) "
    "VALUES ('{0}', '{0}', 7, 7, 'journey:j', 'n', 'email', 'hello', 'service', "
    "'marketing', 0, '{1}', 3, 1, 2, 'at_least_once', 0, 0, {2})"
)
_OLD_MESSAGES = (
    "INSERT INTO message_templates (name, subject, text) VALUES ('hello', '', 'Hi')",
    _OLD_MESSAGE.format("0a" * 16, "sent", "NULL"),
    _OLD_MESSAGE.format("0b" * 16, "queued", "CAST('sealed' AS {blob})"),
)


def test_events_of_the_old_hot_tail_are_in_the_new_one(empty: Database, tmp_path: Path) -> None:
    config = migrate._config(empty)
    command.upgrade(config, "2026_11_22_0710")
    old = (
        "INSERT INTO log_hot (seq, time, received, profile, name, type, source, items, store, "
        "amount, properties, stamp) VALUES ({0}, {0}, 9, 7, 'Wine Opened', 'track', 'shop', "
        "'[\"a\"]', NULL, {1}, '{{\"n\": {0}}}', 5)"
    )
    with empty.begin(CLOCK, 9) as work:
        for seq, amount in ((1, "NULL"), (2, "125000")):
            work.connection.exec_driver_sql(old.format(seq, amount))
        work.insert(state_rows, [{"id": 1, "next_seq": 3, "flushed": 0, "hot": 2}])
        for statement in _OLD_MESSAGES:
            blob = "BYTEA" if work.dialect == "postgresql" else "BLOB"
            work.connection.exec_driver_sql(statement.format(blob=blob))
    migrate.upgrade(empty)
    log = Log(tmp_path)
    with empty.begin(CLOCK, 9) as work:
        hers = log.timelines(work, [7])[7]
        found = [(one.seq, one.amount, one.items, one.properties) for one in hers]
        assert found == [(1, None, ("a",), {"n": 1}), (2, 125_000, ("a",), {"n": 2})]
        assert log.flush(work) == 2
    log.close()
    with empty.begin(CLOCK, 9) as work:
        sent, waiting = (messages.of_person(work, 7), messages.take_due(work, 5))
        assert [(one.message.id, one.message.origin) for one in sent] == [
            ("0a" * 16, "journey:j"),
            ("0b" * 16, "journey:j"),
        ]
        assert [(one.message.id, one.content) for one in waiting] == [("0b" * 16, b"sealed")]
        assert versions.versions(work, [("hello", 1)])[("hello", 1)].text == "Hi"


def test_ids_of_the_old_index_are_known_as_long_as_they_were(
    empty: Database, tmp_path: Path
) -> None:
    config = migrate._config(empty)
    command.upgrade(config, "2026_11_22_1000")
    old = sa.table("log_seen", sa.column("digest"), sa.column("at"))
    file = sa.table("log_seen_files", sa.column("file"), sa.column("at"), sa.column("ids"))
    moments = {f"m{number}": number for number in range(1, 20)}
    with empty.begin(CLOCK, 20) as work:
        rows = [{"digest": digest_of(one), "at": at} for one, at in moments.items()]
        work.connection.execute(old.insert(), rows)
        work.connection.execute(file.insert(), [{"file": "f", "at": 7, "ids": 1}])
    migrate.upgrade(empty)
    seen = Seen(tmp_path, 10)
    asked = Digests.of([digest_of(one) for one in [*moments, "m20"]])
    with empty.begin(CLOCK, 17) as work:
        files = work.connection.execute(sa.select(seen_file_rows)).all()
        assert [(row.file, row.first, row.at, row.ids) for row in files] == [("f", 7, 7, 1)]
        work.connection.execute(seen_file_rows.delete())
        known = seen.are_known(work, asked).tolist()
    assert known == [at > 7 for at in moments.values()] + [False]
