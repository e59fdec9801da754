"""The page of the calendar: a map of days and hours, then each day's list."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.clock import DAY, to_datetime
from coterie.messaging.model import TOUCHES
from coterie.storage.work import Work
from coterie.web.charts import HeatMap
from coterie.web.console.calendar.coming import DAYS, Asked, Day, by_day, crowded, gather
from coterie.web.console.journeys.words import Words
from coterie.web.console.messages.senders import Sender, Senders
from coterie.web.console.people.titles import segment_titles
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here
from coterie.web.ports import Served
from coterie.web.speech import N_, Speech

router = APIRouter()

ADDRESS = "/calendar"

SURENESS = {
    "queued": (N_("waits in the outbox"), "sea"),
    "planned": (N_("planned"), "sea"),
    "asked": (N_("waits for approval"), "amber"),
    "at_most": (N_("at most"), "quiet"),
}


@router.get(ADDRESS)
def calendar(
    request: Request,
    here: Here,
    account: Operator,
    of: str = "",
    channel: str = "",
    touch: str = "",
) -> Response:
    """Show what will be sent in the coming days, and to how many at the most."""
    house, speech = here.house, here.pages.speech(request, account)
    zone, asked = here.pages.zone, Asked(of, channel, touch)
    now = house.clock.now()
    with house.db.read(actor_of(account), now) as work:
        everything = gather(work, house, zone)
        wanted = [entry for entry in everything if asked.wants(entry)]
        days = by_day(wanted, now, zone)
        crowds = crowded(work, house, zone)
        senders = Senders(here, work, speech)
        names = {entry.origin: senders.name(entry.origin) for entry in everything}
        steps = _steps(work, house, speech, days)
        last = now + DAYS * DAY
        activities = [one for one in house.activities.coming(work) if one.starts < last]
    return here.pages.render(
        request,
        "console/calendar/calendar.html",
        account=account,
        asked=asked,
        days=days,
        total=sum(day.people for day in days),
        heat=_heat(speech, days),
        crowds=crowds,
        names=names,
        steps=steps,
        activities=activities,
        origins=_origins(names),
        channels=[(each, speech.word("channel", each)) for each in house.messaging.channels],
        touches=[(each, speech.word("touch", each)) for each in TOUCHES],
        sureness=SURENESS,
        anything=bool(everything),
        hour=lambda moment: f"{to_datetime(moment).astimezone(zone):%H:%M}",
    )


def _origins(names: dict[str, Sender]) -> list[tuple[str, str]]:
    return sorted(
        ((each, sender.words) for each, sender in names.items()), key=lambda pair: pair[1]
    )


def _steps(
    work: Work, house: Served, speech: Speech, days: list[Day]
) -> dict[tuple[str, str], str]:
    """Say what each journey's step is that is named among the days."""
    wanted = {(one.origin, one.node) for day in days for one in day.entries if one.node}
    if not wanted:
        return {}
    subjects = {one.name: one.subject or one.name for one in house.messaging.templates(work)}
    words = Words(speech, speech.zone, subjects, segment_titles(work, house, speech))
    sources = {f"journey:{one.slug}": one.source for one in house.journeys.all(work)}
    return {
        (origin, node): words.step(sources[origin], node)
        for origin, node in wanted
        if origin in sources
    }


def _heat(speech: Speech, days: list[Day]) -> HeatMap | None:
    if not any(day.people for day in days):
        return None
    return HeatMap(
        name="calendar",
        title=speech.gettext("Messages that will go out, by day and hour, at most"),
        columns=[f"{hour:02d}" for hour in range(24)],
        lines=[f"{day.day:%m-%d}" for day in days],
        values=[list(day.hours) for day in days],
    )
