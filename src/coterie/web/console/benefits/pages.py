"""The list of benefits with what each costs, one of them with its claims, and its form."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.core.errors import Conflict, CoterieError
from coterie.loyalty.benefits.model import EVER, REFERRAL, STATES, Benefit, Numbers, State
from coterie.web.console.benefits.form import OCCASIONS, OTHER, benefit_of, fields_of
from coterie.web.console.coupons.words import tabs, worth
from coterie.web.console.orders.words import money
from coterie.web.console.segments.who import people
from coterie.web.desk import DeskForm, Operator, actor_of, desk_form
from coterie.web.parts import Here, Parts
from coterie.web.speech import Speech

router = APIRouter(prefix="/benefits")

SHOWN = 25


@router.get("")
def benefits(request: Request, here: Here, account: Operator) -> Response:
    """List benefits, to how many each was given and what that cost."""
    house, speech = here.house, here.pages.speech(request, account)
    currency = house.instance.currency
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = house.growing.benefits.several(work)
        numbers = house.growing.benefits.numbers(work)
        gives = {one.slug: one for one in house.growing.coupons.templates(work)}
        campaigns = {one.slug: one.campaign.titles for one in house.growing.plans.all(work)}
    return here.pages.render(
        request, "console/benefits/list.html", account=account, tabs=tabs(speech, "/benefits"),
        benefits=found, campaigns=campaigns, numbers=numbers, none=Numbers(),
        rewards=numbers.get(REFERRAL), has_coupons=bool(gives), money=money, currency=currency,
        occasion=lambda one: _occasion(speech, one),
        gives=lambda one: worth(speech, gives[one.give], currency) if one.give in gives else "",
    )  # fmt: skip


def _occasion(speech: Speech, one: Benefit) -> str:
    known = OCCASIONS.get(one.on)
    return speech.gettext(known) if known else speech.word("event", one.on)


@router.get("/new")
def new(request: Request, here: Here, account: Operator, give: str = "") -> Response:
    """Write a new benefit."""
    return _form(request, here, account, {"give": give, "once": EVER}, "")


@router.post("/new")
def make(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Make a benefit: it is given from now on."""
    house, speech = here.house, here.pages.speech(request, account)
    try:
        made = benefit_of(form)
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            if made.slug in {one.slug for one in house.growing.benefits.several(work)}:
                raise Conflict("there is a benefit of this name already: choose another one")
            house.growing.benefits.define(work, made)
    except CoterieError as error:
        return _form(request, here, account, form, "", error)
    return here.pages.redirect(f"/benefits/{made.slug}", speech.gettext("Given from now on."))


@router.get("/{slug}")
def one(
    request: Request, here: Here, account: Operator, slug: str, state: str = "", page: int = 0
) -> Response:
    """Show one benefit: what it costs, who got it, who did not and why."""
    house, speech = here.house, here.pages.speech(request, account)
    chosen: State | None = next((each for each in STATES if each == state), None)
    first = max(page, 0) * SHOWN
    with house.db.read(actor_of(account), house.clock.now()) as work:
        rooms = house.growing.benefits
        found = None if slug == REFERRAL else rooms.get(work, slug)
        claims = rooms.claims(work, slug, chosen, SHOWN + 1, first)
        shown = claims[:SHOWN]
        values: dict[str, Any] = {
            "numbers": rooms.numbers(work).get(slug, Numbers()),
            "refusals": rooms.refusals(work, slug),
            "titles": {
                each.slug: speech.title(each.titles) or each.slug
                for each in house.growing.coupons.templates(work)
            },
            "whom": people(work, house.profiles, {e.profile for e in shown if e.profile > 0}),
        }
    address = f"/benefits/{slug}?state={chosen or ''}&page="
    filters = [(speech.gettext("all"), f"/benefits/{slug}", chosen is None)]
    filters += [
        (speech.word("benefit_state", each), f"/benefits/{slug}?state={each}", each == chosen)
        for each in STATES
    ]
    return here.pages.render(
        request, "console/benefits/one.html", account=account, benefit=found, slug=slug,
        claims=shown, filters=filters, money=money, currency=house.instance.currency,
        occasion=_occasion(speech, found) if found else "",
        newer=f"{address}{page - 1}" if page > 0 else "",
        older=f"{address}{page + 1}" if len(claims) > SHOWN else "", **values,
    )  # fmt: skip


@router.get("/{slug}/edit")
def edit(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Change a benefit."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        fields = fields_of(house.growing.benefits.get(work, slug))
    return _form(request, here, account, fields, slug)


@router.post("/{slug}/edit")
def change(request: Request, here: Here, account: Operator, slug: str, form: DeskForm) -> Response:
    """Keep a changed benefit; who has it keeps it."""
    house, speech = here.house, here.pages.speech(request, account)
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            is_on = house.growing.benefits.get(work, slug).is_on
            house.growing.benefits.define(work, benefit_of({**form, "slug": slug}, is_on=is_on))
    except CoterieError as error:
        return _form(request, here, account, form, slug, error)
    return here.pages.redirect(f"/benefits/{slug}", speech.gettext("Kept."))


@router.post("/{slug}/off", dependencies=[Depends(desk_form)])
def off(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Give it no more."""
    said = here.pages.speech(request, account).gettext("Given no more; who has it keeps it.")
    return _switch(here, account, slug, on=False, said=said)


@router.post("/{slug}/on", dependencies=[Depends(desk_form)])
def on(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Give it again."""
    said = here.pages.speech(request, account).gettext("Given from now on.")
    return _switch(here, account, slug, on=True, said=said)


def _switch(here: Parts, account: Account, slug: str, *, on: bool, said: str) -> Response:
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.growing.benefits.switch(work, slug, on=on)
    return here.pages.redirect(f"/benefits/{slug}", said)


def _form(
    request: Request, here: Parts, account: Account, given: Mapping[str, str], slug: str,
    fault: CoterieError | None = None,
) -> Response:  # fmt: skip
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        coupons = [
            (one.slug, f"{speech.title(one.titles) or one.slug}: "
                       f"{worth(speech, one, house.instance.currency)}")
            for one in house.growing.coupons.templates(work)
        ]  # fmt: skip
    occasions = [(name, speech.gettext(words)) for name, words in OCCASIONS.items()]
    return here.pages.render(
        request, "console/benefits/edit.html", http_status=400 if fault else 200, account=account,
        given=given, slug=slug, coupons=coupons, fault=fault,
        occasions=[*occasions, (OTHER, speech.gettext("another event"))],
        onces=[(EVER, speech.gettext("once for ever")),
               ("by:group", speech.gettext("once for each group")),
               ("by:store", speech.gettext("once for each store")),
               ("by:day", speech.gettext("once for each day")),
               ("by:order_id", speech.gettext("once for each order"))],
        undos=[("", speech.gettext("nothing")), ("Order Refunded", speech.gettext("a refund")),
               ("coterie.group.left", speech.gettext("she leaves the group")),
               ("Contact Deleted", speech.gettext("she and the guide part"))],
    )  # fmt: skip
