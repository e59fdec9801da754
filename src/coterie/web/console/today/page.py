"""Today: the first page of the day, and its numbers as they change."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.analytics.model import ANY, WINDOW_DAYS
from coterie.storage.work import Work
from coterie.web.console.results.asking import shown
from coterie.web.console.results.gather import results, stood_at
from coterie.web.console.results.picture import scale, sparkline
from coterie.web.console.today import gather
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_
from coterie.web.stream import live

router = APIRouter()

_LOCALES = {"en": "en_GB", "zh": "zh_Hans_CN"}

MEASURES = {
    "active": N_("People who did something"),
    "events": N_("Things they did"),
    "joined": N_("Joined a community"),
    "entered": N_("Entered a journey"),
    "sent": N_("Messages sent"),
    "held": N_("Messages held"),
    "withdrawn": N_("Withdrew consent"),
}
BETTER_LESS = ("held", "withdrawn")
"""Measures of which more is no good news."""


@router.get("/")
def today(request: Request, here: Here, account: Operator) -> Response:
    """Show whom we can reach, what waits, what happened yesterday and what comes."""
    house = here.house
    zone = ZoneInfo(house.instance.zone)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        last_day = house.analytics.today(work.now) - timedelta(days=1)
        month = house.analytics.days(work, last_day, gather.MONTH)
        rows = results(house, work, counted=False)
        harming = [
            (row.asker.address, row.asker.title) for row in rows if row.lift.verdict == "harms"
        ]
        values: dict[str, Any] = {
            "reach": gather.reached(house, work),
            "approvals": house.campaigns.to_approve(work),
            "mends": gather.to_mend(house, work, harming),
            "held": gather.held(house, work),
            "yesterday": gather.yesterday(month),
            "last_day": last_day,
            "communities": gather.growing(house, work, month),
            "ahead": gather.ahead(house, work, zone),
            "titles": _titles(here, work),
            "until": stood_at(house, work),
            "pulse": _pulse(here, work),
        }
    speech = here.pages.speech(request, account)
    return here.pages.render(
        request,
        "console/today/today.html",
        account=account,
        rows=shown(speech, rows, WINDOW_DAYS),
        half=scale([row.lift for row in rows]),
        days=WINDOW_DAYS,
        short_day=lambda day: format_skeleton("MMMEd", day, locale=_LOCALES[speech.language]),
        measures={name: speech.gettext(text) for name, text in MEASURES.items()},
        better_less=BETTER_LESS,
        sparkline=sparkline,
        month_days=gather.MONTH,
        **values,
    )


@router.get("/today/edges")
def edges(request: Request, here: Here, account: Operator) -> Response:
    """Show which segments time alone will change; it takes longer, so the page asks for it."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        as_of, found = gather.edges(house, work)
    return here.pages.render(
        request, "console/today/edges.html", account=account, edges=found, as_of=as_of
    )


@router.get("/today/live")
def numbers(request: Request, here: Here, account: Operator) -> Response:
    """Send today's numbers whenever the log has taken something in."""
    seen: dict[str, Any] = {}

    def look() -> str | None:
        house = here.house
        with house.db.read(actor_of(account), house.clock.now()) as work:
            mark = house.log.watermark(work)
            if seen.get("mark") == mark:
                return None
            seen["mark"] = mark
            pulse = _pulse(here, work)
        return _fragment(request, here, account, pulse)

    return live(request, look)


def _fragment(request: Request, here: Parts, account: Account, pulse: dict[str, int]) -> str:
    return here.pages.fragment(request, "console/today/pulse.html", account=account, pulse=pulse)


def _pulse(here: Parts, work: Work) -> dict[str, int]:
    """Count what happened since midnight."""
    analytics = here.house.analytics
    day = analytics.days(work, analytics.today(work.now), 1, patience=0)
    return {
        "events": day.of(ANY)[0],
        "active": day.of(ANY, people=True)[0],
        "sent": day.of("coterie.message.sent")[0],
        "joined": day.of("coterie.community.joined")[0],
    }


def _titles(here: Parts, work: Work) -> dict[str, Any]:
    """Return the titles of journeys and communities by what they are and their slug."""
    house = here.house
    found: dict[str, Any] = {
        f"journey:{one.slug}": one.journey.title or one.slug for one in house.journeys.all(work)
    }
    for one in house.communities.communities(work):
        found[f"community:{one.slug}"] = one.titles
    return found
