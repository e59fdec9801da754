"""Draw the trees of a programme as rings: who started in the middle, each ring a generation. Pure.

Everybody gets a part of her parent's angle, as wide as she has leaves below her; so no two branches
cross, and hundreds of people are still told apart.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from coterie.referrals.cascades.model import Forest

RADIUS = 360.0
MOST = 600
"""So many people fit into one picture; of more, the largest trees are drawn."""


@dataclass(frozen=True)
class Dot:
    """Somebody in the picture. ``kind`` says how she is drawn, ``brought`` how many she brought."""

    x: float
    y: float
    size: float
    kind: str
    place: int
    generation: int
    brought: int


@dataclass(frozen=True)
class Picture:
    """Rings, branches and people; coordinates around 0."""

    rings: Sequence[float]
    branches: Sequence[str]
    dots: Sequence[Dot]
    trees: int
    half: float

    @property
    def box(self) -> str:
        """The part of the plane that it takes."""
        return f"{-self.half:.0f} {-self.half:.0f} {2 * self.half:.0f} {2 * self.half:.0f}"


@dataclass(frozen=True)
class Tree:
    """One tree in the list: its seed's place, how many people, how deep."""

    seed: int
    people: int
    depth: int


def trees(forest: Forest) -> list[Tree]:
    """Return the trees of more than one person, the largest first."""
    root: list[int] = []
    for place, above in enumerate(forest.parent.tolist()):
        root.append(place if above < 0 else root[above])
    people: defaultdict[int, int] = defaultdict(int)
    depth: defaultdict[int, int] = defaultdict(int)
    for seed, generation in zip(root, forest.generation.tolist(), strict=True):
        people[seed] += 1
        depth[seed] = max(depth[seed], generation)
    found = [Tree(seed, people[seed], depth[seed]) for seed in people if people[seed] > 1]
    return sorted(found, key=lambda one: (-one.people, one.seed))


def picture(forest: Forest, seeds: Sequence[int], kinds: Mapping[int, str]) -> Picture:
    """Draw the trees of some seeds; one alone stands in the middle, several around it."""
    below: defaultdict[int, list[int]] = defaultdict(list)
    for place, above in enumerate(forest.parent.tolist()):
        if above >= 0:
            below[above].append(place)
    leaves = _leaves(len(forest.parent), forest.parent.tolist())
    alone = len(seeds) == 1
    depth = _depth(seeds, below) + (0 if alone else 1)
    rings = _rings(depth, alone=alone)
    total = sum(leaves[one] for one in seeds) or 1
    dots: list[Dot] = []
    branches: list[str] = []
    begin = -pi / 2
    small = sum(leaves[one] for one in seeds) > 120
    for seed in seeds:
        angle = 2 * pi * leaves[seed] / total
        waiting: list[tuple[int, float, float, int, float | None]] = [
            (seed, begin, angle, 0 if alone else 1, None)
        ]
        begin += angle
        while waiting:
            place, start, width, level, parent = waiting.pop()
            middle = start + width / 2
            x, y = rings[level] * cos(middle), rings[level] * sin(middle)
            if parent is not None:
                branches.append(_branch(parent, middle, rings[level - 1], rings[level]))
            size = (4.0 if small else 7) + min(len(below[place]), 12) * (0.5 if small else 0.9)
            dots.append(Dot(round(x, 1), round(y, 1), round(size, 1), kinds.get(place, "seed"),
                            place, int(forest.generation[place]), len(below[place])))  # fmt: skip
            at = start
            for child in below[place]:
                part = width * leaves[child] / leaves[place]
                waiting.append((child, at, part, level + 1, middle))
                at += part
    return Picture(rings[1:], branches, dots, len(seeds), RADIUS + 22)


def drawn(found: Sequence[Tree]) -> list[int]:
    """Return the seeds of as many of the largest trees as one picture holds."""
    seeds: list[int] = []
    people = 0
    for one in found:
        if seeds and people + one.people > MOST:
            break
        seeds.append(one.seed)
        people += one.people
    return seeds


def below_of(forest: Forest, seed: int) -> list[int]:
    """Return the places of a tree, parents before children."""
    inside = {seed}
    for place, above in enumerate(forest.parent.tolist()):
        if above in inside:
            inside.add(place)
    return sorted(inside, key=lambda place: (int(forest.generation[place]), place))


def _leaves(count: int, parent: Sequence[int]) -> list[int]:
    leaves, has = [0] * count, [False] * count
    for place in range(count - 1, -1, -1):
        if not has[place]:
            leaves[place] = 1
        above = parent[place]
        if above >= 0:
            leaves[above] += leaves[place]
            has[above] = True
    return leaves


def _depth(seeds: Sequence[int], below: Mapping[int, Sequence[int]]) -> int:
    depth, level = 0, list(seeds)
    while level := [child for one in level for child in below[one]]:
        depth += 1
    return depth


def _rings(depth: int, *, alone: bool) -> list[float]:
    """Return how far out each level lies; of several trees the seeds have a ring with room."""
    if alone or depth < 2:
        return [round(RADIUS * level / max(depth, 1), 1) for level in range(depth + 1)]
    first = max(0.3, 1 / depth)
    outer = [first + (1 - first) * level / (depth - 1) for level in range(depth)]
    return [0.0, *(round(RADIUS * one, 1) for one in outer)]


def _branch(parent: float, middle: float, inner: float, outer: float) -> str:
    """Write a curve from a parent to her child: first outwards, then around."""
    parent = parent if inner else middle  # from the middle every way leads outwards
    halfway = (inner + outer) / 2
    px, py = inner * cos(parent), inner * sin(parent)
    ax, ay = halfway * cos(parent), halfway * sin(parent)
    bx, by = halfway * cos(middle), halfway * sin(middle)
    x, y = outer * cos(middle), outer * sin(middle)
    return f"M{px:.1f} {py:.1f}C{ax:.1f} {ay:.1f} {bx:.1f} {by:.1f} {x:.1f} {y:.1f}"
