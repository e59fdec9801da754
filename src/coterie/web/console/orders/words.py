"""What the pages of orders share: their tabs, how money is written, the words for codes."""

from coterie.core.numbers import SCALE
from coterie.web.speech import N_, Speech

TABS = (
    (N_("Sales by day"), "/orders"),
    (N_("Shops"), "/orders/feeds"),
    (N_("Balance"), "/orders/balance"),
    (N_("Marketplaces"), "/orders/markets"),
    (N_("Offers"), "/orders/offers"),
)

FATES = {"taken": N_("taken in"), "known": N_("known before"), "kept": N_("not understood")}
DIALECTS = {"standard": N_("Signed webhook"), "shopify": "Shopify"}
STATES = {
    "claimed": N_("claimed"), "refused": N_("led nowhere"), "contested": N_("somebody else's"),
    "undone": N_("undone"),
}  # fmt: skip
WAYS = {
    "number": N_("by its number"), "item_code": N_("by the code in the parcel"),
    "operator": N_("by an operator"),
}  # fmt: skip
MARKETS = {"tmall": N_("Tmall"), "jd": N_("JD.com")}
WHYS = {
    "missing": N_("not in the log"), "amount": N_("another amount"),
    "currency": N_("another currency"), "refund": N_("another refund"),
}  # fmt: skip


def tabs(speech: Speech, on: str) -> list[tuple[str, str, bool]]:
    """Return the tabs, the one that is on marked."""
    return [(speech.gettext(words), address, address == on) for words, address in TABS]


def money(amount: int) -> str:
    """Write a scaled amount with its cents.

    >>> money(12_345_600), money(-100)
    ('1,234.56', '-0.01')
    """
    return f"{amount / SCALE:,.2f}"
