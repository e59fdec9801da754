"""Marketplaces: how many masked buyers are known people, and the claims that made them so."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.web.console.orders.words import MARKETS, STATES, WAYS, tabs
from coterie.web.desk import DeskForm, Operator, actor_of, desk_form
from coterie.web.exports import download, record
from coterie.web.parts import Here

router = APIRouter(prefix="/orders/markets")


@router.get("")
def markets(request: Request, here: Here, account: Operator) -> Response:
    """Show the match rate by marketplace and month, and the newest claims."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        rate = house.commerce.claims.match_rate(work)
        claims = house.commerce.claims.all(work, ("claimed", "contested", "undone"))
        heads = house.profiles.heads(work, {one.profile for one in claims})
        uids = house.profiles.uid(work, set(heads.values()))
        named = house.profiles.user_ids(work, set(heads.values()))
    return here.pages.render(
        request, "console/orders/markets.html", account=account,
        tabs=tabs(speech, "/orders/markets"), rate=rate, claims=claims,
        people={one: (uids.get(head, ""), named.get(head, "")) for one, head in heads.items()},
        markets=MARKETS, states=STATES, ways=WAYS,
        orders=sum(one.orders for one in rate), matched=sum(one.matched_orders for one in rate),
    )  # fmt: skip


@router.post("/claims")
def decide(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Say that an order is a person's."""
    house, speech = here.house, here.pages.speech(request, account)
    person = form.get("person", "").strip()
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            profile = house.profiles.find(work, "user_id", person)
            if profile is None:
                profile = house.profiles.by_uid(work, person)
            if profile is None:
                raise NotFound("nobody is known by that")
            house.commerce.claims.decide(
                work, profile, form.get("shop", "").strip(), form.get("number", "").strip()
            )
            house.inbound.settle_shifts(work)
    except NotFound:
        said = speech.gettext("There is no such order, or nobody is known by that.")
        return here.pages.redirect("/orders/markets", said)
    except Conflict:
        return here.pages.redirect("/orders/markets", speech.gettext("The order is hers already."))
    house.poke()
    return here.pages.redirect(
        "/orders/markets", speech.gettext("The order is hers now; it can be undone here.")
    )


@router.post("/codes")
def codes(here: Here, account: Operator, form: DeskForm) -> Response:
    """Give the codes that are printed into parcels, one for each order number, as CSV."""
    shop = form.get("shop", "").strip()
    numbers = list(dict.fromkeys(form.get("numbers", "").split()))
    if not shop or not numbers:
        raise Invalid("name the shop and at least one order number", path="numbers")
    code_of = here.house.commerce.claims.item_code
    record(here.house, account, f"parcel_codes:{shop}", rows=len(numbers))
    rows = ((number, code_of(shop, number)) for number in numbers)
    return download("csv", f"codes-{shop}", ("number", "code"), rows)


@router.post("/claims/{claim}/undo", dependencies=[Depends(desk_form)])
def undo(request: Request, here: Here, account: Operator, claim: int) -> Response:
    """Take a claim back."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.commerce.claims.undo(work, claim)
        house.inbound.settle_shifts(work)
    house.poke()
    return here.pages.redirect(
        "/orders/markets", speech.gettext("Undone: the buyer stands for herself again.")
    )
