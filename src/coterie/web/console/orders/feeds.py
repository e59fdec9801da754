"""Shops and tills that tell of orders: make one, see what it told, give it another secret."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.core.errors import Conflict, CoterieError
from coterie.orders.feeds.model import Dialect
from coterie.web.console.orders.words import DIALECTS, FATES, tabs
from coterie.web.desk import DeskForm, Operator, Owner, actor_of, desk_form
from coterie.web.parts import Here, Parts

router = APIRouter(prefix="/orders/feeds")


@router.get("")
def feeds(request: Request, here: Here, account: Operator) -> Response:
    """List the shops, and what became of what they told."""
    return _list(request, here, account)


def _list(request: Request, here: Parts, account: Account, fault: str = "") -> Response:
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = house.commerce.feeds.all(work)
        tallies = house.commerce.feeds.tallies(work)
    return here.pages.render(
        request, "console/orders/feeds.html", http_status=400 if fault else 200, account=account,
        tabs=tabs(speech, "/orders/feeds"), feeds=found, tallies=tallies, fault=fault,
        dialects=[(code, speech.gettext(words)) for code, words in DIALECTS.items()],
        dialect_words=DIALECTS,
    )  # fmt: skip


@router.post("")
def new(request: Request, here: Here, account: Owner, form: DeskForm) -> Response:
    """Make a feed and show its secret, this once."""
    house, speech = here.house, here.pages.speech(request, account)
    slug = form.get("slug", "").strip()
    dialect: Dialect = "shopify" if form.get("dialect") == "shopify" else "standard"
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            secret = house.commerce.feeds.new(
                work, slug, shop=form.get("shop", "").strip(), title=form.get("title", ""),
                page=form.get("page", ""), dialect=dialect, secret=form.get("secret", ""),
            )  # fmt: skip
    except Conflict:
        return _list(request, here, account, speech.gettext("This name is taken."))
    except CoterieError as error:
        said = speech.gettext(
            "Names are lower-case letters, digits, - and _. Shopify needs the secret that it shows."
        )
        return _list(request, here, account, f"{said} ({error.message})")
    return _shown_once(request, here, account, slug, dialect, secret)


@router.get("/{slug}")
def one(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Show one feed and its newest deliveries."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        feed = house.commerce.feeds.get(work, slug)
        newest = house.commerce.feeds.newest(work, slug)
        tally = house.commerce.feeds.tallies(work).get(slug)
    return here.pages.render(
        request, "console/orders/feed.html", account=account, feed=feed, newest=newest,
        tally=tally, tabs=tabs(speech, "/orders/feeds"), fates=FATES, dialect_words=DIALECTS,
        address=_address(request, here, slug),
    )  # fmt: skip


@router.post("/{slug}/renew")
def renew(request: Request, here: Here, account: Owner, slug: str, form: DeskForm) -> Response:
    """Give a feed another secret and show it, this once."""
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        secret = house.commerce.feeds.renew(work, slug, form.get("secret", ""))
        feed = house.commerce.feeds.get(work, slug)
    return _shown_once(request, here, account, slug, feed.dialect, secret)


@router.post("/{slug}/close", dependencies=[Depends(desk_form)])
def close(request: Request, here: Here, account: Owner, slug: str) -> Response:
    """Take nothing in from a feed any more."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.commerce.feeds.close(work, slug)
    return here.pages.redirect(
        f"/orders/feeds/{slug}", speech.gettext("Closed: what it tells is refused.")
    )


@router.post("/{slug}/open", dependencies=[Depends(desk_form)])
def open_again(request: Request, here: Here, account: Owner, slug: str) -> Response:
    """Take in from a feed again."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.commerce.feeds.open_again(work, slug)
    return here.pages.redirect(f"/orders/feeds/{slug}", speech.gettext("Open again."))


def _shown_once(
    request: Request, here: Parts, account: Account, slug: str, dialect: str, secret: str
) -> Response:
    return here.pages.render(
        request, "console/orders/secret.html", account=account, slug=slug, secret=secret,
        is_shopify=dialect == "shopify", address=_address(request, here, slug),
    )  # fmt: skip


def _address(request: Request, here: Parts, slug: str) -> str:
    return f"{here.outside(request)}/v1/feeds/{slug}"
