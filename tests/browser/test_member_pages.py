"""Members' pages and what a guide does about them, on a phone: they fit, they can be read."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Request

from browser.conftest import PATIENCE
from browser.store import served
from browser.test_every_page import READER_BYTES, TWO_FRAMES, serious, weigh
from browser.test_guide_phone import fits
from coterie.core.actor import COMMAND
from web.growth import Stage, open_stage

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with open_stage() as made:
        yield made


def test_they_fit_a_phone_and_can_be_read_by_everybody(chromium: Browser, stage: Stage) -> None:
    stage.give("welcome", "shown")
    app, code = stage.house.app, stage.code()
    with app.db.begin(COMMAND, app.clock.now()) as work:
        token = app.attending.access.link(work, "li-na", shown=True)
    landing = f"/f/{code}"
    guides = ("/g/", "/g/till", f"/g/invite/{stage.uid}?programme=friends")
    with served(app) as url, chromium.new_context(
        locale="zh-CN", viewport={"width": 360, "height": 780}, is_mobile=True, has_touch=True,
        reduced_motion="reduce", service_workers="block",
    ) as context:  # fmt: skip
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        assert 1_000 < first_view(page, url + stage.own("/friends")) <= READER_BYTES
        looked_at(page)
        page.goto(url + stage.own())
        looked_at(page)
        page.goto(url + landing)
        looked_at(page)
        page.get_by_role("button", name="同意，继续").tap()
        page.wait_for_selector("#way")
        looked_at(page)
        page.goto(f"{url}/g/in/with/{token}")
        page.locator("form button").tap()
        page.wait_for_url("**/g/")
        for path in guides:
            page.goto(f"{url}{path}{'&' if '?' in path else '?'}lang=en")
            looked_at(page, dark=False)


def looked_at(page: Page, *, dark: bool = True) -> None:
    """Nothing is beyond the edges, nothing is hard to read in either theme."""
    assert fits(page), page.url
    assert serious(page) == [], page.url
    if not dark:
        return
    page.emulate_media(color_scheme="dark")
    page.evaluate(TWO_FRAMES)
    assert serious(page, "color-contrast") == [], page.url
    page.emulate_media(color_scheme="light")


def first_view(page: Page, address: str) -> int:
    """Weigh what a phone loads that has never been here."""
    requests: list[Request] = []
    page.on("requestfinished", lambda request: requests.append(request))
    page.goto(address, wait_until="networkidle")
    return sum(weigh(one)[1] for one in requests)
