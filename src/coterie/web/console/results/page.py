"""Results: what did each journey, broadcast and community bring? Counted, drawn, downloadable."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.analytics.model import ANY, WINDOW_DAYS, Lift
from coterie.analytics.series import curve
from coterie.core.errors import Invalid, NotFound
from coterie.web import exports
from coterie.web.console.results import picture, saying
from coterie.web.console.results.gather import Asker, Result, results, stood_at
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here
from coterie.web.speech import Speech

router = APIRouter()

WINDOWS = (7, 14, 30)
_LONGEST_NAME = 255


@router.get("/results")
def everything(
    request: Request, here: Here, account: Operator, event: str = ANY, days: int = WINDOW_DAYS
) -> Response:
    """Show every asker's result on one scale."""
    asked(event, days)
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        rows = results(house, work, event, days)
        names = _names(here, work)
        until = stood_at(house, work)
    speech = here.pages.speech(request, account)
    return here.pages.render(
        request,
        "console/results/results.html",
        account=account,
        rows=shown(speech, rows, days),
        half=picture.scale([row.lift for row in rows]),
        event=event,
        days=days,
        events=names,
        windows=WINDOWS,
        until=until,
    )


@router.get("/results.csv")
def table(
    request: Request, here: Here, account: Operator, event: str = ANY, days: int = WINDOW_DAYS
) -> Response:
    """Hand the whole table out as a file."""
    asked(event, days)
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        rows = results(house, work, event, days)
    speech = here.pages.speech(request, account)
    exports.record(house, account, "results", event=event, days=days, rows=len(rows))
    header = (
        "origin", "title", "event", "window_days", "treated_people", "treated_did", "treated_rate",
        "held_out_people", "held_out_did", "held_out_rate", "difference", "low_95", "high_95",
        "verdict", "doubt", "people_needed", "still_watched", "grade",
    )  # fmt: skip
    return exports.download(
        "csv", "coterie-results", header, [_line(speech, row, event, days) for row in rows]
    )


@router.get("/results/{kind}/{slug}")
def one(
    request: Request,
    here: Here,
    account: Operator,
    kind: str,
    slug: str,
    event: str = ANY,
    days: int = WINDOW_DAYS,
) -> Response:
    """Show one asker's result with its two groups day by day."""
    asked(event, days)
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        rows = results(house, work, event, days)
        found = [row for row in rows if row.asker.kind == kind and row.asker.slug == slug]
        if not found:
            raise NotFound(f"nothing called {slug!r} has a result")
        names = _names(here, work)
        until = stood_at(house, work)
    speech = here.pages.speech(request, account)
    lift = found[0].lift
    drawn, top = picture.curves([lift.treated, lift.held_out], days)
    return here.pages.render(
        request,
        "console/results/one.html",
        account=account,
        row=shown(speech, found, days)[0],
        half=picture.scale([lift]),
        curves=drawn,
        top=top,
        by_day=_by_day(lift, days),
        event=event,
        days=days,
        events=names,
        windows=WINDOWS,
        until=until,
    )


def asked(event: str, days: int) -> None:
    """Check what a result was asked for; raises Invalid."""
    if days not in WINDOWS:
        raise Invalid(f"{days} days are no window here", path="days", hint="7, 14 or 30")
    if not event or len(event) > _LONGEST_NAME or event.startswith("coterie."):
        raise Invalid("this is no outcome", path="event", hint="the name of what people did")


def shown(speech: Speech, rows: list[Result], days: int) -> list[dict[str, Any]]:
    """Return what templates say of results, drawn on one scale."""
    half = picture.scale([row.lift for row in rows])
    return [_shown(speech, row, half, days) for row in rows]


def _shown(speech: Speech, row: Result, half: float, days: int) -> dict[str, Any]:
    lift, asker = row.lift, row.asker
    _, tone, symbol = saying.VERDICTS[lift.verdict]
    return {
        "title": _title(speech, asker),
        "kind": asker.kind,
        "kind_words": speech.gettext(saying.KINDS[asker.kind]),
        "address": f"/results/{asker.kind}/{asker.slug}",
        "own_address": asker.address,
        "paused": asker.paused,
        "share": asker.share,
        "lift": lift,
        "counts": row.counts,
        "settled": row.settled,
        "bar": picture.bar(lift, half),
        "difference": "" if lift.difference is None else saying.points(speech, lift.difference),
        "interval": saying.interval(speech, lift),
        "verdict": saying.verdict(speech, lift),
        "tone": tone,
        "symbol": symbol,
        "reason": saying.reason(speech, lift, days),
        "short_reason": saying.short_reason(speech, lift, days),
        "detectable": None
        if lift.detectable is None
        else saying.points(speech, lift.detectable, signed=False),
    }


def _title(speech: Speech, asker: Asker) -> str:
    return speech.title(asker.title) or asker.slug


def _names(here: Here, work: Any) -> list[str]:
    """Return what people did that may be an outcome, the most frequent first."""
    counts: dict[str, int] = {}
    for (_, name), number in here.house.analytics.behaviours(work).items():
        counts[name] = counts.get(name, 0) + number
    return sorted(counts, key=lambda name: (-counts[name], name))[:200]


def _by_day(lift: Lift, days: int) -> list[tuple[int, int, int]]:
    treated, held_out = (curve(arm.first_day, days) for arm in (lift.treated, lift.held_out))
    return [(day + 1, treated[day], held_out[day]) for day in range(days)]


def _line(speech: Speech, row: Result, event: str, days: int) -> list[exports.Cell]:
    lift = row.lift
    one, other = lift.treated, lift.held_out
    return [
        row.asker.origin, _title(speech, row.asker), event, days,
        one.people, one.did, round(one.rate, 6), other.people, other.did, round(other.rate, 6),
        None if lift.difference is None else round(lift.difference, 6),
        None if lift.interval is None else round(lift.interval.low, 6),
        None if lift.interval is None else round(lift.interval.high, 6),
        lift.verdict, lift.doubt, lift.needed, one.waiting + other.waiting, "randomised holdout",
    ]  # fmt: skip
