"""How the operational database does: its size, its speed, whether it is whole. Read by the doctor.

Nothing here changes anything; what takes long is cut off and said to be so.
"""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from coterie.core.actor import COMMAND
from coterie.storage.database import Database
from coterie.storage.work import Work

_STEPS = 20_000
"""Steps of SQLite's machine between two looks at the watch."""
_TRIES = 5


@dataclass(frozen=True)
class Health:
    """What one look found. Sizes in bytes, ``latency`` in ms: the middle of a few short reads.

    ``wal`` is the size of SQLite's write-ahead log, None on PostgreSQL.
    """

    dialect: str
    version: str
    latency: float
    size: int
    wal: int | None


def look(database: Database, now: int) -> Health:
    """Measure one database. Raises Unavailable when it cannot be reached."""
    with database.read(COMMAND, now) as work:
        latency = _latency(work)
        if database.dialect == "postgresql":
            version = str(work.connection.execute(text("SHOW server_version")).scalar_one())
            size = work.connection.execute(
                text("SELECT pg_database_size(current_database())")
            ).scalar_one()
            return Health("postgresql", version.split()[0], latency, int(size), None)
    file = Path(database.url.database or "")
    wal = file.with_name(f"{file.name}-wal")
    return Health(
        "sqlite",
        sqlite3.sqlite_version,
        latency,
        file.stat().st_size if file.is_file() else 0,
        wal.stat().st_size if wal.is_file() else 0,
    )


def _latency(work: Work) -> float:
    taken = []
    for _ in range(_TRIES):
        start = perf_counter()
        work.connection.execute(text("SELECT 1")).scalar_one()
        taken.append((perf_counter() - start) * 1_000)
    return sorted(taken)[_TRIES // 2]


def faults(database: Database, now: int, seconds: float) -> list[str] | None:
    """Let SQLite check its pages; return what is wrong, None when the time did not suffice.

    PostgreSQL checks its pages as it reads them: there it is always an empty list.
    """
    if database.dialect != "sqlite":
        return []
    with database.read(COMMAND, now) as work:
        raw = work.connection.connection.driver_connection
        assert raw is not None
        end = perf_counter() + seconds
        raw.set_progress_handler(lambda: perf_counter() > end, _STEPS)
        try:
            rows = work.connection.execute(text("PRAGMA quick_check(20)")).scalars().all()
        except DatabaseError as error:  # so broken that not even the check gets through
            return None if "interrupted" in str(error.orig) else [str(error.orig)]
        finally:
            raw.set_progress_handler(None, 0)
    return [] if rows == ["ok"] else [str(row) for row in rows]
