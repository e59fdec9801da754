"""Activities at the desk, on the member's phone and at the door, over HTTP."""

import re
from typing import Any
from urllib.parse import unquote

import pytest

from coterie.core.actor import COMMAND
from coterie.core.clock import DAY
from coterie.messaging.model import Template
from coterie.testing.clock import FakeClock
from web.console.conftest import Desk

FORM: dict[str, Any] = {
    "slug": "barolo-night", "title_zh": "巴罗洛之夜", "title_en": "Barolo night",
    "form": "tasting", "level": "entry", "starts": "2026-01-05T19:00", "ends": "2026-01-05T21:30",
    "place": "Cellar", "capacity": "1", "waiting_list": "on", "topics": "wine/italy, wine/red",
    "channel": "sandbox", "invitation": "come", "notice": "note", "segment": "all",
}  # fmt: skip


@pytest.fixture
def night(desk: Desk) -> Desk:
    """A tasting with one seat, and three people who may be written to."""
    app = desk.app
    body = b"".join(
        b'{"type":"track","userId":"u%d","event":"Consent Given","messageId":"c%d"},' % (n, n)
        for n in (1, 2, 3)
    )
    app.door.accept("web", b'{"batch":[' + body[:-1] + b"]}", "batch", app.clock.now())
    desk.settle()
    with app.db.begin(COMMAND, app.clock.now()) as work:
        app.messaging.define_template(work, Template("come", "{{ activity_url }}", "Come"))
        app.messaging.define_template(work, Template("note", "{{ notice.text }}", "Note"))
        app.segments.define(work, "all", {"everyone": True})
    assert desk.form("/activities/new", **FORM).status_code == 303
    return desk


def links(desk: Desk) -> list[str]:
    """The pages that the invited people's messages lead to, in order of person."""
    found = []
    with desk.app.db.read(COMMAND, desk.app.clock.now()) as work:
        for profile in sorted(desk.app.profiles.everyone(work)):
            message = desk.app.messaging.of_person(work, profile)[0]
            found.append(re.sub(r"^https?://[^/]+", "", message.text.strip()))
    return found


def uid(desk: Desk, user: str) -> str:
    with desk.app.db.read(COMMAND, desk.app.clock.now()) as work:
        profile = desk.app.profiles.find(work, "user_id", user)
        assert profile is not None
        return desk.app.profiles.directory.cards(work, [profile])[0].uid


def toast(answer: Any) -> str:
    return next(
        (unquote(c.value or "") for c in answer.cookies.jar if "toast" in c.name.lower()), ""
    )


def test_asked_registered_waiting_and_let_in_once(night: Desk) -> None:
    assert "3 people are invited now" in toast(night.form("/activities/barolo-night/invite"))
    night.settle()
    first, second, _ = links(night)
    assert first.startswith("/e/")
    page = night.browser.get(first, params={"lang": "en"})
    assert "1 seat is free" in page.text
    assert "<path" not in page.text.split("<main")[1], "no code before she registered"

    def say(link: str, answer: str) -> str:
        return str(night.form(f"{link}?lang=en", answer=answer).text)

    ticket = say(first, "register")
    assert "You have a seat" in ticket
    assert ticket == ticket.replace("style=", ""), "the strict CSP would refuse it"
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", ticket)
    assert code is not None
    assert "You are the first in line" in say(second, "register")
    assert "Join the waiting list" in say(second, "cancel")
    say(second, "register")

    door = "/activities/barolo-night/check-in"
    assert f'value="{code[0]}"' in night.get(door, code=code[0]).text
    night.settle()
    assert "Was there" in night.get("/activities/barolo-night", lang="en").text

    def come(given: str) -> str:
        return night.get(night.form(door, code=given).headers["location"] + "&lang=en").text

    assert "Welcome, " in come(code[0].lower())
    again = come(code[0])
    assert "This code was used already" in again
    assert "let in by this machine" in again
    assert "no such code" in come("x")
    assert "You are in" in night.browser.get(first, params={"lang": "en"}).text
    night.form(door, do="undo", who=uid(night, "u1"))
    assert code[0] in night.browser.get(first).text, "it works again"


def test_the_desk_registers_passes_and_calls_off(night: Desk) -> None:
    at = "/activities/barolo-night"
    assert "on the list" in toast(night.form(f"{at}/register", who="u1"))
    assert "Nobody fits" in toast(night.form(f"{at}/register", who="nobody"))
    night.form(f"{at}/register", who="u2")
    night.form(f"{at}/check-in", who=uid(night, "u1"))
    night.form(f"{at}/people", who="all", do="pass")
    page = night.get(at, lang="en").text
    assert "passed" in page
    assert "Take the pass back" in page
    assert "She has passed" in toast(
        night.form(f"{at}/people", who=uid(night, "u1"), do="undo_check_in")
    )
    night.form(f"{at}/people", who=uid(night, "u1"), do="undo_pass")
    night.form(f"{at}/people", who=uid(night, "u1"), do="undo_check_in")
    night.form(f"{at}/people", who=uid(night, "u1"), do="cancel")
    rows = night.get(f"/exports{at}").text.splitlines()
    assert {row.split(",")[2] for row in rows[1:]} == {"has a seat", "cancelled"}
    night.form(f"{at}/call-off")
    assert "called off" in night.get(at, lang="en").text
    assert "called off" in toast(night.form(f"{at}/register", who="u3"))
    night.settle()
    with night.app.db.read(COMMAND, night.app.clock.now()) as work:
        told = night.app.log.counts(work)
    assert told["coterie.activity.called_off"] == 1


def test_a_form_says_what_is_wrong_at_its_field_and_keeps_what_was_written(night: Desk) -> None:
    taken = night.form("/activities/new", lang="en", **FORM)
    assert taken.status_code == 400
    assert "already" in taken.text
    for field, value, words in (
        ("ends", "2026-01-05T18:00", "must end after"),
        ("capacity", "many", "whole number of seats"),
        ("topics", "a b", "no topic"),
        ("title_zh", "x" * 201, "title is missing"),
    ):
        given = {**FORM, "slug": "other", field: value}
        answer = night.browser.post(
            "/activities/new?lang=en", data={"form_token": night.token(), **given}
        )
        assert (answer.status_code, words in answer.text) == (400, True), field
        assert "Cellar" in answer.text
    edit = night.get("/activities/barolo-night/edit").text
    assert 'value="2026-01-05T19:00"' in edit
    assert "wine/italy, wine/red" in edit
    night.form("/activities/barolo-night/edit", **{**FORM, "capacity": "2"})
    assert "/ 2" in night.get("/activities").text
    clock = night.app.clock
    assert isinstance(clock, FakeClock)
    clock.set(clock.now() + 10 * DAY)
    night.settle()
    assert "Nothing is on" in night.get("/activities", lang="en").text
    assert "Barolo night" in night.get("/activities", past="1", lang="en").text


def test_recommended_then_bought_is_counted_listed_and_taken_away(desk: Desk) -> None:
    app = desk.app
    app.door.accept("shop", b"""{"batch": [
      {"type":"track","messageId":"1","userId":"u1","event":"Link Clicked",
       "properties":{"item":"barolo","sender":"journey:spring"}},
      {"type":"track","messageId":"2","userId":"u1","event":"Order Completed",
       "timestamp":"2026-01-01T00:00:01Z",
       "properties":{"order_id":"77","total":120,"products":[{"product_id":"barolo"}]}},
      {"type":"track","messageId":"3","userId":"u2","event":"Order Completed",
       "properties":{"order_id":"78","total":80,"products":[{"product_id":"barolo"}]}}
    ]}""", "batch", app.clock.now())  # fmt: skip
    desk.settle()
    page = desk.get("/results/recommended", lang="en").text
    assert "50% of 2 paid orders" in page
    assert "followed a link" in page
    table = desk.get("/results/recommended.csv").text.splitlines()
    assert len(table) == 2
    assert ",120.0,0.0,barolo,followed a link,journey:spring," in table[1]
    assert desk.browser.get("/results/recommended?window=5").status_code == 400


def test_the_list_of_people_tells_and_finds_who_stands_in_the_address_book_only(desk: Desk) -> None:
    app = desk.app
    app.door.accept("crm", b"""{"batch": [
      {"type":"identify","messageId":"1","userId":"contact","traits":{"city":"Suzhou"}},
      {"type":"track","messageId":"2","userId":"contact","event":"Consent Given"},
      {"type":"page","messageId":"3","userId":"reader","name":"Home"}
    ]}""", "batch", app.clock.now())  # fmt: skip
    desk.settle()
    assert "50% of these" in desk.get("/people", lang="en").text
    only = desk.get("/people", book="only", lang="en").text
    assert ("contact" in only, "reader" in only) == (True, False)
    assert "reader" in desk.get("/people", book="not", lang="en").text
    badge = "address book only"
    assert badge in desk.get("/people/contact", lang="en").text
    assert badge not in desk.get("/people/reader", lang="en").text
    assert desk.browser.get("/people?book=x").status_code == 400
