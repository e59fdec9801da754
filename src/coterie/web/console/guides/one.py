"""One guide: who she is, what she did lately, whom she serves; edit her, let her go."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.core.clock import DAY
from coterie.core.errors import CoterieError, NotFound
from coterie.core.event import Event
from coterie.guides.organisation.model import Guide
from coterie.storage.work import Work
from coterie.web.console.guides.words import day_in, money, names, share, tabs
from coterie.web.console.segments.who import people
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here, Parts

router = APIRouter(prefix="/guides/{guide}")

_SPAN = 30 * DAY
_LINES, _CUSTOMERS = 12, 12


@router.get("")
def one(request: Request, here: Here, account: Operator, guide: str) -> Response:
    """Show one guide."""
    return _page(request, here, account, guide)


def _page(request: Request, here: Parts, account: Account, guide: str, fault: str = "") -> Response:
    house, speech = here.house, here.pages.speech(request, account)
    now = house.clock.now()
    with house.db.read(actor_of(account), now) as work:
        found = _guide(work, here, guide)
        owned = house.guides.bindings.owned_by(work, guide)
        lines = house.guides.credit.of_guide(work, guide, _LINES)
        shown = owned[:_CUSTOMERS]
        whom = people(work, house.profiles, {*shown, *(line.profile for line in lines)})
        performance = house.guides.performance
        values: dict[str, Any] = {
            "guide": found,
            "owned": len(owned),
            "customers": [(whom[each], each) for each in shown if each in whom],
            "whom": whom,
            "lines": lines,
            "figures": performance.of(work, guide, now - _SPAN, now),
            "usual": performance.usual(work, "guide", now - _SPAN, now).mean,
            "posts": house.guides.organisation.posts_of(work, guide),
            "stores": [(each.key, each.title) for each in house.guides.organisation.stores(work)],
            "names": names(work, house.guides, []),
        }
    return here.pages.render(
        request, "console/guides/one.html", account=account, tabs=tabs(speech, "/guides"),
        http_status=400 if fault else 200, fault=fault, money=money, share=share,
        currency=house.instance.currency, now_ms=now, **values,
    )  # fmt: skip


def _guide(work: Work, here: Parts, guide: str) -> Guide:
    found = here.house.guides.organisation.guide(work, guide)
    if found is None:
        raise NotFound(f"there is no guide {guide!r}")
    return found


@router.post("")
def edit(request: Request, here: Here, account: Operator, form: DeskForm, guide: str) -> Response:
    """Change a guide's names and where she serves from now on."""
    house, speech = here.house, here.pages.speech(request, account)
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            known = _guide(work, here, guide)
            chosen = (form.get("store", ""), form.get("second", ""))
            house.guides.organisation.save_guide(work, replace(
                known, name=form.get("name", ""), userid=form.get("userid", "").strip() or None,
                email=form.get("email", "").strip() or None,
                role="manager" if form.get("role") == "manager" else "guide",
                stores=tuple(dict.fromkeys(each for each in chosen if each)),
            ))  # fmt: skip
    except NotFound:
        raise
    except CoterieError as error:
        return _page(request, here, account, guide, error.message)
    return here.pages.redirect(f"/guides/{guide}", speech.gettext("Kept."))


@router.post("/leave")
def leave(request: Request, here: Here, account: Operator, _form: DeskForm, guide: str) -> Response:
    """Let a guide go: her customers are held in trust by her store until they are handed over."""
    speech = here.pages.speech(request, account)
    _do(here, account, lambda work: here.house.guides.organisation.leave(work, guide))
    said = speech.gettext("Her customers are in trust of her store. Hand them over next.")
    return here.pages.redirect(f"/handovers/new?giver={guide}", said)


@router.post("/stay")
def stay(request: Request, here: Here, account: Operator, _form: DeskForm, guide: str) -> Response:
    """Take a leave back that was a mistake."""
    speech = here.pages.speech(request, account)
    _do(here, account, lambda work: here.house.guides.organisation.stay(work, guide))
    return here.pages.redirect(f"/guides/{guide}", speech.gettext("As if she had never left."))


@router.post("/away")
def away(request: Request, here: Here, account: Operator, form: DeskForm, guide: str) -> Response:
    """Say until when she is on leave; empty: she is back."""
    house, speech = here.house, here.pages.speech(request, account)
    until = day_in(form.get("until", ""), here.pages)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.guides.organisation.away(work, guide, until)
    return here.pages.redirect(f"/guides/{guide}", speech.gettext("Kept."))


def _do(here: Parts, account: Account, deed: Callable[[Work], list[Event]]) -> None:
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.inbound.tell(work, deed(work))
    house.poke()
