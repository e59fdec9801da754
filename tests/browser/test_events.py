"""What an operator does with events by hand: watch one come in, let a refused one in."""

import base64
import json
import urllib.request

import pytest

from browser.conftest import Visit
from coterie.app import open_app
from coterie.core.actor import COMMAND
from coterie.settings import Settings

pytestmark = pytest.mark.browser


def write_key(visit: Visit) -> str:
    """Make a write key in the house that is being served, as the command line does."""
    app = open_app(Settings(data=visit.folder))
    with app.db.begin(COMMAND, app.clock.now()) as work:
        key = app.keys.new(work, "shop")
    app.close()
    return key


def send(visit: Visit, key: str, *items: dict[str, object]) -> None:
    """Send a batch over HTTP, as any library does."""
    body = json.dumps({"batch": [{"type": "track", **item} for item in items]}).encode()
    request = urllib.request.Request(f"{visit.url}/v1/batch", body)
    request.add_header("Authorization", f"Basic {base64.b64encode(f'{key}:'.encode()).decode()}")
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200


def test_an_event_shows_up_while_one_watches(visit: Visit) -> None:
    key = write_key(visit)
    visit.open("/events")
    page = visit.page
    rows = page.locator("[data-rows] > li")
    rows.first.wait_for()
    before = rows.first.get_attribute("id")
    task = visit.task("watch-an-event-come-in")
    send(visit, key, {"userId": "阿达", "event": "Article Read", "properties": {"item": "101"}})
    fresh = page.locator("[data-rows] > li", has_text="阿达")
    fresh.wait_for()
    assert rows.first.get_attribute("id") != before
    task.click(fresh.get_by_role("link", name="阅读文章"))
    page.get_by_role("heading", name="阅读文章").wait_for()
    assert page.locator("pre").inner_text().strip().startswith("{")
    task.done()
    assert task.clicks <= 8


def test_pausing_holds_the_tail_still(visit: Visit) -> None:
    key = write_key(visit)
    visit.open("/events")
    page = visit.page
    page.get_by_role("link", name="暂停").click()
    page.get_by_role("link", name="继续").wait_for()
    send(visit, key, {"userId": "阿达", "event": "Article Read"})
    page.get_by_role("link", name="继续").click()
    page.locator("[data-rows] > li", has_text="阿达").wait_for()


def test_a_refused_event_is_mended_and_let_in(visit: Visit) -> None:
    key = write_key(visit)
    send(
        visit,
        key,
        {"userId": "小芳", "event": "Article Read"},
        {"userId": "小芳", "event": "Article Read", "timestamp": "昨天"},
    )
    visit.open("/")
    page = visit.page
    task = visit.task("replay-a-quarantined-event")
    task.click(page.get_by_role("link", name="隔离区有 1 条行为待处理"))
    task.click(page.get_by_role("link", name="修正最新一条"))
    assert page.locator("pre").get_by_text("昨天").is_visible()
    area = page.get_by_role("textbox", name="内容")
    payload = json.loads(area.input_value())
    del payload["timestamp"]
    task.type(area, json.dumps(payload, ensure_ascii=False))
    task.click(page.get_by_role("button", name="重新读入"))
    page.get_by_text("该行为已放行。").wait_for()
    page.get_by_role("heading", name="隔离区是空的").wait_for()
    task.done()
    assert task.clicks <= 8
    visit.open("/events?person=小芳")
    page.locator("[data-rows] > li").nth(1).wait_for()
    assert page.locator("[data-rows] > li").count() == 2
