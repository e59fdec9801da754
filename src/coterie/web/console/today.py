"""Today: who is here, what holds them together, whom did we reach?"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here

router = APIRouter()

_STAGES = ("entered", "waiting", "sent", "held", "shadow")


@router.get("/")
def today(request: Request, here: Here, account: Operator) -> Response:
    """Show the report's numbers."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        report = house.report(work)
    return here.pages.render(
        request,
        "console/today.html",
        account=account,
        report=report,
        stages=_STAGES,
        now=report["now"],
        simulated=report["simulated"],
    )
