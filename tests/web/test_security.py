"""Every answer is dressed, every request is bounded, every door asks who it is."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from coterie.storage.work import Work
from coterie.web.limits import Limits
from coterie.web.security import HEADERS
from coterie.web.serve import configure
from coterie.web.server import create_app
from web.conftest import House, open_browser

OPEN = (
    "/callbacks/", "/health", "/v1/", "/a/", "/c/", "/t/", "/i/", "/e/", "/o/", "/q/", "/u/",
    "/claim/", "/m/", "/k/", "/f/", "/consent", "/sign-in", "/static",
    "/g/in", "/g/offline", "/g/sw.js",
)  # fmt: skip


def routes_of(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Every (method, path) served, whatever router it came from."""

    def walk(routes: Any) -> Iterator[tuple[str, str]]:
        for route in routes:
            if isinstance(route, APIRoute):
                for method in route.methods:
                    yield method, route.path
            elif hasattr(route, "original_router"):
                yield from walk(route.original_router.routes)

    yield from walk(app.routes)


UNREAD = {
    "/imports": 400,
    "/materials/new": 400,
    "/materials/{slug}": 400,
    "/imports/{import_id}/mended": 400,
    "/segments/lists": 400,
    "/v1/feeds/{feed}": 404,
}


def concrete(path: str) -> str:
    """Fill the places of a route's address: whole numbers by one, all others by a letter."""
    return re.sub(r"\{\w+(:\w+)?\}", lambda place: "1" if place[1] == ":int" else "x", path)


@pytest.mark.parametrize("path", ["/", "/health", "/nothing", "/v1/nothing", "/static/coterie.css"])
def test_every_answer_wears_the_headers(browser: TestClient, path: str) -> None:
    answer = browser.get(path)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "server" not in answer.headers
    assert "strict-transport-security" not in answer.headers


def test_over_https_browsers_are_told_to_stay_there(house: House) -> None:
    house.settings = house.settings.model_copy(
        update={"secure_cookies": True, "allowed_hosts": ("desk.example",)}
    )
    house.make_owner()
    browser = TestClient(create_app(house), base_url="https://desk.example")
    answer = browser.get("/sign-in")
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert all("Secure" in one for one in answer.headers.get_list("set-cookie"))
    assert all(one.startswith("__Host-") for one in answer.headers.get_list("set-cookie"))


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "[::2]", "x@localhost"],
)
def test_a_strange_host_is_not_answered(browser: TestClient, host: str) -> None:
    answer = browser.get("/health", headers={"host": host})
    assert answer.status_code == 421
    assert answer.json()["code"] == "unknown_host"
    assert answer.headers["content-security-policy"]


@pytest.mark.parametrize("host", ["127.0.0.1", "LOCALHOST:9", "[::1]:8000", "localhost"])
def test_our_own_names_are_answered(browser: TestClient, host: str) -> None:
    assert browser.get("/health", headers={"host": host}).json()["status"] == "ok"


def test_what_nobody_expected_is_a_dressed_500_that_tells_nothing(house: House) -> None:
    def broken(_work: Work) -> dict[str, Any]:
        raise ZeroDivisionError("secret detail")

    house.report = house.app.told = broken  # type: ignore[method-assign]
    browser = open_browser(house)
    for path in ("/settings", "/api/report"):
        with capture_logs() as logged:
            answer = browser.get(path)
        assert [(line["event"], line["path"]) for line in logged] == [("web.unexpected", path)]
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert "Traceback" not in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.json()["code"] == "internal"


def test_every_door_but_the_open_ones_asks_who_it_is(house: House) -> None:
    house.make_owner()
    browser = open_browser(house)
    closed = [
        (method, path)
        for method, path in routes_of(create_app(house))
        if not path.startswith(OPEN) and path != "/g"
    ]
    assert {"/", "/messages", "/api/report", "/api/items", "/sign-out"} <= {p for _, p in closed}
    for method, path in closed:
        answer = browser.request(
            method, concrete(path), headers={"content-type": "application/json"}, content=b"{}"
        )
        if path.startswith("/api/"):
            assert (answer.status_code, answer.json()["code"]) == (401, "not_known"), path
        elif method == "POST":
            assert answer.status_code in {401, 403}, path
        else:
            assert answer.status_code == 303, path
            door = "/g/in?to=%2F" if path.startswith("/g/") else "/sign-in?next=%2F"
            assert answer.headers["location"].startswith(door)


def test_every_door_that_takes_a_body_bounds_it(house: House) -> None:
    app = create_app(house, Limits(body=1_000, form=1_000))
    browser = TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 1))
    doors = [path for method, path in routes_of(app) if method == "POST"]
    assert len(doors) >= 12
    for path in doors:
        kind = "application/json" if path.startswith("/api/") else "text/plain"
        answer = browser.post(
            concrete(path), content=iter([b"x" * 600_000]), headers={"content-type": kind}
        )
        # a door for files turns away what is no upload, a feed's a feed that is none, unread
        assert answer.status_code == UNREAD.get(path, 413), path


def test_the_open_desk_is_open_to_this_machine_only(house: House) -> None:
    assert open_browser(house).get("/design").status_code == 200
    assert open_browser(house, peer="10.0.0.7").get("/").status_code == 303
    assert open_browser(house, peer="10.0.0.7").get("/api/report").status_code == 401
    house.settings = house.settings.model_copy(update={"allowed_hosts": ("desk.example",)})
    proxied = open_browser(house).get("/api/report", headers={"host": "desk.example"})
    assert proxied.status_code == 401


@pytest.mark.parametrize("trace", ["x-forwarded-for", "forwarded", "x-real-ip", "via"])
def test_a_proxy_on_this_machine_does_not_make_strangers_its_owner(
    browser: TestClient, trace: str
) -> None:
    assert browser.get("/api/report", headers={trace: "10.0.0.7"}).status_code == 401


def test_the_server_says_nothing_of_itself_and_bounds_what_waits(house: House) -> None:
    config = configure(create_app(house), house.settings)
    assert (config.host, config.port) == ("127.0.0.1", 8000)
    assert config.server_header is False
    assert config.proxy_headers is False
    assert config.limit_concurrency == 1_000
    public = house.settings.model_copy(update={"public_url": "https://desk.example"})
    assert configure(create_app(house), public).proxy_headers is True
