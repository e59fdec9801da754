"""A guide's day on her phone, with and without a connection, and the sidebar beside her chat."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Request,
    StorageState,
    expect,
)

from browser.conftest import PATIENCE
from browser.store import WANG, Shop, open_shop
from browser.test_every_page import READER_BYTES, TWO_FRAMES, serious, weigh
from coterie.core.actor import COMMAND

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The store at the Bund, for all tests of this file."""
    with open_shop(tmp_path_factory.mktemp("shop") / "house") as made:
        yield made


@contextmanager
def phone(chromium: Browser, shop: Shop) -> Iterator[BrowserContext]:
    """A phone of 360 pixels on which Li Na is signed in."""
    shop.pass_time(5)  # a guide's requests of one moment are bounded
    with chromium.new_context(
        locale="zh-CN", viewport={"width": 360, "height": 780}, timezone_id="Asia/Shanghai",
        is_mobile=True, has_touch=True, reduced_motion="reduce",
    ) as context:  # fmt: skip
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto(shop.link("li-na"))
        page.locator("form button").click()
        page.wait_for_url("**/g/")
        page.close()
        yield context


BEYOND = """
    [...document.querySelectorAll('main *')]
        .filter((e) => !e.closest('.sr-only, .truncate, dialog') && e.getClientRects().length)
        .filter((e) => e.getBoundingClientRect().right > 361 || e.getBoundingClientRect().left < 0)
        .map((e) => e.outerHTML.slice(0, 120))
"""


def fits(page: Page) -> bool:
    """Say whether nothing of a page lies beyond the phone's edges."""
    assert page.evaluate(BEYOND) == []
    return bool(page.evaluate("document.documentElement.scrollWidth <= 360"))


def test_every_page_fits_the_phone_and_is_light(chromium: Browser, shop: Shop) -> None:
    pages = ("/g/", f"/g/customers/{shop.uid()}", "/g/say", "/g/me", "/g/codes")
    with phone(chromium, shop) as context:
        page = context.new_page()
        for path in pages:
            answer = page.goto(shop.url + path)
            assert answer is not None
            assert answer.ok, path
            assert fits(page), path
            assert serious(page) == [], path
        for path in pages[:2]:
            page.goto(shop.url + path)
            page.emulate_media(color_scheme="dark")
            page.evaluate(TWO_FRAMES)
            assert serious(page, "color-contrast") == [], path
            page.emulate_media(color_scheme="light")
        shop.pass_time(5)
        for path in pages:  # English words are longer
            page.goto(f"{shop.url}{path}{'&' if '?' in path else '?'}lang=en")
            assert fits(page), path
        kept = context.storage_state()
    for path in ("/g/", f"/g/side?external={shop.customer}"):
        assert 1_000 < first_view(chromium, kept, shop.url + path) <= READER_BYTES


def first_view(chromium: Browser, kept: StorageState, address: str) -> int:
    """Weigh what a phone loads that has never been here, gzipped as it travels."""
    with chromium.new_context(storage_state=kept, service_workers="block") as context:
        page = context.new_page()
        requests: list[Request] = []
        page.on("requestfinished", lambda request: requests.append(request))
        page.goto(address, wait_until="networkidle")
        weighed = [weigh(one) for one in requests]
        assert len(weighed) >= 4, weighed
        return sum(size for _, size in weighed)


def test_the_day_goes_on_without_a_connection(chromium: Browser, shop: Shop) -> None:
    with phone(chromium, shop) as context:
        page = context.new_page()
        page.goto(f"{shop.url}/g/customers")
        page.goto(f"{shop.url}/g/")
        page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
        page.wait_for_function("() => navigator.serviceWorker.controller !== null")
        page.goto(f"{shop.url}/g/customers")  # through the worker now
        page.goto(f"{shop.url}/g/")
        context.set_offline(True)
        page.goto(f"{shop.url}/g/customers")
        expect(page.locator("[data-kept]")).to_be_visible()
        expect(page.locator("[data-kept]")).to_contain_text("没有网络")
        expect(page.get_by_role("main")).to_contain_text(WANG)
        page.goto(f"{shop.url}/g/customers/{shop.uid()}")
        expect(page.get_by_role("heading", name="没有网络")).to_be_visible()  # a card is not kept
        page.goto(f"{shop.url}/g/")
        task = page.locator("article", has_text="Barolo")
        task.get_by_role("button", name=f"完成：{WANG}").tap()
        expect(page.locator("[data-waiting]")).to_be_visible()
        expect(task).to_have_count(0)
        expect(page.get_by_role("main")).to_contain_text("没有待办任务")
        assert state_of_task(shop) == "open"
        context.set_offline(False)
        expect(page.locator("[data-waiting]")).to_be_hidden()
        assert state_of_task(shop) == "done"
        page.goto(f"{shop.url}/g/")
        expect(page.locator("[data-kept]")).to_be_hidden()
        expect(page.locator("article", has_text="打个电话")).to_have_count(0)


def state_of_task(shop: Shop) -> str:
    """Tell how the task of the story stands."""
    with shop.app.db.read(COMMAND, shop.app.clock.now()) as work:
        return shop.app.tasks.get(work, "t-1").state


def test_the_sidebar_puts_words_into_the_chat(chromium: Browser, shop: Shop) -> None:
    with chromium.new_context(
        locale="zh-CN", viewport={"width": 1280, "height": 900}, service_workers="block"
    ) as context:
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto(f"{shop.wecom.base_url}/play")
        page.evaluate("([guide, her]) => openChat(guide, her)", ["li-na", shop.customer])
        side = page.frame_locator("iframe")
        side.get_by_role("link", name="用企业微信登录").click()
        expect(side.get_by_role("heading", name=WANG)).to_be_visible()
        expect(side.get_by_role("main")).to_contain_text("归属于您")
        words = side.locator("#next-words").inner_text()
        side.locator("section", has=side.locator("#next-words")).get_by_role("button").click()
        expect(side.get_by_text("已发到会话")).to_be_visible()
        expect(page.locator("#talk")).to_contain_text(words)
        side.get_by_label("要打上的标签").select_option("red")
        side.get_by_role("button", name="打上").click()
        expect(side.get_by_text("已记在客户卡上")).to_be_visible()
        shop.pass_time(1)
        side.get_by_label("要打上的标签").evaluate("() => location.reload()")
        expect(side.get_by_role("button", name="取下：爱喝红酒")).to_be_visible()
    with shop.app.db.read(COMMAND, shop.app.clock.now()) as work:
        profile = shop.app.mirror.profiles_of(work, [shop.customer])[shop.customer]
        assert "red" in shop.app.profiles.known(work, [profile])[profile].tags
        told = shop.app.attending.due.hand_out(work, profile)
    assert {one["place"] for one in told["guide_looks"]} >= {"side"}
