"""Where the nodes of a journey's graph stand on the page. Pure: a definition in, places out.

Top to bottom: a node stands a row below the lowest of those that lead to it. The ways out of a
node lie side by side; where they come together again, the join stands below their middle. A way
that ends, jumps back or leads nowhere ends in a small mark of its own. Works for drafts with
faults too; what no way leads to stands at the foot.

Laws (kept by tests): no two places overlap, every way is drawn once, and a forward way leads
down.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from coterie.journeys.model import END
from coterie.journeys.ways import Way, nodes_of, ways

MarkKind = Literal["end", "back", "missing"]
THIN = 0.7
"""The width of a lane that holds no node of its own, in columns."""


@dataclass(frozen=True)
class Place:
    """A node's place: the middle of its column, and its row. ``loose`` when no way leads there."""

    name: str
    column: float
    row: int
    loose: bool = False


@dataclass(frozen=True)
class Mark:
    """Where a way ends that leads to no node below: the end, a node above, or nothing."""

    kind: MarkKind
    target: str
    column: float
    row: int


@dataclass(frozen=True)
class Edge:
    """One way, drawn from a node's foot down its lane to a node, or to its own mark."""

    source: str
    way: Way
    lane: float
    place: Place | None
    mark: Mark | None


@dataclass(frozen=True)
class Layout:
    """The whole picture; ``columns`` and ``rows`` are its size."""

    places: tuple[Place, ...]
    edges: tuple[Edge, ...]
    columns: float
    rows: int


Key = tuple[str, str]
"""A way: its node and its path."""


def lay_out(definition: Mapping[str, Any]) -> Layout:
    """Find every node's place."""
    graph = _Graph(nodes_of(definition), definition.get("start"))
    block = _block(graph, graph.order[0]) if graph.order else _Block()
    columns = _apart(graph, block.columns)
    foot = max([*graph.rows.values(), *(graph.rows[s] + 1 for s, _ in graph.ended)], default=-1)
    loose = [name for name in graph.nodes if name not in graph.rows]
    places = {name: Place(name, columns[name], graph.rows[name]) for name in graph.order}
    for index, name in enumerate(loose):
        places[name] = Place(name, index + 0.5, foot + 1, loose=True)
    edges = [
        _edge(graph, places, columns, name, way)
        for name in (*graph.order, *loose)
        for way in ways(graph.nodes[name])
    ]
    marks = [edge.mark.column for edge in edges if edge.mark is not None]
    reach = [place.column for place in places.values()] + marks
    deepest = [edge.mark.row for edge in edges if edge.mark is not None]
    rows = max([foot, *(place.row for place in places.values()), *deepest], default=-1) + 1
    return Layout(tuple(places.values()), tuple(edges), max(reach, default=0.5) + 0.5, rows)


def _edge(
    graph: "_Graph",
    places: Mapping[str, Place],
    columns: Mapping[object, float],
    name: str,
    way: Way,
) -> Edge:
    source, key = places[name], (name, way.path)
    if source.loose:
        kind: MarkKind = "back" if way.target in places else "missing"
        kind = "end" if way.target == END else kind
        mark = Mark(kind, way.target, source.column, source.row + 1)
        return Edge(name, way, source.column, None, mark)
    if key in graph.ended:
        lane = columns[key]
        return Edge(name, way, lane, None, Mark(graph.ended[key], way.target, lane, source.row + 1))
    target = places[way.target]
    return Edge(name, way, columns.get(key, target.column), target, None)


class _Graph:
    """What is reached from the start: its order, rows, ways back, and who rules over whom."""

    def __init__(self, nodes: Mapping[str, Any], start: object) -> None:
        self.nodes = nodes
        self.ended: dict[Key, MarkKind] = {}
        self.order: list[str] = []
        if isinstance(start, str) and start in nodes:
            self._walk(start)
        self.leading: dict[str, list[str]] = {name: [] for name in self.order}
        for name in self.order:
            for way in self.forward(name):
                self.leading[way.target].append(name)
        self.rows: dict[str, int] = {}
        for name in self.order:
            self.rows[name] = max((self.rows[one] + 1 for one in self.leading[name]), default=0)
        self.joins: dict[str, list[str]] = {name: [] for name in self.order}
        self._find_joins()

    def forward(self, name: str) -> list[Way]:
        """List the ways that lead to a node below."""
        return [way for way in ways(self.nodes[name]) if (name, way.path) not in self.ended]

    def _walk(self, start: str) -> None:
        """Order the nodes so that each comes before those below it; find the ways back."""
        on_the_way, done = {start}, set[str]()
        stack = [(start, iter(ways(self.nodes[start])))]
        while stack:
            name, rest = stack[-1]
            way = next(rest, None)
            if way is None:
                stack.pop()
                on_the_way.discard(name)
                done.add(name)
                self.order.append(name)
            elif way.target == END:
                self.ended[name, way.path] = "end"
            elif way.target not in self.nodes:
                self.ended[name, way.path] = "missing"
            elif way.target in on_the_way:
                self.ended[name, way.path] = "back"
            elif way.target not in done:
                on_the_way.add(way.target)
                stack.append((way.target, iter(ways(self.nodes[way.target]))))
        self.order.reverse()

    def _find_joins(self) -> None:
        """Hang each node that several ways lead to under the node that all of them come from."""
        ruler: dict[str, str] = {}
        depth: dict[str, int] = {}
        for name in self.order:
            above = self.leading[name]
            if not above:
                depth[name] = 0
                continue
            common = above[0]
            for other in above[1:]:
                one = other
                while one != common:
                    if depth[one] >= depth[common]:
                        one = ruler[one]
                    else:
                        common = ruler[common]
            ruler[name], depth[name] = common, depth[common] + 1
            if len(above) > 1:
                self.joins[common].append(name)


class _Block:
    """A node and all that hangs under it, with columns counted from its own left edge."""

    def __init__(self) -> None:
        self.columns: dict[object, float] = {}
        self.width = 0.0
        self.anchor = 0.0

    def add(self, columns: Mapping[object, float], shift: float) -> None:
        """Take in columns, moved to the right."""
        for key, column in columns.items():
            self.columns[key] = column + shift


def _block(graph: _Graph, name: str) -> _Block:
    """Put the ways out of a node side by side, and what they come together in below."""
    block, anchors = _Block(), []
    for way in ways(graph.nodes[name]):
        key = (name, way.path)
        single = key not in graph.ended and len(graph.leading[way.target]) == 1
        if single:
            under = _block(graph, way.target)
            block.add(under.columns, block.width)
            anchors.append(block.width + under.anchor)
            block.columns[key] = anchors[-1]
            block.width += under.width
        else:
            thin = THIN if graph.forward(name) and len(ways(graph.nodes[name])) > 1 else 1.0
            anchors.append(block.width + thin / 2)
            block.columns[key] = anchors[-1]
            block.width += thin
    if not anchors:
        anchors, block.width = [0.5], 1.0
    block.anchor = (anchors[0] + anchors[-1]) / 2
    block.columns[name] = block.anchor
    for join in graph.joins[name]:
        _hang(graph, block, join)
    left = min(0.0, block.anchor - 0.5)
    right = max(block.width, block.anchor + 0.5)
    return _shifted(block, left, right)


def _hang(graph: _Graph, block: _Block, join: str) -> None:
    """Put a join under the middle of the lanes that lead to it."""
    lanes = [
        block.columns.get((source, way.path), block.anchor)
        for source in dict.fromkeys(graph.leading[join])
        for way in graph.forward(source)
        if way.target == join
    ]
    under = _block(graph, join)
    shift = (min(lanes) + max(lanes)) / 2 - under.anchor
    block.add(under.columns, shift)
    moved = _shifted(block, min(0.0, shift), max(block.width, shift + under.width))
    block.columns, block.width, block.anchor = moved.columns, moved.width, moved.anchor


def _shifted(block: _Block, left: float, right: float) -> _Block:
    fresh = _Block()
    fresh.add(block.columns, -left)
    fresh.width, fresh.anchor = right - left, block.anchor - left
    return fresh


def _apart(graph: _Graph, columns: Mapping[object, float]) -> dict[object, float]:
    """Push apart what stands in one row, from left to right; then close up at the left edge."""
    moved = dict(columns)
    rows: dict[int, list[tuple[float, object, float]]] = {}
    for key, column in columns.items():
        if isinstance(key, str):
            rows.setdefault(graph.rows[key], []).append((column, key, 1.0))
        elif key in graph.ended:
            source = key[0]
            rows.setdefault(graph.rows[source] + 1, []).append((column, key, THIN))
    for row in rows.values():
        edge = None
        for column, key, width in sorted(row, key=lambda each: each[0]):
            at = column if edge is None else max(column, edge + width / 2)
            moved[key] = at
            edge = at + width / 2
    least = min((moved[key] - 0.5 for key in moved if isinstance(key, str)), default=0.0)
    least = min([least, *(moved[key] - THIN / 2 for key in graph.ended if key in moved)])
    return {key: column - least for key, column in moved.items()}
