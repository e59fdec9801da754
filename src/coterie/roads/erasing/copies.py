"""Copies of the house: a folder that can be opened as a house, and a list of what is in it.

Made while the house runs. The operational database is copied as one snapshot, then the inbox (it
only grows, and the road's offset in the snapshot says from where on), then the lake's files that
the snapshot names: they never change, so on the same disk they are links and cost nothing. The
master key is never in a copy: keep it elsewhere, or the copy opens itself.

An erasure opens each known copy that is where it was put, and erases there as it does here. A copy
that was carried away is told of in the proof; it is erased when it is put back and known again.
"""

import hashlib
import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from coterie.core.actor import COMMAND
from coterie.core.clock import format_time
from coterie.core.errors import Conflict, Invalid, NotFound, Unavailable
from coterie.roads.erasing import store
from coterie.storage import audit
from coterie.storage.database import Database

MANIFEST = "backup.json"
DATABASE, INBOX, LAKE, UPLOADS = "coterie.db", "inbox.db", "lake", "uploads"
SHELF = "materials"
BOX = "wecom.db"
"""What WeCom called back and the road has not taken yet; there where it calls."""
_TRIES = 5
_PIECE = 1 << 20


def make(house: Path, database: Database, target: Path, now: int) -> dict[str, Any]:
    """Copy the house of a folder to an empty one; return the manifest, as it is kept there.

    The house remembers where the copy was put. Raises Unavailable on PostgreSQL, Conflict when
    something is there already.
    """
    if database.dialect != "sqlite":
        raise Unavailable(
            "this house is in PostgreSQL: copy it with pg_dump, and the data folder beside it; "
            "what is erased later goes out of such a copy only when you make it anew"
        )
    target = target.resolve()
    if target.exists() and any(target.iterdir()):
        raise Conflict(f"{target} is not empty: choose another folder for the copy")
    target.mkdir(parents=True, exist_ok=True)
    for attempt in range(_TRIES):
        try:
            _copy(house, target)
            break
        except FileNotFoundError as error:  # compacted or erased meanwhile: another snapshot
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir(parents=True)
            if attempt == _TRIES - 1:
                raise Unavailable(f"the house changes too fast to be copied: {error}") from error
    manifest = _manifest(target, now)
    _write(target, manifest)
    with database.begin(COMMAND, now) as work:
        store.note_copy(work, str(target))
        audit.record(work, "backup.make", target.name, files=len(manifest["files"]))
    return manifest


def _copy(house: Path, target: Path) -> None:
    for name in _databases(house):
        with closing(sqlite3.connect(house / name)) as connection:
            connection.execute("VACUUM INTO ?", [str(target / name)])
    with closing(sqlite3.connect(target / DATABASE)) as connection:
        files = [row[0] for row in connection.execute("SELECT file FROM log_segments")]
    for path in _segments(house / LAKE, set(files)):
        _link(path, target / LAKE / path.relative_to(house / LAKE))
    if (house / UPLOADS).is_dir():
        for path in sorted((house / UPLOADS).glob("*.csv")):
            _link(path, target / UPLOADS / path.name, copy=True)
    for path in sorted((house / SHELF).glob("[0-9a-f][0-9a-f]/" + "[0-9a-f]" * 64)):
        _link(path, target / SHELF / path.relative_to(house / SHELF))


def _databases(folder: Path) -> list[str]:
    return [name for name in (DATABASE, INBOX, BOX) if name != BOX or (folder / name).exists()]


def _segments(lake: Path, wanted: set[str]) -> list[Path]:
    """Return the files of some segments, in each order; raises FileNotFoundError."""
    orders = sorted(path for path in lake.glob("*") if path.is_dir())
    found = [order / f"{name}.parquet" for order in orders for name in sorted(wanted)]
    missing = [path for path in found if not path.is_file()]
    if missing:
        raise FileNotFoundError(missing[0].name)
    return found


def _link(source: Path, target: Path, *, copy: bool = False) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        if copy:
            raise OSError
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:  # another disk, or one that knows no links
        shutil.copy2(source, target)


def _manifest(folder: Path, now: int) -> dict[str, Any]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {
        "made": format_time(now),
        "files": {
            path.relative_to(folder).as_posix(): {
                "bytes": path.stat().st_size,
                "sha256": _digest(path),
            }
            for path in files
            if path.name != MANIFEST
        },
    }


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _write(folder: Path, manifest: dict[str, Any]) -> None:
    anew = folder / f"{MANIFEST}.anew"
    anew.write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    anew.replace(folder / MANIFEST)


def is_there(folder: Path) -> bool:
    """Say whether a copy of ours is in a folder."""
    return (folder / MANIFEST).is_file() and (folder / DATABASE).is_file()


def read(folder: Path) -> dict[str, Any]:
    """Return a copy's manifest; raises NotFound, or Invalid when it is none."""
    if not is_there(folder):
        raise NotFound(f"there is no copy of a house in {folder}")
    try:
        found: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except ValueError as error:
        raise Invalid(f"{folder / MANIFEST} is no manifest: {error}") from error
    return found


def sign(folder: Path) -> None:
    """Write a copy's manifest anew, after an erasure changed what is in it; it keeps its moment."""
    made = read(folder)["made"]
    for name in _databases(folder):
        with closing(sqlite3.connect(folder / name)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
    _write(folder, {**_manifest(folder, 0), "made": made})


def check(folder: Path) -> list[str]:
    """Return the files of a copy that are not as its manifest says: missing, or changed."""
    faults = []
    for name, told in read(folder)["files"].items():
        path = folder / name
        if not path.is_file():
            faults.append(f"{name} is missing")
        elif path.stat().st_size != told["bytes"] or _digest(path) != told["sha256"]:
            faults.append(f"{name} has changed")
    return faults


def restore(folder: Path, target: Path) -> int:
    """Put a copy into an empty data folder once it was checked; return how many files.

    Raises Invalid when something is missing or changed, Conflict when the folder is not empty.
    """
    faults = check(folder)
    if faults:
        raise Invalid(f"the copy is not whole: {'; '.join(faults[:5])}", hint="use another copy")
    if target.exists() and any(target.iterdir()):
        raise Conflict(f"{target} is not empty: choose another data folder")
    names = read(folder)["files"]
    for name in names:
        _link(folder / name, target / name, copy=True)
    return len(names)
