"""Stores, regions and dealers: where is served, by whom, for how many?"""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.core.clock import DAY
from coterie.core.errors import CoterieError, Invalid, NotFound
from coterie.core.event import Event
from coterie.guides.organisation.model import Dealer, Kind, Region, Store
from coterie.guides.organisation.naming import read_hours, write_hours
from coterie.storage.work import Work
from coterie.web.console.guides.visited import visited
from coterie.web.console.guides.words import hours_said, money, names, number_in, tabs
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here, Parts

router = APIRouter(prefix="/stores")

_SPAN = 30 * DAY


@router.get("")
def stores(request: Request, here: Here, account: Operator, region: str = "") -> Response:
    """List the stores, those of a region if one is chosen."""
    return _list(request, here, account, region)


def _list(
    request: Request, here: Parts, account: Account, region: str = "", fault: str = ""
) -> Response:
    house, speech = here.house, here.pages.speech(request, account)
    now = house.clock.now()
    with house.db.read(actor_of(account), now) as work:
        every = house.guides.organisation
        inside = every.stores_in(work, region) if region else None
        found = [one for one in every.all_stores(work) if inside is None or one.id in inside]
        board = house.guides.performance.board(work, now - _SPAN, now, by="store").rows
        values: dict[str, Any] = {
            "figures": {one.name: one for one in board},
            "guides": every.counts_by_store(work),
            "customers": house.guides.bindings.counts(work, "store"),
            "regions": every.regions(work),
            "dealers": every.dealers(work),
        }
    titles = {one.id: one.title for one in values["regions"]}
    return here.pages.render(
        request, "console/guides/stores.html", account=account, tabs=tabs(speech, "/stores"),
        http_status=400 if fault else 200, fault=fault, stores=found, region=region, money=money,
        region_titles=titles, currency=house.instance.currency, form=None,
        hours_of=lambda one: hours_said(speech, one.hours), **values,
    )  # fmt: skip


@router.post("")
def new(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Open a store."""
    try:
        made = _read(form, form.get("id", "").strip())
        _save(here, account, made)
    except CoterieError as error:
        return _list(request, here, account, fault=error.message)
    speech = here.pages.speech(request, account)
    said = speech.gettext("%(name)s is open.", name=made.title)
    return here.pages.redirect(f"/stores/{made.id}", said)


@router.post("/regions")
def region(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Write a region."""
    made = Region(form.get("id", "").strip(), form.get("title", ""), form.get("parent", "") or None)
    return _kept(request, here, account, lambda work: (
        here.house.guides.organisation.save_region(work, made)))  # fmt: skip


@router.post("/dealers")
def dealer(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Write a dealer."""
    made = Dealer(form.get("id", "").strip(), form.get("title", ""), form.get("region", "") or None)
    return _kept(request, here, account, lambda work: (
        here.house.guides.organisation.save_dealer(work, made)))  # fmt: skip


def _kept(
    request: Request, here: Parts, account: Account, deed: Callable[[Work], None]
) -> Response:
    house, speech = here.house, here.pages.speech(request, account)
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            deed(work)
    except CoterieError as error:
        return _list(request, here, account, fault=error.message)
    return here.pages.redirect("/stores", speech.gettext("Kept."))


@router.get("/{store}")
def one(request: Request, here: Here, account: Operator, store: str) -> Response:
    """Show one store: who serves there, what it sold."""
    return _page(request, here, account, store)


def _page(request: Request, here: Parts, account: Account, store: str, fault: str = "") -> Response:
    house, speech = here.house, here.pages.speech(request, account)
    now = house.clock.now()
    with house.db.read(actor_of(account), now) as work:
        every = house.guides.organisation
        found = every.store(work, store)
        if found is None:
            raise NotFound(f"there is no store {store!r}")
        values: dict[str, Any] = {
            "figures": house.guides.performance.of_store(work, store, now - _SPAN, now),
            "board": house.guides.performance.board(
                work, now - _SPAN, now, store_id=store),
            "guides": every.colleagues(work, store),
            "customers": house.guides.bindings.counts(work),
            "owned": len(house.guides.bindings.of_store(work, store)),
            "regions": every.regions(work),
            "dealers": every.dealers(work),
            "others": [(each.key, each.title) for each in every.stores(work) if each.key != store],
            "names": names(work, house.guides),
            "visited": visited(here, speech, work, found) if found.kind == "offline" else None,
        }  # fmt: skip
    return here.pages.render(
        request, "console/guides/store.html", account=account, tabs=tabs(speech, "/stores"),
        http_status=400 if fault else 200, fault=fault, store=found, money=money,
        hours=write_hours(found.hours), said=hours_said(speech, found.hours),
        currency=house.instance.currency, **values,
    )  # fmt: skip


@router.post("/{store}")
def edit(request: Request, here: Here, account: Operator, form: DeskForm, store: str) -> Response:
    """Change a store."""
    try:
        _save(here, account, _read(form, store))
    except CoterieError as error:
        return _page(request, here, account, store, error.message)
    speech = here.pages.speech(request, account)
    return here.pages.redirect(f"/stores/{store}", speech.gettext("Kept."))


@router.post("/{store}/close")
def close(request: Request, here: Here, account: Operator, form: DeskForm, store: str) -> Response:
    """Close a store; its customers go to the heir with their guides."""
    heir = form.get("heir", "") or None
    _do(here, account, lambda work: here.house.guides.organisation.close_store(work, store, heir))
    speech = here.pages.speech(request, account)
    return here.pages.redirect(f"/stores/{store}", speech.gettext("The store is closed."))


@router.post("/{store}/reopen")
def reopen(
    request: Request, here: Here, account: Operator, _form: DeskForm, store: str
) -> Response:
    """Take a closing back."""
    _do(here, account, lambda work: here.house.guides.organisation.reopen_store(work, store))
    speech = here.pages.speech(request, account)
    said = speech.gettext("Open, as if it had never been closed.")
    return here.pages.redirect(f"/stores/{store}", said)


def _do(here: Parts, account: Account, deed: Callable[[Work], list[Event]]) -> None:
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.inbound.tell(work, deed(work))
    house.poke()


def _save(here: Parts, account: Account, made: Store) -> None:
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.inbound.retagged(work, house.guides.organisation.save_store(work, made))
    house.poke()


def _read(form: dict[str, str], name: str) -> Store:
    kind: Kind = "cloud" if form.get("kind") == "cloud" else "offline"
    place = form.get("place", "").strip()
    parts = [one.strip() for one in place.replace("，", ",").split(",")] if place else []
    try:
        latitude, longitude = (float(parts[0]), float(parts[1])) if parts else (None, None)
    except (ValueError, IndexError) as error:
        raise Invalid("a place is a latitude and a longitude", path="place",
                      hint="31.2304, 121.4737") from error  # fmt: skip
    department = form.get("department", "").strip()
    return Store(
        id=name, title=form.get("title", ""), kind=kind, region=form.get("region") or None,
        dealer=form.get("dealer") or None, address=form.get("address", "").strip(),
        latitude=latitude, longitude=longitude, zone=form.get("zone", "").strip() or None,
        hours=read_hours(form.get("hours", "")),
        department=number_in(department, "department", most=2**31) if department else None,
    )  # fmt: skip
