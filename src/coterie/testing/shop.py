"""A small shop with a till: it takes orders and tells of them by signed webhooks.

For playing with and for tests. It keeps all in memory. What it would tell can be held back and let
go in another order, or told again, as real shops do::

    shop = Shop("shop", secret, "199.00", deliver, clock)
    number = shop.order("barolo", 2, {"phone": "13800138000"}, token)
    shop.pay(number)
    shop.refund(number, "49.00")
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any

import msgspec

from coterie.core.clock import Clock, format_time
from coterie.core.errors import Invalid, NotFound
from coterie.core.numbers import as_decimal
from coterie.orders.feeds.signing import sign

Deliver = Callable[[Mapping[str, str], bytes], int]
"""Sends a delivery, headers and body, and returns the status that it was answered with."""


@dataclass
class Sale:
    """One order of the shop."""

    number: str
    item: str
    quantity: int
    price: Decimal
    customer: Mapping[str, str]
    token: str
    placed: int
    state: str = "created"
    refunded: Decimal = Decimal(0)
    told: list[str] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        """What it costs."""
        return self.price * self.quantity


@dataclass
class Sent:
    """A delivery that was made: its id, its topic, its body, and how it was answered."""

    id: str
    topic: str
    body: bytes
    status: int | None = None


class Shop:
    """A shop that delivers as one feed. ``price`` is what everything costs."""

    def __init__(self, feed: str, secret: str, price: str, deliver: Deliver, clock: Clock) -> None:
        amount = as_decimal(price)
        if amount is None or amount < 0:
            raise Invalid(f"{price!r} is no price", path="price")
        self.feed = feed
        self.price = amount
        self.sales: dict[str, Sale] = {}
        self.sent: list[Sent] = []
        self.held: list[Sent] = []
        self.holds = False
        self._secret = secret
        self._deliver = deliver
        self._clock = clock
        self._numbers = count(1)

    # --- what customers do

    def order(self, item: str, quantity: int, customer: Mapping[str, str], token: str = "") -> str:
        """Place an order; return its number."""
        if quantity < 1:
            raise Invalid("order at least one", path="quantity")
        now = self._clock.now()
        number = f"S{now}{next(self._numbers):03d}"
        known = {kind: value.strip() for kind, value in customer.items() if value.strip()}
        sale = Sale(number, item, quantity, self.price, known, token, now)
        self.sales[number] = sale
        self._tell(sale, "order.created", now)
        return number

    def pay(self, number: str) -> None:
        """Take the money."""
        sale = self.sale(number)
        if sale.state != "created":
            raise Invalid(f"the order is {sale.state} already")
        sale.state = "paid"
        self._tell(sale, "order.paid", self._clock.now())

    def refund(self, number: str, amount: str) -> None:
        """Give money back."""
        sale = self.sale(number)
        money = as_decimal(amount)
        if sale.state == "created" or money is None or not 0 < money <= sale.total - sale.refunded:
            raise Invalid("no more can go back than was paid", path="amount")
        sale.refunded += money
        sale.state = "refunded" if sale.refunded == sale.total else "partly refunded"
        part = sum(one.startswith("order.refunded") for one in sale.told) + 1
        more = {"refund": f"{number}-{part}", "total": str(money), "lines": []}
        self._tell(sale, "order.refunded", self._clock.now(), **more)

    def use(self, secret: str) -> None:
        """Sign with another secret from now on."""
        self._secret = secret

    def sale(self, number: str) -> Sale:
        """Return one order, or raise NotFound."""
        found = self.sales.get(number)
        if found is None:
            raise NotFound(f"there is no order {number}")
        return found

    # --- what goes wrong in the world

    def repeat(self) -> None:
        """Make the last delivery once more, with the same id."""
        if self.sent:
            self._send(self.sent[-1])

    def hold(self) -> None:
        """Keep back what would be told from now on."""
        self.holds = True

    def release(self, *, backwards: bool = False) -> None:
        """Tell what was kept back, the last first if so wanted."""
        self.holds = False
        waiting, self.held = self.held, []
        for one in reversed(waiting) if backwards else waiting:
            self._send(one)

    # --- inside

    def _tell(self, sale: Sale, topic: str, at: int, **more: Any) -> None:
        data: dict[str, Any] = {
            "order": sale.number,
            "total": str(sale.total),
            "customer": dict(sale.customer),
            "lines": [{"sku": sale.item, "quantity": sale.quantity, "price": str(sale.price)}],
        }
        if sale.token:
            data["coterie"] = sale.token
        content = {"type": topic, "timestamp": format_time(at), "data": data | more}
        sale.told.append(topic)
        one = Sent(f"{sale.number}-{len(sale.told)}", topic, msgspec.json.encode(content))
        if self.holds:
            self.held.append(one)
        else:
            self._send(one)

    def _send(self, one: Sent) -> None:
        headers = sign(self._secret, one.id, self._clock.now(), one.body)
        one.status = self._deliver({**headers, "content-type": "application/json"}, one.body)
        if one not in self.sent:
            self.sent.append(one)
