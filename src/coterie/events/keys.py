"""Write keys: who may send events, and as which source they are stamped."""

import hashlib
import secrets

from coterie.core.errors import NotFound
from coterie.core.ids import check_slug
from coterie.events import store
from coterie.events.model import WriteKey
from coterie.storage.audit import record
from coterie.storage.work import Work

_SHOWN = 12


class Keys:
    """Write keys. Only their SHA-256 digests are kept, so a stolen database opens no door."""

    def new(self, work: Work, source: str) -> str:
        """Make a key for a source and return it: the only time that it is ever seen."""
        check_slug(source, "source")
        key = f"wk_{secrets.token_urlsafe(24)}"
        store.add_key(work, _digest(key), source)
        record(work, "write_key.new", source, key=_digest(key)[:_SHOWN])
        return key

    def source_of(self, work: Work, key: str) -> str | None:
        """Return the source that a key stands for; None when it is unknown or disabled."""
        return store.source_of_key(work, _digest(key))

    def disable(self, work: Work, key_id: str) -> None:
        """Stop a key for good; ``key_id`` is the id that ``all`` shows. Raises NotFound."""
        if len(key_id) != _SHOWN or not store.disable_key(work, key_id):
            raise NotFound(f"no write key with id {key_id!r}")
        record(work, "write_key.disable", key_id)

    def all(self, work: Work) -> list[WriteKey]:
        """Return every key, oldest first, without the keys themselves."""
        return [
            WriteKey(row.digest[:_SHOWN], row.source, row.created, row.disabled)
            for row in store.keys(work)
        ]


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
