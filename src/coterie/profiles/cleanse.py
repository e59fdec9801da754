"""What an event keeps of a person on its way to the log: nothing that identifies her.

Ids give way to the profile, identifying values are sealed with her key and travel on in
``context["sealed"]`` until station 4 learns them, and the context is cut to what somebody uses.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from coterie.core.event import GROUPED, IDENTIFIED, TRAIT_SET, Event
from coterie.profiles import pii
from coterie.profiles.vault import Sealer

SEALED = "sealed"
CONTEXT_TRAITS = "context.traits"
"""Under this property the log keeps the traits that came beside an event, in its context."""

_KEPT_CONTEXT = frozenset({"active", "campaign", "groupId", "locale", "timezone"})
_KEPT_PAGE = ("path", "title", "url")

_encoder = msgspec.json.Encoder(order="deterministic")


class Sealed(msgspec.Struct, frozen=True):
    """One identifying value as it travels: ``data`` is base64, None when there is no value.

    ``of`` says whether it is a trait to be learnt or a property to be put aside.
    """

    of: str
    path: str
    kind: str
    root: str | None = None
    digest: str | None = None
    data: str | None = None


class Cleansed(msgspec.Struct, frozen=True, gc=False):
    """An event without identifying data, and what was taken out of it.

    ``context`` is what is kept of the event's own.
    """

    event: Event
    traits: Sequence[pii.Found] = ()
    properties: Sequence[pii.Found] = ()
    context: Mapping[str, Any] = {}


def cleanse(event: Event) -> Cleansed:
    """Take what identifies out of an event; it keeps its ids and context, which ``close`` takes."""
    if event.type == "fact":
        return _fact(event) if event.name == TRAIT_SET else Cleansed(event, context=event.context)
    context = _reduced(event.context)
    says = event.traits or "traits" in event.context or event.name in (IDENTIFIED, GROUPED)
    if says or context:
        return _said(event, context)
    if pii.is_harmless(event.properties):
        return Cleansed(event)
    properties, found = pii.scrub(event.properties)
    return Cleansed(msgspec.structs.replace(event, properties=properties), properties=found)


def _said(event: Event, context: Mapping[str, Any]) -> Cleansed:
    """Part what an event says of a person (identify, or beside any call) from what happened."""
    beside = event.context.get("traits")
    hers: dict[str, Any] = dict(beside) if isinstance(beside, dict) else {}
    if event.name != GROUPED:
        hers |= event.traits
    plain, identifying = pii.split(hers)
    properties, found = pii.scrub(event.properties)
    if event.name == IDENTIFIED:
        properties["traits"] = plain
    elif plain:
        properties[CONTEXT_TRAITS] = plain
    if event.name == GROUPED:
        properties["traits"], of_group = pii.split(event.traits)
        found += of_group
    kept, found_beside = pii.scrub(context)
    cleansed = msgspec.structs.replace(event, properties=properties, traits=plain)
    return Cleansed(cleansed, identifying, found + found_beside, kept)


def _fact(event: Event) -> Cleansed:
    """Take an identifying value out of a fact that sets a trait; other facts are ours and clean."""
    name = event.properties.get("trait")
    if not isinstance(name, str):
        return Cleansed(event, context=event.context)
    plain, identifying = pii.split({name: event.properties.get("value")})
    if not identifying:
        return Cleansed(event, context=event.context)
    rest = {key: value for key, value in event.properties.items() if key != "value"}
    if name in plain:
        rest["value"] = plain[name]
    cleansed = msgspec.structs.replace(event, properties=rest)
    return Cleansed(cleansed, identifying, context=event.context)


def _reduced(context: Mapping[str, Any]) -> dict[str, Any]:
    """Keep of a context what somebody uses; addresses' queries and device data are dropped."""
    if _KEPT_CONTEXT.isdisjoint(context) and "page" not in context:
        return {}
    kept = {
        name: value
        for name, value in context.items()
        if name in _KEPT_CONTEXT and value is not None
    }
    page = context.get("page")
    if isinstance(page, dict):
        here = {name: page[name] for name in _KEPT_PAGE if isinstance(page.get(name), str)}
        if "url" in here:
            here["url"] = here["url"].partition("#")[0].partition("?")[0]
        kept["page"] = here
    return kept


def close(
    cleansed: Cleansed,
    profile: int,
    came_with: int,
    sealer: Sealer,
    blind: Callable[[str, Any], str],
) -> Event:
    """Give a cleansed event its person, and seal what was taken out with its carrier's key."""
    event, context = cleansed.event, cleansed.context
    if cleansed.traits or cleansed.properties:
        sealed = [_seal("trait", one, came_with, sealer, blind) for one in cleansed.traits]
        sealed += [_seal("property", one, came_with, sealer, blind) for one in cleansed.properties]
        context = {**context, SEALED: [msgspec.to_builtins(one) for one in sealed]}
    elif event.type == "fact" and (event.profile, event.came_with) == (profile, came_with):
        return event  # a fact of ours goes by no id
    return msgspec.structs.replace(
        event,
        profile=profile,
        came_with=came_with,
        user_id=None,
        anonymous_id=None,
        previous_id=None,
        identities={},
        context=context,
    )


def _seal(
    of: str, one: pii.Found, profile: int, sealer: Sealer, blind: Callable[[str, Any], str]
) -> Sealed:
    if one.value in (None, ""):
        return Sealed(of, one.path, one.kind, one.root)
    data = base64.b64encode(sealer.seal(profile, _encoder.encode(one.value))).decode()
    digest = blind(one.path, one.value) if of == "trait" else None
    return Sealed(of, one.path, one.kind, one.root, digest, data)


def sealed_in(event: Event) -> list[Sealed]:
    """Return the sealed values that travel with an event."""
    sealed = event.context.get(SEALED)
    return msgspec.convert(sealed, list[Sealed]) if sealed else []
