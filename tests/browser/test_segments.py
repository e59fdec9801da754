"""Segments by hand, in Chinese: build one and save it; see who would leave before it changes."""

import re

import pytest
from playwright.sync_api import expect

from browser.conftest import Visit

pytestmark = pytest.mark.browser


def test_build_a_segment_and_save_it(visit: Visit) -> None:
    visit.open("/segments")
    page, task = visit.page, visit.task("build-a-segment")
    task.click(page.get_by_role("link", name="待召回"))
    task.type(page.locator("[name='r.0/topic']"), "意大利")
    task.type(page.locator("[name='r.0/is.0.value']"), "4")
    task.type(page.locator("[name='r.0/amount']"), "60")
    task.type(page.locator("[name='r.1/amount']"), "14")
    task.type(page.get_by_label("中文名称"), "最近爱上意大利、又安静下来的人")
    expect(page.locator("#sentence")).to_have_text(
        "最近 60 天内 给酒评分(主题 意大利) 至少 4 次 且 并非(最近 14 天内 有任意行为)"
    )
    live = page.locator("#live-count").inner_text()
    task.click(page.get_by_role("button", name="保存", exact=True))
    expect(page.get_by_role("heading", level=1)).to_have_text("最近爱上意大利、又安静下来的人")
    expect(page.locator("main .figure").first).to_have_text(live)
    assert task.clicks <= 8
    task.done()


def test_see_who_would_leave_if_the_number_became_five(visit: Visit) -> None:
    rule = {"did": "Wine Rated", "topic": "wine/italy", "count": {">=": 4}}
    made = visit.page.request.post(
        f"{visit.url}/api/segments/italy-four", data={"rule": rule, "title_zh": "意大利四次"}
    )
    before = made.json()["population"]
    visit.open("/segments")
    page, task = visit.page, visit.task("see-who-would-leave")
    task.click(page.get_by_role("link", name="意大利四次"))
    task.click(page.get_by_role("link", name="修改规则"))
    task.type(page.locator("[name='r/is.0.value']"), "5")
    expect(page.locator("#live-leave")).to_have_text(re.compile("[1-9]"))
    leaving = int(page.locator("#live-leave").inner_text())
    assert int(page.locator("#live-count").inner_text()) == before - leaving
    assert page.evaluate("document.activeElement.name") == "r/is.0.value", "focus was lost"
    task.click(page.get_by_role("button", name="查看影响并保存"))
    expect(page.get_by_role("region", name="离开的人").get_by_role("link")).to_have_count(
        min(leaving, 50)
    )
    assert task.clicks <= 8
    task.done()
    page.get_by_role("button", name="确认生效").click()
    expect(page.locator("main .figure").first).to_have_text(str(before - leaving))
    expect(page.get_by_role("status")).to_contain_text("已保存为新版本。")


def test_conditions_are_added_moved_grouped_and_taken_away(visit: Visit) -> None:
    visit.open("/segments/new")
    page = visit.page
    kinds = page.locator("select[name$='/kind']")

    def choose(menu: str, button: str) -> None:
        page.locator(f"[id='{menu}']").click()
        page.locator(f"[id='{button}']").click()

    choose("adding-r", "add-r-tag")
    expect(page.locator("[name='r.1/kind']")).to_be_focused()
    page.locator("[name='r.1/tag']").fill("vip")
    expect(page.locator("#sentence")).to_contain_text("有标签“vip”")
    choose("menu-r.1", "act-up:r.1")
    expect(page.locator("[name='r.0/tag']")).to_have_value("vip")
    expect(page.locator("[name='r.0/kind']")).to_be_focused()
    expect(page.locator("[name='r.1/event']")).to_have_value("Wine Rated")
    choose("menu-r.1", "act-wrap:r.1:any")
    expect(page.locator("[name='r.1/kind']")).to_have_value("any")
    page.locator("[name='r.1.0/kind']").select_option("score")
    expect(page.locator("#sentence")).to_contain_text("活跃度分")
    choose("menu-r.0", "act-into:r.0")
    expect(page.locator("[name='r.0.0/tag']")).to_have_value("vip")
    choose("menu-r.0.0", "act-remove:r.0.0")
    expect(kinds).to_have_count(3)
    page.get_by_role("button", name="撤销").click()
    expect(page.locator("[name='r.0.0/tag']")).to_have_value("vip")


def test_conditions_are_carried_by_the_pointer_and_written_as_json(visit: Visit) -> None:
    page = visit.page
    page.set_viewport_size({"width": 1280, "height": 1800})
    visit.open("/segments/new?start=leaving")
    page.locator("#add-r-group").click()
    there = page.locator("[data-place='r.2.1']")
    expect(there).to_be_visible()
    expect(page.locator("#live:not([aria-busy])")).to_be_attached()
    page.locator("[data-place='r.0'] [data-grip]").hover()
    page.mouse.down()
    box = there.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 60, box["y"] + 8, steps=4)
    expect(page.locator("[data-drop='before'][data-place='r.2.1']")).to_be_attached()
    page.mouse.up()
    expect(page.locator("[name='r.1.1/is.0.value']")).to_have_value("5")
    expect(page.locator("[name='r.1.1/amount']")).to_have_value("180")

    page.locator("#analysts summary").click()
    page.locator("#as-json").fill('{"not": {"any": [{"tag": "vip"}]}}')
    expect(page.locator("[name='r/kind']")).to_have_value("none")
    page.locator("#as-json").fill('{"not": {"any": [{"tagg": "vip"}]}}')
    expect(page.locator("#json-fault")).to_contain_text("not.any[0].tagg")
    page.locator("[name='r.0/tag']").fill("gold")
    expect(page.locator("#as-json")).to_have_value(re.compile("gold"))
    expect(page.locator("#json-fault")).to_be_empty()


def test_the_builder_works_without_javascript(visit: Visit) -> None:
    browser = visit.page.context.browser
    assert browser is not None
    with browser.new_context(locale="zh-CN", java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{visit.url}/segments/new")
        page.locator("[name='r.0/topic']").fill("意大利")
        page.locator("[id='adding-r']").click()
        page.locator("#add-r-tag").click()
        page.locator("[name='r.1/tag']").fill("vip")
        page.get_by_role("button", name="刷新").click()
        expect(page.locator("#sentence")).to_have_text("给酒评分(主题 意大利) 且 有标签“vip”")
        page.get_by_label("中文名称").fill("贵宾")
        page.get_by_role("button", name="保存", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("贵宾")
