"""The picture of a leaderboard: rates against numbers, with where chance alone would put them.

A funnel plot (Spiegelhalter, Statistics in Medicine 24, 2005): whoever lies outside the curves is
further from the middle than chance brings one of twenty. Drawn on the server, as SVG coordinates.
"""

from dataclasses import dataclass
from math import sqrt

from coterie.guides.performance.model import Board

WIDTH, HEIGHT, MARGIN = 640, 260, 36
_SURE = 1.96
_STEPS = 40


@dataclass(frozen=True)
class Dot:
    """One guide or store in the picture."""

    name: str
    x: float
    y: float
    outside: bool


@dataclass(frozen=True)
class Funnel:
    """The picture: dots, both curves as SVG paths, the middle, and how far the axes reach."""

    dots: tuple[Dot, ...]
    upper: str
    lower: str
    middle: float
    most: int
    highest: float


def funnel(board: Board) -> Funnel | None:
    """Draw a board; None where fewer than three have customers."""
    rows = [one for one in board.rows if one.customers and one.rate is not None]
    if len(rows) < 3:
        return None
    mean = board.prior.mean
    most = max(one.customers for one in rows)
    highest = min(1.0, max(max(one.rate or 0 for one in rows), mean) * 1.15 + 0.02)

    def x(cases: float) -> float:
        return round(MARGIN + (WIDTH - MARGIN - 8) * cases / most, 1)

    def y(rate: float) -> float:
        inside = min(max(rate, 0.0), highest)
        return round(8 + (HEIGHT - MARGIN - 8) * (1 - inside / highest), 1)

    def band(cases: float) -> float:
        return _SURE * sqrt(mean * (1 - mean) / cases)

    steps = [max(most * step / _STEPS, 0.5) for step in range(1, _STEPS + 1)]
    curves = [
        "M" + " L".join(f"{x(at)},{y(mean + sign * band(at))}" for at in steps) for sign in (1, -1)
    ]
    dots = tuple(
        Dot(one.name, x(one.customers), y(one.rate or 0),
            abs((one.rate or 0) - mean) > band(one.customers))
        for one in rows
    )  # fmt: skip
    return Funnel(dots, curves[0], curves[1], y(mean), most, highest)
