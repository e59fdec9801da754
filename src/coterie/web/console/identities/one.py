"""One person's identities: where each came from, which merges made her, and their reverse."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.core.errors import Invalid, NotFound
from coterie.journeys.model import Run
from coterie.messaging.model import Message
from coterie.profiles.directory.model import Card
from coterie.profiles.graph.model import Merge
from coterie.storage.work import Work
from coterie.web.console.house.audit import who
from coterie.web.console.people.masks import masked
from coterie.web.console.people.titles import Titles
from coterie.web.console.people.whose import card_of
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here, Parts
from coterie.web.ports import Served
from coterie.web.speech import N_

router = APIRouter()

_CHOSEN = "identity-"
_JOINED = N_("They are one person now.")
_PARTED = N_("They are two people again.")


@dataclass(frozen=True)
class Undoing:
    """What taking a merge back would leave as it is.

    Those are messages ``sent`` to the joint person, and runs that were ``ended`` because she was
    on the same journey twice.
    """

    merge: Merge
    sent: Sequence[Message]
    ended: Sequence[Run]


@router.get("/people/{uid}/identities")
def identities(request: Request, here: Here, account: Operator, uid: str) -> Response:
    """Show by what she is known, from where, and how she came to be one person."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        card = card_of(work, house, uid)
        found = house.profiles.identities_of(work, card.profile, near=True)
        merges = house.profiles.merges_of(work, card.profile)
        members = house.profiles.members(work, [card.profile])[card.profile]
    return here.pages.render(
        request,
        "console/identities/one.html",
        account=account,
        card=card,
        identities=found,
        merges=merges,
        members=members,
        masked=masked,
        who=partial(who, here.pages.speech(request, account)),
        chosen=_CHOSEN,
    )


@router.post("/people/{uid}/identities/apart")
def take_apart(
    request: Request, here: Here, account: Operator, uid: str, form: DeskForm
) -> Response:
    """Take the identities ticked out of her: they are a person of their own again."""
    house = here.house
    numbers = [name.removeprefix(_CHOSEN) for name in form if name.startswith(_CHOSEN)]
    if not all(number.isdecimal() for number in numbers):
        raise Invalid("this form names no identities", path="identity")
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        card = card_of(work, house, uid)
        house.profiles.take_apart(work, card.profile, [int(number) for number in numbers])
        house.inbound.settle_shifts(work)
    return _done(request, here, account, card.uid, _PARTED)


@router.post("/people/{uid}/identities/join")
def join(request: Request, here: Here, account: Operator, uid: str, form: DeskForm) -> Response:
    """Say that somebody else is she: found by user id, phone, e-mail or outside id."""
    house, asked = here.house, form.get("other", "").strip()
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        card = card_of(work, house, uid)
        other = _found(work, house, asked)
        if other == card.profile:
            raise Invalid("this is herself: name somebody else", path="other")
        house.profiles.join(work, card.profile, other, "operator")
        house.inbound.settle_shifts(work)
    return _done(request, here, account, card.uid, _JOINED)


@router.get("/people/{uid}/merges/{merge}")
def undoing(request: Request, here: Here, account: Operator, uid: str, merge: int) -> Response:
    """Show what taking a merge back gives back, and what cannot be undone."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        card = card_of(work, house, uid)
        one = _merge(work, house, card, merge)
        members = house.profiles.members(work, [card.profile])[card.profile]
        span = one.at, one.undone or work.now
        sent = house.messaging.sent_between(work, members, *span)
        ended = house.journeys.ended_by_merging(work, members, *span)
        titles = Titles(work, house, here.pages.speech(request, account))
    return here.pages.render(
        request,
        "console/identities/undo.html",
        account=account,
        card=card,
        undoing=Undoing(one, sent, ended),
        titles=titles,
        masked=masked,
        who=partial(who, here.pages.speech(request, account)),
    )


@router.post("/people/{uid}/merges/{merge}/undo")
def undo(
    request: Request, here: Here, account: Operator, uid: str, merge: int, _form: DeskForm
) -> Response:
    """Take a merge back: both get their events, traits, tags and memberships again."""
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        card = card_of(work, house, uid)
        house.profiles.undo(work, _merge(work, house, card, merge).id)
        house.inbound.settle_shifts(work)
    return _done(request, here, account, card.uid, _PARTED)


def _merge(work: Work, house: Served, card: Card, number: int) -> Merge:
    for one in house.profiles.merges_of(work, card.profile):
        if one.id == number:
            return one
    raise NotFound(f"there is no merge {number} of hers: look at her identities again")


def _found(work: Work, house: Served, asked: str) -> int:
    """Find the one person that an operator names; raises NotFound, and Invalid for several."""
    profile = house.profiles.by_uid(work, asked)
    if profile is not None:
        return profile
    hits = {hit.profile for hit in house.profiles.directory.search(work, asked, 3)} if asked else ()
    if len(hits) > 1:
        raise Invalid(
            f"several people answer to {asked!r}", path="other", hint="give her user id or phone"
        )
    for hit in hits:
        return hit
    raise NotFound(f"nobody answers to {asked!r}: give a user id, a phone number or an e-mail")


def _done(request: Request, here: Parts, account: Account, uid: str, said: str) -> Response:
    here.house.poke()
    toast = here.pages.speech(request, account).gettext(said)
    return here.pages.redirect(f"/people/{uid}/identities", toast=toast)
