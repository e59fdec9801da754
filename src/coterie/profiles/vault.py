"""Identifying data at rest: a random key per person, wrapped by the master key; blind indexes.

Throwing a person's wrapped key away makes all of hers unreadable at once (crypto-shredding). A
blind index is an HMAC: it answers "is it this value?" without holding the value.
AES-256-GCM as in NIST SP 800-38D, HKDF as in RFC 5869.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.core.numbers import as_decimal, is_number

_NONCE = 12
_KEY = 32
_BLOCK = 64
"""Bytes that SHA-256 takes at a time."""
_SHORTEST_MASTER_KEY = 16
_encoder = msgspec.json.Encoder(order="deterministic")


class Vault:
    """What the master key can do: wrap the keys of people, and index values blindly."""

    def __init__(self, master_key: bytes) -> None:
        if len(master_key) < _SHORTEST_MASTER_KEY:
            raise Invalid(
                f"the master key has {len(master_key)} bytes",
                path="master_key",
                hint="use 32 random bytes",
            )
        self._wrapping = AESGCM(_derive(master_key, b"coterie: wrap the keys of people"))
        self._inner, self._outer = _keyed(_derive(master_key, b"coterie: blind index"))

    def new_key(self, profile: int) -> bytes:
        """Make a key for a person; return it wrapped, as it may be stored."""
        return _encrypt(self._wrapping, AESGCM.generate_key(256), profile)

    def new_homes(self, values: Iterable[tuple[int, str]]) -> list[tuple[bytes, bytes]]:
        """Make a key for each of these people and seal a value of hers with it.

        Given as (profile, value), returned as (the key wrapped, as it may be stored; the value
        sealed).
        """
        given = list(values)
        size = _KEY + 2 * _NONCE
        random = os.urandom(size * len(given))  # in one go: each goes to the kernel
        homes = []
        for start, (profile, value) in zip(range(0, len(random), size), given, strict=True):
            key, first, second = (
                random[start : start + _KEY],
                random[start + _KEY : start + _KEY + _NONCE],
                random[start + _KEY + _NONCE : start + size],
            )
            whose = str(profile).encode()
            homes.append(
                (
                    first + self._wrapping.encrypt(first, key, whose),
                    second + AESGCM(key).encrypt(second, value.encode(), whose),
                )
            )
        return homes

    def unwrap(self, profile: int, wrapped: bytes) -> AESGCM:
        """Open a person's key; raises Conflict under another master key."""
        return AESGCM(_decrypt(self._wrapping, wrapped, profile))

    def blind(self, name: str, value: Any) -> str:
        """Return the blind index of a trait's value: equal values give equal ones.

        A number equals its plain decimal text (13800000000 and "13800000000").
        """
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(f"{name}\x1f{_plain_text(value)}".encode("utf-8", "surrogatepass"))
        outer.update(inner.digest())
        return outer.hexdigest()


class Sealer:
    """Seals and opens what belongs to people; each with her own key, opened on first use.

    ``opened`` holds the keys that are open: sealers that share it open each key once.
    """

    def __init__(
        self, vault: Vault, wrapped: Mapping[int, bytes], opened: dict[int, AESGCM] | None = None
    ) -> None:
        self._vault = vault
        self._wrapped = wrapped
        self._open: dict[int, AESGCM] = {} if opened is None else opened

    def seal(self, profile: int, data: bytes) -> bytes:
        """Encrypt something of a person's; the same data never looks the same twice."""
        return _encrypt(self._key(profile), data, profile)

    def open(self, profile: int, data: bytes) -> bytes:
        """Decrypt something of a person's; raises Conflict when it is not hers."""
        return _decrypt(self._key(profile), data, profile)

    def __contains__(self, profile: int) -> bool:
        """Say whether the person's key is there; an erased person has none."""
        return profile in self._wrapped

    def _key(self, profile: int) -> AESGCM:
        if profile not in self._wrapped:
            raise NotFound(f"profile {profile} has no key here: it is unknown or was erased")
        key = self._open.get(profile)
        if key is None:
            key = self._open[profile] = self._vault.unwrap(profile, self._wrapped[profile])
        return key


def _keyed(key: bytes) -> tuple["hashlib._Hash", "hashlib._Hash"]:
    """Return the two hashes of HMAC-SHA-256 (RFC 2104) with the key in them already.

    To begin with it takes longer than all the rest of a short text.
    """
    padded = key.ljust(_BLOCK, b"\0")
    inner, outer = (hashlib.sha256(bytes(byte ^ pad for byte in padded)) for pad in (0x36, 0x5C))
    return inner, outer


def _derive(master_key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=_KEY, salt=None, info=purpose).derive(master_key)


def _encrypt(key: AESGCM, data: bytes, profile: int) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + key.encrypt(nonce, data, str(profile).encode())


def _decrypt(key: AESGCM, data: bytes, profile: int) -> bytes:
    try:
        return key.decrypt(data[:_NONCE], data[_NONCE:], str(profile).encode())
    except InvalidTag as error:
        raise Conflict(
            f"what is sealed for profile {profile} does not open: it is another person's, or the "
            "master key is not the one it was sealed under; start with that key"
        ) from error


def _plain_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    number = as_decimal(value) if is_number(value) else None
    if number is not None:
        return f"{number:f}".rstrip("0").rstrip(".") if number % 1 else str(int(number))
    return _encoder.encode(value).decode()
