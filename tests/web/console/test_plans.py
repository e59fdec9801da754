"""Plans over HTTP: written in a form, switched on, carried out, and how it went."""

from typing import Any

import pytest

from coterie.core.actor import CLOCK
from coterie.core.clock import HOUR
from coterie.testing.clock import FakeClock
from web.console.conftest import Desk

PLAN: dict[str, Any] = {
    "version": "0", "slug": "welcome", "start": "added", "title_en": "New customer",
    "missed": "next", "grace": "3", "to": "guide", "steps": "2",
    "key-0": "", "when-0": "0", "opens-0": "10:00", "closes-0": "20:00", "do-0": "member",
    "text-0": "Say <hello>",
    "key-1": "", "when-1": "3", "opens-1": "10:00", "closes-1": "20:00", "do-1": "member",
    "text-1": "Ask what she likes",
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title_en": ""}, "needs a title"),
        ({"when-1": "x"}, "Step 2: which day?"),
        ({"closes-0": "09:00"}, "Step 1: the window"),
        ({"text-0": ""}, "Step 1: say what"),
        ({"do-1": "mass"}, "Step 2: a mass send needs a template"),
        ({"steps": "0"}, "A plan needs a step"),
        ({"start": "weekly", "when-0": "1", "when-1": "2"}, "Choose whom it is about"),
        ({"slug": "new"}, "small letters"),
    ],
)
def test_what_is_wrong_is_said(desk: Desk, change: dict[str, str], words: str) -> None:
    answer = desk.form("/tasks/plans/save", **{**PLAN, **change})
    assert answer.status_code == 400 and words in answer.text


def test_a_plan_is_written_and_gives_tasks(desk: Desk) -> None:
    assert "No plan yet" in desk.get("/tasks/plans").text
    grown = desk.form("/tasks/plans/reshape", **PLAN, add="1").text
    assert 'name="when-2"' in grown and 'name="when-3"' not in grown
    shrunk = desk.form("/tasks/plans/reshape", **PLAN, drop="0").text
    assert "Ask what she likes" in shrunk and 'name="when-1"' not in shrunk
    assert desk.form("/tasks/plans/save", **PLAN).headers["location"] == "/tasks/plans/welcome"
    assert desk.form("/tasks/plans/welcome/switch", on="1").status_code == 303

    clock = desk.app.clock
    assert isinstance(clock, FakeClock)
    event = {"type": "track", "event": "Contact Added", "userId": "u1", "messageId": "m1"}
    with desk.app.db.begin(CLOCK, clock.now()) as work:
        key = desk.app.keys.new(work, "shop")
    desk.browser.post("/v1/batch", json={"batch": [event]}, auth=(key, ""))
    desk.settle()
    clock.set(clock.now() + 2 * HOUR)  # 10:00 in Shanghai
    desk.settle()
    page = desk.get("/tasks").text
    assert "Say &lt;hello&gt;" in page and "New customer" in page and "a colleague" in page
    with desk.app.db.read(CLOCK, clock.now()) as work:
        [task] = desk.app.tasks.page(work, ["open"])
    assert desk.form(f"/tasks/{task.id}/done").status_code == 303
    page = desk.get("/tasks/adherence").text
    assert "100" in page and "New customer" in page and "nobody yet" in page
    page = desk.get("/tasks/plans/welcome").text
    assert "1 person under way" in desk.get("/tasks/plans").text and "3 days after" in page
    assert desk.get("/api/plans").json()["plans"][0]["people"] == {"live": 1}

    edited = desk.get("/tasks/plans/welcome/edit").text
    assert 'value="s1-1"' in edited, "a step keeps its name"
    stale = desk.form("/tasks/plans/save", **PLAN)
    assert stale.status_code == 400 and "Somebody else changed it" in stale.text
    desk.form("/tasks/plans/welcome/switch", on="0")
    assert "Switch on" in desk.get("/tasks/plans/welcome").text
