"""Welcomes over HTTP: the right words, in time, once; and why there was none."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from channels.wecom.scene import Scene
from coterie.channels.wecom.client.parts import Text
from coterie.channels.wecom.welcomes import store
from coterie.channels.wecom.welcomes.model import Due
from coterie.codes.channel.welcome import Welcome
from coterie.core.clock import DAY
from coterie.storage.database import Database
from coterie.storage.work import Work
from coterie.testing.wecom import Wecom

SEND = "externalcontact/send_welcome_msg"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


@pytest.fixture
def scene(one_database: Database, wecom: Wecom, tmp_path: Path) -> Iterator[Scene]:
    with Scene(one_database, wecom, tmp_path) as made:
        yield made


@pytest.fixture
def each_scene(database: Database, wecom: Wecom, tmp_path: Path) -> Iterator[Scene]:
    """The scene on each database."""
    with Scene(database, wecom, tmp_path) as made:
        yield made


def texts(scene: Scene) -> list[str]:
    return [one["text"]["content"] for one in sent(scene)]


def sent(scene: Scene) -> list[dict[str, Any]]:
    return [one.data["message"] for one in scene.platform.journal if one.kind == "welcome"]


def code_saying(scene: Scene, text: str = "Dear {name}, I am {guide}", **more: object) -> str:
    state = scene.code(welcome={"text": text}, **more)
    scene.run()
    return state


def test_a_newcomer_is_told_once_and_nothing_of_her_is_kept(each_scene: Scene) -> None:
    scene = each_scene
    state = code_saying(scene)
    came = scene.came(state, name="Lin")
    with scene.begin() as work:
        assert scene.scanning.welcomes.next_due(work) == scene.now
        scene.scanning.welcomes.note(work, [came])  # the callback came twice
    scene.run()
    assert texts(scene) == ["Dear Lin, I am An"]
    whole = scene.note(came.userid, came.external_userid, state, "", half=False)
    assert whole.id != came.id
    scene.run()
    assert scene.outcomes(state) == [("already", None), ("sent", "code")] or scene.outcomes(
        state
    ) == [("sent", "code"), ("already", None)]
    with scene.begin() as work:
        figures = scene.scanning.welcomes.figures(work, [state])
        assert (figures.counts, figures.p95) == ({"sent": 1, "already": 1}, 0)
        rows = work.connection.exec_driver_sql("SELECT external_userid, code FROM wecom_welcomes")
        assert {tuple(row) for row in rows} == {(None, None)}
        assert scene.scanning.welcomes.tidy(work, scene.now + DAY) == 2


def test_what_is_said_goes_by_precedence(scene: Scene) -> None:
    scene.run()
    everything = {
        "welcome": {"text": "code"},
        "specials": [{"from": "2026-01-02", "welcome": {"text": "special"},
                      "slots": [{"from": "0:00", "to": "24:00"}]}],
        "slots": [{"days": ["thu"], "from": "8:00", "to": "9:00", "welcome": {"text": "slot"}}],
        "spare": ["an"],
    }  # fmt: skip
    state, plain = scene.code(**everything), scene.code(placement="plain")
    scene.run()
    said = []
    for seconds in (0, 3_600, 86_400):  # at eight on a Thursday, an hour later, the next day
        scene.platform.advance(seconds)
        scene.run()
        scene.came(state)
        scene.run()
        said.append(texts(scene)[-1])
    assert said == ["slot", "code", "special"]
    welcomes = scene.scanning.welcomes
    for given, guide in (({"text": "brand"}, None), ({"text": "guide"}, "an")):
        with scene.begin() as work:
            welcomes.keep_text(work, given, guide)
        scene.came(plain)
        scene.run()
        said.append(texts(scene)[-1])
    assert said[-2:] == ["brand", "guide"]

    class Fission:
        def welcome(self, _work: Work, due: Due) -> Welcome | None:
            return Welcome("fission") if due.state == state else None

    welcomes._first = (Fission(),)
    scene.came(state)
    scene.run()
    assert texts(scene)[-1] == "fission"
    assert {origin for _, origin in scene.outcomes()} == {
        "special", "slot", "code", "guide", "brand", "fission",
    }  # fmt: skip


def test_why_nobody_was_told(scene: Scene) -> None:
    state = code_saying(scene)
    silent = scene.code(placement="silent", welcome={"none": True})
    blocking = scene.code(placement="b", welcome={"text": "Hi", "blocked": ["agency"]})
    nothing = scene.code(placement="nothing")
    scene.run()
    scene.came(state, kind=2)  # of another corporation: the platform gives no code
    scene.came(silent)
    scene.came(nothing)
    scene.came(blocking, name="Best AGENCY")
    late = scene.came(state)
    scene.platform.advance(20)
    scene.run()
    assert texts(scene) == []
    with scene.begin() as work:
        late = replace(late, id="late", userid="BO")
        scene.scanning.welcomes.note(work, [late])
        told = {(one.state, one.status) for one in scene.scanning.welcomes.page(work)}
    assert told == {
        (state, "no_code"), (silent, "none"), (nothing, "none"), (blocking, "expired"),
        (state, "expired"),
    }  # fmt: skip
    scene.came(blocking, name="Best AGENCY")
    scene.run()
    assert ("blocked", "code") in scene.outcomes(blocking)
    assert texts(scene) == []


def test_another_app_that_sends_is_waited_for(scene: Scene) -> None:
    state = code_saying(scene, "Hello")
    scene.platform.welcome_busy(2)
    scene.came(state)
    scene.run()
    for _ in range(2):
        scene.platform.advance(1)
        scene.run()
    assert texts(scene) == ["Hello"]
    with scene.begin() as work:
        (one,) = scene.scanning.welcomes.page(work, state)
        assert (one.status, one.busy, one.tries) == ("sent", 2, 3)
        p95 = scene.scanning.welcomes.figures(work, [state]).p95
    assert p95 is not None
    assert 1_000 <= p95 <= 3_000


def test_who_was_quicker_is_told_as_such(scene: Scene) -> None:
    state = code_saying(scene, "Hello")
    came = scene.came(state)
    scene.client.welcomes.send(came.code, Text(content="Hello"))
    scene.run()
    assert scene.outcomes(state) == [("taken", "code")]


def test_an_attempt_that_broke_off_is_settled_and_never_sent_twice(scene: Scene) -> None:
    state = code_saying(scene, "Hello")
    for reached in (True, False):
        came = scene.came(state)
        with scene.begin() as work:  # the process dies in the middle of an attempt
            chosen, packages = scene.scanning.welcomes._prepare(work, store.due(work, 10))
            assert packages.keys() == chosen.keys() == {came.id}
        if reached:
            scene.client.welcomes.send(came.code, Text(content="Hello"))
        scene.scanning = scene.open()
        scene.run()
    assert scene.outcomes(state) == [("sent", "code"), ("sent", "code")]
    assert scene.platform.count("welcome") == 2


def test_pictures_are_there_before_anybody_comes(scene: Scene) -> None:
    (scene.pictures / "card").write_bytes(PNG)
    chat = scene.platform.new_chat("AN", "Friends")
    with scene.begin() as work:
        group = scene.scanning.groups.make(work, {"title": "Friends", "chats": [chat]}).state
    welcome = {"text": "Join {group}", "attached": [
        {"kind": "image", "asset": "card"}, {"kind": "image", "asset": "gone"},
        {"kind": "link", "title": "Shop", "url": "https://shop.example"},
    ]}  # fmt: skip
    state = scene.code(welcome=welcome, group="store", store="s1")
    with scene.begin() as work:
        scene.scanning.welcomes.prepare(work, Welcome("x", ()), None)
        scene.scanning.welcomes.keep_text(work, welcome)
    scene.run()
    scene.came(state)
    scene.run()
    (said,) = sent(scene)
    kinds = [part["msgtype"] for part in said["attachments"]]
    assert said["text"]["content"] == "Join Friends"
    assert kinds == ["image", "link", "link"]
    assert said["attachments"][-1]["link"]["url"] == f"https://shop.example/c/{group}"
    scene.run()  # the group's own picture is uploaded meanwhile
    scene.came(state)
    scene.run()
    *_, said = sent(scene)
    assert [part["msgtype"] for part in said["attachments"]] == ["image", "link", "image"]
    with scene.begin() as work:
        (failure,) = scene.scanning.welcomes.failures(work)
    assert (failure.asset, failure.reason) == ("gone", "there is no such picture")
