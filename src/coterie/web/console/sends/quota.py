"""The page of the quota: what WeCom allows to each customer and group, as dated rules."""

from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.channels.wecom.sends.quota.rules import DAYS_OF_THE_MONTH, ZONE, Rule
from coterie.core.clock import midnight
from coterie.core.errors import Invalid
from coterie.storage.work import Work
from coterie.web.console.sends import words
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here, Parts

router = APIRouter(prefix="/sends/quota")

_NUMBERS = {"month": DAYS_OF_THE_MONTH, "week": 7, "day": 1}


@router.get("")
def show(request: Request, here: Here, account: Operator) -> Response:
    """Show the rules of today, those to come, and those that are over."""
    return _page(request, here, account)


@router.post("")
def choose(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Let another rule hold from a day on."""
    house, speech = here.house, here.pages.speech(request, account)
    try:
        span = form.get("span", "")
        if span not in _NUMBERS:
            raise Invalid("there is no such rule", path="span")
        since = _since(form.get("since", ""))
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            for per in words.PERS:
                rule = Rule(per, _NUMBERS[span], span, since, source=form.get("source", ""))  # type: ignore[arg-type]  # both are checked words
                house.mass_sends.quotas.choose(work, rule)
    except Invalid as error:
        return _page(request, here, account, words.fault_words(speech, error))
    return here.pages.redirect("/sends/quota", toast=speech.gettext("Kept. It holds from its day."))


def room_of(here: Parts, work: Work) -> dict[str, Any]:
    """Return what binds now: for customers and for groups, such as 31 and month."""
    quotas = here.house.mass_sends.quotas
    return {per: quotas.window(work, per, work.now) for per in ("customer", "group")}


def _since(text: str) -> int:
    try:
        return midnight(date.fromisoformat(text), ZONE)
    except ValueError as error:
        raise Invalid("this is no day", path="since", hint="2026-03-01") from error


def _page(request: Request, here: Parts, account: Account, fault: str = "") -> Response:
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        return here.pages.render(
            request, "console/sends/quota.html", account=account, fault=fault,
            http_status=400 if fault else 200, rules=house.mass_sends.quotas.rules(work)[::-1],
            quota=room_of(here, work), spans=words.RULES, pers=words.PERS,
        )  # fmt: skip
