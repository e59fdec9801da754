"""What every answer wears and every request must pass: allowed hosts, strict headers.

A plain ASGI wrapper around the whole application, so that not even an error escapes it.
"""

from collections.abc import Sequence

import msgspec
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from coterie.web.errors import problem

_POLICY = "; ".join(
    [
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
)

HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # tokens stand in our addresses: no site that a page leads to may read them
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

TRANSPORT = "max-age=31536000"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Safety:
    """Serve allow-listed hosts only, and dress every answer in ``HEADERS``.

    The list guards against DNS rebinding: a strange page whose name was pointed at this machine
    still sends its own name in Host.
    """

    def __init__(self, app: ASGIApp, allowed_hosts: Sequence[str], *, https: bool) -> None:
        self.app = app
        self.allowed = frozenset(host_name(host) for host in allowed_hosts)
        self.https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._dress(MutableHeaders(scope=message))
            await send(message)

        if self._is_allowed(scope):
            await self.app(scope, receive, dressed)
        else:
            await _misdirected(dressed)

    def _is_allowed(self, scope: Scope) -> bool:
        hosts = Headers(scope=scope).getlist("host")
        return len(hosts) == 1 and host_name(hosts[0]) in self.allowed

    def _dress(self, headers: MutableHeaders) -> None:
        for name, value in HEADERS.items():
            headers[name] = value
        headers.setdefault("Cache-Control", "no-store")
        if self.https:
            headers["Strict-Transport-Security"] = TRANSPORT


def host_name(host: str) -> str:
    """Return a Host header without its port, lower case.

    >>> host_name("Shop.Example:8000"), host_name("[::1]:8000"), host_name("[::1]")
    ('shop.example', '::1', '::1')
    """
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


async def _misdirected(send: Send) -> None:
    body = msgspec.json.encode(
        problem(
            421,
            "unknown_host",
            "this house does not answer to that name",
            hint="add the name to COTERIE_ALLOWED_HOSTS if it is yours",
        )
    )
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": 421, "headers": headers})
    await send({"type": "http.response.body", "body": body})
