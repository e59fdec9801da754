"""What stands before every call: the token, the address, the rates, and faults on demand."""

from collections import Counter
from dataclasses import dataclass

from coterie.core.clock import HOUR, MINUTE
from coterie.testing.wecom.codes import Refused
from coterie.testing.wecom.corp import Corp


@dataclass
class Fault:
    """Something that goes wrong the next ``times`` times. ``api`` "" is any."""

    api: str
    times: int
    code: int = 0
    seconds: float = 0.0


class Gate:
    """Keeps the tokens and counts the calls."""

    def __init__(self, corp: Corp) -> None:
        self._corp = corp
        self._token = ""
        self._until = 0
        self._old: set[str] = set()
        self._counts: Counter[tuple[str, int]] = Counter()
        self._windows: set[int] = set()
        self._blocked: dict[str, int] = {}
        self.refuses_ip = False
        self.faults: list[Fault] = []
        self.slow: list[Fault] = []
        self.in_flight = 0

    def new_token(self, corp_id: str, secret: str) -> dict[str, object]:
        """Answer ``gettoken``: the same token until it expires; wrong keys too often block it."""
        hour = ("gettoken, wrong", self._corp.now() // HOUR)
        if self._counts[hour] >= self._corp.limits.wrong_keys:
            raise Refused(45009, "gettoken with wrong keys")
        if (corp_id, secret) != (self._corp.corp_id, self._corp.secret):
            self._counts[hour] += 1
            if corp_id != self._corp.corp_id:
                raise Refused(40013)
            raise Refused(40001 if secret else 41004)
        now = self._corp.now()
        if not self._token or now >= self._until:
            self.expire_token()
            self._token = self._corp.new_id("tk", 128)
            self._until = now + self._corp.limits.token_life * 1_000
            self._corp.note("token")
        return {"access_token": self._token, "expires_in": (self._until - now) // 1_000}

    def expire_token(self) -> None:
        """End the token's life now."""
        if self._token:
            self._old.add(self._token)
        self._token = ""

    def check_token(self, token: str | None) -> None:
        """Raise 41001, 40014 or 42001 unless the token is good."""
        if not token:
            raise Refused(41001)
        if token in self._old or (token == self._token and self._corp.now() >= self._until):
            raise Refused(42001)
        if token != self._token:
            raise Refused(40014)

    def pause(self, api: str) -> float:
        """Return for how many real seconds this call is to be slow."""
        found = _take(self.slow, api)
        return found.seconds if found else 0.0

    def check(self, api: str) -> None:
        """Raise what is wrong in the world for this call: a fault, the address, the rates."""
        if self.in_flight > self._corp.limits.in_flight:
            raise Refused(45033)
        found = _take(self.faults, api)
        if found is not None:
            raise Refused(found.code)
        if self.refuses_ip and api != "gettoken":
            raise Refused(60020)
        self._count(api)

    def _count(self, api: str) -> None:
        now, limits = self._corp.now(), self._corp.limits
        if now < self._blocked.get(api, 0):
            raise Refused(45009, api)
        bounds = ((MINUTE, limits.per_minute), (HOUR, limits.per_hour))
        for length, most in bounds:
            key = (f"{api}/{length}", now // length)
            self._counts[key] += 1
            if self._counts[key] > most:
                self._blocked[api] = now + length
                raise Refused(45009, api)
        if now // MINUTE not in self._windows:  # yesterday's counts are of no use
            self._windows = {now // MINUTE}
            recent = {now // MINUTE, now // HOUR}
            self._counts = Counter({k: n for k, n in self._counts.items() if k[1] in recent})


def _take(faults: list[Fault], api: str) -> Fault | None:
    for fault in faults:
        if fault.times > 0 and fault.api in ("", api):
            fault.times -= 1
            return fault
    return None
