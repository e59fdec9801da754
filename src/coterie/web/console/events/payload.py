"""Write JSON so that people can read it, with the faulty place marked. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

MASK = "••••••"
_STEP = re.compile(r"[^.\[\]]+")


@dataclass(frozen=True)
class Line:
    """One line of a payload; ``marked`` lines hold what is at fault."""

    text: str
    marked: bool = False


def readable(raw: bytes) -> str:
    """Return JSON with a line for each value; what is no JSON comes as it is.

    >>> print(readable(b'{"a":1,"b":{"c":[]}}'))
    {
      "a": 1,
      "b": {
        "c": []
      }
    }
    """
    try:
        # decoded and written anew, since a sender may have escaped every letter that is not ASCII
        whole = msgspec.json.encode(msgspec.json.decode(raw))
        return msgspec.json.format(whole, indent=2).decode()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return raw.decode("utf-8", "replace")


def lines(raw: bytes, path: str = "") -> list[Line]:
    """Write a payload line by line; the value at ``path`` is marked, else where it would stand.

    A path that leads nowhere marks the line on which its object begins: something is missing
    there.

    >>> [line.text for line in lines(b'{"a":1,"b":2}', "b") if line.marked]
    ['  "b": 2']
    >>> [line.text for line in lines(b'{"a":1}', "event") if line.marked]
    ['{']
    """
    try:
        whole = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return [Line(text, bool(path)) for text in readable(raw).splitlines()]
    steps = tuple(_STEP.findall(path))
    asked = _deepest(whole, steps)
    is_there = len(asked) == len(steps)

    def is_marked(at: tuple[str, ...], is_opening: bool) -> bool:
        if not steps:
            return False
        return at[: len(asked)] == asked if is_there else is_opening and at == asked

    return [Line(text, is_marked(at, is_opening)) for text, at, is_opening in _written(whole)]


def masked(properties: dict[str, Any], paths: list[str]) -> dict[str, Any]:
    """Put a mask where values were taken out of an event's properties and sealed.

    >>> masked({"a": 1}, ["contact.phone"])
    {'a': 1, 'contact': {'phone': '••••••'}}
    """
    whole = msgspec.json.decode(msgspec.json.encode(properties))
    for path in paths:
        place, steps = whole, _STEP.findall(path)
        for step in steps[:-1]:
            place = place.setdefault(step, {}) if isinstance(place, dict) else None
        if isinstance(place, dict) and steps:
            place.setdefault(steps[-1], MASK)
    return dict(whole)


def _deepest(whole: Any, steps: tuple[str, ...]) -> tuple[str, ...]:
    """Return as many of the steps as lead somewhere."""
    place = whole
    for number, step in enumerate(steps):
        if isinstance(place, dict) and step in place:
            place = place[step]
        elif isinstance(place, list) and step.isdigit() and int(step) < len(place):
            place = place[int(step)]
        else:
            return steps[:number]
    return steps


def _written(whole: Any) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    """Yield (line, path of its value, whether the value begins there)."""
    yield from _value(whole, (), "", "", "")


def _value(
    value: Any, at: tuple[str, ...], indent: str, before: str, after: str
) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    if isinstance(value, dict | list) and value:
        opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
        yield f"{indent}{before}{opening}", at, True
        inner = list(value.items() if isinstance(value, dict) else enumerate(value))
        for number, (key, one) in enumerate(inner):
            comma = "," if number < len(inner) - 1 else ""
            named = f"{_json(key)}: " if isinstance(value, dict) else ""
            yield from _value(one, (*at, str(key)), indent + "  ", named, comma)
        yield f"{indent}{closing}{after}", at, False
    else:
        yield f"{indent}{before}{_json(value)}{after}", at, True


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
