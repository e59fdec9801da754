"""One coupon: where all that was given went, who used it where, whom it was refused, and why."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.core.errors import CoterieError
from coterie.loyalty.coupons.model import Numbers, State
from coterie.web.charts import Step, Waterfall
from coterie.web.console.coupons.words import segments_in, terms, worth
from coterie.web.console.orders.words import money
from coterie.web.console.segments.who import people
from coterie.web.desk import DeskForm, Operator, actor_of, desk_form
from coterie.web.parts import Here, Parts
from coterie.web.speech import Speech

router = APIRouter(prefix="/coupons")

SHOWN = 25
_GONE: tuple[State, ...] = ("redeemed", "expired", "revoked", "locked")


@router.get("/{slug}")
def one(request: Request, here: Here, account: Operator, slug: str, before: int = 0) -> Response:
    """Show one coupon."""
    return _page(request, here, account, slug, before)


def _page(
    request: Request, here: Parts, account: Account, slug: str, before: int = 0, fault: str = ""
) -> Response:
    house, speech = here.house, here.pages.speech(request, account)
    currency = house.instance.currency
    with house.db.read(actor_of(account), house.clock.now()) as work:
        rooms = house.growing.coupons
        found = rooms.template(work, slug)
        numbers = rooms.numbers(work, [slug])[slug]
        uses = rooms.uses(work, slug, limit=SHOWN + 1, before=before or None)
        shown = uses[:SHOWN]
        stores = {each.key: each.title for each in house.guides.organisation.stores(work)}
        values: dict[str, Any] = {
            "whom": people(work, house.profiles, {use.profile for use in shown if use.profile}),
            "refusals": rooms.refusals(work, slug),
            "budget": rooms.budget(work, found.budget) if found.budget else None,
            "benefits": [
                each for each in house.growing.benefits.several(work) if each.give == slug
            ],
            "handouts": rooms.handouts(work, slug),
            "segments": segments_in(here, work, speech),
        }
    older = f"/coupons/{slug}?before={shown[-1].id}" if len(uses) > SHOWN else ""
    return here.pages.render(
        request, "console/coupons/one.html", account=account, http_status=400 if fault else 200,
        fault=fault, coupon=found, numbers=numbers, uses=shown, older=older, stores=stores,
        worth=worth(speech, found, currency), terms=terms(speech, found, currency, stores),
        waterfall=_waterfall(speech, numbers, slug) if numbers.issued else None, money=money,
        currency=currency, **values,
    )  # fmt: skip


def _waterfall(speech: Speech, numbers: Numbers, slug: str) -> Waterfall:
    """Draw where all that was given went; what is left can be used."""
    states = numbers.states
    gone = [
        Step(speech.word("coupon_state", state), -states.get(state, 0))
        for state in _GONE
        if states.get(state, 0)
    ]
    left = states.get("available", 0)
    said = speech.gettext(
        "Of %(issued)s given, %(redeemed)s were redeemed and %(left)s can still be used",
        issued=speech.number(numbers.issued), redeemed=speech.number(states.get("redeemed", 0)),
        left=speech.number(left),
    )  # fmt: skip
    steps = [
        Step(speech.gettext("Given"), numbers.issued, total=True), *gone,
        Step(speech.word("coupon_state", "available"), left, total=True),
    ]  # fmt: skip
    return Waterfall(f"coupon-{slug}", said, steps, speech.gettext("Coupons"))


@router.post("/{slug}/give")
def give(request: Request, here: Here, account: Operator, slug: str, form: DeskForm) -> Response:
    """Begin to give it to everybody in a segment, and go on portion by portion."""
    house, speech = here.house, here.pages.speech(request, account)
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            house.growing.coupons.give_to_segment(work, slug, form.get("segment", ""))
    except CoterieError as error:
        return _page(request, here, account, slug, fault=error.message)
    house.poke()
    return here.pages.redirect(f"/coupons/{slug}#given", speech.gettext("It is being given."))


@router.post("/{slug}/handouts/{handout}/stop", dependencies=[Depends(desk_form)])
def stop(request: Request, here: Here, account: Operator, slug: str, handout: str) -> Response:
    """Give it to no more of a segment; who has it keeps it."""
    said = here.pages.speech(request, account).gettext("Stopped. Who has it keeps it.")
    with here.house.db.begin(actor_of(account), here.house.clock.now()) as work:
        here.house.growing.coupons.stop_handout(work, handout)
    return here.pages.redirect(f"/coupons/{slug}#given", said)


@router.post("/{slug}/handouts/{handout}/take-back", dependencies=[Depends(desk_form)])
def take_back(request: Request, here: Here, account: Operator, slug: str, handout: str) -> Response:
    """Take back what a segment did not use; its money goes back into the budget."""
    said = here.pages.speech(request, account).gettext("What nobody used is being taken back.")
    with here.house.db.begin(actor_of(account), here.house.clock.now()) as work:
        here.house.growing.coupons.take_back(work, handout)
    here.house.poke()
    return here.pages.redirect(f"/coupons/{slug}#given", said)


@router.post("/{slug}/off", dependencies=[Depends(desk_form)])
def off(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Give it no more and take it no more; who is paying with it just now still may."""
    said = here.pages.speech(request, account).gettext("Switched off.")
    return _switch(here, account, slug, on=False, said=said)


@router.post("/{slug}/on", dependencies=[Depends(desk_form)])
def on(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Give and take it again."""
    said = here.pages.speech(request, account).gettext("Switched on.")
    return _switch(here, account, slug, on=True, said=said)


def _switch(here: Parts, account: Account, slug: str, *, on: bool, said: str) -> Response:
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.growing.coupons.enable(work, slug, on)
    return here.pages.redirect(f"/coupons/{slug}", said)
