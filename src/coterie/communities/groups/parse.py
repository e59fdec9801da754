"""Reading what a group is to be, or refusing it with the place. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from coterie.communities.groups.model import KINDS
from coterie.core.clock import midnight
from coterie.core.errors import Invalid
from coterie.core.ids import check_slug, check_topic

KEYS = (
    "chat", "slug", "name", "kind", "store", "topic", "community", "code", "rhythm", "campaign",
    "opened", "cap", "qr_limit",
)  # fmt: skip
_SLUGS = ("slug", "community", "rhythm", "campaign")
_SIZES = ("cap", "qr_limit")
_MOST = 5_000


def parse(given: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """Return the columns that are said; what is not said has no key. Raises Invalid.

    >>> parse({"chat": "wr1", "store": "s01", "cap": 500}, ZoneInfo("UTC"))
    {'chat': 'wr1', 'kind': 'store', 'store': 's01', 'cap': 500}
    """
    for key in given:
        if key not in KEYS:
            raise Invalid(f"unknown key {key!r}", path=str(key), hint=f"one of {', '.join(KEYS)}")
    found: dict[str, Any] = {
        key: _text(given[key], key, most)
        for key, most in (("chat", 64), ("name", 100), ("store", 64), ("code", 30))
        if key in given
    }
    kind = given.get("kind") or ("topic" if given.get("topic") else None)
    kind = kind or ("store" if given.get("store") else None)
    if kind is not None:
        if kind not in KINDS:
            raise Invalid(f"{kind!r} is no kind", path="kind", hint=f"one of {', '.join(KINDS)}")
        found["kind"] = kind
    for key in _SLUGS:
        if key in given:
            found[key] = None if given[key] in (None, "") else check_slug(given[key], key)
    if "topic" in given:
        topic = given["topic"]
        found["topic"] = None if topic in (None, "") else check_topic(topic, "topic")
    for key in _SIZES:
        if key in given:
            found[key] = _size(given[key], key)
    if given.get("opened") is not None:
        found["opened"] = _day(given["opened"], zone)
    if found.get("slug") in ("rhythms", "adopt"):
        raise Invalid("this name is taken by a page", path="slug", hint="choose another")
    order = {key: place for place, key in enumerate(KEYS)}
    found = {key: found[key] for key in sorted(found, key=order.__getitem__)}
    return {key: None if value == "" and key != "name" else value for key, value in found.items()}


def _text(given: object, path: str, most: int) -> str:
    if given is None:
        return ""
    if not isinstance(given, str) or len(given) > most or not given.isprintable():
        raise Invalid("this is no short text", path=path, hint=f"at most {most} characters")
    return given.strip()


def _size(given: object, path: str) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not 2 <= given <= _MOST:
        raise Invalid(f"{given!r} is no such number", path=path, hint=f"2 to {_MOST:,}")
    return given


def _day(given: object, zone: ZoneInfo) -> int:
    if isinstance(given, int) and not isinstance(given, bool):
        return given
    try:
        return midnight(date.fromisoformat(str(given)), zone)
    except ValueError as error:
        raise Invalid(
            f"{given!r} is no day", path="opened", hint="write it like 2026-09-11"
        ) from error
