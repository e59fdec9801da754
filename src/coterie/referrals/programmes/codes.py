"""Personal codes: short, unguessable, and short enough for the state of a WeCom code. Pure."""

import re
import secrets

PREFIX = "rf_"
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that is read as another
_LENGTH = 12
_CODE = re.compile(rf"{PREFIX}[{_LETTERS}]{{{_LENGTH}}}")


def new_code() -> str:
    """Make a code of 59 random bits.

    >>> len(new_code()), is_code(new_code()), is_code("s-nanjing")
    (15, True, False)
    """
    return PREFIX + "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def is_code(text: object) -> bool:
    """Say whether a state or a scanned text looks like a personal code."""
    return isinstance(text, str) and _CODE.fullmatch(text) is not None
