"""Redeeming a coupon at the till by its letters: what it gives, then, with the order, for good.

The guide sees the coupon and not whose it is. Nothing here waits for a connection.
"""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.errors import Invalid
from coterie.core.numbers import scaled
from coterie.loyalty.coupons.model import Order, Quote, Redeemed, Refusal
from coterie.storage.work import Work
from coterie.web.console.orders.words import money
from coterie.web.guide.at_work import Guided, GuideForm, Staff, page
from coterie.web.guide.today import new_key
from coterie.web.member.promises import Promise, amount_words, in_fours, promised
from coterie.web.parts import Here, Parts
from coterie.web.speech import Speech

router = APIRouter(prefix="/g/till")

_LONGEST = 64


@dataclass(frozen=True)
class Asked:
    """What stands in the form."""

    code: str
    number: str
    amount: str


@dataclass(frozen=True)
class Said:
    """What the house says to it: what comes off and what is left to pay, or why not."""

    is_done: bool = False
    off: str = ""
    to_pay: str = ""
    gift: str = ""
    refused: str = ""
    why: str = ""


@router.get("")
def till(request: Request, here: Here, staff: Guided, code: str = "") -> Response:
    """Ask for the letters; a coupon of a customer's card comes with them."""
    return _page(request, here, staff, Asked(in_fours(code[:_LONGEST]), "", ""))


@router.post("")
def present(request: Request, here: Here, form: GuideForm, staff: Guided) -> Response:
    """Say what a coupon gives for an order, or redeem it; the same press twice redeems once."""
    house, speech = here.house, here.pages.speech(request)
    number = form.get("number", "").strip()[:_LONGEST]
    asked = Asked(in_fours(form.get("code", "")[:_LONGEST]), number, form.get("amount", "").strip())
    if staff.store is None:
        raise Invalid("say first at which store you are", path="store")
    total = _total(asked.amount)
    if total is None:
        wrong = speech.gettext("Write the amount in digits, such as 399 or 399.90.")
        return _page(request, here, staff, asked, fault=wrong)
    order = Order(number=asked.number, store=staff.store, total=total)
    coupons = house.growing.coupons
    if form.get("act") != "redeem" or not asked.number:
        with house.db.read(staff.actor, house.clock.now()) as work:
            answer = coupons.validate(work, asked.code, order)
            shown = _promise(here, work, speech, asked.code)
        said = _said(here, speech, answer, total)
        return _page(request, here, staff, asked, said=said, shown=shown)
    with house.db.begin(staff.actor, house.clock.now()) as work:
        key = f"guide:{staff.guide.id}:{form.get('key', '')}"
        outcome = coupons.redeem(work, asked.code, order, at=staff.store, key=key)
        house.inbound.tell(work, outcome.facts)
        shown = _promise(here, work, speech, asked.code)
    house.poke()
    result = outcome.result
    assert isinstance(result, Redeemed | Refusal), "it was to be redeemed"
    said = _said(here, speech, result, total)
    return _page(request, here, staff, asked, said=said, shown=shown)


def _total(amount: str) -> int | None:
    """Return an order's amount, scaled; None for what is none."""
    total = scaled(amount.replace(",", "").replace("，", ""))
    return total if total is not None and total > 0 else None


def _promise(here: Parts, work: Work, speech: Speech, code: str) -> Promise | None:
    coupon = here.house.growing.coupons.find(work, code)
    found = promised(work, here.house, speech, [coupon]) if coupon is not None else []
    return found[0] if found else None


def _said(
    here: Parts, speech: Speech, answer: Quote | Redeemed | Refusal, total: int
) -> Said:  # fmt: skip
    if isinstance(answer, Refusal):
        why = speech.word("coupon_why", answer.why) if answer.why else ""
        return Said(refused=speech.word("coupon_reason", answer.reason), why=why)
    is_done = isinstance(answer, Redeemed)
    quote = answer.quote if isinstance(answer, Redeemed) else answer
    currency = here.house.instance.currency
    return Said(
        is_done=is_done,
        off=amount_words(quote.discount, currency),
        to_pay=money(total - quote.discount),
        gift=quote.gift,
    )


def _page(
    request: Request, here: Parts, staff: Staff, asked: Asked, *, said: Said | None = None,
    shown: Promise | None = None, fault: str = "",
) -> Response:  # fmt: skip
    with here.house.db.read(staff.actor, here.house.clock.now()) as work:
        places = here.house.guides.organisation.stores(work)
    titles = {one.key: one.title for one in places}
    return page(
        request, here, staff, "till", store_title=titles.get(staff.store or "", ""), asked=asked,
        said=said, shown=shown, fault=fault, new_key=new_key,
    )  # fmt: skip
