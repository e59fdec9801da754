"""Sign in and out of the desk."""

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from coterie.core.actor import Actor
from coterie.core.errors import NotPermitted, Unavailable
from coterie.web.cookies import SESSION
from coterie.web.desk import OpenForm, desk_form
from coterie.web.errors import headers_of, status_of
from coterie.web.pages import Pages
from coterie.web.parts import Here

router = APIRouter()

_STRANGER = Actor("person", "?")


def address(request: Request) -> str:
    """Return where to sign in, and to come back from to the page that was asked for."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"/sign-in?next={quote(wanted, safe='')}"


@router.get("/sign-in")
def ask(request: Request, here: Here) -> Response:
    """Ask for name and password."""
    house = here.house
    with house.db.read(_STRANGER, house.clock.now()) as work:
        exists = house.accounts.exists(work)
    if not exists:
        raise NotPermitted(
            "this desk has no owner yet, so it opens on its own machine only: "
            "make one there with coterie owner NAME"
        )
    return _page(here.pages, request, request.query_params.get("next", "/"))


@router.post("/sign-in")
def sign_in(request: Request, here: Here, form: OpenForm) -> Response:
    """Open a session, or say that name and password do not belong together."""
    house = here.house
    name, wanted = form.get("name", ""), form.get("next", "/")
    peer = request.client.host if request.client else "?"
    try:
        with house.db.read(_STRANGER, house.clock.now()) as work:
            attempt = house.accounts.attempt(work, name, peer)
        proven = house.accounts.proves(attempt, form.get("password", ""))
        actor = Actor("person", attempt.name) if proven else _STRANGER
        with house.db.begin(actor, house.clock.now()) as work:
            token = house.accounts.sign_in(work, attempt, proven=proven)
    except Unavailable as error:
        status = status_of(error)
        page = _page(here.pages, request, wanted, status=status, name=name, wrong=error.message)
        page.headers.update(headers_of(error, status))
        return page
    if token is None:
        wrong = here.pages.speech(request).gettext(
            "Name and password do not belong together. Try again."
        )
        return _page(here.pages, request, wanted, status=401, name=name, wrong=wrong)
    response = RedirectResponse(local(wanted), 303)
    here.cookies.set(response, SESSION, token)
    return response


@router.post("/sign-out", dependencies=[Depends(desk_form)])
def sign_out(request: Request, here: Here) -> Response:
    """End the session, here and in the database."""
    house = here.house
    token = here.cookies.get(request, SESSION)
    if token:
        with house.db.begin(_STRANGER, house.clock.now()) as work:
            house.accounts.sign_out(work, token)
    response = RedirectResponse("/sign-in", 303)
    here.cookies.drop(response, SESSION)
    return response


def local(wanted: str) -> str:
    r"""Return an address of ours to go on to; the start when it would lead elsewhere.

    >>> local("/messages?status=held"), local("//evil.example"), local("/\\evil.example")
    ('/messages?status=held', '/', '/')
    """
    plain = wanted.isprintable() and "\\" not in wanted
    return wanted if plain and wanted.startswith("/") and not wanted.startswith("//") else "/"


def _page(
    pages: Pages, request: Request, wanted: str, *, status: int = 200, name: str = "",
    wrong: str = "",
) -> Response:  # fmt: skip
    values: dict[str, Any] = {"next": wanted, "name": name, "wrong": wrong}
    return pages.render(request, "console/sign_in.html", http_status=status, **values)
