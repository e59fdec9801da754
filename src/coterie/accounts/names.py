"""The rules for names, passwords and choices, and the fingerprints kept instead of secrets."""

import hashlib
import re
import secrets
import unicodedata

from coterie.accounts.model import (
    LANGUAGES,
    LONGEST_PASSWORD,
    ROLES,
    ROWS,
    SHORTEST_PASSWORD,
    THEMES,
    Preferences,
)
from coterie.core.errors import Invalid

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are taken for another when read from a slip of paper."""
_PAGE = re.compile(r"/[a-z0-9/_-]{0,99}")
_LONGEST_QUERY = 4_000


def fold_name(name: str) -> str:
    """Return the form in which names are compared: normalised and regardless of case.

    >>> fold_name(" Ada ") == fold_name("ADA")
    True
    """
    return unicodedata.normalize("NFKC", name).casefold().strip()


def check_name(name: str) -> str:
    """Return the name as it is shown, or raise Invalid."""
    shown = unicodedata.normalize("NFKC", name).strip()
    if not 1 <= len(shown) <= 100 or not shown.isprintable():
        raise Invalid(
            "that is no name for an account",
            path="name",
            hint="use 1 to 100 printable characters, such as an e-mail address",
        )
    return shown


def check_password(password: str) -> str:
    """Return the password, or raise Invalid when it is too short or absurdly long."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Invalid(
            f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters",
            path="password",
            hint="a few words in a row are easy to remember",
        )
    return password


def first_password() -> str:
    """Make a password to hand over once: 79 bits, four groups that can be read out loud."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def check_role(role: str) -> str:
    """Return the role, or raise Invalid when there is none of the name."""
    if role not in ROLES:
        raise Invalid(f"{role!r} is no role", path="role", hint=f"choose {' or '.join(ROLES)}")
    return role


def check_preferences(wanted: Preferences) -> Preferences:
    """Return the preferences, or raise Invalid for one that is not on offer."""
    offers: tuple[tuple[str, object, tuple[object, ...]], ...] = (
        ("language", wanted.language, ("", *LANGUAGES)),
        ("theme", wanted.theme, THEMES),
        ("rows", wanted.rows, ROWS),
    )
    for path, value, offered in offers:
        if value not in offered:
            choices = ", ".join(str(one) for one in offered if one)
            raise Invalid(f"{value!r} is not on offer", path=path, hint=f"choose {choices}")
    return wanted


def check_view(page: str, name: str, query: str) -> str:
    """Return a saved view's name as it is shown, or raise Invalid."""
    shown = unicodedata.normalize("NFKC", name).strip()
    if not 1 <= len(shown) <= 60 or not shown.isprintable():
        raise Invalid("give the view a name of 1 to 60 characters", path="name")
    if not _PAGE.fullmatch(page):
        raise Invalid(f"{page[:100]!r} is no page of the desk", path="page")
    if len(query) > _LONGEST_QUERY or not query.isprintable():
        raise Invalid("this filter is too long to be kept", path="query", hint="leave some out")
    return shown


def fingerprint(token: str) -> str:
    """Return what is stored of a session token, from which it cannot be found again."""
    return hashlib.sha256(token.encode()).hexdigest()
