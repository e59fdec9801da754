"""The ways out of a node as it is written, faulty or not; and edits of a graph as it is written.

Pure, over plain JSON, so that a draft with faults can be drawn and edited too. Every edit returns
a new definition and leaves the old one as it was.
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.journeys.model import END
from coterie.journeys.nodes import KEYS

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Way:
    """One way out of a node: where it is written (``branches[0].then``), and where it leads."""

    path: str
    target: str
    share: float | None = None
    """In percent, of a random branch."""


def ways(body: object) -> list[Way]:
    """List the ways out of a node in the order they are written; what is no way is left out.

    >>> [way.path for way in ways({"do": "split", "yes": "a", "no": "end"})]
    ['yes', 'no']
    """
    return list(_ways(body)) if isinstance(body, Mapping) else []


def _ways(body: Body) -> Iterator[Way]:
    branches = body.get("branches")
    branches = branches if isinstance(branches, list | tuple) else []
    match body.get("do"):
        case "split":
            yield from _named(body, "yes", "no")
        case "random":
            for index, pair in enumerate(branches):
                if isinstance(pair, list | tuple) and len(pair) == 2 and isinstance(pair[0], str):
                    share = pair[1] if isinstance(pair[1], int | float) else None
                    yield Way(f"branches[{index}][0]", pair[0], share)
        case "wait_for":
            for index, branch in enumerate(branches):
                if isinstance(branch, Mapping) and isinstance(branch.get("then"), str):
                    yield Way(f"branches[{index}].then", branch["then"])
            yield from _named(body, "on_timeout")
        case "jump":
            yield from _named(body, "to")
        case _:
            yield from _named(body, "then")


def _named(body: Body, *keys: str) -> Iterator[Way]:
    for key in keys:
        if isinstance(body.get(key), str):
            yield Way(key, body[key])


def led(body: Body, path: str, target: str) -> dict[str, Any]:
    """Return a node with one of its ways leading elsewhere."""
    changed: dict[str, Any] = copy.deepcopy(dict(body))
    if not path.startswith("branches["):
        changed[path] = target
        return changed
    index = int(path[len("branches[") :].partition("]")[0])
    if path.endswith(".then"):
        changed["branches"][index]["then"] = target
    else:
        changed["branches"][index] = [target, changed["branches"][index][1]]
    return changed


def nodes_of(definition: Body) -> dict[str, Any]:
    """Return a definition's nodes by name; none where there are none."""
    nodes = definition.get("nodes")
    return dict(nodes) if isinstance(nodes, Mapping) else {}


def new_name(definition: Body, kind: str) -> str:
    """Name a node that is to come: its kind, with a number where that is taken.

    >>> new_name({"nodes": {"wait": {}, "wait-2": {}}}, "wait")
    'wait-3'
    """
    taken, number = nodes_of(definition), 1
    while (name := kind if number == 1 else f"{kind}-{number}") in taken or name == END:
        number += 1
    return name


def insert(
    definition: Body, after: str | None, path: str, body: Body
) -> tuple[dict[str, Any], str]:  # fmt: skip
    """Put a node into a way: of the node ``after``, or before the start when that is None.

    Every way of the new node that leads nowhere yet leads where that way led. Returns the new
    definition and the new node's name.
    """
    nodes = nodes_of(definition)
    name = new_name(definition, str(body["do"]).replace("_", "-"))
    if after is None:
        target = str(definition.get("start", END))
    else:
        target = next((way.target for way in ways(_node(nodes, after)) if way.path == path), "")
        if not target:
            raise NotFound(f"the node {after!r} has no way {path!r}")
        nodes[after] = led(nodes[after], path, name)
    fresh = dict(body)
    for way in ways(body):
        if way.target == "":
            fresh = led(fresh, way.path, target)
    start = name if after is None else definition.get("start")
    return {**definition, "start": start, "nodes": _beside(nodes, name, fresh, after)}, name


def _beside(
    nodes: dict[str, Any], name: str, body: dict[str, Any], after: str | None
) -> dict[str, Any]:  # fmt: skip
    """Keep the order in which people read: the new node stands behind the one it follows."""
    if after is None:
        return {name: body, **nodes}
    ordered: dict[str, Any] = {}
    for each, old in nodes.items():
        ordered[each] = old
        if each == after:
            ordered[name] = body
    return ordered


def remove(definition: Body, name: str, keep: str = "") -> tuple[dict[str, Any], tuple[str, ...]]:
    """Take a node out; what led to it leads on along its way ``keep`` (else its first).

    Nodes that no way leads to any more go too. Returns the new definition and all that went.
    Raises Conflict when it is the last one.
    """
    nodes = nodes_of(definition)
    leading = ways(_node(nodes, name))
    target = next((way.target for way in leading if way.path == keep), "")
    target = target or next((way.target for way in leading), END)
    target = END if target == name else target
    if len(nodes) == 1:
        raise Conflict("a journey has at least one step: change this one instead")
    before = reached(definition)
    rest = {
        each: _led_past(body, name, target) if isinstance(body, Mapping) else body
        for each, body in nodes.items()
        if each != name
    }
    start = definition.get("start")
    start = target if start == name else start
    if start == END:
        raise Conflict("then nobody would take a step: change this one instead")
    changed = {**definition, "start": start, "nodes": rest}
    stranded = tuple(each for each in rest if each in before and each not in reached(changed))
    changed["nodes"] = {each: body for each, body in rest.items() if each not in stranded}
    return changed, (name, *stranded)


def _led_past(body: Body, name: str, target: str) -> Any:
    changed = dict(body)
    for way in ways(body):
        if way.target == name:
            changed = led(changed, way.path, target)
    return changed


def reached(definition: Body) -> set[str]:
    """Find the nodes that the ways from the start lead to."""
    nodes, found = nodes_of(definition), set[str]()
    open_ends = [definition.get("start")]
    while open_ends:
        name = open_ends.pop()
        if isinstance(name, str) and name in nodes and name not in found:
            found.add(name)
            open_ends += [way.target for way in ways(nodes[name])]
    return found


def replace(definition: Body, name: str, body: Body) -> dict[str, Any]:
    """Put another body in a node's place."""
    nodes = nodes_of(definition)
    _node(nodes, name)
    if body.get("do") not in KEYS:
        raise Invalid(f"there is no kind of node {body.get('do')!r}", path=f"nodes.{name}.do",
                      hint=f"one of {', '.join(KEYS)}")  # fmt: skip
    nodes[name] = dict(body)
    return {**definition, "nodes": nodes}


def _node(nodes: Mapping[str, Any], name: str) -> Any:
    if name not in nodes:
        raise NotFound(f"there is no node {name!r} in this draft: it may have been taken out")
    return nodes[name]
