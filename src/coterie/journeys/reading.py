"""Reading the values of a definition: words, flags, times, shares, and what reaches other rooms."""

from collections.abc import Mapping
from typing import Any, Literal, cast

from coterie.core.errors import Invalid
from coterie.core.ids import check_slug
from coterie.core.numbers import is_number
from coterie.messaging.model import Post, Relevance
from coterie.messaging.posting import check_post
from coterie.segments.language.conditions_parse import (
    check_keys,
    join,
    nearest,
    read_duration,
    read_number,
    read_text,
)

WHOLE = 10_000
"""All of it, in hundredths of a percent."""
TASKED = ("guide", "store")
"""Who may be given a task by these words; others by their role."""


def need(node: Mapping[str, Any], key: str, place: str) -> Any:
    """Return what a key holds, or refuse where it is missing."""
    if key not in node:
        raise Invalid(f"needs {key!r}", path=place, hint=f"add {key}")
    return node[key]


def one_of(value: object, known: tuple[str, ...], place: str) -> str:
    """Return a word that is among the known ones, or refuse."""
    if not isinstance(value, str) or value not in known:
        raise Invalid(f"{value!r} is none of {', '.join(known)}", path=place,
                      hint=nearest(value, known))  # fmt: skip
    return value


def flag(value: object, place: str) -> bool:
    """Return true or false, or refuse."""
    if not isinstance(value, bool):
        raise Invalid(f"is true or false, not {value!r}", path=place)
    return value


def some_time(value: object, place: str) -> int:
    """Return a duration that is longer than nothing, or refuse."""
    duration = read_duration(value, place)
    if duration == 0:
        raise Invalid("must be longer than nothing", path=place)
    return duration


def hundredths(value: object, place: str) -> int:
    """Read a percentage from 0 to 100, with at most two decimals, as hundredths."""
    if not is_number(value) or not 0 <= cast(float, value) <= 100:
        raise Invalid(f"{value!r} is not a percentage from 0 to 100", path=place)
    scaled = round(cast(float, value) * 100)
    if scaled / 100 != value:
        raise Invalid(f"{value!r} has more than two decimals", path=place)
    return scaled


def tasked(value: object, place: str) -> tuple[Literal["guide", "store", "role"], str | None]:
    """Read who is given a task, and of a role whose."""
    if isinstance(value, Mapping):
        check_keys(value, ("role",), place)
        return "role", check_slug(need(value, "role", place), join(place, "role"))
    if value not in TASKED:
        raise Invalid(f"{value!r:.80} is nobody who may be given a task", path=place,
                      hint='guide, store, or {"role": "owner"}')  # fmt: skip
    return cast(Literal["guide", "store"], value), None


def relevance_of(value: object, place: str) -> Relevance | None:
    """Read how much she must care at least, and for what."""
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise Invalid("is an object with least, and a topic", path=place,
                      hint='such as {"topic": "wine/red", "least": 0.5}')  # fmt: skip
    check_keys(value, ("topic", "least"), place)
    here, topic = join(place, "least"), value.get("topic")
    least = float(read_number(need(value, "least", place), here))
    if least < 0:
        raise Invalid("an interest is never less than nothing", path=here)
    return Relevance(
        least, None if topic is None else read_text(topic, join(place, "topic"), "a topic")
    )


def post_of(body: Mapping[str, Any], place: str) -> Post:
    """Read where a webhook goes."""
    url = read_text(body["url"], join(place, "url"), "an address")
    headers = body.get("headers", {})
    if not isinstance(headers, Mapping) or not all(isinstance(name, str) for name in headers):
        raise Invalid("headers are an object: the name of a secret by header",
                      path=join(place, "headers"))  # fmt: skip
    return check_post(Post(url, dict(headers)), place)
