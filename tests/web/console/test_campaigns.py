"""A campaign at the desk: six answers, the board, tasks, gates, moving, editing, cancelling."""

from datetime import date, timedelta

import pytest

from coterie.campaigns.plans.anniversary import Inputs, anniversary
from coterie.campaigns.plans.parse import parse
from coterie.core.actor import CLOCK
from coterie.core.clock import DAY, local_date
from coterie.core.facts import fact
from coterie.guides.organisation.model import Store
from coterie.testing.clock import FakeClock
from coterie.web.console.campaigns.form import document_of, fields_of
from web.console.conftest import Desk
from web.console.words import text_of

ANSWERS = {
    "title.en": "Ten years", "title.zh": "十周年", "members": "450", "revenue": "150,000",
    "base": "", "slug": "ten", "store.bund": "on",
}  # fmt: skip


def test_from_six_answers_to_a_running_board(desk: Desk) -> None:
    app = desk.app
    assert "No campaign yet" in text_of(desk.get("/campaigns", lang="en"))
    with app.db.begin(CLOCK, app.clock.now()) as work:
        app.guides.organisation.save_store(work, Store("bund", "Bund"))
    start = _in_days(desk, 5)
    refused = desk.form("/campaigns/new", **{**ANSWERS, "start": start, "members": "many"})
    assert refused.status_code == 400
    assert desk.form("/campaigns/new", **ANSWERS, start=start).status_code == 303
    draft = text_of(desk.get("/campaigns/ten", lang="en"))
    assert "5 days to the sale" in draft
    assert "the sale is days 8 to 17 of that: 7 before it, 7 within" in draft
    assert desk.form("/campaigns/ten/launch").status_code == 303
    desk.settle()
    profile = _joins(desk)
    board = text_of(desk.get("/campaigns/ten", lang="en"))
    assert "Joined the groups: 1" in board
    assert "behind plan" in board
    assert "Took part" in board
    assert "0 / 45" in board  # no coupon in stock: red
    desk.form("/campaigns/ten/override", gate="stock", reason="The till keeps it")
    desk.form("/campaigns/ten/tasks", task="briefing@bund")
    board = text_of(desk.get("/campaigns/ten", lang="en"))
    assert "The till keeps it" in board
    assert "Store manager 1/2" in board
    with app.db.read(CLOCK, app.clock.now()) as work:
        name = app.profiles.uid(work, [profile])[profile]
    tier = desk.get("/campaigns/ten/tiers/seed", lang="en")
    assert name in tier.text
    assert "number 1 to join" in text_of(tier)
    assert "Ten years: " in text_of(desk.get("/", lang="en"))  # tasks whose day has passed
    assert desk.form("/campaigns/ten/shift", start=_in_days(desk, 9)).status_code == 303
    assert "9 days to the sale" in text_of(desk.get("/campaigns/ten", lang="en"))
    assert desk.form("/campaigns/ten/cancel", why="The mall closes").status_code == 303
    assert "已取消：The mall closes" in text_of(desk.get("/campaigns/ten", lang="zh"))
    assert desk.form("/campaigns/ten/reopen").status_code == 303
    _edited(desk)


def _edited(desk: Desk) -> None:
    """What the form does not ask stays; a stale form and a wrong document are refused."""
    app = desk.app
    with app.db.read(CLOCK, app.clock.now()) as work:
        one = app.growing.plans.get(work, "ten")
    fields = {**fields_of(one.source), "targets.joined": "600", "version": str(one.version)}
    assert desk.form("/campaigns/ten/edit", **fields).status_code == 303
    assert desk.form("/campaigns/ten/edit", **fields).status_code == 400  # somebody was quicker
    with app.db.read(CLOCK, app.clock.now()) as work:
        after = app.growing.plans.get(work, "ten")
    assert after.campaign.targets["joined"] == 600
    assert after.campaign.tasks == one.campaign.tasks
    wrong = desk.form("/campaigns/ten/plan", document='{"title": "x", "start": "soon"}')
    assert wrong.status_code == 400
    assert "soon" in text_of(wrong)
    told = desk.browser.get("/api/campaigns/ten").json()
    assert told["plan"]["targets"]["joined"] == 600
    assert [gate["gate"] for gate in told["gates"] if gate["overridden"]] == ["stock"]


def _in_days(desk: Desk, days: int) -> str:
    app = desk.app
    return (local_date(app.clock.now(), app.zone) + timedelta(days)).isoformat()


def _joins(desk: Desk) -> int:
    """Let a customer join a group of the campaign, and a day pass."""
    app = desk.app
    body = b'{"batch": [{"type": "track", "userId": "u1", "event": "Item Viewed"}]}'
    app.door.accept("shop", body, "batch", app.clock.now())
    desk.settle()
    with app.db.begin(CLOCK, app.clock.now()) as work:
        profile = app.profiles.find(work, "user_id", "u1")
        assert profile is not None
        joined = fact("group.joined", room="groups", profile=profile, at=work.now, cause=(1,),
                      group="bund-1", chat="c1", campaign="ten", first=True)  # fmt: skip
        app.inbound.tell(work, [joined])
    desk.settle()
    assert isinstance(app.clock, FakeClock)
    app.clock.set(app.clock.now() + DAY)
    desk.settle()
    return profile


@pytest.mark.parametrize("stores", [[], ["bund", "xuhui"]])
def test_the_form_gives_back_what_it_was_given(stores: list[str]) -> None:
    given = anniversary(
        Inputs({"en": "Ten", "zh": "十"}, date(2026, 9, 18), stores, "known", 450, 9)
    )
    given["coupons"] = ["b", "a"]
    given["tiers"]["core"] = {"do": "poll", "poll": "taste", "template": "ask", "channel": "sms"}
    again = document_of(fields_of(given), given)
    assert parse(again) == parse(given)
