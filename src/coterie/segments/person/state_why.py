"""The evidence of how one person stands: which word, which version of a list, how far away."""

from typing import Any

from coterie.core.clock import format_time
from coterie.segments.model import Consents, Listed, Near, Participant, Person, World
from coterie.segments.person.state import (
    metres,
    place_of,
    takes_part,
    word_on,
    word_on_location,
)


def of_participant(rule: Participant, person: Person, world: World) -> dict[str, Any]:
    """Tell in what she takes part, or not."""
    return {rule.kind: rule.slug, "takes_part": takes_part(rule, person, world)}


def of_consent(rule: Consents, person: Person, world: World) -> dict[str, Any]:
    """Tell the word that decides: when it was said, where, and how it can be proven."""
    word = word_on(rule, person, world.now)
    if word is None:
        return {"purpose": rule.purpose, "said": None}
    return {
        "purpose": rule.purpose,
        "said": "given" if word.given else "withdrawn",
        "channel": word.channel,
        "since": format_time(word.time),
        "source": word.source,
        "proof": {
            name: text
            for name, text in (
                ("version", word.version), ("wording", word.wording), ("evidence", word.evidence),
            )
            if text is not None
        },
    }  # fmt: skip


def of_near(rule: Near, person: Person, world: World) -> dict[str, Any]:
    """Tell which place counts and how far away it is, not where it lies."""
    place = place_of(person, world)
    if place is None:
        return {"place": None}
    known = person.known
    told = known.since.get("store" if place.store else "location")
    if place.store is None and told is None:
        told = known.since.get("location.lat")
    word = None if place.store else word_on_location(person, world.now)
    return {
        "place": "location" if place.store is None else "store",
        **({} if place.store is None else {"store": place.store}),
        **({} if word is None else {"allowed_since": format_time(word.time)}),
        "km": metres(place, rule) / 1_000,
        "since": None if told is None else format_time(told),
    }


def of_listed(rule: Listed, person: Person, world: World) -> dict[str, Any]:
    """Tell the version of the list, since when it is the current one, and whether she is on it."""
    standing = world.lists.get(rule.name)
    if standing is None:
        return {"list": rule.name, "version": None}
    return {
        "list": rule.name,
        "version": standing.version,
        "since": format_time(standing.since),
        "on_it": person.known.profile in standing.people,
    }
