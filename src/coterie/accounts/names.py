"""The rules for names and passwords, and the fingerprints kept instead of secrets."""

import hashlib
import unicodedata

from coterie.accounts.model import LONGEST_PASSWORD, SHORTEST_PASSWORD
from coterie.core.errors import Invalid


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


def fingerprint(token: str) -> str:
    """Return what is stored of a session token, from which it cannot be found again."""
    return hashlib.sha256(token.encode()).hexdigest()
