"""Values of a rule as the text of a form's field, and back. Pure.

What an operator types means what it looks like: ``4`` is a number, ``true`` is true, anything else
is text. Text that looks like something else stands in quotes (``"007"``), a list in brackets.
"""

import json
import re
from decimal import Decimal
from typing import Any

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_LARGEST = 15
"""Digits before the point (or zeros after it) beyond which nobody means a per cent."""
_DURATION = re.compile(r"([0-9]+)([smhdw])")


def read(text: str) -> Any:
    """Read a field as the value that it looks like.

    >>> read("4"), read("true"), read("Turin"), read('"007"'), read("[1, 2]")
    (4, True, 'Turin', '007', [1, 2])
    """
    bare = text.strip()
    if _NUMBER.fullmatch(bare):
        return json.loads(bare)
    if bare in ("true", "false"):
        return bare == "true"
    if bare[:1] in ('"', "["):
        found = _from_json(bare)
        if isinstance(found, str | list):
            return found
    return text


def write(value: Any) -> str:
    """Write a value so that ``read`` gives it back.

    >>> write(4), write("Turin"), write("4"), write(["a", 1])
    ('4', 'Turin', '"4"', '["a", 1]')
    """
    if not isinstance(value, str):
        return _to_json(value)
    plain = value.strip() == value and value.isprintable()
    same = plain and value[:1] not in ('"', "[") and read(value) is value
    return value if same else _to_json(value)


def read_number(text: str) -> Any:
    """Read a number; what is none stays text, for the parser to refuse at its place."""
    found = read(text)
    return text if isinstance(found, bool | list) else found


def read_ratio(text: str) -> Any:
    """Read a part of a whole, in per cent or plain.

    >>> read_ratio("50 %"), read_ratio("0.5"), read_ratio("half")
    (0.5, 0.5, 'half')
    """
    bare, sign, rest = text.strip().partition("%")
    if not sign or rest or not _NUMBER.fullmatch(bare.strip()):
        return read_number(text)
    part = Decimal(bare.strip()) / 100
    if part.adjusted() > _LARGEST:
        return text
    return int(part) if part == part.to_integral_value() else float(part)


def write_ratio(value: Any) -> str:
    """Write a part of a whole in per cent, where nothing is lost by it.

    >>> write_ratio(0.4), write_ratio(2), write_ratio("half")
    ('40%', '200%', 'half')
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        exact = Decimal(repr(value))
        text = f"{exact * 100:f}%" if abs(exact.adjusted()) < _LARGEST else ""
        text = text.replace(".0%", "%")
        if text and read_ratio(text) == value:
            return text
    return write(value)


def read_lines(text: str) -> list[Any]:
    """Read several values, one a line; empty lines are none."""
    return [read(line) for line in text.splitlines() if line.strip()]


def write_lines(values: list[Any]) -> str:
    """Write several values, one a line; an empty text in quotes, since empty lines are none."""
    return "\n".join(write(value) or '""' for value in values)


def read_duration(amount: str, unit: str) -> str:
    """Put a duration together.

    >>> read_duration("60", "d")
    '60d'
    """
    return f"{amount.strip()}{unit}"


def write_duration(text: object) -> tuple[str, str]:
    """Take a duration apart.

    >>> write_duration("60d")
    ('60', 'd')
    """
    match = _DURATION.fullmatch(str(text))
    return (match[1], match[2]) if match else (str(text), "d")


def _to_json(value: Any) -> str:
    """Write JSON on one line that a field keeps as it is, letters of all languages readable."""
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isprintable() else json.dumps(value)


def _from_json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):
        return None
