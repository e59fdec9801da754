"""A till in a store: it asks a house for coupons, sells, and tells of it by a signed webhook.

For playing with and for tests; it keeps all in memory. A sale with a coupon goes as at a real till:
validated while the goods are rung up, locked while she pays, redeemed when she has paid::

    till = Till("pos", secret, deliver, ask, clock, store="bund")
    sold = till.sell([Line("1", "boots", "399.00")], {"phone": "13800138000"}, code="AB12-...")
    till.give_back(sold.number, "1")
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any

import msgspec

from coterie.core.clock import Clock, format_time
from coterie.core.errors import Invalid, NotFound
from coterie.core.numbers import as_decimal
from coterie.orders.feeds.signing import sign
from coterie.testing.shop import Deliver

Ask = Callable[[str, Mapping[str, Any], str], Mapping[str, Any]]
"""Asks the house to do something with a coupon: the verb, the body, the idempotency key."""

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Line:
    """So many pieces of one thing, at a price each."""

    id: str
    sku: str
    price: str
    quantity: int = 1

    @property
    def amount(self) -> Decimal:
        """What they cost in all."""
        price = as_decimal(self.price)
        if price is None or price < 0 or self.quantity < 1:
            raise Invalid(f"{self.quantity} of {self.price!r} is no line", path="lines")
        return price * self.quantity


@dataclass
class Sold:
    """One sale; ``refused`` is why its coupon was not taken, a stable code."""

    number: str
    lines: tuple[Line, ...]
    customer: Mapping[str, str]
    guide: str = ""
    code: str = ""
    discount: Decimal = Decimal(0)
    gift: str = ""
    redemption: int | None = None
    refused: str = ""
    returned: dict[str, int] = field(default_factory=dict)
    given_back: Decimal = Decimal(0)
    refunds: int = 0

    @property
    def total(self) -> Decimal:
        """What she paid."""
        return sum((one.amount for one in self.lines), Decimal(0)) - self.discount


class Till:
    """A till that delivers as one feed of ``shop``, in one store."""

    def __init__(
        self, feed: str, secret: str, deliver: Deliver, ask: Ask, clock: Clock, *, store: str,
        shop: str = "",
    ) -> None:  # fmt: skip
        self.store = store
        self.sales: dict[str, Sold] = {}
        self.told: list[tuple[str, int]] = []
        self._shop = shop or feed
        self._secret = secret
        self._deliver = deliver
        self._ask = ask
        self._clock = clock
        self._numbers = count(1)

    def sell(
        self, lines: Sequence[Line], customer: Mapping[str, str], *, code: str = "",
        guide: str = "",
    ) -> Sold:  # fmt: skip
        """Sell, with a coupon if one is shown; one that is refused costs her no more than that."""
        number = f"T-{self.store}-{self._clock.now()}{next(self._numbers):03d}"
        sold = Sold(number, tuple(lines), dict(customer), guide, code)
        if code and self._is_locked(sold):
            self._redeem(sold)
        self.sales[number] = sold
        self._tell(sold, "order.paid", total=str(sold.total), lines=_products(sold.lines))
        return sold

    def _is_locked(self, sold: Sold) -> bool:
        for verb in ("validate", "lock"):
            answer = self._ask(verb, self._body(sold), f"{sold.number}:{verb}")
            if answer["result"] == "refused":
                sold.refused = str(answer.get("why") or answer["reason"])
                return False
        return True

    def _redeem(self, sold: Sold) -> None:
        answer = self._ask("redeem", self._body(sold), f"{sold.number}:redeem")
        if answer["result"] == "refused":
            sold.refused = str(answer.get("why") or answer["reason"])
            return
        sold.redemption = int(answer["redemption"])
        sold.discount = Decimal(str(answer["discount"])).quantize(_CENT)
        sold.gift = str(answer.get("gift", ""))

    def _body(self, sold: Sold) -> dict[str, Any]:
        lines = [
            {"id": one.id, "item": one.sku, "quantity": one.quantity, "amount": str(one.amount)}
            for one in sold.lines
        ]
        order = {"number": sold.number, "shop": self._shop, "store": self.store, "lines": lines}
        return {"code": sold.code, "store": self.store, "order": order}

    def give_back(self, number: str, line: str, quantity: int = 1) -> Decimal:
        """Take goods back; return what is paid back: her share of the discount stays with us."""
        sold = self.sale(number)
        found = next((one for one in sold.lines if one.id == line), None)
        if found is None or not 0 < quantity <= found.quantity - sold.returned.get(line, 0):
            raise Invalid("no more can come back than was sold", path="line")
        sold.refunds += 1
        back = found.amount / found.quantity * quantity
        if sold.redemption is not None:
            body = {"redemption": sold.redemption, "lines": {line: quantity}}
            answer = self._ask("return", body, f"{number}:return:{sold.refunds}")
            back = Decimal(str(answer["amount"]))
        back = back.quantize(_CENT)
        sold.returned[line] = sold.returned.get(line, 0) + quantity
        sold.given_back += back
        self._tell(
            sold, "order.refunded", refund=f"{number}-{sold.refunds}", total=str(back), lines=[]
        )
        return back

    def sale(self, number: str) -> Sold:
        """Return one sale, or raise NotFound."""
        found = self.sales.get(number)
        if found is None:
            raise NotFound(f"there is no sale {number}")
        return found

    def _tell(self, sold: Sold, topic: str, **more: Any) -> None:
        data = {"order": sold.number, "customer": dict(sold.customer), "store_id": self.store}
        if sold.guide:
            data["guide"] = sold.guide
        if sold.redemption is not None:
            data |= {"discount": str(sold.discount), "coupon": sold.code}
        now = self._clock.now()
        content = {"type": topic, "timestamp": format_time(now), "data": data | more}
        body = msgspec.json.encode(content)
        name = f"{sold.number}-{topic}-{sold.refunds}"
        headers = sign(self._secret, name, now, body)
        status = self._deliver({**headers, "content-type": "application/json"}, body)
        self.told.append((topic, status))


def _products(lines: Sequence[Line]) -> list[dict[str, Any]]:
    return [{"sku": one.sku, "quantity": one.quantity, "price": one.price} for one in lines]
