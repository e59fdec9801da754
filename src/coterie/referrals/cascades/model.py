"""The words of cascades: people who brought people. Moments are milliseconds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coterie.core.clock import WEEK

KEPT = WEEK
"""A friend is retained who is still there so long after she joined."""


@dataclass(frozen=True)
class Forest:
    """Everybody in the trees of a programme, parents before children, as arrays of one length.

    ``parent`` is the place of whoever brought one, -1 of a seed's; ``entered`` when she began to
    take part, or joined; ``generation`` 0 of a seed's. ``gone`` is how long after joining she was
    lost, -1: she was not. ``claims`` are (parent, when) of those who joined by a code of somebody
    here and were rejected.
    """

    parent: NDArray[np.int64]
    entered: NDArray[np.int64]
    generation: NDArray[np.int64]
    gone: NDArray[np.int64]
    claims: tuple[NDArray[np.int64], NDArray[np.int64]]
    keys: Sequence[int] = ()
    """Each one's profile, 0 where she was erased."""


@dataclass(frozen=True)
class Three:
    """K three times: of all who joined, without the rejected, and of those who stayed as well.

    ``horizon`` is how long whoever is counted had been there at most: K within that time.
    """

    gross: float
    clean: float
    retained: float
    horizon: int = 0


@dataclass(frozen=True)
class Generation:
    """One generation: how many people, how many up to here, and their K."""

    number: int
    people: int
    reached: int
    k: Three | None


@dataclass(frozen=True)
class Shape:
    """The shape of the trees: how many, the largest, the deepest, the broadest level.

    ``virality`` is the mean distance of two people of the largest tree: near 2 for a broadcast by
    one, larger the more people pass it on.
    """

    trees: int
    people: int
    largest: int
    depth: int
    breadth: int
    virality: float | None


@dataclass(frozen=True)
class Spread:
    """How a programme spreads. K is None as long as too few are known for long enough.

    ``touches`` is invitations a member (people touched), ``conversion`` the part of them that
    joined. ``cycle`` are the quantiles of days from taking part to bringing somebody.
    ``amplification`` is how many people come of one in the end, only where K is below 1.
    ``effective`` is K in an audience of finite size, part of which is reached.
    """

    k: Three | None
    generations: Sequence[Generation]
    cycle: Mapping[int, float]
    by_day: Sequence[int]
    shape: Shape
    touches: float | None
    conversion: float | None
    amplification: float | None
    effective: float | None
