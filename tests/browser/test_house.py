"""By hand in Chinese: sign in, then English and dark, which she finds again in a new browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.conftest import PATIENCE, Visit, running

pytestmark = pytest.mark.browser

PASSWORD = "意大利酒 2026 春天"


@pytest.fixture
def owned_folder(command: int, house_folder: Path) -> Path:
    """The small wine house, which 林晓 owns."""
    asked = ("owner", "林晓", "--data", str(house_folder))
    with running(command, *asked, COTERIE_OWNER_PASSWORD=PASSWORD) as (_, printed):
        printed.read()
    return house_folder


def sign_in(page: Page) -> None:
    page.get_by_label("名称").fill("林晓")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


def test_english_and_dark_are_two_presses_and_stay_with_her(
    owned_folder: Path, visit: Visit, chromium: Browser
) -> None:
    page = visit.page
    page.goto(f"{visit.url}/people?q=a")
    task = visit.task("switch-language-and-theme")
    task.type(page.get_by_label("名称"), "林晓")
    task.type(page.get_by_label("密码"), PASSWORD)
    task.click(page.get_by_role("button", name="登录"))
    expect(page.get_by_role("heading", level=1)).to_have_text("客户")
    task.click(page.get_by_role("button", name="English"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    task.click(page.get_by_role("button", name="Dark theme"))
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    task.done()
    assert task.clicks <= 8
    assert page.url == f"{visit.url}/people?q=a", "she stays on the page where she chose"

    with chromium.new_context(locale="zh-CN", color_scheme="light") as elsewhere:
        elsewhere.set_default_timeout(PATIENCE)
        other = elsewhere.new_page()
        other.goto(f"{visit.url}/account")
        assert other.locator("html").get_attribute("lang") == "zh-CN", "nobody is known yet"
        sign_in(other)
        expect(other.locator("html")).to_have_attribute("lang", "en")
        expect(other.locator("html")).to_have_attribute("data-theme", "dark")
        expect(other.get_by_role("heading", level=1)).to_have_text("Your account")


def test_a_colleague_is_added_and_chooses_her_own_password(
    owned_folder: Path, visit: Visit, chromium: Browser
) -> None:
    page = visit.page
    page.goto(f"{visit.url}/team")
    sign_in(page)
    task = visit.task("add-a-colleague")
    task.click(page.get_by_role("button", name="添加同事"))
    task.type(page.get_by_label("名称"), "王敏")
    task.click(page.get_by_role("button", name="添加", exact=True))
    first = page.locator("#first-password").inner_text()
    task.done()
    assert task.clicks <= 8

    with chromium.new_context(locale="zh-CN") as elsewhere:
        elsewhere.set_default_timeout(PATIENCE)
        hers = elsewhere.new_page()
        hers.goto(f"{visit.url}/keys")
        hers.get_by_label("名称").fill("王敏")
        hers.get_by_label("密码").fill(first)
        hers.get_by_role("button", name="登录").click()
        expect(hers.get_by_role("heading", level=1)).to_have_text("修改密码")
        hers.get_by_label("初始密码").fill(first)
        hers.get_by_label("新密码").fill("西西里山坡上的橄榄树林")
        hers.get_by_label("再输入一次").fill("西西里山坡上的橄榄树林")
        hers.get_by_role("button", name="修改密码").click()
        hers.wait_for_url(f"{visit.url}/")
        hers.goto(f"{visit.url}/keys")
        expect(hers.get_by_role("heading", level=1)).to_have_text("密钥")
        expect(hers.get_by_role("button", name="新建密钥")).to_have_count(0)


def test_a_key_is_made_copied_and_stopped(visit: Visit) -> None:
    page = visit.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.open("/keys")
    page.locator("header").get_by_role("button", name="新建密钥").click()
    page.get_by_label("来源").fill("website")
    page.get_by_role("button", name="生成").click()
    key = page.locator("#key").inner_text()
    page.get_by_role("button", name="复制").first.click()
    expect(page.get_by_text("已复制").first).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == key
    page.get_by_role("link", name="完成").click()
    page.get_by_role("button", name="停用 website 的密钥").click()
    page.get_by_role("button", name="确认停用").click()
    expect(page.get_by_text("已停用", exact=True)).to_be_visible()
