"""Read an activity from its JSON definition; every fault is named with its path."""

from collections.abc import Mapping
from typing import Any, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from coterie.activities.model import Activity, Form, Level, Words
from coterie.core.clock import DAY, parse_time
from coterie.core.errors import Invalid
from coterie.core.ids import check_slug, check_topic

FORMS: tuple[Form, ...] = get_args(Form)
LEVELS: tuple[Level, ...] = get_args(Level)

_KEYS = (
    "slug", "title", "about", "form", "topics", "level", "prerequisite", "starts", "ends",
    "place", "link", "host", "capacity", "waiting_list", "register_by", "segment", "community",
    "messages",
)  # fmt: skip
_WORDS_KEYS = ("channel", "invitation", "notice")
_LANGUAGES = ("en", "zh")
_LONGEST_LINE = 200
_LONGEST_TEXT = 5_000
_LONGEST_LINK = 2_000
_LARGEST = 1_000_000
_LONGEST_RUN = 366 * DAY


def parse(definition: object, zone: ZoneInfo) -> Activity:
    """Return the activity that a definition describes; raises Invalid with the fault's path.

    ``{"slug": "barolo-night", "title": {"en": "Barolo night", "zh": "巴罗洛之夜"}, "form":
    "tasting", "topics": ["wine/italy/piedmont"], "starts": "2026-03-01T19:00", "ends":
    "2026-03-01T21:30", "place": "Cellar", "capacity": 30}``. Times without an offset are in
    ``zone``, the brand's.
    """
    given = _mapping(definition, "", _KEYS)
    starts = _moment(given.get("starts"), "starts", zone)
    ends = _moment(given.get("ends"), "ends", zone)
    if not starts < ends <= starts + _LONGEST_RUN:
        raise Invalid(
            "an activity ends after it starts, and within a year",
            path="ends",
            hint="write both like 2026-03-01T19:00",
        )
    register_by = given.get("register_by")
    return Activity(
        slug=check_slug(given.get("slug"), "slug"),
        titles=_texts(given.get("title"), "title", _LONGEST_LINE),
        about=_texts(given["about"], "about", _LONGEST_TEXT) if given.get("about") else {},
        form=_one_of(given.get("form"), FORMS, "form"),
        starts=starts,
        ends=ends,
        topics=_topics(given.get("topics", [])),
        level=_level(given, "level"),
        prerequisite=_level(given, "prerequisite"),
        place=_line(given.get("place"), "place"),
        link=_link(given.get("link")),
        host=_line(given.get("host"), "host"),
        capacity=_capacity(given.get("capacity")),
        waiting_list=_truth(given.get("waiting_list", True), "waiting_list"),
        register_by=None if not register_by else _moment(register_by, "register_by", zone),
        segment=check_slug(given["segment"], "segment") if given.get("segment") else None,
        community=check_slug(given["community"], "community") if given.get("community") else None,
        words=_words(given["messages"]) if given.get("messages") else None,
    )


def _words(definition: object) -> Words:
    given = _mapping(definition, "messages", _WORDS_KEYS)
    channel = _line(given.get("channel"), "messages.channel")
    if not channel:
        raise Invalid("a channel is missing", path="messages.channel", hint='such as "email"')
    return Words(
        channel=channel,
        invitation=_line(given.get("invitation"), "messages.invitation"),
        notice=_line(given.get("notice"), "messages.notice"),
    )


def _mapping(value: object, path: str, keys: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Invalid("expected an object", path=path, hint=f"with {', '.join(keys)}")
    for key in value:
        if key not in keys:
            where = f"{path}.{key}" if path else str(key)
            raise Invalid("unknown key", path=where, hint=f"use one of {', '.join(keys)}")
    return value


def _texts(value: object, path: str, longest: int) -> dict[str, str]:
    if isinstance(value, str):
        return dict.fromkeys(_LANGUAGES, _text(value, path, longest))
    if not isinstance(value, Mapping) or not value:
        raise Invalid("there is no text", path=path, hint='write it, or {"en": "...", "zh": "..."}')
    given = _mapping(value, path, _LANGUAGES)
    return {
        language: _text(text, f"{path}.{language}", longest) for language, text in given.items()
    }


def _text(value: object, path: str, longest: int) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Invalid(f"{value!r} is no text", path=path, hint="write something")
    if len(value) > longest:
        raise Invalid(
            f"{len(value)} characters are too many", path=path, hint=f"use at most {longest}"
        )
    return value.strip()


def _line(value: object, path: str) -> str:
    return _text(value, path, _LONGEST_LINE) if value else ""


def _link(value: object) -> str:
    if not value:
        return ""
    text = _text(value, "link", _LONGEST_LINK)
    if urlsplit(text).scheme not in ("http", "https"):
        raise Invalid(f"{text!r} is no address", path="link", hint="begin it with https://")
    return text


def _one_of(value: Any, known: tuple[Any, ...], path: str) -> Any:
    if value not in known:
        raise Invalid(f"{value!r} is unknown here", path=path, hint=", ".join(known))
    return value


def _level(given: Mapping[str, Any], key: str) -> Level | None:
    level: Level | None = _one_of(given[key], LEVELS, key) if given.get(key) else None
    return level


def _topics(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise Invalid("expected a list of topics", path="topics", hint='["wine/italy"]')
    return tuple(
        dict.fromkeys(check_topic(topic, f"topics[{place}]") for place, topic in enumerate(value))
    )


def _capacity(value: object) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _LARGEST:
        raise Invalid(
            f"{value!r} is no capacity", path="capacity", hint=f"a whole number up to {_LARGEST:,}"
        )
    return value


def _truth(value: object, path: str) -> bool:
    if not isinstance(value, bool):
        raise Invalid(f"{value!r} is neither true nor false", path=path)
    return value


def _moment(value: object, path: str, zone: ZoneInfo) -> int:
    if not isinstance(value, str):
        raise Invalid("a time is missing", path=path, hint="write it like 2026-03-01T19:00")
    try:
        return parse_time(value, zone)
    except Invalid as error:
        raise Invalid(error.reason, path=path, hint="write it like 2026-03-01T19:00") from error
