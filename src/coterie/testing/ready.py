"""A database ready made for a new data folder: the migrations run once for all houses."""

import tempfile
from functools import cache
from pathlib import Path

from coterie.storage import migrate
from coterie.storage.database import Database

_FILE = "coterie.db"


def make_ready(folder: Path) -> None:
    """Lay an empty SQLite database of the newest shape into a folder, unless one stands there."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / _FILE
    if not file.exists():
        file.write_bytes(_migrated())


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory(prefix="coterie-ready-") as folder:
        made = Database.in_folder(Path(folder))
        migrate.upgrade(made)
        made.close()  # what stood in the write-ahead log is in the file now
        return Path(folder, _FILE).read_bytes()
