"""What a guide may say and show: headquarters' scripts, confirmed as read, and materials."""

from dataclasses import dataclass
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.errors import Conflict, Invalid
from coterie.guides.due.model import SPOKEN
from coterie.guides.scripts.model import Reading
from coterie.storage.work import Work
from coterie.web.guide.at_work import Guided, GuideForm, Staff, done, fresh, page
from coterie.web.guide.card.offering import shown
from coterie.web.guide.people import customer
from coterie.web.guide.sentences import Sentences
from coterie.web.guide.today import new_key
from coterie.web.parts import Here, Parts

router = APIRouter(prefix="/g")

_LONGEST = 4_000
_LONGEST_STUFF = 60


@dataclass(frozen=True)
class Words:
    """One script as a guide reads it: its text with the slots filled that are the same for all."""

    reading: Reading
    title: str
    text: str


@router.get("/say")
def library(request: Request, here: Here, staff: Guided) -> Response:
    """Show the scripts, those she has yet to read first, and what there is to show."""
    house, speech = here.house, here.pages.speech(request)
    with house.db.read(staff.actor, house.clock.now()) as work:
        sentences = Sentences(work, house, speech, staff, ())
        scripts = [
            Words(
                one, speech.title(one.script.titles),
                sentences.filled(
                    one.version.texts.get(speech.language) or next(iter(one.version.texts.values()))
                ),
            )
            for one in house.scripts.current_for(work, staff.guide.id)
        ]  # fmt: skip
        found = house.materials.for_guides(work, speech.language)[:_LONGEST_STUFF]
    scripts.sort(key=lambda one: not one.reading.unread)
    base = here.outside(request)
    return page(
        request, here, staff, "say", keep=True, store_title="", scripts=scripts, card=None,
        stuff=[shown(one, speech, base) for one in found], new_key=new_key,
    )  # fmt: skip


@router.post("/say/{slug}/read")
def read(request: Request, here: Here, form: GuideForm, staff: Guided, slug: str) -> Response:
    """Keep that she has read a script in the version that she was shown."""
    house, speech = here.house, here.pages.speech(request)
    with house.db.begin(staff.actor, house.clock.now()) as work:
        if fresh(work, here, staff, form):
            house.scripts.read(work, staff.guide.id, slug, _number(form))
    return done(request, here, "/g/say", speech.gettext("Thank you, it is noted."))


@router.post("/say/{slug}/used")
def used(request: Request, here: Here, form: GuideForm, staff: Guided, slug: str) -> Response:
    """Count that a script was copied, or put into a chat, and for whom."""
    house, speech = here.house, here.pages.speech(request)
    how, reason = _how(form), form.get("reason", "other")
    with house.db.begin(staff.actor, house.clock.now()) as work:
        if fresh(work, here, staff, form):
            profile = _whom(work, here, staff, form)
            house.scripts.used(
                work, staff.guide.id, slug, how=how, text=form.get("text", "")[:_LONGEST],
                profile=profile, number=_number(form), key=form.get("key", ""),
            )  # fmt: skip
            if profile is not None and how == "sent" and reason in SPOKEN:
                house.attending.due.spoke_to(work, profile, staff.guide.id, reason)
    return done(request, here, "/g/say", speech.gettext("It is counted."))


@router.post("/stuff/{slug}/used")
def taken(request: Request, here: Here, form: GuideForm, staff: Guided, slug: str) -> Response:
    """Count that a material was copied, or put into a chat; one whose time is over is refused."""
    house, speech = here.house, here.pages.speech(request)
    said = speech.gettext("It is counted.")
    try:
        with house.db.begin(staff.actor, house.clock.now()) as work:
            if fresh(work, here, staff, form):
                house.materials.used(work, slug, how=_how(form), guide=staff.guide.id)
    except Conflict:
        said = speech.gettext("Its time is over: do not use it any more.")
    return done(request, here, "/g/say", said)


def _how(form: dict[str, str]) -> Literal["copied", "sent"]:
    how = form.get("how", "copied")
    if how == "copied":
        return "copied"
    if how == "sent":
        return "sent"
    raise Invalid(f"{how!r} is no way to use it", path="how", hint="copied or sent")


def _number(form: dict[str, str]) -> int | None:
    number = form.get("number", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 9 else None


def _whom(work: Work, here: Parts, staff: Staff, form: dict[str, str]) -> int | None:
    """Return for whom it is, when that is said; raises NotFound for somebody she may not see."""
    uid = form.get("uid", "")
    return customer(work, here.house, staff, uid).profile if uid else None
