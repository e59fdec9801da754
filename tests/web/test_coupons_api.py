"""A till asks for coupons over HTTP: a write key, one key a use, refusals as answers."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from conftest import NOW
from coterie.app import open_app
from coterie.core.actor import COMMAND
from coterie.core.clock import MINUTE
from coterie.loyalty.coupons.codes import shown
from coterie.loyalty.coupons.model import Template, Want
from coterie.settings import Settings
from coterie.testing.clock import FakeClock
from web.conftest import House

Ask = Callable[..., Response]
LINES = [{"id": "1", "amount": 40}, {"id": "2", "amount": "9.99"}]
CART = {"number": "A1", "store": "pudong", "lines": LINES}


@pytest.fixture(scope="module")
def house(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for all of these: each test has a coupon of its own."""
    folder = Path(shutil.copytree(founded, tmp_path_factory.mktemp("till") / "house"))
    clock = FakeClock(NOW)
    app = open_app(Settings(data=folder), clock=clock, channels={})
    made = House(app, clock)
    made.door.accept("shop", b'{"userId":"u1"}', "identify", NOW)
    made.carry()
    with made.db.begin(COMMAND, NOW) as work:
        terms = Template(slug="ten", titles={"en": "Ten"}, kind="amount", amount=100_000)
        app.growing.coupons.define(work, terms)
    yield made
    app.close()


@pytest.fixture(scope="module")
def key(house: House) -> str:
    return house.new_key("till")


@pytest.fixture
def ask(browser: TestClient, key: str) -> Ask:
    def asked(verb: str, body: Any, use: str = "") -> Response:
        headers = {"Idempotency-Key": use} if use else {}
        return browser.post(f"/v1/coupons/{verb}", json=body, auth=(key, ""), headers=headers)

    return asked


@pytest.fixture
def code(house: House, request: pytest.FixtureRequest) -> str:
    """A coupon of 10 yuan for u1."""
    with house.db.begin(COMMAND, NOW) as work:
        coupons = house.app.growing.coupons
        want = Want(house.profile_of("u1"), "ten", request.node.name, "manual:ada")
        [fact] = coupons.issue(work, [want])
        house.inbound.tell(work, [fact])
        return shown(coupons.get(work, fact.properties["coupon"]).code or "")


def test_a_coupon_goes_all_its_way(house: House, ask: Ask, code: str) -> None:
    worth = ask("validate", {"code": code.lower(), "order": CART}).json()
    assert (worth["result"], worth["discount"]) == ("ok", 10.0)
    assert [one["off"] for one in worth["lines"]] == [8.0, 2.0]
    locked = ask("lock", {"code": code, "order": CART}, "l1").json()
    assert locked["result"] == "locked" and locked["until"].endswith("00:15:00.000Z")
    other = ask("lock", {"code": code, "order": {**CART, "number": "A2"}}, "l2").json()
    assert other == {"result": "refused", "reason": "quantity_exceeded", "why": "locked"}
    house.clock.set(NOW + 14 * MINUTE)
    body = {"lock": locked["lock"], "store": "pudong"}
    done = ask("redeem", body, "r1").json()
    assert done["result"] == "redeemed" and ask("redeem", body, "r1").json() == done
    back = ask("return", {"redemption": done["redemption"], "lines": {"2": 1}}, "b1").json()
    assert back["amount"] == 7.99
    rolled = ask("rollback", {"redemption": done["redemption"]}, "b2").json()
    assert (rolled["result"], rolled["amount"], rolled["code"]) == ("rolled_back", 10.0, code)
    house.carry()
    with house.db.read(COMMAND, house.clock.now()) as work:
        told = house.log.counts(work)
    assert told["coterie.coupon.redeemed"] == told["coterie.coupon.rolled_back"] == 1


def test_whose_it_is_is_asked(ask: Ask, code: str) -> None:
    hers = {"code": code, "order": {"total": 50}, "customer": {"kind": "user_id", "value": "u1"}}
    assert ask("validate", hers).json()["result"] == "ok"
    hers["customer"] = {"kind": "user_id", "value": "u9"}
    assert ask("validate", hers).json()["reason"] == "recipient_mismatch"
    lock = ask("lock", {"code": code, "order": {"number": "A8", "total": 50}}, "l8").json()["lock"]
    assert ask("release", {"lock": lock}, "x8").json()["state"] == "available"


def test_what_is_wrong_is_said(ask: Ask) -> None:
    for verb, body, use, path in (
        ("redeem", {"code": "X"}, "", "key"),
        ("redeem", {"code": "X", "order": {"total": "-1"}}, "k", "order.total"),
        ("redeem", {"code": "X", "order": {"lines": [{"id": "1"}]}}, "k", "order.lines[0]"),
        ("redeem", {"code": "X", "colour": "red"}, "k", ""),
        ("return", {"redemption": 1, "lines": {}}, "k", "lines"),
    ):
        refused = ask(verb, body, use)
        assert (refused.status_code, refused.json().get("path", "")) == (400, path)
        assert refused.headers["content-type"] == "application/problem+json"


def test_a_key_means_one_request_and_a_stranger_none(
    ask: Ask, browser: TestClient, code: str
) -> None:
    assert (
        ask("redeem", {"code": code, "order": {"total": 50}}, "k9").json()["result"] == "redeemed"
    )
    again = ask("redeem", {"code": code, "order": {"total": 60}}, "k9")
    assert (again.status_code, again.json()["code"]) == (409, "key_taken")
    assert browser.post("/v1/coupons/validate", json={"code": code}).status_code == 401
