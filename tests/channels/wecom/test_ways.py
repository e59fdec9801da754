"""Codes at the platform, over HTTP: told only what changed, made once, failures kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from channels.wecom.scene import Scene
from coterie.channels.wecom.client.ways import Way
from coterie.channels.wecom.ways import store
from coterie.channels.wecom.ways.model import NOBODY
from coterie.core.actor import COMMAND
from coterie.core.clock import HOUR
from coterie.storage.database import Database
from coterie.testing.clock import FakeClock
from coterie.testing.wecom import Wecom

ADD, UPDATE = "externalcontact/add_contact_way", "externalcontact/update_contact_way"


@pytest.fixture
def scene(one_database: Database, wecom: Wecom, tmp_path: Path) -> Iterator[Scene]:
    with Scene(one_database, wecom, tmp_path) as made:
        yield made


@pytest.fixture
def each_scene(database: Database, wecom: Wecom, tmp_path: Path) -> Iterator[Scene]:
    """The scene on each database."""
    with Scene(database, wecom, tmp_path) as made:
        yield made


def asked(scene: Scene, api: str) -> int:
    return scene.platform.count("api", api=api)


def behind(scene: Scene, state: str) -> tuple[str, ...]:
    return tuple(scene.platform.corp.ways[scene.config(state)].users)


def test_the_platform_is_told_only_what_changed(each_scene: Scene) -> None:
    scene = each_scene
    slot = {"days": ["thu"], "from": "8:00", "to": "9:00", "guides": ["an"]}
    state = scene.code(guides=["an", "bo"], spare=["yu"], slots=[slot])
    scene.run()
    assert behind(scene, state) == ("AN",)
    assert scene.platform.corp.ways[scene.config(state)].given["state"] == state
    with scene.begin() as work:
        scene.scanning.channel.hasten_all(work)
        due = scene.scanning.ways.next_due(work)
    assert due == scene.now
    scene.run()
    assert asked(scene, UPDATE) == 0
    scene.platform.advance(HOUR // 1000)
    scene.run()
    assert behind(scene, state) == ("YU",)
    assert (asked(scene, ADD), asked(scene, UPDATE)) == (1, 1)


def test_a_refusal_is_kept_and_tried_again(scene: Scene) -> None:
    scene.platform.fault(41054, api=ADD)
    state = scene.code()
    scene.run()
    with scene.begin() as work:
        (way,) = scene.scanning.ways.failed(work)
        assert (way.errcode, way.config_id, way.tries) == (41054, None, 1)
        assert "not activated" in way.reason
        scene.scanning.ways.try_again(work, state)
    scene.run()
    assert behind(scene, state) == ("AN",)


def test_an_attempt_that_broke_off_is_not_made_twice(scene: Scene) -> None:
    state = scene.code()
    ways = scene.scanning.ways
    with scene.begin() as work:
        ways._plan(work)
        store.begin(work, [state])  # and here the process dies, after the platform had answered
    orphan = scene.client.ways.add(Way(type=2, state=state, user=("AN",)))
    scene.scanning = scene.open()
    scene.run()
    assert scene.config(state) == orphan.config_id
    assert len(scene.platform.corp.ways) == 1


def test_a_code_that_vanished_is_made_anew(scene: Scene) -> None:
    state = scene.code()
    scene.run()
    scene.client.ways.delete(scene.config(state))
    with scene.begin() as work:
        scene.scanning.channel.away(work, "an")
        scene.scanning.ways.try_again(work, state)
    scene.run()
    assert behind(scene, state) == ("AN",)  # nobody else is there


def test_nobody_with_an_account_is_a_failure_that_says_so(scene: Scene) -> None:
    scene.code(guides=["stranger"])
    scene.run()
    with scene.begin() as work:
        (way,) = scene.scanning.ways.failed(work)
    assert way.errcode == NOBODY
    assert asked(scene, ADD) == 0


def test_many_codes_are_made_once_over_trouble(scene: Scene) -> None:
    given = [{"title": f"Code {n}", "guides": ["an"], "placement": str(n)} for n in range(45)]
    with scene.begin() as work:
        states = scene.scanning.channel.make_many(work, given)
    scene.platform.fault(45009, api=ADD, times=3)
    for _ in range(6):
        scene.run()
        scene.platform.advance(70)
    with scene.begin() as work:
        ways = scene.scanning.ways.of(work, states)
        assert scene.scanning.ways.budget(work).used == 45
    assert len({one.config_id for one in ways.values()}) == 45
    assert len(scene.platform.corp.ways) == 45


def test_what_is_over_is_given_back(scene: Scene) -> None:
    state = scene.code(ends="2026-01-02T00:00:00")
    scene.run()
    assert len(scene.platform.corp.ways) == 1
    clock = scene.platform.clock
    assert isinstance(clock, FakeClock)
    scene.platform.advance(32 * 86_400)
    scene.run()
    assert scene.platform.corp.ways == {}
    with scene.database.read(COMMAND, scene.now) as work:
        assert scene.scanning.ways.of(work, [state]) == {}


def test_a_pool_swaps_full_groups_and_keeps_every_field(scene: Scene) -> None:
    platform = scene.platform
    chats = [platform.new_chat("AN", f"Friends {n}") for n in range(7)]
    given = {"title": "Friends", "chats": chats, "limit": 3, "auto_create": True,
             "base_name": "Friends", "base_id": 8}  # fmt: skip
    with scene.begin() as work:
        state = scene.scanning.groups.make(work, given).state
    scene.run()
    way = platform.corp.join_ways[scene.config(state)]
    assert (way.chats, way.given["state"], way.next_number) == (chats[:5], state, 8)
    people = [platform.new_customer() for _ in range(4)]
    for person in people[:2]:
        assert platform.join(way.config_id, person).chat_id == chats[0]
    with scene.begin() as work:
        scene.scanning.groups.hasten(work, [state])
    scene.run()
    way = platform.corp.join_ways[scene.config(state)]
    assert way.chats == chats[1:6]
    told = {"state": state, "remark": "Friends", "auto_create_room": 1,
            "room_base_name": "Friends", "room_base_id": 8}  # fmt: skip
    assert told.items() <= way.given.items()


def test_a_failure_is_forgotten_once_what_was_told_is_wanted_again(scene: Scene) -> None:
    state = scene.code(guides=["an"], spare=["bo"])
    scene.run()
    scene.platform.fault(41054, api=UPDATE)
    with scene.begin() as work:
        scene.scanning.channel.away(work, "an")
    scene.run()
    with scene.begin() as work:
        assert scene.scanning.ways.of(work, [state])[state].failed
        scene.scanning.channel.back(work, "an")
    scene.run()
    with scene.begin() as work:
        assert not scene.scanning.ways.of(work, [state])[state].failed
    assert behind(scene, state) == ("AN",)
