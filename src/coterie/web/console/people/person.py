"""One person: who she is, what she did, and why of everything about her."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.web.console.people.families import FAMILIES
from coterie.web.console.people.portrait import Portrait, paint
from coterie.web.console.people.timeline import timeline
from coterie.web.console.people.titles import Titles, segment_titles, topic_titles
from coterie.web.console.people.whose import card_of, nobody
from coterie.web.console.people.why import tell
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here, Parts

router = APIRouter()


@router.get("/people/{uid}")
def person(
    request: Request,
    here: Here,
    account: Operator,
    uid: str,
    family: str = "",
    before: str = "",
) -> Response:
    """Show one person; who comes without a script turns the timeline's pages here too."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        card = card_of(work, house, uid)
        portrait = paint(work, house, card, speech)
        lines = timeline(work, house, card.profile, portrait.titles, family, before)
    return _page(request, here, account, portrait, timeline=lines, family=family, shown=False)


@router.post("/people/{uid}/show")
def show(request: Request, here: Here, account: Operator, uid: str, _form: DeskForm) -> Response:
    """Show her identifying data in the clear; that somebody looked is kept."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        card = card_of(work, house, uid)
        house.profiles.directory.show(work, card.profile)
        portrait = paint(work, house, card, speech, shown=True)
        lines = timeline(work, house, card.profile, portrait.titles)
    return _page(request, here, account, portrait, timeline=lines, family="", shown=True)


@router.get("/people/{uid}/timeline")
def more(
    request: Request,
    here: Here,
    account: Operator,
    uid: str,
    family: str = "",
    before: str = "",
) -> Response:
    """Answer with the next lines of her timeline."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        card = card_of(work, house, uid)
        lines = timeline(work, house, card.profile, Titles(work, house, speech), family, before)
    return here.pages.render(
        request,
        "console/people/lines.html",
        account=account,
        card=card,
        timeline=lines,
        family=family,
    )


@router.get("/people/{uid}/interests")
def interests(request: Request, here: Here, account: Operator, uid: str) -> Response:
    """Show every interest of hers with the evidence for it."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        card = card_of(work, house, uid)
        found = house.scores.interests(work, card.profile)
        keys = {each.item for one in found for each in one.evidence}
        items = Titles(work, house, speech).items(keys)
        topics = topic_titles(work, house, speech)
    return here.pages.render(
        request,
        "console/people/interests.html",
        account=account,
        card=card,
        interests=found,
        items=items,
        topics=topics,
    )


@router.get("/people/{uid}/why")
def why_any(
    request: Request, here: Here, account: Operator, uid: str, segment: str = ""
) -> Response:
    """Say why she is in a segment or not, chosen from a list."""
    return why(request, here, account, uid, segment)


@router.get("/people/{uid}/why/{segment}")
def why(request: Request, here: Here, account: Operator, uid: str, segment: str) -> Response:
    """Say why she is in a segment or not: each condition, what was found, until when."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        card = card_of(work, house, uid)
        reason = house.segments.why(work, card.profile, segment)
        if reason is None:
            raise nobody(uid)
        titles = Titles(work, house, speech)
        node = tell(
            reason,
            titles,
            segment_titles(work, house, speech),
            topic_titles(work, house, speech),
            speech,
        )
        moves = [
            one for one in house.segments.changes(work, card.profile) if one.segment == segment
        ]
        definition = house.segments.get(work, segment)
    return here.pages.render(
        request,
        "console/people/why.html" if request.headers.get("hx-request") else _WHY_PAGE,
        account=account,
        card=card,
        node=node,
        moves=moves[::-1],
        segment=definition,
    )


_WHY_PAGE = "console/people/why_page.html"


def _page(
    request: Request, here: Parts, account: Account, portrait: Portrait, **values: Any
) -> Response:
    return here.pages.render(
        request,
        "console/people/person.html",
        account=account,
        she=portrait,
        families=FAMILIES,
        **values,
    )
