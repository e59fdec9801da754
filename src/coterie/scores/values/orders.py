"""Orders net of what was given back, and each person's: pure, over columns.

An order counts once by its number (of one shop, or of one person where no shop is told). A refund
takes from the order that it names; one that names none takes from her last order before it; one
without an amount, like a cancellation, takes all of it. An order that was given back as a whole
does not count. A refund of an order that the log does not hold changes nothing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
People = NDArray[np.int32]

BOUGHT, GAVE_BACK, CANCELLED = 0, 1, 2
NO_KEY = -1
NO_AMOUNT = np.iinfo(np.int64).min


@dataclass(frozen=True)
class Told:
    """What the log tells of orders, a row an event, in any order; arrays of one length.

    ``kind``: bought, gave back, cancelled. ``key`` is the same for the events of one order,
    ``NO_KEY`` where none is named. ``amount`` and ``margin`` are scaled, ``NO_AMOUNT`` if not told.
    """

    profile: People
    time: Ints
    seq: Ints
    kind: NDArray[np.int8]
    key: Ints
    amount: Ints
    margin: Ints

    def __len__(self) -> int:
        """Count the events."""
        return len(self.profile)

    def until(self, at: int) -> "Told":
        """Return what had been told by a moment."""
        return self.where(self.time <= at)

    def where(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> "Told":
        """Return the chosen rows, in the order of their places if those are given."""
        return Told(
            self.profile[chosen], self.time[chosen], self.seq[chosen], self.kind[chosen],
            self.key[chosen], self.amount[chosen], self.margin[chosen],
        )  # fmt: skip


@dataclass(frozen=True)
class Orders:
    """Orders that count, sorted by (profile, time, seq): what is left of each, and its margin.

    ``lost_profile`` and ``lost_time`` say who gave an order back as a whole, or cancelled, when:
    she meant to buy.
    """

    profile: People
    time: Ints
    net: Ints
    margin: Ints
    has_margin: NDArray[np.bool_]
    lost_profile: People
    lost_time: Ints


def netted(told: Told) -> Orders:
    """Return what is left of the orders told of."""
    if not _in_order(told):
        told = told.where(np.lexsort((told.seq, told.time, told.profile)))
    bought = _once(told)
    orders, backs = told.where(bought), told.where(told.kind != BOUGHT)
    place = _whose(orders, backs)
    backs, place = backs.where(place >= 0), place[place >= 0]
    taken = np.zeros(len(orders), np.int64)
    whole = np.zeros(len(orders), np.bool_)
    given = (backs.kind == GAVE_BACK) & (backs.amount != NO_AMOUNT)
    np.add.at(taken, place[given], backs.amount[given])
    whole[place[~given]] = True
    worth = np.where(orders.amount == NO_AMOUNT, 0, orders.amount)
    whole |= (orders.amount != NO_AMOUNT) & (taken > 0) & (taken >= worth)
    lost, kept = whole[place], ~whole
    has_margin = orders.margin != NO_AMOUNT
    return Orders(
        profile=orders.profile[kept],
        time=orders.time[kept],
        net=np.maximum(worth - taken, 0)[kept],
        margin=np.where(has_margin, orders.margin, 0)[kept],
        has_margin=has_margin[kept],
        lost_profile=orders.profile[place[lost]],
        lost_time=backs.time[lost],
    )


def _in_order(told: Told) -> bool:
    """Say whether rows grow by (profile, time, seq): the lake gives them so, and sorts faster."""
    steps = [np.diff(part.astype(np.int64)) for part in (told.profile, told.time, told.seq)]
    later = (steps[1] > 0) | ((steps[1] == 0) & (steps[2] >= 0))
    return bool(((steps[0] > 0) | ((steps[0] == 0) & later)).all())


def _once(told: Told) -> NDArray[np.bool_]:
    """Choose each order's first telling, by (time, seq); those without a number are all chosen."""
    chosen: NDArray[np.bool_] = told.kind == BOUGHT
    keyed = np.flatnonzero(chosen & (told.key != NO_KEY))
    numbers, times = np.unique(told.key[keyed], return_counts=True)
    keyed = keyed[np.isin(told.key[keyed], numbers[times > 1])]
    order = keyed[np.lexsort((told.seq[keyed], told.time[keyed], told.key[keyed]))]
    again = np.zeros(len(order), np.bool_)
    again[1:] = told.key[order][1:] == told.key[order][:-1]
    chosen[order[again]] = False
    return chosen


def _whose(orders: Told, backs: Told) -> NDArray[np.intp]:
    """Find the order that each refund or cancellation is of, -1 for none."""
    place = np.full(len(backs), -1, np.intp)
    if not len(orders):
        return place
    by_key = np.argsort(orders.key, kind="stable")
    keys = orders.key[by_key]
    spots = np.minimum(np.searchsorted(keys, backs.key), len(keys) - 1)
    named = backs.key != NO_KEY
    known = named & (keys[spots] == backs.key)
    place[known] = by_key[spots[known]]
    if named.all():
        return place
    # one that names none: her last order before it, found in one walk over both
    profile = np.concatenate([orders.profile, backs.profile])
    time = np.concatenate([orders.time, backs.time])
    is_back = np.concatenate([np.zeros(len(orders), np.int8), np.ones(len(backs), np.int8)])
    walk = np.lexsort((is_back, time, profile))
    last = np.maximum.accumulate(np.where(is_back[walk] == 0, walk, -1))
    # orders lie sorted, so that the greatest place so far is the last one passed
    of_back = np.empty(len(profile), np.intp)
    of_back[walk] = last
    before = of_back[len(orders) :]
    hers = ~named & (before >= 0)
    hers[hers] = orders.profile[before[hers]] == backs.profile[hers]
    place[hers] = before[hers]
    return place


@dataclass(frozen=True)
class Buyers:
    """Each person who has an order that counts, once, sorted; arrays of one length.

    ``days`` is the number of different days of the brand's zone on which she bought, ``first_day``
    and ``last_day`` count days since 1970; ``recent`` is what she spent in the window asked for,
    ``recent_orders`` and ``recent_days`` how often.
    """

    profile: People
    orders: Ints
    spend: Ints
    first: Ints
    last: Ints
    days: Ints
    first_day: Ints
    last_day: Ints
    recent: Ints
    recent_orders: Ints
    recent_days: Ints
    margin: Ints
    has_margin: NDArray[np.bool_]

    def __len__(self) -> int:
        """Count the people."""
        return len(self.profile)


@dataclass(frozen=True)
class Visits:
    """The different days on which people bought: sorted by (profile, day)."""

    profile: People
    day: Ints


def visits(orders: Orders, day: Ints) -> Visits:
    """Return the different days on which people bought, given each order's day."""
    new = np.ones(len(day), np.bool_)
    new[1:] = (orders.profile[1:] != orders.profile[:-1]) | (day[1:] != day[:-1])
    return Visits(orders.profile[new], day[new])


def buyers(orders: Orders, day: Ints, since: int, often_since: int) -> Buyers:
    """Gather each person's orders; ``day`` is each order's day in the brand's zone.

    What is recent lies after ``since``; different days are counted after ``often_since``.
    """
    starts = starts_of(orders.profile)
    ends = np.append(starts[1:], len(orders.profile)) - 1 if len(starts) else starts
    came = visits(orders, day)
    came_starts = starts_of(came.profile)
    is_recent = orders.time > since
    new = np.ones(len(day), np.bool_)
    new[1:] = (orders.profile[1:] != orders.profile[:-1]) | (day[1:] != day[:-1])
    # a day counts as often as its last order is recent enough
    last_of_day = np.append(np.flatnonzero(new)[1:], len(day)) - 1 if len(day) else starts
    often = (orders.time[last_of_day] > often_since).astype(np.int64)
    return Buyers(
        profile=orders.profile[starts],
        orders=np.diff(np.append(starts, len(orders.profile))),
        spend=total(orders.net, starts),
        first=orders.time[starts],
        last=orders.time[ends],
        days=np.diff(np.append(came_starts, len(came.profile))),
        first_day=day[starts],
        last_day=day[ends],
        recent=total(np.where(is_recent, orders.net, 0), starts),
        recent_orders=total(is_recent.astype(np.int64), starts),
        recent_days=total(often, came_starts),
        margin=total(np.where(is_recent, orders.margin, 0), starts),
        has_margin=total((is_recent & orders.has_margin).astype(np.int64), starts) > 0,
    )


def starts_of(profile: People) -> NDArray[np.intp]:
    """Return where each person's rows begin, in rows sorted by person."""
    if not len(profile):
        return np.empty(0, np.intp)
    return np.concatenate([[0], np.flatnonzero(profile[1:] != profile[:-1]) + 1])


def total(values: Ints, starts: NDArray[np.intp]) -> Ints:
    """Sum values from each start up to the next."""
    if not len(starts):
        return np.empty(0, np.int64)
    summed: Ints = np.add.reduceat(values, starts)
    return summed
