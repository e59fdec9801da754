"""Today and the mailbox, as an operator reads them."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from coterie.core.actor import COMMAND
from coterie.messaging.model import Request, Template
from web.conftest import NUMBERS, House, open_browser

EVIL = "<script>alert(1)</script>"
FULL: dict[str, Any] = {
    **NUMBERS,
    "profiles": 10_561,
    "events": 150_000,
    "items": 1_007,
    "segments": {"italy": {"population": 74, "title": {"en": "Italy lovers", "zh": "意酒爱好者"}}},
    "communities": {
        "italy": {
            "eligible": 74, "invited": 60, "joined": 31, "declined": 12, "expired": 0,
            "held_out": 7, "title": EVIL, "promise": "One bottle a month",
        }
    },
    "journeys": {"win-back": {"entered": 40, "held": 4, "shadow": 3, "sent": 29, "waiting": 5}},
    "messages": {
        "by_status": {"sent": 89, "held": 4},
        "held_by_reason": {"cap_day": 3, "odd_one": 1},
    },
    "simulated": "wine",
}  # fmt: skip


def test_today_says_the_numbers_of_the_report(browser: TestClient, house: House) -> None:
    house.numbers = FULL
    page = browser.get("/?lang=en").text
    for text in (
        "10,561", "150,000", "1,007", "Italy lovers", "0.7%", "One bottle a month",
        "12 declined", "7 in the control group", "win-back", "29", "enough for one day", "odd one",
        "Simulated data", "X-Wines", "2026-01-01 08:00 Asia/Shanghai",
    ):  # fmt: skip
        assert text in page
    assert "0 did not answer" not in page
    assert EVIL not in page
    assert "&lt;script&gt;" in page


def test_today_speaks_chinese(browser: TestClient, house: House) -> None:
    house.numbers = FULL
    page = browser.get("/", headers={"accept-language": "zh-CN"}).text
    for text in ("今日", "意酒爱好者", "12 人谢绝", "达到每日上限", "模拟数据"):
        assert text in page


def test_an_empty_house_teaches_instead_of_showing_nothing(browser: TestClient) -> None:
    page = browser.get("/").text
    assert page.count('class="empty"') == 4
    assert "Simulated data" not in page


def test_the_bars_of_a_funnel_share_one_scale(browser: TestClient, house: House) -> None:
    house.numbers = FULL
    page = browser.get("/").text
    assert 'width="100.0"' in page
    assert f'width="{100 * 60 / 74:.1f}"' in page
    assert f'width="{100 * 31 / 74:.1f}"' in page


def test_no_page_needs_a_script_or_an_inline_style(browser: TestClient, house: House) -> None:
    house.numbers = FULL
    for path in ("/", "/mailbox"):
        page = browser.get(path).text
        assert "<script" not in page
        assert " style=" not in page
        assert "<style" not in page


def test_the_stylesheet_is_served_and_revalidated(browser: TestClient) -> None:
    first = browser.get("/static/coterie.css")
    assert first.headers["content-type"].startswith("text/css")
    assert first.headers["cache-control"] == "no-cache"
    again = browser.get("/static/coterie.css", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304


@pytest.fixture
def written(house: House) -> House:
    """Sixty messages to one person who never consented, and one that she asked for."""
    house.door.accept("shop", b'{"userId":"<u1>","traits":{"city":"Turin"}}', "identify",
                      house.clock.now())  # fmt: skip
    house.carry()
    profile = house.profile_of("<u1>")

    def request(number: int, touch: Any) -> Request:
        return Request(profile, "sandbox", "hello", touch, f"k{number}", "journey:<i>welcome</i>")

    with house.db.begin(COMMAND, house.clock.now()) as work:
        house.messaging.define_template(work, Template("hello", f"Ciao {EVIL}\nA presto", "Hi"))
        house.messaging.send(work, [request(n, "commercial") for n in range(60)])
    return house


def test_the_mailbox_shows_what_became_of_each_message(written: House) -> None:
    browser = open_browser(written)
    page = browser.get("/mailbox").text
    assert page.count('<li class="card letter') == 25
    assert "&lt;u1&gt;" in page
    assert "<i>" not in page
    assert 'class="state held"' in page
    assert "because:" in page


def test_the_mailbox_turns_its_pages(written: House) -> None:
    browser = open_browser(written)
    assert 'href="/mailbox?status=held&amp;page=1"' in browser.get("/mailbox?status=held").text
    last = browser.get("/mailbox?page=2").text
    assert last.count('<li class="card letter') == 10
    assert 'href="/mailbox?page=1"' in last
    assert "page=3" not in last
    assert browser.get("/mailbox?status=sent").text.count('<li class="card letter') == 0


@pytest.mark.parametrize("query", ["status=sneezed", "page=-1", "page=x", "page=99999999999999"])
def test_a_page_that_does_not_exist_is_a_400_that_says_so(browser: TestClient, query: str) -> None:
    answer = browser.get(f"/mailbox?{query}")
    assert answer.status_code == 400
    assert "That did not work" in answer.text


def test_the_health_page_asks_nobody(house: House) -> None:
    house.make_owner()
    answer = open_browser(house, peer="10.0.0.7").get("/health")
    assert answer.json() == {"status": "ok", "now": "2026-01-01T00:00:00.000Z"}
