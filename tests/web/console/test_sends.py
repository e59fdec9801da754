"""The pages of mass sends: progress by guide, results with reasons, groups, moments, the quota."""

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from channels.wecom.sends.world import World
from coterie.web.server import create_app
from web.conftest import BROWSER
from web.console.conftest import Desk


@pytest.fixture
def world() -> Iterator[World]:
    """Two guides and their customers, on a house that is open at its desk."""
    with World(rule="day") as made:
        made.house.app.mass_sends = made.sends
        made.guide("anna", "bert")
        yield made


@pytest.fixture
def desk(world: World) -> Desk:
    browser = TestClient(
        create_app(world.house.app),
        base_url="http://127.0.0.1:8000",
        client=("127.0.0.1", 50_000),
        follow_redirects=False,
        headers={"user-agent": BROWSER, "accept-language": "en"},
    )
    return Desk(world.house.app, browser)


def test_a_send_is_shown_by_guide_and_customer_and_can_be_reminded_and_called_off(
    world: World, desk: Desk
) -> None:
    world.customer("ada", "anna"), world.customer("eve", "bert")
    world.write("ada", "eve")
    world.later(minutes=3)
    world.confirm("anna")
    world.later(minutes=20)
    page = desk.get("/sends").text
    assert "1</strong> of 2 sent" in page
    assert "bert" in page
    (send,) = set(re.findall(r'href="(/sends/[0-9a-f]{32})"', page))
    one = desk.get(send).text
    assert "confirmed" in one
    assert "waits for the guide" in one
    assert desk.form(f"{send}/remind").status_code == 303
    world.later(seconds=1)
    assert world.wecom.count("reminded", userid="bert") == 1
    assert "has not confirmed what she is to send" in desk.get("/").text
    assert desk.form(f"{send}/cancel").status_code == 303
    world.later(seconds=1)
    assert "its sender was cancelled" in desk.get(send).text
    assert desk.browser.get("/sends/" + "0" * 32).status_code == 404


def test_groups_are_written_to_once_a_form_and_what_is_wrong_is_said(
    world: World, desk: Desk
) -> None:
    chat = world.wecom.new_chat("anna", "Pasta")
    form = desk.get("/sends/groups/new").text
    assert "Pasta" in form
    said = {"title": "Saturday", "text": "Come in", "key": "k1"}
    wrong = desk.form("/sends/groups/new", **said)
    assert wrong.status_code == 400
    assert "Choose at least one group." in wrong.text
    said[f"chat-{chat}"] = "yes"
    first = desk.form("/sends/groups/new", **said).headers["location"]
    assert desk.form("/sends/groups/new", **said).headers["location"] == first
    assert "Come in" in desk.get(first).text
    assert "has had enough" in desk.get("/sends/groups/new").text


def test_a_moment_is_asked_for_and_called_off(world: World, desk: Desk) -> None:
    assert "No moment was asked for yet" in desk.get("/sends/moments").text
    assert desk.form("/sends/moments/new", title="Spring").status_code == 400
    there = desk.form("/sends/moments/new", title="Spring", text="Open").headers["location"]
    assert "is being prepared" in desk.get(there).text
    assert "Spring" in desk.get("/sends/moments").text
    assert desk.form(f"{there}/cancel").status_code == 303


def test_another_rule_holds_from_its_day_on(world: World, desk: Desk) -> None:
    assert "1 a day" in desk.get("/sends/quota").text
    assert desk.form("/sends/quota", span="year", since="2026-04-01").status_code == 400
    assert desk.form("/sends/quota", span="week", since="no day").status_code == 400
    assert desk.form("/sends/quota", span="week", since="2026-03-01").status_code == 303
    assert "7 a week" in desk.get("/sends/quota").text


def test_the_composer_says_whom_guides_will_reach_and_who_is_left_out(
    world: World, desk: Desk
) -> None:
    world.customer("ada", "anna"), world.customer("eve", "bert"), world.customer("nobody")
    world.write("eve", key="today")
    world.house.define_segment("everyone", {"trait": "nick", "op": "exists"})
    asked = {"segment": "everyone", "template": "news", "channel": "wecom"}
    said = desk.form("/broadcasts/outlook", **asked).text
    assert "of 3 people can get it from a guide" in said
    assert "left out: no guide may write to her" in said
    assert "left out: the platform allows no more of them for now" in said
    assert (
        "By guides on WeCom"
        not in desk.form("/broadcasts/outlook", **{**asked, "channel": "email"}).text
    )


def test_what_goes_along_with_a_template_is_chosen_here(desk: Desk) -> None:
    assert "The cellar is open" in desk.get("/sends/along/news").text
    assert desk.form("/sends/along/news").headers["location"] == "/templates/news"
    assert desk.browser.get("/sends/along/none").status_code == 404
