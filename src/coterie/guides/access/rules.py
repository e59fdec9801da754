"""What a PIN may be, and where a link may lead. Pure."""

import re
import secrets

from coterie.core.errors import Invalid

HOME = "/g/"
_PIN = re.compile(r"[0-9]{4,6}")
_PAGE = re.compile(r"/g/[A-Za-z0-9/_?=&.-]{0,200}")
_EASY = {"0123", "1234", "2345", "3456", "4567", "5678", "6789", "012345", "123456", "654321"}


def new_token() -> str:
    """Make a secret for a cookie or a link: 192 bits, of letters that every address may hold."""
    return secrets.token_urlsafe(24)


def new_state() -> str:
    """Make a secret for a trip to WeCom, which passes on letters and digits only."""
    return secrets.token_hex(24)


def check_pin(pin: str) -> str:
    """Return a PIN, or raise Invalid.

    >>> check_pin("4071")
    '4071'
    """
    if not _PIN.fullmatch(pin) or len(set(pin)) == 1 or pin in _EASY:
        raise Invalid(
            "choose 4 to 6 digits that nobody would guess first",
            path="pin",
            hint="not 1111, not 1234",
        )
    return pin


def page_to(to: str) -> str:
    """Return a page of the guide's to lead on to; anything else becomes her first page.

    >>> page_to("/g/codes"), page_to("https://elsewhere.example/g/"), page_to("/g//elsewhere")
    ('/g/codes', '/g/', '/g/')
    """
    return to if _PAGE.fullmatch(to) and "//" not in to else HOME
