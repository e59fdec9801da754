"""Which benefits an event earns, and what it counts once for. Pure."""

from collections.abc import Mapping
from typing import Any

from coterie.core.errors import Invalid
from coterie.core.event import Event
from coterie.core.ids import check_slug
from coterie.loyalty.benefits.model import BY, EVER, REFERRAL, Benefit
from coterie.profiles.paths import root_of, walk

_LONGEST = 120


def matches(where: Mapping[str, Any], properties: Mapping[str, Any]) -> bool:
    """Say whether an event's properties are as asked: equal to a value, or one of several.

    >>> matches({"state": ["g1", "g2"], "first": True}, {"state": "g2", "first": True})
    True
    >>> matches({"first": True}, {"first": 1})
    False
    """
    return all(_is(_value(properties, path), wanted) for path, wanted in where.items())


def _value(properties: Mapping[str, Any], path: str) -> Any:
    """Return what stands at a path; a whole path that is itself a key wins."""
    if path in properties:
        return properties[path]
    return walk(properties.get(root_of(path)), path)


def _is(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, list | tuple):
        return any(_is(value, one) for one in wanted)
    return isinstance(value, bool) == isinstance(wanted, bool) and value == wanted


def once_for(benefit: Benefit, event: Event) -> str | None:
    """Return what an event counts once for: nothing more where it is for ever.

    None where the property is missing: it cannot be told apart, so nothing is given.
    """
    if benefit.once == EVER:
        return ""
    value = _value(event.properties, benefit.once.removeprefix(BY))
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        return None
    return str(value)[:_LONGEST]


def check(benefit: Benefit) -> None:
    """Refuse a benefit that says nothing one could keep to; raises Invalid."""
    if check_slug(benefit.slug, "slug") == REFERRAL:
        raise Invalid(f"{REFERRAL!r} stands for the rewards of referrals", path="slug")
    if not any(text.strip() for text in benefit.titles.values()):
        raise Invalid("it needs a name", path="titles")
    if not benefit.on.strip():
        raise Invalid("say for which event it is given", path="on", hint="such as Group Joined")
    for path, wanted in benefit.where.items():
        values = wanted if isinstance(wanted, list | tuple) else [wanted]
        if not values or not all(isinstance(one, str | int | float | bool) for one in values):
            raise Invalid(f"{wanted!r} is no value to compare with", path=f"where.{path}",
                          hint="a text, a number, true or false, or a list of them")  # fmt: skip
    if benefit.once != EVER and not benefit.once.removeprefix(BY).strip():
        raise Invalid("say of which property it is once", path="once", hint="by:group")
    if benefit.once != EVER and not benefit.once.startswith(BY):
        raise Invalid(f"{benefit.once!r} is no way to count", path="once", hint="ever, or by:group")
    if benefit.undo_on is not None and benefit.undo_on == benefit.on:
        raise Invalid("the same event cannot give it and take it back", path="undo_on")
