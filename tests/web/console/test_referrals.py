"""Friends who bring friends at the desk: a new programme in six inputs, its trees, decisions."""

import re

import numpy as np
import pytest

from coterie.core.actor import CLOCK
from coterie.core.event import Event
from coterie.loyalty.coupons.model import Template
from coterie.referrals.cascades.model import Forest
from coterie.web.console.referrals.form import document, fields
from coterie.web.console.referrals.tree import MOST, below_of, drawn, picture, trees
from web.console.conftest import Desk
from web.console.words import text_of

SIX = {
    "title_en": "Bring a friend", "from": "2026-01-01", "until": "2026-01-31",
    "friend": "welcome", "referrer": "ten-off", "carrier": "poster",
}  # fmt: skip


def receive(desk: Desk, *deeds: tuple[str, str, dict[str, str | int]]) -> None:
    now = desk.app.clock.now()
    desk.app.inbox.put(now, "test", [
        Event(id=f"{name}{user}{now}", type="track", name=name, time=now, received=now,
              source="test", user_id=user, properties=said,
              amount=99_0000 if name == "Order Completed" else None)
        for user, name, said in deeds
    ])  # fmt: skip
    desk.settle()


def test_from_a_template_to_a_tree_and_a_decision(desk: Desk) -> None:
    app, rooms = desk.app, desk.app.growing.referrals
    assert "/referrals/new?template=poster" in desk.get("/referrals").text
    with app.db.begin(CLOCK, app.clock.now()) as work:
        for slug in ("welcome", "ten-off"):
            app.growing.coupons.define(
                work, Template(slug=slug, titles={"en": slug}, kind="amount", amount=10_0000)
            )
    assert desk.browser.get("/referrals/new?template=none").status_code == 400
    form = desk.get("/referrals/new", template="poster", lang="en")
    asked = form.text.split('id="programme"')[1].split("<details")[0]
    assert len(re.findall(r"<(?:input|select) ", asked)) == 6
    low = desk.form("/referrals/risk", **SIX)
    assert "some risk" in low.text
    risky = desk.form("/referrals/risk", **{**SIX, "carrier": "h5", "title_en": "Share to win"})
    assert risky.text.count("high risk") == 2 and "Share to win" in risky.text
    assert desk.form("/referrals/new", **{**SIX, "carrier": "h5"}).status_code == 400
    assert desk.form("/referrals/new", **{**SIX, "until": "2025-01-01"}).status_code == 400
    made = desk.form("/referrals/new", **{**SIX, "by": "hand"})
    assert made.headers["location"].startswith("/referrals/bring-a-friend-2026-01-01")
    slug = "bring-a-friend-2026-01-01"
    assert desk.form("/referrals/new", **{**SIX, "slug": "new"}).status_code == 400

    receive(desk, ("ann", "Page Viewed", {}))
    with app.db.begin(CLOCK, app.clock.now()) as work:
        [ann] = app.profiles.found(work, "user_id", ["ann"]).values()
        code = rooms.take_part(work, slug, ann)
    for friend in ("cat", "dan"):
        receive(desk, (friend, "Invitation Opened", {"code": code}))
        receive(desk, (friend, "Group Joined", {"group_id": "g"}))
        receive(desk, (friend, "Order Completed", {"order_id": friend}))

    page = desk.get(f"/referrals/{slug}", lang="en")
    assert "2 wait for approval" in text_of(page)
    assert page.text.count("<circle") >= 2 and "1 tree, 3 people" in page.text
    tree = re.search(r"\?tree=([0-9a-f-]+)", page.text)
    assert tree is not None
    assert "Brought by" in desk.get(f"/referrals/{slug}", tree=tree.group(1), lang="en").text
    people = desk.get(f"/referrals/{slug}/people", state="pending", lang="en")
    ids = re.findall(r'id="approve-([0-9a-f]{32})"', people.text)
    assert len(ids) == 2
    act = f"/referrals/{slug}/decide"
    assert desk.form(act, referral=ids[0], verb="approve", why="").status_code == 400
    assert desk.form(act, referral=ids[0], verb="approve", why="looked at").status_code == 303
    assert desk.form(act, referral=ids[1], verb="reject", why="a farm").status_code == 303
    desk.settle()
    told = text_of(desk.get(f"/referrals/{slug}/people", lang="en"))
    assert "friend: given" in told and "a farm" in told
    assert "Rewarded" in text_of(desk.get("/referrals", lang="en"))

    assert desk.form(f"/referrals/{slug}/pause").status_code == 303
    assert "nobody new takes part" in text_of(desk.get(f"/referrals/{slug}", lang="en"))
    assert desk.form(f"/referrals/{slug}/resume").status_code == 303
    assert "Bring a friend" in desk.get(f"/referrals/{slug}/edit", lang="en").text
    told = desk.get(f"/api/referrals/{slug}").json()
    assert told["figures"]["joined"] == 1 and told["programme"]["carrier"] == "poster"
    assert [one["slug"] for one in desk.get("/api/referrals").json()["programmes"]] == [slug]
    changed = {**SIX, "title_en": "Friends", "least": "50", "headline_zh": "各减10元"}
    assert desk.form(f"/referrals/{slug}/edit", **changed).status_code == 303
    with app.db.read(CLOCK, app.clock.now()) as work:
        assert rooms.programmes.get(work, slug).least == 50_0000
    assert desk.form(f"/referrals/{slug}/edit", **{**SIX, "window": "x"}).status_code == 400


def test_a_program_defines_a_programme(desk: Desk) -> None:
    given = {"title": "Friends", "from": "2026-01-01", "until": "2026-01-31",
             "reward": {"friend": "welcome"}}  # fmt: skip
    made = desk.browser.post("/api/referrals/friends", json=given)
    assert made.status_code == 200 and made.json()["state"] == "on"
    wrong = desk.browser.post("/api/referrals/friends", json={**given, "levels": 3})
    assert wrong.status_code == 400 and wrong.json()["code"] == "forbidden_design"


@pytest.mark.parametrize(
    "more",
    [
        {}, {"did": "stay", "days": "3", "by": "hand"},
        {"least": "50", "door": "group:g7", "who": "vip", "headline_zh": "各减10元", "all": "500"},
    ],
)  # fmt: skip
def test_what_a_form_makes_fills_it_again(more: dict[str, str]) -> None:
    made = document({**SIX, "slug": "friends", **more})
    assert document(fields(made)) == made


def test_no_two_of_a_picture_stand_in_one_place() -> None:
    parent = np.array([-1, -1, -1, *(place % 40 for place in range(400))])
    generation = np.zeros(len(parent), np.int64)
    for place in range(3, len(parent)):
        generation[place] = generation[parent[place]] + 1
    nobody = np.zeros(0, np.int64)
    forest = Forest(
        parent, np.zeros(len(parent), np.int64), generation, np.full(len(parent), -1),
        (nobody, nobody), range(1, len(parent) + 1),
    )  # fmt: skip
    found = trees(forest)
    assert sum(one.people for one in found) == len(parent) <= MOST
    shown = picture(forest, drawn(found), {3: "rewarded"})
    assert len({(one.x, one.y) for one in shown.dots}) == len(shown.dots) == len(parent)
    assert len(shown.branches) == len(parent) - 3
    assert [one.kind for one in shown.dots].count("rewarded") == 1
    alone = picture(forest, [found[0].seed], {})
    assert (alone.dots[0].x, alone.dots[0].y) == (0, 0)
    assert below_of(forest, found[0].seed)[0] == found[0].seed
