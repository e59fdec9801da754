"""Journeys by hand in Chromium, in Chinese: a changed wait goes live; steps are put in and out."""

import re
from contextlib import closing
from typing import Literal

import pytest
from playwright.sync_api import expect

from browser.conftest import Visit
from browser.test_every_page import serious
from coterie.app import open_app
from coterie.core.actor import CLOCK
from coterie.settings import Settings

pytestmark = pytest.mark.browser


def test_publish_a_changed_wait_in_a_journey(visit: Visit) -> None:
    page = visit.page
    visit.open("/")
    task = visit.task("publish-a-changed-wait")
    task.click(page.locator('aside a[href="/journeys"]'))
    task.click(page.get_by_role("link", name="唤醒沉睡客户"))
    people = page.locator('[data-step="pause"]').get_by_text("人在此").inner_text()
    waiting = re.sub(r"\D", "", people)
    task.click(page.get_by_role("link", name="编辑"))
    task.click(page.locator('[data-step="pause"]'))
    task.type(page.locator('#step input[name="for"]'), "9")
    task.click(page.get_by_role("button", name="发布…"))
    expect(page.get_by_role("heading", name="发布前确认")).to_be_visible()
    expect(page.get_by_text(f"{waiting} 人在此等待：“等待 9 天”")).to_be_visible()
    expect(page.get_by_text(f"{waiting} 人的等待变长")).to_be_visible()
    task.click(page.get_by_role("button", name="立即发布"))
    expect(page.get_by_text("第 2 版已上线")).to_be_visible()
    task.done()
    expect(page.locator('[data-step="pause"]')).to_contain_text("等待 9 天")
    expect(page.locator('[data-step="pause"]')).to_contain_text(people)
    assert task.clicks <= 8
    with (
        closing(open_app(Settings(data=visit.folder))) as app,
        app.db.read(CLOCK, app.clock.now()) as work,
    ):
        assert app.journeys.get(work, "win-back").source["nodes"]["pause"]["for"] == "9d"
        assert app.journeys.counts(work, "win-back").nodes == {"pause": int(waiting)}


def test_a_change_is_in_the_draft_without_a_button_and_a_step_is_put_in(visit: Visit) -> None:
    page = visit.page
    visit.open("/journeys/win-back/edit")
    page.locator('[data-step="pause"]').click()
    page.locator('#step select[name="for-unit"]').select_option("h")
    expect(page.locator('[data-step="pause"]')).to_contain_text("等待 7 小时")
    expect(page.get_by_text("草稿已保存")).to_be_visible()
    expect(page).to_have_url(re.compile("node=pause"))
    page.get_by_role("link", name="在此插入步骤").nth(1).click()
    page.get_by_role("button", name="打标签").click()
    expect(page.locator("#step")).to_be_visible()
    expect(page.get_by_text("发布前还有 1 处需要修正")).to_be_visible()
    page.locator('#step input[name="tag"]').fill("asked")
    page.locator('#step input[name="tag"]').press("Tab")
    expect(page.locator('[data-step="tag"]')).to_contain_text("打上标签“asked”")
    expect(page.get_by_text("需要修正")).to_have_count(0)
    page.get_by_role("button", name="移除此步骤").click()
    expect(page.locator('[data-step="tag"]')).to_have_count(0)


def test_a_condition_changes_its_kind_in_place(visit: Visit) -> None:
    page = visit.page
    visit.open("/journeys/win-back/edit?node=look")
    page.locator('select[name="if-way"]').select_option("segment")
    expect(page.locator('[data-step="look"]')).to_contain_text("属于分群")
    page.locator('select[name="if-name"]').select_option("italy-lovers")
    expect(page.locator('[data-step="look"]')).to_contain_text("意大利酒爱好者")
    page.locator('input[name="if-not"]').check()
    expect(page.locator('[data-step="look"]')).to_contain_text("不属于分群")


INSIDE = (
    "/journeys/new",
    "/journeys/win-back?node=pause",
    "/journeys/win-back?node=hello",
    "/journeys/win-back?node=",
    "/journeys/win-back/people?node=pause",
    "/journeys/win-back/versions/1",
    "/journeys/win-back/edit?node=",
    "/journeys/win-back/edit?node=hello",
    "/journeys/win-back/edit?node=pause",
    "/journeys/win-back/edit?node=look",
    "/journeys/win-back/edit?insert=pause&way=then",
    "/journeys/win-back/publish",
)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 375)])
def test_what_opens_beside_the_graph_has_no_serious_fault(
    visit: Visit, scheme: Literal["light", "dark"], width: int
) -> None:
    page = visit.page
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 812})
    visit.open("/journeys/win-back/edit?node=pause")
    page.locator('#step input[name="for"]').fill("soon")
    page.locator('#step input[name="for"]').press("Tab")
    expect(page.get_by_text("发布前还有 1 处需要修正")).to_be_visible()
    for address in INSIDE:
        visit.open(address)
        assert serious(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_a_step_opens_beside_the_graph_and_the_way_back_works(visit: Visit) -> None:
    page = visit.page
    visit.open("/journeys/win-back")
    page.locator('[data-step="pause"]').click()
    expect(page.locator("#panel").get_by_role("heading", name="等待 7 天")).to_be_visible()
    expect(page.locator('#panel a[href^="/people/"]').first).to_be_visible()
    expect(page).to_have_url(re.compile("node=pause"))
    page.locator('[data-step="hello"]').click()
    expect(page.locator("#panel .bubble")).to_be_visible()
    page.go_back()
    expect(page.locator("#panel").get_by_role("heading", name="等待 7 天")).to_be_visible()
    page.locator("#panel").get_by_role("link", name="关闭").click()
    expect(page.get_by_role("heading", name="结束原因")).to_be_visible()


def test_a_refusal_is_shown_and_what_one_did_stays(visit: Visit) -> None:
    page = visit.page
    visit.open("/journeys/win-back/edit?node=pause")
    page.evaluate("document.querySelector('#step input[name=form_token]').value = 'old'")
    page.locator('#step input[name="for"]').fill("3")
    page.locator('#step input[name="for"]').press("Tab")
    expect(page.locator("#problem .note")).to_be_visible()
    expect(page.locator('#step input[name="for"]')).to_have_value("3")
    expect(page.locator('[data-step="pause"]')).to_contain_text("等待 7 天")
