"""Alternating days: what goes to whole groups or hangs in a shop, on one of every two days by lot.

Nothing is kept: the name draws the days, and the log says what they brought.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.analytics.model import ANY
from coterie.core.errors import Invalid
from coterie.core.ids import check_slug
from coterie.experiments.clusters import Clustered, alternating, is_day_on
from coterie.storage.work import Work
from coterie.web.console.results import saying
from coterie.web.console.results.asking import asked, outcomes
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here
from coterie.web.ports import Served
from coterie.web.speech import Speech

router = APIRouter()

WEEKS = (2, 4, 8)
_FEWEST = 7
"""Under so many pairs of days nothing is said."""


@dataclass(frozen=True)
class Day:
    """A day of the brand's zone: whether it is on, and how many did it (None: not over yet)."""

    on: bool
    day: date
    people: int | None


@router.get("/results/days")
def days(
    request: Request,
    here: Here,
    account: Operator,
    name: str = "",
    event: str = ANY,
    since: str = "",
    weeks: int = 4,
) -> Response:
    """Draw which days something is on, and compare them in pairs once they are over."""
    asked(event, 14)
    if weeks not in WEEKS:
        raise Invalid(f"{weeks} weeks are no span here", path="weeks", hint="2, 4 or 8")
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        today = house.analytics.today(work.now)
        begin = _first(since, today)
        found = _days(house, work, check_slug(name, "name"), event, begin, weeks) if name else []
        names = outcomes(house, work)
    speech = here.pages.speech(request, account)
    return here.pages.render(
        request,
        "console/results/days.html",
        account=account,
        name=name,
        event=event,
        events=[(each, speech.word("event", each)) for each in (ANY, *names)],
        since=f"{begin:%Y-%m-%d}",
        weeks=weeks,
        spans=[(each, speech.ngettext("%(n)s week", "%(n)s weeks", each)) for each in WEEKS],
        days=found,
        **_said(speech, found),
    )


def _first(since: str, today: date) -> date:
    """Read the first day; a pair begins on it only where its number is even, else a day later."""
    try:
        begin = date.fromisoformat(since) if since else today
    except ValueError as error:
        raise Invalid(f"{since!r} is no day", path="since", hint="such as 2026-01-31") from error
    return begin + timedelta(days=begin.toordinal() % 2)


def _days(
    house: Served, work: Work, name: str, event: str, begin: date, weeks: int
) -> list[Day]:  # fmt: skip
    every = [begin + timedelta(days=number) for number in range(7 * weeks)]
    over = [day for day in every if day < house.analytics.today(work.now)]
    counts: list[int] = []
    if over:
        counted = house.analytics.days(work, over[-1], len(over))
        counts = counted.of(event, people=True)
    people = [*counts, *[None] * (len(every) - len(over))]
    return [
        Day(is_day_on(name, day.toordinal()), day, number)
        for day, number in zip(every, people, strict=True)
    ]


def compare(days: list[Day]) -> Clustered:
    """Compare the days on with the days off, in the pairs that are over."""
    pairs = []
    for one, other in zip(days[::2], days[1::2], strict=True):
        if one.people is not None and other.people is not None:
            on, off = (one, other) if one.on else (other, one)
            pairs.append((float(on.people or 0), float(off.people or 0)))
    return alternating(pairs)


def _said(speech: Speech, days: list[Day]) -> dict[str, Any]:
    found = compare(days)
    if found.groups < _FEWEST:
        return {"pairs": found.groups, "fewest": _FEWEST, "answer": None}
    interval = found.interval()
    verdict = "works" if interval.low > 0 else "harms" if interval.high < 0 else "unknown"
    words, tone, symbol = saying.VERDICTS[verdict]
    return {
        "pairs": found.groups,
        "fewest": _FEWEST,
        "answer": {
            "difference": saying.signed(speech, found.difference, 1),
            "low": saying.signed(speech, interval.low, 1),
            "high": saying.signed(speech, interval.high, 1),
            "verdict": speech.gettext(words),
            "tone": tone,
            "symbol": symbol,
        },
    }
