"""Which identities are one person: a pure function of what was said, whatever the order.

Links that an alias, an operator or a claim made always join. A link that was merely seen joins
unless one of its ends is *shared*: more than the limit of one higher-ranked kind was seen with it
(two user ids on one phone), or it would join two people who each have an account of a kind of
their own (two user ids, by way of a phone of each). A shared identity joins nobody.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from coterie.profiles.graph.kinds import ACCOUNTS, LIMIT, rank

Shared = Literal["limit", "bridge"]
"""Why an identity joins nobody: over its limit, or it alone would join two people."""


class Edge(NamedTuple):
    """Two identities that were named together; ``strong`` ones always join."""

    one: int
    other: int
    strong: bool


@dataclass(frozen=True)
class Partition:
    """People as sets of identities, and the identities that join nobody."""

    people: tuple[frozenset[int], ...]
    shared: Mapping[int, Shared]


class _Forest:
    """Disjoint sets, named by one of their members."""

    def __init__(self) -> None:
        self._parents: dict[int, int] = {}

    def find(self, member: int) -> int:
        parents = self._parents
        root = member
        while (parent := parents.get(root, root)) != root:
            root = parent
        while member != root:
            following = parents.get(member, root)
            parents[member] = root
            member = following
        return root

    def join(self, one: int, other: int) -> None:
        first, second = self.find(one), self.find(other)
        if first != second:
            self._parents[max(first, second)] = min(first, second)


def partition(
    kinds: Mapping[int, str], edges: Iterable[Edge], decisions: Mapping[int, bool]
) -> Partition:
    """Part identities (their kind by number) into people.

    ``decisions`` are an operator's: True, this identity joins after all; False, it joins nobody.

    >>> household = {1: "user_id", 2: "user_id", 3: "phone"}
    >>> partition(household, [Edge(1, 3, False), Edge(2, 3, False)], {}).shared
    {3: 'limit'}
    """
    ranks = {one: rank(kind) for one, kind in kinds.items()}
    edges = {_downwards(edge, ranks) for edge in edges}
    forest = _Forest()
    weak: list[Edge] = []
    for edge in edges:
        if edge.strong or decisions.get(edge.other) is True:
            forest.join(edge.one, edge.other)
        else:
            weak.append(edge)
    shared: dict[int, Shared] = {}
    for one in _over_limit(kinds, ranks, edges, forest):
        if decisions.get(one) is not True:
            shared[one] = "limit"
    for one, joins in decisions.items():
        if not joins and one in kinds:
            shared[one] = "limit"
    by_level: defaultdict[int, list[Edge]] = defaultdict(list)
    for edge in weak:
        by_level[ranks[edge.other]].append(edge)
    for level in sorted(by_level):
        _join_level(level, by_level[level], kinds, ranks, forest, shared)
    people: defaultdict[int, set[int]] = defaultdict(set)
    for one in kinds:
        people[forest.find(one)].add(one)
    return Partition(tuple(frozenset(one) for one in people.values()), shared)


def _downwards(edge: Edge, ranks: Mapping[int, int]) -> Edge:
    """Turn an edge so that it leads from the surer identity down to the less sure one."""
    first, second = sorted((edge.one, edge.other), key=lambda one: (ranks[one], one))
    return Edge(first, second, edge.strong)


def _over_limit(
    kinds: Mapping[int, str], ranks: Mapping[int, int], edges: Iterable[Edge], forest: _Forest
) -> list[int]:
    """Find the identities that were seen with too many of one higher-ranked kind.

    Those that an alias, an operator or a claim made one count once.
    """
    above: defaultdict[tuple[int, str], set[int]] = defaultdict(set)
    for edge in edges:
        if ranks[edge.one] < ranks[edge.other]:
            above[edge.other, kinds[edge.one]].add(forest.find(edge.one))
    return sorted({one for (one, _), people in above.items() if len(people) > LIMIT})


def _join_level(
    level: int,
    edges: list[Edge],
    kinds: Mapping[int, str],
    ranks: Mapping[int, int],
    forest: _Forest,
    shared: dict[int, Shared],
) -> None:
    """Join the identities of one rank to those above, all at once; mark those that may not."""
    alive = [edge for edge in edges if edge.one not in shared and edge.other not in shared]
    tentative = _Forest()
    for edge in alive:
        tentative.join(forest.find(edge.one), forest.find(edge.other))
    above: defaultdict[int, set[str]] = defaultdict(set)
    for one, kind in kinds.items():
        if ranks[one] < level:
            above[forest.find(one)].add(kind)
    holders: defaultdict[tuple[int, str], int] = defaultdict(int)
    for root, theirs in above.items():
        for kind in theirs & ACCOUNTS:
            holders[tentative.find(root), kind] += 1
    torn = {person for (person, _), number in holders.items() if number > LIMIT}
    if torn:
        shared |= dict.fromkeys(_bridges(alive, ranks, forest, tentative, above, torn), "bridge")
    for edge in alive:
        if edge.one not in shared and edge.other not in shared:
            forest.join(edge.one, edge.other)


def _bridges(
    edges: Iterable[Edge],
    ranks: Mapping[int, int],
    forest: _Forest,
    tentative: _Forest,
    above: Mapping[int, Collection[str]],
    torn: Collection[int],
) -> set[int]:
    """Find the identities by way of which people would be joined that must not be."""
    found: set[int] = set()
    touched: defaultdict[int, set[int]] = defaultdict(set)
    for edge in edges:
        ends = {forest.find(edge.one), forest.find(edge.other)}
        if tentative.find(forest.find(edge.one)) not in torn:
            continue
        if ranks[edge.one] == ranks[edge.other]:
            found |= {edge.one, edge.other}
        touched[edge.other] |= {root for root in ends if root in above}
    return found | {one for one, roots in touched.items() if len(roots) > 1}
