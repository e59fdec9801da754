"""A feed's secret at rest: encrypted under the master key, bound to its feed.

It must be read again to check a signature, so a digest would not do. AES-256-GCM (NIST SP 800-38D),
HKDF (RFC 5869).
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from coterie.core.errors import Conflict

_NONCE = 12


class Safe:
    """Seals secrets of feeds under one master key."""

    def __init__(self, master_key: bytes) -> None:
        purpose = HKDF(
            algorithm=hashes.SHA256(), length=32, salt=None, info=b"coterie: secrets of feeds"
        )
        self._key = AESGCM(purpose.derive(master_key))

    def seal(self, feed: str, secret: str) -> bytes:
        """Encrypt a feed's secret."""
        nonce = os.urandom(_NONCE)
        return nonce + self._key.encrypt(nonce, secret.encode(), feed.encode())

    def open(self, feed: str, sealed: bytes) -> str:
        """Decrypt a feed's secret; raises Conflict under another master key."""
        try:
            return self._key.decrypt(sealed[:_NONCE], sealed[_NONCE:], feed.encode()).decode()
        except InvalidTag as error:
            raise Conflict(
                f"the secret of feed {feed} does not open: the master key is not the one it was "
                "sealed under; start with that key, or give the feed a new secret"
            ) from error
