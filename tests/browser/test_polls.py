"""By hand in Chinese: a member answers a poll on her phone in the dark, the operator sees it."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.conftest import Visit
from browser.test_every_page import READER_BYTES, TOO_WIDE, TWO_FRAMES, serious
from coterie.app import open_app
from coterie.core.actor import COMMAND
from coterie.settings import Settings

pytestmark = pytest.mark.browser


@pytest.fixture
def link() -> list[str]:
    """The address of the member's own page, once there is one."""
    return []


@pytest.fixture
def house_folder(house_folder: Path, link: list[str]) -> Path:
    """The small wine house with one question."""
    app = open_app(Settings(data=house_folder))
    with app.db.begin(COMMAND, app.clock.now()) as work:
        app.polls.define(work, "colour", {
            "question": {"zh": "红还是白？", "en": "Red or white?"}, "trait": "colour",
            "choices": [{"code": "red", "zh": "红葡萄酒", "en": "Red"},
                        {"code": "white", "zh": "白葡萄酒", "en": "White"}],
        })  # fmt: skip
        someone = min(app.profiles.everyone(work))
        link.append("/q/" + app.codes.sign("poll", {"profile": someone, "poll": "colour"}))
    app.close()
    return house_folder


def test_a_member_answers_with_two_taps_and_every_page_is_sound(
    visit: Visit, link: list[str]
) -> None:
    page = visit.page
    page.set_viewport_size({"width": 375, "height": 812})
    page.emulate_media(color_scheme="dark")
    weighed: list[int] = []
    page.on("requestfinished", lambda one: weighed.append(one.sizes()["responseBodySize"]))

    def sound() -> None:
        page.evaluate(TWO_FRAMES)
        assert page.evaluate("document.documentElement.scrollWidth") <= 375, page.evaluate(TOO_WIDE)
        assert serious(page) == [], page.url

    visit.open(link[0])
    sound()
    assert sum(weighed) <= READER_BYTES
    task = visit.task("answer-a-poll")
    task.click(page.get_by_text("白葡萄酒"))
    task.click(page.get_by_role("button", name="提交回答"))
    expect(page.get_by_role("status")).to_contain_text("已记下")
    assert task.clicks <= 2
    task.done()
    sound()
    visit.open("/polls/colour")
    expect(page.get_by_role("row", name="白葡萄酒")).to_contain_text("100%")
    sound()
