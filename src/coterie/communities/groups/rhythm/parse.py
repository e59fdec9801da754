"""Reading a rhythm from plain JSON; every refusal names its place. Pure."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from coterie.communities.groups.rhythm.model import FIRST_DAYS, KINDS, STAGES, Play, Rhythm
from coterie.communities.groups.rhythm.timing import check_every
from coterie.core.clock import MINUTE, parse_duration
from coterie.core.errors import Invalid
from coterie.core.ids import check_slug
from coterie.messaging.model import TOUCHES

KEYS = ("slug", "titles", "plays", "skip", "jitter", "stages")
PLAY_KEYS = (
    "name", "kind", "titles", "day", "every", "since", "until", "at", "text", "materials", "poll",
    "link", "touch", "lasts",
)  # fmt: skip
MOST_PLAYS, MOST_SKIPPED, LAST_DAY, MOST_BYTES = 60, 400, 730, 3_500
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_LONGEST = 24 * 60 * MINUTE


def parse(document: object) -> Rhythm:
    """Read a rhythm; raises Invalid.

    >>> parse({"slug": "r", "titles": {"en": "R"}, "plays": [{"name": "hello", "kind": "welcome",
    ...        "day": 0, "at": "10:00", "text": "Hello {group}"}]}).plays[0].at
    600
    """
    given = _object(document, "", KEYS)
    plays = given.get("plays")
    if not isinstance(plays, list) or len(plays) > MOST_PLAYS:
        raise Invalid("plays are a list", path="plays", hint=f"at most {MOST_PLAYS}")
    found = tuple(_play(one, f"plays[{place}]") for place, one in enumerate(plays))
    names: set[str] = set()
    for place, play in enumerate(found):
        if play.name in names:
            raise Invalid(
                f"two plays are called {play.name}", path=f"plays[{place}].name",
                hint="give each a name of its own",
            )  # fmt: skip
        names.add(play.name)
    skip = given.get("skip") or []
    if not isinstance(skip, list) or len(skip) > MOST_SKIPPED:
        raise Invalid("days are a list", path="skip", hint='write ["2026-10-01"]')
    return Rhythm(
        slug=check_slug(given.get("slug"), "slug"),
        titles=_titles(given.get("titles"), "titles"),
        plays=found,
        skip=frozenset(_day(one, f"skip[{place}]") for place, one in enumerate(skip)),
        jitter=_number(given.get("jitter", 20), "jitter", 0, 180),
        stages=_stages(given.get("stages") or {}),
    )


def _play(document: object, path: str) -> Play:
    given = _object(document, path, PLAY_KEYS)
    day, every = given.get("day"), given.get("every")
    if (day is None) == (every in (None, "")):
        raise Invalid(
            "a play has its day or its recurrence", path=f"{path}.day",
            hint="write a day of age (0 is the first), or every",
        )  # fmt: skip
    until = given.get("until")
    play = Play(
        name=check_slug(given.get("name"), f"{path}.name"),
        kind=_one_of(given.get("kind"), KINDS, f"{path}.kind"),
        titles=_titles(given.get("titles") or {"en": given.get("name")}, f"{path}.titles"),
        day=None if day is None else _number(day, f"{path}.day", 0, LAST_DAY),
        every=None if day is not None else check_every(every, f"{path}.every"),
        since=_number(given.get("since", 0), f"{path}.since", 0, LAST_DAY),
        until=None if until is None else _number(until, f"{path}.until", 0, 10 * LAST_DAY),
        at=_minute(given.get("at", "10:00"), f"{path}.at"),
        text=_text(given.get("text"), f"{path}.text"),
        materials=_materials(given.get("materials") or [], f"{path}.materials"),
        poll=check_slug(given["poll"], f"{path}.poll") if given.get("poll") else None,
        link=_link(given.get("link"), f"{path}.link"),
        touch=_one_of(given.get("touch", "informational"), TOUCHES, f"{path}.touch"),
        lasts=_lasts(given.get("lasts", "10h"), f"{path}.lasts"),
    )
    if not (play.text.strip() or play.materials or play.poll):
        raise Invalid("it says nothing", path=f"{path}.text", hint="write what is posted")
    return play


def _object(given: object, path: str, keys: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise Invalid("this is no object", path=path, hint='write {"...": ...}')
    for key in given:
        if key not in keys:
            place = f"{path}.{key}" if path else str(key)
            raise Invalid(f"unknown key {key!r}", path=place, hint=f"one of {', '.join(keys)}")
    return given


def _titles(given: object, path: str) -> dict[str, str]:
    if not isinstance(given, Mapping) or not given:
        raise Invalid("it needs a title", path=path, hint='write {"zh": "...", "en": "..."}')
    found = {}
    for language, text in given.items():
        if language not in ("zh", "en") or not isinstance(text, str) or not text.strip():
            raise Invalid("this is no title", path=f"{path}.{language}", hint="zh and en")
        if len(text) > 100 or not text.isprintable():
            raise Invalid("it is too long", path=f"{path}.{language}", hint="at most 100 signs")
        found[language] = text.strip()
    return found


def _stages(given: object) -> dict[str, int]:
    said = _object(given, "stages", STAGES)
    days = dict(FIRST_DAYS) | {
        one: _number(day, f"stages.{one}", 0, LAST_DAY) for one, day in said.items()
    }
    if not 0 == days["early"] < days["middle"] < days["late"]:
        raise Invalid(
            "stages follow each other", path="stages",
            hint="early begins on day 0, then middle, then late",
        )  # fmt: skip
    return days


def _text(given: object, path: str) -> str:
    if given is None:
        return ""
    if not isinstance(given, str) or len(given.encode()) > MOST_BYTES:
        raise Invalid("this is no short text", path=path, hint=f"at most {MOST_BYTES:,} bytes")
    return given.strip()


def _materials(given: object, path: str) -> tuple[str, ...]:
    if not isinstance(given, list) or len(given) > 9:
        raise Invalid("materials are a list", path=path, hint="at most 9 names")
    return tuple(check_slug(one, f"{path}[{place}]") for place, one in enumerate(given))


def _link(given: object, path: str) -> str | None:
    if given in (None, ""):
        return None
    if not isinstance(given, str) or not given.startswith(("https://", "http://")):
        raise Invalid("this is no address", path=path, hint="write https://...")
    if len(given) > 400 or not given.isprintable() or " " in given:
        raise Invalid("this is no address", path=path, hint="at most 400 signs, no spaces")
    return given


def _minute(given: object, path: str) -> int:
    found = _TIME.fullmatch(given) if isinstance(given, str) else None
    if found is None:
        raise Invalid(f"{given!r} is no time", path=path, hint="write it like 20:00")
    return int(found[1]) * 60 + int(found[2])


def _lasts(given: object, path: str) -> int:
    found = parse_duration(given, path)
    if not 30 * MINUTE <= found <= 3 * _LONGEST:
        raise Invalid("a guide has half an hour to three days", path=path, hint='such as "10h"')
    return found


def _day(given: object, path: str) -> date:
    try:
        return date.fromisoformat(given if isinstance(given, str) else "")
    except ValueError as error:
        raise Invalid(f"{given!r} is no day", path=path, hint="write 2026-10-01") from error


def _number(given: object, path: str, least: int, most: int) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not least <= given <= most:
        raise Invalid(f"{given!r} is no such number", path=path, hint=f"{least} to {most:,}")
    return given


def _one_of(given: object, words: tuple[Any, ...], path: str) -> Any:
    if given not in words:
        raise Invalid(f"{given!r} is not known", path=path, hint=f"one of {', '.join(words)}")
    return given
