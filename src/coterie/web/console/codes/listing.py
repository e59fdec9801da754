"""Channel codes: which there are, what came of each, and what is wrong with one."""

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.codes.channel.model import Filter
from coterie.web.console.codes.one import names_of
from coterie.web.console.codes.words import STATUS, mend_of
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here
from coterie.web.speech import N_

router = APIRouter(prefix="/codes")

PAGE = 50
ORDERS = {
    "created": N_("newest first"),
    "added": N_("most added"),
    "joined": N_("most came into a group"),
    "title": N_("by title"),
    "ends": N_("ending soonest"),
}
_FILTERS = ("text", "store", "guide", "campaign", "status")


@router.get("")
def codes(request: Request, here: Here, account: Operator) -> Response:
    """List codes, filtered and sorted, with their funnel."""
    house, speech = here.house, here.pages.speech(request, account)
    asked = request.query_params
    given = {name: asked.get(name, "").strip()[:100] for name in _FILTERS}
    order = asked.get("order", "created")
    order = order if order in ORDERS else "created"
    number = asked.get("page", "1")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    scanning = house.scanning
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found, count = scanning.channel.page(
            work, Filter(**given), order, PAGE, (max(page, 1) - 1) * PAGE
        )
        states = [one.state for one in found]
        numbers = scanning.channel.numbers(work, states)
        ways = scanning.ways.of(work, states)
        failed = scanning.ways.failed(work, 20)
        budget = scanning.ways.budget(work)
        values = {
            name: scanning.channel.values_of(work, name) for name in ("store", "guide", "campaign")
        }
        places = {one.key: one.title for one in scanning.channel.guides.stores(work)}
        known = {*values["guide"], *(one.key.guide for one in found if one.key.guide)}
        names = names_of(scanning.channel, work, known)
        everything = (
            count if not any(given.values()) else scanning.channel.page(work, Filter(), limit=0)[1]
        )
    kept = {name: text for name, text in given.items() if text}
    return here.pages.render(
        request, "console/codes/list.html", account=account, codes=found, count=count,
        everything=everything, numbers=numbers, ways=ways, given=given, order=order,
        orders=[(key, speech.gettext(words)) for key, words in ORDERS.items()], statuses=STATUS,
        values={name: [("", speech.gettext("all")),
                       *((one, {**places, **names}.get(one, one)) for one in each)]
                for name, each in values.items()},
        places=places, names=names,
        failed=[(one, *mend_of(one.errcode or 0)) for one in failed if one.kind == "contact"],
        budget=budget, connected=scanning.ways.connected, **_pages(kept, order, page, count),
        posters=urlencode(kept),
    )  # fmt: skip


def _pages(kept: dict[str, str], order: str, page: int, count: int) -> dict[str, Any]:
    def at(number: int) -> str:
        return "/codes?" + urlencode({**kept, "order": order, "page": number})

    return {
        "newer": at(page - 1) if page > 1 else "",
        "older": at(page + 1) if page * PAGE < count else "",
    }
