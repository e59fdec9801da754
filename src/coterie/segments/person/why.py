"""Why somebody is in a segment, or is not: the rule's tree with answers and their evidence.

Says of every node whether it holds, what was found (which events, which value, since when) and
until when that stays so if nothing new is heard.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from coterie.core.clock import format_time
from coterie.core.ids import bucket
from coterie.events.model import Logged
from coterie.segments.model import (
    All,
    Any_,
    Bucket,
    Consents,
    Did,
    Everyone,
    InSegment,
    Last,
    Listed,
    Near,
    Not,
    Participant,
    Person,
    Rule,
    Share,
    Tag,
    Then,
    Top,
    Trait,
    Trend,
    Window,
    World,
)
from coterie.segments.person.evaluate import SEALED, Reader, trait_since, trait_value
from coterie.segments.person.horizon import until
from coterie.segments.person.measures import Measured
from coterie.segments.person.operators import look_up
from coterie.segments.person.sequences import following
from coterie.segments.person.state_why import (
    of_consent,
    of_listed,
    of_near,
    of_participant,
)
from coterie.segments.words.render import to_json as rule_json

MAX_EVENTS = 20


@dataclass(frozen=True)
class Reason:
    """One node's answer for one person.

    ``node`` is the node as JSON; a node that joins others says how many (``{"all": 3}``) and has
    theirs in ``parts``, a segment has its rule's reason there. ``until`` (ms UTC) is the first
    moment at which the answer differs if nothing happens, None when none is foreseen (fading
    scores and ranks are not foreseen).
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
    return _trait(rule.condition.path, reader)


def _trait(path: str, reader: Reader) -> dict[str, Any]:
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


def _of_last(rule: Last, reader: Reader) -> dict[str, Any]:
    """Name the newest event, and what it has of what is asked."""
    found = reader.last(rule)
    has = {} if found is None else {
        test.path: look_up(found.properties, test.path) for test in rule.has
    }  # fmt: skip
    return {"newest": has, "events": _newest([] if found is None else [found])}


def _of_pair(rule: Then, reader: Reader) -> dict[str, Any]:
    """Name the newest pair that makes it hold; else the newest first, and what followed it."""
    firsts = reader.matching(rule.first)
    pair = reader.pair(rule)
    if pair is None and firsts:
        pair = firsts[-1], following(firsts[-1], reader.matching(rule.second), rule)
    events = [event for event in pair or () if event is not None]
    return {
        "firsts": len(firsts),
        "followed": None if pair is None else pair[1] is not None,
        "events": _newest(events),
    }


def _of_trend(rule: Trend, reader: Reader) -> dict[str, Any]:
    last, before = reader.trend(rule)
    both = replace(rule.matching, window=Window(within=2 * rule.window))
    return {
        "measure": "trend",
        "value": _plain(Fraction(last, before) if before else None),
        "last": last,
        "before": before,
        "events": _newest(reader.matching(both)),
    }


def _of_top(rule: Top, reader: Reader) -> dict[str, Any]:
    """Tell by what she is ranked, and how many are first with her or before her."""
    people = len(reader.world.tops[rule])
    if isinstance(rule.of, str):
        return {**_trait(rule.of, reader), "people": people}
    return {**_of_did(rule.of, reader), "people": people}


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
    Last: _of_last,
    Then: _of_pair,
    Trend: _of_trend,
    Top: _of_top,
    InSegment: lambda rule, _reader: {"segment": rule.segment},
    Bucket: _of_bucket,
    Participant: lambda rule, reader: of_participant(rule, reader.person, reader.world),
    Consents: lambda rule, reader: of_consent(rule, reader.person, reader.world),
    Near: lambda rule, reader: of_near(rule, reader.person, reader.world),
    Listed: lambda rule, reader: of_listed(rule, reader.person, reader.world),
}
