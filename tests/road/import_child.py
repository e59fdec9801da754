"""Runs an import in a process of its own, for the test that kills it.

``python -m road.import_child FOLDER [STATION NUMBER]``: opens the house of the folder, uploads and
starts the import unless it has begun, carries it on until nothing waits, and writes its end state.
"""

import json
import sys
from pathlib import Path

from coterie.core.actor import Actor
from coterie.roads.imports.plan import Choice, Plan
from coterie.roads.imports.service import Imports
from coterie.testing import House
from road.child import MASTER_KEY, Killer

ADA = Actor("person", "Ada")
ROWS = 300
PEOPLE = 40
PLAN = Plan(
    "events",
    (Choice("uid", "user_id"), Choice("date", "timestamp"), Choice("sku", "item"),
     Choice("sum", "amount")),
    "Order Completed",
)  # fmt: skip


def row(number: int) -> str:
    """Write a row; every tenth has no amount that is a number, and many are equal to others."""
    amount = "many" if number % 10 == 0 else str(number % 3)
    return f"u{number % PEOPLE},2025-12-01,w{number % 2},{amount}"


def main(folder: Path, station: str | None = None, number: str = "0") -> None:
    """Go on with the import where it stands."""
    observe = Killer(station, int(number), None)
    with House(
        "2026-01-01T00:00:00Z", path=folder / "house", observe=observe, master_key=MASTER_KEY
    ) as house:
        app = house.app
        imports = Imports(
            app.inbound, app.catalog, app.zone, app.settings.data / "uploads", portion=25
        )
        now = app.clock.now()
        with app.db.begin(ADA, now) as work:
            present = imports.page(work, 1)
        if not present:
            file = folder / "orders.csv"
            lines = [row(one) for one in range(1, ROWS + 1)]
            file.write_text("\n".join(["uid,date,sku,sum", *lines]) + "\n")
            prepared = imports.prepare(file, file.name, now)
            with app.db.begin(ADA, now) as work:
                one = imports.keep(work, prepared)
                imports.plan(work, one.id, PLAN)
                present = [imports.check(work, one.id)]
        (one,) = present
        while imports.advance(now):
            pass
        with app.db.begin(ADA, now) as work:
            if imports.get(work, one.id).state == "checked":
                imports.start(work, one.id)
        while imports.advance(now):
            pass
        house.settle()
        with app.db.read(ADA, now) as work:
            one = imports.get(work, one.id)
            rejected = [out.row for out in imports.rejected(work, one.id)]
        people = [f"u{number}" for number in range(PEOPLE)]
        state = {
            "state": one.state,
            "counts": [one.read, one.accepted, one.fresh, one.people],
            "rejected": rejected,
            "orders": [
                [who, made.items, made.properties] for who in people for made in house.events(who)
            ],
        }
    (folder / "state.json").write_text(json.dumps(state, sort_keys=True))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
