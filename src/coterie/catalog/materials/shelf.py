"""The bytes of materials in a folder, each file under its own SHA-256."""

import hashlib
import os
import secrets
from collections.abc import Collection
from pathlib import Path

from coterie.core.clock import HOUR
from coterie.core.errors import NotFound

_PORTION = 1024**2


class Shelf:
    """Keeps files under ``folder/ab/abcdef...``; what is there is never written again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> str:
        """Keep bytes, on the disk when it returns; return their hash."""
        sha = hashlib.sha256(content).hexdigest()
        place = self._place(sha)
        if place.exists():
            return sha
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_name(f"{sha}.{secrets.token_hex(4)}.part")
        with part.open("xb") as out:
            part.chmod(0o600)
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        part.replace(place)
        return sha

    def path(self, sha: str) -> Path:
        """Return where bytes lie; raises NotFound when the folder has lost them."""
        place = self._place(sha)
        if not place.exists():
            raise NotFound(
                f"the file {sha[:12]} is missing from the data folder: bring it back from a backup"
            )
        return place

    def sweep(self, wanted: Collection[str], now: int) -> int:
        """Delete files of no material that are older than an hour; count them."""
        if not self._folder.is_dir():
            return 0
        known, gone = set(wanted), 0
        for file in self._folder.glob("*/*"):
            is_old = file.stat().st_mtime * 1_000 < now - HOUR
            if is_old and file.name not in known:
                file.unlink(missing_ok=True)
                gone += 1
        return gone

    def _place(self, sha: str) -> Path:
        return self._folder / sha[:2] / sha
