"""Before anything is sent: what an audience can show, and what to do where it can show too little.

Taken from the same formulas as the verdict afterwards, so what is promised here is kept there.
"""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.errors import Invalid, NotFound
from coterie.experiments.sizes import (
    ANY_LOOK,
    BASELINE,
    ONE_LOOK,
    audience_needed,
    smallest_lift,
    split,
)
from coterie.storage.work import Work
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here
from coterie.web.ports import Served
from coterie.web.speech import Speech

router = APIRouter()

_HOLDOUTS = (5, 10, 20, 30, 50)
_MOST = 1_000_000_000
LARGE = 0.25
"""A rise that few messages make: an audience that shows only larger ones is told what else."""


@dataclass(frozen=True)
class Asked:
    """An audience and a wish: shares in percent."""

    people: int
    base: float
    holdout: float
    lift: float


@router.get("/results/size")
def size(
    request: Request,
    here: Here,
    account: Operator,
    segment: str = "",
    people: int | None = None,
    base: float = 100 * BASELINE,
    holdout: float = 10,
    lift: float = 10,
) -> Response:
    """Say what an audience can show at a holdout, and how many people a wished-for rise takes."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        chosen = people if people is not None else _members(house, work, segment)
        segments = house.segments.all(work)
    asked = _checked(Asked(chosen or 0, base, holdout, lift))
    speech = here.pages.speech(request, account)
    return here.pages.render(
        request,
        "console/results/size.html",
        account=account,
        asked=asked,
        segment=segment,
        segments=[("", speech.gettext("a number of my own"))]
        + [(one.slug, speech.title({"en": one.title_en, "zh": one.title_zh}) or one.slug)
           for one in segments],
        known=chosen is not None,
        **_said(speech, asked),
    )  # fmt: skip


@router.get("/results/size/panel")
def panel(
    request: Request,
    here: Here,
    account: Operator,
    segment: str = "",
    holdout: float | None = None,
) -> Response:
    """Say it in a sentence for one segment, on the page of a draft."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        people = _members(house, work, segment)
    if holdout is None:
        holdout = house.journeys.default_holdout / 100
    asked = _checked(Asked(people or 0, 100 * BASELINE, holdout, 10))
    speech = here.pages.speech(request, account)
    return here.pages.render(
        request,
        "console/results/size_panel.html",
        account=account,
        asked=asked,
        segment=segment,
        known=people is not None,
        **_said(speech, asked),
    )


def _members(house: Served, work: Work, segment: str) -> int | None:
    """Count a segment's people; None where none is named, or none of that name is there."""
    try:
        return len(house.segments.members(work, segment)) if segment else None
    except NotFound:
        return None


def _checked(asked: Asked) -> Asked:
    if not 0 <= asked.people <= _MOST:
        raise Invalid("that is no number of people", path="people", hint="0 to 1,000,000,000")
    for name, most in (("base", 50), ("holdout", 90)):
        if not 0 <= getattr(asked, name) <= most:
            raise Invalid(f"that is no {name}", path=name, hint=f"a percentage from 0 to {most}")
    if not 0 < asked.lift <= 1_000 or asked.base * (1 + asked.lift / 100) > 100:
        raise Invalid("that is no rise", path="lift", hint="a percentage up to 1000, below all")
    return asked


def _said(speech: Speech, asked: Asked) -> dict[str, Any]:
    base, holdout = asked.base / 100, asked.holdout / 100
    shown = smallest_lift(asked.people, holdout, base, ANY_LOOK)
    told, out = split(asked.people, round(asked.holdout))
    return {
        "smallest": None if shown is None else _percent(speech, shown),
        "is_small": shown is None or shown > LARGE,
        "told": told,
        "out": out,
        "needed": _needed(speech, asked, ANY_LOOK),
        "needed_once": _needed(speech, asked, ONE_LOOK),
        "rows": [
            (share, *split(asked.people, share), _smallest(speech, asked.people, share, base))
            for share in _HOLDOUTS
        ],
    }


def _needed(speech: Speech, asked: Asked, errors: float) -> str:
    if not asked.base or not asked.holdout:
        return ""
    people = audience_needed(asked.base / 100, asked.lift / 100, asked.holdout / 100, errors)
    digits = max(0, len(str(people)) - 3)
    return speech.number(round(people, -digits))


def _smallest(speech: Speech, people: int, share: int, base: float) -> str:
    found = smallest_lift(people, share / 100, base, ANY_LOOK)
    return "–" if found is None else f"+{_percent(speech, found)}"


def _percent(speech: Speech, share: float) -> str:
    return f"{speech.number(round(100 * share, 1 if share < 0.1 else 0), 1)}%"
