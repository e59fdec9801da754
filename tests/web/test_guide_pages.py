"""The guides' pages: who gets in, how, and whom she may see there."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from coterie.app import App
from coterie.channels.wecom.jssdk import signature
from coterie.core.actor import COMMAND
from coterie.guides.organisation.model import Guide, Store
from coterie.storage import audit
from coterie.testing.house import House
from coterie.testing.wecom import Wecom
from coterie.web.server import create_app
from web.conftest import BROWSER

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"


@dataclass
class Pocket:
    """A phone in a guide's pocket."""

    browser: TestClient
    app: App

    def get(self, path: str) -> Response:
        return self.browser.get(path, headers={"accept-language": "en"})

    def read(self, path: str) -> str:
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:300])
        return answer.text

    def press(self, path: str, on: str = "/g/", **fields: str) -> Response:
        found = re.search(r'name="form_token" value="([^"]+)"', self.read(on))
        assert found is not None
        return self.browser.post(path, data={"form_token": found.group(1), **fields})

    def sign_in(self, guide: str) -> None:
        with self.app.db.begin(COMMAND, self.app.clock.now()) as work:
            token = self.app.attending.access.link(work, guide, shown=True)
        path = f"/g/in/with/{token}"
        assert self.press(path, on=path).headers["location"] == "/g/"


@pytest.fixture
def house() -> Iterator[House]:
    with House(brand="Cantina") as made:
        staff(made.app)
        yield made


@pytest.fixture
def app(house: House) -> App:
    return house.app


def staff(app: App) -> None:
    """Two guides at the Bund, one at Jing'an."""
    with app.db.begin(COMMAND, app.clock.now()) as work:
        organisation = app.guides.organisation
        for store, title in (("bund", "The Bund"), ("jingan", "Jing'an")):
            organisation.save_store(work, Store(store, title))
        for guide, name, store in (
            ("li-na", "Li Na", "bund"),
            ("wang-wei", "Wang Wei", "bund"),
            ("zhao", "Zhao", "jingan"),
        ):  # fmt: skip
            email = f"{guide}@cantina.example"
            organisation.save_guide(work, Guide(guide, name, guide, email, stores=(store,)))


def phone(app: App) -> Pocket:
    browser = TestClient(
        create_app(app), base_url="http://127.0.0.1:8000", client=("10.0.0.9", 50_000),
        follow_redirects=False, headers={"user-agent": PHONE},
    )  # fmt: skip
    return Pocket(browser, app)


def customer(house: House, user: str, guide: str | None, **traits: Any) -> str:
    """A customer of a guide's; returns her outside id."""
    house.receive([{"type": "identify", "userId": user, "traits": {"name": "王小明", **traits}}])
    app = house.app
    with app.db.begin(COMMAND, app.clock.now()) as work:
        profile = app.profiles.find(work, "user_id", user)
        assert profile is not None
        if guide is not None:
            app.inbound.tell(work, app.guides.bindings.give(work, [profile], guide, "test"))
        uid = app.profiles.uid(work, [profile])[profile]
    app.settle(app.clock.now())
    return uid


# getting in


def test_a_link_lets_its_guide_in_once_and_opens_nothing_of_the_desk(app: App) -> None:
    with app.db.begin(COMMAND, app.clock.now()) as work:
        app.accounts.create_owner(work, "Ada", "a vineyard in Piedmont")
        token = app.attending.access.link(work, "li-na", shown=True)
    path = f"/g/in/with/{token}"
    pocket, thief = phone(app), phone(app)
    assert pocket.get("/g/").headers["location"] == "/g/in?to=%2Fg%2F"
    pocket.read(path)  # a preview fetcher looks
    assert pocket.press(path, on=path).headers["location"] == "/g/"
    assert "Li Na" in pocket.read("/g/")
    assert thief.press(path, on=path).status_code == 403
    for desk in ("/", "/people", "/settings", "/guides/li-na/sign-in"):
        assert pocket.get(desk).headers["location"].startswith("/sign-in?next=")
    assert pocket.get("/api/report").status_code == 401
    assert pocket.press("/g/out").headers["location"] == "/g/in"
    assert pocket.get("/g/").status_code == 303


def test_a_letter_goes_to_a_guide_and_the_answer_betrays_nobody(house: House) -> None:
    mail = house.channels["email"]
    pocket = phone(house.app)
    answers = []
    for address in ("stranger@cantina.example", " Li-Na@Cantina.example "):
        said = pocket.press("/g/in", on="/g/in", email=address, to="/g/codes")
        answers.append((said.status_code, re.search(r'role="status">([^<]+)', said.text)[1]))  # type: ignore[index]
    assert answers[0] == answers[1]
    [letter] = mail.delivered.values()
    assert letter.address == "li-na@cantina.example"
    found = re.search(r"(/g/in/with/\S+)", letter.text)
    assert found is not None
    assert pocket.press(found[1], on=found[1]).headers["location"] == "/g/codes"
    with house.app.db.begin(COMMAND, house.app.clock.now()) as work:
        house.app.inbound.tell(work, house.app.guides.organisation.leave(work, "li-na"))
    assert pocket.get("/g/").status_code == 303  # whoever left is out at once
    pocket.press("/g/in", on="/g/in", email="li-na@cantina.example")
    assert len(mail.delivered) == 1
    mail.fail(1)
    assert pocket.press("/g/in", on="/g/in", email="zhao@cantina.example").status_code == 200


def keys(wecom: Wecom) -> dict[str, Any]:
    """The settings of a house that speaks to a simulated WeCom."""
    return {
        "wecom_base_url": wecom.base_url, "wecom_corp_id": wecom.corp_id,
        "wecom_agent_id": str(wecom.agent_id), "wecom_secret": wecom.secret,
        "wecom_token": wecom.token, "wecom_aes_key": wecom.aes_key,
    }  # fmt: skip


def test_wecom_says_who_she_is(wecom: Wecom) -> None:
    wecom.add_member("li-na", "Li Na")
    wecom.add_member("stranger", "Nobody's guide")
    with House(**keys(wecom)) as house:
        staff(house.app)
        pocket = phone(house.app)

        def back(pocket: Pocket, member: str) -> str:
            sent = pocket.get("/g/in/wecom?to=/g/codes").headers["location"]
            assert sent.startswith(f"{wecom.base_url}/connect/oauth2/authorize?")
            came = httpx2.get(sent.replace("#wechat_redirect", "") + f"&as={member}")
            return came.headers["location"].removeprefix("http://127.0.0.1:8000")

        way = back(pocket, "li-na")
        assert phone(house.app).get(way).status_code == 403  # it set out from another browser
        way = back(pocket, "li-na")
        assert pocket.get(way).headers["location"] == "/g/codes"
        assert pocket.get(way).status_code == 403  # it opened once
        assert "Li Na" in pocket.read("/g/")
        # the sidebar: framed by the simulator and nobody else, signed for its own pages only
        side = pocket.get("/g/side")
        assert f"frame-ancestors {wecom.base_url}" in side.headers["content-security-policy"]
        assert "x-frame-options" not in side.headers
        assert "frame-ancestors 'none'" in pocket.get("/g/").headers["content-security-policy"]
        url = "http://127.0.0.1:8000/g/side?external=x#top"
        signed = pocket.get(f"/g/side/signature?url={quote(url, safe='')}").json()
        config = signed["config"]
        ticket = house.app.wecom.client.identity.ticket().text  # type: ignore[union-attr]
        assert config["signature"] == signature(
            ticket,
            config["nonceStr"],
            config["timestamp"],
            "http://127.0.0.1:8000/g/side?external=x",
        )
        assert signed["agent"]["signature"] != config["signature"]
        for other in ("http://evil.example/g/side", "http://127.0.0.1:8000/people"):
            assert pocket.get(f"/g/side/signature?url={other}").status_code == 400


# whom she may see


def test_she_sees_her_own_her_store_s_behind_a_mask_and_nobody_else(house: House) -> None:
    own, near, far = (
        customer(house, "u1", "li-na"), customer(house, "u2", "wang-wei"),
        customer(house, "u3", "zhao"),
    )  # fmt: skip
    free = customer(house, "u4", None)
    pocket = phone(house.app)
    pocket.sign_in("li-na")
    assert "王小明" in pocket.read(f"/g/customers/{own}")
    seen = pocket.read(f"/g/customers/{near}")
    assert "王***" in seen
    assert "王小明" not in seen
    assert "Wang Wei" in seen
    for hidden in (far, free, "nobody"):
        assert pocket.get(f"/g/customers/{hidden}").status_code == 404
        on = f"/g/customers/{own}"
        assert pocket.press(f"/g/customers/{hidden}/spoke", on=on).status_code == 404
        assert pocket.press(f"/g/customers/{hidden}/tags", on=on, tag="x").status_code == 404
    listed = pocket.read("/g/customers")
    assert own in listed
    assert near not in listed
    with house.app.db.read(COMMAND, house.app.clock.now()) as work:
        profile = house.app.profiles.by_uid(work, own)
        assert profile is not None
        told = house.app.attending.due.hand_out(work, profile)
    assert [one["guide"] for one in told["guide_looks"]] == ["li-na"]  # once, however often


def test_beside_a_chat_with_somebody_else_s_customer_she_learns_whose_she_is(wecom: Wecom) -> None:
    for member, name in (("li-na", "Li Na"), ("zhao", "Zhao")):
        wecom.add_member(member, name)
    with House(**keys(wecom)) as house:
        staff(house.app)
        app, pocket = house.app, phone(house.app)

        def call_back(method: str, query: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
            said = pocket.browser.request(
                method, "/callbacks/wecom", params=dict(query), content=body
            )
            return said.status_code, said.content

        def pass_time() -> None:
            wecom.advance(5)
            wecom.deliver()
            house.advance(seconds=5)
            app.settle_all(app.clock.now())

        wecom.connect(call_back)
        with app.db.begin(COMMAND, app.clock.now()) as work:
            for guide in ("li-na", "zhao"):
                given = {"title": guide, "guide": guide, "guides": [{"guide": guide}]}
                app.scanning.channel.make(work, given)
        pass_time()
        her, stranger = wecom.new_customer("王小明"), wecom.new_customer("路人")
        for way in sorted(wecom.corp.ways.values(), key=lambda one: one.users):
            wecom.scan(way.qr_code, her)  # Li Na's first: she is hers
            pass_time()
        hers, other = phone(app), phone(app)
        hers.sign_in("li-na")
        other.sign_in("zhao")
        card = hers.read(f"/g/side/of?external={her}")
        assert "王小明" in card
        assert "Say next" in card
        card = other.read(f"/g/side/of?external={her}")
        assert "Li Na&#39;s customer" in card
        assert "王小明" not in card
        assert "Say next" not in card
        for pocket in (hers, other):
            assert pocket.get(f"/g/side/of?external={stranger}").status_code == 404


def test_a_withdrawal_and_an_erasure_hold_at_once(house: House) -> None:
    uid = customer(house, "u1", "li-na", birthday="1990-01-01")
    pocket = phone(house.app)
    pocket.sign_in("li-na")
    assert "Happy birthday, 王小明" in pocket.read("/g/")
    mark = pocket.get("/g/").headers["x-coterie-guide"]
    house.receive([
        {"type": "track", "userId": "u1", "event": "Consent Withdrawn",
         "properties": {"purpose": "personalisation"}},
    ])  # fmt: skip
    assert "Happy birthday" not in pocket.read("/g/")
    card = pocket.read(f"/g/customers/{uid}")
    assert "She wants nothing chosen for her" in card
    assert "Say next" in card
    with house.app.db.begin(COMMAND, house.app.clock.now()) as work:
        profile = house.app.profiles.by_uid(work, uid)
        assert profile is not None
        house.app.erasing.ask(work, profile, "member")
    card = pocket.read(f"/g/customers/{uid}")
    assert "She asked to be erased" in card
    assert "Say next" not in card
    house.erase("u1")
    assert pocket.get(f"/g/customers/{uid}").status_code == 404
    again = pocket.get("/g/customers")
    assert uid not in again.text
    assert again.headers["x-coterie-guide"] != mark  # her phone forgets what it kept


# what she taps


def test_a_tap_counts_once_and_only_from_her_own_page(house: House) -> None:
    uid = customer(house, "u1", "li-na", birthday="1990-01-01")
    pocket, other = phone(house.app), phone(house.app)
    pocket.sign_in("li-na")
    other.sign_in("wang-wei")
    path = f"/g/customers/{uid}/spoke"
    for _ in range(2):
        assert pocket.press(path, key="k1", reason="birthday").status_code == 303
    with house.app.db.read(COMMAND, house.app.clock.now()) as work:
        profile = house.app.profiles.by_uid(work, uid)
        assert profile is not None
        told = house.app.attending.due.hand_out(work, profile)
    assert len(told["guide_words"]) == 1
    assert "Happy birthday" not in pocket.read("/g/")
    token = re.search(r'name="form_token" value="([^"]+)"', other.read("/g/"))
    assert token is not None
    stolen = pocket.browser.post(path, data={"form_token": token[1], "reason": "other"})
    assert stolen.status_code == 403
    fresh = pocket.get("/g/token").json()  # for taps that waited
    heard = pocket.browser.post(
        path, data={"form_token": fresh["token"], "key": "k2", "reason": "other"},
        headers={"x-coterie-tap": "1"},
    )  # fmt: skip
    assert (heard.status_code, heard.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert pocket.press(path, reason="nonsense").status_code == 400


def test_a_shift_begins_with_one_tap_and_the_phone_is_handed_on_with_two(house: House) -> None:
    pocket = phone(house.app)
    pocket.sign_in("wang-wei")
    pocket.sign_in("li-na")
    assert pocket.press("/g/shift/in", store="jingan").status_code == 400
    assert pocket.press("/g/shift/in", store="bund").status_code == 303
    assert pocket.press("/g/phone", on="/g/me", shared="1").status_code == 303
    assert "No colleague" in pocket.read("/g/switch")
    pocket.sign_in("wang-wei")  # she signs in on it once
    pocket.sign_in("li-na")
    assert pocket.press("/g/pin", on="/g/me", pin="4071").status_code == 303
    handed = pocket.press("/g/switch", on="/g/switch", guide="wang-wei")
    assert handed.headers["location"] == "/g/"
    assert "Wang Wei" in pocket.read("/g/")
    assert pocket.press("/g/switch", on="/g/switch", guide="zhao").status_code == 403
    assert pocket.press("/g/switch", on="/g/switch", guide="li-na", pin="0000").status_code == 403
    assert pocket.press("/g/switch", on="/g/switch", guide="li-na", pin="4071").status_code == 303
    with house.app.db.read(COMMAND, house.app.clock.now()) as work:
        shifts = house.app.attending.shifts
        assert [one.guide for one in shifts.at_store(work, "bund")] == ["li-na"]
        assert [one.by for one in shifts.of_guide(work, "wang-wei")] == ["handed"]
        verbs = [row.verb for row in audit.latest(work)]
    assert verbs.count("guide.hand_over") == 2
    assert "guide.pin_failed" in verbs


def test_every_page_opens_in_both_languages(house: House) -> None:
    uid = customer(house, "u1", "li-na", birthday="1990-01-02")
    pocket = phone(house.app)
    pocket.sign_in("li-na")
    pages = ("/g/", "/g/customers", f"/g/customers/{uid}", "/g/say", "/g/codes", "/g/me",
             "/g/me?shop=x&order=1", "/g/side", "/g/offline")  # fmt: skip
    for path in pages:
        sign = "&" if "?" in path else "?"
        for language, named in (("en", "en"), ("zh", "zh-CN")):
            assert f'<html lang="{named}"' in pocket.read(f"{path}{sign}lang={language}")
    assert [pocket.get("/g/").status_code for _ in range(5)][-1] == 429  # a burst is bounded
    house.advance(seconds=2)
    worker = pocket.get("/g/sw.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert worker.headers["cache-control"] == "no-cache"
    assert worker.headers["service-worker-allowed"] == "/g/"
    assert pocket.get("/g").headers["location"] == "/g/"
    kept = {path for path in pages if "x-coterie-keep" in pocket.get(path).headers}
    assert kept == {"/g/", "/g/customers", "/g/say", "/g/codes", "/g/me"}  # no customer's card


def test_the_desk_shows_a_link_once_and_ends_her_sessions(house: House) -> None:
    pocket = phone(house.app)
    pocket.sign_in("li-na")
    desk = TestClient(
        create_app(house.app), base_url="http://127.0.0.1:8000", client=("127.0.0.1", 50_000),
        follow_redirects=False, headers={"user-agent": BROWSER},
    )  # fmt: skip
    page = desk.get("/guides/li-na/sign-in")
    assert page.status_code == 200
    token = re.search(r'name="form_token" value="([^"]+)"', page.text)
    assert token is not None
    shown = desk.post("/guides/li-na/sign-in", data={"form_token": token[1]})
    link = re.search(r"http://127.0.0.1:8000(/g/in/with/[\w-]+)", shown.text)
    assert link is not None
    assert link[1] not in desk.get("/guides/li-na/sign-in").text
    desk.post("/guides/li-na/sign-in/end", data={"form_token": token[1]})
    assert pocket.get("/g/").status_code == 303
    assert phone(house.app).press(link[1], on=link[1]).status_code == 403  # unused links close too
