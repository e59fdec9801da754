"""Put the web together: routes, error table, safety. Called by the composition root."""

from importlib.resources import files

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

from coterie.core.errors import CoterieError, Invalid
from coterie.web import errors
from coterie.web.api import events, health, items, people, report, segments
from coterie.web.console import design, find, sign_in
from coterie.web.console.communities import editing as community_editing
from coterie.web.console.communities import listing as community_listing
from coterie.web.console.communities import one as one_community
from coterie.web.console.house import account as house_account
from coterie.web.console.house import audit as house_audit
from coterie.web.console.house import doctor as house_doctor
from coterie.web.console.house import keys as house_keys
from coterie.web.console.house import settings as house_settings
from coterie.web.console.house import team as house_team
from coterie.web.console.items import pages as item_pages
from coterie.web.console.broadcasts import compose as broadcast_compose
from coterie.web.console.broadcasts import pages as broadcast_pages
from coterie.web.console.imports import columns as import_columns
from coterie.web.console.imports import files as import_files
from coterie.web.console.imports import running as import_running
from coterie.web.console.journeys import editing as journey_editing
from coterie.web.console.journeys import listing as journey_listing
from coterie.web.console.journeys import one as one_journey
from coterie.web.console.journeys import publishing as journey_publishing
from coterie.web.console.messages import pages as message_pages
from coterie.web.console.messages import switch as message_switch
from coterie.web.console.people import listing as people_listing
from coterie.web.console.people import person as one_person
from coterie.web.console.events import live as live_events
from coterie.web.console.events import quarantine
from coterie.web.console.results import page as result_page
from coterie.web.console.templates import pages as template_pages
from coterie.web.console.today import page as today
from coterie.web.console.segments import building as segment_building
from coterie.web.console.segments import reading as segment_reading
from coterie.web.console.topics import pages as topic_pages
from coterie.web.cookies import Cookies
from coterie.web.desk import MustChange
from coterie.web.errors import NotKnown
from coterie.web.limits import Limits
from coterie.web.member import articles, consent, invitations, links
from coterie.web.pages import Pages
from coterie.web.parts import Parts
from coterie.web.ports import Served
from coterie.web.rate import TokenBuckets
from coterie.web.security import Safety

COLLECTORS = (health.router, events.router)
"""These ask for a write key, or for nothing."""

READERS = (articles.router, consent.router, links.router, invitations.router, sign_in.router)
"""Nobody is signed in here: a reader has her link."""

DESK = (
    import_files.router,
    import_columns.router,
    import_running.router,
    design.router,
    today.router,
    result_page.router,
    live_events.router,
    quarantine.router,
    people_listing.router,
    one_person.router,
    find.router,
    community_listing.router,
    community_editing.router,
    one_community.router,
    topic_pages.router,
    item_pages.router,
    journey_listing.router,
    journey_editing.router,
    journey_publishing.router,
    one_journey.router,
    message_switch.router,
    message_pages.router,
    broadcast_compose.router,
    broadcast_pages.router,
    template_pages.router,
    house_account.router,
    house_team.router,
    house_keys.router,
    house_settings.router,
    house_doctor.router,
    house_audit.router,
    report.router,
    segments.router,
    segment_building.router,
    segment_reading.router,
    people.router,
    items.router,
)
"""Every route of these asks who sits at the desk."""


def create_app(house: Served, limits: Limits | None = None) -> FastAPI:
    """Build the ASGI application that serves one house."""
    settings = house.settings
    limits = limits or Limits()
    cookies = Cookies(secure=settings.secure_cookies)
    app = FastAPI(
        title="Coterie", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False
    )
    app.state.parts = Parts(
        house=house,
        limits=limits,
        pages=Pages(house, cookies),
        cookies=cookies,
        brakes=TokenBuckets(settings.requests_per_second),
    )
    for router in (*COLLECTORS, *READERS, *DESK):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=str(files("coterie.web") / "static")))
    app.add_exception_handler(CoterieError, _refuse)
    app.add_exception_handler(HTTPException, _refuse)
    app.add_exception_handler(RequestValidationError, _refuse)
    app.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=6)
    app.add_middleware(
        Safety, allowed_hosts=settings.allowed_hosts, https=_is_https(house), on_error=_apologise
    )
    return app


def _is_https(house: Served) -> bool:
    return house.settings.secure_cookies or house.settings.public_url.startswith("https:")


def _refuse(request: Request, error: Exception) -> Response:
    return _answer(request, _as_ours(error))


def _apologise(request: Request, error: Exception) -> Response:
    return _answer(request, errors.unexpected(request, error))


def _as_ours(error: Exception) -> CoterieError:
    if isinstance(error, CoterieError):
        return error
    if isinstance(error, HTTPException):
        return errors.from_framework(error)
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    return Invalid(first["msg"], path=".".join(str(part) for part in first["loc"]))


def _answer(request: Request, error: CoterieError) -> Response:
    if is_for_programs(request):
        return errors.as_json(error)
    if isinstance(error, NotKnown) and request.method in {"GET", "HEAD"}:
        return RedirectResponse(sign_in.address(request), 303)
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
    return request.url.path.startswith(("/v1/", "/api/", "/health"))
