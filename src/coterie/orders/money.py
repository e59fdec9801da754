"""Money of other currencies: converted by a dated rate, or not at all. Pure.

A rate holds from its day on until the next, for at most ``STALE_DAYS``: an older one is none.
"""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from coterie.core.clock import DAY
from coterie.core.errors import Invalid
from coterie.core.numbers import SCALE, as_decimal
from coterie.orders.model import Rate

RATE_SCALE = 10**8
STALE_DAYS = 31
_CENT = SCALE // 100
_MOST = 10**6


def converted(amount: int, worth: int) -> int:
    """Return a scaled amount in the brand's currency, rounded to its cent, halves away from zero.

    >>> converted(100_0000, 7_12345678)
    7123500
    """
    exact = Decimal(amount) * worth / RATE_SCALE / _CENT
    return int(exact.to_integral_value(rounding=ROUND_HALF_UP)) * _CENT


def rate_at(rates: Mapping[str, Sequence[Rate]], currency: str, moment: int) -> Rate | None:
    """Return the newest rate of a currency on the UTC day of a moment, None without a fresh one.

    ``rates`` has each currency's by day.
    """
    day = moment // DAY
    for rate in reversed(rates.get(currency, ())):
        if rate.day <= day:
            return rate if day - rate.day <= STALE_DAYS else None
    return None


def read_worth(text: str) -> int:
    """Read a rate as people write it; raises Invalid.

    >>> read_worth("7.1234")
    712340000
    """
    number = as_decimal(text.strip())
    if number is None or not 0 < number < _MOST:
        raise Invalid(f"{text!r} is no rate", path="rate", hint="write it like 7.1234")
    return int((number * RATE_SCALE).to_integral_value(rounding=ROUND_HALF_UP))
