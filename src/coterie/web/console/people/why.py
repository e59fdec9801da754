"""Why she is in a segment, or is not: the rule's tree in words, with what was found and wanted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from coterie.core.clock import parse_time
from coterie.segments.language.parse import parse
from coterie.segments.person.why import Reason
from coterie.segments.words.explain import explain
from coterie.segments.words.phrases import Naming
from coterie.web.console.people.query import ACTIVITY, INTEREST
from coterie.web.console.people.titles import Titles
from coterie.web.speech import N_, Speech

_JOINS = {
    "all": N_("all of these"),
    "any": N_("at least one of these"),
    "not": N_("not this"),
}
_FOLLOWED = {
    None: N_("nothing that could be followed"),
    True: N_("it was followed"),
    False: N_("it was not followed"),
}
_EVENTS = 8


@dataclass(frozen=True)
class Seen:
    """One event that a rule counted."""

    at: int
    name: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class Node:
    """One condition in words: does it hold, what was found, what was wanted, until when so."""

    words: str
    holds: bool
    found: str
    wanted: str
    until: int | None
    events: tuple[Seen, ...]
    more: int
    parts: tuple["Node", ...]


def tell(
    reason: Reason,
    titles: Titles,
    segments: Mapping[str, str],
    topics: Mapping[str, str],
    speech: Speech,
) -> Node:
    """Put a reason into words; ``segments`` and ``topics`` are the titles by slug and by path."""
    named = titles.items(set(_keys(reason)))
    return _Teller(named, segments, topics, speech).tell(reason)


def _keys(reason: Reason) -> Iterator[str]:
    for event in reason.evidence.get("events", ())[:_EVENTS]:
        yield from event["items"]
    for part in reason.parts:
        yield from _keys(part)


def _naming(segments: Mapping[str, str], topics: Mapping[str, str], speech: Speech) -> Naming:
    """Put the words of the trade in place of an event's name, a topic's path, a score's."""

    def trait(name: str) -> str:
        if name == ACTIVITY:
            return speech.gettext("activity score")
        if name.startswith(INTEREST):
            path = name.removeprefix(INTEREST)
            return speech.gettext("interest in %(topic)s", topic=topics.get(path, path))
        return name

    return Naming(
        event=lambda name: speech.word("event", name),
        topic=lambda path: topics.get(path, path),
        trait=trait,
        segment=lambda slug: segments.get(slug, slug),
    )


class _Teller:
    """Knows what items and segments are called while one reason is told."""

    def __init__(
        self,
        items: Mapping[str, str],
        segments: Mapping[str, str],
        topics: Mapping[str, str],
        speech: Speech,
    ) -> None:
        self._items = items
        self._naming = _naming(segments, topics, speech)
        self._speech = speech

    def tell(self, reason: Reason) -> Node:
        events: Sequence[Mapping[str, Any]] = reason.evidence.get("events", ())
        return Node(
            words=self._words(reason.node),
            holds=reason.holds,
            found=self._found(reason.evidence),
            wanted=self._wanted(reason.node),
            until=reason.until,
            events=tuple(self._seen(event) for event in events[:_EVENTS]),
            more=max(0, int(reason.evidence.get("matched", 0)) - len(events[:_EVENTS])),
            parts=tuple(self.tell(part) for part in reason.parts),
        )

    def _words(self, node: Mapping[str, Any]) -> str:
        for join, words in _JOINS.items():
            if isinstance(node.get(join), int):
                return self._speech.gettext(words)
        rule = parse(dict(node), self._speech.zone)
        return explain(rule, self._speech.language, self._naming)

    def _found(self, evidence: Mapping[str, Any]) -> str:
        """Say what was found of her."""
        gettext = self._speech.gettext
        if evidence.get("sealed"):
            return gettext("a value that is kept sealed")
        if "has" in evidence:
            return gettext("has it") if evidence["has"] else gettext("does not have it")
        if "followed" in evidence:
            words = _FOLLOWED[evidence["followed"]]
            return gettext(words)
        if "newest" in evidence:
            return ", ".join(str(each) for each in evidence["newest"].values() if each is not None)
        if "bucket" in evidence:
            return self._speech.number(evidence["bucket"])
        if "measure" in evidence or "trait" in evidence:
            return self._value(evidence)
        return ""

    def _value(self, evidence: Mapping[str, Any]) -> str:
        value = evidence.get("value")
        if value is None:
            return self._speech.gettext("nothing at all")
        if evidence.get("measure") == "share":
            return self._speech.gettext(
                "%(share)s (%(part)s of %(whole)s)",
                share=self._speech.percent(value, 1),
                part=self._speech.number(evidence["matched"]),
                whole=self._speech.number(evidence["of_all"]),
            )
        if isinstance(value, bool) or not isinstance(value, int | float):
            return str(value)
        return self._speech.number(value, 2)

    def _wanted(self, node: Mapping[str, Any]) -> str:
        """Say what was wanted, where a number was."""
        bounds = node.get("count", node.get("is"))
        if isinstance(bounds, Mapping):
            return ", ".join(self._bound(op, value, node) for op, value in bounds.items())
        if "trait" in node and isinstance(node.get("value"), int | float):
            return self._bound(str(node["op"]), node["value"], node)
        return ""

    def _bound(self, op: str, value: Any, node: Mapping[str, Any]) -> str:
        if op == "between" and isinstance(value, list | tuple):
            return f"{self._limit(value[0], node)}–{self._limit(value[1], node)}"
        signs = {">=": "≥ ", "<=": "≤ ", "!=": "≠ ", "=": ""}
        return f"{signs.get(op, f'{op} ')}{self._limit(value, node)}"

    def _limit(self, value: Any, node: Mapping[str, Any]) -> str:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return str(value)
        is_share = "share" in node
        return self._speech.percent(value, 1) if is_share else self._speech.number(value, 2)

    def _seen(self, event: Mapping[str, Any]) -> Seen:
        return Seen(
            at=parse_time(event["time"], ZoneInfo("UTC")),
            name=event["name"],
            items=tuple(self._items.get(key, key) for key in event["items"]),
        )
