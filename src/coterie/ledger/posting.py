"""The laws of posting: lines sum to nothing, a key means one body, a floor holds. Pure."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.ledger.model import Account, Ask, Entry, Line

HELD = ":held"
"""Ends the name of the account in which what is reserved of another one lies."""


class Overdrawn(Conflict):
    """An account would fall below its floor."""

    code = "overdrawn"


def held_of(account: str) -> str:
    """Name the account of what is reserved of an account.

    >>> held_of("budget:anniversary")
    'budget:anniversary:held'
    """
    return account + HELD


def totals(lines: Iterable[Line]) -> dict[str, int]:
    """Sum lines by account; accounts that nothing changes are left out."""
    sums: Counter[str] = Counter()
    for line in lines:
        sums[line.account] += line.amount
    return {name: amount for name, amount in sums.items() if amount}


def digest(entry: Entry) -> bytes:
    """Return what tells an entry's body from another's."""
    lines = [(line.account, line.amount) for line in entry.lines]
    body = [entry.kind, lines, dict(entry.about), entry.reverses]
    return hashlib.sha256(msgspec.json.encode(body, order="sorted")).digest()[:16]


def check_sums(entry: Entry, accounts: Mapping[str, Account]) -> None:
    """Raise NotFound for an account that there is not, Invalid when lines sum to something."""
    sums: Counter[str] = Counter()
    for line in entry.lines:
        if line.account not in accounts:
            raise NotFound(f"there is no account {line.account!r}")
        sums[accounts[line.account].unit] += line.amount
    wrong = {unit: amount for unit, amount in sums.items() if amount}
    if wrong or not entry.lines:
        raise Invalid(f"the lines of {entry.key!r} sum to {wrong}", hint="they must sum to 0")


def check_floors(
    changes: Mapping[str, int], balances: Mapping[str, int], accounts: Mapping[str, Account]
) -> None:
    """Raise Overdrawn when a change would leave an account below its floor."""
    for name, amount in changes.items():
        floor = accounts[name].floor
        if amount < 0 and floor is not None and balances[name] + amount < floor:
            raise Overdrawn(
                f"{name!r} holds {balances[name]:,}: {-amount:,} more would leave it below "
                f"{floor:,}"
            )


def that_fit(asks: Sequence[Ask], room: int | None) -> list[Ask]:
    """Return the asks that there is room for, first come first served; None is room for all.

    One that is too large is passed over, and a smaller one behind it may still fit.

    >>> [one.key for one in that_fit([Ask("a", 60), Ask("b", 60), Ask("c", 40)], 100)]
    ['a', 'c']
    """
    if room is None:
        return list(asks)
    found = []
    for ask in asks:
        if ask.amount <= room:
            found.append(ask)
            room -= ask.amount
    return found
