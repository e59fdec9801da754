"""What the cells of a portrait are called, and where the people behind a number are listed."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from coterie.analytics.portrait.model import (
    BASKET,
    DAYS,
    HOURS,
    INTEREST,
    NONE,
    OTHER,
    SOURCES,
    SPENT,
    STORES,
    TAGS,
    TRAIT,
    Cell,
    Facet,
    Portrait,
)
from coterie.analytics.portrait.service import LEAST
from coterie.core.numbers import SCALE
from coterie.web.console.people.titles import Titles
from coterie.web.console.values.words import CELLS, CLASSES
from coterie.web.speech import N_, Speech, plural

HEADINGS: Mapping[str, tuple[str, str]] = {
    INTEREST: (
        N_("Interests"),
        N_("Share of people whose interest is at least 1 now, and how strong it is on average."),
    ),
    HOURS: (
        N_("Hours of the day"),
        N_("Share of people who did anything at that hour in the last 90 days."),
    ),
    DAYS: (
        N_("How often they come"),
        N_("On how many days of the last 90 they did anything."),
    ),
    SPENT: (
        N_("What they spend"),
        N_("Paid in the last 365 days, less what was given back."),
    ),
    BASKET: (
        N_("Price band"),
        N_("The average order of each of the last 365 days, as it was paid."),
    ),
    SOURCES: (
        N_("Where they are met"),
        N_("Share of people of whom a source told anything in the last 365 days."),
    ),
    STORES: (N_("Stores"), N_("Share of people who were at a store in the last 365 days.")),
    TAGS: (N_("Tags and communities"), N_("Share of people who wear the tag now.")),
}
"""What each facet shows, in the order of the page, and what exactly is counted."""

USUAL: Mapping[str, str] = {
    "lifecycle.class": N_("Lifecycle"),
    "rfm.cell": N_("RFM"),
    "value.front": N_("High value"),
    "rhythm.dormant": N_("Dormant"),
}
"""What is worked out of everybody, by the trait that says it."""

_CODES: Mapping[str, Mapping[str, str]] = {"lifecycle.class": CLASSES, "rfm.cell": CELLS}

_DAYS: Mapping[str, tuple[str, str]] = {
    NONE: (N_("on none"), ""),
    "1": (N_("on one"), "1"),
    "2-3": (N_("on 2 or 3"), "2-3"),
    "4-7": (N_("on 4 to 7"), "4-7"),
    "8-15": (N_("on 8 to 15"), "8-15"),
    "16-": (N_("on 16 or more"), "16-"),
}


class Naming:
    """Names cells in the language of the page, and leads to the people behind their numbers."""

    def __init__(
        self, slug: str, portrait: Portrait, titles: Titles, topics: Mapping[str, str],
        speech: Speech, currency: str,
    ) -> None:  # fmt: skip
        self._slug = slug
        self._portrait = portrait
        self._titles = titles
        self._topics = topics
        self._speech = speech
        self._currency = currency

    def label(self, facet: str, key: str) -> str:
        """Name a cell."""
        say = self._speech.gettext
        if facet == INTEREST:
            return self._topics.get(key, key)
        if facet == TAGS:
            return self._titles.tag(key)
        if facet == HOURS:
            return hour(key)
        if facet == DAYS:
            return say(_DAYS[key][0])
        if facet in (SPENT, BASKET):
            return say(N_("nothing")) if key == NONE else self._band(facet, int(key))
        if key == NONE:
            return say(N_("not known"))
        if key == OTHER:
            return say(N_("another value"))
        if facet.startswith(TRAIT):
            value = json.loads(key)
            if isinstance(value, bool):
                return say(N_("yes")) if value else say(N_("no"))
            if isinstance(value, int | float):
                return self._speech.number(value, 2)
            codes = _CODES.get(facet.removeprefix(TRAIT), {})
            return say(codes[value]) if value in codes else str(value)
        return key

    def address(self, facet: str, key: str) -> str:
        """Return where the people behind a cell's number are listed.

        What a rule can say is a list of People by that rule; the rest is a list of its own.
        """
        if facet == INTEREST:
            return self._people(topic=key, least=f"{LEAST:g}")
        if facet == TAGS:
            return self._people(tag=key)
        rule = rule_of(facet, key)
        if rule is not None:
            return self._people(rule=json.dumps(rule, ensure_ascii=False))
        asked = urlencode({"of": facet, "is": key})
        return f"/segments/{self._slug}/portrait/people?{asked}"

    def _people(self, **asked: str) -> str:
        return f"/people?{urlencode({'segment': self._slug, **asked})}"

    def _band(self, facet: str, number: int) -> str:
        cuts = self._portrait.edges[facet]
        low = cuts[number - 1] if number else None
        high = cuts[number] if number < len(cuts) else None
        say, money = self._speech.gettext, self._money
        if low is None and high is None:
            return say(N_("something"))
        if low is None:
            return say(N_("under %(high)s"), high=money(high))
        if high is None:
            return say(N_("%(low)s and more"), low=money(low))
        return say(N_("%(low)s to under %(high)s"), low=money(low), high=money(high))

    def _money(self, amount: int | None) -> str:
        return f"{self._speech.number((amount or 0) / SCALE, 2)} {self._currency}"


def hour(key: str) -> str:
    """Write an hour of the day as from when to when.

    >>> hour("9"), hour("23")
    ('09–10', '23–24')
    """
    return f"{int(key):02}–{int(key) + 1:02}"


def rule_of(facet: str, key: str) -> dict[str, Any] | None:
    """Return the rule that says of a person that she is in a cell; None where there is none.

    >>> rule_of("days", "2-3")["is"]
    {'between': [2, 3]}
    """
    if facet == DAYS:
        low, _, high = key.partition("-") if key else ("0", "", "0")
        bound = {"between": [int(low), int(high or low)]} if high or "-" not in key else {
            ">=": int(low)
        }  # fmt: skip
        return {"did": "*", "distinct": "@day", "is": bound, "within": "90d"}
    if not facet.startswith(TRAIT) or key == OTHER:
        return None
    path = facet.removeprefix(TRAIT)
    if key == NONE:
        return {"trait": path, "op": "missing"}
    value = json.loads(key)
    if isinstance(value, bool | int | float | str):
        return {"trait": path, "op": "=", "value": value}
    return None


def rank(facet: str, key: str) -> int:
    """Return where a cell stands among those that have an order of their own; the others follow.

    >>> rank("trait:rfm.cell", '"champions"'), rank("days", ""), rank("trait:city", '"Rome"')
    (0, -1, 0)
    """
    if key == NONE and facet in (DAYS, SPENT, BASKET):
        return -1
    codes = [json.dumps(code) for code in _CODES.get(facet.removeprefix(TRAIT), ()) if code]
    return codes.index(key) if key in codes else len(codes)


def strongest(facet: Facet, most: int) -> Sequence[Cell]:
    """Pick the cells with the most of the segment."""
    told = [cell for cell in facet.cells if cell.inside is not None]
    return sorted(told, key=lambda cell: -(cell.inside or 0))[:most]


MORE = plural("%(n)s more is not told here", "%(n)s more are not told here")
