"""Read a community from its JSON definition; every fault is named with its path."""

from collections.abc import Mapping
from typing import Any, get_args

from coterie.communities.model import Community, Kind, Terms
from coterie.core.clock import DAY, parse_duration
from coterie.core.errors import Invalid
from coterie.core.ids import check_slug, check_topic
from coterie.messaging.model import TOUCHES

_KEYS = ("slug", "title", "promise", "kind", "topic", "segment", "invitation", "present")
_INVITATION_KEYS = ("channel", "template", "touch", "expires", "cool_down", "holdout", "paused")
_LANGUAGES = ("en", "zh")
_LONGEST_LINE = 200


def parse(definition: object) -> Community:
    """Return the community that a definition describes; raises Invalid with the fault's path.

    ``{"slug": "pasta", "title": {"en": "Pasta", "zh": "意面"}, "promise": "A recipe a week",
    "kind": "interest", "topic": "wine/italy", "segment": "italy-fans", "invitation": {"channel":
    "email", "template": "join-us", "expires": "14d", "cool_down": "90d", "holdout": 10}}``
    """
    given = _mapping(definition, "", _KEYS)
    segment = given.get("segment")
    if (segment is None) != (given.get("invitation") is None):
        raise Invalid(
            "a segment and an invitation belong together",
            path="invitation" if segment else "segment",
            hint="give both, or neither when people join only by themselves",
        )
    return Community(
        slug=check_slug(given.get("slug"), "slug"),
        titles=_texts(given.get("title"), "title"),
        promises=_texts(given.get("promise"), "promise"),
        kind=_kind(given.get("kind", "interest")),
        topic=None if given.get("topic") is None else check_topic(given["topic"], "topic"),
        segment=None if segment is None else check_slug(segment, "segment"),
        terms=None if segment is None else _terms(given["invitation"]),
        present=_truth(given.get("present", True), "present"),
    )


def _terms(definition: object) -> Terms:
    given = _mapping(definition, "invitation", _INVITATION_KEYS)
    touch = given.get("touch", "informational")
    if touch not in TOUCHES:
        raise Invalid(
            f"{touch!r} is no touch kind", path="invitation.touch", hint=", ".join(TOUCHES)
        )
    return Terms(
        channel=_line(given.get("channel"), "invitation.channel"),
        template=_line(given.get("template"), "invitation.template"),
        touch=touch,
        expires=_duration(given, "expires", 14 * DAY),
        cool_down=_duration(given, "cool_down", 90 * DAY),
        holdout=_percent(given.get("holdout")),
        paused=_truth(given.get("paused", False), "invitation.paused"),
    )


def _mapping(value: object, path: str, keys: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Invalid("expected an object", path=path, hint=f"with {', '.join(keys)}")
    for key in value:
        if key not in keys:
            where = f"{path}.{key}" if path else str(key)
            raise Invalid("unknown key", path=where, hint=f"use one of {', '.join(keys)}")
    return value


def _texts(value: object, path: str) -> dict[str, str]:
    if isinstance(value, str):
        return dict.fromkeys(_LANGUAGES, _line(value, path))
    if not isinstance(value, Mapping) or not value:
        raise Invalid(
            "there is no text", path=path, hint='write a line, or {"en": "...", "zh": "..."}'
        )
    given = _mapping(value, path, _LANGUAGES)
    return {language: _line(text, f"{path}.{language}") for language, text in given.items()}


def _line(value: object, path: str) -> str:
    if not isinstance(value, str) or not value.strip() or "\n" in value:
        raise Invalid(f"{value!r} is not a line of text", path=path, hint="write one line")
    if len(value) > _LONGEST_LINE:
        raise Invalid(
            f"the line is {len(value)} characters long",
            path=path,
            hint=f"keep it to {_LONGEST_LINE}",
        )
    return value.strip()


def _kind(value: Any) -> Kind:
    if value not in get_args(Kind):
        raise Invalid(f"{value!r} is no kind", path="kind", hint=", ".join(get_args(Kind)))
    kind: Kind = value
    return kind


def _truth(value: object, path: str) -> bool:
    if not isinstance(value, bool):
        raise Invalid(f"{value!r} is neither true nor false", path=path)
    return value


def _duration(given: Mapping[str, Any], key: str, default: int) -> int:
    path = f"invitation.{key}"
    duration = default if key not in given else parse_duration(given[key], path)
    if duration <= 0:
        raise Invalid("the duration is zero", path=path, hint='write it like "14d"')
    return duration


def _percent(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 100:
        raise Invalid(
            f"{value!r} is no percentage",
            path="invitation.holdout",
            hint="a whole number from 0 to 100",
        )
    return value
