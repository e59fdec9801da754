"""The data-protection pages: who asked to be erased, by when, how far it is, and the proofs."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.core.clock import format_time
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.profiles.directory.model import Card
from coterie.profiles.erasure.model import Erasure
from coterie.roads.erasing import store as roads
from coterie.storage.work import Work
from coterie.web.console.protection import words
from coterie.web.desk import DeskForm, Operator, Owner, actor_of, desk_form
from coterie.web.member.preferences import data_file, link_for
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_

router = APIRouter(prefix="/protection")

PAGE = 50
MOST_FOUND = 8
_LONGEST = 200


@dataclass(frozen=True)
class Line:
    """A request as the list shows it; ``late`` once its day has passed."""

    erasure: Erasure
    late: bool


@router.get("")
def show(request: Request, here: Here, account: Operator, q: str = "", page: int = 0) -> Response:
    """List the requests, the open ones first; ``q`` finds whom a new one is about."""
    house, text = here.house, q.strip()[:_LONGEST]
    with house.db.read(actor_of(account), house.clock.now()) as work:
        erasures = house.profiles.erasures
        found = erasures.page(work, PAGE, max(page, 0) * PAGE)
        hits = house.profiles.directory.search(work, text, MOST_FOUND) if text else []
        people = house.profiles.directory.cards(work, [hit.profile for hit in hits])
        copies = roads.copies(work)
        total = erasures.count(work)
    now = house.clock.now()
    return here.pages.render(
        request,
        "console/protection/list.html",
        account=account,
        lines=[Line(one, one.is_open and one.due < now) for one in found],
        number=max(page, 0),
        more=total > (max(page, 0) + 1) * PAGE,
        text=text,
        people=people,
        copies=sorted(copies.items()),
        tones=words.TONES,
    )


@router.post("")
def ask(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Write a request down for a person; she is erased once an owner says yes."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        asked = house.erasing.ask(
            work, _person(here, work, form.get("person", "")).profile, "console"
        )
    return here.pages.redirect(f"/protection/{asked.id}", toast=speech.gettext("Noted."))


@router.get("/{erasure}")
def one(request: Request, here: Here, account: Operator, erasure: str) -> Response:
    """Show one request: how far it is, and its proof."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = house.profiles.erasures.get(work, erasure)
        cards = house.profiles.directory.cards(work, [found.profile]) if _is_there(found) else []
    return here.pages.render(
        request,
        "console/protection/one.html",
        account=account,
        one=found,
        late=found.is_open and found.due < house.clock.now(),
        person=cards[0] if cards else None,
        stores=words.stores(found, speech),
        copies=words.copies(found, speech),
        way=speech.gettext(words.WAYS[found.way]),
        tone=words.TONES[found.state],
    )


def _is_there(erasure: Erasure) -> bool:
    return erasure.state in ("asked", "declined")


@router.get("/{erasure}/proof.json")
def proof(here: Here, account: Operator, erasure: str) -> Response:
    """Hand the proof out as a file; it names nobody."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = house.profiles.erasures.get(work, erasure)
    if not found.is_proven:
        raise Conflict("there is no proof yet: the erasure is not done")
    return Response(
        msgspec.json.format(msgspec.json.encode(found.proof(format_time)), indent=1),
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="erasure-{found.id}.json"'},
    )


@router.post("/{erasure}/begin")
def begin(request: Request, here: Here, account: Owner, erasure: str, form: DeskForm) -> Response:
    """Say yes, for good: the road does the rest."""
    if form.get("sure") != "yes":
        raise Invalid("tick the box first", path="sure")
    return _decide(
        request, here, account, erasure, N_("It has begun: nothing of hers comes in any more."),
        lambda work: here.house.erasing.begin(work, erasure),
    )  # fmt: skip


@router.post("/{erasure}/decline")
def decline(request: Request, here: Here, account: Owner, erasure: str, form: DeskForm) -> Response:
    """Say no, with the reason that she is told."""
    reason = form.get("reason", "").strip()[:_LONGEST]
    if not reason:
        raise Invalid("say why", path="reason")
    return _decide(
        request, here, account, erasure, N_("Noted."),
        lambda work: here.house.profiles.erasures.decline(work, erasure, reason),
    )  # fmt: skip


@router.post("/{erasure}/lift")
def lift(request: Request, here: Here, account: Owner, erasure: str, form: DeskForm) -> Response:
    """Let her in again, by her own wish."""
    reason = form.get("reason", "").strip()[:_LONGEST]
    if not reason:
        raise Invalid("say how she asked for it", path="reason")
    return _decide(
        request, here, account, erasure, N_("She may come in again, as somebody new."),
        lambda work: here.house.profiles.erasures.lift(work, erasure, reason),
    )  # fmt: skip


def _decide(
    request: Request,
    here: Parts,
    account: Account,
    erasure: str,
    toast: str,
    deed: Callable[[Work], object],
) -> Response:
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        deed(work)
    house.poke()
    return here.pages.redirect(f"/protection/{erasure}", toast=speech.gettext(toast))


@router.post("/people/{uid}/data", dependencies=[Depends(desk_form)])
def data(here: Here, account: Operator, uid: str) -> Response:
    """Hand out all data of a person as one JSON file; the audit tells who took it."""
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        document = house.erasing.hand_out(work, _person(here, work, uid).profile)
    return data_file(document)


@router.post("/people/{uid}/link", dependencies=[Depends(desk_form)])
def link(request: Request, here: Here, account: Operator, uid: str) -> Response:
    """Make a link of her own to her page, to be handed to her alone."""
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        card = _person(here, work, uid)
        house.profiles.directory.show(work, card.profile)
    base = here.outside(request)
    return here.pages.render(
        request,
        "console/protection/link.html",
        account=account,
        person=card,
        address=link_for(here, card.profile, base),
    )


def _person(here: Parts, work: Work, uid: str) -> Card:
    profile = here.house.profiles.by_uid(work, uid)
    cards = [] if profile is None else here.house.profiles.directory.cards(work, [profile])
    if not cards:
        raise NotFound("there is nobody of that id, or she was erased")
    return cards[0]
