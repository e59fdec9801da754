"""From what people had to what comes first for them, and why. Pure, by columns."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from coterie.scores.recommending.model import Floats, Places, Ties

_CELLS = 4_000_000
"""Numbers of a block of people x items that is ranked at once."""

Ranked = list[tuple[int, float]]
"""Places of items with their scores, the best first."""


def as_matrix(ties: Ties) -> csr_matrix:
    """Return the ties as a sparse items x items matrix."""
    return csr_matrix((ties.weight, ties.other, ties.starts), (len(ties), len(ties)))


def scored(had: csr_matrix, ties: csr_matrix) -> Iterator[tuple[int, Floats]]:
    """Yield (first person, scores of all items) by blocks of people of bounded size."""
    people, items = had.shape
    step = max(1, _CELLS // max(items, 1))
    for begin in range(0, people, step):
        yield begin, (had[begin : begin + step] @ ties).toarray()


def best(scores: Floats, most: int) -> NDArray[np.int64]:
    """Return the places of the highest scores of each row, the best first, ties by place.

    >>> best(np.array([[1, 3, 3, 0]], np.float32), 2).tolist()
    [[1, 2]]
    """
    wanted = min(max(4 * most, 64), scores.shape[1])
    some = np.argpartition(-scores, wanted - 1, axis=1)[:, :wanted] if wanted else None
    if some is None:
        return np.empty((len(scores), 0), np.int64)
    some.sort(axis=1)
    order = np.argsort(-np.take_along_axis(scores, some, 1), axis=1, kind="stable")
    found: NDArray[np.int64] = np.take_along_axis(some, order, 1)[:, :most]
    return found


def ranked(
    had: Sequence[Places],
    barred: Sequence[Places],
    ties: csr_matrix,
    allowed: NDArray[np.bool_],
    most: int,
) -> list[Ranked]:
    """Rank for each person what her things speak for, of what is allowed and not barred to her."""
    counts = [len(one) for one in had]
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    places = np.concatenate([np.empty(0, np.int32), *had])
    ones = np.ones(len(places), np.float32)
    rows = csr_matrix((ones, places, starts), (len(had), len(allowed)))
    found: list[Ranked] = []
    for begin, scores in scored(rows, ties):
        scores[:, ~allowed] = 0
        for place, row in enumerate(scores):
            row[barred[begin + place]] = 0
        for row, order in zip(scores, best(scores, most), strict=True):
            found.append([(int(item), float(row[item])) for item in order if row[item] > 0])
    return found


def reasons(ties: csr_matrix, had: Places, item: int, most: int = 2) -> list[int]:
    """Return which of her things speak for an item the most, the strongest first; none: why not.

    A tie weaker than a fifth of the strongest explains nothing.
    """
    if not len(had):
        return []
    weights = np.asarray(ties[had, item].todense()).ravel()
    order = np.argsort(-weights, kind="stable")[:most]
    least = max(float(weights[order[0]]) / 5, 0.0)
    return [int(had[place]) for place in order if weights[place] > least]
