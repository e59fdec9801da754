"""Render pages: one Jinja environment, autoescaped, in the visitor's language."""

import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from coterie.accounts.model import Account
from coterie.core.clock import to_datetime
from coterie.web.cookies import FORM, LANGUAGE, SESSION, Cookies
from coterie.web.words import Language, choose, in_language, named, say


class Pages:
    """Makes HTML out of templates. What a user gave is escaped: autoescape has no exception."""

    def __init__(self, brand: str, zone: ZoneInfo, cookies: Cookies) -> None:
        self.brand = brand
        self.zone = zone
        self.cookies = cookies
        self._templates = Environment(
            loader=PackageLoader("coterie.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {"number": number, "percent": percent, "width": width}

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
        language = self.language(request)
        secret = self.cookies.get(request, FORM) or secrets.token_urlsafe(24)
        # a reader's form must not hang on a session whose cookie stays away when she comes by mail
        session = self.cookies.get(request, SESSION) if account is not None else None
        page = self._templates.get_template(template).render(
            {
                **self._context(request, language),
                "account": account,
                "form_token": form_token(secret, session),
                **values,
            }
        )
        response = HTMLResponse(page, http_status, headers={"Vary": "Cookie, Accept-Language"})
        response.headers["Content-Language"] = "zh-CN" if language == "zh" else "en"
        self.cookies.set(response, FORM, secret)
        if request.query_params.get("lang") == language:
            self.cookies.set(response, LANGUAGE, language)
        return response

    def language(self, request: Request) -> Language:
        """Return the language of a request."""
        return choose(
            request.query_params.get("lang"),
            self.cookies.get(request, LANGUAGE),
            request.headers.get("accept-language"),
        )

    def say(self, request: Request, key: str) -> str:
        """Return the words of a key in the language of a request."""
        return say(self.language(request), key)

    def _context(self, request: Request, language: Language) -> dict[str, Any]:
        other: Language = "en" if language == "zh" else "zh"
        query = urlencode({**request.query_params, "lang": other})

        def t(key: str, **values: Any) -> str:
            return say(language, key, **values)

        def word(group: str, name: str) -> str:
            return named(language, group, name)

        def title(text: object) -> str:
            return in_language(language, text)

        def moment(value: int | str) -> str:
            return clock_face(value, self.zone)

        return {
            "t": t,
            "word": word,
            "title": title,
            "moment": moment,
            "language": language,
            "other_language": other,
            "switch": f"{request.url.path}?{query}",
            "path": request.url.path,
            "brand": self.brand,
        }


def form_token(secret: str, session: str | None) -> str:
    """Return what a form must carry: bound to this browser, and to its session if there is one.

    Another site can make a browser send our cookies, but can neither read nor guess this.
    """
    message = f"form\x1f{session or ''}".encode()
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def number(value: int | float) -> str:
    """Write a number with its thousands told apart.

    >>> number(1154)
    '1,154'
    """
    return f"{value:,}"


def percent(part: int, whole: int) -> str:
    """Write a share with one decimal; what is not nothing is not called nothing.

    >>> percent(22, 1000), percent(0, 0), percent(3, 10_000)
    ('2.2%', '0%', '<0.1%')
    """
    if not part or not whole:
        return "0%"
    return f"{100 * part / whole:.1f}%" if 2_000 * part >= whole else "<0.1%"


def width(part: int, whole: int) -> str:
    """Return the length of a bar in 0..100; what is not nothing is seen.

    >>> width(1, 100_000), width(0, 5), width(9, 5)
    ('1.0', '0.0', '100.0')
    """
    if not part or not whole:
        return "0.0"
    return f"{min(100.0, max(1.0, 100 * part / whole)):.1f}"


def clock_face(value: int | str, zone: ZoneInfo) -> str:
    """Write a moment (ms UTC, or ISO 8601) in the brand's zone, and name the zone."""
    moment = to_datetime(value) if isinstance(value, int) else datetime.fromisoformat(value)
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M} {zone.key}"
