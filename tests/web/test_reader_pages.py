"""Articles, tracked links, consent and invitations, as a reader's browser meets them."""

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from coterie.catalog.model import Item, Topic
from coterie.core.actor import COMMAND
from coterie.core.clock import DAY, MINUTE
from coterie.messaging.model import Template
from web.conftest import NOW, House, open_browser

BAROLO = Item(
    key="barolo/2016",
    kind="article",
    topics=("wine/italy",),
    title="How Barolo ages",
    body="Slowly.\n\nThen all at once.",
)
BOTTLE = Item(key="w1", kind="product", title="A bottle", url="https://shop.example/w1?a=1&b=2")
IDENTIFY = b'{"userId":"u1","traits":{"city":"Turin"}}'


@pytest.fixture
def stocked(house: House) -> House:
    with house.db.begin(COMMAND, NOW) as work:
        house.catalog.define_items(work, [BAROLO, BOTTLE])
        house.catalog.define_topics(work, [Topic("wine/italy", "Italy", "意大利")])
    house.door.accept("shop", IDENTIFY, "identify", NOW)
    house.carry()
    return house


@pytest.fixture
def reader(stocked: House) -> TestClient:
    return open_browser(stocked, peer="10.0.0.7")


def link(
    house: House, item: str, profile: int | None = None, *, sender: str = "post-7",
    url: str | None = None, campaign: str | None = None,
) -> str:  # fmt: skip
    with house.db.begin(COMMAND, NOW) as work:
        return house.codes.link(work, item, sender, profile, url=url, campaign=campaign)


def heard(house: House) -> list[tuple[str, str, str | None]]:
    """(name, item, user id) of what the web has let in."""
    web = [event for event in house.events() if event.source == "web"]
    return [(event.name, event.properties["item"], event.user_id) for event in web]


def press(browser: TestClient, page: Response, value: str) -> Response:
    """Press the button of a form whose value is given, as a browser without JavaScript does."""
    for form in re.findall(r"<form.*?</form>", page.text, re.DOTALL):
        if f'value="{value}"' in form:
            action = re.search(r'action="([^"]+)"', form)
            button = re.search(r'<button[^>]*name="([^"]+)"', form)
            assert action
            assert button
            hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)
            fields = {name: unescape(text) for name, text in hidden} | {button[1]: value}
            return browser.post(unescape(action[1]), data=fields)
    raise AssertionError(f"no button {value!r} on the page")


def test_nothing_is_noted_before_she_is_asked_and_says_yes(
    reader: TestClient, stocked: House
) -> None:
    token = link(stocked, BAROLO.key, stocked.profile_of("u1"), campaign="autumn")
    clicked = reader.get(f"/t/{token}")
    assert (clicked.status_code, clicked.headers["location"]) == (
        303,
        f"/a/barolo%2F2016?t={token}",
    )
    page = reader.get(clicked.headers["location"])
    assert "How Barolo ages" in page.text
    assert "May we note what you read" in page.text
    assert heard(stocked) == []
    assert "coterie_reader" not in reader.cookies

    allowed = press(reader, page, "allow")
    assert (allowed.status_code, allowed.headers["location"]) == (303, f"/t/{token}")
    again = reader.get(reader.get(allowed.headers["location"]).headers["location"])
    assert "May we note" not in again.text
    assert heard(stocked) == [
        ("Link Clicked", BAROLO.key, "u1"),
        ("Article Read", BAROLO.key, "u1"),
    ]
    event = stocked.events()[-1]
    assert event.properties["sender"] == "post-7"
    assert event.properties["campaign"] == "autumn"
    assert stocked.pokes == 2


def test_what_was_read_reaches_her_profile_and_her_interests(
    reader: TestClient, stocked: House
) -> None:
    profile = stocked.profile_of("u1")
    token = link(stocked, BAROLO.key, profile)
    press(reader, reader.get(f"/a/barolo%2F2016?t={token}"), "allow")
    reader.get(f"/a/barolo%2F2016?t={token}")
    stocked.carry()
    with stocked.db.read(COMMAND, NOW) as work:
        names = [event.name for event in stocked.log.timelines(work, [profile])[profile]]
        topics = [one.topic for one in stocked.scores.interests(work, profile)]
    assert "Article Read" in names
    assert "wine/italy" in topics


def test_a_reload_within_half_an_hour_counts_once(reader: TestClient, stocked: House) -> None:
    token = link(stocked, BAROLO.key, stocked.profile_of("u1"))
    reader.cookies.set("coterie_choice", "allow")
    for moment in (NOW, NOW + 10 * MINUTE, NOW + 29 * MINUTE, NOW + 30 * MINUTE):
        stocked.clock.set(moment)
        reader.get(f"/t/{token}")
    ids = [event.id for event in stocked.events() if event.name == "Link Clicked"]
    assert len(set(ids)) == 2


def test_who_says_no_reads_all_the_same_and_nothing_is_noted(
    reader: TestClient, stocked: House
) -> None:
    token = link(stocked, BAROLO.key, stocked.profile_of("u1"))
    page = reader.get(f"/a/barolo%2F2016?t={token}")
    press(reader, page, "deny")
    reader.get(f"/t/{token}")
    page = reader.get(f"/a/barolo%2F2016?t={token}")
    assert "Slowly." in page.text
    assert "We note nothing" in page.text
    assert heard(stocked) == []


def test_she_may_change_her_mind_both_ways(reader: TestClient, stocked: House) -> None:
    page = reader.get("/a/barolo%2F2016")
    press(reader, page, "allow")
    page = reader.get("/a/barolo%2F2016")
    assert len(heard(stocked)) == 1
    press(reader, page, "deny")
    assert "coterie_reader" not in reader.cookies
    page = reader.get("/a/barolo%2F2016")
    assert len(heard(stocked)) == 1
    press(reader, page, "allow")
    assert reader.cookies["coterie_choice"] == "allow"


def test_the_choice_is_kept_for_a_year(reader: TestClient) -> None:
    answer = press(reader, reader.get("/a/barolo%2F2016"), "allow")
    choice = next(c for c in answer.headers.get_list("set-cookie") if "coterie_choice" in c)
    assert f"Max-Age={365 * 24 * 3600}" in choice
    assert "HttpOnly" in choice
    assert "SameSite=lax" in choice


def test_without_a_link_the_device_reads_under_an_id_of_its_own(
    reader: TestClient, stocked: House
) -> None:
    press(reader, reader.get("/a/barolo%2F2016"), "allow")
    reader.get("/a/barolo%2F2016")
    [event] = [event for event in stocked.events() if event.source == "web"]
    assert event.user_id is None
    assert event.anonymous_id == reader.cookies["coterie_reader"]


def test_a_link_for_anybody_reads_as_the_device(reader: TestClient, stocked: House) -> None:
    token = link(stocked, BAROLO.key)
    press(reader, reader.get(f"/a/barolo%2F2016?t={token}"), "allow")
    reader.get(f"/t/{token}")
    assert heard(stocked) == [("Link Clicked", BAROLO.key, None)]
    assert stocked.events()[-1].anonymous_id


def test_a_person_known_by_her_device_only_is_still_herself(
    reader: TestClient, stocked: House
) -> None:
    seen = b'{"anonymousId":"device-9","event":"Seen"}'
    stocked.door.accept("shop", seen, "track", NOW)
    stocked.carry()
    with stocked.db.read(COMMAND, NOW) as work:
        profile = stocked.profiles.find(work, "anonymous_id", "device-9")
    reader.cookies.set("coterie_choice", "allow")
    reader.get(f"/t/{link(stocked, BAROLO.key, profile)}")
    assert stocked.events()[-1].anonymous_id == "device-9"
    assert stocked.events()[-1].user_id is None


def test_looking_at_something_that_is_no_article_is_called_so(
    reader: TestClient, stocked: House
) -> None:
    reader.cookies.set("coterie_choice", "allow")
    token = link(stocked, BOTTLE.key, stocked.profile_of("u1"))
    page = reader.get(f"/a/w1?t={token}")
    assert heard(stocked) == [("Item Viewed", "w1", "u1")]
    assert 'href="https://shop.example/w1?a=1&amp;b=2"' in page.text


def test_a_link_elsewhere_asks_on_a_page_between_then_leads_on(
    reader: TestClient, stocked: House
) -> None:
    token = link(stocked, BOTTLE.key, stocked.profile_of("u1"))
    page = reader.get(f"/t/{token}")
    assert page.status_code == 200
    assert "This link leads to shop.example" in page.text
    assert heard(stocked) == []
    leaving = press(reader, page, "allow")
    assert 'content="0; url=https://shop.example/w1?a=1&amp;b=2"' in leaving.text
    assert heard(stocked) == [("Link Clicked", "w1", "u1")]
    next_time = reader.get(f"/t/{token}")
    assert (next_time.status_code, next_time.headers["location"]) == (303, BOTTLE.url)


def test_who_says_no_is_led_elsewhere_too(reader: TestClient, stocked: House) -> None:
    token = link(stocked, BOTTLE.key, stocked.profile_of("u1"))
    leaving = press(reader, reader.get(f"/t/{token}"), "deny")
    assert "https://shop.example" in leaving.text
    assert reader.get(f"/t/{token}").headers["location"] == BOTTLE.url
    assert heard(stocked) == []


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "ftp://x.example/f"]
)
def test_a_link_leads_to_the_web_only(reader: TestClient, stocked: House, url: str) -> None:
    reader.cookies.set("coterie_choice", "deny")
    answer = reader.get(f"/t/{link(stocked, 'w1', url=url)}")
    assert answer.headers["location"].startswith("/a/w1")
    with stocked.db.begin(COMMAND, NOW) as work:
        stocked.catalog.define_items(work, [Item(key="bad", title="Bad", url=url)])
    assert url not in unescape(reader.get("/a/bad").text)


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {}),
        ("GET", {"user-agent": "Googlebot/2.1"}),
        ("GET", {"user-agent": ""}),
        ("GET", {"user-agent": "Mozilla/5.0 WhatsApp/2.2 preview"}),
        ("GET", {"sec-purpose": "prefetch;prerender"}),
        ("GET", {"purpose": "prefetch"}),
        ("GET", {"x-moz": "prefetch"}),
    ],
)
def test_machines_leave_no_trace(
    reader: TestClient, stocked: House, method: str, headers: dict[str, str]
) -> None:
    reader.cookies.set("coterie_choice", "allow")
    token = link(stocked, BAROLO.key, stocked.profile_of("u1"))
    assert reader.request(method, f"/t/{token}", headers=headers).status_code == 303
    page = reader.request(method, f"/a/barolo%2F2016?t={token}", headers=headers)
    assert page.status_code == 200
    assert heard(stocked) == []


def test_the_in_app_browser_of_wechat_is_a_person(reader: TestClient, stocked: House) -> None:
    reader.cookies.set("coterie_choice", "allow")
    token = link(stocked, BAROLO.key, stocked.profile_of("u1"))
    phone = "Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36 MicroMessenger/8.0.49"
    reader.get(f"/t/{token}", headers={"user-agent": phone})
    assert len(heard(stocked)) == 1


def test_a_spoilt_token_leads_nowhere_but_keeps_nobody_from_reading(
    reader: TestClient, stocked: House
) -> None:
    reader.cookies.set("coterie_choice", "allow")
    token = link(stocked, BAROLO.key, stocked.profile_of("u1"))
    spoilt = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")
    assert reader.get(f"/t/{spoilt}").status_code == 404
    for other in (spoilt, "x" * 5_000, "%00", link(stocked, "w1", stocked.profile_of("u1"))):
        assert reader.get(f"/a/barolo%2F2016?t={other}").status_code == 200
    assert heard(stocked) == []


def test_an_unknown_page_is_kindly_missing(reader: TestClient) -> None:
    answer = reader.get("/a/nothing")
    assert answer.status_code == 404
    assert "does not exist" in answer.text


def test_a_made_up_device_id_is_not_believed(reader: TestClient, stocked: House) -> None:
    reader.cookies.set("coterie_choice", "allow")
    reader.cookies.set("coterie_reader", "someone else's id")
    reader.get("/a/barolo%2F2016")
    assert heard(stocked) == []


def test_hostile_items_are_shown_as_they_are_and_run_nothing(
    reader: TestClient, stocked: House
) -> None:
    evil = '"><script>alert(1)</script>'
    item = Item(
        key="evil'\"<b>",
        kind="article",
        topics=("evil<i>",),
        title=evil,
        body=f"{evil}\n{{{{7*7}}}}",
    )
    with stocked.db.begin(COMMAND, NOW) as work:
        stocked.catalog.define_items(work, [item])
    page = reader.get("/a/evil'%22%3Cb%3E")
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "<i>" not in page.text
    assert "<b>" not in page.text
    assert "{{7*7}}" in page.text


def test_the_form_must_be_ours_and_the_choice_one_of_two(
    reader: TestClient, stocked: House
) -> None:
    page = reader.get("/a/barolo%2F2016")
    assert reader.post("/consent", data={"choice": "allow"}).status_code == 403
    assert "coterie_choice" not in reader.cookies
    bent = Response(200, text=page.text.replace('value="allow"', 'value="perhaps"'))
    assert press(reader, bent, "perhaps").status_code == 400


# --- invitations


@pytest.fixture
def invited(stocked: House) -> str:
    """The address of an invitation's page: everyone of Turin is invited to the pasta circle."""
    with stocked.db.begin(COMMAND, NOW) as work:
        stocked.messaging.define_template(work, Template("join", "Come!"))
        rule = {"trait": "city", "op": "=", "value": "Turin"}
        stocked.inbound.stir(work, stocked.segments.define(work, "turin", rule))
        stocked.inbound.tell(work, stocked.communities.define(work, PASTA))
        [offer] = stocked.communities.invitations(work, slug="pasta")
    return stocked.invitation_link(offer.profile, "pasta", offer.id)


PASTA = {
    "slug": "pasta",
    "title": {"en": "Pasta & <friends>", "zh": "意面"},
    "promise": "A recipe a week",
    "segment": "turin",
    "invitation": {"channel": "sandbox", "template": "join", "touch": "service"},
}


def members(house: House) -> list[int]:
    with house.db.read(COMMAND, house.clock.now()) as work:
        return list(house.communities.members(work, "pasta"))


def test_the_invitation_shows_the_promise_and_answers_nothing_by_itself(
    reader: TestClient, stocked: House, invited: str
) -> None:
    page = reader.get(invited)
    assert "A recipe a week" in page.text
    assert "Pasta &amp; &lt;friends&gt;" in page.text
    assert reader.head(invited).status_code == 200
    stocked.carry()
    assert members(stocked) == []


def test_yes_lets_her_in_and_is_a_fact_on_the_road(
    reader: TestClient, stocked: House, invited: str
) -> None:
    answer = press(reader, reader.get(invited), "accept")
    assert "Welcome" in answer.text
    assert "<button" not in answer.text
    profile = stocked.profile_of("u1")
    assert members(stocked) == [profile]
    stocked.carry()
    with stocked.db.read(COMMAND, NOW) as work:
        names = [event.name for event in stocked.log.timelines(work, [profile])[profile]]
        tags = stocked.profiles.known(work, [profile])[profile].tags
    assert names.count("coterie.community.joined") == 1
    assert "community:pasta" in tags


def test_no_is_taken_and_may_still_become_yes(
    reader: TestClient, stocked: House, invited: str
) -> None:
    answer = press(reader, reader.get(invited), "decline")
    assert "Understood" in answer.text
    assert members(stocked) == []
    press(reader, reader.get(invited), "accept")
    assert members(stocked) == [stocked.profile_of("u1")]


def test_an_answer_twice_counts_once(reader: TestClient, stocked: House, invited: str) -> None:
    page = reader.get(invited)
    press(reader, page, "accept")
    assert "Welcome" in press(reader, page, "accept").text
    assert "Welcome" in press(reader, page, "decline").text
    assert members(stocked) == [stocked.profile_of("u1")]


def test_an_ended_invitation_says_so(reader: TestClient, stocked: House, invited: str) -> None:
    page = reader.get(invited)
    stocked.clock.set(NOW + 15 * DAY)
    stocked.carry()
    assert "has ended" in reader.get(invited).text
    assert "has ended" in press(reader, page, "accept").text
    assert members(stocked) == []


def test_a_forged_invitation_leads_nowhere(reader: TestClient, stocked: House) -> None:
    assert reader.get("/i/forged").status_code == 404
    assert reader.get(stocked.invitation_link(1, "pasta", "none")).status_code == 404
    token = stocked.codes.sign("invitation", {"profile": "1"})
    assert reader.get(f"/i/{token}").status_code == 404
