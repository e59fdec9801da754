"""BG/NBD and Gamma-Gamma: the published figures, what was planted, and the refusals."""

import csv
import importlib.util
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from coterie.scores.values import bgnbd, fitting, spending
from coterie.scores.values.bgnbd import BgNbd, Comings
from coterie.scores.values.model import Settings
from coterie.scores.values.orders import NO_AMOUNT, Told, netted, visits
from coterie.scores.values.orders import buyers as gathered

CDNOW = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
DAY = 86_400_000


def ones(*values: float) -> np.ndarray:
    return np.array(values, np.float64)


def oracle(name: str) -> np.ndarray:
    """The customers of CDNOW, as a package that is no dependency of ours ships them."""
    spec = importlib.util.find_spec("lifetimes")
    if spec is None or spec.origin is None:
        pytest.skip("the package lifetimes is not installed: pip install --no-deps lifetimes")
    with (Path(spec.origin).parent / "datasets" / name).open() as file:
        return np.array([[float(cell) for cell in row[1:]] for row in list(csv.reader(file))[1:]])


def test_cdnow_gives_the_parameters_of_the_paper() -> None:
    x, t_x, span = oracle("cdnow_customers_summary.csv").T
    model = bgnbd.fit(Comings.of(x, t_x, span))
    assert model is not None
    found = [model.r, model.alpha, model.a, model.b, model.log_likelihood]
    assert found == pytest.approx([0.243, 4.414, 0.793, 2.426, -9582.4], rel=0.01)


def test_what_cdnow_spends_gives_the_parameters_of_the_note() -> None:
    x, _, _, mean = oracle("cdnow_customers_summary_with_transactions.csv").T
    model = spending.fit(x[x > 0], mean[x > 0])
    assert model is not None
    assert [model.p, model.q, model.gamma] == pytest.approx([6.25, 3.74, 15.44], rel=0.01)


def test_the_chance_to_be_alive_is_the_papers() -> None:
    x, t_x, span = ones(2, 10, 10, 0), ones(30.43, 5, 39, 0), ones(38.86, 40, 40, 40)
    found = CDNOW.p_alive(x, t_x, span)
    assert round(float(found[0]), 4) == 0.7266
    assert found[1] < 1e-5
    assert round(float(found[2]), 3) == 0.919
    assert found[3] == 1
    [expected] = CDNOW.expected(39, ones(2), ones(30.43), ones(38.86))
    assert round(float(expected), 3) == 1.226


def test_a_singular_parameter_and_very_many_orders_are_no_trouble() -> None:
    for a in (1 - 1e-9, 1.0, 1 + 1e-9):
        near = [BgNbd(0.243, 4.4, one, 2.4).expected(39, ones(2), ones(30), ones(39))[0]
                for one in (a, 1.001)]  # fmt: skip
        assert near[0] == pytest.approx(near[1], rel=1e-2)
    [many] = CDNOW.expected(52, ones(900), ones(199.5), ones(200))
    assert 0 < many < 300


@dataclass(frozen=True)
class Planted:
    """People who live by a model, who of them still does, and what was learnt from them."""

    model: BgNbd
    histories: np.ndarray
    alive: np.ndarray
    found: BgNbd


@pytest.fixture(scope="module")
def planted() -> Planted:
    model = BgNbd(r=0.6, alpha=20.0, a=0.8, b=2.5)
    draw, people = np.random.default_rng(7), 8_000
    rate = draw.gamma(model.r, 1 / model.alpha, people)
    leaving = draw.beta(model.a, model.b, people)
    span = draw.integers(100, 700, people).astype(np.float64)
    x, t_x, time = np.zeros(people), np.zeros(people), np.zeros(people)
    alive, still = np.ones(people, np.bool_), np.ones(people, np.bool_)
    while still.any():
        time = time + draw.exponential(1 / rate)
        still &= time <= span
        x[still], t_x[still] = x[still] + 1, time[still]
        left = still & (draw.random(people) < leaving)
        alive[left], still = False, still & ~left
    found = bgnbd.fit(Comings.of(x, t_x, span))
    assert found is not None
    return Planted(model, np.column_stack([x, t_x, span]), alive, found)


def test_planted_parameters_are_found_again(planted: Planted) -> None:
    model, found = planted.model, planted.found
    assert [found.r, found.alpha] == pytest.approx([model.r, model.alpha], rel=0.1)
    assert [found.a, found.b] == pytest.approx([model.a, model.b], rel=0.25)


def test_tenths_are_calibrated(planted: Planted) -> None:
    chance = planted.found.p_alive(*planted.histories.T)
    tenths = fitting.tenths(chance, planted.alive, chance, np.zeros(len(chance), np.int64))
    assert len(tenths) == 10
    assert sum(one.people for one in tenths) == len(planted.alive)
    assert max(abs(one.expected - one.observed) for one in tenths) <= 0.05


def people_of(days: list[list[int]]) -> tuple[fitting.Buyers, fitting.Visits]:
    rows = [(person, day * DAY) for person, own in enumerate(days, 1) for day in own]
    profile, time = np.array(rows, np.int64).T
    count = len(rows)
    told = Told(
        profile.astype(np.int32), time, np.arange(count), np.zeros(count, np.int8),
        np.arange(count), np.full(count, 10_000), np.full(count, NO_AMOUNT),
    )  # fmt: skip
    orders = netted(told)
    return gathered(orders, orders.time // DAY, 0, 0), visits(orders, orders.time // DAY)


@pytest.mark.parametrize(
    ("days", "reason", "have", "need"),
    [
        ([[0, 300]] * 499, "few_customers", 499, 500),
        ([[0]] * 450 + [[0, 300]] * 99, "few_repeaters", 99, 100),
        ([[170, 300]] * 600, "short_history", 130, 180),
    ],
)
def test_too_little_is_refused_with_what_is_missing(
    days: list[list[int]], reason: str, have: int, need: int
) -> None:
    buyers, came = people_of(days)
    learnt = fitting.learn(300 * DAY, 300, buyers, came, Settings())
    assert learnt.orders is None and learnt.spend is None and learnt.deciles == ()
    assert learnt.refused is not None
    assert (learnt.refused.reason, learnt.refused.have, learnt.refused.need) == (reason, have, need)
    assert fitting.predictions(learnt, buyers, 300 * DAY, 300, 365) == {}


def test_a_calibration_holds_the_last_days_out(planted: Planted) -> None:
    draw, model = np.random.default_rng(3), planted.model
    people, end = 2_500, 540
    came = []
    for rate, leaving, first in zip(
        draw.gamma(model.r, 1 / model.alpha, people), draw.beta(model.a, model.b, people),
        draw.integers(0, 300, people), strict=True,
    ):  # fmt: skip
        own, day = [int(first)], float(first)
        while draw.random() >= leaving or len(own) == 1:
            day += draw.exponential(1 / rate)
            if day > end:
                break
            own.append(int(day))
        came.append(sorted(set(own)))
    _, visited = people_of(came)
    tenths = fitting.calibration(visited, end - 90, 90)
    assert len(tenths) == 10
    assert max(abs(one.expected - one.observed) for one in tenths) <= 0.1
    mean = np.mean([one.expected_orders for one in tenths])
    assert mean == pytest.approx(np.mean([one.observed_orders for one in tenths]), rel=0.2)


def test_who_hardly_ever_leaves_is_reckoned_with_too() -> None:
    """Of large a and b the transformed series overflows; the plain one goes on where it ends."""
    people = np.array([0.0, 1.0, 10.0]), np.array([0.0, 10.0, 200.0]), np.full(3, 300.0)
    expected = [BgNbd(0.5, 100.0, a, 3 * a).expected(30.0, *people) for a in (500.0, 2e3, 1e6)]
    for one in expected[1:]:
        np.testing.assert_allclose(one, expected[0], rtol=0.01)


@pytest.mark.parametrize(
    "logs", [(0.0, 0.5, -0.5, 1.0), (-1.0, 2.0, 1.0, -1.0), (2.0, 0, 3.0, 4.0)]
)
def test_the_slope_of_comings_is_that_of_their_likelihood(
    planted: Planted, logs: tuple[float, ...]
) -> None:
    comings, at, step = Comings.of(*planted.histories.T), np.array(logs), 1e-5
    _, slope = bgnbd.log_likelihood(at, comings)
    for one, found in zip(np.eye(4) * step, slope, strict=True):
        high, low = (bgnbd.log_likelihood(at + sign * one, comings)[0] for sign in (1, -1))
        assert found == pytest.approx((high - low) / 2 / step, rel=1e-5, abs=1e-2)


def spenders(p: float, q: float, gamma: float, people: int) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(5)
    orders = draw.geometric(0.3, people).astype(np.float64)
    return orders, draw.gamma(p * orders, 1 / (draw.gamma(q, 1 / gamma, people) * orders))


def test_what_was_planted_in_spending_is_found_again() -> None:
    model = spending.fit(*spenders(6.25, 3.74, 15.44, 40_000))
    assert model is not None
    assert [model.p, model.q, model.gamma] == pytest.approx([6.25, 3.74, 15.44], rel=0.05)


def test_of_people_who_are_all_alike_the_mean_of_all_is_expected() -> None:
    """The likelihood then rises for ever with q and gamma: it is enough to be far out."""
    draw = np.random.default_rng(5)
    orders = draw.geometric(0.2, 20_000).astype(np.float64)
    model = spending.fit(orders, draw.gamma(3 * orders, 20 / (3 * orders)))
    assert model is not None
    assert model.expected(ones(0, 1, 50), ones(0, 5, 30)) == pytest.approx([20] * 3, rel=0.02)
