"""What was held back: by reason, by sender, by day; and what would let it go."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.clock import local_date, midnight
from coterie.messaging.looking.model import Hold, Wanted
from coterie.web.charts import Chart, Series
from coterie.web.console.messages.filters import Filter
from coterie.web.console.messages.senders import Sender, Senders
from coterie.web.console.messages.texts import CURES
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here
from coterie.web.speech import Speech, plural

router = APIRouter()

SPANS = (7, 30, 90)
_DAYS = plural("last %(n)s day", "last %(n)s days")
_DRAWN = 5
"""So many reasons have a colour of their own; the others are one."""


@dataclass(frozen=True)
class Row:
    """A sender with how much of its was held for each reason, and where to read it."""

    sender: Sender
    numbers: Sequence[tuple[int, str]]
    total: int


@router.get("/messages/holds")
def holds(request: Request, here: Here, account: Operator) -> Response:
    """Show what was held in the last days."""
    house, zone = here.house, here.pages.zone
    speech = here.pages.speech(request, account)
    asked = request.query_params.get("days", "")
    span = int(asked) if asked in {str(each) for each in SPANS} else SPANS[1]
    now = house.clock.now()
    today = local_date(now, zone)
    first = today - timedelta(days=span - 1)
    since = midnight(first, zone)
    with house.db.read(actor_of(account), now) as work:
        found = house.messaging.holds(work, since, now + 1)
        tallies = house.messaging.tally(work, Wanted(since=since))
        senders = Senders(here, work, speech)
        names = {origin: senders.name(origin) for origin in {each.origin for each in found}}
    by_reason: Counter[str] = Counter()
    for each in found:
        by_reason[each.reason] += each.number
    reasons = [reason for reason, _ in by_reason.most_common()]
    return here.pages.render(
        request,
        "console/reach/holds.html",
        account=account,
        spans=[
            (speech.ngettext(*_DAYS, each), f"/messages/holds?days={each}", each == span)
            for each in SPANS
        ],
        held=by_reason.total(),
        asked=sum(each.number for each in tallies),
        reasons=[
            (reason, by_reason[reason], Filter(status="held", reason=reason,
                                              since=first.isoformat()).address)
            for reason in reasons
        ],
        rows=_rows(found, reasons, names, first),
        chart_of_days=_chart(speech, found, reasons, _days(first, span)),
        cures=CURES,
    )  # fmt: skip


def _rows(
    found: Sequence[Hold], reasons: Sequence[str], names: dict[str, Sender], first: date
) -> list[Row]:
    """Return a row a sender, the one that was held most first."""
    counted: Counter[tuple[str, str]] = Counter()
    totals: Counter[str] = Counter()
    for each in found:
        counted[each.origin, each.reason] += each.number
        totals[each.origin] += each.number
    since = first.isoformat()
    return [
        Row(
            names[origin],
            [
                (
                    counted[origin, reason],
                    Filter(status="held", reason=reason, origin=origin, since=since).address,
                )
                for reason in reasons
            ],
            total,
        )
        for origin, total in totals.most_common()
    ]


def _chart(
    speech: Speech, found: Sequence[Hold], reasons: Sequence[str], days: Sequence[date]
) -> Chart | None:
    """Draw the days; None when nothing was held on any of them."""
    if not found:
        return None
    drawn = reasons if len(reasons) <= _DRAWN + 1 else reasons[:_DRAWN]
    numbers: Counter[tuple[str, date]] = Counter()
    for each in found:
        numbers[each.reason if each.reason in drawn else "", each.day] += each.number
    series = [
        Series(speech.word("reason", reason), [numbers[reason, day] for day in days])
        for reason in drawn
    ]
    if len(drawn) < len(reasons):
        series.append(Series(speech.gettext("other reasons"), [numbers["", day] for day in days]))
    return Chart(
        name="held-by-day",
        title=speech.gettext("Held by day and reason"),
        kind="bar",
        labels=[f"{day:%m-%d}" for day in days],
        series=series,
        stacked=True,
    )


def _days(first: date, number: int) -> list[date]:
    return [first + timedelta(days=each) for each in range(number)]
