"""Dead letters as an operator meets them: by cause, and sent once more."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from coterie.core.actor import COMMAND
from coterie.messaging.model import Request, Template
from coterie.storage import audit
from coterie.testing.channels import MemoryChannel
from web.console.conftest import Desk


@pytest.fixture
def failed(desk: Desk) -> tuple[Desk, MemoryChannel]:
    """Three messages that a provider refused for good."""
    app = desk.app
    way = MemoryChannel("sandbox")
    app.messaging.channels["sandbox"] = way  # type: ignore[index]
    body = b'{"userId":"<u1>"}'
    app.door.accept("shop", body, "identify", app.clock.now())
    desk.settle()
    way.fail(3, permanent=True)
    with app.db.begin(COMMAND, app.clock.now()) as work:
        profile = app.profiles.find(work, "user_id", "<u1>")
        assert profile is not None
        app.messaging.define_template(work, Template("hello", "Ciao", "Hi"))
        wanted = [
            Request(profile, "sandbox", "hello", "service", f"k{n}", "journey:welcome")
            for n in range(3)
        ]
        app.messaging.send(work, wanted)
    desk.settle()
    return desk, way


def test_what_failed_lies_by_its_cause_and_goes_out_once_more(
    failed: tuple[Desk, MemoryChannel],
) -> None:
    desk, way = failed
    page = desk.get("/messages/failed", lang="en").text
    assert "&lt;u1&gt;" in page and "<u1>" not in page
    [detail] = re.findall(r'name="detail" value="([^"]*)"', page)
    cause: dict[str, Any] = {
        "channel": "sandbox",
        "reason": "rejected",
        "detail": detail.replace("&#39;", "'"),
    }
    answer = desk.form("/messages/failed/replay", **cause)
    assert answer.status_code == 303
    desk.settle()
    assert len(way.delivered) == 3
    assert len(set(way.handed)) == 3, "the same keys as before"
    assert "Nothing failed" in desk.get("/messages/failed", lang="en").text
    with desk.app.db.read(COMMAND, 0) as work:
        [row] = [one for one in audit.latest(work) if one.verb == "replay_messages"]
    assert row.detail == {"reason": "rejected", "messages": 3}


def test_one_message_goes_out_once_more_and_its_page_says_so(
    failed: tuple[Desk, MemoryChannel],
) -> None:
    desk, way = failed
    listed = desk.get("/messages/failed", lang="en").text
    [message, *_] = re.findall(r'href="/messages/([0-9a-f]{32})"', listed)
    assert "Send it once more" in desk.get(f"/messages/{message}", lang="en").text
    assert desk.form(f"/messages/{message}/replay").status_code == 303
    desk.settle()
    assert list(way.delivered) == [message]
    page = desk.get(f"/messages/{message}", lang="en").text
    assert "Sent once more" in page and "2 attempts" in page
    assert desk.form(f"/messages/{message}/replay").status_code == 400
    assert desk.form("/messages/nothing/replay").status_code == 404


def test_a_provider_tells_later_at_its_own_door(failed: tuple[Desk, MemoryChannel]) -> None:
    desk, _ = failed
    browser = TestClient(desk.browser.app, base_url="http://127.0.0.1")
    for channel in ("sandbox", "nothing"):
        answer = browser.post(f"/callbacks/{channel}", content=b"{}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
