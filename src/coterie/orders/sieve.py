"""Let each step of each order through once, whoever tells of it, however often and late. Pure.

The end is the same for any order of arrival: the steps that are known, and all that was refunded,
which is the larger of the sum of the named refunds and of what was told to be refunded in all.
What is told again is a sighting, with the differences to what stands.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from coterie.core.event import Event
from coterie.orders.model import Credit, Difference, Order, Rate, Sighting, Told
from coterie.orders.money import converted, rate_at
from coterie.orders.reading import credited, priced, with_total


@dataclass
class Sieve:
    """One batch's pass. ``orders`` are those that were known, by key; it is changed in place.

    ``credit`` reads an offer's token; ``house`` is the brand's currency.
    """

    orders: dict[tuple[str, str], Order]
    rates: Mapping[str, Sequence[Rate]]
    house: str
    now: int
    credit: Callable[[str], Credit | None]

    def __post_init__(self) -> None:
        self.sightings: list[Sighting] = []

    def pass_on(self, told: Told, event: Event) -> Event | None:
        """Return the event as the log shall hold it, None when what it tells is there already."""
        order = self.orders.get(told.key)
        if order is None:
            order = Order(
                told.shop, told.number, told.profile, told.came_with, told.source, changed=True
            )
            self.orders[told.key] = order
        passed = self._refund(order, told, event) if told.step == "refunded" else (
            self._step(order, told, event)
        )  # fmt: skip
        self._learn(order, told)
        return passed

    def _step(self, order: Order, told: Told, event: Event) -> Event | None:
        """Let created, completed and cancelled through when the order had not come so far."""
        if getattr(order, told.step) is not None:
            self._see(told, counts=False, differences=self._compare(order, told))
            return None
        setattr(order, told.step, told.at)
        order.changed = True
        amount, rate = self._worth(told)
        missing = amount is None and told.amount is not None
        if told.step == "completed":
            order.total, order.original, order.currency = amount, told.amount, told.currency
        credit = self.credit(told.token) if told.token else None
        if credit is not None:
            event = credited(event, credit)
            order.offer, order.link = credit.offer, credit.link
        self._see(told, counts=True, differences=_no_rate(told) if missing else ())
        return event if told.currency == self.house else priced(
            event, amount, told, self.house, rate
        )  # fmt: skip

    def _refund(self, order: Order, told: Told, event: Event) -> Event | None:
        """Let through what a refund adds to what was refunded before; nothing is no event.

        One that tells no amount is of the whole order, as Segment's spec has it.
        """
        amount, rate = self._worth(told)
        if told.amount is None and order.total is not None:
            amount = max(0, order.total - order.refunded)
        if amount is None:
            if told.refund in order.refunds:
                self._see(told, counts=False, differences=())
                return None
            order.refunds[told.refund] = 0
            order.changed = True
            missing = told.amount is not None
            self._see(told, counts=True, differences=_no_rate(told) if missing else ())
            return event if told.currency == self.house else priced(
                event, None, told, self.house, None
            )  # fmt: skip
        if told.refund in order.refunds and told.refund:
            known = order.refunds[told.refund]
            differs = known != amount
            self._see(
                told, counts=False,
                differences=(Difference("amount", known, amount),) if differs else (),
            )  # fmt: skip
            return None
        if told.refund:
            order.refunds[told.refund] = amount
            order.named += amount
            order.changed = True
        whole = order.named if told.refund else amount
        adds = whole - order.refunded
        over = order.total is not None and max(whole, order.refunded) > order.total
        differences = (Difference("over_refund", order.total, whole),) if over else ()
        self._see(told, counts=adds > 0, differences=differences)
        if adds <= 0:
            return None
        order.refunded += adds
        order.changed = True
        if told.currency != self.house:
            return priced(event, adds, told, self.house, rate)
        return event if adds == told.amount else with_total(event, adds)

    def _worth(self, told: Told) -> tuple[int | None, Rate | None]:
        if told.amount is None or told.currency == self.house:
            return told.amount, None
        rate = rate_at(self.rates, told.currency, told.at)
        return (None, None) if rate is None else (converted(told.amount, rate.worth), rate)

    def _compare(self, order: Order, told: Told) -> tuple[Difference, ...]:
        found = []
        if told.step == "completed":
            if told.currency != order.currency:
                found.append(Difference("currency", order.currency, told.currency))
            elif told.amount is not None and told.amount != order.original:
                found.append(Difference("amount", order.original, told.amount))
        if told.profile != order.profile:
            found.append(Difference("buyer", order.profile, told.profile))
        return tuple(found)

    def _learn(self, order: Order, told: Told) -> None:
        if told.market and not order.market:
            order.market = told.market
            order.changed = True
        if told.bound and not order.bound:
            order.bound = True
            order.changed = True

    def _see(self, told: Told, *, counts: bool, differences: tuple[Difference, ...]) -> None:
        self.sightings.append(
            Sighting(
                told.shop, told.number, told.step, told.refund, told.source, told.at, told.amount,
                told.currency, counts, self.now, self.now, 1, differences,
            )
        )  # fmt: skip


def _no_rate(told: Told) -> tuple[Difference, ...]:
    return (Difference("no_rate", None, told.currency),)
