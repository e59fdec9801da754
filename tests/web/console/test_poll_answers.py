"""The member's page of a poll, over HTTP: a link of her own, one answer, small and in her words."""

import re

import pytest

from coterie.core.actor import CLOCK
from web.console.conftest import Desk
from web.console.words import text_of

CHOICES = [
    {"code": "red", "en": "Red", "zh": "红", "tag": "likes:red"},
    {"code": "white", "en": "White", "zh": "白", "tag": "likes:white"},
]


def ask(desk: Desk, kind: str) -> tuple[str, int]:
    """Define a poll and somebody; return her address, and her profile."""
    app, now = desk.app, desk.app.clock.now()
    body = b'{"type":"identify","userId":"ann","traits":{"city":"Jinan"},"messageId":"m1"}'
    assert app.door.accept("test", b'{"batch":[' + body + b"]}", "batch", now).accepted == 1
    desk.settle()
    definition = {"question": {"en": "Red or white?", "zh": "红还是白？"}, "kind": kind,
                  "trait": "said", "choices": [] if kind == "number" else CHOICES}  # fmt: skip
    with app.db.begin(CLOCK, now) as work:
        app.polls.define(work, "colour", definition)
        profile = app.profiles.find(work, "user_id", "ann")
        assert profile is not None
        link = app.polls.of(work, [profile])[profile]["colour"]
    return "/q/" + link.rpartition("/q/")[2], profile


def post(desk: Desk, path: str, **fields: str) -> str:
    page = desk.browser.get(path, params={"lang": "en"}).text
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found is not None
    answer = desk.browser.post(path + "?lang=en", data={"form_token": found.group(1), **fields})
    desk.settle()
    return text_of(answer)


def answer_of(desk: Desk, profile: int) -> object:
    app = desk.app
    with app.db.read(CLOCK, app.clock.now()) as work:
        found = app.polls.answer_of(work, "colour", profile)
        return None if found is None else found.answer


def test_she_answers_with_one_tap_and_changes_her_mind(desk: Desk) -> None:
    path, profile = ask(desk, "single")
    page = desk.browser.get(path, params={"lang": "zh"})
    assert "红还是白" in page.text
    assert len(page.content) < 100_000
    assert answer_of(desk, profile) is None, "looking answers nothing"
    assert "Your answer is noted" in post(desk, path, answer="red")
    assert answer_of(desk, profile) == ("red",)
    assert "Change my answer" in post(desk, path, answer="white")
    assert answer_of(desk, profile) == ("white",)
    assert "choose an answer" in post(desk, path)
    assert answer_of(desk, profile) == ("white",)


@pytest.mark.parametrize(
    ("kind", "fields", "answer"),
    [
        ("multiple", {"choice.red": "on", "choice.white": "on"}, ("red", "white")),
        ("number", {"answer": "7"}, 7.0),
    ],
)
def test_each_kind_has_its_own_form(
    desk: Desk, kind: str, fields: dict[str, str], answer: object
) -> None:
    path, profile = ask(desk, kind)
    post(desk, path, **fields)
    assert answer_of(desk, profile) == answer


def test_a_closed_poll_says_so_and_a_forged_link_leads_nowhere(desk: Desk) -> None:
    path, profile = ask(desk, "single")
    with desk.app.db.begin(CLOCK, desk.app.clock.now()) as work:
        desk.app.polls.close(work, "colour")
    assert "closed" in text_of(desk.browser.get(path, params={"lang": "en"}))
    assert desk.browser.get(path + "x").status_code == 404
    assert answer_of(desk, profile) is None
