"""Tokens and tickets at rest: sealed under the master key, bound to their app and kind.

AES-256-GCM (NIST SP 800-38D), HKDF (RFC 5869).
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12


class Safe:
    """Seals what WeCom lent under one master key."""

    def __init__(self, master_key: bytes) -> None:
        purpose = HKDF(
            algorithm=hashes.SHA256(), length=32, salt=None, info=b"coterie: passes of wecom"
        )
        self._key = AESGCM(purpose.derive(master_key))

    def seal(self, app: str, kind: str, text: str) -> bytes:
        """Seal a token or a ticket."""
        nonce = os.urandom(_NONCE)
        return nonce + self._key.encrypt(nonce, text.encode(), f"{app}\x1f{kind}".encode())

    def open(self, app: str, kind: str, sealed: bytes) -> str | None:
        """Open one; None under another master key: then a new one is asked for."""
        try:
            bound = f"{app}\x1f{kind}".encode()
            return self._key.decrypt(sealed[:_NONCE], sealed[_NONCE:], bound).decode()
        except InvalidTag:
            return None
