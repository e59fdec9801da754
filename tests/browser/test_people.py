"""People by hand, in Chinese: found by the palette, by filters, by the keyboard; and their why."""

import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import expect

from browser.conftest import Visit

pytestmark = pytest.mark.browser


def someone(visit: Visit, query: str) -> str:
    """Find somebody's outside id in the house's own database."""
    with closing(sqlite3.connect(visit.folder / "coterie.db")) as database:
        found = database.execute(query).fetchone()
    assert found is not None, query
    return str(found[0])


def user_id_of(visit: Visit, uid: str) -> str:
    """Read on her page what she is called."""
    visit.open(f"/people/{uid}")
    return visit.page.locator("h1").inner_text()


MEMBER = """SELECT p.uid FROM profiles p JOIN community_participations c ON c.profile = p.id
            WHERE c.community = 'france' LIMIT 1"""
HELD = """SELECT p.uid FROM profiles p JOIN messages m ON m.profile = p.id
          WHERE m.status = 'held' AND m.reason = 'no_consent'
          AND NOT EXISTS (SELECT 1 FROM consent_facts c WHERE c.profile = p.id) LIMIT 1"""


def test_find_a_person_and_say_why_she_is_in_a_segment(visit: Visit) -> None:
    page = visit.page
    user_id = user_id_of(visit, someone(visit, MEMBER))
    visit.open("/")
    task = visit.task("why-in-segment")
    task.press("Control+k")
    task.type(page.get_by_role("combobox", name="搜索"), user_id)
    page.get_by_role("option", name=user_id).wait_for()
    task.press("Enter")
    expect(page.locator("h1")).to_have_text(user_id)
    task.click(page.get_by_role("link", name="法国酒爱好者"))
    why = page.locator("#why")
    expect(why).to_contain_text("在分群中")
    expect(why).to_contain_text("以下全部满足")
    expect(why).to_contain_text("要求 ≥ 5")
    task.done()
    assert task.clicks <= 8
    evidence = why.locator("details").first
    evidence.locator("summary").click()
    expect(evidence).to_contain_text("给酒评分")
    page.get_by_label("其他分群").select_option("italy-lovers")
    expect(why).to_contain_text("不在分群中")


def test_find_why_a_message_was_held(visit: Visit) -> None:
    page = visit.page
    user_id = user_id_of(visit, someone(visit, HELD))
    visit.open("/people")
    task = visit.task("why-held")
    task.type(page.get_by_label("姓名、用户编号、手机号或邮箱"), user_id)
    rows = page.locator("[data-row]")
    expect(rows).to_have_count(1)
    task.click(rows.first)
    first = page.locator("section[aria-labelledby=reach]")
    expect(first).to_contain_text("暂时不能")
    expect(first).to_contain_text("最近一次被拦截")
    expect(first).to_contain_text("未获授权")
    expect(first).to_contain_text("从未授权")
    task.done()
    assert task.clicks <= 8


def test_filters_add_up_and_come_off_again(visit: Visit) -> None:
    page = visit.page
    visit.open("/people")
    everybody = page.locator("#people .figure").first.inner_text()
    page.get_by_label("分群", exact=True).select_option("tasters")
    chip = page.get_by_role("link", name="移除筛选：属于“品鉴者（评分满10次）”")
    chip.wait_for()
    page.get_by_label("授权").select_option("given")
    page.get_by_role("link", name="移除筛选：已授权触达").wait_for()
    assert "segment=tasters" in page.url
    assert "consent=given" in page.url
    assert page.locator("#people .figure").first.inner_text() != everybody
    page.get_by_role("link", name="清除全部").click()
    expect(page.locator("#people .figure").first).to_have_text(everybody)


def test_what_is_typed_stays_while_the_list_changes(visit: Visit) -> None:
    page = visit.page
    user_id = user_id_of(visit, someone(visit, MEMBER))
    visit.open("/people")
    field = page.get_by_label("姓名、用户编号、手机号或邮箱")
    field.click()
    field.press_sequentially(user_id, delay=60)
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(field).to_be_focused()
    expect(field).to_have_value(user_id)


def test_the_arrow_keys_walk_over_the_rows(visit: Visit) -> None:
    page = visit.page
    visit.open("/people")
    rows = page.locator("[data-row]")
    rows.first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(rows.nth(2)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(rows.nth(1)).to_be_focused()
    name = rows.nth(1).inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(name)


def test_a_long_life_is_read_page_by_page_and_by_family(visit: Visit) -> None:
    page = visit.page
    longest = """SELECT p.uid FROM profiles p JOIN fading f ON f.profile = p.id
                 GROUP BY p.id ORDER BY count(*) DESC LIMIT 1"""
    visit.open(f"/people/{someone(visit, longest)}")
    lines = page.locator("section[aria-labelledby=timeline] ol > li")
    before = lines.count()
    page.get_by_role("link", name="显示更早的").click()
    expect(lines.nth(before + 5)).to_be_visible()
    page.locator("section[aria-labelledby=timeline]").get_by_role("link", name="内容").click()
    expect(page.locator("section[aria-labelledby=timeline] [aria-current]")).to_contain_text("内容")
    expect(lines.first).to_contain_text("给酒评分")
