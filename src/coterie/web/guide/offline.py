"""What lets a guide's phone read without a connection: its service worker, and a fresh token."""

import hashlib
from functools import cache
from importlib.resources import files

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from coterie.web.cookies import FORM
from coterie.web.guide.at_work import Guided
from coterie.web.pages import asset, form_token
from coterie.web.parts import Here

router = APIRouter(prefix="/g")

_OFFLINE = "/g/offline"
_SCOPE = "/g/"


@cache
def _worker() -> str:
    """Put the worker together: what it is to keep, then what it does; any change makes it anew."""
    assets = [asset(name) for name in ("coterie.css", "guide.js", "icons.svg", "mark.svg")]
    script = (files("coterie.web") / "static" / "guide-sw.js").read_text("utf-8")
    version = hashlib.sha256("\n".join([*assets, script]).encode()).hexdigest()[:12]
    told = {"assets": assets, "offline": _OFFLINE, "version": version}
    return f"self.COTERIE={msgspec.json.encode(told).decode()};\n{script}"


@router.get("/sw.js")
def worker() -> Response:
    """Serve the service worker; browsers ask for it anew, so that a new one comes at once."""
    return Response(
        _worker(),
        media_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache", "Service-Worker-Allowed": _SCOPE},
    )


@router.get("/offline")
def offline(request: Request, here: Here) -> Response:
    """Show what a phone shows when there is no connection, and the page was not kept."""
    return here.pages.render(request, "guide/offline.html")


@router.get("/token")
def token(request: Request, here: Here, staff: Guided) -> Response:
    """Answer with what a form must carry, for taps that waited while their page grew old."""
    secret = here.cookies.get(request, FORM)
    if secret is None:  # the page that is loaded next brings one
        return JSONResponse({"guide": staff.mark, "token": ""})
    return JSONResponse({"guide": staff.mark, "token": form_token(secret, staff.token)})
