"""Ask WeCom, and ask again where that helps: the one place that speaks to it.

Every answer is HTTP 200 with an ``errcode``; ``codes`` says how each is met. Secrets travel in the
query, as WeCom wants it, but are put there below the library that writes logs and errors, so that
neither ever holds one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from threading import Lock
from typing import Protocol
from urllib.parse import urlencode

import httpx2
import msgspec

from coterie.channels.wecom.client.budget import Budget
from coterie.channels.wecom.client.errors import WecomError
from coterie.channels.wecom.client.gate import Gate
from coterie.channels.wecom.client.limits import RATE_WINDOW, Rates
from coterie.channels.wecom.settings import WecomSettings
from coterie.core.clock import MINUTE, SECOND, Clock, from_datetime
from coterie.core.errors import ChannelError
from coterie.messaging.channel import Uncertain

PATIENCE = 2.0
"""Seconds that one request may wait for room before its caller is told to come again."""
TRIES = 3
"""How often WeCom is asked again when it is busy or crowded."""
MAX_ANSWER = 32_000_000
"""Bytes of an answer that are read."""
_SECRET = "wecom.query"
_SOON = 5.0
"""Seconds after which somebody who was not reached is asked again."""


class Token(Protocol):
    """Gives the app's token."""

    def __call__(self, refused: str = "") -> str:
        """Return a good one that is not ``refused``."""
        ...


class Envelope(msgspec.Struct, frozen=True):
    """What every answer begins with."""

    errcode: int = 0
    errmsg: str = ""


@dataclass(frozen=True)
class Asked:
    """One request: its API, and what it carries. ``writes``: asking twice may do it twice."""

    api: str
    query: Mapping[str, str | int]
    body: bytes | None = None
    files: Mapping[str, tuple[str, bytes, str]] | None = None
    writes: bool = False


class Wire:
    """Speaks to one platform for one app; thread-safe."""

    def __init__(
        self,
        settings: WecomSettings,
        clock: Clock,
        pause: Callable[[float], None],
        rates: Callable[[int], Rates],
    ) -> None:
        self._base = f"{settings.base_url}/cgi-bin/"
        self._clock, self._pause, self._rates = clock, pause, rates
        self.budget = Budget(rates(clock.now()))
        self._rates_read = clock.now()
        self._lock = Lock()
        self.gate = Gate(settings.at_once)
        self.skew: int | None = None
        """How far WeCom's clock is ahead of the house's in ms, when last heard; None: never."""
        self._client = httpx2.Client(
            timeout=settings.timeout,
            follow_redirects=False,
            trust_env=False,
            transport=_Quiet(settings.at_once),
            headers={"User-Agent": "coterie"},
        )

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def ask(self, asked: Asked, token: Token | None = None) -> bytes:
        """Return the answer of a request that WeCom took; raises WecomError or ChannelError.

        ``token`` gives the app's token, and a newer one when it is refused; None: none is needed.
        """
        refused, tries, renewed = "", 0, False
        while True:
            self._find_room(asked.api)
            bearer = token(refused) if token else ""
            with self.gate.enter():
                body = self._send(asked, bearer)
            said = _envelope(asked.api, body)
            if said.errcode == 0:
                self.gate.ease()
                return body
            error = WecomError(asked.api, said.errcode, errmsg=said.errmsg[:500])
            if error.kind == "token" and token is not None and not renewed:
                refused, renewed = bearer, True
            else:
                self._wait(error, tries)
                tries += 1

    def _find_room(self, api: str) -> None:
        """Wait until the budget has room; raises WecomError 45009 when that takes too long."""
        waited = 0
        while wait := self._room(api, self._clock.now()):
            waited += wait
            if waited > PATIENCE * SECOND:
                raise WecomError(api, 45009, retry_after=wait / SECOND)
            self._pause(wait / SECOND)

    def _room(self, api: str, now: int) -> int:
        """Ask the budget, by the rates of this minute."""
        with self._lock:
            if now >= self._rates_read + MINUTE:
                self._rates_read = now
                self.budget.change(self._rates(now))
            return self.budget.ask(api, now)

    def _wait(self, error: WecomError, tries: int) -> None:
        """Wait before asking again; raises the error where that is in vain or too long."""
        if error.kind == "rate":
            now = self._clock.now()
            self.budget.shut(error.api, now + RATE_WINDOW)
            raise WecomError(error.api, error.errcode, retry_after=RATE_WINDOW / SECOND)
        if error.kind == "crowded":
            self.gate.lower()
        if error.kind not in ("busy", "crowded") or tries >= TRIES:
            raise error
        self._pause(0.2 * 2**tries)

    def _send(self, asked: Asked, bearer: str) -> bytes:
        """Send once more; a read whose connection breaks is sent a second time."""
        try:
            return self._send_once(asked, bearer)
        except Uncertain:
            if asked.writes:
                raise
            return self._send_once(asked, bearer)

    def _send_once(self, asked: Asked, bearer: str) -> bytes:
        api, query = asked.api, dict(asked.query)
        if bearer:
            query["access_token"] = bearer
        try:
            request = self._client.build_request(
                "GET" if asked.body is None and asked.files is None else "POST",
                self._base + api,
                content=asked.body,
                files=asked.files,
                headers={"Content-Type": "application/json"} if asked.body is not None else None,
                extensions={_SECRET: urlencode(query).encode()},
            )
            answer = self._client.send(request, stream=True)
            try:
                self._hear_clock(answer)
                if answer.status_code != httpx2.codes.OK:
                    said = f"WeCom answered {api} with HTTP {answer.status_code}"
                    raise Uncertain(said, retry_after=_SOON)
                return _whole(api, answer)
            finally:
                answer.close()
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            said = type(error).__name__
            raise _later(f"cannot reach WeCom for {api}: {said}") from error
        except httpx2.TransportError as error:
            said = type(error).__name__
            raise Uncertain(f"WeCom did not answer {api}: {said}", retry_after=_SOON) from error

    def picture(self, url: str) -> bytes:
        """Fetch a picture that WeCom named, such as a code's; no token goes along."""
        try:
            with self._client.stream("GET", url) as answer:
                if answer.status_code != httpx2.codes.OK:
                    raise _later(f"the picture answered {answer.status_code}")
                return _whole("picture", answer)
        except httpx2.TransportError as error:
            raise _later(f"no picture: {type(error).__name__}") from error

    def _hear_clock(self, answer: httpx2.Response) -> None:
        there = _moment(answer.headers.get("date", ""))
        if there is not None:
            self.skew = there - self._clock.now()


class _Quiet(httpx2.HTTPTransport):
    """Adds the secret part of a query at the last moment, where nothing is logged any more."""

    def __init__(self, at_once: int) -> None:
        limits = httpx2.Limits(max_connections=at_once, max_keepalive_connections=at_once)
        super().__init__(limits=limits, trust_env=False)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request on its way."""
        query = request.extensions.get(_SECRET)
        if query is not None:
            kept = {name: one for name, one in request.extensions.items() if name != _SECRET}
            request = httpx2.Request(
                request.method,
                request.url.copy_with(query=query),
                headers=request.headers,
                stream=request.stream,
                extensions=kept,
            )
        return super().handle_request(request)


def _later(said: str) -> ChannelError:
    return ChannelError(said, permanent=False, retry_after=_SOON)


def _envelope(api: str, body: bytes) -> Envelope:
    try:
        return msgspec.json.decode(body, type=Envelope, strict=False)
    except msgspec.DecodeError as error:
        raise _later(f"WeCom answered {api} with no JSON of its own") from error


def _whole(api: str, answer: httpx2.Response) -> bytes:
    body = bytearray()
    for part in answer.iter_bytes():
        body += part
        if len(body) > MAX_ANSWER:
            raise ChannelError(f"WeCom's answer to {api} has no end", permanent=True)
    return bytes(body)


def _moment(text: str) -> int | None:
    """Read the Date of an answer, exact to a second."""
    try:
        return from_datetime(parsedate_to_datetime(text))
    except (ValueError, TypeError):
        return None
