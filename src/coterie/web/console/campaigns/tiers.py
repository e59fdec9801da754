"""Who is of a tier today, since when, and why."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.campaigns.plans.model import TIERS
from coterie.core.errors import NotFound
from coterie.web.console.campaigns.words import TIER_WHY
from coterie.web.console.campaigns.words import TIERS as TIER_WORDS
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here
from coterie.web.speech import Speech

router = APIRouter(prefix="/campaigns/{slug}/tiers")

_PAGE = 50


@router.get("/{tier}")
def people(
    request: Request, here: Here, account: Operator, slug: str, tier: str, page: int = 0
) -> Response:  # fmt: skip
    """List the people of one tier."""
    house, speech = here.house, here.pages.speech(request, account)
    name = next((one for one in TIERS if one == tier), None)
    if name is None:
        raise NotFound(f"there is no tier {tier!r}")
    first = max(0, page) * _PAGE
    with house.db.read(actor_of(account), house.clock.now()) as work:
        plans = house.growing.plans
        one = plans.get(work, slug)
        every = plans.tiers(work, slug)
        chosen = list(every[name][first : first + _PAGE])
        tiered = plans.tier_of(work, slug, chosen)
        uids = house.profiles.uid(work, chosen)
        names = house.profiles.reveal(work, chosen, "name")
    rows = [
        {
            "uid": uids.get(profile, ""),
            "name": names.get(profile) or speech.gettext("no name yet"),
            "why": _why(speech, tiered[profile].why),
            "day": date.fromisoformat(tiered[profile].day),
        }
        for profile in chosen
    ]
    base = f"/campaigns/{slug}/tiers"
    tabs = [
        (f"{speech.gettext(TIER_WORDS[each])} {speech.number(len(every[each]))}",
         f"{base}/{each}", each == name)
        for each in TIERS
    ]  # fmt: skip
    return here.pages.render(
        request, "console/campaigns/tier.html", account=account, one=one, tier=name, rows=rows,
        tabs=tabs, tiers=TIER_WORDS,
        newer=f"{base}/{name}?page={page - 1}" if page > 0 else "",
        older=f"{base}/{name}?page={page + 1}" if first + _PAGE < len(every[name]) else "",
    )  # fmt: skip


def _why(speech: Speech, why: Mapping[str, Any]) -> str:
    """Say in words why somebody is of her tier."""
    words = TIER_WHY.get(str(why.get("code")), "")
    values = {
        name: speech.number(value, 2)
        for name, value in why.items()
        if isinstance(value, int | float)
    }
    return speech.gettext(words, **values) if words else ""
