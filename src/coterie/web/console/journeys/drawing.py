"""The graph of a journey as the template draws it: cards, lines, marks, all in pixels. Pure.

The places come from ``layout``, the words from ``words``; here they only get their sizes.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from coterie.journeys.crowd.model import Flow
from coterie.journeys.model import Counts
from coterie.journeys.ways import nodes_of, ways
from coterie.web.console.journeys.layout import Edge, Place, lay_out
from coterie.web.console.journeys.words import KINDS, Words

COLUMN, CARD, TALL = 232, 216, 104
"""The width of a column and of a card in it, and a card's height."""
GAP = 76
ENTRY = 84
"""The height of the card that says who enters."""
ROW = TALL + GAP
DOT = 26
"""The height of the mark where a way ends."""
EDGE = 16
_THIN, _THICK = 1.5, 6.0
_ROUND = 8

Address = Callable[[str], str]


@dataclass(frozen=True)
class Card:
    """A node's card; ``here`` people stand at it now, ``passed`` came to it."""

    name: str
    x: float
    y: float
    kind: str
    icon: str
    sentence: str
    detail: str
    address: str
    here: int = 0
    passed: int = 0
    faults: int = 0
    chosen: bool = False
    changed: bool = False
    loose: bool = False


@dataclass(frozen=True)
class Line:
    """A way: its path in SVG, how broad, its words and where they stand, where one may insert."""

    path: str
    width: float
    words: str
    x: float
    y: float
    insert: str = ""
    insert_y: float = 0.0
    dashed: bool = False


@dataclass(frozen=True)
class Dot:
    """Where a way ends: at the end, at a node above, or nowhere."""

    kind: str
    x: float
    y: float
    words: str
    address: str = ""


@dataclass(frozen=True)
class Picture:
    """Everything that is drawn, and how large it is."""

    width: float
    height: float
    entry: Card
    cards: tuple[Card, ...]
    lines: tuple[Line, ...]
    dots: tuple[Dot, ...]


@dataclass(frozen=True)
class Ink:
    """What a picture is drawn with besides the definition.

    ``address`` leads to a node (``""``: to the entry), ``insert`` to a new node in a way of a
    node; None where nothing is edited. ``faults`` counts by node (``""``: in the settings).
    """

    words: Words
    address: Address
    insert: Callable[[str, str], str] | None = None
    flow: Flow = field(default_factory=lambda: Flow(Counts()))
    faults: Mapping[str, int] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()
    chosen: str | None = None


def draw(definition: Mapping[str, Any], ink: Ink) -> Picture:
    """Draw a journey."""
    layout = lay_out(definition)
    nodes = nodes_of(definition)
    start = next((place for place in layout.places if place.row == 0 and not place.loose), None)
    entry = _entry(definition, ink, layout.places[0] if start is None and layout.places else start)
    sources = {place.name: place for place in layout.places}
    leading = Counter(edge.place.name for edge in layout.edges if edge.place is not None)
    lines = [_line(edge, sources[edge.source], nodes, leading, ink) for edge in layout.edges]
    if start is not None:
        lines.insert(0, _first(start, ink))
    cards = tuple(_card(place, definition, ink) for place in layout.places)
    dots = tuple(_dot(edge, definition, ink) for edge in layout.edges if edge.mark is not None)
    feet = [card.y + TALL for card in cards] + [dot.y + DOT for dot in dots]
    return Picture(
        width=layout.columns * COLUMN + 2 * EDGE,
        height=max(feet, default=EDGE + ENTRY) + EDGE,
        entry=entry,
        cards=cards,
        lines=tuple(lines),
        dots=dots,
    )


def _x(column: float) -> float:
    return round(EDGE + column * COLUMN, 1)


def _top(row: int) -> float:
    return EDGE + ENTRY + GAP + row * ROW


def _entry(definition: Mapping[str, Any], ink: Ink, start: Place | None) -> Card:
    column = 0.5 if start is None else start.column
    return Card(
        name="",
        x=_x(column) - CARD / 2,
        y=EDGE,
        kind=ink.words.speech.gettext("Who enters"),
        icon="user-plus",
        sentence=ink.words.entry(definition),
        detail="",
        address=ink.address(""),
        passed=ink.flow.counts.entered,
        faults=ink.faults.get("", 0),
        chosen=ink.chosen == "",
    )


def _card(place: Place, definition: Mapping[str, Any], ink: Ink) -> Card:
    body = nodes_of(definition)[place.name]
    kind = str(body.get("do")) if isinstance(body, Mapping) else ""
    return Card(
        name=place.name,
        x=_x(place.column) - CARD / 2,
        y=_top(place.row),
        kind=ink.words.kind(body),
        icon=KINDS[kind][1] if kind in KINDS else "circle-help",
        sentence=ink.words.step(definition, place.name),
        detail=ink.words.detail(body),
        address=ink.address(place.name),
        here=ink.flow.counts.nodes.get(place.name, 0),
        passed=ink.flow.passed.get(place.name, 0),
        faults=ink.faults.get(place.name, 0),
        chosen=ink.chosen == place.name,
        changed=place.name in ink.changed,
        loose=place.loose,
    )


def _first(start: Place, ink: Ink) -> Line:
    x, top = _x(start.column), _top(start.row)
    return Line(
        path=_path([(x, EDGE + ENTRY), (x, top)]),
        width=_width(ink.flow.passed.get(start.name, 0), ink.flow),
        words="",
        x=x,
        y=top - GAP / 2,
        insert=ink.insert("", "") if ink.insert is not None else "",
        insert_y=top - GAP / 2,
    )


def _line(
    edge: Edge, source: Place, nodes: Mapping[str, Any], leading: Mapping[str, int], ink: Ink
) -> Line:
    x, foot, lane = _x(source.column), _top(source.row) + TALL, _x(edge.lane)
    several = len(ways(nodes[edge.source])) > 1
    bend = foot + 14
    points = [(x, foot), (x, bend), (lane, bend)]
    flow = 0
    if edge.place is not None:
        end = (_x(edge.place.column), _top(edge.place.row))
        points += [(lane, end[1] - 14), (end[0], end[1] - 14), end]
        if leading[edge.place.name] == 1:
            flow = ink.flow.passed.get(edge.place.name, 0)
    else:
        points.append((lane, _top(source.row + 1) - GAP / 2 + DOT))
    return Line(
        path=_path(points),
        width=_width(flow, ink.flow),
        words=ink.words.way(nodes[edge.source], edge.way) if several else "",
        x=lane,
        y=bend + 12,
        insert=ink.insert(edge.source, edge.way.path) if ink.insert is not None else "",
        insert_y=foot + 50 if several else foot + 38,
        dashed=edge.mark is not None and edge.mark.kind != "end",
    )


def _dot(edge: Edge, definition: Mapping[str, Any], ink: Ink) -> Dot:
    assert edge.mark is not None, "only ways without a node below have one"
    _, mark = ink.words.speech.gettext, edge.mark
    y = _top(mark.row) - GAP / 2 + DOT
    if mark.kind == "end":
        return Dot("end", _x(mark.column), y, _("End"))
    if mark.kind == "missing":
        return Dot("missing", _x(mark.column), y, _("leads nowhere"))
    step = ink.words.step(definition, mark.target)
    return Dot(
        "back", _x(mark.column), y, _("back to: %(step)s", step=step), ink.address(mark.target)
    )


def _width(passed: int, flow: Flow) -> float:
    """Draw many people broad, few thin."""
    entered = max(1, flow.counts.entered)
    return round(_THIN + (_THICK - _THIN) * min(1.0, passed / entered), 1)


def _path(points: Sequence[tuple[float, float]]) -> str:
    """Join points by straight lines with round corners."""
    clean = [
        point for index, point in enumerate(points) if index == 0 or point != points[index - 1]
    ]
    said = [f"M{clean[0][0]:g} {clean[0][1]:g}"]
    for before, here, after in zip(clean, clean[1:], clean[2:], strict=False):
        start, end = _toward(here, before), _toward(here, after)
        said.append(f"L{start[0]:g} {start[1]:g}Q{here[0]:g} {here[1]:g} {end[0]:g} {end[1]:g}")
    said.append(f"L{clean[-1][0]:g} {clean[-1][1]:g}")
    return "".join(said)


def _toward(here: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """Go from a corner a little toward another point, at most half the way."""
    along, down = other[0] - here[0], other[1] - here[1]
    length = max(abs(along), abs(down)) or 1.0
    part = min(_ROUND, length / 2) / length
    return round(here[0] + along * part, 1), round(here[1] + down * part, 1)
