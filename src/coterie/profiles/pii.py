"""What identifies a person: which traits are declared so, and which values look like it.

A value anywhere that looks like an e-mail address, a phone number or a Chinese identity number is
taken out, so that it can be sealed; it is never a reason to refuse an event.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

PERSONAL = frozenset(
    {
        "address",
        "email",
        "firstName",
        "first_name",
        "lastName",
        "last_name",
        "phone",
        "username",
    }
)
"""Keys that speak of a person wherever they stand."""

IDENTIFYING = PERSONAL | {"avatar", "description", "name", "website"}
"""Traits that identify by declaration: the wire format's reserved ones. The last four also
describe things, so as keys of properties they stay."""

DECLARED = "declared"
TOO_DEEP = "too_deep"
_DEEPEST = 64

_EMAIL = re.compile(
    r"""[^\s@<>(),;:"'\[\]\\/=?&#]{1,64}@"""
    r"(?:[\w-]{1,63}\.){1,8}(?!(?:png|jpe?g|gif|webp|svg)\b)[^\W\d_]{2,24}"
)
_PHONE = re.compile(
    r"(?<![0-9A-Za-z_.+])"
    r"(?:\+[1-9](?:[ \-()]{0,3}[0-9]){6,14}"
    r"|(?:86[ \-]?)?1[3-9][0-9][ \-]?[0-9]{4}[ \-]?[0-9]{4})"
    r"(?!\.?[0-9]|[A-Za-z_])"
)
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])")
_SEVEN_DIGITS = re.compile(r"(?:[0-9][ \-()]{0,3}){7}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


@dataclass(frozen=True)
class Found:
    """One identifying value and where it was.

    ``kind`` is ``declared``, ``email``, ``phone``, ``identity_number`` or ``too_deep`` (nested too
    deep to look through; such a value is dropped). ``root`` is the top key it was inside of, None
    when it was a top value itself.
    """

    path: str
    kind: str
    value: Any
    root: str | None = None


def looks_like(text: str) -> str | None:
    """Name what a text looks like or holds: ``email``, ``phone``, ``identity_number``, or None.

    >>> [looks_like(text) for text in ("ask ada@example.com", "13800138000", "barolo-101")]
    ['email', 'phone', None]
    >>> looks_like("11010519491231002X"), looks_like("110105194912310021")
    ('identity_number', None)
    """
    if len(text) < 6:
        return None
    if "%" in text:
        text = unquote(text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    if "@" in text and _EMAIL.search(text):
        return "email"
    if _SEVEN_DIGITS.search(text) is None:
        return None
    if any(is_identity_number(match[0]) for match in _IDENTITY.finditer(text)):
        return "identity_number"
    return "phone" if _PHONE.search(text) else None


def is_identity_number(text: str) -> bool:
    """Check a Chinese identity number (GB 11643-1999): a real birthday and the check digit."""
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text, strict=False))
    return _CHECKS[total % 11] == text[17].upper()


def split(traits: Mapping[str, Any]) -> tuple[dict[str, Any], list[Found]]:
    """Part traits into plain ones and identifying values; null and "" of these clear them.

    >>> split({"city": "Shanghai", "email": "ada@example.com"})[0]
    {'city': 'Shanghai'}
    """
    return _part(traits, IDENTIFYING)


def scrub(properties: Mapping[str, Any]) -> tuple[dict[str, Any], list[Found]]:
    """Take the identifying values out of properties, at any depth.

    >>> scrub({"note": "call 13800138000", "total": 5})[0]
    {'total': 5}
    """
    return _part(properties, frozenset())


def _part(entries: Mapping[str, Any], always: frozenset[str]) -> tuple[dict[str, Any], list[Found]]:
    if is_harmless(entries, always):
        return dict(entries), []
    found: list[Found] = []
    plain: dict[str, Any] = {}
    for name, value in entries.items():
        before = len(found)
        if _too_deep(value):
            found.append(Found(_named(name), TOO_DEEP, None))
        elif name in always:
            found.append(Found(name, DECLARED, value))
        else:
            _keep(plain, name, value, _named(name), found)
        for number in range(before, len(found)):
            if found[number].path != _named(name):
                found[number] = replace(found[number], root=name)
    return plain, found


_FLAT = frozenset({int, float, bool, type(None)})


def is_harmless(entries: Mapping[str, Any], always: frozenset[str] = frozenset()) -> bool:
    """Say of entries without objects or lists in them, as nearly all are, that nothing identifies.

    What this says no to has to be looked through in whole.
    """
    for name, value in entries.items():
        kind = type(value)
        if kind is str:
            if looks_like(value) is not None:
                return False
        elif kind not in _FLAT:
            return False
        if name in always or name in PERSONAL or _kind_of_key(name) is not None:
            return False
    return True


@lru_cache(maxsize=4_096)
def _kind_of_key(key: str) -> str | None:
    """Name what a key looks like: kept, since the same few keys come with every event."""
    return looks_like(key)


def _named(key: str) -> str:
    """Name a key in a path; one that itself looks identifying only by what it looks like."""
    kind = _kind_of_key(key)
    return key if kind is None else f"<{kind}>"


def _keep(kept: dict[str, Any], key: str, value: Any, path: str, found: list[Found]) -> None:
    """Put one entry of an object into ``kept``, and what identifies of it into ``found``."""
    kind = _kind_of_key(key)
    if kind is not None:
        found.append(Found(path, kind, {key: value}))
    elif key in PERSONAL and value not in (None, ""):
        found.append(Found(path, DECLARED, value))
    else:
        clean, gone = _look(value, path, found)
        if not gone:
            kept[key] = clean


def _look(value: Any, path: str, found: list[Found]) -> tuple[Any, bool]:
    """Return a value without what identifies, and whether nothing of it is left."""
    if isinstance(value, str):
        kind = looks_like(value)
        if kind is not None:
            found.append(Found(path, kind, value))
        return value, kind is not None
    if isinstance(value, dict):
        kept: dict[str, Any] = {}
        for key, inner in value.items():
            _keep(kept, key, inner, f"{path}.{_named(key)}", found)
        return kept, False
    if isinstance(value, list):
        looked = [_look(inner, f"{path}.{n}", found) for n, inner in enumerate(value)]
        return [clean for clean, gone in looked if not gone], False
    return value, False


def _too_deep(value: Any) -> bool:
    """Say whether a value is nested deeper than recursion may follow."""
    if not isinstance(value, dict | list):
        return False
    layer = [value]
    for _ in range(_DEEPEST):
        if not layer:
            return False
        layer = [
            inner
            for outer in layer
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
    return True
