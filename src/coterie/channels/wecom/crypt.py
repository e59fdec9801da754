"""WXBizMsgCrypt: how WeCom signs and seals what it calls back.

AES-256-CBC with a key that is the EncodingAESKey read as base64, its first 16 bytes as the
vector, PKCS#7 to blocks of 32 bytes (not the cipher's 16). Inside: 16 random bytes, four of
length, the text, and the receiver's id, which must be ours. A signature is the SHA-1 of token,
timestamp, nonce and ciphertext, sorted and put together.

Source: WeCom's page 91144 (2024-07-18); tests hold nine vectors of four independent authors.
"""

import os
import re
import struct
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable
from hashlib import sha1
from hmac import compare_digest

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from coterie.core.errors import Invalid, NotPermitted

BLOCK = 32
"""Bytes that the padding fills up to."""
_SALT = 16
"""Bytes of the random beginning, of the vector and of a block of the cipher."""
_HEAD = _SALT + 4
_KEY = re.compile(r"[0-9A-Za-z]{43}")
_TOKEN = re.compile(r"[0-9A-Za-z]{1,32}")

Salt = Callable[[int], bytes]
"""Gives so many random bytes."""


class Crypt:
    """Signs, seals and opens for one receiver: the corporation's id for an app of its own.

    What does not fit is refused with one sentence for every cause, so that nobody learns by
    trying which part was right.
    """

    def __init__(self, token: str, aes_key: str, receive_id: str, salt: Salt = os.urandom) -> None:
        self._token = check_token(token)
        self._key = read_key(aes_key)
        self._receiver = receive_id.encode()
        self._salt = salt

    def signature(self, timestamp: str, nonce: str, sealed: str) -> str:
        """Return the signature of a sealed text, 40 hex digits."""
        parts = sorted((self._token, timestamp, nonce, sealed))
        return sha1("".join(parts).encode(), usedforsecurity=False).hexdigest()

    def open(self, signature: str, timestamp: str, nonce: str, sealed: str) -> bytes:
        """Check a signature and return the text; raises NotPermitted when anything is not theirs.

        A space in ``sealed`` is read as ``+``: forms decode it so, and base64 has no space.
        """
        sealed = sealed.replace(" ", "+")
        wanted = self.signature(timestamp, nonce, sealed)
        if not compare_digest(wanted.encode(), signature.encode()):
            raise _refusal()
        return self.decrypt(sealed)

    def seal(self, text: bytes, timestamp: str, nonce: str) -> tuple[str, str]:
        """Return the sealed text and its signature."""
        sealed = self.encrypt(text)
        return sealed, self.signature(timestamp, nonce, sealed)

    def encrypt(self, text: bytes) -> str:
        """Seal a text, in base64."""
        plain = self._salt(_SALT) + struct.pack(">I", len(text)) + text + self._receiver
        fill = BLOCK - len(plain) % BLOCK
        cipher = self._cipher().encryptor()
        return b64encode(cipher.update(plain + bytes([fill]) * fill) + cipher.finalize()).decode()

    def decrypt(self, sealed: str) -> bytes:
        """Open a sealed text; raises NotPermitted when it was not sealed for us."""
        try:
            taken = b64decode(sealed, validate=True)
        except (NotBase64, ValueError) as error:
            raise _refusal() from error
        if not taken or len(taken) % _SALT:
            raise _refusal()
        cipher = self._cipher().decryptor()
        plain = _unfilled(cipher.update(taken) + cipher.finalize())
        if len(plain) < _HEAD:
            raise _refusal()
        end = _HEAD + int.from_bytes(plain[_SALT:_HEAD], "big")
        if end > len(plain) or not compare_digest(plain[end:], self._receiver):
            raise _refusal()
        return plain[_HEAD:end]

    def _cipher(self) -> "Cipher[CBC]":
        return Cipher(AES(self._key), CBC(self._key[:_SALT]))


def read_key(text: str, path: str = "wecom_aes_key") -> bytes:
    """Read an EncodingAESKey: 43 letters and digits that are 32 bytes; raises Invalid."""
    if not _KEY.fullmatch(text):
        raise Invalid(
            "this is no EncodingAESKey",
            path=path,
            hint="copy the 43 letters and digits from the page of the app's API receiver",
        )
    return b64decode(text + "=")


def check_token(text: str, path: str = "wecom_token") -> str:
    """Return a callback's token: up to 32 letters and digits; raises Invalid."""
    if not _TOKEN.fullmatch(text):
        raise Invalid(
            "this is no token of a callback",
            path=path,
            hint="copy the 1 to 32 letters and digits from the page of the app's API receiver",
        )
    return text


def _unfilled(plain: bytes) -> bytes:
    """Take the padding off: 1 to 32 bytes that all tell their number."""
    fill = plain[-1]
    if not 1 <= fill <= BLOCK or plain[-fill:] != bytes([fill]) * fill:
        raise _refusal()
    return plain[:-fill]


def _refusal() -> NotPermitted:
    return NotPermitted("this was not sealed for us")
