"""How well the model foresees: leave out what each person had last, and look for it. Pure.

The split: of everybody with more than ``at_least`` things, the last by time is left out and the
others are learnt from (those of people with fewer are learnt from too, but for their last one).
For each such person all items that she did not have before are ranked, without sampling. Hit rate
at k: the left-out one is among the first k. NDCG: the same, worth 1 / log2(1 + rank). Coverage: the
part of all items that anybody is offered.
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from coterie.scores.recommending.fitting import fit, matrix
from coterie.scores.recommending.model import (
    LIMIT,
    Evaluation,
    Floats,
    Method,
    Quality,
    Touches,
)
from coterie.scores.recommending.ranking import as_matrix, best, scored

Scoring = Callable[[csr_matrix], Iterator[tuple[int, Floats]]]


def evaluate(
    touches: Touches, methods: tuple[Method, ...], at_least: int = 5, limit: int = LIMIT
) -> Evaluation:
    """Leave the last out, learn from the rest, and say how popularity and these methods do."""
    last = _last(touches)
    rest = _only(touches, ~last)
    counts = np.bincount(touches.person, minlength=touches.people)
    asked = np.flatnonzero(last & (counts[touches.person] > at_least))
    people, left_out = touches.person[asked], touches.item[asked]
    had = matrix(rest)
    popular = np.bincount(rest.item, minlength=touches.items).astype(np.float32)
    ways: dict[str, Scoring] = {"popular": lambda some: _same(some, popular)}
    for method in methods:
        ways[method] = partial(scored, ties=as_matrix(fit(rest, method)))
    mine = had[people]
    return Evaluation(
        people=len(people),
        items=touches.items,
        at_least=at_least,
        limit=limit,
        qualities={name: _quality(way(mine), mine, left_out, limit) for name, way in ways.items()},
    )


def _last(touches: Touches) -> NDArray[np.bool_]:
    """Mark what each person had last; of several at one moment the last in order."""
    order = np.lexsort((np.arange(len(touches.at)), touches.at, touches.person))
    person = touches.person[order]
    ends = np.append(person[1:] != person[:-1], True)[: len(person)]
    last = np.zeros(len(order), np.bool_)
    last[order[ends]] = True
    return last


def _only(touches: Touches, kept: NDArray[np.bool_]) -> Touches:
    return Touches(
        touches.person[kept], touches.item[kept], touches.at[kept], touches.people, touches.items
    )


def _same(some: csr_matrix, scores: Floats) -> Iterator[tuple[int, Floats]]:
    for begin in range(0, some.shape[0], 1_000):
        yield begin, np.tile(scores, (min(1_000, some.shape[0] - begin), 1))


def _quality(
    blocks: Iterator[tuple[int, Floats]], had: csr_matrix, left_out: NDArray[np.int32], limit: int
) -> Quality:
    hits, gain, offered = 0, 0.0, set[int]()
    for begin, scores in blocks:
        row, item = had[begin : begin + len(scores)].nonzero()
        scores[row, item] = -np.inf
        first = best(scores, limit)
        offered.update(np.unique(first).tolist())
        found, rank = np.nonzero(first == left_out[begin : begin + len(scores), None])
        hits += len(found)
        gain += float((1 / np.log2(rank + 2)).sum())
    people = max(len(left_out), 1)
    return Quality(hits / people, gain / people, len(offered) / max(had.shape[1], 1))
