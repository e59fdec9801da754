"""By hand in Chinese: who joined this community yesterday?"""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from browser.conftest import Visit
from coterie.app import open_app
from coterie.core.actor import COMMAND
from coterie.core.clock import DAY, HOUR, local_date, midnight
from coterie.settings import Settings

pytestmark = pytest.mark.browser

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def joins() -> dict[str, int]:
    """How many joined the French table yesterday, and the day before."""
    return {}


@pytest.fixture
def house_folder(house_folder: Path, joins: dict[str, int]) -> Path:
    """The small wine house, where two people came to the French table yesterday, one before."""
    app = open_app(Settings(data=house_folder))
    now = app.clock.now()
    today = local_date(now, SHANGHAI)
    start = midnight(today, SHANGHAI)
    with app.db.read(COMMAND, now) as work:
        outside = list(app.profiles.everyone(work) - app.communities.members(work, "france"))
    for profile, at in zip(outside[:3], (start - HOUR, start - DAY, start - DAY - 1), strict=True):
        with app.db.begin(COMMAND, at) as work:
            app.communities.join(work, "france", [profile], "code")
    with app.db.read(COMMAND, now) as work:
        for name, days in (("yesterday", 1), ("the day before", 2)):
            day = today - timedelta(days=days)
            joins[name] = app.communities.count_turns(work, "france", day, "joined")
    app.close()
    return house_folder


def test_yesterdays_joins_of_one_community(visit: Visit, joins: dict[str, int]) -> None:
    page = visit.page
    visit.open("/")
    task = visit.task("yesterdays-joins")
    task.click(page.get_by_label("主导航").get_by_role("link", name="社群", exact=True))
    expect(page.get_by_role("heading", level=1)).to_have_text("社群")
    card = page.get_by_role("article", name="法餐桌 · 法国")
    task.click(card.get_by_role("link", name="昨天谁加入了"))
    joined = page.get_by_role("table", name="加入的人")
    expect(joined).to_be_in_viewport()
    rows = joined.get_by_role("row").filter(has=page.get_by_role("rowheader"))
    expect(rows).to_have_count(joins["yesterday"])
    task.done()
    assert task.clicks <= 8
    assert joins["yesterday"] >= 2

    # the day before, by one press more; and each name leads to the person
    page.get_by_role("link", name="前一天").click()
    expect(page.get_by_role("heading", level=2, name="昨天")).to_have_count(0)
    expect(rows).to_have_count(joins["the day before"])
    rows.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert "/people/" in page.url


def test_a_branch_of_the_tree_opens_in_place_and_keeps_the_keyboard(visit: Visit) -> None:
    page = visit.page
    visit.open("/topics")
    toggle = page.get_by_role("link", name="展开 葡萄酒")
    toggle.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="意大利", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="收起 葡萄酒")).to_be_focused()
    assert page.url.endswith("/topics?open=wine")
    page.go_back()
    expect(page.get_by_role("link", name="意大利", exact=True)).to_have_count(0)


def test_an_items_new_topics_are_shown_before_they_are_in_force(visit: Visit) -> None:
    page = visit.page
    visit.open("/items")
    task = visit.task("retag-an-item")
    task.click(page.get_by_role("table", name="商品与内容").get_by_role("link").first)
    task.type(page.get_by_label("添加主题"), "wine/orange")
    task.click(page.get_by_role("button", name="先看会有什么变化"))
    expect(page.get_by_role("note").filter(has_text="人的兴趣会改变")).to_be_visible()
    task.click(page.get_by_role("button", name="确认生效"))
    expect(page.get_by_role("checkbox", name="wine/orange")).to_be_checked()
    task.done()
    assert task.clicks <= 8


def test_a_community_is_changed_with_its_effect_seen_first(visit: Visit) -> None:
    page = visit.page
    visit.open("/communities/italy/edit")
    page.get_by_label("承诺（中文）").fill("每周两瓶意大利酒。")
    page.get_by_role("button", name="先看会有什么变化").click()
    expect(page.get_by_label("承诺（中文）")).to_have_value("每周两瓶意大利酒。")
    page.get_by_role("button", name="确认生效").click()
    expect(page.get_by_role("main").get_by_text("每周两瓶意大利酒。").first).to_be_visible()
    page.get_by_role("button", name="暂停邀请").click()
    page.get_by_role("dialog", name="暂停邀请？").get_by_role("button", name="暂停").click()
    expect(page.get_by_role("note").filter(has_text="邀请已暂停")).to_be_visible()
