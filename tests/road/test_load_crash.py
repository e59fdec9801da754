"""A load over HTTP while the process is killed at random: what got a 200 is in the log, once.

Senders behave as Segment's libraries do: what got no answer is sent again with the same message
ids. Some requests are refused (400, 401), and some items of a batch; none of those may be there.
"""

import asyncio
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import pytest

from coterie.app import open_app
from coterie.core.actor import COMMAND
from coterie.settings import Settings
from road.conftest import HITS, Player

SENDERS = 8


@dataclass
class Load:
    """So many batches, and what was said to each of their events."""

    key: str
    batches: list[list[int]]
    accepted: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)
    address: str = ""
    process: int = 0
    tried_again: int = 0

    def __post_init__(self) -> None:
        self.up = asyncio.Event()
        self._left = iter(enumerate(self.batches))

    async def send_all(self, browser: httpx2.AsyncClient) -> None:
        """Send what is left, a batch after the other."""
        for number, batch in self._left:
            while not await self._send(browser, number, batch):
                self.tried_again += 1

    async def _send(self, browser: httpx2.AsyncClient, number: int, batch: list[int]) -> bool:
        await self.up.wait()
        key = "wk_nobody" if number % 23 == 7 else self.key
        items = [_item(one, whole=number % 29 != 11) for one in batch]
        try:
            answer = await browser.post(
                f"{self.address}/v1/batch", json={"batch": items}, auth=(key, "")
            )
        except httpx2.TransportError:
            await asyncio.sleep(0.005)
            return False
        if answer.status_code in {429, 500, 503}:
            await asyncio.sleep(0.05)
            return False
        said = answer.json().get("refused", [{"index": n} for n in range(len(batch))])
        bad = {batch[one["index"]] for one in said}
        assert answer.status_code in {200, 400, 401}
        self.refused |= bad
        self.accepted |= set(batch) - bad
        return True


def _item(number: int, *, whole: bool) -> dict[str, Any]:
    item = {
        "type": "track",
        "event": "Read",
        "messageId": f"m{number}",
        "userId": f"u{number % 997}",
        "properties": {"n": number},
    }
    if not whole or number % 101 == 0:
        del item["event"]
    return item


async def keep_up(load: Load, player: Player, folder: Path, kills: list[int]) -> None:
    """Serve the house; kill it each time that so many events more were answered."""
    chance = Random(len(kills))
    for due in [*kills, None]:
        load.address, load.process = await asyncio.to_thread(player.serve, folder)
        load.up.set()
        if due is None:
            return
        while len(load.accepted) + len(load.refused) < due:
            await asyncio.sleep(0.002)
        await asyncio.sleep(chance.random() * 0.03)
        load.up.clear()
        os.kill(load.process, signal.SIGKILL)
        assert await asyncio.to_thread(player.ended) == -signal.SIGKILL
        HITS["under load"] += 1


def play(player: Player, folder: Path, events: int, size: int, kills: int) -> Load:
    app = open_app(Settings(data=folder))
    with app.db.begin(COMMAND, app.clock.now()) as work:
        key = app.keys.new(work, "shop")
    app.close()
    batches = [list(range(start, start + size)) for start in range(0, events, size)]
    places = sorted(Random(kills).sample(range(size, events - size * SENDERS), kills))

    async def both() -> Load:
        load = Load(key, batches)
        async with httpx2.AsyncClient(timeout=30) as browser:
            serving = asyncio.create_task(keep_up(load, player, folder, places))
            await asyncio.gather(*(load.send_all(browser) for _ in range(SENDERS)))
            await serving
        return load

    return asyncio.run(both())


def logged(folder: Path) -> Iterator[tuple[int, int]]:
    """Carry what still waits; return how often each number is in the log."""
    app = open_app(Settings(data=folder))
    app.settle(app.clock.now())
    with app.db.read(COMMAND, app.clock.now()) as work, app.log.open_lake(work) as lake:
        yield from lake.execute(
            "SELECT (properties ->> 'n')::INT, count(*) FROM events WHERE name = 'Read' GROUP BY 1"
        ).fetchall()
    app.close()


def check(player: Player, folder: Path, events: int, size: int, kills: int) -> None:
    load = play(player, folder, events, size, kills)
    os.kill(load.process, signal.SIGTERM)
    assert player.ended() in {0, -signal.SIGTERM}
    assert load.accepted | load.refused == set(range(events))
    assert load.tried_again >= kills
    assert dict(logged(folder)) == dict.fromkeys(load.accepted, 1)


def test_what_got_a_200_is_in_the_log_once_though_the_process_was_killed(
    player: Player, tmp_path: Path
) -> None:
    check(player, tmp_path / "house", 5_000, 50, kills=2)


@pytest.mark.crash
def test_200_000_events_under_50_kills(player: Player, tmp_path: Path) -> None:
    check(player, tmp_path / "house", 200_000, 100, kills=50)
