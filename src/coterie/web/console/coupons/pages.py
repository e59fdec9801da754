"""The list of coupons, and the form for a new one or a changed one."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.core.errors import Conflict, CoterieError, Invalid
from coterie.loyalty.coupons.model import BudgetStanding
from coterie.web.console.coupons.form import Fields, fields_of, template_of
from coterie.web.console.coupons.words import segments_in, tabs, worth
from coterie.web.console.orders.words import money
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here, Parts
from coterie.web.speech import Speech

router = APIRouter(prefix="/coupons")


@router.get("")
def coupons(request: Request, here: Here, account: Operator) -> Response:
    """List coupons with what came of each."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        rooms = house.growing.coupons
        found = rooms.templates(work)
        values: dict[str, Any] = {
            "numbers": rooms.numbers(work, [one.slug for one in found]),
            "budgets": {one.budget.slug: one for one in rooms.budgets(work)},
            "benefits": house.growing.benefits.several(work),
        }
    currency = house.instance.currency
    return here.pages.render(
        request, "console/coupons/list.html", account=account, tabs=tabs(speech, "/coupons"),
        coupons=sorted(found, key=lambda one: not one.enabled), money=money,
        worth=lambda one: worth(speech, one, currency), currency=currency, **values,
    )  # fmt: skip


@router.get("/new")
def new(request: Request, here: Here, account: Operator) -> Response:
    """Write a new coupon."""
    return _form(request, here, account, {"kind": "amount", "days": "30", "per_person": "1"}, "")


@router.post("/new")
def make(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Make a coupon."""
    house, speech = here.house, here.pages.speech(request, account)
    try:
        made = template_of(Fields(form))
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            if made.slug in {one.slug for one in house.growing.coupons.templates(work)}:
                raise Conflict("there is a coupon of this name already: choose another one")
            house.growing.coupons.define(work, made)
    except CoterieError as error:
        return _form(request, here, account, form, "", error)
    said = speech.gettext("Made. Give it to a segment, or let a benefit give it.")
    return here.pages.redirect(f"/coupons/{made.slug}", said)


@router.get("/{slug}/edit")
def edit(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Change the terms of a coupon."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        fields = fields_of(house.growing.coupons.template(work, slug))
    return _form(request, here, account, fields, slug)


@router.post("/{slug}/edit")
def change(request: Request, here: Here, account: Operator, slug: str, form: DeskForm) -> Response:
    """Keep changed terms; coupons that are out keep those that they were given under."""
    house, speech = here.house, here.pages.speech(request, account)
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            before = house.growing.coupons.template(work, slug)
            house.growing.coupons.define(work, template_of(Fields({**form, "slug": slug}, before)))
    except CoterieError as error:
        return _form(request, here, account, form, slug, error)
    said = speech.gettext("Kept. Coupons that are out keep their terms.")
    return here.pages.redirect(f"/coupons/{slug}", said)


def _form(
    request: Request, here: Parts, account: Account, given: Mapping[str, str], slug: str,
    fault: CoterieError | None = None,
) -> Response:  # fmt: skip
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        budgets = _budgets(speech, house.growing.coupons.budgets(work))
        segments = segments_in(here, work, speech)
        stores = [(one.key, one.title) for one in house.guides.organisation.stores(work)]
    return here.pages.render(
        request, "console/coupons/edit.html", http_status=400 if fault else 200, account=account,
        given=given, slug=slug, budgets=[("", speech.gettext("none")), *budgets],
        segments=[("", speech.gettext("everybody")), *segments], stores=stores, fault=fault,
        fault_path=fault.path if isinstance(fault, Invalid) else "",
        currency=house.instance.currency,
    )  # fmt: skip


def _budgets(speech: Speech, found: list[BudgetStanding]) -> list[tuple[str, str]]:
    return [
        (one.budget.slug, f"{speech.title(one.budget.titles) or one.budget.slug} "
                          f"({money(one.available)})")
        for one in found
    ]  # fmt: skip
