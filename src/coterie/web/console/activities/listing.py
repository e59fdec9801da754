"""All activities: what is on, how full it is, and how the last ones went."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.errors import Invalid
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here

router = APIRouter()

PAGE = 30
_LAST_PAGE = 10_000


@router.get("/activities")
def activities(
    request: Request, here: Here, account: Operator, past: bool = False, page: int = 0
) -> Response:
    """List what is coming, or (``past``) what is over."""
    if not 0 <= page <= _LAST_PAGE:
        raise Invalid("there is no such page", path="page")
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        read = house.activities.past if past else house.activities.coming
        found = read(work, limit=PAGE + 1, offset=page * PAGE)
        shown = found[:PAGE]
        funnels = house.activities.funnels(work, [one.slug for one in shown])
    asked = "past=1&" if past else ""
    return here.pages.render(
        request,
        "console/activities/list.html",
        account=account,
        shown=shown,
        funnels=funnels,
        past=past,
        tabs_shown=[
            (speech.gettext("Coming"), "/activities", not past),
            (speech.gettext("Over"), "/activities?past=1", past),
        ],
        newer=f"/activities?{asked}page={page - 1}" if page else None,
        older=f"/activities?{asked}page={page + 1}" if len(found) > PAGE else None,
    )
