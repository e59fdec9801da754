"""What the mirror must read again and nobody else may: remarks, and edges of who was erased.

Encrypted under the master key, bound to what it belongs to. AES-256-GCM (NIST SP 800-38D),
HKDF (RFC 5869).
"""

import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from coterie.core.errors import Conflict

_NONCE = 12


class Safe:
    """Seals what the mirror keeps of people under one master key."""

    def __init__(self, master_key: bytes) -> None:
        self._key = AESGCM(_derived(master_key, b"coterie: mirror of WeCom"))
        self._indexing = _derived(master_key, b"coterie: mirror of WeCom, digests")

    def seal(self, about: str, text: str) -> bytes:
        """Encrypt a text that belongs to something."""
        nonce = os.urandom(_NONCE)
        return nonce + self._key.encrypt(nonce, text.encode(), about.encode())

    def open(self, about: str, sealed: bytes) -> str:
        """Decrypt what was sealed for it; raises Conflict under another master key."""
        try:
            return self._key.decrypt(sealed[:_NONCE], sealed[_NONCE:], about.encode()).decode()
        except InvalidTag as error:
            raise Conflict(
                "what WeCom's mirror keeps sealed does not open: the master key is not the one it "
                "was sealed under; start with that key"
            ) from error

    def digest(self, *parts: str) -> str:
        """Tell whether something changed without keeping it: equal parts give equal digests."""
        return hmac.digest(self._indexing, "\x1f".join(parts).encode(), "sha256").hex()


def _derived(master_key: bytes, purpose: bytes) -> bytes:
    made = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose)
    return made.derive(master_key)
