"""Asking customers to bring friends: whom first and why, and the words with a poster of her own.

One press makes a customer take part and leads to what goes into the chat. Who is suggested is told
by the room of referrals: whoever was asked a short while ago, wants nothing or was left out on
purpose is not among them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.errors import Conflict, NotFound
from coterie.referrals.programmes.model import Programme
from coterie.storage.work import Work
from coterie.web.guide.at_work import Guided, GuideForm, done, fresh, page
from coterie.web.guide.people import Whom, customer, seen
from coterie.web.guide.today import new_key
from coterie.web.member.doors import open_door
from coterie.web.member.posters import RULE
from coterie.web.member.words import COUNTED, SUGGESTED
from coterie.web.parts import Here
from coterie.web.ports import Served
from coterie.web.speech import N_, Speech

router = APIRouter(prefix="/g/invite")

MOST = 30
_WORDS = N_(
    "Hello %(name)s, if somebody you know would like us too: %(benefit)s. This page has a poster "
    "of your own to pass on, and shows how it goes. %(link)s"
)


@dataclass(frozen=True)
class Suggestion:
    """One customer whom she may ask, and why."""

    whom: Whom
    why: tuple[str, ...]


@router.get("")
def inviting(request: Request, here: Here, staff: Guided, programme: str = "") -> Response:
    """Show whom to ask, the most promising first, and what came of those she asked."""
    house, speech = here.house, here.pages.speech(request)
    with house.db.read(staff.actor, house.clock.now()) as work:
        running = _running(work, house)
        chosen = _chosen(running, programme)
        found: list[Suggestion] = []
        result = None
        if chosen is not None:
            rooms = house.growing.referrals
            told = rooms.suggest(work, chosen.slug, staff.guide.id, MOST).people
            whom = seen(work, house, staff, [one.profile for one in told])
            found = [
                Suggestion(whom[one.profile], reasons(speech, one.reasons))
                for one in told
                if one.profile in whom
            ]
            results = rooms.results(work, chosen.slug)
            result = next((one for one in results if one.guide == staff.guide.id), None)
    return page(
        request, here, staff, "invite", keep=True, store_title="", people=found, result=result,
        programme=chosen, programmes=running, rule=RULE, new_key=new_key,
    )  # fmt: skip


@router.post("/{uid}")
def invite(request: Request, here: Here, form: GuideForm, staff: Guided, uid: str) -> Response:
    """Let a customer take part, and lead on to the words for her."""
    house, speech = here.house, here.pages.speech(request)
    slug = form.get("programme", "")[:64]
    try:
        with house.db.begin(staff.actor, house.clock.now()) as work:
            whom = customer(work, house, staff, uid)
            if fresh(work, here, staff, form):
                code = house.growing.referrals.invite(work, slug, staff.guide.id, whom.profile)
                open_door(work, house, code)
    except Conflict:
        said = speech.gettext("This no longer runs: choose another.")
        return done(request, here, "/g/invite", said)
    return done(
        request, here, f"/g/invite/{uid}?programme={slug}", speech.gettext("She takes part.")
    )


@router.get("/{uid}")
def words(
    request: Request, here: Here, staff: Guided, uid: str, programme: str = ""
) -> Response:  # fmt: skip
    """Show what goes into the chat with a customer who takes part: words, her page, her poster."""
    house, speech = here.house, here.pages.speech(request)
    now = house.clock.now()
    with house.db.read(staff.actor, now) as work:
        whom = customer(work, house, staff, uid)
        chosen = _chosen(_running(work, house), programme)
        code = None if chosen is None else (
            house.growing.referrals.code_of(work, chosen.slug, [whom.profile]).get(whom.profile)
        )  # fmt: skip
    if chosen is None or code is None:
        raise NotFound("she does not take part: invite her first", code="not_hers")
    base = here.outside(request)
    benefit = speech.title(chosen.benefit) or speech.title(chosen.headline)
    text = speech.gettext(
        _WORDS, name=whom.name or speech.gettext("there"), benefit=benefit.rstrip("。.!！"),
        link=f"{base}/k/{house.growing.links.token(whom.profile, now)}/friends",
    )  # fmt: skip
    return page(
        request, here, staff, "invite_one", store_title="", whom=whom, programme=chosen, text=text,
        poster=f"/f/{code}/poster.png", rule=speech.gettext(RULE[chosen.qualifies]),
        new_key=new_key,
    )  # fmt: skip


def reasons(speech: Speech, given: Sequence[tuple[str, Mapping[str, Any]]]) -> tuple[str, ...]:
    """Put the reasons of a suggestion into words."""
    said = (_reason(speech, code, values) for code, values in given[:2])
    return tuple(one for one in said if one)


def _reason(speech: Speech, code: str, values: Mapping[str, Any]) -> str:
    if code in COUNTED:
        key, one, many = COUNTED[code]
        return speech.ngettext(one, many, int(values.get(key, 0)))
    return speech.gettext(SUGGESTED[code]) if code in SUGGESTED else ""


def _running(work: Work, house: Served) -> list[Programme]:
    programmes = house.growing.referrals.programmes.all(work)
    return [one for one in programmes if one.standing(work.now) == "on"]


def _chosen(running: Sequence[Programme], slug: str) -> Programme | None:
    """Return the programme of a name, else the first that runs."""
    named = [one for one in running if one.slug == slug]
    return next(iter([*named, *running]), None)
