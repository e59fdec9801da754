"""Write keys: who may send events, and as which source they are stamped."""

import hashlib
import secrets

from coterie.core.clock import SECOND
from coterie.core.errors import NotFound
from coterie.core.ids import check_slug
from coterie.events import store
from coterie.events.model import WriteKey
from coterie.storage.audit import record
from coterie.storage.work import Work

HOLD = 1 * SECOND
"""How long a key is believed after it was looked up."""

_SHOWN = 12
_MOST_KNOWN = 10_000


class Keys:
    """Write keys. Only their SHA-256 digests are kept, so a stolen database opens no door.

    When a key was last used is noted in memory, so that the door writes nothing for it, and kept
    by ``keep_uses`` now and then; a crash forgets what was noted since.
    A key that was looked up holds for a second (``held``): one that another process disables opens
    the doors of this one so much longer.
    """

    def __init__(self) -> None:
        self._used: dict[str, int] = {}
        self._known: dict[str, tuple[str, int]] = {}

    def new(self, work: Work, source: str) -> str:
        """Make a key for a source and return it: the only time that it is ever seen."""
        check_slug(source, "source")
        key = f"wk_{secrets.token_urlsafe(24)}"
        store.add_key(work, _digest(key), source)
        record(work, "write_key.new", source, key=_digest(key)[:_SHOWN])
        return key

    def source_of(self, work: Work, key: str) -> str | None:
        """Return the source that a key stands for; None when it is unknown or disabled."""
        digest = _digest(key)
        source = store.source_of_key(work, digest)
        if source is not None:
            self._used[digest] = work.now
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[digest] = (source, work.now)
        return source

    def held(self, key: str, now: int) -> str | None:
        """Return the source of a key that was looked up within the last second, without asking."""
        digest = _digest(key)
        source, looked_up = self._known.get(digest, ("", 0))
        if not source or not 0 <= now - looked_up < HOLD:
            return None
        self._used[digest] = now
        return source

    def keep_uses(self, work: Work) -> None:
        """Write down when keys were used since the last time."""
        noted = dict(self._used)
        store.mark_used(work, noted)
        work.after_commit(lambda: self._forget(noted))

    def _forget(self, noted: dict[str, int]) -> None:
        for digest, moment in noted.items():
            if self._used.get(digest) == moment:
                del self._used[digest]

    def disable(self, work: Work, key_id: str) -> None:
        """Stop a key for good; ``key_id`` is the id that ``all`` shows. Raises NotFound."""
        if len(key_id) != _SHOWN or not store.disable_key(work, key_id):
            raise NotFound(f"no write key with id {key_id!r}")
        record(work, "write_key.disable", key_id)
        self._known.clear()
        work.after_commit(self._known.clear)  # somebody may have come in meanwhile

    def all(self, work: Work) -> list[WriteKey]:
        """Return every key, oldest first, without the keys themselves."""
        return [
            WriteKey(
                id=row.digest[:_SHOWN],
                source=row.source,
                created=row.created,
                disabled=row.disabled,
                used=self._used.get(row.digest, row.used),
            )
            for row in store.keys(work)
        ]


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
