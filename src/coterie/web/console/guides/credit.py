"""Any order: whose work was it, and why? And why not somebody's?"""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.clock import DAY
from coterie.core.errors import NotFound
from coterie.guides.credit.model import WAYS
from coterie.web.console.guides.words import SPANS, money, names, share, span_of, tabs
from coterie.web.console.segments.who import people
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here

router = APIRouter(prefix="/credit")


@router.get("")
def orders(
    request: Request, here: Here, account: Operator, q: str = "", days: int = 30, page: int = 1
) -> Response:
    """List the newest orders with whose work they were, or those of a number."""
    house, speech = here.house, here.pages.speech(request, account)
    span_of(days)
    rows, number, now = account.preferences.rows, max(page, 1), house.clock.now()
    with house.db.read(actor_of(account), now) as work:
        credit = house.guides.credit
        found = (
            credit.numbered(work, q.strip())
            if q.strip()
            else credit.newest(work, rows + 1, (number - 1) * rows)
        )
        ways = credit.ways(work, now - days * DAY, now + DAY)
        broken = credit.unbalanced(work)
        shown = found if q.strip() else found[:rows]
        whom = people(work, house.profiles, {one.order.profile for one in shown})
        titles = names(work, house.guides)
    total = sum(ways.values())
    return here.pages.render(
        request, "console/guides/credit.html", account=account, tabs=tabs(speech, "/credit"),
        orders=shown, q=q, days=days, spans=SPANS, whom=whom, names=titles, money=money,
        share=share, total=total, currency=house.instance.currency, broken=broken,
        ways=[(way, ways.get(way, 0)) for way in WAYS],
        newer=f"/credit?page={number - 1}" if number > 1 else "",
        older=f"/credit?page={number + 1}" if not q and len(found) > rows else "",
    )  # fmt: skip


@router.get("/{shop}/{number}")
def one(
    request: Request, here: Here, account: Operator, shop: str, number: str, guide: str = ""
) -> Response:
    """Show one order: every line of its credit, with its why; and why not a guide's."""
    house, speech = here.house, here.pages.speech(request, account)
    now = house.clock.now()
    with house.db.read(actor_of(account), now) as work:
        found = house.guides.credit.of_order(work, shop, number)
        if found is None:
            raise NotFound(f"there is no order {number!r} of {shop!r}")
        why = (
            house.guides.credit.why_not(work, shop, number, guide)
            if guide and found.order.at is not None
            else None
        )
        values: dict[str, Any] = {
            "whom": people(work, house.profiles, {found.order.profile}).get(found.order.profile),
            "names": names(work, house.guides),
            "guides": [(each.id, each.name) for each in house.guides.organisation.guides(work)],
        }
    return here.pages.render(
        request, "console/guides/order.html", account=account, tabs=tabs(speech, "/credit"),
        credited=found, order=found.order, why=why, guide=guide, money=money, share=share,
        currency=house.instance.currency, **values,
    )  # fmt: skip
