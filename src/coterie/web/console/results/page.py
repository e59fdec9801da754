"""Results: what did each journey, broadcast and community bring? Counted, drawn, downloadable."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.analytics.model import ANY, WINDOW_DAYS
from coterie.web import exports
from coterie.web.console.results import picture, saying
from coterie.web.console.results.asking import WINDOWS, asked, outcomes, shown, title_of
from coterie.web.console.results.gather import Result, askers, results, shared, stood_at
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here
from coterie.web.speech import Speech

router = APIRouter()


@router.get("/results")
def everything(
    request: Request, here: Here, account: Operator, event: str = ANY, days: int = WINDOW_DAYS
) -> Response:
    """Show every asker's result on one scale."""
    asked(event, days)
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        rows = results(house, work, event, days)
        names = outcomes(house, work)
        until = stood_at(house, work)
        together = shared(house, askers(house, work))
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
        together=[
            (f"/results/{one.kind}/{one.slug}", speech.gettext(saying.KINDS[one.kind]), one)
            for one in together
        ],
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


def _line(speech: Speech, row: Result, event: str, days: int) -> list[exports.Cell]:
    lift = row.lift
    one, other = lift.treated, lift.held_out
    return [
        row.asker.origin, title_of(speech, row.asker), event, days,
        one.people, one.did, round(one.rate, 6), other.people, other.did, round(other.rate, 6),
        None if lift.difference is None else round(lift.difference, 6),
        None if lift.interval is None else round(lift.interval.low, 6),
        None if lift.interval is None else round(lift.interval.high, 6),
        lift.verdict, lift.doubt, lift.needed, one.waiting + other.waiting, "randomised holdout",
    ]  # fmt: skip
