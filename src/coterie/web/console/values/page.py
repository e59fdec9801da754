"""What customers are worth: how many are in which class, who moved, how well the models do."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.clock import DAY
from coterie.scores.values.model import CELLS, CLASSES, Model, Report
from coterie.web.charts import Chart, Series
from coterie.web.console.values import words
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here
from coterie.web.speech import Speech

router = APIRouter()

_SHOWN = 90 * DAY


@router.get("/results/value")
def value(request: Request, here: Here, account: Operator) -> Response:
    """Show the classes of all customers, a month's moves between them, and the calibration."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        reports = house.worth.reports(work, work.now - _SHOWN)
        model = house.worth.model(work)
    report = reports[-1] if reports else None
    return here.pages.render(
        request,
        "console/values/value.html",
        account=account,
        report=report,
        classes=_classes(speech, report),
        over_time=_over_time(speech, reports),
        moves=_moves(speech, report),
        cells=_cells(speech, report),
        angles=[] if report is None else [
            (speech.gettext(words.ANGLES[name]), people) for name, people in report.angles.items()
        ],
        model=model,
        refused=words.refusal(speech, model.refused if model else None),
        hours_refused=words.refusal(speech, report.hours_refused if report else None),
        calibration=_calibration(speech, model),
    )  # fmt: skip


def _classes(speech: Speech, report: Report | None) -> list[dict[str, Any]]:
    sizes = {} if report is None else report.sizes
    return [
        {
            "name": name,
            "words": speech.gettext(words.CLASSES[name]),
            "means": speech.gettext(words.MEANINGS[name]),
            "people": sizes.get(name, 0),
        }
        for name in reversed(CLASSES)
    ]


def _over_time(speech: Speech, reports: Sequence[Report]) -> Chart:
    """Draw the classes day by day; they overlap, so nothing is stacked."""
    return Chart(
        "coterie-classes",
        speech.gettext("People in each class, day by day"),
        "line",
        [speech.day(one.at) for one in reports],
        [
            Series(speech.gettext(words.CLASSES[name]), [one.sizes.get(name) for one in reports])
            for name in reversed(CLASSES)
        ],
    )


def _moves(speech: Speech, report: Report | None) -> dict[str, Any]:
    """Lay the moves out as a table: a row the class a month ago, a column the class now."""
    names = (*reversed(CLASSES), "")
    counted = {(then, now): people for then, now, people in report.moves} if report else {}
    return {
        "columns": [speech.gettext(words.CLASSES[name]) for name in names],
        "rows": [
            (
                speech.gettext(words.CLASSES[then]),
                [(counted.get((then, now), 0), then == now) for now in names],
            )
            for then in names
        ],
    }


def _cells(speech: Speech, report: Report | None) -> list[tuple[str, int]]:
    counted = {} if report is None else report.cells
    return [(speech.gettext(words.CELLS[name]), counted.get(name, 0)) for name in CELLS]


def _calibration(speech: Speech, model: Model | None) -> Chart | None:
    if model is None or not model.deciles:
        return None
    return Chart(
        "coterie-calibration",
        speech.gettext("Who ordered in the days held out, in percent of each tenth"),
        "bar",
        [str(place) for place in range(1, len(model.deciles) + 1)],
        [
            Series(
                speech.gettext("expected"), [round(100 * one.expected, 1) for one in model.deciles]
            ),
            Series(speech.gettext("came"), [round(100 * one.observed, 1) for one in model.deciles]),
        ],
        whole=False,
    )
