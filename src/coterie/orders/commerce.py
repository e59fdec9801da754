"""All of orders in one hand: what the composition root builds, and the web asks of the house."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from coterie.codes.service import Codes
from coterie.events.door import Suppressed, nobody
from coterie.events.inbox import Inbox
from coterie.events.log import Log
from coterie.orders.balance.service import Balance
from coterie.orders.claims.ports import People
from coterie.orders.claims.service import Claims
from coterie.orders.feeds.service import Feeds
from coterie.orders.offers.service import Offers
from coterie.orders.service import Orders


@dataclass(frozen=True)
class Commerce:
    """The faces of orders, feeds, offers, claims and the balance of one house."""

    orders: Orders
    feeds: Feeds
    offers: Offers
    claims: Claims
    balance: Balance


def open_commerce(
    inbox: Inbox,
    log: Log,
    people: People,
    codes: Codes,
    master_key: bytes,
    zone: ZoneInfo,
    currency: str,
    suppressed: Suppressed = nobody,
) -> Commerce:
    """Build them over one house's inbox, log and people; ``currency`` is the brand's.

    ``suppressed`` knows whose events are not to be kept.
    """
    return Commerce(
        orders=Orders(codes, currency),
        feeds=Feeds(inbox, master_key, suppressed),
        offers=Offers(codes),
        claims=Claims(people, codes, zone),
        balance=Balance(log, zone, currency),
    )
