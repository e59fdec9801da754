"""What the models learn of everybody, whether there is enough to learn from, and how well they did.

Pure, over columns. A calibration holds the last part of the history out: the model is fitted to
what came before it, and asked who will order in it.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coterie.core.clock import DAY
from coterie.core.numbers import SCALE
from coterie.scores.values import bgnbd, spending
from coterie.scores.values.bgnbd import BgNbd, Comings
from coterie.scores.values.model import Decile, Model, Refusal, Settings
from coterie.scores.values.orders import Buyers, Ints, Visits
from coterie.scores.values.spending import GammaGamma

Floats = NDArray[np.float64]

_LONGEST_HELD_OUT = 90
_TENTHS = 10
_FEWEST_IN_TENTHS = 100


def histories(buyers: Buyers, today: int) -> tuple[Floats, Floats, Floats]:
    """Return x, t_x and T of buyers in days: different days count once."""
    return (
        (buyers.days - 1).astype(np.float64),
        (buyers.last_day - buyers.first_day).astype(np.float64),
        np.maximum(today - buyers.first_day, buyers.last_day - buyers.first_day).astype(np.float64),
    )


def gate(buyers: Buyers, today: int, settings: Settings) -> Refusal | None:
    """Say what is missing for a model, None when there is enough.

    Too few customers, too few of them who came back, or too short a history give numbers that
    look exact and are not.
    """
    people, again = len(buyers), int((buyers.days > 1).sum())
    days = today - int(buyers.first_day.min()) if people else 0
    for reason, have, need in (
        ("few_customers", people, settings.gate_customers),
        ("few_repeaters", again, settings.gate_repeaters),
        ("short_history", days, settings.gate_days),
    ):
        if have < need:
            return Refusal(reason, have, need)
    return None


def learn(at: int, today: int, buyers: Buyers, came: Visits, settings: Settings) -> Model:
    """Fit both models to what is known at a moment, or say why not."""
    again = int((buyers.days > 1).sum())
    days = today - int(buyers.first_day.min()) if len(buyers) else 0
    known: dict[str, Any] = {
        "at": at,
        "customers": len(buyers),
        "repeaters": again,
        "days": days,
    }
    refused = gate(buyers, today, settings)
    if refused is not None:
        return Model(**known, refused=refused, spend_refused=refused)
    orders = bgnbd.fit(Comings.of(*histories(buyers, today)))
    if orders is None:
        failed = Refusal("no_fit")
        return Model(**known, refused=failed, spend_refused=failed)
    spend = _spending(buyers)
    held_out = min(_LONGEST_HELD_OUT, days // 3)
    return Model(
        **known,
        orders={"r": orders.r, "alpha": orders.alpha, "a": orders.a, "b": orders.b,
                "log_likelihood": orders.log_likelihood},
        spend=None if spend is None else {"p": spend.p, "q": spend.q, "gamma": spend.gamma,
                                          "correlation": spend.correlation},
        spend_refused=None if spend is not None else Refusal("no_fit"),
        deciles=calibration(came, today - held_out, held_out),
        held_out_days=held_out,
    )  # fmt: skip


def _spending(buyers: Buyers) -> GammaGamma | None:
    paid = buyers.spend > 0
    mean = buyers.spend[paid] / buyers.orders[paid] / SCALE
    return spending.fit(buyers.orders[paid].astype(np.float64), mean)


def orders_model(model: Model) -> BgNbd | None:
    """Return the fitted model of orders, None where it was refused."""
    return None if model.orders is None else BgNbd(**model.orders)


def spend_model(model: Model) -> GammaGamma | None:
    """Return the fitted model of an order's worth, None where it was refused."""
    return None if model.spend is None else GammaGamma(**model.spend)


def calibration(came: Visits, cut: int, held_out: int) -> tuple[Decile, ...]:
    """Fit to the days before ``cut``, and compare with who came in the ``held_out`` days after."""
    before = came.day < cut
    people, first = np.unique(came.profile[before], return_index=True)
    if len(people) < _FEWEST_IN_TENTHS or held_out < 1:
        return ()
    days = came.day[before]
    number = np.diff(np.append(first, len(days)))
    x = (number - 1).astype(np.float64)
    t_x = (days[first + number - 1] - days[first]).astype(np.float64)
    span = (cut - 1 - days[first]).astype(np.float64)
    model = bgnbd.fit(Comings.of(x, t_x, span))
    if model is None:
        return ()
    inside = (came.day >= cut) & (came.day < cut + held_out)
    known = inside & np.isin(came.profile, people)
    observed = np.zeros(len(people), np.int64)
    np.add.at(observed, np.searchsorted(people, came.profile[known]), 1)
    chance = model.p_order(held_out, x, t_x, span)
    times = model.expected(held_out, x, t_x, span)
    return tenths(chance, observed > 0, times, observed)


def tenths(
    chance: Floats, came: NDArray[np.bool_], times: Floats, observed: Ints
) -> tuple[Decile, ...]:
    """Compare what was expected with what came, in tenths of people by their chance."""
    order = np.argsort(chance, kind="stable")
    return tuple(
        Decile(
            people=len(part),
            expected=float(chance[part].mean()),
            observed=float(came[part].mean()),
            expected_orders=float(times[part].mean()),
            observed_orders=float(observed[part].mean()),
        )
        for part in np.array_split(order, _TENTHS)
        if len(part)
    )


def predictions(
    model: Model, buyers: Buyers, at: int, today: int, horizon: int
) -> Mapping[str, Floats]:
    """Return P(alive), expected orders and their worth in the next ``horizon`` days, where known.

    ``at`` is the moment, ``today`` its day.
    """
    orders = orders_model(model)
    if orders is None or not len(buyers) or at < model.at - DAY:
        return {}
    x, t_x, span = histories(buyers, today)
    times = orders.expected(horizon, x, t_x, span)
    found = {"p_alive": orders.p_alive(x, t_x, span), "expected_orders": times}
    spend = spend_model(model)
    if spend is not None:
        number = buyers.orders.astype(np.float64)
        each = spend.expected(number, buyers.spend / np.maximum(number, 1) / SCALE)
        found["expected_value"] = times * each
    return found
