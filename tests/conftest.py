"""Fixtures that every room's tests share: a real database of each kind, with every table."""

import fcntl
import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import settings

from coterie.app import open_app  # brings every room's tables in
from coterie.scenarios import wine
from coterie.settings import Settings
from coterie.storage.database import Database
from coterie.storage.schema import metadata
from coterie.testing.clock import FakeClock
from coterie.testing.postgres import PostgresServer, find_binaries
from coterie.testing.wecom import Wecom

NOW = 1_767_225_600_000
"""2026-01-01T00:00:00Z, in milliseconds."""


settings.register_profile("coterie", deadline=None)  # no test hangs on how busy the machine is
settings.load_profile("coterie")

gc.disable()  # until all tests are read: what is loaded stays, there is nothing to find


def pytest_collection_finish() -> None:
    """Leave what all tests share out of every search for garbage, and search less often.

    It was an eighth of their time, and more.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)
    gc.enable()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """``-n auto``: one more than there are processors, since pages and processes are waited for."""
    return len(os.sched_getaffinity(0)) + 1


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL of our own for the whole session, in a temp folder."""
    if find_binaries() is None:
        pytest.skip("no PostgreSQL here: install it (apt-get install postgresql) to run this")
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_tables(postgres_server: PostgresServer) -> str:
    """The URL of a PostgreSQL database with every table, which whoever takes it finds empty."""
    url = postgres_server.new_database()
    made = Database(url)
    metadata.create_all(made.engine)
    made.close()
    return url


EMPTY = """
DO $$
DECLARE
    name text;
    holds boolean;
    used text[] := ARRAY[]::text[];
BEGIN
    SET LOCAL lock_timeout = '20s';
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO holds;
        IF holds THEN
            used := array_append(used, quote_ident(name));
        END IF;
    END LOOP;
    IF cardinality(used) > 0 THEN
        EXECUTE 'TRUNCATE ' || array_to_string(used, ', ') || ' RESTART IDENTITY CASCADE';
    END IF;
END $$
"""
"""Empty the tables that hold something: a tenth of what it takes to copy or to empty them all."""


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with every table, to be copied."""
    folder = tmp_path_factory.mktemp("tables")
    made = Database.in_folder(folder)
    metadata.create_all(made.engine)
    made.close()
    return folder / "coterie.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty operational database with every table, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path)
        made = Database.in_folder(tmp_path)
    else:
        made = Database(request.getfixturevalue("postgres_tables"))
        with made.engine.begin() as connection:
            driver: Any = connection.connection.driver_connection
            driver.execute(EMPTY)  # past SQLAlchemy, which would read the signs in it as its own
    yield made
    made.close()


@pytest.fixture
def wecom() -> Iterator[Wecom]:
    """A simulated WeCom, served on a free port, with a clock of its own that stands at NOW."""
    with Wecom(clock=FakeClock(NOW)) as served:
        yield served


@pytest.fixture(scope="session")
def wine_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small wine house (850 people, some 12,000 real ratings), to be copied, never opened.

    Made once for all workers: whoever comes first makes it, the others wait at the lock.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # the session's; of one process it would be all sessions', for ever
    folder = shared / "wine-template"
    with (shared / "wine-template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            folder.mkdir(exist_ok=True)
            _play_wine(folder)
            (folder / "complete").touch()
    return folder


def _play_wine(folder: Path) -> None:
    source = Path(wine.__file__).parent / "data" / "xwines_ratings.parquet"
    ratings = folder.parent / "wine-ratings.parquet"
    with duckdb.connect() as engine:
        engine.execute(
            f"""COPY (FROM '{source}' WHERE user_id IN (
                SELECT user_id FROM '{source}' GROUP BY user_id
                ORDER BY md5('sample' || user_id) LIMIT 850)) TO '{ratings}'"""
        )
    app = open_app(Settings(data=folder), founding=wine.founding(ratings))
    try:
        wine.play(app, ratings, lambda _stage, _share: None)
    finally:
        app.close()
