"""The face of orders for the road: each step of each order once, priced, and credited."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from coterie.codes.service import Codes
from coterie.core.clock import DAY
from coterie.core.errors import Invalid
from coterie.core.event import Event
from coterie.core.people import Shift
from coterie.orders import store
from coterie.orders.feeds import store as feeds
from coterie.orders.model import STEPS, Order, Rate, Sighting, Told
from coterie.orders.money import RATE_SCALE, read_worth
from coterie.orders.offers.tokens import credit_of
from coterie.orders.reading import keyed, told_of
from coterie.orders.sieve import Sieve
from coterie.storage import audit
from coterie.storage.work import Work

_SHOWN = 500


class Orders:
    """Orders of one house; ``currency`` is the brand's. It keeps something of people."""

    name = "orders"

    def __init__(self, codes: Codes, currency: str) -> None:
        self._codes = codes
        self.currency = currency

    # --- on the road

    def sift(self, work: Work, came: Sequence[Event], recognised: Sequence[Event]) -> list[Event]:
        """Leave out what was told of an order before, price the rest, and note who told it.

        Called between recognising and the log, in the batch's transaction: what is kept here says
        what the log holds. Events that tell of no order pass as they are.
        """
        if not any(event.name in STEPS for event in came):
            return list(recognised)
        shops = feeds.shops(work)
        told = [
            one
            for place, (event, whose) in enumerate(zip(came, recognised, strict=True))
            if (one := told_of(place, event, shops, self.currency, whose)) is not None
        ]
        return self._sifted(work, recognised, told) if told else list(recognised)

    def _sifted(self, work: Work, events: Sequence[Event], told: Sequence[Told]) -> list[Event]:
        others = {one.currency for one in told} - {self.currency}
        sieve = Sieve(
            orders=store.load(work, {one.key for one in told}),
            rates=store.rates_of(work, others) if others else {},
            house=self.currency,
            now=work.now,
            credit=self._credits(work, told),
        )
        passed: dict[int, Event | None] = {
            one.place: sieve.pass_on(one, keyed(events[one.place], one)) for one in told
        }
        changed = [order for order in sieve.orders.values() if order.changed]
        store.save(work, changed)
        ids = {key: order.id for key, order in sieve.orders.items()}
        store.see(work, sieve.sightings, ids)
        kept = (passed.get(place, event) for place, event in enumerate(events))
        return [event for event in kept if event is not None]

    def _credits(self, work: Work, told: Sequence[Told]) -> Any:
        tokens = {one.token for one in told if one.token}
        owed = {token: credit_of(work, self._codes, token) for token in tokens}
        return owed.get

    # --- asked

    def find(self, work: Work, shop: str, number: str) -> Order | None:
        """Return one order, None when there is none of that number."""
        return store.find(work, shop, number)

    def of_profile(self, work: Work, profile: int, limit: int = _SHOWN) -> list[Order]:
        """Return a person's orders, the newest first."""
        return store.of_profile(work, profile, limit)

    def seen_by(self, work: Work, orders: Collection[int]) -> dict[int, list[Sighting]]:
        """Return who told of some orders, by their ids."""
        return store.seen_by(work, orders)

    # --- rates

    def set_rate(self, work: Work, currency: str, moment: int, rate: str) -> Rate:
        """Say what one unit of a currency is worth in the brand's, from a day on; raises Invalid.

        It holds for what comes in from now on; orders that are in stay as they were priced.
        """
        code = currency.strip().upper()
        if len(code) != 3 or not code.isascii() or not code.isalpha():
            raise Invalid(f"{currency!r} is no currency", path="currency", hint="such as USD")
        if code == self.currency:
            raise Invalid(f"{code} is the brand's own currency", path="currency")
        found = Rate(code, moment // DAY, read_worth(rate))
        store.set_rates(work, [found])
        audit.record(work, "order.rate", code, day=found.day, worth=found.worth / RATE_SCALE)
        return found

    def rates(self, work: Work) -> Mapping[str, Sequence[Rate]]:
        """Return every rate, each currency's by day."""
        return store.rates_of(work)

    # --- a keeper of what is known of people

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Let orders follow their buyers to the heads that lead them now."""
        store.follow(work, shifts)

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return a person's orders, as plain JSON, for her."""
        found = self.of_profile(work, profile, 100_000)
        return {
            "orders": [
                {
                    "shop": one.shop, "number": one.number, "created": one.created,
                    "completed": one.completed, "cancelled": one.cancelled, "total": one.total,
                    "refunded": one.refunded, "currency": self.currency,
                }
                for one in found
            ]
        }  # fmt: skip

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """Take a person's name off her orders; what sums are made of stays."""
        return store.erase(work, profiles)
