"""How messages are named: by what gave cause to them and whom it concerned, for ever the same.

Who asks many people for one thing names the cause once. The names of one cause begin alike and
grow with the people, so that a batch lies side by side in an index; their ends are AES of the
person under a key that the cause gives, so that one name betrays no other. Pure.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from numpy.typing import NDArray

from coterie.core.ids import derived_id

LENGTH = 16
"""Bytes of a name."""

_CAUSE, _PERSON = 6, 5
"""Bytes that name the cause, and then the person; what is left is drawn."""

_MARK = "="
"""Begins a key that is a message's name itself; all other keys are hashed."""


def name(cause: Sequence[object], profile: int, run_key: str | None = None) -> str:
    """Return the idempotency key of what a cause says to one person.

    >>> key = name(("journey", "win-back", "hello", 0), 7)
    >>> key == name(("journey", "win-back", "hello", 0), 7), len(key)
    (True, 33)
    """
    return _MARK + block(cause, np.array([profile], np.int32), run_key).hex()


def block(
    cause: Sequence[object], profiles: NDArray[np.int32], run_key: str | None = None
) -> bytes:
    """Return what ``name`` returns of many people, as the bytes that are stored, in one piece.

    >>> cause, people = ("journey", "win-back", "hello", 0), np.array([7, 8], np.int32)
    >>> block(cause, people)[LENGTH:].hex() == name(cause, 8)[1:]
    True
    """
    digest = _digest(cause, run_key)
    count = len(profiles)
    blocks = np.zeros((count, LENGTH), np.uint8)
    numbers = profiles.astype(">i8").view(np.uint8).reshape(count, 8)
    blocks[:, 8:] = numbers
    cipher = Cipher(AES(digest[16:]), ECB()).encryptor()
    drawn = np.frombuffer(cipher.update(blocks.tobytes()), np.uint8).reshape(count, LENGTH)
    laid = np.empty((count, LENGTH), np.uint8)
    laid[:, :_CAUSE] = np.frombuffer(digest[:_CAUSE], np.uint8)
    laid[:, _CAUSE : _CAUSE + _PERSON] = numbers[:, 8 - _PERSON :]
    laid[:, _CAUSE + _PERSON :] = drawn[:, : LENGTH - _CAUSE - _PERSON]
    return laid.tobytes()


def names(whole: bytes) -> list[bytes]:
    """Cut such a piece into the names of one person each."""
    return [whole[start : start + LENGTH] for start in range(0, len(whole), LENGTH)]


def message_id(key: str) -> str:
    """Name the message of an idempotency key: the same for ever."""
    if key.startswith(_MARK) and len(key) == 2 * LENGTH + 1:
        return key[1:]
    return derived_id("messaging", key)


def _digest(cause: Sequence[object], run_key: str | None) -> bytes:
    parts = [*map(str, cause), "" if run_key is None else f"={run_key}"]
    return hashlib.sha256("\x1f".join(parts).encode()).digest()
