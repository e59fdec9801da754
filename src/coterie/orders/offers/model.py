"""The words of offers."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Offer:
    """An item that a shop sells at a price.

    ``price`` is scaled by 10,000, in the brand's currency; ``stock`` None when nobody counts it.
    ``feed`` names the shop's way in, whose page it hands over to. Moments in ms UTC; ``until`` and
    ``ended`` are None for an offer without an end, and one that goes on.
    """

    slug: str
    item: str
    feed: str
    price: int
    stock: int | None
    titles: Mapping[str, str]
    words: Mapping[str, str]
    created: int
    until: int | None = None
    ended: int | None = None

    def stands(self, now: int) -> bool:
        """Say whether it may be taken up."""
        return self.ended is None and (self.until is None or now < self.until)


@dataclass(frozen=True)
class Taking:
    """What came of an offer: orders that were paid, what they brought, and what went back.

    ``orders`` counts those that were paid; sums are scaled, in the brand's currency.
    """

    orders: int = 0
    paid: int = 0
    refunded: int = 0
