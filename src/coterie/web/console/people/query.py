"""What a list of people is asked for, read from an address and written into one. Pure."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self
from urllib.parse import urlencode

from coterie.core.clock import parse_duration
from coterie.core.errors import Invalid
from coterie.profiles.directory.model import By, Order, Place

ACTIVITY = "scores.activity"
INTEREST = "scores.interest."

CONSENTS = ("given", "withdrawn", "silent")
BOOK = ("only", "not")
"""Only in the address book, since no behaviour was ever told of her; or not."""
SEEN = ("1d", "7d", "30d", "90d", "365d")
"""Seen in the last so long; with a dash in front, not seen for so long."""

COLUMNS = ("tags", "activity", "seen", "first", "created")
"""What a list can show besides the name; ``trait:<name>`` shows a trait."""

SHOWN = ("tags", "activity", "seen")
_TRAIT = "trait:"
_LEAST = 1.0
_MANY = 20
_SORTS: Mapping[str, tuple[By, str]] = {
    "seen": ("seen", ""),
    "first": ("first", ""),
    "created": ("created", ""),
    "activity": ("score", ACTIVITY),
}


@dataclass(frozen=True)
class Query:
    """A list's filters, order and columns.

    ``segments`` are slugs, with a dash in front for "not in". ``least`` is the interest in
    ``topic`` asked for. ``rule`` is a segment's rule as JSON text. ``after`` and ``before`` are
    places of the list, at most one of them set. ``book`` asks for the address book, see ``BOOK``.
    """

    q: str = ""
    segments: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    topic: str = ""
    least: float = _LEAST
    seen: str = ""
    consent: str = ""
    book: str = ""
    rule: str = ""
    sort: str = "seen"
    up: bool = False
    columns: tuple[str, ...] = SHOWN
    after: str = ""
    before: str = ""

    @property
    def is_filtered(self) -> bool:
        """Whether anybody may be left out."""
        return bool(
            self.q or self.segments or self.tags or self.topic or self.seen or self.consent
            or self.book or self.rule
        )  # fmt: skip

    @property
    def interest(self) -> str:
        """Name the score of the topic asked for."""
        return INTEREST + self.topic

    @property
    def scores(self) -> tuple[str, ...]:
        """Name the scores that the list shows."""
        return (ACTIVITY, self.interest) if self.topic else (ACTIVITY,)

    @property
    def traits(self) -> tuple[str, ...]:
        """Name the traits that the list shows."""
        return tuple(c.removeprefix(_TRAIT) for c in self.columns if c.startswith(_TRAIT))

    @property
    def order(self) -> Order:
        """Return the order of the list."""
        if self.sort == "interest":
            return Order("score", self.interest, not self.up)
        by, score = _SORTS[self.sort]
        return Order(by, score, not self.up)

    @property
    def start(self) -> Place | None:
        """Return the place that the page begins after, or ends before."""
        text = self.after or self.before
        return Place.read(text) if text else None

    @property
    def seen_since(self) -> int | None:
        """Return how long ago (ms) "seen" asks about, None when it does not."""
        return parse_duration(self.seen.removeprefix("-")) if self.seen else None

    def edge(self, now: int) -> Place | None:
        """Return where the list begins in its order, when "seen" tells; None when it does not."""
        begins = self.sort == "seen" and self.seen.startswith("-") is not self.up
        return Place(now - self.seen_since, 0) if begins and self.seen_since is not None else None

    @property
    def rule_json(self) -> Any:
        """Read the rule; raises Invalid for what is no JSON."""
        try:
            return json.loads(self.rule)
        except json.JSONDecodeError as error:
            raise Invalid(
                f"this is no JSON (line {error.lineno}, column {error.colno})",
                path="rule",
                hint='write it like {"tag": "vip"}',
            ) from error

    def but(self, **changes: Any) -> Self:
        """Return the list asked for otherwise, from its first page on."""
        return replace(self, **{"after": "", "before": "", **changes})

    def without(self, name: str, value: str = "") -> Self:
        """Return the list without one of its filters."""
        present = getattr(self, name)
        if isinstance(present, tuple):
            return self.but(**{name: tuple(one for one in present if one != value)})
        default = next(field.default for field in fields(self) if field.name == name)
        return self.but(**{name: default})

    def sorted_by(self, sort: str) -> Self:
        """Return the list in another order; in the same, turned round."""
        return self.but(sort=sort, up=not self.up if sort == self.sort else False)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Write it as an address's parameters; what is as usual is left out."""
        found = [("q", self.q)]
        found += [("segment", one) for one in self.segments]
        found += [("tag", one) for one in self.tags]
        found += [("topic", self.topic), ("seen", self.seen), ("consent", self.consent)]
        found.append(("book", self.book))
        if self.topic and self.least != _LEAST:
            found.append(("least", f"{self.least:g}"))
        found.append(("rule", self.rule))
        if self.sort != "seen":
            found.append(("sort", self.sort))
        found.append(("up", "1" if self.up else ""))
        if self.columns != SHOWN:
            found += [("column", one) for one in self.columns or ("none",)]
        found += [("after", self.after), ("before", self.before)]
        return [(name, value) for name, value in found if value]

    def address(self, path: str = "/people", **more: str) -> str:
        """Write the address of the list."""
        query = urlencode([*self.pairs, *more.items()])
        return f"{path}?{query}" if query else path


def read(params: Iterable[tuple[str, str]]) -> Query:
    """Read the parameters of an address; raises Invalid where one makes no sense.

    >>> read([("tag", "vip"), ("seen", "-30d")]).address()
    '/people?tag=vip&seen=-30d'
    """
    given: dict[str, list[str]] = {}
    for name, value in params:
        if value.strip():
            given.setdefault(name, []).append(value.strip())
    one = {name: values[-1] for name, values in given.items()}
    columns = tuple(c for c in given.get("column", SHOWN) if c in COLUMNS or c.startswith(_TRAIT))
    query = Query(
        q=one.get("q", "")[:200],
        segments=_several(given, "segment"),
        tags=_several(given, "tag"),
        topic=one.get("topic", ""),
        least=_least(one.get("least", "")),
        seen=_one_of("seen", one.get("seen", ""), (*SEEN, *(f"-{one}" for one in SEEN))),
        consent=_one_of("consent", one.get("consent", ""), CONSENTS),
        book=_one_of("book", one.get("book", ""), BOOK),
        rule=one.get("rule", ""),
        sort=_one_of("sort", one.get("sort", "seen"), (*_SORTS, "interest")),
        up=one.get("up") == "1",
        columns=columns,
        after=one.get("after", ""),
        before="" if "after" in one else one.get("before", ""),
    )
    if query.sort == "interest" and not query.topic:
        query = replace(query, sort="activity")
    return query


def _several(given: Mapping[str, Sequence[str]], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(given.get(name, ())))[:_MANY]


def _one_of(name: str, value: str, allowed: Sequence[str]) -> str:
    if value and value not in allowed:
        raise Invalid(f"{value!r} is no such choice", path=name, hint=f"one of {allowed}")
    return value


def _least(text: str) -> float:
    try:
        least = float(text or _LEAST)
    except ValueError as error:
        raise Invalid(f"{text!r} is no number", path="least") from error
    if not 0 < least < 1e12:
        raise Invalid(f"{text} is out of range", path="least", hint="a number above 0")
    return least
