"""What is learnt from who had what, what comes first, and how well that foresees."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from coterie.core.errors import Invalid
from coterie.scores.recommending import fitting
from coterie.scores.recommending.evaluating import evaluate
from coterie.scores.recommending.fitting import fit, latest, matrix
from coterie.scores.recommending.model import Choices, Method, Ties, Touches, check
from coterie.scores.recommending.ranking import as_matrix, best, ranked, reasons

ROOMS, OF_EACH, PEOPLE = 4, 8, 400


def rooms() -> Touches:
    """A seeded world: everybody likes one of four rooms, and takes six of its things in turn.

    One thing in seven comes from what everybody takes, whatever the room.
    """
    drawn = np.random.default_rng(20_260_101)
    person, item, at = [], [], []
    for one in range(PEOPLE):
        room = one % ROOMS
        hers = drawn.permutation(OF_EACH)[:6] + room * OF_EACH
        common = ROOMS * OF_EACH + drawn.integers(3)
        for moment, thing in enumerate([common, *hers]):
            person.append(one)
            item.append(thing)
            at.append(moment)
    return Touches(
        np.array(person), np.array(item, np.int32), np.array(at), PEOPLE, ROOMS * OF_EACH + 3
    )


@pytest.mark.parametrize("method", ["ease", "co_occurrence"])
def test_the_room_that_somebody_likes_is_found_where_popularity_finds_nothing(
    method: Method,
) -> None:
    """Six of eight are hers: the last one is among the three of her room that she did not have."""
    result = evaluate(rooms(), (method,), limit=5)
    assert result.people == PEOPLE
    assert result.qualities[method].hit_rate > 0.95 > 0.3 > result.qualities["popular"].hit_rate
    assert result.qualities[method].coverage > 0.9


def test_only_who_has_more_than_enough_is_asked_about() -> None:
    assert evaluate(rooms(), (), at_least=6).people == PEOPLE
    assert evaluate(rooms(), (), at_least=7).people == 0


def test_ease_is_the_ridge_regression_of_each_item_on_the_others() -> None:
    """The closed form equals what least squares finds for one item, solved by itself."""
    had = matrix(rooms())
    whole = fitting.ease(had)
    dense, wanted = had.toarray().astype(np.float64), 5
    ridge = max(0.04 * PEOPLE, 10)
    others = np.delete(np.arange(dense.shape[1]), wanted)
    gram = dense[:, others].T @ dense[:, others] + ridge * np.eye(len(others))
    alone = np.linalg.solve(gram, dense[:, others].T @ dense[:, wanted])
    assert np.allclose(whole[others, wanted], alone)
    assert whole[wanted, wanted] == 0


def test_only_the_strongest_ties_are_kept_and_those_are_the_same_in_blocks() -> None:
    touches = rooms()
    few, whole = fit(touches, "ease", 4), fitting.ease(matrix(touches))
    assert np.diff(few.starts).tolist() == [4] * touches.items
    kept = few.other[few.starts[2] : few.starts[3]]
    weakest = np.abs(whole[2][kept]).min()
    assert (np.abs(np.delete(whole[2], kept)) <= weakest).all()
    at_once = fit(touches, "co_occurrence")
    in_blocks = fit(touches, "co_occurrence", cells=touches.items * 3)
    assert np.array_equal(at_once.other, in_blocks.other)
    assert np.array_equal(at_once.weight, in_blocks.weight)


def test_of_very_long_histories_the_latest_count() -> None:
    cut = latest(rooms(), 2)
    assert np.bincount(cut.person).tolist() == [2] * PEOPLE
    assert set(cut.at.tolist()) == {5, 6}


def test_nothing_was_had() -> None:
    nothing = Touches(np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.int64), 0, 0)
    assert len(fit(nothing)) == 0
    assert evaluate(nothing, ("ease",)).people == 0


def tied(*pairs: tuple[int, int, float], items: int = 4) -> csr_matrix:
    whole = np.zeros((items, items), np.float32)
    for one, other, weight in pairs:
        whole[one, other] = weight
    sparse = csr_matrix(whole)
    return as_matrix(Ties(sparse.indptr.astype(np.int64), sparse.indices, sparse.data, "ease"))


def places(*given: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array(given, np.int32)


def test_what_is_barred_or_not_allowed_is_never_ranked() -> None:
    ties = tied((0, 1, 3), (0, 2, 2), (0, 3, 1))
    allowed = np.array([True, True, True, False])
    assert ranked([places(0)], [places(0)], ties, allowed, 3) == [[(1, 3.0), (2, 2.0)]]
    assert ranked([places(0)], [places(0, 1)], ties, allowed, 3) == [[(2, 2.0)]]
    assert ranked([places()], [places()], ties, allowed, 3) == [[]]


def test_the_reasons_are_her_things_that_speak_for_it_the_most() -> None:
    ties = tied((0, 3, 0.1), (1, 3, 2), (2, 3, 3))
    assert reasons(ties, places(0, 1, 2), 3) == [2, 1]
    assert reasons(ties, places(0, 2), 3) == [2], "a tie thirty times weaker explains nothing"
    assert reasons(ties, places(), 3) == []


@pytest.mark.parametrize("most", [1, 5, 200])
def test_the_best_are_in_order_and_equal_ones_in_order_of_place(most: int) -> None:
    drawn = np.random.default_rng(7).integers(0, 50, (20, 150)).astype(np.float32)
    for row, found in zip(drawn, best(drawn, most), strict=True):
        values = row[found].tolist()
        assert values == sorted(row.tolist(), reverse=True)[:most]


@pytest.mark.parametrize(
    ("choices", "path"),
    [
        (Choices(kinds=("No Slug",)), "kinds[0]"),
        (Choices(topics=("wine", "/x")), "topics[1]"),
        (Choices(rest_days=-1), "rest_days"),
    ],
)
def test_choices_that_make_no_sense_are_refused(choices: Choices, path: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(choices)
    assert refused.value.path == path
