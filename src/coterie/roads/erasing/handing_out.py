"""All data of one person as one JSON document, for her: what every room keeps, what she did."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import msgspec

from coterie.core.clock import format_time
from coterie.core.people import Heads, Keeper
from coterie.profiles.model import Identity
from coterie.roads.inbound import Inbound
from coterie.storage.work import Work

FORMAT = "coterie.person/1"
_OURS = ("profile", "came_with", "message_id")


def hand_out(
    work: Work,
    inbound: Inbound,
    heads: Heads[Work],
    keepers: Sequence[Keeper[Work]],
    profile: int,
) -> dict[str, Any]:
    """Return what the house knows of a person, identifying values in the clear.

    Moments are ISO 8601 in UTC where a field is known to be one; rooms tell theirs as they keep
    them, in milliseconds. What sums of money are made of is in units of 1/10,000.
    """
    profiles = inbound.profiles
    head = heads.heads(work, [profile])[profile]
    known = profiles.known(work, [head]).get(head)
    timeline = inbound.log.timelines(work, [head])[head]
    document = {
        "format": FORMAT,
        "made": format_time(work.now),
        "person": profiles.uid(work, [head]).get(head),
        "identities": [_identity(one) for one in profiles.identities_of(work, head)],
        "traits": profiles.traits(work, head),
        "scores": {} if known is None else _scores(known.traits),
        "tags": [] if known is None else sorted(known.tags),
        "consent": [
            {
                **{name: value for name, value in asdict(word).items() if name not in _OURS},
                "time": format_time(word.time),
            }
            for word in profiles.consent_words(work, head)
        ],
        "kept_apart": [
            {"path": one.path, "time": format_time(one.time), "value": one.value}
            for one in profiles.moved(work, head)
        ],
        "events": [
            {
                "time": format_time(event.time),
                "name": event.name,
                "type": event.type,
                "source": event.source,
                "items": list(event.items),
                "store": event.store,
                "amount": event.amount,
                "properties": event.properties,
            }
            for event in timeline
        ],
        "rooms": {keeper.name: keeper.hand_out(work, head) for keeper in keepers},
    }
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(document))
    return plain


def _identity(one: Identity) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "value": one.value,
        "source": one.source,
        "first_seen": format_time(one.first_seen),
        "last_seen": format_time(one.last_seen),
    }


def _scores(traits: Any) -> dict[str, Any]:
    return {name: value for name, value in traits.items() if name.startswith("scores.")}
