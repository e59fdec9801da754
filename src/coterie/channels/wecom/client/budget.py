"""How often each API may be asked: never more than allowed in any stretch of a window. Pure.

Counted in slots of a sixtieth of the window; a slot that is only partly over counts whole, so
that the law holds for every stretch, wherever it begins. A budget is one process's: where several
ask WeCom, the platform's own 45009 is the referee, and is waited out.
"""

from collections import deque
from dataclasses import dataclass, field

from coterie.channels.wecom.client.limits import HOUR_WINDOW, RATE_WINDOW, Rates

SLOTS = 60


@dataclass
class Window:
    """At most ``most`` in any stretch of ``span`` ms."""

    span: int
    most: int
    _slots: deque[list[int]] = field(default_factory=deque)
    _sum: int = 0

    def wait(self, now: int) -> int:
        """Return in how many ms there is room; 0 when there is."""
        slot = self.span // SLOTS
        while self._slots and self._slots[0][0] + slot + self.span <= now:
            self._sum -= self._slots.popleft()[1]
        if self._sum < self.most:
            return 0
        return max(1, self._slots[0][0] + slot + self.span - now)

    def take(self, now: int) -> None:
        """Count one that was asked now."""
        slot = self.span // SLOTS
        begins = now - now % slot
        if self._slots and self._slots[-1][0] >= begins:
            self._slots[-1][1] += 1
        else:
            self._slots.append([begins, 1])
        self._sum += 1


class Budget:
    """What may be asked now, by API, by the rates of the day; and what WeCom itself has shut."""

    def __init__(self, rates: Rates) -> None:
        self.rates = rates
        self._apis: dict[str, tuple[Window, Window]] = {}
        self._address = (
            Window(RATE_WINDOW, rates.address_minute),
            Window(HOUR_WINDOW, rates.address_hour),
        )
        self._shut: dict[str, int] = {}

    def ask(self, api: str, now: int) -> int:
        """Take room for one request, and return 0; or the ms to wait, having taken none."""
        windows = (*self._of(api), *self._address)
        wait = max(self._shut.get(api, 0) - now, *(one.wait(now) for one in windows), 0)
        if not wait:
            for one in windows:
                one.take(now)
        return wait

    def change(self, rates: Rates) -> None:
        """Keep to other rates from now on; what was asked still counts."""
        self.rates = rates
        for minute, hour in self._apis.values():
            minute.most, hour.most = rates.api_minute, rates.api_hour
        self._address[0].most, self._address[1].most = rates.address_minute, rates.address_hour

    def shut(self, api: str, until: int) -> None:
        """Ask this API no more before a moment: WeCom said that it was too often."""
        self._shut[api] = max(until, self._shut.get(api, 0))

    def shut_until(self, now: int) -> dict[str, int]:
        """Return the APIs that WeCom has shut, each with the moment until which."""
        return {api: until for api, until in self._shut.items() if until > now}

    def _of(self, api: str) -> tuple[Window, Window]:
        if api not in self._apis:
            minute = Window(RATE_WINDOW, self.rates.api_minute)
            self._apis[api] = (minute, Window(HOUR_WINDOW, self.rates.api_hour))
        return self._apis[api]
