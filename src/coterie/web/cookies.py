"""The cookies we set, each with the least reach that its use allows."""

from dataclasses import dataclass
from typing import Literal

from fastapi import Request, Response

from coterie.core.clock import DAY, SECOND


@dataclass(frozen=True)
class Cookie:
    """One cookie. ``age`` in milliseconds, None: until the browser closes.

    ``strict`` ones are not sent even when a link on another site is followed; the reader's come
    along then, since that is how she comes to us.
    """

    name: str
    site: Literal["strict", "lax"] = "lax"
    age: int | None = None


SESSION = Cookie("coterie_session", site="strict", age=7 * DAY)
FORM = Cookie("coterie_form")
LANGUAGE = Cookie("coterie_language", age=365 * DAY)
THEME = Cookie("coterie_theme", age=365 * DAY)
ROWS = Cookie("coterie_rows", age=365 * DAY)
TOAST = Cookie("coterie_toast", site="strict", age=DAY // 1_440)
CHOICE = Cookie("coterie_choice", age=365 * DAY)
READER = Cookie("coterie_reader", age=365 * DAY)
INVITED = Cookie("coterie_invited", age=30 * DAY)
GUIDE = Cookie("coterie_guide", age=7 * DAY)
PHONE = Cookie("coterie_phone", age=365 * DAY)
TRIP = Cookie("coterie_trip", age=DAY // 144)


class Cookies:
    """Sets and reads cookies; none is readable by scripts."""

    def __init__(self, *, secure: bool) -> None:
        self.secure = secure

    def get(self, request: Request, cookie: Cookie) -> str | None:
        """Return what a request carries."""
        return request.cookies.get(self._name(cookie))

    def set(self, response: Response, cookie: Cookie, value: str) -> None:
        """Give a cookie to the browser."""
        response.set_cookie(
            self._name(cookie),
            value,
            max_age=None if cookie.age is None else cookie.age // SECOND,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite=cookie.site,
        )

    def drop(self, response: Response, cookie: Cookie) -> None:
        """Take a cookie from the browser."""
        response.delete_cookie(
            self._name(cookie), path="/", secure=self.secure, httponly=True, samesite=cookie.site
        )

    def _name(self, cookie: Cookie) -> str:
        # a name with this prefix cannot be set by a neighbour under the same domain
        return f"__Host-{cookie.name}" if self.secure else cookie.name
