"""The words of the report "recommended, then bought"."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from coterie.core.clock import DAY

WINDOW = 7 * DAY
"""How long (ms) after a recommendation an order counts as following it, unless asked otherwise."""

How = Literal["said", "link", "content", "activity", "message"]
"""How we know: the order says so, she followed a link that somebody sent her, she read or came to
something that recommends the item, a message that named it reached her."""


@dataclass(frozen=True)
class Asked:
    """What is asked: orders paid from ``since`` to before ``until`` (ms), of some items or of all.

    ``by_item`` and ``by_template`` say which items an article (or activity) and a message name.
    """

    since: int
    until: int
    window: int = WINDOW
    items: frozenset[str] | None = None
    by_item: Mapping[str, Sequence[str]] = field(default_factory=dict)
    by_template: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def question(self) -> tuple[object, ...]:
        """Name everything that the answer hangs on."""
        return (
            self.since,
            self.until,
            self.window,
            self.items,
            tuple(sorted((key, tuple(named)) for key, named in self.by_item.items())),
            tuple(sorted((key, tuple(named)) for key, named in self.by_template.items())),
        )


@dataclass(frozen=True)
class Bought:
    """One paid order that followed a recommendation, with the last one before it.

    ``by`` names what recommended: an item, a template, a journey, a guide. ``at`` is when it
    reached her, None where only the order says so. Amounts are scaled by 10,000.
    """

    order: str
    profile: int
    paid: int
    amount: int | None
    refunded: int
    item: str
    how: How
    by: str
    at: int | None

    @property
    def net(self) -> int:
        """What is left of it after refunds."""
        return (self.amount or 0) - self.refunded


@dataclass(frozen=True)
class Report:
    """All orders that followed a recommendation, the newest first, and what to hold them against.

    ``paid`` and ``worth`` count all orders of what was asked for; ``taken_back`` those that were
    refunded whole or cancelled, which count nowhere else.
    """

    orders: tuple[Bought, ...]
    paid: int
    worth: int
    taken_back: int

    @property
    def people(self) -> int:
        """How many people these orders are of."""
        return len({one.profile for one in self.orders})

    @property
    def amount(self) -> int:
        """What these orders brought, refunds taken off, scaled by 10,000."""
        return sum(one.net for one in self.orders)

    def by_how(self) -> dict[How, int]:
        """Count the orders by how we know, the most frequent first."""
        counts: dict[How, int] = {}
        for one in self.orders:
            counts[one.how] = counts.get(one.how, 0) + 1
        return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
