"""The door: a host scans or types a code, and sees at once whether to let somebody in."""

from typing import get_args
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.activities.model import CheckIn, Entry, Registration
from coterie.core.errors import NotFound
from coterie.storage.work import Work
from coterie.web.console.activities.one import cards, person_of
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here, Parts

router = APIRouter()

_SHOWN = 300
_ENTRIES: tuple[str, ...] = get_args(Entry)


@router.get("/activities/{slug}/check-in")
def door(
    request: Request,
    here: Here,
    account: Operator,
    slug: str,
    code: str = "",
    entry: str = "",
    who: str = "",
) -> Response:
    """Ask for a code; ``entry`` and ``who`` say what became of the one before.

    A scanned picture leads here with its code filled in: looking lets nobody in.
    """
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        rooms = house.activities
        activity = rooms.get(work, slug)
        expected = rooms.roster(work, slug, ["registered"], limit=_SHOWN)
        came = rooms.roster(work, slug, ["attended"], limit=_SHOWN)
        last = _last(here, work, slug, who) if entry in _ENTRIES else None
        said = entry if last is not None or entry in ("unknown", "closed", "other") else ""
        if said == "welcome" and (last is None or last.state != "attended"):
            said = ""
        return here.pages.render(
            request,
            "console/activities/check_in.html",
            account=account,
            activity=activity,
            funnel=rooms.funnels(work, [slug])[slug],
            expected=expected,
            came=sorted(came, key=lambda one: -(one.checked_in or 0)),
            code=code[:40],
            entry=said,
            last=last,
            cards=cards(here, work, [*expected, *came, *([last] if last else [])]),
        )


@router.post("/activities/{slug}/check-in")
def let_in(here: Here, account: Operator, slug: str, fields: DeskForm) -> Response:
    """Let in by a code, or (``who``) by name from the list; ``undo`` takes a check-in back."""
    house = here.house
    rooms, who = house.activities, fields.get("who", "")
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        if fields.get("do") == "undo":
            house.inbound.tell(work, rooms.undo_check_in(work, slug, person_of(here, work, who)))
            found = None
        else:
            found = (
                rooms.check_in_person(work, slug, person_of(here, work, who))
                if who
                else rooms.check_in(work, slug, fields.get("code", ""))
            )
            house.inbound.tell(work, found.facts)
        uid = _uid(here, work, found)
    house.poke()
    query = urlencode({"entry": found.entry, "who": uid}) if found else ""
    return here.pages.redirect(f"/activities/{quote(slug)}/check-in?{query}".rstrip("?"))


def _uid(here: Parts, work: Work, found: CheckIn | None) -> str:
    if found is None or found.registration is None:
        return ""
    for card in cards(here, work, [found.registration]).values():
        return str(card.uid)
    return ""


def _last(here: Parts, work: Work, slug: str, uid: str) -> Registration | None:
    try:
        return here.house.activities.registration(work, slug, person_of(here, work, uid))
    except NotFound:
        return None
