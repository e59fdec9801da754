"""What has to be looked at to say anew who is one person: everything around what changed.

It grows from the seeds along links to whole people. It stops at identities that are over their
limit: they join nobody, and one more link cannot change that. Only where a link was made strong,
or put out of force, may such a one join again, so the next ones are looked at too (``thaw``).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from coterie.profiles.graph import store
from coterie.profiles.graph.merges import store as merges
from coterie.profiles.graph.model import STRONG, Link, LinkKey, Node
from coterie.profiles.graph.partition import Edge, Partition, partition
from coterie.storage.work import Work


@dataclass
class Closure:
    """Identities (``core`` may change, the others only stand at the rim) and the links of them."""

    nodes: dict[int, Node] = field(default_factory=dict)
    core: set[int] = field(default_factory=set)
    frozen: set[int] = field(default_factory=set)
    links: dict[LinkKey, Link] = field(default_factory=dict)
    decisions: dict[int, bool] = field(default_factory=dict)

    def people(self) -> Partition:
        """Say who is one person among all of these."""
        edges = [
            Edge(link.identity, link.other, link.how in STRONG)
            for link in self.links.values()
            if not link.void and link.identity in self.nodes and link.other in self.nodes
        ]
        kinds = {one.id: one.kind for one in self.nodes.values()}
        return partition(kinds, edges, dict.fromkeys(self.frozen, False) | self.decisions)


def around(work: Work, seeds: Iterable[int], *, thaw: bool) -> Closure:
    """Load everything around some identities."""
    found = Closure()
    _grow(work, found, set(seeds))
    if thaw and found.frozen:
        # their links are read whole; those that stand at the rim of these stay as they are
        thawed = set(found.frozen)
        found.frozen.clear()
        found.core -= thawed
        _grow(work, found, thawed, thawed)
    return found


def _grow(work: Work, found: Closure, new: set[int], thawed: Collection[int] = frozenset()) -> None:
    while new:
        _read(work, found, new)
        new = {one for one in new if one in found.nodes}  # the others were erased
        people = {found.nodes[one].person for one in new if not _is_frozen(found, one, thawed)}
        theirs = store.of_people(work, {person for person in people if person is not None})
        for node in theirs:
            found.nodes.setdefault(node.id, node)
        added = {node.id for node in theirs} - found.core | new
        found.core |= added
        found.frozen |= {one for one in added if _is_frozen(found, one, thawed)}
        links = store.links_at(work, added)
        found.links.update((link.key, link) for link in links)
        ends = {end for link in links for end in (link.identity, link.other)}
        _read(work, found, ends)
        new = _next(found, links, thawed)
    found.decisions = merges.decisions(work, found.nodes)


def _read(work: Work, found: Closure, ids: Iterable[int]) -> None:
    missing = [one for one in ids if one not in found.nodes]
    found.nodes.update((node.id, node) for node in store.by_id(work, missing))


def _is_frozen(found: Closure, one: int, thawed: Collection[int]) -> bool:
    return found.nodes[one].shared == "limit" and one not in thawed


def _next(found: Closure, links: Iterable[Link], thawed: Collection[int]) -> set[int]:
    """Go on to the other ends of links, but neither past nor into what is frozen."""
    new: set[int] = set()
    for link in links:
        if link.void:
            continue
        for here, there in ((link.identity, link.other), (link.other, link.identity)):
            if here not in found.core or there in found.core or there not in found.nodes:
                continue
            if link.how in STRONG:
                new.add(there)
            elif _is_frozen(found, there, thawed):
                found.frozen.add(there)
            elif not _is_frozen(found, here, thawed):
                new.add(there)
    return new
