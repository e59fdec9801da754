"""How much one item speaks for another, learnt from who had what. Pure.

Up to ``DENSE`` items by EASE (Steck, *Embarrassingly shallow autoencoders for sparse data*, WWW
2019): the ridge regression of each item on all the others, whose closed form is one inverse of
their Gram matrix. Above that by co-occurrence, damped for items that many have and shrunk where
few had both, in blocks of bounded size. Either way only the strongest ties of an item are kept.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import linalg
from scipy.sparse import csr_matrix

from coterie.scores.recommending.model import NEIGHBOURS, Floats, Method, Ties, Touches

DENSE = 3_000
"""Items up to which the inverse is taken: 72 MB and some seconds of one processor at most."""

_RIDGE, _LEAST_RIDGE, _MOST_RIDGE = 0.04, 10.0, 500.0
"""The ridge grows with the number of people, between these bounds."""

_DAMPING, _SHRINKAGE = 0.5, 5.0
_LONGEST = 300
"""Of more things than so many of one person the latest count: pairs grow with the square."""

CELLS = 8_000_000
"""Numbers of a block that is worked on at once."""


def fit(
    touches: Touches,
    method: Method | None = None,
    neighbours: int = NEIGHBOURS,
    cells: int = CELLS,
) -> Ties:
    """Learn the ties of all items; by EASE where there are few enough, unless told how.

    ``cells`` is how many numbers are worked on at once.
    """
    had = matrix(latest(touches, _LONGEST))
    chosen = method or ("ease" if touches.items <= DENSE else "co_occurrence")
    starts, others, weights = [0], list[NDArray[np.int32]](), list[Floats]()
    step = max(1, cells // max(touches.items, 1))
    whole = ease(had) if chosen == "ease" else None
    for begin in range(0, touches.items, step):
        end = min(begin + step, touches.items)
        rows = _tied(had, begin, end) if whole is None else whole[begin:end]
        for row in rows:
            kept = _strongest(row, neighbours)
            others.append(kept)
            weights.append(row[kept].astype(np.float32))
            starts.append(starts[-1] + len(kept))
    return Ties(
        np.array(starts, np.int64),
        np.concatenate([np.empty(0, np.int32), *others]),
        np.concatenate([np.empty(0, np.float32), *weights]),
        chosen,
    )


def matrix(touches: Touches) -> csr_matrix:
    """Write who had what as a sparse people x items matrix of ones."""
    ones = np.ones(len(touches.item), np.float32)
    return csr_matrix((ones, (touches.person, touches.item)), (touches.people, touches.items))


def latest(touches: Touches, most: int) -> Touches:
    """Leave of each person's things the latest ones, so many at most."""
    counts = np.bincount(touches.person, minlength=touches.people)
    if not len(counts) or counts.max() <= most:
        return touches
    order = np.lexsort((-touches.at, touches.person))
    starts = np.cumsum(counts) - counts
    within = np.arange(len(order)) - starts[touches.person[order]]
    kept = np.sort(order[within < most])
    return Touches(
        touches.person[kept], touches.item[kept], touches.at[kept], touches.people, touches.items
    )


def ease(had: csr_matrix) -> NDArray[np.float64]:
    """Return the weights B of EASE: row i is what having i adds to the scores of all items."""
    people, items = had.shape
    ridge = min(max(_RIDGE * people, _LEAST_RIDGE), _MOST_RIDGE)
    gram = (had.T @ had).toarray().astype(np.float64)
    gram[np.diag_indices(items)] += ridge
    inverse = linalg.inv(gram, overwrite_a=True, check_finite=False)
    weights: NDArray[np.float64] = inverse / -np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights


def _tied(had: csr_matrix, begin: int, end: int) -> NDArray[np.float64]:
    """Return rows of the damped and shrunk co-occurrence of some items with all."""
    both = (had.T[begin:end] @ had).toarray().astype(np.float64)
    own = np.asarray(had.sum(0)).ravel()
    size = np.maximum(own, 1) ** _DAMPING
    tied: NDArray[np.float64] = both / size[begin:end, None] / size * (both / (both + _SHRINKAGE))
    tied[np.arange(end - begin), np.arange(begin, end)] = 0
    return tied


def _strongest(row: NDArray[np.float64], most: int) -> NDArray[np.int32]:
    """Return the places of the strongest ties of a row, for or against, in order of place."""
    strength = np.abs(row)
    places = np.flatnonzero(strength > 0)
    if len(places) > most:
        places = places[np.argpartition(-strength[places], most)[:most]]
    return np.sort(places).astype(np.int32)
