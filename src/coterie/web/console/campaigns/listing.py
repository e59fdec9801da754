"""The list of campaigns, and a new one from six answers."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.campaigns.plans.anniversary import Inputs, anniversary
from coterie.core.clock import local_date
from coterie.core.errors import Conflict, CoterieError, Invalid
from coterie.web.console.campaigns.words import PHASES, STATE_TONES, STATES
from coterie.web.desk import Operator, actor_of, long_form
from coterie.web.parts import Here, Parts

router = APIRouter(prefix="/campaigns")

LongForm = Annotated[dict[str, str], Depends(long_form)]

_AHEAD = timedelta(days=21)
"""What a new campaign offers as its first day of sale: three weeks to get ready."""
_MOST = 10**9


@router.get("")
def campaigns(request: Request, here: Here, account: Operator) -> Response:
    """List campaigns, the latest sale first, with how far each is."""
    house = here.house
    now = house.clock.now()
    with house.db.read(actor_of(account), now) as work:
        plans = house.growing.plans
        found, members = plans.all(work), plans.member_counts(work)
    return here.pages.render(
        request, "console/campaigns/list.html", account=account, campaigns=found, members=members,
        phases=PHASES, states=STATES, tones=STATE_TONES,
    )  # fmt: skip


@router.get("/new")
def new(request: Request, here: Here, account: Operator) -> Response:
    """Ask the six questions."""
    start = local_date(here.house.clock.now(), here.pages.zone) + _AHEAD
    given = {"start": start.isoformat(), "members": "4500", "revenue": "1500000"}
    return _asked(request, here, account, given)


@router.post("/new")
def make(request: Request, here: Here, account: Operator, form: LongForm) -> Response:
    """Make a draft out of the answers."""
    house, speech = here.house, here.pages.speech(request, account)
    slug = form.get("slug", "").strip()
    try:
        if slug == "new":
            raise Invalid("this name is taken by a page", path="slug", hint="choose another")
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            if slug in {one.slug for one in house.growing.plans.all(work)}:
                raise Conflict("there is a campaign of this name already: choose another one")
            house.growing.plans.define(work, slug, anniversary(_inputs(form)), after=0)
    except CoterieError as error:
        return _asked(request, here, account, form, error)
    return here.pages.redirect(
        f"/campaigns/{slug}", speech.gettext("A draft: look through it, then launch it.")
    )  # fmt: skip


def _inputs(form: Mapping[str, str]) -> Inputs:
    titles = {
        language: form.get(f"title.{language}", "").strip()
        for language in ("en", "zh")
        if form.get(f"title.{language}", "").strip()
    }
    try:
        start = date.fromisoformat(form.get("start", ""))
    except ValueError as error:
        raise Invalid("when does the sale begin?", path="start", hint="choose a day") from error
    stores = [name.removeprefix("store.") for name in form if name.startswith("store.")]
    return Inputs(
        titles, start, stores, form.get("base") or None, _whole(form, "members"),
        _whole(form, "revenue"),
    )  # fmt: skip


def _whole(form: Mapping[str, str], name: str) -> int:
    text = form.get(name, "").strip().replace(",", "")
    if not text.isdecimal() or not 0 < int(text) <= _MOST:
        raise Invalid(f"{text!r} is no whole number", path=name, hint="such as 4500")
    return int(text)


def _asked(
    request: Request, here: Parts, account: Account, given: Mapping[str, str],
    fault: CoterieError | None = None,
) -> Response:  # fmt: skip
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        segments = [
            (one.slug, speech.title({"en": one.title_en, "zh": one.title_zh}))
            for one in house.segments.all(work)
        ]
        stores = [(one.key, one.title) for one in house.guides.organisation.stores(work)]
    return here.pages.render(
        request, "console/campaigns/new.html", http_status=400 if fault else 200, account=account,
        given=given, stores=stores, currency=house.instance.currency, fault=fault,
        segments=[("", speech.gettext("nobody yet: decide later")), *segments],
        fault_path=fault.path if isinstance(fault, Invalid) else "",
    )  # fmt: skip
