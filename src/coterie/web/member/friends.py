"""A member's friends: how many came by her, what waits and why; her poster, to be passed on.

Friends are counted and never named. She takes part by a press of hers, not by looking.
"""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.errors import Conflict
from coterie.referrals.model import Mine
from coterie.web.desk import OpenForm
from coterie.web.member import own, reading
from coterie.web.member.doors import open_door
from coterie.web.member.posters import RULE
from coterie.web.member.words import REFUSED, WAITS, counted
from coterie.web.parts import Here
from coterie.web.speech import Speech

router = APIRouter()

LOOKS = ("wine", "paper", "sea")


@dataclass(frozen=True)
class Shown:
    """One programme as its participant sees it."""

    slug: str
    title: str
    benefit: str
    state: str
    ends: int
    rule: str
    landing: str
    poster: str
    steps: tuple[tuple[str, int, str], ...]
    pending: tuple[tuple[str, int], ...]
    rejected: tuple[tuple[str, int], ...]
    left: int | None


@router.api_route("/k/{token}/friends", methods=["GET", "HEAD"])
def friends(request: Request, here: Here, token: str) -> Response:
    """Show her poster and how far it has come, in every programme that she is or may be in."""
    house, speech = here.house, here.pages.speech(request)
    with house.db.read(reading.VISITOR, house.clock.now()) as work:
        profile = own.member(here, work, token)
        mine = house.growing.referrals.of_member(work, profile)
    base = here.outside(request)
    shown = [_shown(speech, one, base) for one in mine]
    return own.page(
        request, here, "friends", token=token, on="friends", programmes=shown, looks=LOOKS
    )


@router.post("/k/{token}/friends")
def take_part(here: Here, token: str, form: OpenForm) -> Response:
    """Give her a code of her own; the same one however often she asks."""
    house = here.house
    try:
        with house.db.begin(reading.VISITOR, house.clock.now()) as work:
            profile = own.member(here, work, token)
            programme = form.get("programme", "")[:64]
            code = house.growing.referrals.take_part(work, programme, profile)
            open_door(work, house, code)
    except Conflict:
        pass  # over or paused meanwhile: the page shows how it stands
    return here.pages.redirect(f"/k/{token}/friends")


def _shown(speech: Speech, one: Mine, base: str) -> Shown:
    programme, progress = one.programme, one.progress
    steps: tuple[tuple[str, int, str], ...] = ()
    if progress is not None:
        bought = speech.gettext("bought") if programme.qualifies == "order" else speech.gettext(
            "stayed"
        )  # fmt: skip
        steps = (
            ("users", progress.joined, speech.gettext("friends came")),
            ("circle-check", progress.qualified, bought),
            ("ticket", progress.rewarded, speech.gettext("rewards for you")),
        )
    return Shown(
        slug=programme.slug,
        title=speech.title(programme.titles),
        benefit=speech.title(programme.benefit) or speech.title(programme.headline),
        state=one.state,
        ends=programme.until,
        rule=speech.gettext(RULE[programme.qualifies]),
        landing=f"{base}/f/{one.code}" if one.code else "",
        poster=f"/f/{one.code}/poster.png" if one.code else "",
        steps=steps,
        pending=counted(speech, WAITS, list(progress.pending)) if progress else (),
        rejected=counted(speech, REFUSED, list(progress.rejected)) if progress else (),
        left=progress.left if progress is not None else None,
    )
