"""Open the operational database and hand out units of work."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError
from sqlalchemy.util import LRUCache

from coterie.core.actor import Actor
from coterie.core.errors import Invalid, Unavailable
from coterie.storage.work import Work

_BUSY_SECONDS = 30
_STATEMENTS = 5_000
"""How many compiled statements a process keeps for its SQLite databases."""
_URL_HINT = "write postgresql://user@host/name, or leave it out for SQLite in the data folder"
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",  # the disk is waited for where ``begin`` is asked to
    "foreign_keys=ON",
    "cache_size=-131072",  # 128 MiB: a bulk load's indexes stay in memory
    "temp_store=MEMORY",
    "wal_autocheckpoint=8192",  # 32 MiB: pages that every batch changes are put back once
    "secure_delete=ON",  # what is deleted is overwritten: an erasure leaves no free page behind
)


class Database:
    """One brand's operational database, SQLite or PostgreSQL."""

    def __init__(self, url: str) -> None:
        """Read the URL; raises Invalid when it is none, or of a database we do not speak."""
        try:
            self.url = make_url(url)
            self.dialect = self.url.get_backend_name()
        except (ArgumentError, ValueError) as error:  # not shown: it may hold a password
            raise Invalid("this is no database URL", path="database", hint=_URL_HINT) from error
        if self.dialect not in ("sqlite", "postgresql"):
            raise Invalid(f"{self.dialect!r} is not spoken", path="database", hint=_URL_HINT)
        try:
            self.engine = _sqlite(url) if self.dialect == "sqlite" else _postgresql(url)
        except NoSuchModuleError as error:
            raise Invalid(
                f"there is no driver {self.url.drivername!r}", path="database", hint=_URL_HINT
            ) from error
        except ImportError as error:
            raise Unavailable(
                "PostgreSQL's driver is not installed: pip install 'coterie[postgres]'"
            ) from error

    @classmethod
    def in_folder(cls, folder: Path) -> "Database":
        """Open the SQLite database of a data folder."""
        return cls(f"sqlite:///{folder / 'coterie.db'}")

    @contextmanager
    def begin(self, actor: Actor, now: int, *, durable: bool = False) -> Iterator[Work]:
        """Open a unit of work that writes: all or nothing, committed at the end of the block.

        What was given to ``work.after_commit`` runs once the commit stands. A commit outlives the
        process at once; the machine, on SQLite, from the next ``durable`` commit on, which takes
        all before it along to the disk.
        """
        with self._connection(write=True) as connection:
            work = Work(connection=connection, actor=actor, now=now)
            with _synchronous(connection) if durable else nullcontext(), connection.begin():
                yield work
        for callback in work.callbacks:
            callback()

    @contextmanager
    def read(self, actor: Actor, now: int) -> Iterator[Work]:
        """Open a unit of work that only reads; nothing of it is kept."""
        with self._connection(write=False) as connection, connection.begin() as transaction:
            yield Work(connection=connection, actor=actor, now=now)
            transaction.rollback()

    @contextmanager
    def _connection(self, *, write: bool) -> Iterator[Connection]:
        try:
            connection = self.engine.connect()
        except OperationalError as error:
            raise Unavailable(
                f"cannot reach the database at {self.url.render_as_string()}: {error.orig}; "
                "check that it runs and that the URL is right"
            ) from error
        with connection:
            yield connection.execution_options(coterie_write=write)

    def check(self) -> None:
        """Raise Unavailable when the database can't be reached."""
        with self._connection(write=False):
            pass

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


@contextmanager
def _synchronous(connection: Connection) -> Iterator[None]:
    """Let commits wait for the disk within the block; PostgreSQL's always do."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    (before,) = driver.execute("PRAGMA synchronous").fetchone()
    driver.execute("PRAGMA synchronous=FULL")
    try:
        yield
    finally:
        driver.execute(f"PRAGMA synchronous={before}")


def _postgresql(url: str) -> Engine:
    return create_engine(url, pool_pre_ping=True)


@cache
def _alike() -> tuple[Dialect, LRUCache[Any, Any]]:
    """Return what all SQLite databases of a process share: their dialect, and what was compiled.

    A process opens a few, one of tests thousands, and all are asked the same.
    """
    engine = create_engine("sqlite://")
    engine.connect().close()  # the dialect learns what this SQLite can do
    engine.dispose()
    return engine.dialect, LRUCache(_STATEMENTS)


def _sqlite(url: str) -> Engine:
    made = create_engine(url, connect_args={"check_same_thread": False, "timeout": _BUSY_SECONDS})
    dialect, compiled = _alike()
    engine = Engine(made.pool, dialect, made.url).execution_options(compiled_cache=compiled)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we begin transactions ourselves, below
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # a writer takes its lock at once: a reader that turns writer later may only fail
        write = connection.get_execution_options().get("coterie_write", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine
