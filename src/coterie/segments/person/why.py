"""Why somebody is in a segment, or is not: the rule's tree with answers and their evidence.

Says of every node whether it holds, what was found (which events, which value, since when) and
until when that stays so if nothing new is heard.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from coterie.core.clock import format_time
from coterie.core.ids import bucket
from coterie.events.model import Logged
from coterie.segments.model import (
    All,
    Any_,
    Bucket,
    Did,
    Everyone,
    InSegment,
    Not,
    Person,
    Rule,
    Share,
    Tag,
    Trait,
    World,
)
from coterie.segments.person.evaluate import SEALED, Reader, trait_since, trait_value
from coterie.segments.person.horizon import until
from coterie.segments.person.measures import Measured
from coterie.segments.words.render import to_json as rule_json

MAX_EVENTS = 20


@dataclass(frozen=True)
class Reason:
    """One node's answer for one person.

    ``node`` is the node as JSON; a node that joins others says how many (``{"all": 3}``) and has
    theirs in ``parts``, a segment has its rule's reason there. ``until`` (ms UTC) is the first
    moment at which the answer differs if nothing happens, None when none is foreseen (fading
    scores are not foreseen).
    """

    node: Mapping[str, Any]
    holds: bool
    evidence: Mapping[str, Any] = field(default_factory=dict)
    until: int | None = None
    parts: tuple["Reason", ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Write the reason and all its parts as JSON; times as ISO 8601."""
        return {
            "node": dict(self.node),
            "holds": self.holds,
            "evidence": dict(self.evidence),
            "until": None if self.until is None else format_time(self.until),
            "parts": [part.to_json() for part in self.parts],
        }


def why(rule: Rule, person: Person, world: World) -> Reason:
    """Explain a rule's answer for one person at ``world.now``; agrees with ``matches``."""
    return _reason(rule, Reader(person, world))


def _reason(rule: Rule, reader: Reader) -> Reason:
    parts: tuple[Rule, ...] = ()
    node: Mapping[str, Any]
    if isinstance(rule, All | Any_):
        parts = rule.parts
        node = {"all" if isinstance(rule, All) else "any": len(parts)}
    elif isinstance(rule, Not):
        parts, node = (rule.part,), {"not": 1}
    else:
        node = rule_json(rule)
    holds = reader.matches(rule)
    if isinstance(rule, InSegment):
        parts = (reader.world.rules[rule.segment],)
    find = _EVIDENCE.get(type(rule))
    return Reason(
        node=node,
        holds=holds,
        evidence=find(rule, reader) if find else {},
        until=until(rule, reader),
        parts=tuple(_reason(part, reader) for part in parts),
    )


def _of_trait(rule: Trait, reader: Reader) -> dict[str, Any]:
    path = rule.condition.path
    value = trait_value(path, reader.person, reader.world)
    if value is SEALED:
        return {"trait": path, "missing": False, "sealed": True}
    since = trait_since(path, reader.person) if value is not None else None
    return {
        "trait": path,
        "missing": value is None,
        "value": value,
        "since": None if since is None else format_time(since),
    }


def _of_tag(rule: Tag, reader: Reader) -> dict[str, Any]:
    return {"tag": rule.tag, "has": reader.person.known.holds(rule.tag)}


def _of_did(rule: Did, reader: Reader) -> dict[str, Any]:
    events = reader.matching(rule.matching)
    return {
        "measure": rule.measure,
        "of": rule.of,
        "value": _plain(reader.measure(rule).value()),
        "matched": len(events),
        "events": _newest(events),
    }


def _of_share(rule: Share, reader: Reader) -> dict[str, Any]:
    part, whole = reader.share(rule)
    return {
        "measure": "share",
        "value": _plain(Fraction(part, whole) if whole else None),
        "matched": part,
        "of_all": whole,
        "events": _newest(reader.matching(rule.matching)),
    }


def _of_bucket(rule: Bucket, reader: Reader) -> dict[str, Any]:
    return {"bucket": bucket(rule.salt, reader.person.known.bucket_key)}


def _newest(events: list[Logged]) -> list[dict[str, Any]]:
    """Name the newest of some events, newest first."""
    return [
        {"seq": event.seq, "time": format_time(event.time), "name": event.name,
         "items": list(event.items)}
        for event in reversed(events[-MAX_EVENTS:])
    ]  # fmt: skip


def _plain(value: Measured) -> int | float | None:
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else float(value)
    return value


_EVIDENCE: dict[type, Callable[[Any, Reader], dict[str, Any]]] = {
    Everyone: lambda _rule, reader: {"profile": reader.person.known.profile},
    Trait: _of_trait,
    Tag: _of_tag,
    Did: _of_did,
    Share: _of_share,
    InSegment: lambda rule, _reader: {"segment": rule.segment},
    Bucket: _of_bucket,
}
