"""What stands where and why; and one message's way, station by station."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.clock import local_date, midnight
from coterie.messaging.channel import asks_sender
from coterie.messaging.looking.model import DayCount, Tally, Wanted
from coterie.messaging.model import TOUCHES, Message
from coterie.messaging.stations import held_later, outdone_by, passed
from coterie.profiles.model import USER
from coterie.storage.work import Work
from coterie.web.charts import Chart, Series
from coterie.web.console.messages.filters import PAGE, Filter, read
from coterie.web.console.messages.senders import Senders
from coterie.web.console.messages.texts import CURES, STATIONS, TONES
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here, Parts
from coterie.web.speech import Speech

router = APIRouter()

DAYS = 30
_SHOWN = ("sent", "queued", "asked", "held", "shadow", "failed")
_KINDS_OF_ID = (USER, "email", "phone", "anonymous_id")


@router.get("/messages")
def messages(request: Request, here: Here, account: Operator) -> Response:
    """Show what stands where, and the newest of what was asked for."""
    house = here.house
    speech = here.pages.speech(request, account)
    asked = read(request.query_params)
    zone = here.pages.zone
    now = house.clock.now()
    with house.db.read(actor_of(account), now) as work:
        profile = _find(here, work, asked.person)
        unknown = bool(asked.person) and profile is None
        wanted = asked.wanted(profile, zone)
        room = house.messaging
        found = [] if unknown else room.page(work, wanted, PAGE + 1, asked.page * PAGE)
        all_of_it = Filter(**{**vars(asked), "status": "", "reason": ""}).wanted(profile, zone)
        tallies = [] if unknown else room.tally(work, all_of_it)
        days = room.by_day(work, _lately(all_of_it, now, zone)) if asked.at_rest else []
        templates = [(each.name, each.name) for each in room.templates(work)]
        senders = Senders(here, work, speech)
        letters = _letters(here, work, found[:PAGE], senders)
        origins = [(each, senders.name(each).words) for each in room.origins(work)]
    return here.pages.render(
        request,
        "console/messages/list.html",
        account=account,
        letters=letters,
        asked=asked,
        unknown=unknown,
        standing_counts=_by_status(tallies),
        statuses=[
            each
            for each in _SHOWN
            if each != "asked" or any(map(asks_sender, room.channels.values()))
        ],
        reasons=_by_reason(tallies),
        by_day=_chart(speech, days, now, zone),
        channels=[(each, speech.word("channel", each)) for each in room.channels],
        origins=origins,
        touches=[(each, speech.word("touch", each)) for each in TOUCHES],
        templates=templates,
        cures=CURES,
        tones=TONES,
        newer=asked.with_(page=asked.page - 1) if asked.page else None,
        older=asked.with_(page=asked.page + 1) if len(found) > PAGE else None,
    )


@router.get("/messages/{message}")
def one(request: Request, here: Here, account: Operator, message: str) -> Response:
    """Show one message: who asked, what the gate said, what the provider said."""
    house = here.house
    speech = here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = house.messaging.find(work, message)
        answers = house.messaging.answers_of(work, message)
        replays = house.messaging.replays_of(work, message)
        letter = _letters(here, work, [found], Senders(here, work, speech))[0]
        asked = [found.detail] if found.status == "asked" and found.detail else []
        names = house.mass_sends.staff.guide_names(work, asked)
    return here.pages.render(
        request,
        "console/messages/one.html",
        account=account,
        letter=letter,
        stations=passed(found),
        questions=STATIONS,
        held_later=held_later(found),
        winner=outdone_by(found),
        answers=answers,
        replays=replays,
        asked_of=names.get(found.detail or "", found.detail or ""),
        cure=CURES.get(found.reason or ""),
        tones=TONES,
    )


def _find(here: Parts, work: Work, person: str) -> int | None:
    for kind in _KINDS_OF_ID if person else ():
        profile = here.house.profiles.find(work, kind, person)
        if profile is not None:
            return profile
    return None


def _letters(
    here: Parts, work: Work, messages: Sequence[Message], senders: Senders
) -> list[dict[str, Any]]:
    people = {each.profile for each in messages}
    names = here.house.profiles.user_ids(work, people)
    addresses = here.house.profiles.uid(work, people)
    return [
        {
            "message": each,
            "who": names.get(each.profile, f"#{each.profile}"),
            "address": f"/people/{addresses[each.profile]}" if each.profile in addresses else "",
            "sender": senders.name(each.origin),
        }
        for each in messages
    ]


def _by_status(tallies: list[Tally]) -> dict[str, int]:
    """Count by status as the page shows it: what is on its way still waits."""
    counts = dict.fromkeys(_SHOWN, 0)
    for each in tallies:
        counts["queued" if each.status == "leased" else each.status] += each.number
    return counts


def _by_reason(tallies: list[Tally]) -> list[Tally]:
    return [each for each in tallies if each.reason and each.status in ("held", "failed")]


def _lately(wanted: Wanted, now: int, zone: ZoneInfo) -> Wanted:
    first = midnight(local_date(now, zone) - timedelta(days=DAYS - 1), zone)
    return Wanted(**{**vars(wanted), "since": max(first, wanted.since or 0)})


def _chart(speech: Speech, days: list[DayCount], now: int, zone: ZoneInfo) -> Chart | None:
    """Draw the last days; None when nothing was said on any of them."""
    if not days:
        return None
    today = local_date(now, zone)
    lately = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    numbers = {(each.day, each.status): each.number for each in days}
    drawn = [status for status in _SHOWN if any(each.status == status for each in days)]
    return Chart(
        name="messages-by-day",
        title=speech.gettext("What became of messages, by day"),
        kind="bar",
        labels=[f"{day:%m-%d}" for day in lately],
        series=[
            Series(speech.word("status", status), [numbers.get((day, status), 0) for day in lately])
            for status in drawn
        ],
        stacked=True,
    )
