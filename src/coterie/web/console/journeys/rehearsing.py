"""The dry run on the draft's page: what it would have sent, had it been live."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.clock import DAY
from coterie.core.errors import Invalid
from coterie.journeys.rehearsal.model import Said
from coterie.web.console.journeys.view import BASE, View, edit_address
from coterie.web.console.segments.who import Somebody, people
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here

router = APIRouter(prefix=BASE)

SPANS = (7, 30, 90)
_SHOWN = 12


@dataclass(frozen=True)
class Line:
    """One message that would have been, and to whom."""

    said: Said
    who: Somebody | None


@router.get("/{slug}/edit/dry-run")
def dry_run(
    request: Request, here: Here, account: Operator, slug: str, days: int = 30
) -> Response:  # fmt: skip
    """Walk the draft, or what is live where there is none, over the last days."""
    house, view = here.house, View.of(request, here, account)
    span = days if days in SPANS else 30
    with house.db.read(actor_of(account), house.clock.now()) as work:
        work.now = max(work.now, house.inbound.stood_at(work) or work.now)
        draft = house.journeys.drafts.get(work, slug)
        source = house.journeys.get(work, slug).source if draft is None else draft.definition
        found, fault = None, ""
        try:
            since = work.now - span * DAY
            found = house.journeys.rehearsals.dry_run(work, slug, source, since)
        except Invalid as error:
            fault = error.path
        shown = [] if found is None else found.said[-_SHOWN:][::-1]
        whom = people(work, house.profiles, {one.profile for one in shown})
    return here.pages.render(
        request,
        "console/journeys/rehearsed.html"
        if request.headers.get("hx-request")
        else "console/journeys/rehearsal_page.html",
        account=account,
        slug=slug,
        heading=view.title(slug, source),
        edit=edit_address(slug),
        found=found,
        fault=fault,
        days=span,
        lines=[Line(one, whom.get(one.profile)) for one in shown],
    )
