"""Put the web together: routes, error table, safety. Called by the composition root."""

from functools import cache
from importlib.resources import files

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

from coterie.core.errors import CoterieError, Invalid
from coterie.web import errors
from coterie.web.api import events
from coterie.web.console import sign_in
from coterie.web.cookies import Cookies
from coterie.web.desk import MustChange
from coterie.web.errors import NotKnown
from coterie.web.guide import at_work, side
from coterie.web.limits import Limits
from coterie.web.pages import Pages
from coterie.web.parts import Parts
from coterie.web.ports import Served
from coterie.web.rate import TokenBuckets
from coterie.web.routes import COLLECTORS, DESK, GUIDES, READERS
from coterie.web.security import Safety

_TAPS = 10
"""How many requests of one guide are served a second, twice that in a burst."""
_PROGRAMS = ("/v1/", "/api/", "/callbacks/", "/health", *events.POSTHOG_ADDRESSES)


def create_app(house: Served, limits: Limits | None = None) -> FastAPI:
    """Build the ASGI application that serves one house."""
    settings = house.settings
    limits = limits or Limits()
    cookies = Cookies(secure=settings.secure_cookies)
    app = FastAPI(
        title="Coterie", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False,
        routes=list(_routes().routes),
    )  # fmt: skip
    app.state.parts = Parts(
        house=house,
        limits=limits,
        pages=Pages(house, cookies),
        cookies=cookies,
        brakes=TokenBuckets(settings.requests_per_second),
        taps=TokenBuckets(_TAPS),
    )
    app.mount("/static", StaticFiles(directory=str(files("coterie.web") / "static")))
    app.add_exception_handler(CoterieError, _refuse)
    app.add_exception_handler(HTTPException, _refuse)
    app.add_exception_handler(RequestValidationError, _refuse)
    app.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=6)
    app.add_middleware(events.Collectors)
    app.add_middleware(
        Safety, allowed_hosts=settings.allowed_hosts, https=_is_https(house), on_error=_apologise,
        framed=_framed(house),
    )  # fmt: skip
    return app


@cache
def _routes() -> APIRouter:
    """Put the routes together once for all houses of a process: what each takes is read slowly."""
    router = APIRouter(redirect_slashes=False)
    for room in (*COLLECTORS, *READERS, *GUIDES, *DESK):
        router.include_router(room)
    return router


def _framed(house: Served) -> dict[str, str]:
    """Let the simulator show the sidebar in its chat; on the platform nobody frames anything."""
    origin = side.simulator(house)
    return {} if origin is None else dict.fromkeys(("/g/side", "/g/in"), origin)


def _is_https(house: Served) -> bool:
    return house.settings.secure_cookies or house.settings.public_url.startswith("https:")


def _refuse(request: Request, error: Exception) -> Response:
    return _answer(request, _as_ours(request, error))


def _apologise(request: Request, error: Exception) -> Response:
    return _answer(request, errors.unexpected(request, error))


def _as_ours(request: Request, error: Exception) -> CoterieError:
    if isinstance(error, CoterieError):
        return error
    if isinstance(error, HTTPException):
        return errors.from_framework(error, request)
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    return Invalid(first["msg"], path=".".join(str(part) for part in first["loc"]))


def _answer(request: Request, error: CoterieError) -> Response:
    if is_for_programs(request):
        return errors.as_json(error)
    if isinstance(error, NotKnown) and request.method in {"GET", "HEAD"}:
        asked_by_guide = request.url.path.startswith("/g/")
        at = at_work.address(request) if asked_by_guide else sign_in.address(request)
        return RedirectResponse(at, 303)
    if isinstance(error, MustChange) and request.method in {"GET", "HEAD"}:
        return RedirectResponse("/account/password", 303)
    status = errors.status_of(error)
    parts: Parts = request.app.state.parts
    template = "refusal.html" if "hx-request" in request.headers else "error.html"
    page = parts.pages.render(request, template, http_status=status, error=error)
    page.headers.update(errors.headers_of(error, status))
    return page


def is_for_programs(request: Request) -> bool:
    """Say whether an address answers JSON: then its refusals are JSON too."""
    return request.url.path.startswith(_PROGRAMS)
