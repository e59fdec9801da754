"""The JSON API: every answer and every refusal."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from coterie.core.actor import COMMAND
from coterie.messaging.model import Request, Template
from web.conftest import NOW, House

TURIN = {"trait": "city", "op": "=", "value": "Turin"}


@pytest.fixture
def peopled(house: House) -> House:
    for user, city in (("u1", "Turin"), ("u2", "Turin"), ("u3", "Oslo")):
        body = f'{{"userId":"{user}","traits":{{"city":"{city}","email":"{user}@example.com"}}}}'
        house.door.accept("shop", body.encode(), "identify", NOW)
    house.door.accept(
        "shop", b'{"userId":"u1","event":"Article Read","properties":{"item":"a1"}}', "track", NOW
    )
    house.carry()
    return house


def define(browser: TestClient, slug: str = "turin", **body: Any) -> Any:
    return browser.post(f"/api/segments/{slug}", json={"rule": TURIN, **body})


def test_the_report_is_the_houses(browser: TestClient, house: House) -> None:
    assert browser.get("/api/report").json() == house.numbers


def test_a_segment_is_defined_looked_at_and_listed(browser: TestClient, peopled: House) -> None:
    made = define(browser, title_en="In Turin", title_zh="都灵")
    assert made.status_code == 200
    assert (made.json()["entered"], made.json()["left"], made.json()["version"]) == (2, 0, 1)
    one = browser.get("/api/segments/turin").json()
    assert one["rule"] == TURIN
    assert one["title"] == {"en": "In Turin", "zh": "都灵"}
    assert one["population"] == 2
    assert one["defined_by"] == "person:this machine"
    assert one["explain"]["en"]
    assert one["explain"]["zh"]
    assert "select" in one["sql"].lower()
    assert [s["slug"] for s in browser.get("/api/segments").json()["segments"]] == ["turin"]
    again = define(browser, rule={"not": TURIN})
    assert (again.json()["version"], again.json()["entered"], again.json()["left"]) == (2, 1, 2)
    assert peopled.pokes == 2


def test_the_members_come_page_by_page(browser: TestClient, peopled: House) -> None:
    define(browser)
    every = browser.get("/api/segments/turin/members").json()
    assert every == {"segment": "turin", "population": 2, "members": ["u1", "u2"]}
    second = browser.get("/api/segments/turin/members?limit=1&offset=1").json()
    assert second["members"] == ["u2"]


def test_what_the_listeners_should_hear_of_a_new_segment_they_hear(
    browser: TestClient, peopled: House
) -> None:
    with peopled.db.begin(COMMAND, NOW) as work:
        peopled.messaging.define_template(work, Template("join", "Come!"))
        peopled.segments.define(work, "turin", {"not": {"everyone": True}})
        peopled.communities.define(
            work,
            {
                "slug": "pasta",
                "title": {"en": "Pasta"},
                "promise": "A recipe a week",
                "segment": "turin",
                "invitation": {"channel": "sandbox", "template": "join", "touch": "service"},
            },
        )
    define(browser)
    with peopled.db.read(COMMAND, NOW) as work:
        assert len(peopled.communities.invitations(work, slug="pasta")) == 2


@pytest.mark.parametrize(
    ("content", "code", "path"),
    [
        (b"", "empty_body", None),
        (b"{", "invalid_json", None),
        (b"[]", "invalid", None),
        (b"{}", "invalid", None),
        (b'{"rule": 1}', "invalid", "rule"),
        (b'{"rule": {}, "colour": 1}', "invalid", None),
        (b'{"rule": {"sneeze": 1}}', None, None),
        (b'{"rule": {"in_segment": "nowhere"}}', None, None),
    ],
)
def test_a_segment_that_makes_no_sense_is_refused(
    browser: TestClient, content: bytes, code: str | None, path: str | None
) -> None:
    answer = browser.post(
        "/api/segments/x", content=content, headers={"content-type": "application/json"}
    )
    assert answer.status_code in {400, 404}
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    assert code is None or answer.json()["code"] == code
    assert path is None or answer.json()["path"] == path


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/segments/nothing", 404),
        ("/api/segments/nothing/members", 404),
        ("/api/segments/nothing/members?limit=0", 400),
        ("/api/segments/nothing/members?limit=x", 400),
        ("/api/people/nobody", 404),
        ("/api/people/nobody/why/turin", 404),
        ("/api/people/u1/why/nothing", 404),
        ("/api/items/nothing", 404),
        ("/api/nothing", 404),
    ],
)
def test_what_is_not_there_is_said_so(
    browser: TestClient, peopled: House, path: str, status: int
) -> None:
    answer = browser.get(path)
    assert answer.status_code == status
    assert answer.json()["message"]


def test_all_that_is_known_of_a_person(browser: TestClient, peopled: House) -> None:
    define(browser)
    profile = peopled.profile_of("u1")
    with peopled.db.begin(COMMAND, NOW) as work:
        peopled.messaging.define_template(work, Template("hello", "Ciao"))
        asked = Request(profile, "sandbox", "hello", "commercial", "k1", "journey:x")
        peopled.messaging.send(work, [asked])
    person = browser.get("/api/people/u1").json()
    assert person["traits"] == {"city": "Turin", "email": "u1@example.com"}
    assert person["segments"] == ["turin"]
    assert person["communities"] == []
    assert person["activity"]["value"] > 0
    [message] = person["messages"]
    assert (message["status"], message["origin"]) == ("held", "journey:x")


def test_why_she_is_in_a_segment(browser: TestClient, peopled: House) -> None:
    define(browser)
    yes = browser.get("/api/people/u1/why/turin").json()
    no = browser.get("/api/people/u3/why/turin").json()
    assert (yes["holds"], no["holds"]) == (True, False)
    assert yes["node"] == TURIN


def test_items_are_defined_and_read(browser: TestClient, house: House) -> None:
    item = {"key": "a/1", "kind": "article", "topics": ["wine/italy"], "title": "T", "price": 9.5}
    answer = browser.post("/api/items", json={"items": [item]})
    assert answer.json() == {"defined": 1, "retagged": ["a/1"]}
    read = browser.get("/api/items/a%2F1").json()
    assert (read["title"], read["topics"], read["price"]) == ("T", ["wine/italy"], 95_000)


def test_a_new_topic_moves_its_readers_interests_at_once(
    browser: TestClient, peopled: House
) -> None:
    item = {"key": "a1", "kind": "article", "topics": ["wine/italy"]}
    browser.post("/api/items", json={"items": [item]})
    interests = browser.get("/api/people/u1").json()["interests"]
    assert "wine/italy" in [one["topic"] for one in interests]
    with peopled.db.read(COMMAND, NOW) as work:
        profile = peopled.profile_of("u1")
        known = peopled.profiles.known(work, [profile])[profile]
    assert known.traits["scores.interest.wine/italy"] > 0


@pytest.mark.parametrize(
    "items",
    [
        [],
        [{"key": ""}],
        [{"key": "a", "price": "dear"}],
        [{"key": "a", "topics": ["a b"]}],
        [{"key": "a", "colour": 1}],
        [{"key": "a\u0000"}],
        [{"key": "a", "properties": {"deep": [[[[]]]]}}, {"key": 3}],
    ],
)
def test_items_that_make_no_sense_are_refused_whole(
    browser: TestClient, house: House, items: Any
) -> None:
    assert browser.post("/api/items", json={"items": items}).status_code == 400
    with house.db.read(COMMAND, NOW) as work:
        assert house.catalog.items(work) == []
