"""Whether a graph can be walked: every way leads somewhere, nobody is stranded, no run spins.

Pure; raises Invalid with the path of the fault.
"""

from collections.abc import Callable, Iterator, Mapping

from coterie.core.errors import Invalid
from coterie.journeys.model import (
    END,
    Journey,
    Jump,
    Node,
    Random,
    Split,
    WaitDuration,
    WaitProperty,
    WaitRule,
    WaitTime,
    targets,
)
from coterie.segments.language.conditions_parse import nearest

_WAITS = (WaitDuration, WaitProperty, WaitRule, WaitTime)


def check(journey: Journey) -> None:
    """Refuse missing targets, unreachable nodes, and loops that hold no wait."""
    for fault in faults(journey):
        raise fault


def faults(journey: Journey) -> Iterator[Invalid]:
    """Find all that ``check`` refuses; while a target is missing, nothing else is looked for."""
    missing = list(_missing(journey))
    yield from missing
    if missing:
        return
    reached = _reach(journey.nodes, journey.start, lambda _: True)
    for name in journey.nodes:
        if name not in reached:
            yield Invalid("no way leads to this node", path=f"nodes.{name}",
                          hint="lead a node to it, or take it out")  # fmt: skip
    yield from _loops(journey.nodes)
    if journey.reentry == "while_in_segment" and END in _reach(
        journey.nodes, journey.start, _hurries
    ):
        yield Invalid("while_in_segment needs a wait on every way through", path="reentry",
                      hint="a person still in the segment would start again at once")  # fmt: skip


def _missing(journey: Journey) -> Iterator[Invalid]:
    known = (*journey.nodes, END)
    places = [("start", journey.start)]
    for name, node in journey.nodes.items():
        for path, target in zip(paths(node), targets(node), strict=True):
            places.append((f"nodes.{name}.{path}", target))
    for path, target in places:
        if target not in known:
            yield Invalid(f"there is no node {target!r}", path=path, hint=nearest(target, known))


def paths(node: Node) -> list[str]:
    """Name where each of a node's targets is written, in the order of ``targets``."""
    match node:
        case Split():
            return ["yes", "no"]
        case Random(branches=branches):
            return [f"branches[{index}][0]" for index in range(len(branches))]
        case WaitRule(branches=ways, on_timeout=late):
            late_path = ["on_timeout"] if late is not None else []
            return [f"branches[{index}].then" for index in range(len(ways))] + late_path
        case Jump():
            return ["to"]
        case _:
            return ["then"]


def _reach(nodes: Mapping[str, Node], start: str, through: Callable[[Node], bool]) -> set[str]:
    """Find all that can be come to from a node, going on only through some nodes."""
    reached, open_ends = {start}, [start]
    while open_ends:
        name = open_ends.pop()
        if name == END or not through(nodes[name]):
            continue
        fresh = set(targets(nodes[name])) - reached
        reached |= fresh
        open_ends += fresh
    return reached


def _loops(nodes: Mapping[str, Node]) -> Iterator[Invalid]:
    """Find the circles of nodes none of which waits."""
    for name, node in nodes.items():
        if not _hurries(node):
            continue
        for path, target in zip(paths(node), targets(node), strict=True):
            if target != END and name in _reach(nodes, target, _hurries):
                yield Invalid("leads into a loop without a wait", path=f"nodes.{name}.{path}",
                              hint="put a wait or a wait_for into the loop")  # fmt: skip


def _hurries(node: Node) -> bool:
    return not isinstance(node, _WAITS)
