"""Live group codes at the desk: how full each pool is, its editor, one."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.codes.groups.model import Joins
from coterie.core.errors import CoterieError, Invalid
from coterie.storage.work import Work
from coterie.web.console.codes.editing import people_and_places
from coterie.web.console.codes.one import mend
from coterie.web.desk import DeskForm, Operator, actor_of, long_form
from coterie.web.parts import Here, Parts

router = APIRouter(prefix="/codes/groups")

LongForm = Annotated[dict[str, str], Depends(long_form)]
_PLACES = ("radius", "north", "east")
_TEXTS = ("title", "store", "topic", "base_name")
_NUMBERS = ("limit", "alert", "base_id")


@router.get("")
def groups(request: Request, here: Here, account: Operator) -> Response:
    """List live group codes with their fill."""
    house = here.house
    scanning = house.scanning
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = scanning.groups.all(work)
        states = [one.state for one in found]
        values: dict[str, Any] = {
            "filling": scanning.groups.filling(work, found),
            "joins": scanning.groups.joins(work, states),
            "ways": scanning.ways.of(work, states),
        }
        _, stores = people_and_places(here, work)
    return here.pages.render(
        request, "console/codes/groups.html", account=account, codes=found, stores=dict(stores),
        connected=scanning.ways.connected, **values,
    )  # fmt: skip


@router.get("/new")
def new(request: Request, here: Here, account: Operator) -> Response:
    """Write a new one."""
    return _editor(request, here, account, {"limit": "200", "alert": "80", "base_id": "1"}, "")


@router.post("/new")
def make(request: Request, here: Here, account: Operator, form: LongForm) -> Response:
    """Make one."""
    return _save(request, here, account, form, "")


@router.get("/{state}")
def one(request: Request, here: Here, account: Operator, state: str) -> Response:
    """Show one: its groups, how full each is, who came."""
    house = here.house
    scanning = house.scanning
    with house.db.read(actor_of(account), house.clock.now()) as work:
        code = scanning.groups.get(work, state)
        way = scanning.ways.of(work, [state]).get(state)
        values: dict[str, Any] = {
            "filling": scanning.groups.filling(work, [code])[state],
            "joins": scanning.groups.joins(work, [state]).get(state, Joins()),
        }
        _, stores = people_and_places(here, work)
    return here.pages.render(
        request, "console/codes/group.html", account=account, code=code, way=way, mend=mend(way),
        stores=dict(stores), connected=scanning.ways.connected,
        address=f"{here.outside(request)}/c/{state}", **values,
    )  # fmt: skip


@router.get("/{state}/edit")
def edit(request: Request, here: Here, account: Operator, state: str) -> Response:
    """Change one."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        source = house.scanning.groups.get(work, state).source
    fields = {name: str(source.get(name) or "") for name in (*_TEXTS, *_NUMBERS)}
    fields |= {"chats": "\n".join(source.get("chats", ())),
               "auto_create": "1" if source.get("auto_create") else ""}  # fmt: skip
    north, east = source.get("centre") or ("", "")
    fields |= {"radius": str(source.get("radius") or ""), "north": str(north), "east": str(east)}
    return _editor(request, here, account, fields, state)


@router.post("/{state}/edit")
def change(request: Request, here: Here, account: Operator, state: str, form: LongForm) -> Response:
    """Keep a changed one."""
    return _save(request, here, account, form, state)


@router.post("/{state}/switch")
def switch(request: Request, here: Here, account: Operator, state: str, form: DeskForm) -> Response:
    """Offer it no longer, or again."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.scanning.groups.switch(work, state, on=form.get("on") == "1")
    house.poke_contacts()
    return here.pages.redirect(f"/codes/groups/{state}", speech.gettext("Kept."))


def _save(
    request: Request, here: Parts, account: Account, form: Mapping[str, str], state: str
) -> Response:
    house, speech = here.house, here.pages.speech(request, account)
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            given, kept = _given(form), house.scanning.groups
            code = kept.change(work, state, given) if state else kept.make(work, given)
    except CoterieError as error:
        return _editor(request, here, account, form, state, error)
    house.poke_contacts()
    return here.pages.redirect(f"/codes/groups/{code.state}", speech.gettext("Kept."))


def _given(form: Mapping[str, str]) -> dict[str, Any]:
    said = {name: text.strip() for name, text in form.items() if text.strip()}
    given: dict[str, Any] = {name: said[name] for name in _TEXTS if name in said}
    for name in _NUMBERS:
        if name in said:
            if not said[name].isascii() or not said[name].isdigit() or len(said[name]) > 9:
                raise Invalid(f"{said[name]!r} is no whole number", path=name, hint="such as 200")
            given[name] = int(said[name])
    spot = {name: _degrees(said[name], name) for name in _PLACES if name in said}
    if "radius" in spot:
        given["radius"] = spot["radius"]
    if "north" in spot or "east" in spot:
        given["centre"] = [spot.get("north", 999), spot.get("east", 999)]
    given["chats"] = said.get("chats", "").replace(",", " ").split()
    known = [name.removeprefix("chat.") for name in said if name.startswith("chat.")]
    given["chats"] += [one for one in known if one not in given["chats"]]
    return given | {"auto_create": "auto_create" in said}


def _degrees(text: str, path: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise Invalid(f"{text!r} is no number", path=path, hint="such as 31.23") from error


def _editor(
    request: Request, here: Parts, account: Account, fields: Mapping[str, str], state: str,
    fault: CoterieError | None = None,
) -> Response:  # fmt: skip
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        _, stores = people_and_places(here, work)
        offered = _offered(here, work, fields)
    return here.pages.render(
        request, "console/codes/group_edit.html", http_status=400 if fault else 200,
        account=account, given=fields, state=state, fault=fault, offered=offered,
        fault_path=fault.path if isinstance(fault, Invalid) else "",
        stores=[("", speech.gettext("of no store")), *stores],
    )  # fmt: skip


def _offered(
    here: Parts, work: Work, fields: Mapping[str, str]
) -> list[tuple[str, str, int, bool]]:
    """Return the groups there are: id, name, how many are in it, whether it is in the pool."""
    pool = fields.get("chats", "").split()
    return [
        (one.chat_id, one.name or one.chat_id, one.members,
         one.chat_id in pool or bool(fields.get(f"chat.{one.chat_id}")))
        for one in here.house.mirror.chats(work)

    ]  # fmt: skip
