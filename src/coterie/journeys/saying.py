"""What a run hands on: requests to messaging, and facts to the log. Pure."""

from typing import Any

from coterie.core.clock import format_time
from coterie.core.event import TAGGED, TRAIT_SET, UNTAGGED, Event
from coterie.core.facts import fact
from coterie.core.ids import derived_id
from coterie.journeys.model import Act, Emit, Message, Run, SetTrait, Tag
from coterie.messaging.drafting import message_id
from coterie.messaging.model import Request
from coterie.profiles.model import Known

ROOM = "journeys"
ENTERED = "coterie.journey.entered"
EXITED = "coterie.journey.exited"


def origin(journey: str) -> str:
    """Name a journey as the one who asks for a message."""
    return f"journey:{journey}"


def message_key(run: Run, node: str) -> str:
    """Derive the idempotency key of the message that a run asked for on its last visit to a node.

    A visit is told by its moment, since a run comes to a node once a second at most. Two runs of
    one journey with the same key value, at one node at one moment, thus share one message. The
    profile is the one that the run was born to, so that a merge changes no key.
    """
    key = "" if run.key is None else f"={run.key}"
    born_to = run.came_with or run.profile
    return derived_id("journey", run.journey, node, born_to, key, run.visits[node].at)


def asked_message(run: Run, node: str) -> str:
    """Name the message that a run asked for on its last visit to a node."""
    return message_id(message_key(run, node))


def request(run: Run, message: Message, now: int, known: Known, user_id: str | None) -> Request:
    """Ask for a node's message; service touches have no shadows."""
    cause = run.cause
    event: dict[str, Any] = {}
    if cause is not None:
        event = {
            "name": cause.name,
            "time": format_time(cause.time),
            "properties": cause.properties,
        }
    return Request(
        profile=run.profile,
        channel=message.channel,
        template=message.template,
        touch=message.touch,
        key=message_key(run, run.node),
        origin=origin(run.journey),
        node=run.node,
        run_key=run.key,
        expires_at=None if message.expires is None else now + message.expires,
        value=message.value,
        variables={
            "profile": {"user_id": user_id, "tags": sorted(known.tags)},
            "event": event,
            "run": {
                "journey": run.journey,
                "node": run.node,
                "key": run.key,
                "entered": format_time(run.entered),
            },
        },
        shadow=run.shadow and message.touch != "service",
        delivery=message.delivery,
        items=() if cause is None else tuple(cause.items),
    )


def entered(run: Run, now: int) -> Event:
    """State that a person has started a run."""
    return fact(
        ENTERED,
        room=ROOM,
        profile=run.profile,
        at=now,
        cause=(run.id,),
        journey=run.journey,
        run=run.id,
        shadow=run.shadow,
    )


def exited(run: Run, now: int) -> Event:
    """State that a person's run has ended, and why."""
    return fact(
        EXITED,
        room=ROOM,
        profile=run.profile,
        at=now,
        cause=(run.id,),
        journey=run.journey,
        run=run.id,
        shadow=run.shadow,
        reason=run.reason,
    )


def acted(run: Run, node: str, act: Act, now: int) -> Event:
    """State what a run has done to its person at a node."""
    cause = (run.id, node, run.visits[node].count)
    properties: dict[str, Any]
    match act:
        case Tag(tag=tag, on=on):
            name, properties = TAGGED if on else UNTAGGED, {"tag": tag, "by": origin(run.journey)}
        case SetTrait(trait=trait, value=value):
            name, properties = TRAIT_SET, {"trait": trait, "value": value}
        case Emit(event=event):
            # the operator's own name, not one of ours
            return Event(
                id=derived_id(ROOM, event, run.profile, *cause),
                type="fact",
                name=event,
                time=now,
                received=now,
                source=ROOM,
                profile=run.profile,
                properties=dict(act.properties),
            )
    return fact(name, room=ROOM, profile=run.profile, at=now, cause=cause, **properties)
