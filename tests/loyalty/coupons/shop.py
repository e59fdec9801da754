"""Coupons over an empty database, with a catalog and a clock of their own."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any
from zoneinfo import ZoneInfo

from pyroaring import BitMap

from coterie.catalog.model import Item
from coterie.catalog.service import Catalog
from coterie.core.actor import COMMAND
from coterie.core.errors import NotFound
from coterie.core.event import Event
from coterie.ledger.service import Ledger
from coterie.loyalty.coupons.model import Budget, Numbers, Order, OrderLine, Template, Want
from coterie.loyalty.coupons.service import Coupons
from coterie.storage.database import Database
from coterie.storage.work import Work

NOON = 1_795_320_000_000
"""2026-11-22T12:00:00+08:00."""
YUAN = 10_000
SHANGHAI = ZoneInfo("Asia/Shanghai")


class Shop:
    """A brand that gives coupons; ``segments`` says who is in which."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NOON
        self.segments: dict[str, set[int]] = {}
        self.ledger, self.catalog = Ledger(), Catalog()
        self.coupons = Coupons(self.ledger, self.catalog, self._members, b"secret", SHANGHAI, "CNY")

    def _members(self, _work: Work, segment: str) -> BitMap:
        if segment not in self.segments:
            raise NotFound(f"there is no segment {segment!r}")
        return BitMap(self.segments[segment])

    def work(self) -> AbstractContextManager[Work]:
        return self.database.begin(COMMAND, self.now)

    def define(self, slug: str, **said: Any) -> Template:
        terms: dict[str, Any] = {"kind": "amount", "amount": 10 * YUAN, **said}
        with self.work() as work:
            return self.coupons.define(work, Template(slug=slug, titles={"en": slug}, **terms))

    def fund(self, slug: str, yuan: int, **said: Any) -> None:
        with self.work() as work:
            self.coupons.keep_budget(work, Budget(slug=slug, amount=yuan * YUAN, **said))

    def items(self, *items: Item) -> None:
        with self.work() as work:
            self.catalog.define_items(work, items)

    def give(self, template: str, *profiles: int, key: str = "k") -> list[Event]:
        wants = [Want(one, template, f"{key}:{template}:{one}", "manual:ada") for one in profiles]
        with self.work() as work:
            return self.coupons.issue(work, wants)

    def code(self, template: str, profile: int = 7, key: str = "k") -> str:
        """Give one coupon, and return its code."""
        [fact] = self.give(template, profile, key=key)
        with self.work() as work:
            found = self.coupons.get(work, fact.properties["coupon"])
        assert found.code is not None
        return found.code

    def numbers(self, template: str) -> Numbers:
        with self.work() as work:
            return self.coupons.numbers(work, [template])[template]

    def available(self, budget: str) -> tuple[int, int, int]:
        """Return what a budget has, has set aside and has spent, in yuan."""
        with self.work() as work:
            one = self.coupons.budget(work, budget)
        return one.available // YUAN, one.held // YUAN, one.spent // YUAN

    def is_sound(self) -> bool:
        """Say whether the ledger agrees with itself, and the coupons with their counter."""
        with self.work() as work:
            counted = self.coupons.numbers(work, [one.slug for one in self.coupons.templates(work)])
            return not self.ledger.verify(work) and all(
                one.issued == sum(one.states.values()) for one in counted.values()
            )


def order(number: str = "o1", *amounts: int, **said: Any) -> Order:
    """Write an order of lines worth so much each."""
    lines = tuple(OrderLine(id=str(at), amount=one) for at, one in enumerate(amounts, 1))
    return Order(number=number, lines=lines, **said)


def names(facts: Sequence[Event]) -> list[str]:
    """Return what facts are called, without their family."""
    return [one.name.removeprefix("coterie.coupon.") for one in facts]
