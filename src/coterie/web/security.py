"""What every answer wears and every request must pass: allowed hosts, strict headers.

A plain ASGI wrapper around the whole application, so that not even an error escapes it.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from coterie.web.errors import problem

_NO_FRAME = "frame-ancestors 'none'"
_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        _NO_FRAME,
        "base-uri 'none'",
    ]
)

HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # tokens stand in our addresses: no site that a page leads to may read them. Not "no-referrer",
    # with which browsers send "Origin: null" on our own forms
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

TRANSPORT = "max-age=31536000"
FOREVER = "public, max-age=31536000, immutable"
OnError = Callable[[Request, Exception], Response]
"""Logs what nobody expected and says it to the visitor."""

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Safety:
    """Serve allow-listed hosts only, dress every answer in ``HEADERS``, let no error through.

    The list guards against DNS rebinding: a strange page whose name was pointed at this machine
    still sends its own name in Host. ``framed`` tells by path which one site may frame a page.
    """

    def __init__(
        self, app: ASGIApp, allowed_hosts: Sequence[str], *, https: bool, on_error: OnError,
        framed: Mapping[str, str] = MappingProxyType({}),
    ) -> None:  # fmt: skip
        self.app = app
        self.allowed = frozenset(host_name(host) for host in allowed_hosts)
        self.https = https
        self.on_error = on_error
        self.framed = framed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def dressed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._dress(MutableHeaders(scope=message), scope)
            await send(message)

        if not self._is_allowed(scope):
            await _misdirected()(scope, receive, dressed)
            return
        try:
            await self.app(scope, receive, dressed)
        except Exception as error:
            answer = self.on_error(Request(scope), error)
            if started:  # too late to say it; closing the connection tells that it is cut off
                raise
            await answer(scope, receive, dressed)

    def _is_allowed(self, scope: Scope) -> bool:
        hosts = Headers(scope=scope).getlist("host")
        return len(hosts) == 1 and host_name(hosts[0]) in self.allowed

    def _dress(self, headers: MutableHeaders, scope: Scope) -> None:
        for name, value in HEADERS.items():
            headers[name] = value
        frame = self.framed.get(scope["path"])
        if frame is not None:
            del headers["X-Frame-Options"]
            by_one = f"frame-ancestors {frame}"
            headers["Content-Security-Policy"] = _POLICY.replace(_NO_FRAME, by_one)
        if scope["path"].startswith("/c/g"):  # a group's page may ask where the nearest store is
            policy = headers["Permissions-Policy"]
            headers["Permissions-Policy"] = policy.replace("geolocation=()", "geolocation=(self)")
        headers.setdefault("Cache-Control", _keeping(scope))
        if self.https:
            headers["Strict-Transport-Security"] = TRANSPORT


def _keeping(scope: Scope) -> str:
    # pages show people: no cache keeps them. A file of ours with a version in its address never
    # changes; without one it is asked for anew by its ETag
    if not scope["path"].startswith("/static/"):
        return "no-store"
    return FOREVER if scope["query_string"].startswith(b"v=") else "no-cache"


def host_name(host: str) -> str:
    """Return a Host header without its port, lower case.

    >>> host_name("Shop.Example:8000"), host_name("[::1]:8000"), host_name("[::1]")
    ('shop.example', '::1', '::1')
    """
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _misdirected() -> Response:
    body = problem(
        421,
        "unknown_host",
        "this house does not answer to that name",
        hint="add the name to COTERIE_ALLOWED_HOSTS if it is yours",
    )
    return JSONResponse(body, 421, media_type="application/problem+json")
