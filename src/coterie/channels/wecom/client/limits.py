"""What WeCom allows, as data with dates: a change of its rules is a row here. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from coterie.core.clock import HOUR, MINUTE, local_date


@dataclass(frozen=True)
class Rates:
    """How often WeCom may be asked: a corporation by API, and an address in all."""

    since: date
    source: str
    api_minute: int
    api_hour: int
    address_minute: int
    address_hour: int


RATES: Sequence[Rates] = (
    Rates(date(2020, 1, 1), "WeCom's page 90312 as of 2020", 2_000, 30_000, 20_000, 600_000),
    Rates(date(2023, 8, 28), "WeCom's page 90454", 10_000, 150_000, 20_000, 600_000),
)
"""The oldest first; the last whose day has come holds."""

RATE_WINDOW = MINUTE
HOUR_WINDOW = HOUR
"""How long WeCom refuses an API that was asked too often: as long as the window that was full."""
MEDIA_DAYS = 3
"""How long an uploaded file lives."""
BATCH_USERS = 100
"""Members that one batch of contacts names."""
TRANSFER_CUSTOMERS = 100
TRANSFER_GROUPS = 100
"""What one handover names at most."""
WELCOME_SECONDS = 20
"""How long a welcome code is good."""
_THERE = ZoneInfo("Asia/Shanghai")


def rates_at(now: int) -> Rates:
    """Return the rates that hold at a moment.

    >>> rates_at(1_500_000_000_000).api_minute, rates_at(1_700_000_000_000).api_minute
    (2000, 10000)
    """
    today = local_date(now, _THERE)
    begun = [one for one in RATES if one.since <= today]
    return begun[-1] if begun else RATES[0]
