"""Requests to programs of others: signed, small, patient to a point, and never to our own network.

The host's name is looked up once and every address of it judged; the request then goes to the
very address that was judged, so that a name which changes its mind leads nowhere (DNS rebinding).
"""

import socket
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from hashlib import sha256
from hmac import compare_digest
from hmac import new as hmac
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit, urlunsplit

import httpx2

from coterie.core.clock import MINUTE, SECOND, from_datetime
from coterie.core.errors import ChannelError, Invalid, NotPermitted
from coterie.messaging.channel import Uncertain
from coterie.messaging.retry import without_addresses

MAX_BODY = 256_000
"""Bytes of a request."""
MAX_ANSWER = 64_000
"""Bytes of an answer that are read."""
MAX_WAIT = 86_400.0
"""Seconds: a provider that asks for longer is asked once a day."""
_TEMPORARY = {408, 423, 425, 429}
_OURS = {401, 403, 407}
"""What is for us to put right, and then tried again."""
MIN_SECRET, MAX_SECRET = 24, 64
TOLERANCE = 5 * MINUTE
_HTTPS = 443


@dataclass(frozen=True)
class Answer:
    """What a provider answered: its status, and the beginning of what it said."""

    status: int
    body: bytes


class Poster:
    """Posts to URLs over kept connections; thread-safe. ``timeout`` is in seconds."""

    def __init__(self, *, private: bool = False, timeout: float = 10.0, at_once: int = 8) -> None:
        self._private = private
        self._client = httpx2.Client(
            timeout=timeout,
            follow_redirects=False,
            trust_env=False,
            limits=httpx2.Limits(max_connections=at_once, max_keepalive_connections=at_once),
        )

    def post(self, url: str, body: bytes, headers: Mapping[str, str], now: int) -> Answer:
        """Post a body once; raises ChannelError for anything but a 2xx, ``now`` in ms UTC."""
        if len(body) > MAX_BODY:
            raise ChannelError(f"it has {len(body)} bytes: too long", permanent=True)
        target, host = self._judged(url)
        try:
            request = self._client.build_request(
                "POST",
                target,
                content=body,
                headers={"Host": host, "User-Agent": "coterie", **headers},
                extensions={"sni_hostname": host.rpartition(":")[0] or host},
            )
        except (ValueError, httpx2.InvalidURL) as error:
            raise ChannelError("the request cannot be written", permanent=True) from error
        try:
            answer = self._client.send(request, stream=True)
            with closing(answer):
                return _judge(answer, now)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            said = without_addresses(str(error))
            raise ChannelError(f"cannot reach {host}: {said}", permanent=False) from error
        except httpx2.TransportError as error:
            raise Uncertain(f"{host} did not answer: {type(error).__name__}") from error

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def _judged(self, url: str) -> tuple[str, str]:
        """Return the URL with an address that may be asked in place of its host, and the host."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port or (_HTTPS if parts.scheme == "https" else 80)
        if parts.scheme != "https" and not self._private:
            raise ChannelError("it goes by https only", permanent=True)
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise ChannelError(f"the name {host} leads nowhere", permanent=False) from error
        addresses = [ip_address(str(each[4][0]).partition("%")[0]) for each in found]
        if not self._private and not all(is_public(each) for each in addresses):
            raise ChannelError(
                f"{host} is in a private network: set http_private to allow that", permanent=True
            )
        chosen = f"[{addresses[0]}]" if addresses[0].version == 6 else str(addresses[0])
        place = f"{chosen}:{port}"
        name = host if parts.port is None else f"{host}:{parts.port}"
        return urlunsplit((parts.scheme, place, parts.path or "/", parts.query, "")), name


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Say whether an address is out in the world, and not one of this machine's own network.

    >>> is_public(ip_address("169.254.169.254")), is_public(ip_address("::ffff:10.0.0.1"))
    (False, False)
    >>> is_public(ip_address("93.184.216.34"))
    True
    """
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    if inner is not None:
        return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def _judge(answer: httpx2.Response, now: int) -> Answer:
    status = answer.status_code
    if answer.is_success:
        return Answer(status, _beginning(answer))
    if answer.is_redirect:
        raise ChannelError(f"it answered {status}: redirects are not followed", permanent=True)
    if status in _OURS:
        raise ChannelError(f"it answered {status}: look at the secrets", permanent=False)
    if status in _TEMPORARY or answer.is_server_error:
        wait = retry_after(answer.headers.get("retry-after", ""), now)
        raise ChannelError(f"it answered {status}", permanent=False, retry_after=wait)
    said = without_addresses(_beginning(answer)[:200].decode("utf-8", "replace"))
    raise ChannelError(f"it answered {status} {said}".strip(), permanent=True)


def _beginning(answer: httpx2.Response) -> bytes:
    body = b""
    for part in answer.iter_bytes():
        body += part
        if len(body) >= MAX_ANSWER:
            break
    return body[:MAX_ANSWER]


def retry_after(text: str, now: int) -> float | None:
    """Read ``Retry-After``: seconds, or a date; None when it is neither.

    >>> retry_after("120", 0), retry_after("Thu, 01 Jan 1970 00:02:00 GMT", 0), retry_after("-", 0)
    (120.0, 120.0, None)
    """
    if text.strip().isdecimal():
        return min(float(text), MAX_WAIT)
    try:
        there = from_datetime(parsedate_to_datetime(text))
    except (ValueError, TypeError, Invalid):
        return None
    return min(max(0.0, (there - now) / SECOND), MAX_WAIT)


# --- signatures (Standard Webhooks)


def read_secret(text: str, path: str) -> bytes:
    """Read a signing secret: ``whsec_`` and base64, 24 to 64 bytes; raises Invalid."""
    try:
        key = b64decode(text.removeprefix("whsec_"), validate=True)
    except (NotBase64, ValueError):
        key = b""
    if not text.startswith("whsec_") or not MIN_SECRET <= len(key) <= MAX_SECRET:
        raise Invalid(
            "this is no signing secret",
            path=path,
            hint="write whsec_ and 24 to 64 random bytes in base64",
        )
    return key


def sign(secret: bytes, key: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the headers of Standard Webhooks: id, timestamp (s) and signature of a body."""
    return {
        "webhook-id": key,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{_signature(secret, key, str(timestamp), body)}",
    }


def check_signature(secret: bytes, headers: Mapping[str, str], body: bytes, now: int) -> str:
    """Return the id of a signed request; raises NotPermitted when it is old or not theirs.

    ``now`` is in ms UTC; five minutes are allowed for clocks that differ.
    """
    key, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    wanted = _signature(secret, key, moment, body).encode()
    given = headers.get("webhook-signature", "").split()
    known = [one[3:].encode() for one in given if one.startswith("v1,")]
    fresh = moment.isdecimal() and abs(int(moment) * SECOND - now) <= TOLERANCE
    if not key or not fresh or not any(compare_digest(one, wanted) for one in known):
        raise NotPermitted(
            "the signature does not fit: sign webhook-id, webhook-timestamp and the body"
        )
    return key


def _signature(secret: bytes, key: str, timestamp: str, body: bytes) -> str:
    signed = f"{key}.{timestamp}.".encode() + body
    return b64encode(hmac(secret, signed, sha256).digest()).decode()
