"""By hand, in Chinese: stop all sends and resume; a broadcast that a second account approves."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.conftest import PATIENCE, Visit
from coterie.app import open_app
from coterie.core.actor import COMMAND
from coterie.settings import Settings

pytestmark = pytest.mark.browser

PASSWORD = "a vineyard in Piedmont"
LIMIT = 5


@pytest.fixture
def with_accounts(house_folder: Path) -> Path:
    """The house has two accounts, and a broadcast to more than five people needs both."""
    (house_folder / "coterie.toml").write_text(f"approval_above = {LIMIT}\n")
    app = open_app(Settings(data=house_folder))
    with app.db.begin(COMMAND, app.clock.now()) as work:
        for name in ("ada", "bo"):
            app.accounts.create_owner(work, name, PASSWORD)
    app.close()
    return house_folder


@pytest.fixture
def ada(with_accounts: Path, visit: Visit) -> Visit:
    """Ada sits at the desk."""
    assert visit.folder == with_accounts
    _sign_in(visit.page, visit.url, "ada")
    return visit


@pytest.fixture
def bo(ada: Visit, chromium: Browser) -> Iterator[Page]:
    """Bo sits at a desk of her own."""
    with chromium.new_context(locale="zh-CN", viewport={"width": 1280, "height": 900}) as context:
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        _sign_in(page, ada.url, "bo")
        yield page


def _sign_in(page: Page, url: str, name: str) -> None:
    page.goto(f"{url}/sign-in?next=/broadcasts")
    page.locator("input[name=name]").fill(name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form[action='/sign-in'] button").click()
    page.wait_for_url("**/broadcasts")


def test_all_sends_are_stopped_and_resumed(visit: Visit) -> None:
    visit.open("/messages")
    task = visit.task("stop-all")
    page = visit.page
    dialog, banner = page.locator("#stop-all"), page.locator("#main [role=alert]")
    task.click(page.get_by_role("button", name="停止全部发送").first)
    task.click(dialog.get_by_role("button", name="停止全部发送"))
    expect(banner).to_contain_text("已停止全部发送")
    visit.open("/templates")
    expect(banner).to_contain_text("已停止全部发送")
    task.click(page.get_by_role("button", name="恢复发送").first)
    task.click(dialog.get_by_role("button", name="恢复发送"))
    expect(banner).to_have_count(0)
    assert task.clicks <= 8
    task.done()


def test_why_a_message_was_held_is_found(visit: Visit) -> None:
    visit.open("/messages")
    task = visit.task("held-why")
    page = visit.page
    task.click(page.get_by_role("link", name="未获授权").first)
    expect(page.locator("#main")).to_contain_text("怎样才能放行？")
    task.click(page.get_by_role("link", name="流转过程").first)
    expect(page.locator("#way").locator("xpath=../..")).to_contain_text("客户是否已授权？")
    expect(page.locator("#main")).to_contain_text("已拦截：未获授权")
    assert task.clicks <= 8
    task.done()


def test_a_broadcast_is_asked_for_by_one_account_and_approved_by_another(
    ada: Visit, bo: Page
) -> None:
    page = ada.page
    task = ada.task("second-approver")
    task.click(page.locator("#main").get_by_role("link", name="新建群发"))
    task.type(page.get_by_label("名称"), "春季品鉴会")
    task.select(page.get_by_label("发给谁"), "tasters")
    task.select(page.get_by_label("内容模板"), "miss-you")
    expect(page.locator("#outlook")).to_contain_text("须由另一个账号审批后才会发送")
    expect(page.locator("#outlook .bubble")).to_be_visible()
    task.click(page.get_by_role("button", name="存为草稿"))
    task.click(page.get_by_role("button", name="申请发送"))
    task.click(page.locator("#ask").get_by_role("button", name="提交审批"))
    expect(page.locator("#main")).to_contain_text("这次群发由您申请，须由他人审批")
    expect(page.get_by_role("button", name="批准发给")).to_have_count(0)

    bo.reload()
    task.click(bo.get_by_role("link", name="查看并审批"))
    task.click(bo.get_by_role("button", name="批准发给"))
    expect(bo.locator("#main")).to_contain_text("审批人 bo")
    expect(page.locator("[aria-current=step]")).not_to_contain_text("审批")
    expect(page.locator("#main")).to_contain_text("查看这次群发的消息")
    task.done()


def test_a_template_is_tried_while_it_is_written(visit: Visit) -> None:
    visit.open("/templates/miss-you")
    page = visit.page
    page.get_by_label("正文").fill("亲爱的 {{ profile.user_id | default: '朋友' }}，好久不见")
    expect(page.locator("#trial .bubble")).to_contain_text("好久不见")
    page.get_by_label("正文").fill("第一行\n{{ x | uppcase }}")
    expect(page.locator("#trial [role=alert]")).to_contain_text("uppcase")
    expect(page.locator("#trial [aria-current=true]")).to_contain_text("2")
