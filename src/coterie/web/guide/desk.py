"""The desk's page of a guide's sign-in: show her a link once, see her sessions, end them."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.core.errors import NotFound
from coterie.guides.organisation.model import Guide
from coterie.storage.work import Work
from coterie.web import qr
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here, Parts
from coterie.web.ports import Served

router = APIRouter(prefix="/guides/{guide}/sign-in")


@router.get("")
def look(request: Request, here: Here, account: Operator, guide: str) -> Response:
    """Show how a guide gets in, and where she is signed in."""
    return _page(request, here, account, guide)


@router.post("")
def make(
    request: Request, here: Here, account: Operator, _form: DeskForm, guide: str
) -> Response:  # fmt: skip
    """Make a link that lets her in once, and show it: it is not shown again."""
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        one = _guide(work, house, guide)
        token = house.attending.access.link(work, one.id, shown=True)
    return _page(request, here, account, guide, f"{here.outside(request)}/g/in/with/{token}")


@router.post("/end")
def end(
    request: Request, here: Here, account: Operator, _form: DeskForm, guide: str
) -> Response:  # fmt: skip
    """End her sessions everywhere, and forget her PIN and the links that she has not used."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        one = _guide(work, house, guide)
        number = house.attending.access.end_sessions(work, one.id)
        house.attending.access.set_pin(work, one.id, "")
    said = speech.ngettext("%(n)s session has ended.", "%(n)s sessions have ended.", number)
    return here.pages.redirect(f"/guides/{one.id}/sign-in", said)


def _page(
    request: Request, here: Parts, account: Account, guide: str, link: str = ""
) -> Response:  # fmt: skip
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        one = _guide(work, house, guide)
        sessions = house.attending.access.sessions(work, one.id)
        shifts = house.attending.shifts.of_guide(work, one.id)
        titles = {each.key: each.title for each in house.guides.organisation.stores(work)}
    return here.pages.render(
        request, "guide/desk.html", account=account, guide=one, sessions=sessions, shifts=shifts,
        titles=titles, link=link,
        picture=qr.picture(link, speech.gettext("The link as a code")) if link else "",
        by_wecom=house.wecom.client is not None and one.userid is not None,
        by_mail="email" in house.messaging.channels and one.email is not None,
    )  # fmt: skip


def _guide(work: Work, house: Served, guide: str) -> Guide:
    found = house.guides.organisation.guide(work, guide)
    if found is None:
        raise NotFound(f"there is no guide {guide!r}")
    return found
