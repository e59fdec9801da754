"""A house, and the steps of an import as the wizard takes them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from coterie.core.actor import Actor
from coterie.roads.imports.model import Import
from coterie.roads.imports.plan import Choice, Plan
from coterie.roads.imports.service import Imports
from coterie.storage.work import Work
from coterie.testing import House

ADA = Actor("person", "Ada")
PLAN = Plan(
    "events",
    (
        Choice("order", "message_id"),
        Choice("uid", "user_id"),
        Choice("date", "timestamp", form="%Y/%m/%d"),
        Choice("sku", "item"),
        Choice("sum", "amount"),
    ),
    "Order Completed",
)
HEADER = "order,uid,date,sku,sum"


def order(number: int, *, date: str = "2025/12/01", amount: str = "12.5") -> str:
    return f"o{number},u{number % 7},{date},w{number % 5},{amount}"


@dataclass
class Desk:
    """Does with an import what the pages and the road do."""

    house: House
    imports: Imports
    folder: Path

    def write(self, text: str, name: str = "orders.csv") -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def upload(self, *rows: str, header: str = HEADER, plan: Plan = PLAN) -> Import:
        """Upload rows and say what they become."""
        file = self.write("\n".join([header, *rows]) + "\n")
        prepared = self.imports.prepare(file, file.name, self.house.app.clock.now())
        with self.work() as work:
            one = self.imports.keep(work, prepared)
            return self.imports.plan(work, one.id, plan)

    def work(self):  # type: ignore[no-untyped-def]
        return self.house.app.db.begin(ADA, self.house.app.clock.now())

    def do(self, verb: str, one: Import, *given: object) -> Import:
        with self.work() as work:
            done: Import = getattr(self.imports, verb)(work, one.id, *given)
        return done

    def carry(self) -> int:
        """Carry all that waits; return in how many portions."""
        portions = 0
        while self.imports.advance(self.house.app.clock.now()):
            portions += 1
        self.house.settle()
        return portions

    def check(self, one: Import) -> Import:
        self.do("check", one)
        self.carry()
        return self.get(one)

    def start(self, one: Import) -> Import:
        self.do("start", one)
        self.carry()
        return self.get(one)

    def get(self, one: Import) -> Import:
        with self.read() as work:
            return self.imports.get(work, one.id)

    def read(self):  # type: ignore[no-untyped-def]
        return self.house.app.db.read(ADA, self.house.app.clock.now())

    def orders(self) -> list[tuple[str, str, float]]:
        """Everything that was ordered: who, what, for how much."""
        people = [f"u{number}" for number in range(7)] + ["ada", "bob"]
        return sorted(
            (person, one.items[0], one.properties["amount"])
            for person in people
            for one in self.house.events(person)
            if one.event == "Order Completed"
        )

    def rejected_rows(self, one: Import, work: Work) -> list[int]:
        return [row.row for row in self.imports.rejected(work, one.id)]


@pytest.fixture
def house() -> Iterator[House]:
    with House(at="2026-01-01T00:00:00Z") as made:
        yield made


@pytest.fixture
def desk(house: House, tmp_path: Path) -> Desk:
    app = house.app
    folder = app.settings.data / "uploads"
    imports = Imports(app.inbound, app.catalog, app.zone, folder, portion=4)
    return Desk(house, imports, tmp_path)
