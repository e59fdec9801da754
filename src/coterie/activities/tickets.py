"""The code that lets one person in once: short enough to be typed, too long to be guessed. Pure.

It is made from a signed token, so nobody without the house's key can make one, and the person's
page can show it again and again; the tables keep its digest only.
"""

import hashlib

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: none that is mistaken for another when read aloud."""

_LENGTH = 12
_GROUP = 4
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def code_of(token: str) -> str:
    """Return the code of a signed token: 60 bits of its digest.

    >>> code_of("a"), len(code_of("b"))
    ('AEFQ15B21W5N', 12)
    """
    number = int.from_bytes(hashlib.sha256(token.encode()).digest()[:8], "big")
    return "".join(_LETTERS[number >> 5 * place & 31] for place in range(_LENGTH))


def spaced(code: str) -> str:
    """Write a code in groups, as people read it.

    >>> spaced("ABCD1234EFGH")
    'ABCD-1234-EFGH'
    """
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def typed(text: str) -> str:
    """Read a code as somebody typed it: small letters, blanks and look-alikes are forgiven.

    >>> typed(" abcd-1234-efgo ")
    'ABCD1234EFG0'
    """
    return text.strip().upper().translate(_MISREAD)


def digest(code: str) -> str:
    """Return what is kept of a code."""
    return hashlib.sha256(f"check-in {code}".encode()).hexdigest()
