"""Moving a step of a graph as it is written: up, down, into another way, or once more.

Pure, over plain JSON, as ``ways`` is. A step with one way out is moved alone; what splits takes
more than itself along, so it stays where it is.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from coterie.core.errors import Conflict, NotFound
from coterie.journeys.model import END
from coterie.journeys.ways import insert, led, nodes_of, ways

Body = Mapping[str, Any]

START = ("", "")
"""The place before the first step."""


def is_movable(definition: Body, name: str) -> bool:
    """Say whether a step can be moved alone: it has one way out, and others stand beside it."""
    nodes = nodes_of(definition)
    body = nodes.get(name)
    return (
        isinstance(body, Mapping)
        and [way.path for way in ways(body)] == ["then"]
        and len(nodes) > 1
        and body["then"] != name
    )


def places(definition: Body, name: str) -> list[tuple[str, str]]:
    """List where a step could go: (the step before, its way), the start as ``START``.

    The places next to it, where it stands already, are left out.
    """
    nodes, target = nodes_of(definition), str(nodes_of(definition)[name].get("then"))
    found = [] if definition.get("start") in (name, target) else [START]
    for each, body in nodes.items():
        if each != name:
            found += [(each, way.path) for way in ways(body) if way.target != name]
    if definition.get("start") == name and target in nodes:
        return [place for place in found if place != START]
    return found


def leading(definition: Body, name: str) -> list[tuple[str, str]]:
    """List the places from which one comes to a step."""
    return list(_leading(definition, name))


def _leading(definition: Body, name: str) -> Iterator[tuple[str, str]]:
    if definition.get("start") == name:
        yield START
    for each, body in nodes_of(definition).items():
        yield from ((each, way.path) for way in ways(body) if way.target == name)


def move(definition: Body, name: str, place: tuple[str, str]) -> dict[str, Any]:
    """Take a step out of its place and put it into a way; raises Conflict, NotFound."""
    if not is_movable(definition, name):
        raise Conflict(f"the step {name!r} leads several ways: move what follows it instead")
    after, path = place
    nodes = nodes_of(definition)
    body = nodes.pop(name)
    target = str(body["then"])
    start = definition.get("start")
    start = target if start == name else start
    if start == END:
        raise Conflict("then nobody would take a step: change this one instead")
    closed = {each: _led_past(other, name, target) for each, other in nodes.items()}
    if after == "":
        return {**definition, "start": name, "nodes": {name: {**body, "then": start}, **closed}}
    if after not in closed:
        raise NotFound(f"there is no node {after!r} in this draft: it may have been taken out")
    onward = next((way.target for way in ways(closed[after]) if way.path == path), None)
    if onward is None:
        raise NotFound(f"the node {after!r} has no way {path!r}")
    closed[after] = led(closed[after], path, name)
    ordered: dict[str, Any] = {}
    for each, other in closed.items():
        ordered[each] = other
        if each == after:
            ordered[name] = {**body, "then": onward}
    return {**definition, "start": start, "nodes": ordered}


def above(definition: Body, name: str) -> tuple[str, str] | None:
    """Return the place one step up; None at the top, or where several ways meet."""
    before = leading(definition, name)
    if len(before) != 1 or before[0] == START or not is_movable(definition, name):
        return None
    further = leading(definition, before[0][0])
    return further[0] if len(further) == 1 else None


def below(definition: Body, name: str) -> tuple[str, str] | None:
    """Return the place one step down: behind the step that follows, on its first way."""
    if not is_movable(definition, name):
        return None
    following = str(nodes_of(definition)[name]["then"])
    onward = ways(nodes_of(definition).get(following))
    return (following, onward[0].path) if onward and onward[0].target != name else None


def duplicate(definition: Body, name: str) -> tuple[dict[str, Any], str]:
    """Put a copy of a step right behind it; return the new definition and the copy's name."""
    body = nodes_of(definition).get(name)
    if not isinstance(body, Mapping) or not is_movable(definition, name):
        raise Conflict(f"the step {name!r} leads several ways: copy what follows it instead")
    return insert(definition, name, "then", {**body, "then": ""})


def _led_past(body: Any, name: str, target: str) -> Any:
    if not isinstance(body, Mapping):
        return body
    changed: Any = dict(body)
    for way in ways(body):
        if way.target == name:
            changed = led(changed, way.path, target)
    return changed
