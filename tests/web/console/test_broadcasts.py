"""Broadcasts over HTTP: composed, tried, asked for, approved by another account, cancelled."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from coterie.campaigns.model import Broadcast
from coterie.core.actor import COMMAND
from coterie.web.server import create_app
from web.conftest import BROWSER
from web.console.conftest import Desk

PASSWORD = "a vineyard in Piedmont"
FIELDS = {
    "title": "Spring", "segment": "tasters", "template": "miss-you", "channel": "sandbox",
    "touch": "informational", "send_at": "", "holdout": "0",
}  # fmt: skip


def broadcasts(desk: Desk) -> list[Broadcast]:
    with desk.app.db.read(COMMAND, desk.app.clock.now()) as work:
        return desk.app.campaigns.all(work)


def state(desk: Desk) -> str:
    return broadcasts(desk)[0].state


def draft(desk: Desk, **more: str) -> str:
    answer = desk.form("/broadcasts/save", **{**FIELDS, **more})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


class Colleague(Desk):
    """Another browser at the same house, signed in."""

    def __init__(self, desk: Desk, name: str) -> None:
        browser = TestClient(
            create_app(desk.app),
            base_url="http://127.0.0.1:8000",
            client=("127.0.0.1", 50_001),
            follow_redirects=False,
            headers={"user-agent": BROWSER},
        )
        super().__init__(desk.app, browser)
        page = browser.get("/sign-in").text
        token = re.search(r'name="form_token" value="([^"]+)"', page)
        assert token is not None
        said = {"form_token": token.group(1), "name": name, "password": PASSWORD, "next": "/"}
        assert browser.post("/sign-in", data=said).status_code == 303


@pytest.fixture
def two(wine: Desk) -> tuple[Colleague, Colleague]:
    """Ada and Bo, each with an account; more than 5 people need a second one."""
    wine.app.campaigns.approval_above = 5
    with wine.app.db.begin(COMMAND, wine.app.clock.now()) as work:
        for name in ("Ada", "Bo"):
            wine.app.accounts.create_owner(work, name, PASSWORD)
    return Colleague(wine, "Ada"), Colleague(wine, "Bo")


def test_an_empty_list_teaches(desk: Desk) -> None:
    assert "No broadcast yet" in desk.get("/broadcasts", lang="en").text
    assert "Write a template" in desk.get("/broadcasts/new", lang="en").text


def test_the_composer_keeps_what_the_address_names(wine: Desk) -> None:
    page = wine.get("/broadcasts/new", segment="tasters", template="miss-you", lang="en").text
    assert re.search(r'<option value="tasters" selected>', page)
    assert "How have you been?" in page, "the bubble of a real person"


def test_a_draft_is_kept_and_nothing_is_sent(wine: Desk) -> None:
    page = wine.get(draft(wine), lang="en").text
    assert state(wine) == "draft"
    assert "Ask for it to be sent" in page
    wine.settle()
    assert state(wine) == "draft"


def test_a_fault_is_said_and_the_fields_are_kept(wine: Desk) -> None:
    answer = wine.form("/broadcasts/save?lang=en", **{**FIELDS, "title": " ", "holdout": "5"})
    assert answer.status_code == 400
    assert "Give it a name" in answer.text
    assert '<option value="5" selected>' in answer.text
    assert broadcasts(wine) == []
    bad = wine.form("/broadcasts/save?lang=en", **{**FIELDS, "send_at": "tomorrow"})
    assert "Choose a day and a time" in bad.text


def test_a_draft_is_changed_in_place(wine: Desk) -> None:
    page = draft(wine)
    found = broadcasts(wine)[0]
    assert 'value="Spring"' in wine.get(f"{page}/edit").text
    wine.form(
        "/broadcasts/save",
        **{**FIELDS, "title": "Summer", "send_at": "2031-05-01T09:30", "broadcast": found.id},
    )
    changed = broadcasts(wine)[0]
    assert (changed.id, changed.plan.title) == (found.id, "Summer")
    assert 'value="2031-05-01T09:30"' in wine.get(f"{page}/edit").text


def test_what_would_come_of_it_is_said_while_choosing(wine: Desk) -> None:
    said = wine.form("/broadcasts/outlook?lang=en", **{**FIELDS, "holdout": "10"}).text
    assert "people are in this segment now" in said
    assert "left out for comparison" in said
    small = wine.form(
        "/broadcasts/outlook?lang=en", **{**FIELDS, "segment": "italy-lovers", "holdout": "10"}
    ).text
    assert "no difference can be seen" in small or "you can only see a difference above" in small
    assert "holdout=0" in small, "counted outcomes are offered instead"
    assert "Choose a segment" in wine.form("/broadcasts/outlook?lang=en").text


def test_a_dry_run_says_who_would_be_held_and_why(wine: Desk) -> None:
    said = wine.form("/broadcasts/dry-run?lang=en", **FIELDS).text
    assert "would be sent" in said
    assert "held: has not agreed to be written to" in said
    assert "nothing was sent" in said
    bad = wine.form("/broadcasts/dry-run?lang=en", **{**FIELDS, "template": "none"}).text
    assert "Choose a template that exists" in bad


def test_a_small_one_goes_out_when_it_is_asked_for(wine: Desk) -> None:
    page = draft(wine)
    assert wine.form(f"{page}/ask").headers["location"] == page
    wine.settle()
    assert state(wine) in ("sending", "done")
    shown = wine.get(page, lang="en").text
    assert "Read its messages" in shown
    listed = wine.get("/broadcasts", lang="en").text
    assert "Spring" in listed


def test_the_open_desk_cannot_approve_and_says_how_one_could(wine: Desk) -> None:
    wine.app.campaigns.approval_above = 5
    page = draft(wine)
    wine.form(f"{page}/ask")
    assert state(wine) == "waiting"
    shown = wine.get(page, lang="en").text
    assert "this desk has no accounts yet" in shown
    assert "coterie owner NAME" in shown
    assert f'action="{page}/approve"' not in shown
    wine.form(f"{page}/approve")
    assert state(wine) == "waiting"


def test_a_second_account_approves_what_the_first_asked_for(
    two: tuple[Colleague, Colleague],
) -> None:
    ada, bo = two
    page = draft(ada)
    ada.form(f"{page}/ask")
    assert f'action="{page}/approve"' not in ada.get(page).text
    answer = ada.form(f"{page}/approve")
    assert state(ada) == "waiting"
    assert "toast" in answer.headers.get("set-cookie", "")
    assert "To approve" in bo.get("/broadcasts", lang="en").text
    assert f'action="{page}/approve"' in bo.get(page).text
    bo.form(f"{page}/approve")
    found = broadcasts(bo)[0]
    assert found.state == "scheduled"
    assert found.approved is not None
    assert found.approved.name == "Bo"
    bo.settle()
    assert state(bo) in ("sending", "done")
    shown = bo.get(page, lang="en").text
    assert re.search(r"Approved by <strong>Bo</strong>", shown)


def test_it_can_be_taken_back_and_cancelled(wine: Desk) -> None:
    page = draft(wine, send_at="2031-05-01T09:30")
    wine.form(f"{page}/ask")
    assert state(wine) == "scheduled"
    wine.form(f"{page}/undo")
    assert state(wine) == "draft"
    wine.form(f"{page}/cancel")
    assert state(wine) == "cancelled"
    assert wine.form(f"{page}/ask").status_code == 303, "a no is said on the page"
    assert state(wine) == "cancelled"


def test_the_stream_says_how_it_stands_now(wine: Desk) -> None:
    page = draft(wine, send_at="2031-05-01T09:30")
    wine.form(f"{page}/ask")
    assert f'hx-sse:connect="{page}/live"' in wine.get(page).text


@pytest.mark.parametrize("path", ["/broadcasts/nothing", "/broadcasts/nothing/edit"])
def test_an_unknown_one_is_a_404(desk: Desk, path: str) -> None:
    assert desk.browser.get(path).status_code == 404


def test_a_state_that_is_none_is_a_400(desk: Desk) -> None:
    assert desk.browser.get("/broadcasts?state=odd").status_code == 400


@pytest.mark.parametrize("verb", ["ask", "approve", "undo", "cancel"])
def test_who_comes_from_elsewhere_does_nothing(wine: Desk, verb: str) -> None:
    page = draft(wine)
    answer = wine.browser.post(f"{page}/{verb}", data={"form_token": "x.y"})
    assert answer.status_code == 403
    assert state(wine) == "draft"


def test_markup_in_a_name_stays_text(wine: Desk) -> None:
    fields: dict[str, Any] = {"title": "<i>Spring</i>"}
    page = draft(wine, **fields)
    for path in (page, "/broadcasts", f"{page}/edit"):
        assert "<i>Spring" not in wine.get(path).text
