"""The face of offers: make one, hand a reader over to the shop, say what came of it."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode, urlsplit

from coterie.codes.service import Codes
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.core.ids import check_slug
from coterie.core.numbers import scaled
from coterie.orders.feeds import store as feeds
from coterie.orders.offers import store
from coterie.orders.offers.model import Offer, Taking
from coterie.orders.offers.tokens import token_of
from coterie.orders.reading import TOKEN
from coterie.storage.audit import record
from coterie.storage.work import Work

_LONGEST = 200


class Offers:
    """Offers of one house; tokens are signed by ``codes``."""

    def __init__(self, codes: Codes) -> None:
        self._codes = codes

    def new(
        self, work: Work, slug: str, *, item: str, feed: str, price: object,
        stock: int | None = None, titles: Mapping[str, str] | None = None,
        words: Mapping[str, str] | None = None, until: int | None = None,
    ) -> Offer:  # fmt: skip
        """Make an offer; raises Invalid, or Conflict for a name that is taken."""
        check_slug(slug, "slug")
        if store.get(work, slug) is not None:
            raise Conflict(f"there is an offer {slug} already: choose another name")
        found = feeds.get(work, feed)
        if found is None or not found[0].page:
            raise Invalid(
                f"{feed!r} is no feed with a page to hand over to", path="feed",
                hint="give the feed the address of the shop's page",
            )  # fmt: skip
        amount = scaled(price)
        if amount is None or amount < 0:
            raise Invalid(f"{price!r} is no price", path="price", hint="write it like 129.00")
        if stock is not None and stock < 0:
            raise Invalid("there cannot be less than nothing in stock", path="stock")
        if until is not None and until <= work.now:
            raise Invalid("it would end before it begins", path="until")
        offer = Offer(
            slug, item, feed, amount, stock, _short(titles), _short(words), work.now, until
        )
        store.add(work, offer)
        record(work, "offer.new", slug, item=item, feed=feed)
        return offer

    def get(self, work: Work, slug: str) -> Offer:
        """Return one offer, or raise NotFound."""
        found = store.get(work, slug)
        if found is None:
            raise NotFound("this offer does not exist, or no longer")
        return found

    def all(self, work: Work) -> list[Offer]:
        """Return every offer, those that go on first."""
        return store.every(work)

    def takings(self, work: Work) -> dict[str, Taking]:
        """Return what came of every offer that brought an order, by slug."""
        return store.takings(work)

    def set_stock(self, work: Work, slug: str, stock: int | None) -> None:
        """Say how many there are left."""
        self.get(work, slug)
        if stock is not None and stock < 0:
            raise Invalid("there cannot be less than nothing in stock", path="stock")
        store.change(work, slug, stock=stock)
        record(work, "offer.stock", slug, stock=stock)

    def end(self, work: Work, slug: str) -> None:
        """End an offer; orders that are on their way are still credited to it."""
        self.get(work, slug)
        store.change(work, slug, ended=work.now)
        record(work, "offer.end", slug)

    def link(
        self, work: Work, slug: str, sender: str, profile: int | None = None, *,
        campaign: str | None = None,
    ) -> str:  # fmt: skip
        """Return the address (without the host) of an offer's page as one sender spreads it."""
        offer = self.get(work, slug)
        token = self._codes.link(work, offer.item, sender, profile, campaign=campaign)
        return f"/o/{quote(slug)}?t={quote(token)}"

    def hand_over(self, work: Work, slug: str, link: str) -> str:
        """Return the address at the shop that a reader is led to, with the token to bring back.

        ``link`` is the token of the tracked link that she came by, or empty. Raises Conflict when
        the offer has ended or there is none left.
        """
        offer = self.get(work, slug)
        if not offer.stands(work.now):
            raise Conflict("this offer has ended", code="offer_ended")
        if offer.stock == 0:
            raise Conflict("there is none left", code="sold_out")
        found = feeds.get(work, offer.feed)
        if found is None:
            raise NotFound("the shop of this offer does not exist any more")
        token = token_of(self._codes, slug, link, work.now)
        return _address(found[0].page, offer.item, token)


def _address(page: str, item: str, token: str) -> str:
    """Fill the shop's address in; what it has no place for goes into its query.

    >>> _address("https://shop.example/buy?sku={item}", "a/b", "t-1")
    'https://shop.example/buy?sku=a%2Fb&coterie=t-1'
    """
    missing = [] if "{item}" in page else [("item", item)]
    missing += [] if "{token}" in page else [(TOKEN, token)]
    filled = page.replace("{item}", quote(item, safe="")).replace("{token}", quote(token, safe=""))
    if not missing:
        return filled
    return filled + ("&" if urlsplit(filled).query else "?") + urlencode(missing)


def _short(texts: Mapping[str, str] | None) -> dict[str, str]:
    bare = {language: text.strip()[:_LONGEST] for language, text in (texts or {}).items()}
    return {language: text for language, text in bare.items() if text}
