"""Editing: where a new version puts the people who stand in the old one. Pure.

A node that only the new version has, given for one that only the old one had, is the same node
under another name: who was there has been there. Any other is another place: who has not been
there yet comes to it anew, who has is not served again.
"""

from collections.abc import Mapping
from dataclasses import replace

from coterie.core.errors import Invalid
from coterie.journeys.model import END, Journey, Message, Run, Visit, Wait
from coterie.journeys.stepper import Seen, due_of
from coterie.segments.language.conditions_parse import nearest

NODE_REMOVED = "node_removed"


def check_map(old: Journey, new: Journey, node_map: Mapping[str, str]) -> None:
    """Refuse a map from nodes that were not there, or to nodes that are not."""
    for source, target in node_map.items():
        if source not in old.nodes:
            raise Invalid(f"the present version has no node {source!r}", path=f"node_map.{source}",
                          hint=nearest(source, old.nodes))  # fmt: skip
        if target != END and target not in new.nodes:
            raise Invalid(f"the new version has no node {target!r}", path=f"node_map.{source}",
                          hint=nearest(target, (*new.nodes, END)))  # fmt: skip


def place(
    run: Run, old: Journey, new: Journey, node_map: Mapping[str, str], version: int, now: int
) -> Run:
    """Put a live run where the map says; it ends where its node is gone."""
    run = replace(run, version=version, visits=_renamed(run, old, new, node_map))
    node = node_map.get(run.node, run.node)
    if node == END:
        return replace(run, node=END, due=now)
    if node not in new.nodes:
        return replace(run, ended=now, reason=NODE_REMOVED, due=None, awaiting=None)
    if node == run.node or _is_rename(run.node, node, old, new):
        keeps = run.arrived is None or isinstance(new.nodes[node], Message)
        return replace(run, node=node, awaiting=run.awaiting if keeps else None)
    arrived = None if node not in run.visits else run.arrived
    return replace(run, node=node, arrived=arrived, due=now, awaiting=None)


def reckon(journey: Journey, run: Run, seen: Seen) -> Run:
    """Reckon anew until when a placed run waits, from when it came to its wait."""
    node = journey.nodes.get(run.node)
    if isinstance(node, Wait) and run.arrived is not None:
        return replace(run, due=due_of(node, run, seen))
    if run.arrived is not None and run.awaiting is None:
        return replace(run, due=seen.now)
    return run


def _is_rename(source: str, target: str, old: Journey, new: Journey) -> bool:
    return source not in new.nodes and target not in old.nodes


def _renamed(run: Run, old: Journey, new: Journey, node_map: Mapping[str, str]) -> dict[str, Visit]:
    visits = {name: visit for name, visit in run.visits.items() if name in new.nodes}
    for name, visit in run.visits.items():
        target = node_map.get(name, name)
        if target in new.nodes and _is_rename(name, target, old, new):
            known = visits.get(target, Visit(0, visit.at))
            visits[target] = Visit(known.count + visit.count, max(known.at, visit.at))
    return visits
