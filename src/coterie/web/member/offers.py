"""The page of an offer: the item, its price, how many are left; and the way over to the shop."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from coterie.catalog.model import Item
from coterie.codes.model import Link
from coterie.core.errors import Conflict, NotFound
from coterie.core.numbers import SCALE
from coterie.orders.offers.model import Offer
from coterie.storage.work import Work
from coterie.web.member import reading
from coterie.web.member.articles import paragraphs
from coterie.web.parts import Here, Parts

router = APIRouter(prefix="/o")

FEW = 10
"""From so many left on the page says how many."""
_SOON = 303


@router.api_route("/{slug}", methods=["GET", "HEAD"])
def offer(request: Request, here: Here, slug: str, t: str = "") -> Response:
    """Show an offer; with leave, note that the link's person, or this device, saw it."""
    house = here.house
    now = house.clock.now()
    with house.db.read(reading.VISITOR, now) as work:
        found = house.commerce.offers.get(work, slug)
        item = house.catalog.item(work, found.item)
        link = _link(here, work, t, found.item)
        reader = reading.reader_of(here, work, link, reading.anonymous_id(request, here))
        shop = house.commerce.feeds.get(work, found.feed)
    allowed = reading.choice_of(request, here) == reading.ALLOW
    if allowed and reader is not None and not reading.is_machine(request):
        reading.note(here, reading.ITEM_VIEWED, found.item, reader, link)
    return here.pages.render(
        request, "member/offer.html", offer=found, heading=_title(here, request, found, item),
        paragraphs=paragraphs(item)[:3] if item else [], shop=shop.title,
        price=f"{found.price / SCALE:,.2f}", currency=house.instance.currency, few=FEW,
        stands=found.stands(now), token=t if link else "",
    )  # fmt: skip


@router.get("/{slug}/go")
def go(request: Request, here: Here, slug: str, t: str = "") -> Response:
    """Lead over to the shop with a signed token, which the order brings back."""
    house = here.house
    with house.db.read(reading.VISITOR, house.clock.now()) as work:
        found = house.commerce.offers.get(work, slug)
        link = _link(here, work, t, found.item)
        reader = reading.reader_of(here, work, link, reading.anonymous_id(request, here))
        try:
            address = house.commerce.offers.hand_over(work, slug, t if link else "")
        except Conflict:
            return RedirectResponse(f"/o/{slug}" + (f"?t={t}" if link else ""), _SOON)
    allowed = reading.choice_of(request, here) == reading.ALLOW
    if allowed and reader is not None and not reading.is_machine(request):
        reading.note(here, reading.LINK_CLICKED, found.item, reader, link)
    return RedirectResponse(address, _SOON)


def _link(here: Parts, work: Work, token: str, item: str) -> Link | None:
    # a spoilt token must not keep anybody from buying: then nobody in particular is credited
    if not token:
        return None
    try:
        link = here.house.codes.read(work, token)
    except NotFound:
        return None
    return link if link.item == item else None


def _title(here: Parts, request: Request, found: Offer, item: Item | None) -> str:
    said = here.pages.speech(request).title(found.titles)
    return said or (item.title if item and item.title else found.item)
