"""What a run hands on: requests to messaging, and facts to the log. Pure."""

from collections.abc import Mapping
from typing import Any

from coterie.core import facts
from coterie.core.clock import format_time
from coterie.core.event import TAGGED, TRAIT_SET, UNTAGGED, Event
from coterie.core.facts import fact
from coterie.core.ids import derived_id
from coterie.journeys.model import Act, Emit, Message, Perform, Run, SetTrait, Tag, Task
from coterie.journeys.stepper import Drawn
from coterie.messaging import naming
from coterie.messaging.alike.model import Alike
from coterie.messaging.model import Request

ROOM = "journeys"
ENTERED = "coterie.journey.entered"
EXITED = "coterie.journey.exited"
DRAWN = "coterie.journey.drawn"
ASKED_ACTION = "coterie.action.asked"
ASKED_TASK = "coterie.task.asked"


def origin(journey: str) -> str:
    """Name a journey as the one who asks for a message."""
    return f"journey:{journey}"


def message_cause(journey: str, node: str, at: int) -> tuple[object, ...]:
    """Say what gives cause to the messages of a node that is visited at a moment."""
    return "journey", journey, node, at


def message_key(run: Run, node: str) -> str:
    """Derive the idempotency key of the message that a run asked for on its last visit to a node.

    A visit is told by its moment, since a run comes to a node once a second at most. Two runs of
    one journey with the same key value, at one node at one moment, thus share one message. The
    profile is the one that the run was born to, so that a merge changes no key.
    """
    cause = message_cause(run.journey, node, run.visits[node].at)
    return naming.name(cause, run.came_with or run.profile, run.key)


def asked_message(run: Run, node: str) -> str:
    """Name the message that a run asked for on its last visit to a node."""
    return naming.message_id(message_key(run, node))


def request(run: Run, message: Message, now: int) -> Request:
    """Ask for a node's message; service touches have no shadows."""
    return Request(
        **_asked(run, message, now),
        profile=run.profile,
        key=message_key(run, run.node),
        run_key=run.key,
        variables=variables(run),
        shadow=run.shadow and message.touch != "service",
        items=items(run),
        post=message.post,
    )


def alike(run: Run, message: Message, now: int, *, shared: bool = True) -> Alike:
    """Ask for a node's message for everybody whom a run stands for; it has no key.

    Where what a template sees is not ``shared``, each hears the ``variables`` of her own run.
    """
    return Alike(
        **_asked(run, message, now),
        cause=message_cause(run.journey, run.node, run.visits[run.node].at),
        variables=variables(run) if shared else {},
    )


def _asked(run: Run, message: Message, now: int) -> dict[str, Any]:
    return {
        "channel": message.channel,
        "template": message.template,
        "touch": message.touch,
        "origin": origin(run.journey),
        "node": run.node,
        "expires_at": None if message.expires is None else now + message.expires,
        "value": message.value,
        "delivery": message.delivery,
        "relevance": message.relevance,
    }


def variables(run: Run) -> dict[str, Any]:
    """Return what a template sees of a run, and of the event that began it."""
    cause = run.cause
    event: dict[str, Any] = {}
    if cause is not None:
        event = {
            "name": cause.name,
            "time": format_time(cause.time),
            "properties": cause.properties,
        }
    return {
        "event": event,
        "run": {
            "journey": run.journey,
            "node": run.node,
            "key": run.key,
            "entered": format_time(run.entered),
        },
    }


def items(run: Run) -> tuple[str, ...]:
    """Return the items of the event that began a run."""
    return () if run.cause is None else tuple(run.cause.items)


def entered(run: Run, now: int, unit: str | None = None) -> Event:
    """State that a person has started a run; ``unit`` is the group that was drawn as one."""
    more: dict[str, Any] = {} if unit is None else {"unit": unit}
    return _entered(run, run.id, run.profile, now, **more)


def all_entered(like: Run, ids: Mapping[int, int], now: int) -> list[Event]:
    """State that very many people have started runs alike; ``ids`` are the runs' by profile."""
    for profile, number in ids.items():
        return facts.alike(_entered(like, number, profile, now), ids, "run", ids.values())
    return []


def _entered(run: Run, number: int, profile: int, now: int, **more: Any) -> Event:
    return fact(
        ENTERED,
        room=ROOM,
        profile=profile,
        at=now,
        cause=(number,),
        journey=run.journey,
        run=number,
        shadow=run.shadow,
        **more,
    )


def drawn(run: Run, one: Drawn, now: int) -> Event:
    """State which arm of an experiment a run drew."""
    return fact(
        DRAWN,
        room=ROOM,
        profile=run.profile,
        at=now,
        cause=(run.id, one.node, run.visits[one.node].count),
        journey=run.journey,
        run=run.id,
        node=one.node,
        arm=one.arm,
        arms=dict(one.arms),
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


def acted(run: Run, node: str, act: Act, now: int, key: str | None = None) -> Event:
    """State what a run has done to its person at a node; ``key`` is the journey's."""
    cause = (run.id, node, run.visits[node].count)
    properties: dict[str, Any]
    match act:
        case Tag(tag=tag, on=on):
            name, properties = TAGGED if on else UNTAGGED, {"tag": tag, "by": origin(run.journey)}
        case SetTrait(trait=trait, value=value):
            name, properties = TRAIT_SET, {"trait": trait, "value": value}
        case Perform(action=action):
            name, properties = ASKED_ACTION, _of_run(run, node) | {"action": action}
        case Task():
            name, properties = ASKED_TASK, _task(run, node, act, now, key)
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


def _of_run(run: Run, node: str) -> dict[str, Any]:
    return {"journey": run.journey, "run": run.id, "node": node}


def _task(run: Run, node: str, task: Task, now: int, key: str | None) -> dict[str, Any]:
    """Say what is to be done; ``about`` comes back with what becomes of it, for ``same_key``."""
    said = {
        **_of_run(run, node),
        "task": derived_id("task", run.id, node, run.visits[node].count),
        "to": task.to,
        "role": task.role,
        "script": task.script,
        "due": None if task.due is None else format_time(now + task.due),
        "about": None if key is None or run.key is None else {key: run.key},
    }
    return {name: value for name, value in said.items() if value is not None}
