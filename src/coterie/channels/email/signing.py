"""Sign letters (DKIM, RFC 6376; Ed25519 by RFC 8463), so that receivers know who answers for them.

Both canonicalisations are *relaxed*. From and Subject are signed once more than they occur, so
that nobody adds a second one; the headers of one-click unsubscribing are signed, as RFC 8058 asks.
"""

import re
from base64 import b64encode
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from coterie.core.clock import SECOND
from coterie.core.errors import Invalid

_SIGNED = (
    "from", "to", "subject", "date", "message-id", "mime-version", "content-type",
    "content-transfer-encoding", "list-unsubscribe", "list-unsubscribe-post",
)  # fmt: skip
_TWICE = ("from", "subject")
_MIN_BITS = 1024
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


@dataclass(frozen=True)
class Signer:
    """A domain's key: its public half is in DNS under ``<selector>._domainkey.<domain>``."""

    domain: str
    selector: str
    key: RSAPrivateKey | Ed25519PrivateKey = field(repr=False)

    def sign(self, letter: bytes, at: int) -> bytes:
        """Return the letter with its signature before it; ``at`` is in ms UTC.

        The letter's lines end in CRLF.
        """
        head, _, body = letter.partition(b"\r\n\r\n")
        headers = _headers(head)
        present = [name for name in _SIGNED if name in headers]
        names = [*present, *(name for name in _TWICE if name in headers)]
        algorithm = "rsa-sha256" if isinstance(self.key, RSAPrivateKey) else "ed25519-sha256"
        tags = (
            f"v=1; a={algorithm}; c=relaxed/relaxed; d={self.domain}; s={self.selector};\r\n"
            f" t={at // SECOND}; h={':'.join(names)};\r\n"
            f" bh={_base64(sha256(_relaxed_body(body)).digest())};\r\n"
            " b="
        )
        signed = b"".join(_relaxed(name, headers[name]) + b"\r\n" for name in present)
        signed += _relaxed("dkim-signature", tags.encode())
        signature = _base64(self._seal(signed))
        lines = "\r\n ".join(signature[at : at + 72] for at in range(0, len(signature), 72))
        return f"DKIM-Signature: {tags}{lines}\r\n".encode() + letter

    def _seal(self, text: bytes) -> bytes:
        if isinstance(self.key, RSAPrivateKey):
            return self.key.sign(text, PKCS1v15(), hashes.SHA256())
        return self.key.sign(sha256(text).digest())


def read_signer(domain: str, selector: str, pem: str) -> Signer:
    """Make a signer of the settings ``smtp_dkim_*``; raises Invalid naming the wrong one."""
    for name, value in (("smtp_dkim_domain", domain), ("smtp_dkim_selector", selector)):
        if not _NAME.fullmatch(value):
            raise Invalid(f"{value!r} is no name in DNS", path=name, hint="such as news")
    try:
        key = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Invalid(
            "this is no private key in PEM",
            path="smtp_dkim_key",
            hint="make one with: openssl genrsa 2048",
        ) from error
    weak = isinstance(key, RSAPrivateKey) and key.key_size < _MIN_BITS
    if weak or not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise Invalid(
            "DKIM signs with RSA of 1024 bits or more, or with Ed25519", path="smtp_dkim_key"
        )
    return Signer(domain, selector, key)


def _headers(head: bytes) -> dict[str, bytes]:
    """Read the headers by lower-case name, folded lines joined; ours occur once each."""
    found: dict[str, bytes] = {}
    for line in re.split(rb"\r\n(?![ \t])", head):
        name, _, value = line.partition(b":")
        found[name.decode("ascii", "replace").strip().lower()] = value
    return found


def _relaxed(name: str, value: bytes) -> bytes:
    """Write a header as RFC 6376, 3.4.2 has it."""
    plain = re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip()
    return name.encode() + b":" + plain


def _relaxed_body(body: bytes) -> bytes:
    """Write a body as RFC 6376, 3.4.4 has it: runs of spaces as one, no empty lines at the end."""
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    text = b"\r\n".join(lines).rstrip(b"\r\n")
    return text + b"\r\n" if text else b""


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode()
