"""Offers at the desk: make one, spread its link, see what it sold."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.core.clock import parse_time
from coterie.core.errors import CoterieError, Invalid
from coterie.web.console.orders.words import money, tabs
from coterie.web.desk import DeskForm, Operator, actor_of, desk_form
from coterie.web.parts import Here, Parts

router = APIRouter(prefix="/orders/offers")


@router.get("")
def offers(request: Request, here: Here, account: Operator) -> Response:
    """List offers and what came of each."""
    return _list(request, here, account)


def _list(request: Request, here: Parts, account: Account, fault: str = "") -> Response:
    house, speech = here.house, here.pages.speech(request, account)
    now = house.clock.now()
    with house.db.read(actor_of(account), now) as work:
        found = house.commerce.offers.all(work)
        takings = house.commerce.offers.takings(work)
        shops = [one for one in house.commerce.feeds.all(work) if one.page and not one.disabled]
        known = house.catalog.items(work, {one.item for one in found})
    return here.pages.render(
        request, "console/orders/offers.html", http_status=400 if fault else 200, account=account,
        tabs=tabs(speech, "/orders/offers"), offers=found, takings=takings,
        items={item.key: item for item in known},
        shops=[(one.slug, one.title) for one in shops], fault=fault, money=money,
        currency=house.instance.currency, now_ms=now,
    )  # fmt: skip


@router.post("")
def new(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Make an offer."""
    house, speech = here.house, here.pages.speech(request, account)
    said = {name: text.strip() for name, text in form.items()}
    try:
        until = parse_time(said["until"], here.pages.zone) if said.get("until") else None
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            if house.catalog.item(work, said.get("item", "")) is None:
                raise Invalid("there is no such item", path="item")
            house.commerce.offers.new(
                work, said.get("slug", ""), item=said.get("item", ""), feed=said.get("feed", ""),
                price=said.get("price", ""), stock=_whole(said.get("stock", "")),
                titles={"zh": said.get("zh", ""), "en": said.get("en", "")},
                words={"zh": said.get("words_zh", ""), "en": said.get("words_en", "")},
                until=until,
            )  # fmt: skip
    except CoterieError as error:
        return _list(request, here, account, error.message)
    return here.pages.redirect("/orders/offers", speech.gettext("The offer stands."))


@router.post("/{slug}/stock")
def stock(request: Request, here: Here, account: Operator, slug: str, form: DeskForm) -> Response:
    """Say how many there are left."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.commerce.offers.set_stock(work, slug, _whole(form.get("stock", "").strip()))
    return here.pages.redirect("/orders/offers", speech.gettext("The stock is kept."))


@router.post("/{slug}/end", dependencies=[Depends(desk_form)])
def end(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """End an offer."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.commerce.offers.end(work, slug)
    return here.pages.redirect("/orders/offers", speech.gettext("The offer has ended."))


@router.post("/{slug}/link")
def link(request: Request, here: Here, account: Operator, slug: str, form: DeskForm) -> Response:
    """Make the link by which one sender spreads an offer, and show it."""
    house = here.house
    sender = form.get("sender", "").strip()[:100] or account.name
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        path = house.commerce.offers.link(
            work, slug, sender, campaign=form.get("campaign", "").strip()[:100] or None
        )
        offer = house.commerce.offers.get(work, slug)
    return here.pages.render(
        request, "console/orders/link.html", account=account, offer=offer, sender=sender,
        address=here.outside(request) + path,
    )  # fmt: skip


def _whole(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Invalid(f"{text!r} is no number of pieces", path="stock")
    return int(text)
