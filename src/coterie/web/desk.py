"""Who sits at the desk, and whether a form is really hers.

Until an owner exists, the desk is open to this machine alone: one user, no password. From then on
every page and every answer of the API asks for a session.
"""

import secrets
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request

from coterie.accounts.model import Account
from coterie.core.actor import Actor
from coterie.core.errors import NotPermitted
from coterie.web.bodies import read_form, read_up_to
from coterie.web.cookies import FORM, SESSION
from coterie.web.errors import NotKnown
from coterie.web.pages import is_form_token
from coterie.web.parts import Here, parts_of
from coterie.web.security import LOOPBACK, host_name
from coterie.web.standing import Standing, keep_standing

OPEN_DESK = Account(0, "this machine", "owner")
"""Who acts while no owner exists."""


class MustChange(NotPermitted):
    """She signed in with a first password: nothing else opens before she has chosen her own."""

    code = "must_change"


def at_desk(request: Request, here: Here) -> Account:
    """Return who asks; raises NotKnown when it is nobody with a session."""
    house, token = here.house, here.cookies.get(request, SESSION)
    now = house.clock.now()
    with house.db.read(Actor("person", "?"), now) as work:
        account = house.accounts.who(work, token) if token else None
        stopped = house.messaging.is_stopped(work)
        keep_standing(request, Standing(stopped, len(house.campaigns.to_approve(work))))
        if account is not None:
            if account.must_change and not request.url.path.startswith("/account"):
                raise MustChange("choose a password of your own first: open /account/password")
            return account
        if not house.accounts.exists(work) and _from_this_machine(request):
            return OPEN_DESK
    raise NotKnown("sign in first: open /sign-in in a browser")


Operator = Annotated[Account, Depends(at_desk)]


def owner_at_desk(account: Operator) -> Account:
    """Return who asks; raises NotPermitted unless she is an owner."""
    if not account.is_owner:
        raise NotPermitted("only owners may do this: ask one of them, they are listed under Team")
    return account


Owner = Annotated[Account, Depends(owner_at_desk)]


def actor_of(account: Account) -> Actor:
    """Return the actor whom the audit names."""
    return Actor("person", account.name)


def _from_this_machine(request: Request) -> bool:
    # a proxy on this machine lets strangers in: then its traces are there, or another name is
    peer = request.client.host if request.client else ""
    forwarded = {"forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"}
    return (
        peer in LOOPBACK
        and host_name(request.headers.get("host", "")) in LOOPBACK
        and not forwarded & set(request.headers.keys())
    )


async def desk_form(request: Request) -> dict[str, str]:
    """Read a form of the desk; raises NotPermitted when another site or session sent it."""
    return await own_form(request, parts_of(request).cookies.get(request, SESSION))


async def long_form(request: Request) -> dict[str, str]:
    """Read an editor's form, which may be long; refuses like ``desk_form``."""
    here = parts_of(request)
    session = here.cookies.get(request, SESSION)
    return await own_form(request, session, here.limits.long_form, here.limits.long_form_fields)


async def open_form(request: Request) -> dict[str, str]:
    """Read a form of a page that asks for no session; raises NotPermitted when it is not ours."""
    return await own_form(request, None)


async def own_form(
    request: Request, session: str | None, size: int | None = None, most: int | None = None
) -> dict[str, str]:
    """Read a form that hangs on a session; raises NotPermitted when it is not ours."""
    here = parts_of(request)
    body = await read_up_to(request, size or here.limits.form)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    fields = {}
    if kind == "application/x-www-form-urlencoded":
        fields = read_form(body, most or here.limits.form_fields)
    secret = here.cookies.get(request, FORM) or secrets.token_hex()
    given = fields.pop("form_token", "")
    if not is_form_token(given, secret, session) or not same_origin(request):
        raise NotPermitted(
            "this form has grown old or came from elsewhere: go back, reload the page and send it "
            "again",
            code="strange_form",
        )
    return fields


DeskForm = Annotated[dict[str, str], Depends(desk_form)]
OpenForm = Annotated[dict[str, str], Depends(open_form)]


def same_origin(request: Request) -> bool:
    """Say whether a request that changes something came from a page of ours.

    Programs that are no browsers send neither header, and pass.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


async def own_json(request: Request) -> bytes:
    """Read a JSON body for the API; raises NotPermitted when another site's page sent it."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not same_origin(request) or kind != "application/json":
        raise NotPermitted(
            "the API takes application/json, and nothing from other sites' pages",
            code="strange_request",
        )
    return await read_up_to(request, parts_of(request).limits.body)


JsonBody = Annotated[bytes, Depends(own_json)]
