"""Brings events to the app: really encrypted, tried again, and in disorder where that is wanted."""

import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlencode, urlsplit
from xml.sax.saxutils import escape

from coterie.channels.wecom.crypt import Crypt
from coterie.core.errors import Unavailable
from coterie.testing.wecom.corp import Corp
from coterie.testing.wecom.model import Outgoing


class Target(Protocol):
    """Whoever answers callbacks: a method, a query and a body; returns the status and an answer."""

    def __call__(self, method: str, query: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """Answer a callback."""
        ...


def over_http(url: str, patience: float) -> Target:
    """Return what calls an address, waiting so many real seconds."""

    def call(method: str, query: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        joint = "&" if "?" in url else "?"
        request = urllib.request.Request(
            f"{url}{joint}{urlencode(query)}",
            body or None,
            {"Content-Type": "text/xml"},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=patience) as answer:
                return int(answer.status), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, b""
        except (OSError, ValueError):
            return 0, b""

    return call


class Courier:
    """Takes what waits in a corporation's ``outgoing`` and brings it."""

    def __init__(self, corp: Corp) -> None:
        self._corp = corp
        self._crypt = Crypt(corp.token, corp.aes_key, corp.corp_id)
        self.target: Target | None = None
        self.address = self.house = ""
        """Where callbacks go, and the house that this is a part of; empty for a callable."""
        self.dropping = 0
        self.holding = False

    def connect(self, given: str | Target) -> None:
        """Verify an address as the admin's page does, and keep it; raises Unavailable."""
        url = given if isinstance(given, str) else ""
        target = over_http(given, self._corp.limits.patience) if isinstance(given, str) else given
        said = self._corp.letters(("echo", self._corp.number("echo")), 20).encode()
        query = self._query(said)
        query["echostr"] = query.pop("sealed")
        status, answer = target("GET", query, b"")
        if status != 200 or answer != said:
            raise Unavailable(
                f"the callback address did not echo: it answered {status} with {answer[:60]!r}"
            )
        self.target, self.address = target, url
        self.house = "{0.scheme}://{0.netloc}".format(urlsplit(url)) if url else ""

    def due(self, *, shuffle: bool, duplicate: float) -> list[Outgoing]:
        """Take what is due, in order, or stirred and doubled by a chance that the seed fixes."""
        if self.target is None or self.holding:
            return []
        corp, now = self._corp, self._corp.now()
        taken = [one for one in corp.outgoing if one.due <= now]
        corp.outgoing = [one for one in corp.outgoing if one.due > now]
        if self.dropping:
            lost, taken = taken[: self.dropping], taken[self.dropping :]
            self.dropping -= len(lost)
            for one in lost:
                corp.note("lost", callback=one.number, why="dropped")
        more = [one for one in taken if corp.chance("twice", one.number) < duplicate]
        taken = [*taken, *(Outgoing(one.number, one.due, one.xml, 1) for one in more)]
        if shuffle:
            taken.sort(key=lambda one: corp.chance("order", one.number, one.tried))
        return taken

    def bring(self, one: Outgoing) -> tuple[int, bytes]:
        """Make one attempt; nothing of the corporation is touched but its numbers."""
        assert self.target is not None
        query = self._query(one.xml)
        sealed = query.pop("sealed")
        corp = self._corp
        body = (
            f"<xml><ToUserName><![CDATA[{corp.corp_id}]]></ToUserName>"
            f"<Encrypt><![CDATA[{sealed}]]></Encrypt>"
            f"<AgentID><![CDATA[{escape(str(corp.agent_id))}]]></AgentID></xml>"
        )
        return self.target("POST", query, body.encode())

    def settle(self, one: Outgoing, status: int) -> None:
        """Keep what became of an attempt: done, to be tried again, or lost."""
        corp, limits = self._corp, self._corp.limits
        if status == 200:
            corp.note("callback", callback=one.number, tried=one.tried)
        elif one.tried < limits.retries:
            corp.note("retry", callback=one.number, status=status)
            due = corp.now() + limits.retry_after * 1_000
            corp.outgoing.append(Outgoing(one.number, due, one.xml, one.tried + 1))
        else:
            corp.note("lost", callback=one.number, why=f"status {status}")

    def _query(self, text: bytes) -> dict[str, str]:
        corp = self._corp
        timestamp = str(corp.seconds())
        nonce = str(int(corp.hashed("nonce", corp.number("nonce"))[:8], 16))
        sealed, signature = self._crypt.seal(text, timestamp, nonce)
        return {
            "msg_signature": signature,
            "timestamp": timestamp,
            "nonce": nonce,
            "sealed": sealed,
        }
