"""Members' own pages, the page their friends come to, and what guides do about both."""

import gzip
import io
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
import zxingcpp
from fastapi.testclient import TestClient
from httpx2 import Response
from PIL import Image

from coterie.channels.wecom.mirror.chats import store as chats
from coterie.channels.wecom.mirror.model import Participant
from coterie.codes.members import GOOD_FOR
from coterie.core.actor import COMMAND
from coterie.messaging.model import Template as MessageTemplate
from web.growth import FRIENDS, Stage, open_stage, stand
from web.test_guide_pages import Pocket, customer, phone

PICTURE = (("zh", "zh-CN"), ("en", "en-GB"))
MOST = 100_000
NAMED = r'(?:src|rel="stylesheet" href|use href)="(/(?:static|c|f)/[^"#]+)'


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with open_stage() as made:
        yield made


@pytest.fixture(scope="module")
def guide(stage: Stage) -> Pocket:
    pocket = phone(stage.house.app)
    pocket.sign_in("li-na")
    return pocket


def text_of(page: Response) -> str:
    """What a page says, without its tags."""
    body = re.sub(r"<(svg|head|title).*?</\1>", " ", page.text, flags=re.DOTALL)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)))


def press(browser: TestClient, path: str, on: str = "", **fields: str) -> Response:
    found = re.search(r'name="form_token" value="([^"]+)"', browser.get(on or path).text)
    assert found is not None
    return browser.post(path, data={"form_token": found[1], **fields})


def weight(browser: TestClient, path: str) -> int:
    """What a phone loads that was never here: the page and all that it names, as it travels."""
    page = browser.get(path)
    named = set(re.findall(NAMED, page.text))
    assert any("coterie.css" in one for one in named)
    parts = [page, *(browser.get(unescape(one)) for one in named)]
    assert all(one.status_code == 200 for one in parts)
    return sum(
        len(one.content) if one.headers["content-type"] == "image/png"
        else len(gzip.compress(one.content, 6))
        for one in parts
    )  # fmt: skip


# --- her coupons


def test_her_coupons_are_codes_for_the_till(stage: Stage) -> None:
    stage.give("thanks", "first")
    code = stage.give("day", "soon")
    page = stage.browser().get(stage.own())
    said = text_of(page)
    assert code in said
    assert said.index("day") < said.index("thanks"), "what ends first stands first"
    assert "¥30" in said
    assert "At every store and online" in said
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert page.headers["cache-control"] == "no-store"
    assert "王小明" not in page.text
    assert stage.uid not in page.text
    assert "我的优惠券" in text_of(stage.browser("zh-CN").get(stage.own()))


def test_a_used_coupon_says_the_day_and_no_more(stage: Stage, guide: Pocket) -> None:
    code = stage.give("welcome", "till")
    order = {"code": code.lower(), "amount": "1,299.00", "number": "B-77"}
    low = guide.press("/g/till", on="/g/till", act="check", **{**order, "amount": "10"})
    assert "alert" in low.text
    checked = guide.press("/g/till", on="/g/till", act="check", key="k1", **order)
    assert "Left to pay: 1,269.00" in text_of(checked)
    assert code in text_of(stage.browser().get(stage.own()))
    order["act"] = "redeem"
    for _ in range(2):
        done = guide.press("/g/till", on="/g/till", key="k2", **order)
        assert "Redeemed" in text_of(done)
    other = guide.press("/g/till", on="/g/till", key="k3", **{**order, "number": "B-78"})
    assert "alert" in other.text
    assert "Redeemed" not in text_of(other)
    app = stage.house.app
    app.settle(app.clock.now())
    with app.db.read(COMMAND, app.clock.now()) as work:
        told = [one.name for one in app.log.timelines(work, [stage.lin])[stage.lin]]
    assert told.count("coterie.coupon.redeemed") == 1
    page = stage.browser().get(stage.own())
    said = text_of(page)
    assert code not in page.text
    assert "used on" in said
    assert "B-77" not in said
    assert "The Bund" not in said
    assert "1,299" not in said


def test_a_link_ends_and_is_not_forged(stage: Stage) -> None:
    app, browser = stage.house.app, stage.browser()
    token = stage.own().rpartition("/")[2]
    assert browser.get(f"/k/{token[:-3]}AAA").status_code == 404
    old = app.growing.links.token(stage.lin, app.clock.now() - GOOD_FOR)
    assert browser.get(f"/k/{old}").status_code == 404
    answers = app.codes.sign("poll", {"profile": stage.lin})
    assert browser.get(f"/k/{answers}").status_code == 404
    assert browser.get(stage.own(profile=999_999)).status_code == 404


def test_messages_and_welcomes_lead_to_her_pages(stage: Stage) -> None:
    app, browser = stage.house.app, stage.browser()
    hers = "{{ member.coupons }} {{ member.friends }} {{ member.friend | default: 'none yet' }}"
    with app.db.read(COMMAND, app.clock.now()) as work:
        [filled] = app.messaging.fill_in(work, MessageTemplate("t", hers), [stage.lin], {}, "")
    assert filled.content is not None
    coupons, friends, *friend = filled.content.text.split()
    assert friend == ["none", "yet"]
    for address in (coupons, friends):
        assert browser.get("/k/" + address.partition("/k/")[2]).status_code == 200
    address = app.growing.links.newcomer("wmNobodyYet", app.clock.now())
    answer = browser.get("/k/" + address.partition("/k/")[2])
    assert answer.status_code == 404
    assert "in a minute" in text_of(answer)


# --- her friends


def test_she_takes_part_by_a_press_and_gets_a_poster(stage: Stage) -> None:
    browser = stage.browser()
    path = stage.own("/friends")
    first = browser.get(path)
    assert "poster.png" not in first.text
    assert press(browser, path, programme="friends").headers["location"] == path
    code = stage.code()
    press(browser, path, on=f"/f/{code}", programme="friends")
    page = browser.get(path)
    assert f"http://127.0.0.1:8000/f/{code}" in page.text
    for language, locale in PICTURE:
        picture = stage.browser(locale).get(f"/f/{code}/poster.png?lang={language}")
        image = Image.open(io.BytesIO(picture.content)).convert("RGB")
        [found] = zxingcpp.read_barcodes(image)
        assert found.text == f"http://127.0.0.1:8000/f/{code}"
    app = stage.house.app
    with app.db.read(COMMAND, app.clock.now()) as work:
        mine = app.growing.doors.states(work, stage.door, "friends", [code])[code]
        told = app.scanning.channel.resolve(work, [mine])[mine]
    assert told.placement == f"friend:{code}"
    assert told.tags == ("door",)
    assert press(browser, path, on=f"/f/{code}", programme="nothing").status_code == 404


def test_who_adds_a_guide_by_her_code_is_counted_and_not_named(stage: Stage) -> None:
    app, code = stage.house.app, stage.code()
    with app.db.read(COMMAND, app.clock.now()) as work:
        mine = app.growing.doors.states(work, stage.door, "friends", [code])[code]
    came = {"type": "track", "userId": "mei", "event": "Contact Added",
            "properties": {"guide": "li-na", "state": mine}}  # fmt: skip
    named = {"type": "identify", "userId": "mei", "traits": {"name": "梅小姐"}}
    stage.house.receive([came, named])
    app.settle(app.clock.now())
    page = stage.browser().get(stage.own("/friends"))
    said = text_of(page)
    assert re.search(r"friends came 1 |1 friends came", said), said
    assert "梅小姐" not in page.text


# --- the page a friend comes to


def test_looking_tells_nothing_and_a_yes_is_told_once_with_its_proof(stage: Stage) -> None:
    app, code = stage.house.app, stage.code()
    browser = stage.browser("zh-CN")
    path = f"/f/{code}"
    page = browser.get(path)
    said = text_of(page)
    for words in ("首单立减 30 元", "¥30", "满 ¥199", "转发分享本身没有奖励", "Maria"):
        assert words in said, words
    assert "王小明" not in page.text
    assert stage.uid not in page.text
    assert "coterie_reader" not in browser.cookies
    assert told(stage) == []
    for _ in range(2):
        assert press_once(browser, path, "allow").headers["location"] == path
    events = told(stage)
    assert [name for name, _ in events] == ["Consent Given", "Invitation Opened"]
    assert events[0][1]["purpose"] == "referral"
    assert "记录" in events[0][1]["proof"]["wording"]
    assert events[1][1]["code"] == code
    assert "长按二维码" in text_of(browser.get(path))
    app.settle(app.clock.now())
    with app.db.read(COMMAND, app.clock.now()) as work:
        device = app.profiles.find(work, "anonymous_id", browser.cookies["coterie_reader"])
        assert device is not None
        [word] = app.profiles.consent_words(work, device)
    assert (word.purpose, word.given, word.evidence) == ("referral", True, f"invitation {code}")


def press_once(browser: TestClient, path: str, choice: str) -> Response:
    """Press again what may stand on the page no more: the browser still has its form."""
    page = browser.get(path).text
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    if found is not None:
        browser.headers["x-form"] = found[1]
    return browser.post(path, data={"form_token": browser.headers["x-form"], "choice": choice})


def told(stage: Stage) -> list[tuple[str, dict[str, Any]]]:
    """What members' pages have put in at the door, each id once."""
    every = [one for _, events in stage.house.app.inbox.after(0, 10_000) for one in events]
    mine = {one.id: (one.name, dict(one.properties)) for one in every if one.source == "web"}
    return list(mine.values())


def test_a_no_tells_nothing_and_still_leads_in(stage: Stage) -> None:
    browser, before = stage.browser(), told(stage)
    path = f"/f/{stage.code()}"
    press(browser, path, choice="deny")
    assert told(stage) == before
    assert "coterie_reader" not in browser.cookies
    said = text_of(browser.get(path))
    assert "Two steps to your coupon" in said
    assert "not noted" in said
    assert press(stage.browser(), path, choice="perhaps").status_code == 400


def test_a_group_that_is_full_says_that_it_still_counts(stage: Stage) -> None:
    app = stage.house.app
    with app.db.begin(COMMAND, app.clock.now()) as work:
        group = app.scanning.groups.make(
            work, {"title": "Friends", "store": "bund", "chats": ["w1"], "limit": 2}
        )
        stand(work, group.state)
        door = {"way": "group", "state": group.state}
        app.growing.referrals.programmes.define(work, {**FRIENDS, "door": door})
    browser = stage.browser()
    path = f"/f/{stage.code()}"
    press(browser, path, choice="deny")
    assert "join our group" in text_of(browser.get(path))
    with app.db.begin(COMMAND, app.clock.now()) as work:
        chats.meet(work, ["w1"])
        chats.write_participants(work, [Participant("w1", one, True, 0) for one in ("a", "b")])
    said = text_of(browser.get(path))
    assert "The group is full just now" in said
    assert "counts all the same" in said
    assert "join our group" not in said


def test_what_is_over_unknown_or_resting_says_so(stage: Stage) -> None:
    app, code, browser = stage.house.app, stage.code(), stage.browser()
    unknown = browser.get("/f/rf_23456789abcd")
    assert unknown.status_code == 404
    assert "leads nowhere" in text_of(unknown)
    with app.db.begin(COMMAND, app.clock.now()) as work:
        app.growing.referrals.programmes.pause(work, "friends")
    assert "rests just now" in text_of(browser.get(f"/f/{code}"))
    assert "rests just now" in text_of(browser.get(stage.own("/friends")))
    with app.db.begin(COMMAND, app.clock.now()) as work:
        app.growing.referrals.programmes.resume(work, "friends")
        app.growing.referrals.programmes.define(work, {**FRIENDS, "until": "2025-12-20"})
    said = text_of(browser.get(f"/f/{code}"))
    assert "ended on" in said
    assert "Yes, go on" not in said
    with app.db.begin(COMMAND, app.clock.now()) as work:
        app.growing.referrals.programmes.define(work, FRIENDS)


def test_every_page_is_light_and_works_without_scripts(stage: Stage) -> None:
    paths = [stage.own(), stage.own("/friends"), f"/f/{stage.code()}"]
    for _, locale in PICTURE:
        for path in paths:
            browser = stage.browser(locale)
            assert 1_000 < weight(browser, path) <= MOST, path
            assert "<script" not in browser.get(path).text


# --- the guide


def test_a_guide_asks_a_customer_and_gets_words_with_her_poster(
    stage: Stage, guide: Pocket
) -> None:
    house, app = stage.house, stage.house.app
    uid = customer(house, "hua", "li-na")
    where = f"/g/invite/{uid}"
    assert guide.get(where).status_code == 404, "she takes no part yet"
    assert "Nobody to ask" in unescape(guide.read("/g/invite"))
    sent = guide.press(where, on="/g/invite/" + stage.uid, programme="friends", key="a")
    assert sent.headers["location"] == f"{where}?programme=friends"
    page = guide.read(f"{where}?programme=friends")
    assert re.search(r"/k/[\w-]+/friends", page)
    assert "poster.png" in page
    assert "30 off your first order" in page
    with app.db.read(COMMAND, app.clock.now()) as work:
        [result] = app.growing.referrals.results(work, "friends")
    assert (result.guide, result.invited) == ("li-na", 1)
    stranger = customer(house, "far", None)
    assert guide.press(f"/g/invite/{stranger}", programme="friends", key="b").status_code == 404


def test_a_card_has_her_coupons_and_her_friends(stage: Stage, guide: Pocket) -> None:
    code = stage.give("thanks", "card")
    stage.house.advance(seconds=10)  # her taps of one moment are bounded
    card = guide.read(f"/g/customers/{stage.uid}")
    assert f"/g/till?code={code}" in card
    assert "Her friends" in card
    assert guide.read("/g/groups")
    for way in ("/g/till", "/g/invite", "/g/groups"):
        assert f'href="{way}"' in guide.read("/g/")


def test_a_campaign_s_task_is_done_for_the_whole_store(stage: Stage, guide: Pocket) -> None:
    app = stage.house.app
    task = {"key": "dress", "phase": "build", "role": "guide", "each": "store",
            "title": {"en": "Dress the window", "zh": "布置橱窗"}}  # fmt: skip
    with app.db.begin(COMMAND, app.clock.now()) as work:
        plans = app.growing.plans
        plans.define(work, "anni", {
            "title": {"en": "Anniversary", "zh": "周年庆"}, "start": "2026-01-08",
            "stores": ["bund"], "tasks": [task, {**task, "key": "buy", "role": "buyer"}],
        })  # fmt: skip
        plans.launch(work, "anni")
    stage.house.advance(seconds=10)
    assert guide.read("/g/").count("Dress the window") == 2, "hers alone: its line, its label"
    sent = {"campaign": "anni", "task": "dress@bund"}
    assert guide.press("/g/team/done", key="t1", **sent).status_code == 303
    stage.house.advance(seconds=10)
    assert "Dress the window" not in guide.read("/g/")
    assert guide.press("/g/team/done", key="t2", **sent).status_code == 404


# --- the desk


def test_the_desk_shows_a_sample_of_the_poster(stage: Stage) -> None:
    desk = TestClient(stage.served, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 5))
    assert "/referrals/friends/poster.png?look=sea" in desk.get("/referrals/friends").text
    picture = desk.get("/referrals/friends/poster.png?look=sea&small=1")
    [found] = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.content)).convert("L"))
    assert found.text == "http://127.0.0.1:8000/f/sample"
    assert desk.get("/f/sample").status_code == 404
    assert desk.get("/referrals/none/poster.png").status_code == 404
