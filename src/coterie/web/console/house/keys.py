"""Keys: who may send events to this house."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.core.errors import Invalid
from coterie.web.desk import DeskForm, Operator, Owner, actor_of, desk_form
from coterie.web.parts import Here, Parts

router = APIRouter(prefix="/keys")


@router.get("")
def show(request: Request, here: Here, account: Operator) -> Response:
    """List the keys, those in use first."""
    return _list(request, here, account)


def _list(
    request: Request, here: Parts, account: Account, *, status: int = 200, **values: Any
) -> Response:
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        keys = house.keys.all(work)
    shown = {
        "keys": sorted(keys, key=lambda key: (key.disabled is not None, -key.created)),
        "active": sum(key.disabled is None for key in keys),
        "fault": "",
        "source": "",
    }
    return here.pages.render(
        request, "console/house/keys.html", http_status=status, account=account, **(shown | values)
    )


@router.post("")
def new(request: Request, here: Here, account: Owner, form: DeskForm) -> Response:
    """Make a key and show it, this once, with what to do with it."""
    house, speech = here.house, here.pages.speech(request, account)
    source = form.get("source", "").strip()
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            key = house.keys.new(work, source)
    except Invalid:
        fault = speech.gettext("Use up to 64 lower-case letters, digits, - and _, such as website.")
        return _list(request, here, account, status=400, fault=fault, source=source)
    address = here.outside(request)
    return here.pages.render(
        request,
        "console/house/new_key.html",
        account=account,
        key=key,
        source=source,
        address=address,
    )


@router.post("/{key}/disable", dependencies=[Depends(desk_form)])
def disable(request: Request, here: Here, account: Owner, key: str) -> Response:
    """Stop a key for good."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.keys.disable(work, key)
    return here.pages.redirect(
        "/keys", toast=speech.gettext("The key is stopped; events sent with it are refused.")
    )
