"""By hand in Chinese: a guest is let in at the door; every page is sound in the dark on a phone."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from browser.conftest import Visit
from browser.test_every_page import TOO_WIDE, TWO_FRAMES, serious
from coterie.app import open_app
from coterie.core.actor import COMMAND
from coterie.core.clock import local_date
from coterie.settings import Settings

pytestmark = pytest.mark.browser

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def link() -> list[str]:
    """The address of the guest's own page, once there is one."""
    return []


@pytest.fixture
def house_folder(house_folder: Path, link: list[str]) -> Path:
    """The small wine house with a lecture tomorrow, two seats, and three people who want one."""
    app = open_app(Settings(data=house_folder))
    now = app.clock.now()
    day = local_date(now, SHANGHAI) + timedelta(days=1)
    with app.db.begin(COMMAND, now) as work:
        caused = app.activities.define(work, {
            "slug": "talk", "title": {"zh": "产区讲座", "en": "On terroir"}, "form": "lecture",
            "level": "entry", "starts": f"{day}T19:00", "ends": f"{day}T21:00", "capacity": 2,
        })  # fmt: skip
        app.inbound.tell(work, caused.facts)
        guests = sorted(app.profiles.everyone(work))[:3]
        app.inbound.tell(work, app.activities.register(work, "talk", guests))
        said = {"profile": guests[0], "activity": "talk"}
        link.append(f"/e/{app.codes.sign('activity', said)}")
    app.close()
    return house_folder


def test_a_guest_is_let_in_once_and_every_page_is_sound_in_the_dark_on_a_phone(
    visit: Visit, link: list[str]
) -> None:
    page = visit.page
    page.set_viewport_size({"width": 375, "height": 812})
    page.emulate_media(color_scheme="dark")

    def sound() -> None:
        page.evaluate(TWO_FRAMES)
        assert page.evaluate("document.documentElement.scrollWidth") <= 375, page.evaluate(TOO_WIDE)
        assert serious(page) == [], page.url

    visit.open(link[0])
    expect(page.get_by_role("heading", name="您已报名成功")).to_be_visible()
    code = page.locator("section p.text-xl").inner_text()
    sound()

    visit.open("/activities")
    task = visit.task("let-a-guest-in")
    task.click(page.get_by_role("link", name="产区讲座"))
    expect(page.get_by_role("heading", name="候补名单")).to_be_visible()
    sound()
    task.click(page.get_by_role("link", name="现场签到"))
    sound()
    task.type(page.get_by_label("签到码"), code.lower())
    task.click(page.get_by_role("button", name="准许入场"))
    expect(page.get_by_role("alert")).to_contain_text("欢迎")
    task.done()
    assert task.clicks <= 4
    sound()
    page.get_by_label("签到码").fill(code)
    page.get_by_role("button", name="准许入场").click()
    expect(page.get_by_role("alert")).to_contain_text("此签到码已使用")
    for address in ("/activities/new", "/results/recommended"):
        visit.open(address)
        sound()
