"""Guides in a list: who serves where, with how many customers? And a new one."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.core.clock import DAY
from coterie.core.errors import CoterieError
from coterie.guides.organisation.model import Guide, Role
from coterie.guides.organisation.naming import slug_of
from coterie.web import exports
from coterie.web.console.guides.words import money, names, tabs
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_

router = APIRouter(prefix="/guides")

STANDINGS = ("active", "left", "all")
HEADER = (N_("Guide"), N_("Name at WeCom"), N_("Store"), N_("Customers"), N_("State"))
_SPAN = 30 * DAY


@router.get("")
def guides(
    request: Request, here: Here, account: Operator, q: str = "", store: str = "",
    region: str = "", show: str = "active",
) -> Response:  # fmt: skip
    """List the guides, those of a store or region, or those who left."""
    return _list(request, here, account, q, store, region, show)


def _list(
    request: Request, here: Parts, account: Account, q: str = "", store: str = "",
    region: str = "", show: str = "active", fault: str = "",
) -> Response:  # fmt: skip
    house, speech = here.house, here.pages.speech(request, account)
    now = house.clock.now()
    show = show if show in STANDINGS else "active"
    with house.db.read(actor_of(account), now) as work:
        every = house.guides.organisation
        found = every.guides(
            work, store_id=store or None, region=region or None, text=q,
            active=None if show == "all" else show == "active",
        )  # fmt: skip
        board = {one.name: one for one in house.guides.performance.board(
            work, now - _SPAN, now).rows}  # fmt: skip
        values: dict[str, Any] = {
            "customers": house.guides.bindings.counts(work),
            "names": names(work, house.guides, []),
            "stores": [(one.key, one.title) for one in every.stores(work)],
            "regions": [(one.id, one.title) for one in every.regions(work)],
            "number_of_guides": len(every.guides(work)),
        }
    return here.pages.render(
        request, "console/guides/list.html", account=account, tabs=tabs(speech, "/guides"),
        http_status=400 if fault else 200, guides=found, board=board, money=money, q=q,
        store=store, region=region, show=show, standings=STANDINGS, fault=fault,
        currency=house.instance.currency, **values,
    )  # fmt: skip


@router.get("/guides.xlsx")
def table(request: Request, here: Here, account: Operator) -> Response:
    """Hand the guides out as a workbook."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = house.guides.organisation.guides(work)
        counts = house.guides.bindings.counts(work)
        titles = names(work, house.guides, [])
    exports.record(house, account, "guides", rows=len(found))
    rows = (
        (
            one.name, one.userid or "", ", ".join(map(titles.store, one.stores)),
            counts.get(one.id, 0), speech.gettext("left") if one.left else speech.gettext("serves"),
        )
        for one in found
    )  # fmt: skip
    return exports.download("xlsx", "guides", [speech.gettext(words) for words in HEADER], rows)


@router.post("")
def new(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Add a guide."""
    house, speech = here.house, here.pages.speech(request, account)
    role: Role = "manager" if form.get("role") == "manager" else "guide"
    name, userid = form.get("name", "").strip(), form.get("userid", "").strip()
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            every = house.guides.organisation
            taken = {one.id for one in every.guides(work)}
            slug = slug_of(userid or name, taken)
            stores = tuple(one for one in (form.get("store", ""),) if one)
            every.save_guide(work, Guide(
                slug, name, userid or None, form.get("email", "").strip() or None, role, stores,
                since=house.clock.now(),
            ))  # fmt: skip
    except CoterieError as error:
        return _list(request, here, account, fault=error.message)
    said = speech.gettext("%(name)s is among the guides now.", name=name)
    return here.pages.redirect(f"/guides/{slug}", said)
