"""One person's events as lines that can be read: what happened, with what, and where it leads."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coterie.analytics.book.store import did_nothing
from coterie.core.errors import Invalid
from coterie.core.event import is_own
from coterie.core.numbers import unscaled
from coterie.events.families import family_of
from coterie.events.model import Logged
from coterie.storage.work import Work
from coterie.web.console.people.families import FAMILIES
from coterie.web.console.people.titles import Titles
from coterie.web.ports import Served

PAGE = 25
_SHOWN = 6
_LONGEST = 80


@dataclass(frozen=True)
class Line:
    """One event: its words, what it touched, and the details worth a look.

    ``about`` is what one of our facts speaks of, with the page it leads to (empty: none).
    """

    at: int
    family: str
    name: str
    items: tuple[str, ...]
    amount: float | None
    about: tuple[tuple[str, str], ...]
    details: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Timeline:
    """A page of somebody's lines, how many there are of each family, and where to go on.

    ``is_idle`` says that she only stands in the address book: she never did anything.
    """

    lines: tuple[Line, ...]
    counts: Mapping[str, int]
    more: str
    is_idle: bool = False


def read_place(text: str) -> tuple[int, int] | None:
    """Read where a page begins: the time and number of the last event seen; raises Invalid."""
    if not text:
        return None
    time, _, seq = text.partition(".")
    try:
        return int(time), int(seq)
    except ValueError as error:
        raise Invalid("there is no such page", path="before") from error


def timeline(
    work: Work, house: Served, profile: int, titles: Titles, family: str = "", before: str = ""
) -> Timeline:
    """Return one page of a person's events, the newest first; of one family or of all."""
    if family and family not in FAMILIES:
        raise Invalid(f"{family!r} is no family", path="family", hint=", ".join(FAMILIES))
    events = house.log.timelines(work, [profile])[profile]
    families: list[str] = [family_of(event.name, event.items) for event in events]
    counts = Counter(families)
    place = read_place(before)
    chosen = [
        event
        for event, of in zip(events, families, strict=True)
        if family in ("", of) and (place is None or (event.time, event.seq) < place)
    ]
    shown = chosen[-PAGE:][::-1]
    named = titles.items({key for event in shown for key in event.items[:_SHOWN]})
    more = f"{shown[-1].time}.{shown[-1].seq}" if len(chosen) > PAGE else ""
    return Timeline(
        tuple(_line(event, named, titles) for event in shown), counts, more, did_nothing(events)
    )


def _line(event: Logged, named: Mapping[str, str], titles: Titles) -> Line:
    family = family_of(event.name, event.items)
    ours = family == "house" or is_own(event.name)
    details = _ours(event, titles) if ours else _theirs(event)
    reason = str(event.properties.get("reason") or "")
    return Line(
        at=event.time,
        family=family,
        name=event.name,
        items=tuple(named.get(key, key) for key in event.items[:_SHOWN]),
        amount=None if event.amount is None else unscaled(event.amount),
        about=tuple(_about(event.properties, titles)) if ours else (),
        details=tuple(details),
        reason=titles.reason(event.name, reason) if ours and reason else "",
    )


def _about(properties: Mapping[str, Any], titles: Titles) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if "origin" in properties:
        found.append(titles.origin(str(properties["origin"])))
    for kind in ("journey", "community", "activity"):
        if kind in properties:
            found.append(titles.origin(f"{kind}:{properties[kind]}"))
    return found


def _ours(event: Logged, titles: Titles) -> list[str]:
    """Say of one of our facts what an operator asks, in her words."""
    properties, found = event.properties, []
    if isinstance(properties.get("tag"), str):
        found.append(titles.tag(properties["tag"]))
    if "trait" in properties:
        found.append(f"{properties['trait']} = {properties.get('value', '')}"[:_LONGEST])
    for group in ("touch", "via", "purpose"):
        if isinstance(properties.get(group), str):
            found.append(titles.word(group, properties[group]))
    return found


def _theirs(event: Logged) -> list[str]:
    """Choose of what came over the wire the plain values worth a look; items are told already."""
    found = [
        f"{name} {value}"[:_LONGEST]
        for name, value in event.properties.items()
        if isinstance(value, str | int | float) and value != "" and str(value) not in event.items
    ]
    return found[:_SHOWN]
