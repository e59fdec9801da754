"""Limits of channels: what each can take, from when to when, and where we know it from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.core.clock import local_date, midnight, to_datetime
from coterie.core.errors import Invalid
from coterie.messaging.limits.model import PERS, SPANS, Limit
from coterie.web.desk import DeskForm, Operator, Owner, actor_of, desk_form
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_

router = APIRouter(prefix="/limits")

SPAN_WORDS: Mapping[str, str] = {
    "second": N_("a second"),
    "minute": N_("a minute"),
    "hour": N_("an hour"),
    "day": N_("a day"),
    "week": N_("a week"),
    "month": N_("a month"),
}
PER_WORDS: Mapping[str, str] = {
    "sender": N_("the house as the sender"),
    "person": N_("each person"),
    "group": N_("each group"),
}
FAULTS: Mapping[str, str] = {
    "channel": N_("Say for which channel it is."),
    "name": N_("Give the limit a name of at most 200 characters."),
    "number": N_("Write how many: a whole number, at least 1."),
    "since": N_("Choose the first day on which it holds."),
    "until": N_("It must end after it begins."),
    "source": N_("Keep the source to 200 characters."),
}


@dataclass(frozen=True)
class Row:
    """A limit, whether it holds today, and how much of it is used (None: that is not counted)."""

    limit: Limit
    state: str
    used: int | None


@router.get("")
def show(request: Request, here: Here, account: Operator) -> Response:
    """List every limit, those in force first."""
    return _page(request, here, account)


def _page(request: Request, here: Parts, account: Account, fault: str = "") -> Response:
    house, now = here.house, here.house.clock.now()
    speech = here.pages.speech(request, account)
    with house.db.read(actor_of(account), now) as work:
        limits = house.messaging.limits
        rows = [
            Row(each, _state(each, now), limits.used(work, each) if _counted(each, now) else None)
            for each in limits.all(work)
        ]
    order = {"now": 0, "later": 1, "over": 2}
    channels = sorted({*house.messaging.channels, *(row.limit.channel for row in rows)})
    return here.pages.render(
        request,
        "console/reach/limits.html",
        http_status=400 if fault else 200,
        account=account,
        fault=fault,
        rows=sorted(rows, key=lambda row: (order[row.state], row.limit.channel)),
        channels=[(each, speech.word("channel", each)) for each in channels],
        spans=[(each, speech.gettext(SPAN_WORDS[each])) for each in SPANS],
        span_words=SPAN_WORDS,
        pers=[(each, speech.gettext(PER_WORDS[each])) for each in PERS],
        per_words=PER_WORDS,
        today=local_date(now, here.pages.zone).isoformat(),
        as_day=lambda moment: to_datetime(moment).astimezone(here.pages.zone).date().isoformat(),
    )


@router.post("")
def keep(request: Request, here: Here, account: Owner, form: DeskForm) -> Response:
    """Write a limit, a new one or over an old one."""
    speech = here.pages.speech(request, account)
    try:
        limit = _read(here, form)
        with here.house.db.begin(actor_of(account), here.house.clock.now()) as work:
            here.house.messaging.limits.keep(work, limit)
    except Invalid as error:
        fault = speech.gettext(FAULTS.get(error.path, FAULTS["number"]))
        return _page(request, here, account, fault)
    return here.pages.redirect(
        "/limits", toast=speech.gettext("The limit is set; it is kept to from now on.")
    )


@router.post("/{limit}/remove", dependencies=[Depends(desk_form)])
def remove(request: Request, here: Here, account: Owner, limit: int) -> Response:
    """Remove a limit."""
    speech = here.pages.speech(request, account)
    with here.house.db.begin(actor_of(account), here.house.clock.now()) as work:
        here.house.messaging.limits.remove(work, limit)
    return here.pages.redirect("/limits", toast=speech.gettext("The limit is gone."))


def _read(here: Parts, form: Mapping[str, str]) -> Limit:
    zone, until = here.pages.zone, form.get("until", "").strip()
    return Limit(
        channel=form.get("channel", ""),
        name=form.get("name", ""),
        number=_number(form.get("number", ""), "number"),
        span=form.get("span", ""),  # type: ignore[arg-type]  # checked where it is kept
        calendar=form.get("calendar", "") == "yes",
        per=form.get("per", ""),  # type: ignore[arg-type]  # checked where it is kept
        since=midnight(_day(form.get("since", ""), "since"), zone),
        until=midnight(_day(until, "until") + timedelta(days=1), zone) if until else None,
        source=form.get("source", ""),
        id=_number(form.get("id", "0"), "id"),
    )


def _number(text: str, path: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise Invalid("no number", path=path)
    return int(text)


def _day(text: str, path: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise Invalid("no day", path=path) from error


def _state(limit: Limit, now: int) -> str:
    if limit.holds_at(now):
        return "now"
    return "later" if limit.since > now else "over"


def _counted(limit: Limit, now: int) -> bool:
    return limit.per == "sender" and not limit.calendar and limit.holds_at(now)
