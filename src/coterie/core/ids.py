"""Ids: unguessable where they leave the house, derived from their cause where facts are born."""

import hashlib
import os
import re
from threading import Lock

from coterie.core.errors import Invalid

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?")
_PATH = re.compile(r"[^\s/\x00-\x1f]+(?:/[^\s/\x00-\x1f]+)*")
BUCKETS = 10_000


class _Births:
    """Counts the ids made in one millisecond, so that they grow."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._moment, self._count = -1, 0

    def next(self, now: int) -> int:
        with self._lock:
            self._count = self._count + 1 if now == self._moment else 0
            self._moment = now
            return self._count


_births = _Births()


def uuid7(now: int) -> str:
    """Make a UUIDv7 (RFC 9562, 5.7): 48 bits of milliseconds, a counter, the rest random.

    Those that a process makes in one millisecond grow (6.2, method 1), the first 2^30 of them.
    """
    count = _births.next(now)
    bits = (now & 0xFFFFFFFFFFFF) << 80 | int.from_bytes(os.urandom(5), "big")
    bits |= (count >> 18 & 0xFFF) << 64 | (count & 0x3FFFF) << 44
    bits = bits & ~(0xF << 76) | (0x7 << 76)
    bits = bits & ~(0x3 << 62) | (0x2 << 62)
    text = f"{bits:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def derived_id(*cause: object) -> str:
    """Make an id from its cause, so that the same cause gives the same id, once and for all.

    >>> derived_id("batch", 7, "journeys", 0) == derived_id("batch", 7, "journeys", 0)
    True
    """
    text = "\x1f".join(str(part) for part in cause)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def bucket(salt: str, key: str) -> int:
    """Draw a stable bucket in 0..9999: SHA-256 of salt and bucket key, modulo 10,000.

    The same in every process and for ever, so a holdout stays a holdout.

    >>> bucket("win-back", "user_id:u1") == bucket("win-back", "user_id:u1")
    True
    """
    digest = hashlib.sha256(f"{salt}\x1f{key}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % BUCKETS


def check_slug(text: object, path: str = "") -> str:
    """Return a stable name, or raise Invalid: lower case, digits, ``-`` and ``_`` within."""
    if not isinstance(text, str) or not _SLUG.fullmatch(text) or len(text) > 64:
        raise Invalid(
            f"{text!r} is not a name",
            path=path,
            hint="use up to 64 lower-case letters, digits, - and _, such as italy-lovers",
        )
    return text


def check_topic(text: object, path: str = "") -> str:
    """Return a topic path such as ``wine/italy/piedmont``, or raise Invalid."""
    if not isinstance(text, str) or not _PATH.fullmatch(text) or len(text) > 200:
        raise Invalid(
            f"{text!r} is not a topic", path=path, hint="write it like wine/italy/piedmont"
        )
    return text
