"""Render pages: one Jinja environment, autoescaped, in the visitor's language."""

import hashlib
import hmac
import secrets
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from coterie.accounts.model import Account
from coterie.web.cookies import FORM, LANGUAGE, SESSION, THEME, TOAST, Cookies
from coterie.web.nav import NAV
from coterie.web.ports import Served
from coterie.web.speech import Language, Speech, choose, width
from coterie.web.standing import Standing, standing_of
from coterie.web.vocabulary import VOCABULARY

_NOWHERE = Standing()


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("coterie.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    templates.filters["width"] = width
    templates.globals |= {
        "asset": asset,
        "nav": NAV,
        "known_errors": frozenset(VOCABULARY["error"]),
    }
    return templates


class Pages:
    """Makes HTML out of templates. What a user gave is escaped: autoescape has no exception."""

    def __init__(self, house: Served, cookies: Cookies) -> None:
        self.house = house
        self.brand = house.settings.brand
        self.zone = ZoneInfo(house.instance.zone)
        self.cookies = cookies
        self._templates = _templates()

    def render(
        self,
        request: Request,
        template: str,
        *,
        http_status: int = 200,
        account: Account | None = None,
        **values: Any,
    ) -> HTMLResponse:
        """Render one template; sets the cookies that the page's forms and language need."""
        speech = self.speech(request, account)
        secret = self.cookies.get(request, FORM) or secrets.token_urlsafe(24)
        context = self._context(request, speech, account, secret)
        page = self._templates.get_template(template).render({**context, **values})
        response = HTMLResponse(page, http_status, headers={"Vary": "Cookie, Accept-Language"})
        response.headers["Content-Language"] = "zh-CN" if speech.language == "zh" else "en"
        if self.cookies.get(request, FORM) != secret:
            self.cookies.set(response, FORM, secret)
        if request.query_params.get("lang") == speech.language:
            self.cookies.set(response, LANGUAGE, speech.language)
        if context["toast"]:
            self.cookies.drop(response, TOAST)
        return response

    def fragment(
        self, request: Request, template: str, *, account: Account | None = None, **values: Any
    ) -> str:
        """Render a part of a page, as a stream sends it."""
        speech = self.speech(request, account)
        secret = self.cookies.get(request, FORM) or ""
        context = self._context(request, speech, account, secret)
        return self._templates.get_template(template).render({**context, **values})

    def redirect(self, to: str, toast: str = "") -> Response:
        """Lead on to another page of ours after a write; ``toast`` is said there once."""
        response = RedirectResponse(to, 303)
        if toast:
            self.cookies.set(response, TOAST, quote(toast))
        return response

    def speech(self, request: Request, account: Account | None = None) -> Speech:
        """Return how to speak to whoever asks."""
        return Speech(self.language(request, account), self.zone, self.house.clock.now())

    def language(self, request: Request, account: Account | None = None) -> Language:
        """Return the language of a request."""
        return choose(
            request.query_params.get("lang"),
            account.preferences.language if account is not None else None,
            self.cookies.get(request, LANGUAGE),
            accepted=request.headers.get("accept-language"),
        )

    def _context(
        self, request: Request, speech: Speech, account: Account | None, secret: str
    ) -> dict[str, Any]:
        # a reader's form must not hang on a session whose cookie stays away when she comes by mail
        desk = self.cookies.get(request, SESSION) if account is not None else None
        session: str | None = desk or getattr(request.state, "forms_of", None)
        other: Language = "en" if speech.language == "zh" else "zh"
        return {
            "gettext": speech.gettext,
            "ngettext": speech.ngettext,
            "word": speech.word,
            "title": speech.title,
            "number": speech.number,
            "percent": speech.percent,
            "day": speech.day,
            "moment": speech.moment,
            "ago": speech.ago,
            "duration": speech.duration,
            "roughly": speech.roughly,
            "language": speech.language,
            "other_language": other,
            "switch": _switched(request, other),
            "theme": self._theme(request, account),
            "path": request.url.path,
            "here": _address(request),
            "brand": self.brand,
            "zone": self.zone.key,
            "now": speech.now,
            "simulated": self.house.instance.simulated,
            "account": account,
            "standing": standing_of(request) if account is not None else _NOWHERE,
            "form_token": form_token(secret, session),
            "toast": unquote(self.cookies.get(request, TOAST) or ""),
        }

    def _theme(self, request: Request, account: Account | None) -> str:
        kept = self.cookies.get(request, THEME)
        if account is not None and account.id:
            kept = account.preferences.theme
        return kept if kept in {"light", "dark"} else ""


def _switched(request: Request, language: Language) -> str:
    query = [(name, value) for name, value in parse_qsl(request.url.query) if name != "lang"]
    return f"{request.url.path}?{urlencode([*query, ('lang', language)])}"


def _address(request: Request) -> str:
    query = [(name, value) for name, value in parse_qsl(request.url.query) if name != "lang"]
    return request.url.path + (f"?{urlencode(query)}" if query else "")


def asset(name: str) -> str:
    """Return the address of a file of ours; it changes with the content, so browsers may keep it.

    Raises KeyError for a file that is not there.
    """
    return _ASSETS[name]


def _addressed(name: str, content: bytes) -> str:
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


_ASSETS = {
    file.name: _addressed(file.name, file.read_bytes())
    for file in (files("coterie.web") / "static").iterdir()
    if file.is_file()
}


def hang_forms_on(request: Request, session: str) -> None:
    """Let the forms of the page that answers a request hang on a session that is not the desk's."""
    request.state.forms_of = session


def form_token(secret: str, session: str | None, salt: str | None = None) -> str:
    """Return what a form must carry: bound to this browser, and to its session if there is one.

    Another site can make a browser send our cookies, but can neither read nor guess this. The salt
    is another one on each page, so that compressed pages do not give it away (BREACH).
    """
    salt = salt or secrets.token_hex(8)
    message = f"form\x1f{salt}\x1f{session or ''}".encode()
    return f"{salt}.{hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()}"


def is_form_token(given: str, secret: str, session: str | None) -> bool:
    """Say whether a form carries what we gave it."""
    expected = form_token(secret, session, given.partition(".")[0] or "-")
    return hmac.compare_digest(given.encode(), expected.encode())
