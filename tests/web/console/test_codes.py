"""Codes at the desk: made, painted, made by the hundred, replaced; pictures that scan; the API."""

import io
import zipfile
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from coterie.codes.channel.parse import DAYS, parse
from coterie.codes.channel.schedule import duty
from coterie.core.actor import COMMAND
from coterie.core.clock import from_datetime
from coterie.guides.organisation.model import Guide, Store
from coterie.web.console.codes.form import definition_of, fields_of, full_week
from coterie.web.posters import png, poster
from web.console.conftest import Desk
from web.console.words import text_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
TILL = {
    **full_week(), "title": "Till", "guide": "an", "store": "s1", "placement": "till",
    "tags": "vip, till", "who": "named", "way": "sequential", "guide0.guide": "an",
    "guide0.cap": "30", "spare": "bo", "skip_verify": "1", "welcome.mode": "text",
    "welcome.text": "Dear {name}", "welcome.link_title": "Shop",
    "welcome.link_url": "https://shop.example", "group": "store",
}  # fmt: skip


@pytest.fixture
def shop(desk: Desk) -> Desk:
    with desk.app.db.begin(COMMAND, desk.app.clock.now()) as work:
        organisation = desk.app.guides.organisation
        organisation.save_store(work, Store("s1", "Nanjing Road", latitude=31.2, longitude=121.5))
        organisation.save_store(work, Store("s2", "Bund", latitude=31.3, longitude=121.4))
        organisation.save_guide(work, Guide("an", "An", userid="AN", stores=("s1",)))
        organisation.save_guide(work, Guide("bo", "Bo", userid="BO", stores=("s1",)))
    return desk


def made(shop: Desk, **changed: str) -> str:
    answer = shop.form("/codes/new", **{**TILL, **changed})
    assert answer.status_code == 303, text_of(answer)
    return answer.headers["location"].split("?")[0].removeprefix("/codes/")


hours = st.integers(0, 23)
slots = st.builds(
    lambda days, start, end: {"days": days, "from": f"{start:02}:00", "to": f"{end:02}:00"},
    st.lists(st.sampled_from(DAYS), min_size=1, max_size=7, unique=True), hours, hours,
).filter(lambda one: one["from"] != one["to"])  # fmt: skip


@settings(max_examples=12)
@given(st.lists(slots, min_size=1, max_size=3))
def test_painting_keeps_the_hours(drawn: list[dict[str, object]]) -> None:
    given = {"title": "t", "guides": ["an", "bo"], "spare": ["yu"], "slots": drawn}
    before = parse(given, SHANGHAI).plan
    after = parse(definition_of(fields_of(given)), SHANGHAI).plan
    start = datetime(2026, 3, 2, 0, 30, tzinfo=SHANGHAI)
    for hour in range(7 * 24):
        moment = from_datetime(start + timedelta(hours=hour))
        assert duty(before, moment, SHANGHAI) == duty(after, moment, SHANGHAI)


def test_what_was_laid_out_is_read_back() -> None:
    given = {
        "title": "Till", "guide": "an", "store": "s1", "tags": ["a"], "skip_verify": True,
        "guides": [{"guide": "an", "cap": 3, "weight": 2}], "way": "weighted", "spare": "store",
        "slots": [{"days": ["mon"], "from": "09:30", "to": "02:00", "guides": ["an"],
                   "welcome": {"text": "Hello"}}],
        "specials": [{"title": "Feast", "from": "2026-10-01", "until": "2026-10-07",
                      "slots": [{"from": "10:00", "to": "12:00", "guides": ["an"]}],
                      "welcome": {"none": True}}],
        "welcome": {"text": "Hi {name}", "blocked": ["agency"], "attached": [
            {"kind": "image", "asset": "card"},
            {"kind": "link", "title": "Shop", "url": "https://shop.example"}]},
    }  # fmt: skip
    assert parse(definition_of(fields_of(given)), SHANGHAI) == parse(given, SHANGHAI)


def test_an_empty_room_teaches(desk: Desk) -> None:
    page = text_of(desk.get("/codes", lang="en"))
    assert "No code yet" in page
    assert "WeCom is not connected" in page
    assert "No live group code yet" in text_of(desk.get("/codes/groups", lang="en"))


def test_a_code_is_made_shown_changed_and_replaced(shop: Desk) -> None:
    state = made(shop)
    page = text_of(shop.get(f"/codes/{state}", lang="en"))
    for words in ("Till", "An", "shown", "Nanjing Road", "vip", "there is none yet"):
        assert words in page
    with shop.app.db.read(COMMAND, shop.app.clock.now()) as work:
        fields = fields_of(shop.app.scanning.channel.get(work, state).source)
    nights = {name: text for name, text in fields.items() if not name.startswith("h.")}
    changed = {**nights, "h.0.9": "1", "h.0.10": "1"}
    assert shop.form(f"/codes/{state}/edit", **changed).status_code == 303
    page = text_of(shop.get(f"/codes/{state}", lang="en"))
    assert "Nobody is free: those who stand in" in page  # New Year 2026 is a Thursday
    assert "off duty at this hour" in page
    fresh = shop.form(f"/codes/{state}/rotate").headers["location"].split("?")[0]
    assert "is led to Till" in text_of(shop.get(f"/codes/{state}", lang="en"))
    assert shop.browser.get(f"/c/{state}").status_code == 200
    assert fresh != f"/codes/{state}"
    assert shop.form(f"/codes/{state}/enable").status_code == 303
    listed = text_of(shop.get("/codes", lang="en", text="Till", order="added"))
    assert listed.count("Nanjing Road · till") == 2


def test_a_fault_is_told_at_its_place(shop: Desk) -> None:
    answer = shop.form("/codes/new", **{**TILL, "spare": ""})
    assert answer.status_code == 400
    assert "who takes over once the caps are reached?" in text_of(answer)
    assert 'value="till"' in answer.text
    bare = {name: text for name, text in TILL.items() if not name.startswith("h.")}
    assert "nobody would ever be on duty" in text_of(shop.form("/codes/new", **bare))


def test_many_are_looked_at_and_then_made_once(shop: Desk) -> None:
    asked = {"table": "guide,store\nan,s1\nbo,s1\nwho,s1", "placements": "till\ndoor",
             "campaign": "spring", "tags": "spring"}  # fmt: skip
    page = text_of(shop.form("/codes/bulk", **asked))
    assert "Line 4" in page
    asked["table"] = "guide,store\nan,s1\nbo,s1"
    assert "Make 4 codes" in text_of(shop.form("/codes/bulk", **asked))
    for _ in range(2):
        assert shop.form("/codes/bulk", **asked, make="1").status_code == 303
    with shop.app.db.read(COMMAND, shop.app.clock.now()) as work:
        assert len(shop.app.scanning.channel.of_guide(work, "an")) == 2
    archive = zipfile.ZipFile(io.BytesIO(shop.get("/codes/posters.zip").content))
    assert len(archive.namelist()) == 4


def test_pictures_can_be_scanned(shop: Desk) -> None:
    state = made(shop)
    address = f"http://127.0.0.1:8000/c/{state}"
    for path in (f"/c/{state}.png", f"/codes/{state}/poster.png"):
        picture = Image.open(io.BytesIO(shop.get(path).content))
        assert [one.text for one in zxingcpp.read_barcodes(picture)] == [address]
    assert shop.get(f"/c/{state}.svg").text.startswith("<?xml")
    long = poster("南京路店" * 9, "a line", "葡萄里", png(address), "用微信扫一扫，添加我们")
    assert zxingcpp.read_barcodes(Image.open(io.BytesIO(long)))[0].text == address
    assert shop.browser.get("/c/cnothing").status_code == 404


def test_groups_are_pooled_offered_and_found_nearby(shop: Desk) -> None:
    sent = {"title": "Friends", "store": "s1", "chats": "w1 w2", "limit": "200", "alert": "80"}
    state = shop.form("/codes/groups/new", **sent).headers["location"].split("/")[-1].split("?")[0]
    other = shop.form("/codes/groups/new", title="Bund", store="s2", chats="w3").headers
    bund = other["location"].split("/")[-1].split("?")[0]
    page = text_of(shop.get(f"/codes/groups/{state}", lang="en"))
    assert "room for 400 more people" in page
    assert "Friends" in text_of(shop.get("/codes/groups", lang="en"))
    landing = shop.browser.get(f"/c/{state}")
    assert 'name="store"' in landing.text
    assert "geolocation=(self)" in landing.headers["permissions-policy"]
    assert len(landing.content) < 20_000
    for query in ("store=s2", "near=31.31,121.39"):
        assert shop.browser.get(f"/c/{state}?{query}").headers["location"] == f"/c/{bund}"
    assert shop.browser.get(f"/c/{state}?near=31.314159,121.39").status_code == 200
    assert shop.form(f"/codes/groups/{state}/switch", on="").status_code == 303
    refused = shop.form("/codes/groups/new", title="x", limit="many")
    assert refused.status_code == 400


def test_the_brands_welcome_is_kept(shop: Desk) -> None:
    assert shop.form("/codes/welcome", **{"welcome.text": "Hello {nick}"}).status_code == 400
    assert shop.form("/codes/welcome", **{"welcome.text": "Hello {name}"}).status_code == 303
    assert "Hello {name}" in shop.get("/codes/welcome").text


def test_the_api_makes_reads_and_disables(shop: Desk) -> None:
    browser = shop.browser
    code = {"title": "Door", "store": "s1", "guides": "store", "tags": ["door"]}
    [state] = browser.post("/api/codes", json={"codes": [code, code]}).json()["made"]
    assert browser.post("/api/codes", json={"codes": [code]}).json() == {"made": []}
    told = browser.get(f"/api/codes/{state}").json()
    assert (told["live"]["guides"], told["live"]["why"], told["added"]) == (["an", "bo"], "duty", 0)
    listed = browser.get("/api/codes", params={"store": "s1"}).json()
    assert (listed["count"], listed["codes"][0]["state"]) == (1, state)
    answer = browser.post(f"/api/codes/{state}", json={**code, "title": "Front door"}).json()
    assert answer == {"state": state, "version": 2}
    off = browser.post(f"/api/codes/{state}/disable", json={}).json()
    assert (off["status"], off["leads_to"]) == ("off", state)
    wrong = browser.post("/api/codes", json={"codes": [{**code, "way": "x"}]})
    assert (wrong.status_code, wrong.json()["path"]) == (400, "way")
    group = browser.post("/api/group-codes", json={"title": "Friends", "chats": ["w1"]}).json()
    assert (group["shown"], group["room"]) == (["w1"], 200)
    path = f"/api/group-codes/{group['state']}"
    assert browser.post(path, json={"title": "Fans", "chats": ["w1", "w2"]}).json()["version"] == 2
    assert len(browser.get("/api/group-codes").json()["codes"]) == 1
