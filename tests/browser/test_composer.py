"""By hand, in Chinese: a message in two languages, a step dragged, and why somebody got nothing."""

import pytest
from playwright.sync_api import expect

from browser.conftest import Visit

pytestmark = pytest.mark.browser


def test_a_message_is_written_in_two_languages_and_tried(visit: Visit) -> None:
    visit.open("/templates/new")
    task = visit.task("write-in-two-languages")
    page = visit.page
    task.type(page.locator("#name"), "spring")
    task.type(page.locator("#text"), "您好 {{ traits.city }}")
    expect(page.locator("#trial")).to_contain_text("她会读到空白")
    task.select(page.locator("#new_language"), "en")
    task.click(page.get_by_role("button", name="添加"))
    task.type(page.locator("#text-0"), "Hello ")
    task.click(page.locator("[data-put='{{ brand.name }}']"))
    expect(page.locator("#text-0")).to_have_value("Hello {{ brand.name }}")
    before = page.locator("#person").input_value()
    task.click(page.get_by_role("button", name="下一位客户"))
    expect(page.locator("#person")).not_to_have_value(before)
    task.click(page.get_by_role("button", name="发测试给我"))
    expect(page.locator("#tested")).to_contain_text("渠道已接收")
    task.click(page.get_by_role("button", name="保存"))
    page.wait_for_url("**/templates/spring")
    task.done()


def test_why_she_got_nothing_is_asked_on_her_page(visit: Visit) -> None:
    visit.open("/people")
    page = visit.page
    task = visit.task("why-not")
    task.click(page.locator("main a[href^='/people/0']").first)
    task.click(page.locator("main a[href$='/messages']").first)
    task.select(page.locator("#of"), "journey:next-level")
    task.click(page.get_by_role("button", name="原因"))
    expect(page.locator("#answer p").first).not_to_be_empty()
    task.done()


def test_a_step_is_dragged_onto_a_plus_and_taken_back(visit: Visit) -> None:
    visit.open("/journeys/win-back/edit")
    page, cards = visit.page, visit.page.locator("#journey [data-step]")
    names = "cards => cards.map(card => card.dataset.step)"
    before = cards.evaluate_all(names)
    plus = page.locator('#journey a[href*="insert="]').first
    page.locator("[data-step=pause]").drag_to(plus)
    page.wait_for_url("**node=pause")
    assert cards.evaluate_all(names) != before
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_role("button", name="撤销")).to_have_count(0)
    assert cards.evaluate_all(names) == before
