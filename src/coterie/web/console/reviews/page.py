"""The pages of a review: to read, to calculate with, and to lay on a table."""

from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.analytics.review.reading import Review
from coterie.storage.work import Work
from coterie.web import exports
from coterie.web.charts import Chart, Series
from coterie.web.console.reviews.paper import as_pdf
from coterie.web.console.reviews.sheets import as_xlsx
from coterie.web.console.reviews.tables import Names
from coterie.web.console.reviews.telling import Telling, tell
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here, Parts
from coterie.web.ports import Served
from coterie.web.speech import Speech

router = APIRouter()

Slug = Annotated[str, Path(max_length=64)]
Kind = Literal["xlsx", "pdf"]

_TYPES: dict[Kind, str] = {"xlsx": exports.TYPES["xlsx"], "pdf": "application/pdf"}
ON_TOP = ("ways", "places", "readings")
BELOW = ("stores", "guides", "groups")


@router.get("/campaigns/{slug}/review")
def page(request: Request, here: Here, account: Operator, slug: Slug) -> Response:
    """Show what a campaign brought."""
    speech = here.pages.speech(request, account)
    review, told = _told(here, account, speech, slug)
    return here.pages.render(
        request,
        "console/reviews/one.html",
        account=account,
        slug=slug,
        told=told,
        over=review.is_over,
        at=review.at,
        on_top=[told.tables[key] for key in ON_TOP],
        below=[told.tables[key] for key in BELOW if told.tables[key].rows],
        chart=_chart(speech, review),
        speech=speech,
    )


@router.get("/campaigns/{slug}/review.xlsx")
def workbook(request: Request, here: Here, account: Operator, slug: Slug) -> Response:
    """Hand the review out as a workbook."""
    return _file(request, here, account, slug, "xlsx")


@router.get("/campaigns/{slug}/review.pdf")
def paper(request: Request, here: Here, account: Operator, slug: Slug) -> Response:
    """Hand the review out as one sheet of paper."""
    return _file(request, here, account, slug, "pdf")


def _file(request: Request, here: Parts, account: Account, slug: str, kind: Kind) -> Response:
    speech = here.pages.speech(request, account)
    review, told = _told(here, account, speech, slug)
    if kind == "xlsx":
        data = as_xlsx(speech, told)
    else:
        data = as_pdf(speech, told, here.pages.brand, speech.day(review.at))
    exports.record(here.house, account, "campaign:review", campaign=slug, format=kind)
    name = f"{slug}-{speech.language}.{kind}"
    given = f"attachment; filename=\"{name}\"; filename*=UTF-8''{quote(name)}"
    return Response(data, media_type=_TYPES[kind], headers={"Content-Disposition": given})


def _told(here: Parts, account: Account, speech: Speech, slug: str) -> tuple[Review, Telling]:
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        review = house.growing.reviews.review(work, slug)
        names = _names(house, work)
    return review, tell(speech, review, names, house.instance.currency)


def _names(house: Served, work: Work) -> Names:
    organisation = house.guides.organisation
    return Names(
        stores={one.id: one.title for one in organisation.all_stores(work)},
        groups={one.slug: one.name for one in house.growing.groups.all(work)},
        guides={one.id: one.name for one in organisation.guides(work)},
    )


def _chart(speech: Speech, review: Review) -> Chart:
    """Draw who joined, came and bought by day."""
    _ = speech.gettext
    days = review.found.days
    named = (
        (_("Joined"), [one.joined for one in days]),
        (_("Visits"), [one.visits for one in days]),
        (_("Orders"), [one.orders for one in days]),
    )
    return Chart(
        "review-days",
        _("Who joined, came and bought by day"),
        "line",
        [f"{one.day:%m-%d}" for one in days],
        [Series(name, values) for name, values in named],
    )
