"""Short signed tokens: readable by everybody, made by nobody but us.

A token is base64url of a body followed by the first 16 bytes of HMAC-SHA256 (RFC 2104) under a key
derived from the secret for each kind, so that a token of one kind never passes as another. The
body is not encrypted: put ids in it, never personal data.
"""

import base64
import binascii
import hashlib
import hmac
from typing import Any

import msgspec

from coterie.core.errors import NotFound

_MAC_BYTES = 16
_MAX_TOKEN = 2_000


class Signer:
    """Signs and checks tokens under one secret."""

    def __init__(self, secret: bytes) -> None:
        self._root = hmac.digest(secret, b"coterie.codes", hashlib.sha256)

    def token(self, kind: str, body: bytes) -> str:
        """Sign a body; the same kind and body always give the same token."""
        return _encode(body + self._mac(kind, body))

    def body(self, kind: str, token: str) -> bytes:
        """Return the body of a token of ours; raises NotFound for anything else."""
        raw = _decode(token)
        body, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
        if not body or not hmac.compare_digest(mac, self._mac(kind, body)):
            raise not_ours()
        return body

    def _mac(self, kind: str, body: bytes) -> bytes:
        key = hmac.digest(self._root, kind.encode(), hashlib.sha256)
        return hmac.digest(key, body, hashlib.sha256)[:_MAC_BYTES]


def not_ours() -> NotFound:
    """Say that a token leads nowhere, without saying why: a forger learns nothing."""
    return NotFound("this link leads nowhere: it was cut off or changed, ask for a new one")


def pack_id(number: int) -> bytes:
    """Write a link's number in as few bytes as it needs."""
    return number.to_bytes((number.bit_length() + 7) // 8 or 1, "big")


def unpack_id(body: bytes) -> int:
    """Read what ``pack_id`` wrote.

    >>> unpack_id(pack_id(70_000))
    70000
    """
    return int.from_bytes(body, "big")


def pack(payload: dict[str, Any], expires: int | None) -> bytes:
    """Write a payload and the moment (ms UTC) from which it is no longer good."""
    return msgspec.json.encode([expires, payload], order="sorted")


def unpack(body: bytes, now: int) -> dict[str, Any]:
    """Read a payload back; raises NotFound with code ``expired`` once its time is over."""
    expires, payload = msgspec.json.decode(body, type=tuple[int | None, dict[str, Any]])
    if expires is not None and now >= expires:
        raise NotFound("this link is no longer good: ask for a new one", code="expired")
    return payload


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(token: str) -> bytes:
    if len(token) > _MAX_TOKEN or not token.isascii():
        raise not_ours()
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise not_ours() from error
    if _encode(raw) != token:  # base64 has several spellings of one value: only ours counts
        raise not_ours()
    return raw
