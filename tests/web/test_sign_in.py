"""Signing in and out, the brake on guessing, and forms that other sites cannot send."""

import re

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from coterie.core.clock import DAY, MINUTE
from web.conftest import NOW, House, open_browser

PASSWORD = "a vineyard in Piedmont"


def token_in(page: Response) -> str:
    found = re.search(r'name="form_token" value="([0-9a-f]{16}\.[0-9a-f]{64})"', page.text)
    assert found, page.text
    return found[1]


def sign_in(
    browser: TestClient, password: str = PASSWORD, name: str = "Ada", wanted: str = "/"
) -> Response:
    page = browser.get("/sign-in", params={"next": wanted})
    fields = {"form_token": token_in(page), "name": name, "password": password, "next": wanted}
    return browser.post("/sign-in", data=fields)


@pytest.fixture
def owned(house: House) -> TestClient:
    house.make_owner("Ada", PASSWORD)
    return open_browser(house, peer="10.0.0.7")


def test_the_owner_signs_in_and_lands_where_she_wanted_to_go(owned: TestClient) -> None:
    sent_away = owned.get("/audit?actor=key%3A")
    assert sent_away.headers["location"] == "/sign-in?next=%2Faudit%3Factor%3Dkey%253A"
    answer = sign_in(owned, wanted="/audit?actor=key%3A")
    assert (answer.status_code, answer.headers["location"]) == (303, "/audit?actor=key%3A")
    session = next(c for c in answer.headers.get_list("set-cookie") if "coterie_session" in c)
    assert "HttpOnly" in session
    assert "SameSite=strict" in session
    assert owned.get("/audit").status_code == 200
    assert owned.get("/api/report").status_code == 200


def test_she_signs_out_and_the_session_is_gone_on_the_server_too(owned: TestClient) -> None:
    sign_in(owned)
    session = owned.cookies["coterie_session"]
    page = owned.get("/account")
    out = owned.post("/sign-out", data={"form_token": token_in(page)})
    assert out.status_code == 303
    assert "coterie_session" not in owned.cookies
    owned.cookies.set("coterie_session", session)
    assert owned.get("/api/report").status_code == 401


def test_a_session_ends_after_a_week(owned: TestClient, house: House) -> None:
    sign_in(owned)
    house.clock.set(NOW + 7 * DAY)
    assert owned.get("/api/report").status_code == 401


def test_a_wrong_password_is_told_kindly_and_opens_nothing(owned: TestClient) -> None:
    answer = sign_in(owned, "wrong", name='"><script>alert(1)</script>')
    assert answer.status_code == 401
    assert "do not belong together" in answer.text
    assert "<script>" not in answer.text
    assert owned.get("/api/report").status_code == 401


def test_guessing_is_braked_and_the_brake_is_let_go(owned: TestClient, house: House) -> None:
    for _ in range(3):
        assert sign_in(owned, "wrong").status_code == 401
    braked = sign_in(owned)
    assert braked.status_code == 429
    assert int(braked.headers["retry-after"]) == 15 * 60
    house.clock.set(NOW + 15 * MINUTE)
    assert sign_in(owned).status_code == 303


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_to_another_site(owned: TestClient, wanted: str) -> None:
    assert sign_in(owned, wanted=wanted).headers["location"] == "/"


def test_without_an_owner_a_stranger_is_told_how_to_make_one(house: House) -> None:
    answer = open_browser(house, peer="10.0.0.7").get("/sign-in")
    assert answer.status_code == 403
    assert "coterie owner" in answer.text


def test_a_form_without_its_token_is_refused(owned: TestClient) -> None:
    owned.get("/sign-in")
    for fields in ({}, {"form_token": ""}, {"form_token": "0" * 64}, {"form_token": "é"}):
        answer = owned.post("/sign-in", data={**fields, "name": "Ada", "password": PASSWORD})
        assert answer.status_code == 403
    assert "coterie_session" not in owned.cookies


def test_a_token_of_another_browser_is_refused(owned: TestClient, house: House) -> None:
    stolen = token_in(open_browser(house).get("/sign-in"))
    owned.get("/sign-in")
    fields = {"form_token": stolen, "name": "Ada", "password": PASSWORD}
    assert owned.post("/sign-in", data=fields).status_code == 403


def test_a_token_from_before_signing_in_does_not_sign_out(owned: TestClient) -> None:
    before = token_in(owned.get("/sign-in"))
    sign_in(owned)
    assert owned.post("/sign-out", data={"form_token": before}).status_code == 403
    assert owned.get("/api/report").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_sent_by_another_site_is_refused_even_with_its_token(
    owned: TestClient, headers: dict[str, str]
) -> None:
    fields = {"form_token": token_in(owned.get("/sign-in")), "name": "Ada", "password": PASSWORD}
    assert owned.post("/sign-in", data=fields, headers=headers).status_code == 403
    ours = {"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin"}
    assert owned.post("/sign-in", data=fields, headers=ours).status_code == 303


def test_the_api_takes_nothing_from_other_sites_pages(browser: TestClient) -> None:
    item = b'{"items":[{"key":"w1"}]}'
    simple = browser.post("/api/items", content=item, headers={"content-type": "text/plain"})
    assert simple.status_code == 403
    strange = {"content-type": "application/json", "origin": "https://evil.example"}
    assert browser.post("/api/items", content=item, headers=strange).status_code == 403
    own = {"content-type": "application/json"}
    assert browser.post("/api/items", content=item, headers=own).status_code == 200


def test_a_form_with_a_thousand_fields_is_refused(owned: TestClient) -> None:
    answer = owned.post("/sign-in", data={f"f{n}": "1" for n in range(1_000)})
    assert answer.status_code == 400
