"""Reading the definition of a programme, or refusing it with the place. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from coterie.core.clock import DAY, midnight, parse_duration, parse_time
from coterie.core.errors import Invalid
from coterie.core.ids import check_slug
from coterie.core.numbers import scaled
from coterie.referrals.programmes.model import (
    CARRIERS,
    SIDES,
    Approval,
    Caps,
    Carrier,
    Door,
    Programme,
    Qualifies,
    Side,
    Way,
)

KEYS = (
    "slug", "title", "from", "until", "window", "who", "qualifies", "reward", "approval", "caps",
    "carrier", "headline", "benefit", "door", "campaign", "override",
)  # fmt: skip
LANGUAGES = ("en", "zh")
LONGEST_WINDOW = 90 * DAY
FORBIDDEN = ("levels", "reward_per_recruit", "fee")
"""What the regulations on pyramid selling (2005, article 7) are about; no setting brings it."""
_LONGEST = {"title": 60, "headline": 40, "benefit": 120}


def parse(given: Mapping[str, Any], zone: ZoneInfo) -> Programme:
    """Read a programme; raises Invalid with the path."""
    for key in FORBIDDEN:
        if key in given:
            raise Invalid(
                "rewards go one level, for what a friend did, and cost no fee: that is fixed",
                path=key, hint="leave it out", code="forbidden_design",
            )  # fmt: skip
    _known(given, KEYS, "")
    since = _moment(given.get("from"), "from", zone)
    until = _end(given.get("until"), zone)
    if until <= since:
        raise Invalid("it ends before it begins", path="until", hint="choose a later day")
    door = given.get("door")
    return Programme(
        slug=check_slug(given.get("slug"), "slug"),
        titles=_words(given.get("title"), "title", needed=True),
        since=since,
        until=until,
        rewards=_rewards(given.get("reward")),
        window=_window(given.get("window", "7d")),
        who=None if not given.get("who") else check_slug(given["who"], "who"),
        **_qualifies(given.get("qualifies", {"did": "order"})),
        **_approval(given.get("approval", {"by": "auto", "after": "1d"})),
        caps=_caps(given.get("caps", {})),
        carrier=cast(Carrier, _one_of(given.get("carrier", "poster"), "carrier", CARRIERS)),
        headline=_words(given.get("headline"), "headline"),
        benefit=_words(given.get("benefit"), "benefit"),
        door=None if not door else _door(door),
        campaign=None if not given.get("campaign") else check_slug(given["campaign"], "campaign"),
        override=_text(given.get("override", ""), "override", 300),
    )


def _qualifies(given: object) -> dict[str, Any]:
    said = _object(given, "qualifies", ("did", "least", "days"))
    did = cast(Qualifies, _one_of(said.get("did"), "qualifies.did", ("order", "stay")))
    found: dict[str, Any] = {"qualifies": did}
    if did == "order" and "least" in said:
        least = scaled(said["least"])
        if least is None or least < 0:
            raise Invalid(f"{said['least']!r} is no amount", path="qualifies.least", hint="99.00")
        found["least"] = least
    if did == "stay":
        found["stay"] = _number(said.get("days", 7), "qualifies.days", 1, 60) * DAY
    return found


def _approval(given: object) -> dict[str, Any]:
    said = _object(given, "approval", ("by", "after"))
    by = cast(Approval, _one_of(said.get("by", "auto"), "approval.by", ("auto", "hand")))
    return {"approval": by, "delay": parse_duration(said.get("after", "1d"), "approval.after")}


def _rewards(given: object) -> dict[Side, str]:
    said = _object(given, "reward", SIDES)
    found = {side: check_slug(said[side], f"reward.{side}") for side in SIDES if said.get(side)}
    if not found:
        raise Invalid(
            "nobody gets anything", path="reward", hint='write {"referrer": "a-coupon-template"}'
        )
    return found


def _caps(given: object) -> Caps:
    said = _object(given, "caps", ("person", "day", "all"))
    found = {
        key: None if said.get(key) is None else _number(said[key], f"caps.{key}", 1, 10**7)
        for key in ("person", "day", "all")
    }
    return Caps(found["person"], found["day"], found["all"])


def _door(given: object) -> Door:
    said = _object(given, "door", ("way", "state"))
    way = cast(Way, _one_of(said.get("way"), "door.way", ("contact", "group")))
    state = _text(said.get("state"), "door.state", 30)
    if not state:
        raise Invalid("which code is it?", path="door.state", hint="the state of a code")
    return Door(way, state)


def _window(given: object) -> int:
    found = parse_duration(given, "window")
    if not 0 < found <= LONGEST_WINDOW:
        raise Invalid("too short or too long", path="window", hint="between 1h and 90d")
    return found


def _moment(given: object, path: str, zone: ZoneInfo) -> int:
    if not isinstance(given, str):
        raise Invalid("no day", path=path, hint="write it like 2026-09-18")
    return parse_time(given, zone)


def _end(given: object, zone: ZoneInfo) -> int:
    """Read the end; a day alone is its own last one."""
    found = _moment(given, "until", zone)
    if len(str(given)) == len("2026-09-18"):
        return midnight(date.fromisoformat(str(given)) + timedelta(days=1), zone)
    return found


def _words(given: object, path: str, *, needed: bool = False) -> dict[str, str]:
    """Read a text by language; a text alone is that of all of them."""
    by_language = dict.fromkeys(LANGUAGES, given) if isinstance(given, str) else given or {}
    said = _object(by_language, path, LANGUAGES)
    found = {
        language: text
        for language in LANGUAGES
        if (text := _text(said.get(language, ""), f"{path}.{language}", _LONGEST[path]))
    }
    if needed and not found:
        raise Invalid("it needs a title", path=path, hint="such as Bring a friend")
    return found


def _object(given: object, path: str, keys: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise Invalid("not an object", path=path, hint=f"with the keys {', '.join(keys)}")
    _known(given, keys, path)
    return given


def _known(given: Mapping[str, Any], keys: tuple[str, ...], path: str) -> None:
    for key in given:
        if key not in keys:
            raise Invalid(
                f"unknown key {key!r}",
                path=f"{path}.{key}" if path else str(key),
                hint=f"one of {', '.join(keys)}",
            )


def _one_of(given: object, path: str, choices: tuple[str, ...]) -> str:
    if given not in choices:
        raise Invalid(f"{given!r} is none of them", path=path, hint=f"one of {', '.join(choices)}")
    return str(given)


def _number(given: object, path: str, least: int, most: int) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not least <= given <= most:
        raise Invalid(f"{given!r} is no such number", path=path, hint=f"{least} to {most:,}")
    return given


def _text(given: object, path: str, most: int) -> str:
    if not isinstance(given, str) or len(given) > most or not given.isprintable():
        raise Invalid("this is no short text", path=path, hint=f"at most {most} characters")
    return given.strip()
