"""A search for six identifiers through everything that a house leaves on the disk.

Written against the files alone: Parquet is decoded by DuckDB value by value, SQLite read both as
tables and as raw bytes (free pages and write-ahead log included), and what is sealed is opened with
the keys that lie beside it.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
from cryptography.exceptions import InvalidTag

from coterie.core.errors import Conflict
from coterie.profiles.vault import Vault

SEALED = {
    "identities": ("sealed",),
    "traits": ("sealed",),
    "sealed_properties": ("sealed",),
    "messages": ("content", "given"),
    "orders": ("sealed",),
}


def seek(folder: Path, needles: dict[str, str], master_key: bytes) -> dict[str, set[str]]:
    """Return for each identifier the places where it stands, by file."""
    found: dict[str, set[str]] = {name: set() for name in needles}
    for place, raw in _everything(folder, master_key):
        for name, needle in needles.items():
            if any(spelling in raw for spelling in _spellings(needle)):
                found[name].add(place)
    return found


def _spellings(needle: str) -> list[bytes]:
    escaped = json.dumps(needle)[1:-1]
    return [needle.encode(), escaped.encode(), needle.encode("utf-16-le")]


def _everything(folder: Path, master_key: bytes) -> Iterator[tuple[str, bytes]]:
    vault = Vault(master_key)
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        name = path.relative_to(folder).as_posix()
        yield f"{name} (bytes)", path.read_bytes()
        if path.suffix == ".parquet":
            yield from ((f"{name} (values)", value) for value in _parquet(path))
        elif path.suffix == ".db":
            yield from ((f"{name} {place}", value) for place, value in _sqlite(path, vault))


def _parquet(path: Path) -> Iterator[bytes]:
    with duckdb.connect() as engine:
        rows = engine.execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
    for row in rows:
        yield "\n".join(str(value) for value in row).encode()


def _sqlite(path: Path, vault: Vault) -> Iterator[tuple[str, bytes]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        tables = [
            row[0]
            for row in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL"
            )
        ]
        keys = {}
        if "profile_keys" in tables:
            for profile, wrapped in connection.execute("SELECT profile, wrapped FROM profile_keys"):
                keys[profile] = wrapped
        for table in tables:
            cursor = connection.execute(f'SELECT * FROM "{table}"')
            columns = [one[0] for one in cursor.description]
            for row in cursor:
                for value in row:
                    if isinstance(value, str | bytes):
                        yield table, value.encode() if isinstance(value, str) else value
                named = dict(zip(columns, row, strict=True))
                for column in SEALED.get(table, ()):
                    opened = _open(vault, keys, named, column)
                    if opened is not None:
                        yield f"{table}, opened", opened


def _open(
    vault: Vault, keys: dict[int, bytes], row: dict[str, object], column: str
) -> bytes | None:
    sealed = row.get(column)
    for owner in (row.get("came_with"), row.get("profile")):
        if isinstance(sealed, bytes) and isinstance(owner, int) and owner in keys:
            try:
                key = vault.unwrap(owner, keys[owner])
                return key.decrypt(sealed[:12], sealed[12:], str(owner).encode())
            except (Conflict, InvalidTag):  # it is sealed with another key of hers
                continue
    return None
