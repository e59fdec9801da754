"""The door that WeCom calls: who may, what it hears, and what is kept."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from starlette.testclient import TestClient

from coterie.app import open_app
from coterie.channels.wecom.crypt import Crypt
from coterie.core.actor import CLOCK
from coterie.settings import Settings
from coterie.testing.clock import FakeClock
from coterie.web.server import create_app
from web.conftest import NOW, House, open_browser

TOKEN, KEY, CORP = "shop", "a" * 43, "ww0123456789abcdef"
ADDRESS = "/callbacks/wecom"
EVENT = (
    b"<xml><ToUserName>ww0123456789abcdef</ToUserName><FromUserName>sys</FromUserName>"
    b"<CreateTime>1767225600</CreateTime><MsgType>event</MsgType>"
    b"<Event>change_external_contact</Event><ChangeType>edit_external_contact</ChangeType>"
    b"<UserID>anna</UserID><ExternalUserID>wm1</ExternalUserID></xml>"
)


@pytest.fixture
def connected(founded: Path, tmp_path: Path) -> Iterator[House]:
    """A house that is connected to WeCom."""
    folder = Path(shutil.copytree(founded, tmp_path / "house"))
    clock = FakeClock(NOW)
    told = Settings(data=folder, wecom_corp_id=CORP, wecom_token=TOKEN, wecom_aes_key=KEY)
    app = open_app(told, clock=clock, channels={})
    yield House(app, clock)
    app.close()


@pytest.fixture
def wecom(connected: House) -> TestClient:
    return open_browser(connected)


def crypt(corp: str = CORP) -> Crypt:
    return Crypt(TOKEN, KEY, corp)


def query(sealed: str, signature: str, **changed: str) -> dict[str, str]:
    return {"msg_signature": signature, "timestamp": "1767225600", "nonce": "n"} | changed


def envelope(sealed: str) -> bytes:
    inner = f"<ToUserName>{CORP}</ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt>"
    return f"<xml>{inner}</xml>".encode()


def call(wecom: TestClient, text: bytes, by: Crypt | None = None, **changed: str):
    sealed, signature = (by or crypt()).seal(text, "1767225600", "n")
    asked = query(sealed, signature, **changed)
    return wecom.post(ADDRESS, params=asked, content=envelope(sealed))


def kept(house: House) -> dict[str, int]:
    with house.db.begin(CLOCK, NOW) as work:
        house.wecom.callbacks.pending(work)
        return house.wecom.callbacks.counts(work)


def test_the_echo_is_answered_in_plain_text_to_the_letter(wecom: TestClient) -> None:
    sealed, signature = crypt().seal(b"1288432023552776189", "1767225600", "n")
    answer = wecom.get(ADDRESS, params=query(sealed, signature, echostr=sealed))
    assert answer.status_code == 200
    assert answer.content == b"1288432023552776189"
    assert answer.headers["content-type"].startswith("text/plain")


def test_the_echo_is_answered_though_its_plus_signs_were_not_written_as_such(
    wecom: TestClient,
) -> None:
    sealed = signature = ""
    while "+" not in sealed:
        sealed, signature = crypt().seal(b"1288432023552776189", "1767225600", "n")
    rest = urlencode(query(sealed, signature))
    raw = sealed.replace("/", "%2F").replace("=", "%3D")  # a bare + is a space in a form
    answer = wecom.get(f"{ADDRESS}?{rest}&echostr={raw}")
    assert answer.content == b"1288432023552776189"


def test_a_callback_is_kept_once_and_answered_with_nothing(
    wecom: TestClient, connected: House
) -> None:
    for _ in range(3):
        answer = call(wecom, EVENT)
        assert (answer.status_code, answer.content) == (200, b"")
    assert kept(connected) == {"waiting": 1}


def test_a_callback_is_taken_while_a_batch_holds_the_only_writer(
    wecom: TestClient, connected: House
) -> None:
    with connected.db.begin(CLOCK, NOW):
        assert call(wecom, EVENT).status_code == 200
    assert kept(connected) == {"waiting": 1}


def test_whatever_is_wrong_is_refused_alike_and_kept_nowhere(
    wecom: TestClient, connected: House
) -> None:
    sealed, signature = crypt().seal(EVENT, "1767225600", "n")
    bad = "0" * 40
    answers = [
        call(wecom, EVENT, msg_signature=bad),
        call(wecom, EVENT, timestamp="1767225601"),
        call(wecom, EVENT, by=crypt("wwsomebodyelse")),
        wecom.post(ADDRESS, content=envelope(sealed)),
        wecom.post(ADDRESS, params=query(sealed, signature), content=b"<xml></xml>"),
        wecom.post(ADDRESS, params=query(sealed, signature), content=b"\xff\x00"),
        wecom.post(ADDRESS, params=query(sealed, bad), content=envelope("====")),
        wecom.get(ADDRESS, params=query(sealed, bad, echostr=sealed)),
        wecom.get(ADDRESS),
    ]
    assert {one.status_code for one in answers} == {403}
    assert len({one.content for one in answers}) == 1
    assert kept(connected) == {}


def test_a_body_without_end_is_refused(wecom: TestClient) -> None:
    assert wecom.post(ADDRESS, content=b"x" * 600_000).status_code == 413


def test_a_house_that_is_not_connected_says_so(browser: TestClient) -> None:
    assert browser.get(ADDRESS).status_code == 404
    assert browser.post(ADDRESS, content=b"<xml/>").status_code == 404


def test_the_folder_of_a_house_without_callbacks_has_no_box(house: House) -> None:
    with house.db.begin(CLOCK, NOW) as work:
        house.wecom.callbacks.pending(work)
    assert not (house.settings.data / "wecom.db").exists()


# --- whatever somebody thinks of

TEXT = {"type": "string"}
QUERY = [
    {"name": name, "in": "query", "schema": TEXT}
    for name in ("msg_signature", "timestamp", "nonce", "echostr")
]
PROBLEM = {"description": "refused", "content": {"application/problem+json": {}}}
SAID = {"200": {"description": "taken", "content": {"text/plain": {}}}}
REFUSED = dict.fromkeys(("400", "403", "404", "413"), PROBLEM)
BODY = {"content": {
    "application/xml": {"schema": TEXT},
    "text/plain": {"schema": TEXT},
    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
}}  # fmt: skip
SCHEMA = {
    "openapi": "3.1.0",
    "info": {"title": "callbacks", "version": "1"},
    "paths": {
        ADDRESS: {
            "get": {"parameters": QUERY, "responses": SAID | REFUSED},
            "post": {"parameters": QUERY, "requestBody": BODY, "responses": SAID | REFUSED},
        },
        "/callbacks/{channel}": {
            "post": {
                "parameters": [{"name": "channel", "in": "path", "required": True, "schema": TEXT}],
                "requestBody": BODY,
                "responses": REFUSED
                | {"200": {"description": "taken", "content": {"application/json": {}}}},
            }
        },
    },
}


@pytest.fixture(scope="module")
def served(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    folder = Path(shutil.copytree(founded, tmp_path_factory.mktemp("called") / "house"))
    told = Settings(data=folder, wecom_corp_id=CORP, wecom_token=TOKEN, wecom_aes_key=KEY)
    app = open_app(told, clock=FakeClock(NOW), channels={})
    yield create_app(app)
    app.close()


def test_schemathesis_finds_nothing(served: FastAPI) -> None:
    schemathesis = pytest.importorskip("schemathesis")  # read only by who runs this
    tried = 0

    def ask(case: Any) -> None:
        nonlocal tried
        tried += 1
        case.call_and_validate(
            app=served, base_url="http://127.0.0.1:8000", headers={"host": "127.0.0.1:8000"}
        )

    for found in schemathesis.openapi.from_dict(SCHEMA).get_all_operations():
        told = settings(
            max_examples=12, suppress_health_check=list(HealthCheck),
            derandomize=True, database=None,
        )  # fmt: skip
        told(given(found.ok().as_strategy())(ask))()
    assert tried >= 30


def test_another_method_is_told_which_are_taken(wecom: TestClient) -> None:
    for method in ("DELETE", "PUT", "TRACE"):
        answer = wecom.request(method, ADDRESS)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
