"""The form of a programme: six inputs, the rest from a template; to and from the definition."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from coterie.core.errors import Invalid
from coterie.web.speech import N_

TEMPLATES: Mapping[str, tuple[str, str]] = {
    "guide": (
        N_("By a guide's code"),
        N_("A guide hands it to customers she trusts; both sides get a coupon after the friend's "
           "first order. The least risk."),
    ),
    "poster": (
        N_("Poster with her own code"),
        N_("Members show a poster; both sides get a coupon after the friend's first order."),
    ),
    "store": (
        N_("In the store"),
        N_("Friends who come along to the store scan her code there."),
    ),
}  # fmt: skip
"""What a new programme may begin with: its name and what it is."""

STARTS: Mapping[str, dict[str, str]] = {
    "guide": {"carrier": "chat"},
    "poster": {"carrier": "poster"},
    "store": {"carrier": "store"},
}
USUAL = {"did": "order", "days": "7", "window": "7", "by": "auto", "after": "1", "person": "20"}
_ASCII = re.compile(r"[^a-z0-9]+")


def document(form: Mapping[str, str], slug: str = "") -> dict[str, Any]:
    """Make a definition of what was filled in; raises Invalid for what is no number."""
    given = {**USUAL, **{key: value.strip() for key, value in form.items()}}
    made: dict[str, Any] = {
        "slug": slug or given.get("slug") or _slug(given),
        "title": _words(given, "title"),
        "from": given.get("from", ""),
        "until": given.get("until", ""),
        "window": f"{_number(given, 'window')}d",
        "reward": {
            side: given[side] for side in ("referrer", "friend") if given.get(side)
        },
        "qualifies": {"did": "order", "least": given["least"]} if given.get("least")
        else {"did": given["did"]} if given["did"] == "order"
        else {"did": "stay", "days": _number(given, "days")},
        "approval": {"by": given["by"], "after": f"{_number(given, 'after')}d"},
        "caps": {
            key: _number(given, key) for key in ("person", "day", "all") if given.get(key)
        },
        "carrier": given.get("carrier", "poster"),
    }  # fmt: skip
    for key in ("headline", "benefit"):
        if words := _words(given, key):
            made[key] = words
    for key in ("who", "campaign", "override"):
        if given.get(key):
            made[key] = given[key]
    way, _, state = given.get("door", "").partition(":")
    if state:
        made["door"] = {"way": way, "state": state}
    return made


def fields(made: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields of a definition, as the form shows them."""
    qualifies, approval = made.get("qualifies", {}), made.get("approval", {})
    caps, door, reward = made.get("caps", {}), made.get("door") or {}, made.get("reward", {})
    found: dict[str, Any] = {
        "slug": made["slug"], "from": made["from"], "until": made["until"],
        "window": _days(made.get("window", "7d")), "carrier": made.get("carrier", "poster"),
        "did": qualifies.get("did", "order"), "least": qualifies.get("least", ""),
        "days": qualifies.get("days", 7), "by": approval.get("by", "auto"),
        "after": _days(approval.get("after", "1d")), "referrer": reward.get("referrer", ""),
        "friend": reward.get("friend", ""), "person": caps.get("person", ""),
        "day": caps.get("day", ""), "all": caps.get("all", ""), "who": made.get("who", ""),
        "campaign": made.get("campaign", ""), "override": made.get("override", ""),
        "door": f"{door['way']}:{door['state']}" if door else "",
    }  # fmt: skip
    for key in ("title", "headline", "benefit"):
        said = made.get(key, {})
        said = {"en": said, "zh": said} if isinstance(said, str) else said
        found |= {f"{key}_{language}": said.get(language, "") for language in ("en", "zh")}
    return {key: "" if value is None else str(value) for key, value in found.items()}


def _words(given: Mapping[str, str], key: str) -> dict[str, str]:
    """Read a text: one field for both languages, or one for each."""
    both = given.get(key, "")
    said = {one: given.get(f"{key}_{one}") or both for one in ("en", "zh")}
    return {language: text for language, text in said.items() if text}


def _slug(given: Mapping[str, str]) -> str:
    """Make a short name of the title, or of the day it begins on."""
    said = _ASCII.sub("-", _words(given, "title").get("en", "").lower()).strip("-")[:40]
    try:
        month = date.fromisoformat(given.get("from", "")).strftime("%Y-%m-%d")
    except ValueError:
        month = ""
    return "-".join(part for part in (said or "friends", month) if part)


def _days(length: str) -> str:
    unit = {"d": 1, "w": 7}.get(length[-1:])
    return str(int(length[:-1]) * unit) if unit else "0"


def _number(given: Mapping[str, str], key: str) -> int:
    text = given.get(key, "")
    if not text.isdigit():
        raise Invalid(f"{text!r} is no number", path=key, hint="write it in digits")
    return int(text)
