"""Leaderboards: who sells best, once luck is taken out? Did guides become more alike?"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.clock import DAY
from coterie.web.console.guides.funnel import funnel
from coterie.web.console.guides.words import SPANS, money, names, span_of, tabs
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here

router = APIRouter(prefix="/leaderboard")


@router.get("")
def board(
    request: Request, here: Here, account: Operator, by: str = "guide", region: str = "",
    store: str = "", days: int = 30,
) -> Response:  # fmt: skip
    """Show guides, or stores, in the order of what is to be believed of them."""
    house, speech = here.house, here.pages.speech(request, account)
    span = span_of(days)
    now = house.clock.now()
    what = "store" if by == "store" else "guide"
    with house.db.read(actor_of(account), now) as work:
        found = house.guides.performance.board(
            work, now - span, now + DAY, by="store" if what == "store" else "guide",
            region=region or None, store_id=store or None,
        )  # fmt: skip
        before, after = (now - 2 * span, now - span), (now - span, now)
        evened = house.guides.performance.evened(work, before, after)
        titles = names(work, house.guides)
        regions = [(one.id, one.title) for one in house.guides.organisation.regions(work)]
        stores = [(one.key, one.title) for one in house.guides.organisation.stores(work)]
    return here.pages.render(
        request, "console/guides/board.html", account=account, tabs=tabs(speech, "/leaderboard"),
        board=found, by=what, region=region, store=store, regions=regions, stores=stores,
        days=days, spans=SPANS, names=titles, money=money, evened=evened,
        currency=house.instance.currency, funnel=funnel(found),
    )  # fmt: skip
