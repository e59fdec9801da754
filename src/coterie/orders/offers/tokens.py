"""The token that an offer's page gives a shop, and what an order that brings it back is owed to."""

from coterie.codes.service import Codes
from coterie.core.clock import DAY
from coterie.core.errors import CoterieError
from coterie.orders.model import Credit
from coterie.storage.work import Work

KIND = "offer"
GOOD_FOR = 90 * DAY
"""How long after the hand-over an order is still owed to the offer."""


def token_of(codes: Codes, offer: str, link: str, now: int) -> str:
    """Sign what a shop shall send back: the offer, and the token of the link that led to it."""
    return codes.sign(KIND, {"o": offer, "l": link}, expires=now + GOOD_FOR)


def credit_of(work: Work, codes: Codes, token: str) -> Credit | None:
    """Return what led to an order by the token that it brings, None for one that is not ours.

    A token that was cut off, changed or has grown old is no reason to refuse an order.
    """
    try:
        said = codes.unsign(KIND, token, now=work.now)
        offer, link = str(said["o"]), str(said["l"])
        if not link:
            return Credit(offer)
        found = codes.read(work, link)
    except (CoterieError, KeyError):
        return None
    return Credit(offer, found.id, found.sender, found.campaign or "", found.item)
