"""Tasks over HTTP, the dry run on a draft's page, and journeys that a program starts."""

import base64
import re
from typing import Any

import pytest

from coterie.core.actor import CLOCK, COMMAND
from coterie.core.event import Event
from coterie.messaging.model import Template
from web.console.conftest import Desk

JOURNEY: dict[str, Any] = {
    "entry": {"api": True},
    "start": "call",
    "title": {"en": "Care"},
    "nodes": {
        "call": {"do": "task", "to": "store", "script": "Call her\nand listen", "due": "2d",
                 "then": "w"},
        "w": {"do": "wait_for", "branches": [
            {"when": {"did": "coterie.task.done", "since": "entry"}, "then": "hello"},
        ]},
        "hello": {"do": "message", "channel": "sandbox", "template": "hello", "touch": "service",
                  "then": "end"},
    },
}  # fmt: skip


@pytest.fixture
def cared(desk: Desk) -> Desk:
    app, now = desk.app, desk.app.clock.now()
    with app.db.begin(COMMAND, now) as work:
        app.messaging.define_template(work, Template("hello", "Hello"))
        app.inbound.tell(work, app.journeys.define(work, "care", JOURNEY))
        item = Event(
            id="i1", type="identify", name="coterie.identified", time=now, received=now,
            source="test", user_id="u1", traits={"name": "Ada"},
        )  # fmt: skip
    app.inbound.bulk(COMMAND, now, [item])
    return desk


def call(desk: Desk, key: str, body: object) -> Any:
    packed = base64.b64encode(f"{key}:".encode()).decode()
    return desk.browser.post(
        "/v1/journeys/care/runs", json=body, headers={"authorization": f"Basic {packed}"}
    )


def test_a_program_starts_a_journey_with_a_write_key(cared: Desk) -> None:
    with cared.app.db.begin(COMMAND, cared.app.clock.now()) as work:
        key = cared.app.keys.new(work, "shop")
    asked = {"runs": [{"userId": "u1", "id": "a"}, {"userId": "u1", "id": "a"}, {"userId": "no"}]}
    answer = call(cared, key, asked)
    assert answer.status_code == 200
    told = answer.json()["runs"]
    assert [one["status"] for one in told] == ["started", "duplicate", "unknown"]
    assert told[0]["run"] == told[1]["run"]
    assert call(cared, "wrong", asked).status_code == 401
    assert call(cared, key, {"runs": [{"userId": "u1", "colour": 1}]}).status_code == 400
    by_hand = cared.browser.post("/api/journeys/care/runs", json={"runs": [{"userId": "u1"}]})
    assert by_hand.json()["runs"] == [{"userId": "u1", "status": "not_started"}]


def test_a_task_is_done_by_one_button(cared: Desk) -> None:
    assert "Nothing to do" in cared.get("/tasks").text
    cared.browser.post("/api/journeys/care/runs", json={"runs": [{"userId": "u1"}]})
    cared.settle()
    page = cared.get("/tasks").text
    assert "Call her" in page and "Ada" in page and "her store" in page and "Care" in page
    [address] = re.findall(r'action="(/tasks/[^"]+/done)"', page)
    assert cared.form(address).status_code == 303
    assert cared.form(address).status_code == 303, "twice changes nothing"
    cared.settle()
    assert "Call her" not in cared.get("/tasks").text
    done = cared.get("/tasks", show="done").text
    assert "Call her" in done and "&lt;" not in page + done
    with cared.app.db.read(CLOCK, cared.app.clock.now()) as work:
        [run] = cared.app.journeys.runs(work, "care")
    assert run.status == "ended", "the journey waited for it"
    assert "No task stands so" in cared.get("/tasks", show="expired").text
    assert cared.form("/tasks/none/done").status_code == 404


def test_a_draft_is_tried_on_what_has_happened(cared: Desk) -> None:
    assert "Nothing is recorded" in cared.get("/journeys/care/edit/dry-run").text
    with cared.app.db.begin(COMMAND, cared.app.clock.now()) as work:
        event = {"event": "coterie.identified"}
        cared.app.journeys.drafts.open(work, "care")
        cared.app.journeys.drafts.save(work, "care", {**JOURNEY, "entry": event})
    assert "Try it on what has happened" in cared.get("/journeys/care/edit").text
    page = cared.get("/journeys/care/edit/dry-run", days=7).text
    assert "1 person would have entered" in page
    assert "It would have said nothing" in page
