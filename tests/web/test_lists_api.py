"""Lists and the past by the JSON API."""

import pytest
from fastapi.testclient import TestClient

from web.conftest import NOW, House


@pytest.fixture
def peopled(house: House) -> House:
    for user in ("u1", "u2", "u3"):
        house.door.accept("shop", f'{{"userId":"{user}"}}'.encode(), "identify", NOW)
    house.carry()
    return house


def test_a_list_is_uploaded_asked_looked_at_and_deleted(
    browser: TestClient, peopled: House
) -> None:
    made = browser.post(
        "/api/lists/vip", json={"identities": ["u1", "u9", ["phone", "13800138000"]]}
    ).json()
    assert (made["version"], made["matched"], made["unmatched"], made["changed"]) == (1, 1, 2, 1)
    assert browser.post("/api/segments/vips", json={"rule": {"list": "vip"}}).status_code == 200
    browser.post("/api/lists/vip", json={"identities": ["u2"]})
    assert browser.get("/api/segments/vips/members").json()["members"] == ["u2"]
    browser.post("/api/lists/copied", json={"segment": "vips", "title_en": "Copied"})
    one = browser.get("/api/lists/vip").json()
    assert ([v["version"] for v in one["versions"]], one["used_by"]) == ([2, 1], ["vips"])
    names = [(one["name"], one["origin"]) for one in browser.get("/api/lists").json()["lists"]]
    assert names == [("copied", "segment:vips@1"), ("vip", "upload")]
    assert browser.post("/api/lists/vip/delete", json={}).status_code == 409
    assert browser.post("/api/lists/copied/delete", json={}).json()["deleted"]
    assert browser.get("/api/lists/copied").status_code == 404


def test_a_list_of_nothing_is_refused(browser: TestClient, peopled: House) -> None:
    for body in ({}, {"identities": [], "segment": "vips"}):
        refused = browser.post("/api/lists/vip", json=body)
        assert (refused.status_code, refused.json()["path"]) == (400, "identities")


def test_a_rule_is_asked_of_now_and_of_the_past(browser: TestClient, peopled: House) -> None:
    everybody = {"rule": {"everyone": True}}
    assert browser.post("/api/population", json=everybody).json()["population"] == 3
    past = browser.post("/api/population", json={**everybody, "at": "2025-01-01T00:00:00Z"}).json()
    assert past == {"population": 0, "at": "2025-01-01T00:00:00.000Z", "sample": []}
    browser.post("/api/segments/all", json=everybody)
    then = browser.get("/api/segments/all/members", params={"at": "2025-01-01"}).json()
    assert then == {"segment": "all", "population": 0, "members": []}
    ahead = browser.get("/api/segments/all/members", params={"at": "2199-01-01"})
    assert (ahead.status_code, ahead.json()["path"]) == (400, "at")
