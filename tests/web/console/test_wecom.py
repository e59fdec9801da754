"""The connection page and the inbox of callbacks at the desk."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from coterie.app import open_app
from coterie.channels.wecom.crypt import Crypt
from coterie.core.actor import CLOCK
from coterie.settings import Settings
from coterie.testing.clock import FakeClock
from coterie.web.server import create_app
from web.conftest import BROWSER, NOW
from web.console.conftest import Desk

CORP, TOKEN, KEY, SECRET = "ww0123456789abcdef", "shop", "a" * 43, "s3cret-of-the-app"


def told(external: str, change: str = "edit_external_contact") -> bytes:
    return (
        "<xml><ToUserName>ww</ToUserName><FromUserName>sys</FromUserName>"
        "<CreateTime>1767225599</CreateTime><MsgType>event</MsgType>"
        f"<Event>change_external_contact</Event><ChangeType>{change}</ChangeType>"
        f"<UserID>anna</UserID><ExternalUserID>{external}</ExternalUserID></xml>"
    ).encode()


@pytest.fixture
def connected(founded: Path, tmp_path: Path) -> Iterator[Desk]:
    folder = Path(shutil.copytree(founded, tmp_path / "house"))
    chosen = Settings(
        data=folder, wecom_corp_id=CORP, wecom_secret=SECRET, wecom_token=TOKEN,
        wecom_aes_key=KEY, wecom_base_url="http://127.0.0.1:9", public_url="http://127.0.0.1:9",
    )  # fmt: skip
    app = open_app(chosen, clock=FakeClock(NOW), channels={})
    browser = TestClient(
        create_app(app),
        base_url="http://127.0.0.1:8000",
        client=("127.0.0.1", 50_000),
        follow_redirects=False,
        headers={"user-agent": BROWSER, "accept-language": "en"},
    )
    yield Desk(app, browser)
    app.close()


def laid_aside(desk: Desk) -> int:
    """Keep two callbacks, one of which fails; return its id."""
    callbacks = desk.app.wecom.callbacks
    callbacks.take(told("wm1"), NOW)
    callbacks.take(told("wm2", "del_follow_user"), NOW)
    with desk.app.db.begin(CLOCK, NOW) as work:
        first, second = callbacks.pending(work)
        callbacks.failed(work, first.id, "the customer is not there", retry=False)
        callbacks.done(work, [second.id])
    return first.id


def test_a_house_without_wecom_says_how_to_connect(desk: Desk) -> None:
    page = desk.browser.get("/wecom").text
    assert "wecom_corp_id" in page
    assert "/callbacks/wecom" in page
    token = re.search(r'wecom_token = (?:"|&#34;|&quot;)([0-9A-Za-z]{24})\b', page)
    key = re.search(r'wecom_aes_key = (?:"|&#34;|&quot;)([0-9A-Za-z]{43})\b', page)
    assert token and key
    Crypt(token[1], key[1], "ww")  # good as they are
    first = desk.browser.get("/wecom").text
    assert first != page  # token and key are drawn anew, and kept nowhere


def test_the_page_says_how_it_stands_and_shows_no_secret(connected: Desk) -> None:
    laid_aside(connected)
    page = connected.browser.get("/wecom").text
    examined = connected.browser.get("/wecom?examine=1").text
    for secret in (SECRET, KEY):
        assert secret not in page + examined
    assert CORP in page
    assert "http://127.0.0.1:9/callbacks/wecom" in page
    assert "laid aside: 1" in page
    assert "cannot be reached" not in page
    assert "WeCom cannot be reached" in examined
    assert "Our own address cannot be reached" in examined


def test_callbacks_are_listed_filtered_and_shown_as_they_came(connected: Desk) -> None:
    key = laid_aside(connected)
    page = connected.browser.get("/wecom/events").text
    assert "A remark or a tag of a customer changed" in page
    assert "A customer removed a guide" in page
    assert "the customer is not there" in page
    failed = connected.browser.get("/wecom/events?state=failed&q=wm1").text
    assert "A customer removed a guide" not in failed
    assert "wm1" in failed
    nothing = connected.browser.get("/wecom/events?q=%25&before=abc&state=nonsense")
    assert nothing.status_code == 200
    assert "No callback is like that" in nothing.text
    one = connected.browser.get(f"/wecom/events/{key}").text
    assert "&lt;ExternalUserID&gt;wm1&lt;/ExternalUserID&gt;" in one
    assert connected.browser.get("/wecom/events/999").status_code == 404


def test_callbacks_are_applied_again_and_the_audit_tells_it(connected: Desk) -> None:
    key = laid_aside(connected)
    answer = connected.form("/wecom/events/replay")
    assert (answer.status_code, answer.headers["location"]) == (303, "/wecom/events")
    answer = connected.form(f"/wecom/events/{key + 1}/replay")
    assert answer.headers["location"] == f"/wecom/events/{key + 1}"
    with connected.app.db.begin(CLOCK, NOW) as work:
        assert [one.id for one in connected.app.wecom.callbacks.pending(work)] == [key, key + 1]
    audit = connected.browser.get("/audit").text
    assert "had callbacks of WeCom applied again" in audit
