"""All the faults of a definition at once, for an editor; the parser stops at the first. Pure.

Law: the list is empty exactly when ``parse`` takes the definition.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from coterie.core.errors import Invalid
from coterie.journeys import graph
from coterie.journeys.model import END, Journey, Node
from coterie.journeys.nodes import ReadRule, read_node
from coterie.journeys.parse import as_mapping, parse

_STANDIN = {"start": "standin", "nodes": {"standin": {"do": "wait", "for": "1d", "then": "end"}}}
"""A graph without a fault, in whose place the rest of a definition is read by itself."""


def find(
    slug: str, definition: object, read: ReadRule
) -> tuple[Journey | None, list[Invalid]]:  # fmt: skip
    """Read a definition; return the journey, or None and every fault found."""
    try:
        return parse(slug, definition, read), []
    except Invalid as error:
        first = error
    try:
        body = as_mapping(definition)
    except Invalid as error:
        return None, [error]
    return None, _all(slug, body, read) or [first]


def _all(slug: str, body: Mapping[str, Any], read: ReadRule) -> list[Invalid]:
    found: list[Invalid] = []
    probe: Journey | None = None
    try:
        probe = parse(slug, {**body, **_STANDIN}, read)
    except Invalid as error:
        found.append(error)
    bodies, start = body.get("nodes"), body.get("start")
    if not isinstance(bodies, Mapping) or not bodies:
        found.append(Invalid("there is no node yet", path="nodes", hint="put one in"))
        return found
    nodes: dict[str, Node] = {}
    for name, each in bodies.items():
        try:
            nodes[name] = read_node(each, f"nodes.{name}", read, keyed=body.get("key") is not None)
        except Invalid as error:
            found.append(error)
    if not isinstance(start, str) or start not in (*bodies, END):
        found.append(Invalid(f"there is no node {start!r} to start at", path="start",
                             hint=f"such as {next(iter(bodies))}"))  # fmt: skip
    elif probe is not None and len(nodes) == len(bodies):
        found += graph.faults(replace(probe, start=start, nodes=nodes))
    return found
