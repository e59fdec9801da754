"""The one table: what a refusal of ours is in HTTP.

The body is problem+json (RFC 9457: type, title, status, detail) with our stable ``code``, the
``message`` that Segment's libraries read, and ``path`` and ``hint`` where there are any.
"""

import math
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from coterie.core.clock import SECOND, SystemClock
from coterie.core.errors import (
    Conflict,
    CoterieError,
    Invalid,
    NotFound,
    NotPermitted,
    Unavailable,
)
from coterie.events.errors import Full, TooLarge

log = structlog.get_logger(__name__)
_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


class NotKnown(NotPermitted):
    """Who asks has not said who they are: a wrong key, no session."""

    code = "not_known"


class WrongMethod(Invalid):
    """The address exists, but not for this method; ``allow`` names those that it takes."""

    code = "wrong_method"

    def __init__(self, message: str, allow: str = "") -> None:
        super().__init__(message)
        self.allow = allow


class TooMany(Unavailable):
    """Too many requests; ``retry_after`` says when there is room again."""

    code = "too_many_requests"


STATUS: tuple[tuple[type[CoterieError], int], ...] = (
    (TooLarge, 413),
    (WrongMethod, 405),
    (Invalid, 400),
    (NotFound, 404),
    (Conflict, 409),
    (NotKnown, 401),
    (NotPermitted, 403),
    (TooMany, 429),
    (Full, 429),
    (Unavailable, 503),
)
"""First match wins, so that a narrower refusal stands above the wider."""

STATUS_OF_CODE = {
    "too_many_sign_ins": 429, "too_many_claims": 429, "no_signature": 401, "wrong_signature": 401,
}  # fmt: skip
"""Refusals that another room names by code, without a class of their own."""


def status_of(error: CoterieError) -> int:
    """Return the HTTP status of a refusal; 500 for one that the table does not know."""
    named = STATUS_OF_CODE.get(error.code)
    if named is not None:
        return named
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


def problem(
    status: int, code: str, message: str, *, path: str = "", hint: str = ""
) -> dict[str, Any]:
    """Return the JSON object that tells of a refusal."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": message,
        "code": code,
        "message": message,
        "path": path,
        "hint": hint,
    }
    return {name: value for name, value in body.items() if value != ""}


def headers_of(error: CoterieError, status: int) -> dict[str, str]:
    """Return the headers that a refusal needs: when to come back, how to say who one is."""
    headers = {}
    retry_after = error.retry_after if isinstance(error, Unavailable) else None
    if status in {429, 503}:
        wait = max(1, math.ceil(retry_after or 1))
        headers["Retry-After"] = str(wait)
        if status == 429:
            headers["X-RateLimit-Reset"] = str(SystemClock().now() // SECOND + wait)
    if isinstance(error, WrongMethod) and error.allow:
        headers["Allow"] = error.allow
    if status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="write key", charset="UTF-8"'
    return headers


def as_json(error: CoterieError) -> JSONResponse:
    """Answer a program with a refusal."""
    status = status_of(error)
    path, hint = (error.path, error.hint) if isinstance(error, Invalid) else ("", "")
    body = problem(status, error.code, error.message, path=path, hint=hint)
    return JSONResponse(
        body, status, headers=headers_of(error, status), media_type="application/problem+json"
    )


def from_framework(error: HTTPException, request: Request) -> CoterieError:
    """Turn the framework's own refusals (no such page, wrong method) into one of ours."""
    if error.status_code == 404:
        return NotFound("there is nothing at this address")
    if error.status_code == 405:
        return WrongMethod("this address does not take that method", _methods_at(request))
    return Invalid(str(error.detail))


def _methods_at(request: Request) -> str:
    """Name every method that an address takes: the framework knows only of its first route."""
    scope, routes = request.scope, request.app.routes
    taken = [
        method
        for method in _METHODS
        if any(one.matches({**scope, "method": method})[0] is Match.FULL for one in routes)
    ]
    return ", ".join(taken)


def unexpected(request: Request, error: Exception) -> CoterieError:
    """Log what should not have happened, and return what may be told of it."""
    log.error("web.unexpected", path=request.url.path, method=request.method, exc_info=error)
    return CoterieError("something went wrong on our side; it is in the log", code="internal")
