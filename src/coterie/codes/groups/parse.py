"""Reading the definition of a live group code, or refusing it with the place. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from coterie.codes.groups.model import Pool
from coterie.core.errors import Invalid
from coterie.core.ids import check_topic

KEYS = (
    "title", "store", "topic", "chats", "limit", "alert", "auto_create", "base_name", "base_id",
    "radius", "centre",
)  # fmt: skip
MOST_CHATS = 500
_BASE_NAME = 40


def parse(given: Mapping[str, Any]) -> Pool:
    """Read a live group code; raises Invalid with the path."""
    for key in given:
        if key not in KEYS:
            raise Invalid(f"unknown key {key!r}", path=str(key), hint=f"one of {', '.join(KEYS)}")
    title = _text(given.get("title"), "title", 100)
    if not title:
        raise Invalid("it needs a title", path="title", hint="such as Friends of Nanjing Road")
    store, topic = _text(given.get("store"), "store", 64), given.get("topic")
    if store and topic:
        raise Invalid("it belongs to a store or to a topic", path="topic", hint="leave one out")
    auto = given.get("auto_create", False)
    if not isinstance(auto, bool):
        raise Invalid("neither true nor false", path="auto_create", hint="write true")
    name = _text(given.get("base_name"), "base_name", _BASE_NAME)
    if auto and not name:
        raise Invalid("what are new groups called?", path="base_name", hint="write a name")
    centre = _centre(given.get("centre"))
    if centre is not None and (store or topic):
        raise Invalid("a city's code is of no store and no topic", path="centre", hint="leave it")
    if centre is not None and given.get("radius") in (None, ""):
        raise Invalid("how far does it reach?", path="radius", hint="such as 30 (km)")
    return Pool(
        title=title,
        store=store or None,
        topic=None if topic in (None, "") else check_topic(topic, "topic"),
        chats=_chats(given.get("chats", ())),
        limit=_number(given.get("limit", 200), "limit", 2, 2_000),
        alert=_number(given.get("alert", 80), "alert", 1, 100),
        auto_create=auto,
        base_name=name,
        base_id=_number(given.get("base_id", 1), "base_id", 1, 10**8),
        radius=_radius(given.get("radius")),
        centre=centre,
    )


def _chats(given: object) -> tuple[str, ...]:
    if not isinstance(given, Sequence) or isinstance(given, str) or len(given) > MOST_CHATS:
        raise Invalid("groups are a list", path="chats", hint=f"at most {MOST_CHATS} ids")
    found = [_text(one, f"chats[{place}]", 64) for place, one in enumerate(given)]
    return tuple(dict.fromkeys(one for one in found if one))


def _radius(given: object) -> float | None:
    if given in (None, ""):
        return None
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < given <= 1_000:
        raise Invalid(f"{given!r} is no radius", path="radius", hint="km, such as 3 or 30")
    return float(given)


def _centre(given: object) -> tuple[float, float] | None:
    if given in (None, "", (), []):
        return None
    if not isinstance(given, Sequence) or isinstance(given, str) or len(given) != 2:
        raise Invalid("a place is two numbers", path="centre", hint="such as [31.23, 121.47]")
    spot: list[float] = []
    for number, most in zip(given, (90, 180), strict=True):
        if isinstance(number, bool) or not isinstance(number, int | float) or abs(number) > most:
            raise Invalid("this is no place", path="centre", hint="degrees north, degrees east")
        spot.append(float(number))
    return spot[0], spot[1]


def _text(given: object, path: str, most: int) -> str:
    if given is None:
        return ""
    if not isinstance(given, str) or len(given) > most or not given.isprintable():
        raise Invalid("this is no short text", path=path, hint=f"at most {most} characters")
    return given.strip()


def _number(given: object, path: str, least: int, most: int) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not least <= given <= most:
        raise Invalid(f"{given!r} is no such number", path=path, hint=f"{least} to {most:,}")
    return given
