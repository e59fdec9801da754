"""People, as an operator finds and reads them."""

import csv
import io
import json
import re
from html import unescape
from typing import Any

import pytest

from coterie.core.actor import COMMAND
from coterie.core.event import CONSENT_GIVEN, CONSENT_WITHDRAWN
from coterie.messaging.model import Request, Template
from coterie.segments.definition import Definition
from coterie.storage.audit import latest
from web.console.conftest import Desk

EVIL = "<script>alert(1)</script>"
NAMED = [
    ("u1", {"name": "王小明", "email": "ming@example.com", "city": "上海"}),
    ("u2", {"firstName": "Ada", "lastName": "Lovelace", "phone": "13800138000", "city": "Turin"}),
    ("u3", {"name": EVIL, "city": "=1+1"}),
]


def receive(desk: Desk, *calls: dict[str, Any]) -> None:
    """Let calls come in by the door and be carried."""
    now = desk.app.clock.now()
    for number, call in enumerate(calls):
        kind = call.pop("type", "track")
        body = {"messageId": f"m{number}-{kind}-{len(str(call))}-{call['userId']}", **call}
        answer = desk.app.door.accept("test", json.dumps(body).encode(), kind, now)
        assert answer.accepted == 1, answer
    desk.settle()


@pytest.fixture
def named(desk: Desk) -> Desk:
    """Three people with names; one agreed, one took it back."""
    receive(
        desk, *({"type": "identify", "userId": user, "traits": traits} for user, traits in NAMED)
    )
    receive(
        desk,
        {"userId": "u1", "event": CONSENT_GIVEN},
        {"userId": "u2", "event": CONSENT_WITHDRAWN},
        {"userId": "u2", "event": "Article Read", "properties": {"item_id": "a1"}},
    )
    return desk


def uid_of(desk: Desk, user_id: str) -> str:
    with desk.app.db.read(COMMAND, desk.app.clock.now()) as work:
        profile = desk.app.profiles.find(work, "user_id", user_id)
        assert profile is not None
        return desk.app.profiles.uid(work, [profile])[profile]


def listed(desk: Desk, **params: Any) -> list[str]:
    """Return who is listed, in order, as the page calls them."""
    page = desk.get("/people", lang="en", **params).text
    rows = re.findall(r'<a class="hover:underline" href="/people/[^"]+" data-row>(.*?)</a>', page)
    return [unescape(re.sub("<[^>]+>", "", row)).strip() for row in rows]


def figures(page: str) -> list[str]:
    return [
        re.sub("<[^>]+>", "", one) for one in re.findall(r'<p class="figure[^"]*">(.*?)</p>', page)
    ]


# The list


def test_an_empty_house_teaches(desk: Desk) -> None:
    page = desk.get("/people", lang="en").text
    assert "Nobody is here yet" in page
    assert 'href="/imports/new"' in page


def test_the_list_says_who_is_here_and_who_agreed(named: Desk) -> None:
    page = named.get("/people", lang="en").text
    assert figures(page) == ["3", "1", "3", "2"], "two of them never did anything"
    assert set(listed(named)) == {"王小明 u1", "Ada Lovelace u2", f"{EVIL} u3"}
    assert EVIL not in page
    for text in ("may be written to · 1", "took consent back · 1", "never asked or answered · 1"):
        assert text in page
    assert "客户" in named.get("/people", lang="zh").text


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"q": "小明"}, {"u1"}),
        ({"q": "lovel"}, {"u2"}),
        ({"q": "138 0013 8000"}, {"u2"}),
        ({"q": "ming@example.com"}, {"u1"}),
        ({"q": "u3"}, {"u3"}),
        ({"q": "nobody"}, set()),
        ({"consent": "given"}, {"u1"}),
        ({"consent": "withdrawn"}, {"u2"}),
        ({"consent": "silent"}, {"u3"}),
        ({"seen": "30d"}, {"u1", "u2", "u3"}),
        ({"seen": "-30d"}, set()),
        ({"rule": '{"did": "Article Read"}'}, {"u2"}),
        ({"rule": '{"did": "Article Read"}', "consent": "given"}, set()),
    ],
)
def test_each_filter_leaves_whom_it_should(
    named: Desk, params: dict[str, str], expected: set[str]
) -> None:
    assert {one.split()[-1] for one in listed(named, **params)} == expected


def test_filters_by_segment_tag_and_interest_agree_with_the_rooms(wine: Desk) -> None:
    app = wine.app
    with app.db.read(COMMAND, app.clock.now()) as work:
        lovers = app.segments.members(work, "france-lovers")
        everyone = app.profiles.everyone(work)
        table = app.communities.members(work, "france")
        topic = app.profiles.directory.scoring(work, "scores.interest.wine/france", 0.5)
    for params, expected in (
        ({"segment": "france-lovers"}, lovers),
        ({"segment": "-france-lovers"}, everyone - lovers),
        ({"tag": "community:france"}, table),
        ({"topic": "wine/france", "least": "0.5"}, topic),
        ({"segment": "france-lovers", "tag": "community:france"}, lovers & table),
    ):
        page = wine.get("/people", lang="en", **params).text
        assert figures(page)[0] == f"{len(expected):,}", params
    assert 0 < len(topic) < len(everyone)


def test_a_topic_is_asked_for_by_its_title_too(wine: Desk) -> None:
    by_path = wine.get("/people", lang="zh", topic="wine/france", least="0.5").text
    by_title = wine.get("/people", lang="zh", topic="法国", least="0.5").text
    assert figures(by_path) == figures(by_title) != ["0", "0", "0"]
    assert 'value="法国"' in by_path


def test_a_rule_that_cannot_be_read_is_said_at_its_place(named: Desk) -> None:
    for rule, said in (("{", "no JSON"), ('{"did": 5}', "did")):
        page = named.get("/people", lang="en", rule=rule).text
        assert 'aria-describedby="rule-hint"' in page
        assert said in re.findall(r'id="rule-hint" role="alert">(.*?)</p>', page, re.S)[0]
        assert rule.replace('"', "&#34;") in page


@pytest.mark.parametrize(
    "query",
    ["sort=name", "seen=1y", "consent=maybe", "least=x&topic=wine", "after=x", "segment=no-such"],
)
def test_what_makes_no_sense_is_refused(named: Desk, query: str) -> None:
    assert named.browser.get(f"/people?{query}").status_code in (400, 404)


def test_pages_follow_one_another(wine: Desk) -> None:
    seen: list[str] = []
    address = "/people?lang=en&sort=activity"
    for _ in range(3):
        page = wine.get(address).text
        seen += re.findall(r'href="(/people/[^"]+)" data-row', page)
        [address] = re.findall(r'href="(/people\?[^"]*after=[^"]*)"', page)
        address = unescape(address)
    assert len(seen) == len(set(seen)) == 150
    page = wine.get(address).text
    [back] = re.findall(r'href="(/people\?[^"]*before=[^"]*)"', page)
    earlier = wine.get(unescape(back)).text
    assert re.findall(r'href="(/people/[^"]+)" data-row', earlier) == seen[100:150]


def test_columns_are_chosen(named: Desk) -> None:
    page = named.get("/people", lang="en", column=["name", "trait:city", "first"]).text
    assert "上海" in page
    assert "=1+1" in page
    head = re.findall(r"<thead>(.*?)</thead>", page, re.S)[0]
    assert "city" in head
    assert "Activity" not in head
    assert "trait:email" not in page, "sealed traits are no columns"


def test_a_view_is_kept_and_offered(named: Desk) -> None:
    page = named.get("/people", lang="en", consent="given").text
    [query] = re.findall(r'name="query" value="([^"]*)"', page)
    answer = named.form(
        "/account/views", page="/people", name="Agreed", query=unescape(query), next="/people"
    )
    assert answer.status_code == 303
    assert 'href="/people?consent=given"' in named.get("/people").text


def test_the_list_is_taken_away_as_csv_and_that_is_kept(named: Desk) -> None:
    answer = named.get(
        "/exports/people", lang="en", format="csv", column=["trait:city", "seen"], sort="created"
    )
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert rows[0] == ["Person", "User id", "Profile id", "city", "Last seen"]
    assert [row[1] for row in rows[1:]] == ["u3", "u2", "u1"]
    assert [row[3] for row in rows[1:]] == ["'=1+1", "Turin", "上海"]
    assert "example.com" not in answer.text
    with named.app.db.read(COMMAND, named.app.clock.now()) as work:
        row = latest(work)[0]
    assert (row.verb, row.object, row.detail["count"]) == ("export", "people", 3)


def test_the_list_is_taken_away_as_a_workbook(named: Desk) -> None:
    answer = named.get("/exports/people", format="xlsx", consent="given")
    assert answer.content[:2] == b"PK"
    assert named.browser.get("/exports/people?format=pdf").status_code == 400


# One person


def test_a_person_is_masked_until_somebody_asks(named: Desk) -> None:
    address = f"/people/{uid_of(named, 'u2')}"
    page = named.get(address, lang="en").text
    assert "+86****8000" in page
    assert "13800138000" not in page
    answer = named.form(f"{address}/show")
    assert answer.status_code == 200
    assert "13800138000" in answer.text
    with named.app.db.read(COMMAND, named.app.clock.now()) as work:
        row = latest(work)[0]
    assert (row.verb, row.object) == ("person.shown", uid_of(named, "u2"))
    assert "13800138000" not in named.get(address).text


def test_a_form_from_elsewhere_shows_nothing(named: Desk) -> None:
    answer = named.browser.post(f"/people/{uid_of(named, 'u2')}/show", data={"form_token": "x"})
    assert answer.status_code == 403
    assert "13800138000" not in answer.text


def test_a_stranger_is_not_there(desk: Desk) -> None:
    for path in ("/people/nobody", "/people/nobody/timeline", "/people/nobody/why/x"):
        assert desk.browser.get(path).status_code == 404


def test_other_pages_may_link_by_user_id(named: Desk) -> None:
    assert "Ada Lovelace" in named.get("/people/u2").text


def test_why_a_message_was_held_is_said_first(named: Desk) -> None:
    app = named.app
    with app.db.begin(COMMAND, app.clock.now()) as work:
        app.messaging.define_template(work, Template("hello", "Ciao", "Hi"))
        people = {user: app.profiles.find(work, "user_id", user) for user in ("u1", "u3")}
        requests = [
            Request(profile, "sandbox", "hello", "commercial", f"k{profile}", "journey:welcome")
            for profile in people.values() if profile is not None
        ]  # fmt: skip
        app.messaging.send(work, requests)
    silent = named.get(f"/people/{uid_of(named, 'u3')}", lang="en").text
    first = silent[silent.index('id="reach"') : silent.index('id="activity"')]
    assert "Not now" in first
    assert first.count("has not agreed to be written to") >= 2
    assert "she never said yes" in first
    agreed = named.get(f"/people/{uid_of(named, 'u1')}", lang="en").text
    first = agreed[agreed.index('id="reach"') : agreed.index('id="activity"')]
    assert "Yes, a message would go out" in first
    assert "nothing was ever held back from her" in first


def someone_in(desk: Desk, slug: str) -> tuple[str, Definition]:
    app = desk.app
    with app.db.read(COMMAND, app.clock.now()) as work:
        profile = app.segments.members(work, slug)[0]
        return app.profiles.uid(work, [profile])[profile], app.segments.get(work, slug)


def test_why_she_is_in_a_segment_is_told_in_words(wine: Desk) -> None:
    uid, _ = someone_in(wine, "france-lovers")
    page = wine.get(f"/people/{uid}/why/france-lovers", lang="zh").text
    for text in ("在分群中", "以下全部满足", "法国", "给酒评分", "要求 ≥ 5", "要求 ≥ 40%"):
        assert text in page, text
    assert "Wine Rated" not in page
    assert "wine/france" not in page
    fragment = wine.browser.get(
        f"/people/{uid}/why/france-lovers", headers={"hx-request": "true"}
    ).text
    assert "<html" not in fragment
    assert "≥" in fragment


def test_why_she_is_not_in_a_segment_is_told_too(wine: Desk) -> None:
    uid, _ = someone_in(wine, "france-lovers")
    page = wine.get(f"/people/{uid}/why", segment="italy-lovers", lang="en").text
    assert "She is not in it" in page
    assert "wanted ≥ 5" in page
    assert wine.browser.get(f"/people/{uid}/why/no-such").status_code == 404


def test_why_tells_what_followed_and_what_was_newest(named: Desk) -> None:
    app = named.app
    rule = {"all": [
        {"did": "Article Read", "then_not": "Order Completed", "within": "1d"},
        {"last": "Article Read", "has": [{"property": "item_id", "op": "=", "value": "a1"}]},
        {"trend": "Article Read", "window": "7d", "is": {">=": 1}},
        {"top": {"did": "Article Read", "count": 5}},
    ]}  # fmt: skip
    with app.db.begin(COMMAND, app.clock.now()) as work:
        app.segments.define(work, "readers", rule)
    page = named.get(f"/people/{uid_of(named, 'u2')}/why/readers", lang="en").text
    assert "it was not followed" in page and "a1" in page
    assert "ranks among the highest 5 people" in page
    other = named.get(f"/people/{uid_of(named, 'u1')}/why/readers", lang="zh").text
    assert "没有可接续的行为" in other


def test_the_timeline_is_read_by_family_and_page_by_page(wine: Desk) -> None:
    app = wine.app
    with app.db.read(COMMAND, app.clock.now()) as work:
        lines = app.log.timelines(work, list(app.profiles.everyone(work)))
        profile = max(lines, key=lambda one: len(lines[one]))
        uid = app.profiles.uid(work, [profile])[profile]
        rated = sum(event.name == "Wine Rated" for event in lines[profile])
    assert rated > 50
    page = wine.get(f"/people/{uid}", family="content", lang="en").text
    assert f'Content <span class="opacity-70">{rated}</span>' in page
    found, address = page.count('<strong class="font-medium">rated a wine'), page
    while more := re.findall(r'hx-get="(/people/[^"]+before=[^"]*)"', address):
        address = wine.get(unescape(more[0])).text
        assert "<html" not in address
        found += address.count("rated a wine")
    assert found >= rated
    assert wine.browser.get(f"/people/{uid}?family=gossip").status_code == 400
    assert wine.browser.get(f"/people/{uid}/timeline?before=x").status_code == 400


def test_a_person_tells_of_journeys_communities_and_interests(wine: Desk) -> None:
    app = wine.app
    with app.db.read(COMMAND, app.clock.now()) as work:
        run = next(run for run in app.journeys.runs(work, "win-back") if run.ended is None)
        member = app.communities.members(work, "france")[0]
        uids = app.profiles.uid(work, [run.profile, member])
    page = wine.get(f"/people/{uids[run.profile]}", lang="zh").text
    assert "唤醒沉睡客户" in page
    assert re.search("停在步骤“等待.*天”", page)
    assert f"“{run.node}”" not in page
    with app.db.read(COMMAND, app.clock.now()) as work:
        ended = next(run for run in app.journeys.runs(work, "win-back") if run.reason == "end")
        uid = app.profiles.uid(work, [ended.profile])[ended.profile]
    assert wine.get(f"/people/{uid}", family="house", lang="zh").text.count("走完全程") == 2
    page = wine.get(f"/people/{uids[member]}", lang="zh").text
    assert "法餐桌 · 法国" in page
    assert page.count("给酒评分：") > 5


def test_a_page_of_a_person_needs_no_script_and_no_inline_style(wine: Desk) -> None:
    uid, _ = someone_in(wine, "france-lovers")
    for path in ("/people", f"/people/{uid}", f"/people/{uid}/why/france-lovers"):
        page = wine.get(path).text
        assert " style=" not in page
        assert re.findall(r"<script(?![^>]* src=)[^>]*>", page) == []
