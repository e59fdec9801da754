"""Imports a file by columns in a process of its own, for the test that kills it.

``python -m road.history_child FOLDER [STATION NUMBER]``: opens the house of the folder, imports the
file from its beginning, as somebody does who is told that it broke off, and writes the end state.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from coterie.core.actor import COMMAND
from coterie.roads.bulk import Importer
from coterie.roads.mapping import parse_map
from coterie.testing import House
from road.child import MASTER_KEY, Killer

ROWS = 400
PEOPLE = 30
PORTION = 100
MAP = {
    "kind": "events",
    "event": {"value": "Order Completed"},
    "user_id": "uid",
    "message_id": "id",
    "timestamp": "when",
    "properties": {"item": "sku", "total": {"number": "sum"}},
}


def row(number: int) -> str:
    """Write a row; some come twice, and some have to be read one by one."""
    name = number - 7 if number % 40 == 9 else number
    when = datetime.fromtimestamp(1_760_000_000 + name * 3_600, UTC)
    item = 'w"1' if number % 50 == 3 else f"w{name % 5}"
    quoted = '"' + item.replace('"', '""') + '"'
    return f"o{name},u{name % PEOPLE},{when:%Y-%m-%dT%H:%M:%SZ},{quoted},{name % 9}"


def main(folder: Path, station: str | None = None, number: str = "0") -> None:
    """Import the file; what has come in before comes in no second time."""
    observe = Killer(station, int(number), None)
    file = folder / "orders.csv"
    if not file.exists():
        lines = [row(one) for one in range(ROWS)]
        file.write_text("\n".join(["id,uid,when,sku,sum", *lines]) + "\n")
    with House(
        "2026-01-01T00:00:00Z", path=folder / "house", observe=observe, master_key=MASTER_KEY
    ) as house:
        app, now = house.app, house.app.clock.now()
        if not (folder / "begun").exists():
            house.define_segment("buyers", {"did": "Order Completed", "count": {">=": 14}})
            (folder / "begun").touch()
        importer = Importer(app.inbound, app.catalog, app.zone, portion=PORTION)
        report = importer.run(
            COMMAND, file, parse_map(MAP), "till", now, lambda _rows: observe("history committed")
        )
        house.settle()
        with app.db.begin(COMMAND, now) as work:
            app.log.sweep(work)  # what a transaction left that failed is marked
        with app.db.begin(COMMAND, now + 2 * 3_600_000) as work:
            app.log.sweep(work)
        people = [f"u{one}" for one in range(PEOPLE)]
        with app.db.read(COMMAND, now) as work:
            lake = app.log.state(work)
            state = {
                "read": report.read,
                "rejected": len(report.rejected),
                "orphans": lake.orphans,
                "missing": lake.missing,
                "people": app.profiles.count(work),
                "counts": app.log.counts(work)["Order Completed"],
                "orders": [
                    [str(one.at), one.items, one.properties]
                    for who in people
                    for one in house.events(who)
                ],
                "scores": [house.score(who, "activity") for who in people],
                "members": sorted(house.members("buyers")),
            }
    (folder / "state.json").write_text(json.dumps(state, sort_keys=True))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
