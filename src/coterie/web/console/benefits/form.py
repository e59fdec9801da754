"""A benefit as the fields of a form, and back. Pure.

Where an event must have certain properties, each stands on a line of its own: ``store = bund``,
or ``kind = store, topic`` for one of several.
"""

import json
from collections.abc import Mapping
from typing import Any

from coterie.core.errors import Invalid
from coterie.loyalty.benefits.model import EVER, Benefit
from coterie.web.speech import N_

OCCASIONS: Mapping[str, str] = {
    "coterie.group.joined": N_("She joins a group"),
    "Contact Added": N_("She adds a guide"),
    "coterie.visit.made": N_("She comes to a store"),
    "Order Completed": N_("She buys"),
    "coterie.activity.attended": N_("She comes to an activity"),
    "coterie.community.joined": N_("She joins a community"),
}
"""Events for which benefits are usually given."""
OTHER = "other"


def fields_of(one: Benefit) -> dict[str, str]:
    """Lay a benefit out as fields."""
    usual = one.on in OCCASIONS
    return {
        "slug": one.slug, "zh": one.titles.get("zh", ""), "en": one.titles.get("en", ""),
        "on": one.on if usual else OTHER, "event": "" if usual else one.on, "give": one.give,
        "where": "\n".join(f"{path} = {_said(wanted)}" for path, wanted in one.where.items()),
        "once": one.once, "undo_on": one.undo_on or "", "funder": one.funder,
        "campaign": one.campaign or "",
    }  # fmt: skip


def benefit_of(said: Mapping[str, str], *, is_on: bool = True) -> Benefit:
    """Read a benefit out of a form; raises Invalid."""
    given = {name: text.strip() for name, text in said.items()}
    if given.get("slug") == "new":
        raise Invalid("this name is taken by a page", path="slug", hint="choose another")
    on = given.get("on", "")
    return Benefit(
        slug=given.get("slug", ""),
        titles={key: given[key] for key in ("zh", "en") if given.get(key)},
        on=given.get("event", "") if on == OTHER else on,
        give=given.get("give", ""),
        where=where_of(said.get("where", "")),
        once=given.get("once") or EVER,
        campaign=given.get("campaign") or None,
        undo_on=given.get("undo_on") or None,
        funder=given.get("funder", "")[:80],
        is_on=is_on,
    )


def where_of(text: str) -> dict[str, Any]:
    """Read what an event's properties must be; raises Invalid.

    >>> where_of("store = bund, xuhui\\nfirst = true\\nlevel=3")
    {'store': ['bund', 'xuhui'], 'first': True, 'level': 3}
    """
    found: dict[str, Any] = {}
    for line in filter(None, (one.strip() for one in text.splitlines())):
        path, sign, rest = line.partition("=")
        values = [_value(one.strip()) for one in rest.split(",") if one.strip()]
        if not sign or not path.strip() or not values:
            raise Invalid(f"{line!r} does not say what must be", path="where",
                          hint="write store = bund")  # fmt: skip
        found[path.strip()] = values if len(values) > 1 else values[0]
    return found


def _value(text: str) -> Any:
    """Read true, false and numbers as such, a text in quotes as it is, the rest as text."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, str | int | float) else text


def _said(wanted: Any) -> str:
    if isinstance(wanted, list | tuple):
        return ", ".join(_said(one) for one in wanted)
    if isinstance(wanted, str):
        return wanted if _value(wanted) == wanted and "," not in wanted else json.dumps(wanted)
    return json.dumps(wanted)
