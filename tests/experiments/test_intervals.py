"""The intervals against published values, and the laws that they keep."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from coterie.experiments.balance import fits, mismatch
from coterie.experiments.intervals import newcombe, wilson
from coterie.experiments.sizes import people_needed, smallest_shown

# Newcombe (1998), Statistics in Medicine 17, table II: the contrasts (a) to (h) by method 10
PUBLISHED = [
    ((56, 70, 48, 80), (0.0524, 0.3339)),
    ((9, 10, 3, 10), (0.1705, 0.8090)),
    ((6, 7, 2, 7), (0.0582, 0.8062)),
    ((5, 56, 0, 29), (-0.0381, 0.1926)),
    ((0, 10, 0, 20), (-0.1611, 0.2775)),
    ((0, 10, 0, 10), (-0.2775, 0.2775)),
    ((10, 10, 0, 20), (0.6791, 1.0000)),
    ((10, 10, 0, 10), (0.6075, 1.0000)),
]


@pytest.mark.parametrize(("counts", "published"), PUBLISHED)
def test_the_interval_of_a_difference_is_the_published_one(
    counts: tuple[int, int, int, int], published: tuple[float, float]
) -> None:
    found = newcombe(*counts)
    assert (round(found.low, 4), round(found.high, 4)) == published


# Newcombe (1998), Statistics in Medicine 17, 857-872, table I: method 3, the score interval
@pytest.mark.parametrize(
    ("did", "people", "published"),
    [
        (81, 263, (0.2553, 0.3662)),
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
    ],
)
def test_the_interval_of_a_share_is_the_published_one(
    did: int, people: int, published: tuple[float, float]
) -> None:
    found = wilson(did, people)
    assert (round(found.low, 4), round(found.high, 4)) == published


# by the formula of Chow, Shao and Wang, 4.2: 5 % two-sided, 80 % power, variances not pooled
@pytest.mark.parametrize(
    ("rates", "each"), [((0.6, 0.5), 385), ((0.1, 0.05), 432), ((0.05, 0.1), 432)]
)
def test_people_needed_are_those_of_the_tables(rates: tuple[float, float], each: int) -> None:
    assert people_needed(*rates) == (each, each)


def test_nothing_shows_a_difference_that_is_not_there() -> None:
    with pytest.raises(ValueError, match="equal rates"):
        people_needed(0.3, 0.3)


shares = st.integers(0, 60).flatmap(
    lambda people: st.tuples(st.integers(0, people), st.just(people))
)


@given(shares, shares)
def test_an_interval_holds_its_difference_and_mirrors(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    found, mirrored = newcombe(*one, *other), newcombe(*other, *one)
    assert -1 <= found.low <= found.high <= 1
    assert [found.low, found.high] == pytest.approx([-mirrored.high, -mirrored.low])
    if one[1] and other[1]:
        difference = one[0] / one[1] - other[0] / other[1]
        assert found.low - 1e-9 <= difference <= found.high + 1e-9


@given(st.integers(5, 5_000), st.integers(5, 5_000), st.floats(0, 1))
def test_the_smallest_difference_shown_needs_just_these_people(
    people: int, people_other: int, rate: float
) -> None:
    found = smallest_shown(people, people_other, rate)
    if found is None:
        return
    sign = 1 if rate <= 0.5 else -1
    ratio = people / people_other
    assert people_needed(rate + sign * found, rate, ratio)[1] <= people_other
    if found > 1e-6:
        assert people_needed(rate + sign * found * 0.95, rate, ratio)[1] >= people_other


def test_nobody_shows_nothing() -> None:
    assert smallest_shown(0, 100, 0.1) is None
    assert smallest_shown(2, 2, 0.5) is None


def test_a_draw_that_does_not_fit_is_noticed() -> None:
    assert fits([900, 100], [0.9, 0.1])
    assert fits([872, 128], [0.9, 0.1])
    assert not fits([860, 140], [0.9, 0.1])
    assert not fits([940, 60], [0.9, 0.1])
    assert fits([1, 3], [0.9, 0.1]), "so few tell nothing"
    assert fits([5, 5], [0, 0]), "nothing was meant"


def test_the_check_of_sizes_is_pearsons_and_blocks_below_a_thousandth() -> None:
    for sizes in ([5_000, 5_200], [5_000, 5_400], [330, 350, 280, 40]):
        assert mismatch(sizes, [1] * len(sizes)) == pytest.approx(chisquare(sizes).pvalue)
    assert fits([5_000, 5_200], [1, 1])
    assert not fits([5_000, 5_400], [1, 1])
