"""The doors of a house, as those outside see them: collectors, feeds, coupons, pages. Over HTTP."""

import base64
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
import msgspec

from coterie.core.clock import format_time
from coterie.core.errors import Invalid, Unavailable
from coterie.orders.feeds.signing import sign

_PATIENCE = 60.0
_AT_ONCE = 500
_PHONE = {"user-agent": "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.50"}
_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')
READER = "coterie_reader"
"""The cookie that a phone is known by once its owner said yes."""
UNIONID = "wechat.unionid"


@dataclass(frozen=True)
class Keys:
    """What was handed to those outside: write keys by source, secrets by feed."""

    write: Mapping[str, str]
    secrets: Mapping[str, str]


class Doors:
    """Speaks to one house; ``now`` tells its time. Raises Unavailable when it is gone."""

    def __init__(self, address: str, keys: Keys, now: Callable[[], int]) -> None:
        self._address, self._keys, self._now = address, keys, now
        # nothing is fetched but from this machine, so no certificates are read, which takes long
        self._http = httpx2.Client(base_url=address, timeout=_PATIENCE, verify=False)

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def events(self, source: str, calls: Sequence[Mapping[str, Any]]) -> None:
        """Send events of a source in as few requests as may be; raises Invalid for a refused one.

        A request that was cut off is made again: message ids let each event count once.
        """
        for some in _portions(calls):
            body = msgspec.json.encode({"batch": some})
            told = self.post("/v1/batch", body, self._key(source))
            if told.get("refused"):
                raise Invalid(f"the house refused an event: {told['refused'][0]}")

    def deliver(self, feed: str, delivery: str, kind: str, at: int, data: Mapping[str, Any]) -> str:
        """Make a signed delivery of a feed; return what became of it."""
        content = {"type": kind, "timestamp": format_time(at), "data": data}
        body = msgspec.json.encode(content)
        headers = sign(self._keys.secrets[feed], delivery, self._now(), body)
        told = self.post(f"/v1/feeds/{feed}", body, headers)
        return str(told.get("fate", ""))

    def ask(self, source: str, address: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Post JSON as a source with its key; return the answer, also of a refusal."""
        return self.post(address, msgspec.json.encode(given), self._key(source), strict=False)

    def open_invitation(self, code: str) -> str:
        """Open a friend's invitation on a phone of its own, and say yes; return the phone's id."""
        place = f"/f/{code}"
        with httpx2.Client(base_url=self._address, headers=_PHONE, verify=False) as phone:
            try:
                shown = phone.get(place)
                token = _TOKEN.search(shown.text)
                if token is None:
                    raise Invalid(f"{place} answered {shown.status_code} without a form")
                said = phone.post(place, data={"form_token": token[1], "choice": "allow"})
            except httpx2.HTTPError as error:
                raise Unavailable(f"the house does not answer: {error}") from error
            if READER not in phone.cookies:
                raise Invalid(f"{place} took no yes: {said.status_code}")
            return str(phone.cookies[READER])

    def post(
        self, address: str, body: bytes, headers: Mapping[str, str], *, strict: bool = True
    ) -> dict[str, Any]:
        """Post bytes; return the JSON that was answered. Raises Invalid for a no if ``strict``."""
        try:
            answer = self._http.post(
                address, content=body, headers={"content-type": "application/json", **headers}
            )
        except httpx2.HTTPError as error:
            raise Unavailable(f"the house does not answer: {error}") from error
        if answer.status_code >= 500 or (strict and answer.status_code >= 400):
            raise Invalid(f"{address} answered {answer.status_code}: {answer.text[:300]}")
        told: dict[str, Any] = answer.json()
        return told

    def _key(self, source: str) -> dict[str, str]:
        sealed = base64.b64encode(f"{self._keys.write[source]}:".encode()).decode()
        return {"authorization": f"Basic {sealed}"}


def track(
    name: str, unionid: str, at: int, cause: str, properties: Mapping[str, Any]
) -> dict[str, Any]:
    """Return an event of somebody who is known by her unionid, as a mini-program sends it."""
    return {
        "type": "track", "event": name, "messageId": cause, "timestamp": format_time(at),
        "properties": dict(properties),
        "context": {"externalIds": [{"type": UNIONID, "id": unionid}]},
    }  # fmt: skip


def known_as(unionid: str, phone: str, at: int, cause: str) -> dict[str, Any]:
    """Return what a mini-program tells that was opened on a phone: whose the phone is."""
    return {
        "type": "identify", "anonymousId": phone, "messageId": cause,
        "timestamp": format_time(at), "traits": {},
        "context": {"externalIds": [{"type": UNIONID, "id": unionid}]},
    }  # fmt: skip


def _portions(calls: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[Mapping[str, Any]]]:
    for first in range(0, len(calls), _AT_ONCE):
        yield calls[first : first + _AT_ONCE]
