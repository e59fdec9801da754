"""What a batch of events tells of people, as plain facts: traits, tags, consent, flags."""

import base64
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from coterie.core.clock import read_moment
from coterie.core.event import (
    CONSENT_GIVEN,
    CONSENT_WITHDRAWN,
    IDENTIFIED,
    LISTED,
    TAGGED,
    TRAIT_SET,
    UNTAGGED,
    Event,
)
from coterie.profiles.cleanse import Sealed, sealed_in
from coterie.profiles.consents.model import ALL_CHANNELS, MARKETING, ConsentFact, proof_in
from coterie.profiles.model import Aside, Fact
from coterie.profiles.paths import LONGEST_NAME
from coterie.profiles.pii import DECLARED

_TELLING = frozenset(
    {CONSENT_GIVEN, CONSENT_WITHDRAWN, IDENTIFIED, LISTED, TAGGED, TRAIT_SET, UNTAGGED}
)
_WHOLE_FLOAT = 2**53
_encoder = msgspec.json.Encoder(order="deterministic")


@dataclass
class Heard:
    """Everything that a batch tells of people."""

    traits: list[Fact] = field(default_factory=list)
    tags: list[Fact] = field(default_factory=list)
    consents: list[ConsentFact] = field(default_factory=list)
    asides: list[Aside] = field(default_factory=list)
    flags: Counter[tuple[int, str, str, str, int]] = field(default_factory=Counter)
    touched: set[int] = field(default_factory=set)


def gather(events: Iterable[Event], zone: ZoneInfo) -> Heard:
    """Read what events tell of people; ``zone`` gives moments without an offset their meaning."""
    heard = Heard()
    for given in events:
        if not given.traits and not given.context and given.name not in _TELLING:
            continue  # nearly all of them
        event = _in_order(given)
        _hear_traits(event, event.traits, zone, heard)
        _hear_sealed(event, heard)
        if event.name == TRAIT_SET and "value" in event.properties:
            value = {str(event.properties.get("trait", "")): event.properties["value"]}
            _hear_traits(event, value, zone, heard)
        elif event.name in (TAGGED, UNTAGGED):
            _hear_tag(event, heard)
        elif event.name in (CONSENT_GIVEN, CONSENT_WITHDRAWN):
            _hear_consent(event, heard)
        if event.name in (IDENTIFIED, LISTED):
            heard.touched.add(event.profile)
    for said in (heard.traits, heard.tags, heard.consents):
        heard.touched.update(fact.profile for fact in said)
    return heard


def _came_with(event: Event) -> int:
    return event.came_with or event.profile


def _in_order(event: Event) -> Event:
    """Settle ties of one moment among our own facts by the order of their birth.

    Elsewhere the greater message id wins; theirs are hashes, in no order. What came over the wire
    at the same moment wins over them.
    """
    return msgspec.structs.replace(event, id=f"{event.order:019d}") if event.order else event


def _hear_traits(event: Event, traits: Mapping[str, Any], zone: ZoneInfo, heard: Heard) -> None:
    for given, value in traits.items():
        name = name_of(given)
        if name is not None:
            text = None if value is None or value == "" else as_json(value)
            moment = read_moment(value, zone)
            heard.traits.append(
                Fact(
                    event.profile,
                    name,
                    event.time,
                    event.id,
                    value=text,
                    moment=moment,
                    came_with=_came_with(event),
                )
            )


def _hear_sealed(event: Event, heard: Heard) -> None:
    for one in sealed_in(event):
        path = name_of(one.path)
        data = None if one.data is None else base64.b64decode(one.data)
        if one.kind != DECLARED or one.of == "property":
            at, where = event.name[:LONGEST_NAME], one.path.replace("\x00", "")[:LONGEST_NAME]
            heard.flags[event.profile, at, where, one.kind, _came_with(event)] += 1
        if one.of == "trait" and path is not None:
            heard.traits.append(_sealed_fact(event, path, one, data))
        elif one.of == "property" and path is not None and data is not None:
            aside = Aside(event.profile, event.id, event.time, path, data, _came_with(event))
            heard.asides.append(aside)


def _sealed_fact(event: Event, path: str, one: Sealed, data: bytes | None) -> Fact:
    return Fact(
        event.profile,
        path,
        event.time,
        event.id,
        sealed=data,
        digest=one.digest,
        root=one.root,
        came_with=_came_with(event),
    )


def _hear_tag(event: Event, heard: Heard) -> None:
    tag = name_of(event.properties.get("tag"))
    until = event.properties.get("until")
    if tag is not None:
        held = event.name == TAGGED
        heard.tags.append(
            Fact(
                event.profile,
                tag,
                event.time,
                event.id,
                value="true" if held else None,
                until=until if held and isinstance(until, int) else None,
                source=event.source,
                by=name_of(event.properties.get("by")),
                came_with=_came_with(event),
            )
        )


def _hear_consent(event: Event, heard: Heard) -> None:
    purpose = name_of(event.properties.get("purpose") or MARKETING)
    channel = name_of(event.properties.get("channel") or ALL_CHANNELS)
    if purpose is None or channel is None:
        return
    proof = proof_in(event.properties)
    heard.consents.append(
        ConsentFact(
            profile=event.profile,
            purpose=purpose,
            channel=channel,
            # a clock that runs ahead must not put a withdrawal off
            time=min(event.time, event.received),
            message_id=event.id,
            given=event.name == CONSENT_GIVEN,
            source=event.source,
            came_with=_came_with(event),
            version=proof.version,
            wording=proof.wording,
            evidence=proof.evidence,
        )
    )


def name_of(given: object) -> str | None:
    """Return a name as it can be kept, None when it can't: no text, empty, or too long."""
    if not isinstance(given, str):
        return None
    name = given.replace("\x00", "")
    return name if 0 < len(name) <= LONGEST_NAME else None


def as_json(value: Any) -> str:
    """Write a value so that equal values are written alike: 1.0 as 1, keys in order."""
    return _encoder.encode(_canonical(value)).decode()


def _canonical(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer() and abs(value) < _WHOLE_FLOAT:
        return int(value)
    if isinstance(value, dict):
        return {key: _canonical(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(inner) for inner in value]
    return value
