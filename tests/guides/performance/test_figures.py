"""Figures of guides and stores, over what really happened."""

import pytest

from conftest import NOW
from coterie.core.actor import COMMAND
from coterie.core.clock import DAY, HOUR
from coterie.core.event import Event
from coterie.guides.performance.service import Performance
from coterie.storage.database import Database
from guides.test_two_readers import furnish, rooms


def event(number: int, name: str, profile: int, at: int, amount: int = 0, **said: str) -> Event:
    return Event(id=f"e{number}", type="track", name=name, time=at, received=at, source="till",
                 profile=profile, amount=amount or None, properties=said)  # fmt: skip


def test_figures_count_each_customer_once_and_money_to_the_cent(database: Database) -> None:
    house = rooms()
    furnish(database, house)
    told = [event(n, "Contact Added", n, NOW, guide="g0") for n in (1, 2, 3)]
    told += [event(9, "Contact Added", 9, NOW, guide="g1")]
    told += [
        event(11, "Order Completed", 1, NOW + HOUR, 800_000, shop="s", order_id="1"),
        event(12, "Order Completed", 1, NOW + HOUR, 100_000, shop="s", order_id="2"),
        event(13, "Order Completed", 7, NOW + HOUR, 50_000, shop="s", order_id="3", guide="g0"),
        event(14, "Order Completed", 8, NOW + HOUR, 70_000, shop="s", order_id="4"),
        event(15, "Order Refunded", 1, NOW + 2 * HOUR, 200_000, shop="s", order_id="1"),
    ]
    with database.begin(COMMAND, NOW + DAY) as work:
        house.bindings.hear(work, told, [])
        house.credit.hear(work, told, [])
        performance = Performance(house.organisation)
        board = performance.board(work, NOW - DAY, NOW + DAY)
        mine = next(one for one in board.rows if one.name == "g0")
        assert (mine.added, mine.served, mine.customers, mine.buyers) == (3, 4, 4, 2)
        assert (mine.revenue, mine.refunds, mine.net) == (950_000, 200_000, 750_000)
        assert board.unowned == 70_000
        alone = performance.of(work, "g0", NOW - DAY, NOW + DAY)
        assert alone.low == pytest.approx(mine.low) and alone.buyers == 2
        bund = performance.of_store(work, "bund", NOW - DAY, NOW + DAY)
        assert (bund.customers, bund.buyers, bund.net) == (4, 2, 750_000)
        inside = performance.board(work, NOW - DAY, NOW + DAY, store_id="xuhui").rows
        assert {one.name for one in inside} == {"g1", "g4", "g7", "g10"}
        total = sum(one.net for one in board.rows) + board.unowned
        assert total == 820_000
