"""The living page of the design system: every piece that pages are made of, as it looks now."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.web.charts import Chart, HeatMap, Series
from coterie.web.desk import Operator
from coterie.web.parts import Here

router = APIRouter()

_COLOURS = (
    ("base-100", "bg-base-100"),
    ("base-200", "bg-base-200"),
    ("base-300", "bg-base-300"),
    ("neutral", "bg-neutral"),
    ("primary", "bg-primary"),
    ("secondary", "bg-secondary"),
    ("accent", "bg-accent"),
    ("error", "bg-error"),
    ("wine-pale", "bg-wine-pale"),
    ("sea-pale", "bg-sea-pale"),
    ("amber-pale", "bg-amber-pale"),
    ("track", "bg-track"),
)
_WEEK = (3, 5, 4, 8, 13, 21, 18)


@router.get("/design")
def design(request: Request, here: Here, account: Operator) -> Response:
    """Show each piece once, in the theme and language that are on."""
    speech = here.pages.speech(request, account)
    days = [str(day) for day in range(1, 8)]
    heat = [[(row * 3 + column) % 11 for column in range(24)] for row in range(7)]
    return here.pages.render(
        request,
        "console/design/design.html",
        account=account,
        colours=_COLOURS,
        line=Chart(
            "example-line",
            speech.gettext("Example: more people joined each day"),
            "line",
            days,
            [Series(speech.gettext("Joined"), _WEEK)],
        ),
        bars=Chart(
            "example-bars",
            speech.gettext("Example: two groups, told apart by pattern as well"),
            "bar",
            days,
            [
                Series(speech.gettext("Joined"), _WEEK),
                Series(speech.gettext("Left"), _WEEK[::-1]),
            ],
        ),
        heat=HeatMap(
            "example-heat",
            speech.gettext("Example: the hours of a week"),
            [str(hour) for hour in range(24)],
            days,
            heat,
        ),
    )
