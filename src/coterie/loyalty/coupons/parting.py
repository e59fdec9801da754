"""Part a discount over the lines of an order, to the coin, and pay shares of it back. Pure.

By largest remainder: every line gets its exact share rounded down, and the coins left over go to
the lines that lost most by it, the first of equals first. So the shares sum to the discount.
"""

from collections.abc import Mapping, Sequence
from functools import cache

from babel.numbers import get_currency_precision

from coterie.core.numbers import SCALE
from coterie.loyalty.coupons.model import Back, Share


@cache
def coin(currency: str) -> int:
    """Return a currency's smallest coin, scaled by 10,000.

    >>> coin("CNY"), coin("JPY")
    (100, 10000)
    """
    return max(SCALE // int(10 ** get_currency_precision(currency)), 1)


def part(amount: int, weights: Sequence[int], smallest: int) -> list[int]:
    """Part an amount by weights that are not all zero, into multiples of a coin where it is one.

    >>> part(10_0000, [333_300, 333_300, 333_400], 100)
    [33300, 33300, 33400]
    >>> part(100, [1, 1], 100)
    [100, 0]
    """
    unit = smallest if amount % smallest == 0 else 1
    coins, whole = amount // unit, sum(weights)
    shares = [coins * weight // whole for weight in weights]
    lost = sorted(range(len(weights)), key=lambda at: -(coins * weights[at] % whole))
    for at in lost[: coins - sum(shares)]:
        shares[at] += 1
    return [share * unit for share in shares]


def together(quotes: Sequence[Sequence[Share]]) -> list[Share]:
    """Put what several coupons take off the lines of one order together.

    Each was judged on what the others had left, so a line's own price is the highest of them.

    >>> together([[Share("1", 10, 100)], [Share("1", 9, 90)]])
    [Share(line='1', off=19, amount=100, quantity=1)]
    """
    found: dict[str, Share] = {}
    for share in (share for shares in quotes for share in shares):
        had = found.get(share.line, Share(share.line, 0, 0))
        amount = max(had.amount, share.amount)
        found[share.line] = Share(share.line, had.off + share.off, amount, share.quantity)
    return list(found.values())


def paid_back(
    shares: Sequence[Share], before: Mapping[str, int], now: Mapping[str, int], smallest: int
) -> list[Back]:
    """Return what is paid back for so many pieces of some lines, after others went back before.

    All pieces of a line together are worth what was paid for it, in whatever portions they come.
    """
    found = []
    for share in shares:
        pieces = now.get(share.line, 0)
        if pieces:
            paid, had = share.amount - share.off, before.get(share.line, 0)
            amount = _worth(paid, had + pieces, share.quantity, smallest)
            found.append(Back(share.line, amount - _worth(paid, had, share.quantity, smallest)))
    return found


def _worth(paid: int, pieces: int, of: int, smallest: int) -> int:
    if pieces >= of:
        return paid
    return paid * pieces // of // smallest * smallest
