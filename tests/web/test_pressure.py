"""Back-pressure: the door asks senders to come back later, loses nothing, and recovers."""

import asyncio
import base64
import json
import shutil
import sqlite3
from contextlib import closing
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from coterie.core.actor import COMMAND
from coterie.core.clock import SECOND
from coterie.events.door import Door
from coterie.events.errors import Full
from coterie.events.pressure import Bounds, Pressure
from web.conftest import NOW, House, open_browser


def batch(start: int, count: int) -> bytes:
    items = [
        {"type": "track", "event": "Read", "userId": "u", "messageId": f"m{n}"}
        for n in range(start, start + count)
    ]
    return json.dumps({"batch": items}).encode()


def basic(key: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}


def send(browser: TestClient, key: str, body: bytes) -> Any:
    return browser.post("/v1/batch", content=body, headers=basic(key))


def bounded(house: House, **settings: int) -> TestClient:
    """The house as it opens with other bounds."""
    bounds = Bounds(**settings)

    def waiting(most: int) -> int:
        with house.db.read(COMMAND, NOW) as work:
            return house.inbox.waiting(house.inbound.carried_until(work), most)

    house.app.door = Door(house.inbox, Pressure(bounds, waiting, house.settings.data))
    return open_browser(house)


def test_a_road_that_lags_behind_closes_the_door_until_it_has_caught_up(house: House) -> None:
    browser, key = bounded(house, waiting_events=100), house.new_key()
    sent = 0
    while (answer := send(browser, key, batch(sent, 50))).status_code == 200:
        sent += 50
        house.clock.set(house.clock.now() + 1 * SECOND)
    assert 100 < sent <= 200
    assert (answer.status_code, answer.json()["code"]) == (429, "backlog_full")
    assert int(answer.headers["retry-after"]) == 10
    assert int(answer.headers["x-ratelimit-reset"]) > NOW // SECOND
    house.carry()
    house.clock.set(house.clock.now() + 1 * SECOND)
    assert send(browser, key, batch(sent, 50)).status_code == 200
    assert len(house.events()) == sent + 50


def test_the_rest_of_the_disk_is_left_alone(house: House) -> None:
    free = shutil.disk_usage(house.settings.data).free
    browser, key = bounded(house, spare_bytes=free + 10**12), house.new_key()
    answer = send(browser, key, batch(0, 1))
    assert (answer.status_code, answer.json()["code"]) == (429, "disk_full")
    assert answer.headers["retry-after"] == "60"
    assert house.events() == []


def test_requests_under_way_have_a_bound_and_give_their_room_back() -> None:
    pressure = Pressure(Bounds(request_bytes=1_000))
    with pressure.room(600, NOW):
        with pytest.raises(Full) as caught, pressure.room(600, NOW):
            pass
        assert (caught.value.code, caught.value.retry_after) == ("queue_full", 1.0)
        with pressure.room(400, NOW):
            pass
    with pressure.room(5_000, NOW):  # one that is alone gets in, whatever its size
        pass
    with pressure.room(600, NOW), pytest.raises(ZeroDivisionError), pressure.room(400, NOW):
        raise ZeroDivisionError
    with pressure.room(1_000, NOW):
        pass


def test_a_flood_is_told_to_wait_and_nothing_accepted_is_lost(house: House, address: str) -> None:
    bounds = Bounds(request_bytes=60_000)
    house.app.door = Door(house.inbox, Pressure(bounds))
    key = house.new_key()
    accepted: list[str] = []
    told: list[int] = []

    async def one(browser: httpx2.AsyncClient, number: int) -> None:
        answer = await browser.post(
            "/v1/batch", content=batch(number * 100, 100), headers=basic(key)
        )
        told.append(answer.status_code)
        if answer.status_code == 200:
            accepted.extend(f"m{n}" for n in range(number * 100, number * 100 + 100))
        else:
            assert answer.json()["code"] == "queue_full"
            assert answer.headers["retry-after"] == "1"

    async def flood(disk: sqlite3.Connection) -> None:
        async with httpx2.AsyncClient(base_url=address, timeout=30) as browser:
            disk.execute("BEGIN IMMEDIATE")  # it stands still: nothing can be written
            asked = [asyncio.create_task(one(browser, number)) for number in range(60)]
            await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
            assert set(told) == {429}
            disk.execute("ROLLBACK")
            await asyncio.gather(*asked)
            await one(browser, 60)  # it is quiet again: there is room

    with closing(sqlite3.connect(house.settings.data / "inbox.db", isolation_level=None)) as disk:
        asyncio.run(flood(disk))
    assert set(told) == {200, 429}
    assert told[-1] == 200
    assert sorted(event.id for event in house.events()) == sorted(accepted)
