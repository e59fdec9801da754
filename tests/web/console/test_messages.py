"""Messages as an operator reads them: what stands where, why, and the stop of all sends."""

import re
from typing import Any

import pytest

from coterie.core.actor import COMMAND
from coterie.messaging.looking.model import Wanted
from coterie.messaging.model import Request, Template
from coterie.storage import audit
from web.console.conftest import Desk

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def written(desk: Desk) -> Desk:
    """Sixty messages to one person who never consented, and one by e-mail-like service."""
    app = desk.app
    body = b'{"userId":"<u1>","traits":{"city":"Turin"}}'
    app.door.accept("shop", body, "identify", app.clock.now())
    desk.settle()

    with app.db.begin(COMMAND, app.clock.now()) as work:
        profile = app.profiles.find(work, "user_id", "<u1>")
        assert profile is not None

        def request(number: int, touch: Any) -> Request:
            origin = "journey:<i>welcome</i>"
            return Request(profile, "sandbox", "hello", touch, f"k{number}", origin, node="<b>n")

        app.messaging.define_template(work, Template("hello", f"Ciao {EVIL}\nA presto", "Hi"))
        app.messaging.send(work, [request(n, "commercial") for n in range(60)])
        app.messaging.send(work, [request(99, "service")])
    return desk


def newest(desk: Desk, **wanted: Any) -> str:
    with desk.app.db.read(COMMAND, desk.app.clock.now()) as work:
        return desk.app.messaging.page(work, Wanted(**wanted), 1)[0].id


def cards(page: str) -> int:
    return page.count('href="/people/')


def test_what_became_of_each_message_is_shown_and_nothing_of_it_is_markup(written: Desk) -> None:
    page = written.get("/messages", lang="en").text
    assert cards(page) == 25
    assert "&lt;u1&gt;" in page
    assert "Ciao &lt;script&gt;" in page
    assert EVIL not in page
    assert "<i>" not in page
    assert "has not agreed to be written to" in page


def test_the_counts_are_links_that_filter(written: Desk) -> None:
    page = written.get("/messages", lang="en").text
    assert re.search(r'status=held"[^>]*>\s*<span[^>]*>held</span>\s*<span[^>]*>60<', page)
    assert re.search(r'status=queued"[^>]*>\s*<span[^>]*>waiting to be sent</span>', page)
    assert 'href="/messages?status=held&amp;reason=no_consent"' in page


def test_the_pages_turn_and_keep_what_was_asked(written: Desk) -> None:
    first = written.get("/messages", status="held").text
    assert 'href="/messages?status=held&amp;page=1"' in first
    last = written.get("/messages", status="held", page=2).text
    assert cards(last) == 10
    assert "page=3" not in last
    assert 'href="/messages?status=held&amp;page=1"' in last
    assert cards(written.get("/messages", status="failed").text) == 0


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"person": "<u1>"}, 25),
        ({"person": "nobody"}, 0),
        ({"touch": "service"}, 1),
        ({"channel": "email"}, 0),
        ({"origin": "journey:<i>welcome</i>", "touch": "service"}, 1),
        ({"template": "hello", "status": "queued"}, 1),
        ({"since": "2026-01-01", "until": "2026-01-01", "status": "queued"}, 1),
        ({"since": "2026-01-02"}, 0),
        ({"until": "2025-12-31"}, 0),
    ],
)
def test_any_mark_filters(written: Desk, query: dict[str, str], found: int) -> None:
    assert cards(written.get("/messages", **query).text) == found


def test_who_is_looked_for_and_unknown_is_said(written: Desk) -> None:
    assert "We know nobody by that id" in written.get("/messages", person="nobody", lang="en").text


@pytest.mark.parametrize(
    "query", ["status=sneezed", "page=-1", "page=x", "page=99999999999999", "since=soon"]
)
def test_a_page_that_does_not_exist_is_a_400_that_says_so(desk: Desk, query: str) -> None:
    answer = desk.browser.get(f"/messages?{query}")
    assert answer.status_code == 400


def test_a_reason_comes_with_what_would_release_it(written: Desk) -> None:
    page = written.get("/messages", reason="no_consent", lang="en").text
    assert "What would let it go?" in page
    assert "She agrees to be written to on this channel" in page
    chinese = written.get("/messages", reason="no_consent", lang="zh").text
    assert "怎样才能放行？" in chinese


def test_an_empty_house_teaches(desk: Desk) -> None:
    page = desk.get("/messages", lang="en").text
    assert "Nothing has been said yet" in page
    assert 'href="/broadcasts/new"' in page


def test_one_message_tells_its_way_through_the_gate(written: Desk) -> None:
    page = written.get(f"/messages/{newest(written, status='held')}", lang="en").text
    gate = re.findall(
        r'<span class="grow">([^<]+)</span>\s*<span class="text-right">([^<]+)<', page
    )
    said = dict(gate)
    assert said["Do we have an address?"] == "let through"
    assert said["Did she agree to be written to?"] == "has not agreed to be written to"
    assert said["Can the text be filled in?"] == "not reached"
    assert "&lt;b&gt;n" in page


def test_a_sent_one_shows_its_attempt_and_receipt(written: Desk) -> None:
    written.settle()
    page = written.get(f"/messages/{newest(written, status='sent')}", lang="en").text
    assert "1 attempt" in page
    assert "receipt" in page
    assert "not asked: service" in page


def test_an_unknown_message_is_a_404(desk: Desk) -> None:
    assert desk.browser.get("/messages/nothing").status_code == 404


def test_the_old_address_leads_on(desk: Desk) -> None:
    answer = desk.browser.get("/mailbox?status=held&page=2")
    assert (answer.status_code, answer.headers["location"]) == (
        301, "/messages?status=held&page=2"
    )  # fmt: skip


def stopped(desk: Desk) -> bool:
    with desk.app.db.read(COMMAND, desk.app.clock.now()) as work:
        return desk.app.messaging.is_stopped(work)


def test_all_sends_stop_and_go_on_and_both_are_audited(written: Desk) -> None:
    answer = written.form("/messages/stop", next="/messages?status=queued")
    assert (answer.status_code, answer.headers["location"]) == (303, "/messages?status=queued")
    assert stopped(written)
    assert "All sends are stopped." in written.get("/messages", lang="en").text
    written.settle()
    assert cards(written.get("/messages", status="queued").text) == 1, "it waits"
    written.form("/messages/resume", next="https://evil.example/")
    assert not stopped(written)
    written.settle()
    assert cards(written.get("/messages", status="sent").text) == 1
    with written.app.db.read(COMMAND, 0) as work:
        verbs = [(row.verb, row.actor) for row in audit.latest(work, 10)]
    assert ("stop_all", "person:this machine") in verbs
    assert ("go_on", "person:this machine") in verbs


def test_who_comes_from_elsewhere_stops_nothing(desk: Desk) -> None:
    answer = desk.browser.post("/messages/stop", data={"form_token": "x.y"})
    assert answer.status_code == 403
    assert not stopped(desk)


def test_no_page_leads_away_after_a_stop(desk: Desk) -> None:
    answer = desk.form("/messages/stop", next="//evil.example")
    assert answer.headers["location"] == "/"


def test_real_messages_name_their_senders(wine: Desk) -> None:
    page = wine.get("/messages", lang="zh").text
    assert "旅程：" in page or "邀请：" in page
    assert "<script>" not in page.replace('<script type="application/json">', "")
