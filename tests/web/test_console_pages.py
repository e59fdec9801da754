"""What every page rests on: the stylesheet, and the page that says all is well."""

from fastapi.testclient import TestClient

from web.conftest import House, open_browser


def test_the_stylesheet_is_served_and_revalidated(browser: TestClient) -> None:
    first = browser.get("/static/coterie.css")
    assert first.headers["content-type"].startswith("text/css")
    assert first.headers["cache-control"] == "no-cache"
    again = browser.get("/static/coterie.css", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304


def test_the_health_page_asks_nobody(house: House) -> None:
    house.make_owner()
    answer = open_browser(house, peer="10.0.0.7").get("/health")
    assert answer.json() == {"status": "ok", "now": "2026-01-01T00:00:00.000Z"}
