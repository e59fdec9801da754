"""The editor of a channel code, and the brand's welcome."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.codes.channel.model import GROUPS, WAYS, Definition
from coterie.codes.channel.parse import DAYS
from coterie.codes.channel.welcome import Welcome
from coterie.core.errors import CoterieError, Invalid
from coterie.storage.work import Work
from coterie.web.console.codes.form import (
    GUIDE_ROWS,
    SHIFT_ROWS,
    SPECIAL_ROWS,
    count_rows,
    definition_of,
    fields_of,
    full_week,
    hours_on,
    welcome_fields,
    welcome_of,
)
from coterie.web.console.codes.words import GROUP, WAY
from coterie.web.desk import Operator, actor_of, long_form
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_

router = APIRouter(prefix="/codes")

LongForm = Annotated[dict[str, str], Depends(long_form)]
DAY_WORDS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))


@router.get("/new")
def new(request: Request, here: Here, account: Operator) -> Response:
    """Write a new code; the address may say for whom."""
    asked = request.query_params
    known = {name: asked[name][:64] for name in ("guide", "store", "campaign") if asked.get(name)}
    return _editor(request, here, account, {**full_week(), "skip_verify": "1", **known}, "")


@router.post("/new")
def make(request: Request, here: Here, account: Operator, form: LongForm) -> Response:
    """Make a code."""
    return _save(request, here, account, form, "")


@router.get("/{state}/edit")
def edit(request: Request, here: Here, account: Operator, state: str) -> Response:
    """Change a code."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        fields = fields_of(house.scanning.channel.get(work, state).source)
    return _editor(request, here, account, fields, state)


@router.post("/{state}/edit")
def change(request: Request, here: Here, account: Operator, state: str, form: LongForm) -> Response:
    """Keep a changed code."""
    return _save(request, here, account, form, state)


@router.get("/welcome")
def welcome(request: Request, here: Here, account: Operator) -> Response:
    """Show what the brand says to newcomers for whom nothing else is written."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        fields = welcome_fields("welcome", house.scanning.welcomes.source(work) or None)
    return _welcome(request, here, account, fields)


@router.post("/welcome")
def keep_welcome(request: Request, here: Here, account: Operator, form: LongForm) -> Response:
    """Keep the brand's welcome; an empty one takes it away."""
    house, speech = here.house, here.pages.speech(request, account)
    said = {name: text.strip() for name, text in form.items() if text.strip()}
    given = welcome_of(said, "welcome") if said.get("welcome.text") else None
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            house.scanning.welcomes.keep_text(work, given)
    except CoterieError as error:
        return _welcome(request, here, account, form, error)
    house.poke_contacts()
    return here.pages.redirect("/codes/welcome", speech.gettext("Kept."))


def _welcome(
    request: Request, here: Parts, account: Account, fields: Mapping[str, str],
    fault: CoterieError | None = None,
) -> Response:  # fmt: skip
    return here.pages.render(
        request, "console/codes/welcome.html", http_status=400 if fault else 200, account=account,
        given=fields, fault=fault,
    )  # fmt: skip


def _save(
    request: Request, here: Parts, account: Account, form: Mapping[str, str], state: str
) -> Response:
    house, speech = here.house, here.pages.speech(request, account)
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            given = definition_of(form)
            channel = house.scanning.channel
            if state:
                before = channel.get(work, state).definition.key
                given |= {
                    name: value
                    for name in ("guide", "store", "campaign", "placement")
                    if (value := getattr(before, name))
                }
                code = channel.change(work, state, given)
            else:
                code = channel.make(work, given)
            house.scanning.welcomes.prepare(work, *_welcomes(code.definition))
    except CoterieError as error:
        return _editor(request, here, account, form, state, error)
    house.poke_contacts()
    made = speech.gettext("The code is being made at WeCom.")
    return here.pages.redirect(f"/codes/{code.state}", speech.gettext("Kept.") if state else made)


def _welcomes(definition: Definition) -> Sequence[Welcome | None]:
    plan = definition.plan
    slots = [*plan.slots, *(slot for one in plan.specials for slot in one.slots)]
    of_days = [one.welcome for one in plan.specials]
    return [definition.welcome, *of_days, *(one.welcome for one in slots)]


def _editor(
    request: Request, here: Parts, account: Account, fields: Mapping[str, str], state: str,
    fault: CoterieError | None = None,
) -> Response:  # fmt: skip
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        guides, stores = people_and_places(here, work)
    return here.pages.render(
        request, "console/codes/edit.html", http_status=400 if fault else 200, account=account,
        given=fields, state=state, guides=guides,
        stores=[("", speech.gettext("of no store")), *stores],
        ways=[(way, speech.gettext(WAY[way])) for way in WAYS],
        groups=[(group, speech.gettext(GROUP[group])) for group in GROUPS],
        days=list(zip(DAYS, (speech.gettext(day) for day in DAY_WORDS), strict=True)),
        on=hours_on(fields), guide_rows=count_rows(fields, "guide", GUIDE_ROWS),
        shift_rows=count_rows(fields, "shift", SHIFT_ROWS),
        special_rows=count_rows(fields, "special", SPECIAL_ROWS), fault=fault,
        fault_path=fault.path if isinstance(fault, Invalid) else "",
    )  # fmt: skip


def people_and_places(
    here: Parts, work: Work
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return guides who serve and open stores, as pairs of id and name."""
    organisation = here.house.guides.organisation
    guides = [(one.id, one.name or one.id) for one in organisation.guides(work, active=True)]
    return guides, [(one.key, one.title or one.key) for one in organisation.stores(work)]
