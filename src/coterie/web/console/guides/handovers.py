"""Handing customers over: who to whom, what would become of it, and what became of it."""

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.errors import CoterieError
from coterie.guides.handover.model import LONGEST, STATES, Wanted
from coterie.web.console.guides.words import names, tabs
from coterie.web.console.segments.who import people
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here

router = APIRouter(prefix="/handovers")

_SHOWN = 200


@router.get("")
def handovers(request: Request, here: Here, account: Operator) -> Response:
    """List the handovers, the newest first, with how far each is."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = house.guides.handovers.newest(work)
        counts = house.guides.handovers.counts(work, [one.id for one in found])
        titles = names(work, house.guides)
    return here.pages.render(
        request, "console/guides/handovers.html", account=account,
        tabs=tabs(speech, "/handovers"), handovers=found, counts=counts, names=titles,
    )  # fmt: skip


@router.get("/new")
def new(
    request: Request, here: Here, account: Operator, giver: str = "", taker: str = "",
    message: str = "",
) -> Response:  # fmt: skip
    """Choose both guides; with both chosen, say what would become of it."""
    house, speech = here.house, here.pages.speech(request, account)
    now = house.clock.now()
    with house.db.read(actor_of(account), now) as work:
        every = house.guides.organisation.guides(work)
        looked = None
        if giver and taker:
            wanted = Wanted(giver, taker, message.strip()[: LONGEST + 1])
            looked = house.guides.handovers.preflight(work, wanted)
        titles = names(work, house.guides)
    return here.pages.render(
        request, "console/guides/handing.html", account=account, tabs=tabs(speech, "/handovers"),
        givers=[(one.id, _said(speech.gettext("left"), one)) for one in every],
        takers=[(one.id, one.name) for one in every if one.left is None],
        giver=giver, taker=taker, message=message, looked=looked, names=titles, longest=LONGEST,
    )  # fmt: skip


def _said(left: str, guide: Any) -> str:
    return f"{guide.name} ({left})" if guide.left is not None else str(guide.name)


@router.post("/new")
def ask(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Ask for a handover."""
    house, speech = here.house, here.pages.speech(request, account)
    giver, taker = form.get("giver", ""), form.get("taker", "")
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            wanted = Wanted(giver, taker, form.get("message", ""), chats=form.get("chats") == "on")
            made, facts = house.guides.handovers.ask(work, wanted)
            house.inbound.tell(work, facts)
    except CoterieError as error:
        back = f"/handovers/new?giver={quote(giver)}&taker={quote(taker)}"
        return here.pages.redirect(back, speech.word("error", error.code))
    house.poke()
    return here.pages.redirect(f"/handovers/{made.id}", speech.gettext("It is under way."))


@router.get("/{handover}")
def one(request: Request, here: Here, account: Operator, handover: str, show: str = "") -> Response:
    """Show one handover: how far it is, and what became of whom."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = house.guides.handovers.get(work, handover)
        states = [one for one in STATES if one == show] or list(STATES)
        rows = house.guides.handovers.page(work, handover, states, _SHOWN, 0)
        values: dict[str, Any] = {
            "counts": house.guides.handovers.counts(work, [handover])[handover],
            "reasons": house.guides.handovers.reasons(work, handover),
            "groups": house.guides.handovers.groups(work, handover, ("asked", "done", "failed")),
            "whom": people(work, house.profiles, {one.profile for one in rows if one.profile}),
            "names": names(work, house.guides),
        }
    return here.pages.render(
        request, "console/guides/handover.html", account=account, tabs=tabs(speech, "/handovers"),
        handover=found, rows=rows, show=show, states=STATES, **values,
    )  # fmt: skip
