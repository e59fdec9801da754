"""Broadcasts in a whole house: from the draft to the last message."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from coterie.campaigns.model import Broadcast, DryRun, Plan, Progress
from coterie.campaigns.sending import PORTION, Sender
from coterie.core.actor import Actor
from coterie.core.errors import Conflict, Invalid, NotFound, NotPermitted
from coterie.storage.work import Work
from coterie.testing import House
from coterie.testing.postgres import PostgresServer

ADA, BO = 1, 2
NOON = "2026-01-05T04:00:00Z"
"""Noon of a Monday in Shanghai."""


class Desk:
    """A house with a segment of readers, and what an operator does in it."""

    def __init__(self, house: House) -> None:
        self.house = house
        house.define_segment("readers", {"did": "Article Read"})
        house.define_template("hello", text="Dear {{ profile.user_id }}: {{ broadcast.title }}")

    def people(self, number: int, *, start: int = 0, consent: bool = True) -> None:
        names = [f"u{n}" for n in range(start, start + number)]
        said: list[dict[str, Any]] = [
            {"type": "track", "userId": name, "event": "Article Read"} for name in names
        ]
        if consent:
            given = {"purpose": "marketing", "channel": "*"}
            said += [
                {"type": "track", "userId": name, "event": "Consent Given", "properties": given}
                for name in names
            ]
        for begin in range(0, len(said), 500):
            self.house.receive(said[begin : begin + 500])

    def do(self, act: Callable[[Work], Any], account: int = ADA) -> Any:
        app = self.house.app
        with app.db.begin(Actor("person", f"a{account}"), app.clock.now()) as work:
            done = act(work)
        self.house.settle()
        return done

    def plan(self, **more: Any) -> Plan:
        chosen = {
            "title": "Spring", "segment": "readers", "template": "hello", "channel": "email",
            "touch": "informational", "holdout": 0, **more,
        }  # fmt: skip
        return Plan(**chosen)

    def draft(self, **more: Any) -> str:
        room = self.house.app.campaigns
        drafted: Broadcast = self.do(lambda work: room.draft(work, self.plan(**more), ADA))
        return drafted.id

    def ask(self, broadcast: str, account: int = ADA) -> str:
        self.do(lambda work: self.house.app.campaigns.ask(work, broadcast, account), account)
        return self.state(broadcast)

    def approve(self, broadcast: str, account: int) -> str:
        self.do(lambda work: self.house.app.campaigns.approve(work, broadcast, account), account)
        return self.state(broadcast)

    def cancel(self, broadcast: str) -> None:
        self.do(lambda work: self.house.app.campaigns.cancel(work, broadcast, ADA))

    def get(self, broadcast: str) -> Broadcast:
        return self.do(lambda work: self.house.app.campaigns.get(work, broadcast))

    def state(self, broadcast: str) -> str:
        return self.get(broadcast).state

    def progress(self, broadcast: str) -> Progress:
        room = self.house.app.campaigns
        found: dict[str, Progress] = self.do(
            lambda work: room.progress(work, [room.get(work, broadcast)])
        )
        return found[broadcast]

    def dry_run(self, **more: Any) -> DryRun:
        return self.do(lambda work: self.house.app.campaigns.dry_run(work, self.plan(**more)))

    def stop(self, on: bool) -> None:
        self.do(lambda work: self.house.app.messaging.stop_all(work, on))

    def fates(self, user: str) -> list[tuple[str, str | None]]:
        return [(each.status, each.reason) for each in self.house.sent(user)]


Open = Callable[..., Desk]


@pytest.fixture
def open_desk() -> Iterator[Open]:
    with ExitStack() as stack:

        def opened(**settings: Any) -> Desk:
            return Desk(stack.enter_context(House(at=NOON, **settings)))

        yield opened


@pytest.fixture
def desk(open_desk: Open) -> Desk:
    return open_desk()


def test_one_template_reaches_one_segment_once(desk: Desk) -> None:
    desk.people(3)
    desk.people(1, start=3, consent=False)
    broadcast = desk.draft()
    assert desk.house.sent("u0") == [], "a draft says nothing"
    assert desk.ask(broadcast) == "done"
    assert desk.house.sent("u0")[0].text == "Dear u0: Spring"
    assert [desk.fates(f"u{n}") for n in range(4)] == [
        [("sent", None)], [("sent", None)], [("sent", None)], [("held", "no_consent")]
    ]  # fmt: skip
    assert desk.progress(broadcast) == Progress(4, 0, 3, 0, 0, {"no_consent": 1})
    desk.house.advance(days=2)
    assert len(desk.house.sent("u0")) == 1


def test_it_is_the_same_on_postgresql(open_desk: Open, postgres_server: PostgresServer) -> None:
    database = postgres_server.new_database()
    desk = open_desk(store="postgresql", database=database, approval_above=1)
    desk.people(2)
    desk.people(1, start=2, consent=False)
    broadcast = desk.draft()
    assert desk.ask(broadcast) == "waiting"
    assert desk.approve(broadcast, BO) == "done"
    assert desk.progress(broadcast) == Progress(3, 0, 2, 0, 0, {"no_consent": 1})
    desk.house.advance_to("2026-01-05T15:00:00Z")
    night = desk.draft()
    desk.ask(night)
    assert desk.approve(night, BO) == "sending"
    desk.cancel(night)
    assert desk.progress(night).held == {"no_consent": 1, "cancelled": 2}


def test_a_portion_that_is_carried_again_sends_nothing_twice(desk: Desk) -> None:
    desk.people(2)
    broadcast = desk.draft()
    desk.ask(broadcast)
    app = desk.house.app

    def again(work: Work) -> None:
        sent = app.campaigns.get(work, broadcast)
        sender = Sender(app.messaging, app.profiles, 0)
        sender.send(work, replace(sent, state="sending", handed=0))

    desk.do(again)
    assert [len(desk.house.sent(f"u{n}")) for n in range(2)] == [1, 1]


def test_a_large_audience_goes_in_portions(open_desk: Open) -> None:
    desk = open_desk(approval_above=10_000)
    desk.people(PORTION + 1)
    broadcast = desk.draft()
    assert desk.ask(broadcast) == "done"
    assert desk.progress(broadcast).sent == PORTION + 1
    assert desk.get(broadcast).handed == PORTION + 1


def test_above_the_number_a_second_account_approves(open_desk: Open) -> None:
    desk = open_desk(approval_above=2)
    desk.people(3)
    broadcast = desk.draft()
    assert desk.ask(broadcast) == "waiting"
    for account in (ADA, 0):
        with pytest.raises(NotPermitted):
            desk.approve(broadcast, account)
    assert desk.house.sent("u0") == []
    assert desk.approve(broadcast, BO) == "done"
    approved = desk.get(broadcast).approved
    assert approved is not None
    assert (approved.account, approved.name, approved.people) == (BO, "a2", 3)
    assert desk.fates("u0") == [("sent", None)]


def test_an_audience_that_grew_by_more_than_a_fifth_is_asked_about_again(open_desk: Open) -> None:
    desk = open_desk(approval_above=2)
    desk.people(5)
    later = desk.house.app.clock.now() + 3_600_000
    broadcast = desk.draft(send_at=later)
    desk.ask(broadcast)
    assert desk.approve(broadcast, BO) == "scheduled"
    desk.people(1, start=5)
    desk.house.advance(minutes=30)
    assert desk.state(broadcast) == "scheduled"
    desk.people(1, start=6)
    desk.house.advance(minutes=30)
    assert (desk.state(broadcast), desk.get(broadcast).note) == ("waiting", "grown")
    assert desk.house.sent("u0") == []
    assert desk.approve(broadcast, BO) == "done"


def test_one_that_grew_beyond_the_number_meanwhile_waits_too(open_desk: Open) -> None:
    desk = open_desk(approval_above=2)
    desk.people(2)
    broadcast = desk.draft(send_at=desk.house.app.clock.now() + 60_000)
    assert desk.ask(broadcast) == "scheduled", "two are few enough"
    desk.people(1, start=2)
    desk.house.advance(minutes=1)
    assert (desk.state(broadcast), desk.get(broadcast).note) == ("waiting", "grown")
    assert desk.approve(broadcast, BO) == "done"


def test_a_scheduled_one_can_be_taken_back(desk: Desk) -> None:
    desk.people(1)
    broadcast = desk.draft(send_at=desk.house.app.clock.now() + 60_000)
    assert desk.ask(broadcast) == "scheduled"
    desk.do(lambda work: desk.house.app.campaigns.undo(work, broadcast))
    desk.house.advance(minutes=5)
    assert desk.state(broadcast) == "draft"
    assert desk.house.sent("u0") == []


def test_cancelling_midway_withdraws_what_waits(open_desk: Open) -> None:
    desk = open_desk()
    desk.house.advance_to("2026-01-05T15:00:00Z")  # 23:00: quiet hours keep all of it waiting
    desk.people(3)
    broadcast = desk.draft()
    assert desk.ask(broadcast) == "sending"
    assert desk.progress(broadcast).queued == 3
    desk.cancel(broadcast)
    assert desk.progress(broadcast).held == {"cancelled": 3}
    desk.house.advance(days=1)
    assert desk.fates("u0") == [("held", "cancelled")]
    assert desk.state(broadcast) == "cancelled"
    with desk.house.app.db.read(Actor("person", "a"), 0) as work:
        assert desk.house.app.messaging.paused(work) == set(), "the pause has done its work"


def test_what_is_on_its_way_when_cancelled_is_taken_back_if_it_fails(desk: Desk) -> None:
    desk.people(1)
    desk.house.fail_channel("email", 1)
    broadcast = desk.draft()
    assert desk.ask(broadcast) == "sending", "the provider failed; it is tried again later"
    desk.cancel(broadcast)
    desk.house.advance(hours=1)
    assert desk.fates("u0") == [("held", "cancelled")]


def test_quiet_hours_keep_it_sending_until_the_morning(desk: Desk) -> None:
    desk.people(1)
    desk.house.advance_to("2026-01-05T15:00:00Z")
    broadcast = desk.draft()
    assert desk.ask(broadcast) == "sending"
    desk.house.advance_to("2026-01-06T00:00:00Z")
    assert desk.state(broadcast) == "done"


def test_while_all_is_stopped_nothing_begins_and_nothing_is_lost(desk: Desk) -> None:
    desk.people(1)
    desk.stop(True)
    broadcast = desk.draft()
    assert desk.ask(broadcast) == "scheduled"
    desk.house.advance(hours=1)
    assert desk.house.sent("u0") == []
    desk.stop(False)
    assert desk.state(broadcast) == "done"
    assert desk.fates("u0") == [("sent", None)]


def test_the_held_out_are_shadows_and_are_counted(desk: Desk) -> None:
    desk.people(200)
    broadcast = desk.draft(holdout=None)
    desk.ask(broadcast)
    progress = desk.progress(broadcast)
    assert progress.sent + progress.shadow == 200
    assert 5 <= progress.shadow <= 40
    service = desk.draft(holdout=None, touch="service")
    desk.ask(service)
    assert desk.progress(service).shadow == 0


def test_a_dry_run_says_what_the_gate_would_and_sends_nothing(open_desk: Open) -> None:
    desk = open_desk(cap_day=1)
    desk.people(3)
    desk.people(2, start=3, consent=False)
    assert desk.dry_run() == DryRun(5, 5, 3, 0, {"no_consent": 2})
    assert desk.house.sent("u0") == []
    desk.ask(desk.draft())
    assert desk.dry_run().held == {"cap_day": 3, "no_consent": 2}
    tomorrow = desk.house.app.clock.now() + 86_400_000
    assert desk.dry_run(send_at=tomorrow).queued == 3, "the cap is that of the day it is for"


def test_a_dry_run_of_many_asks_a_sample() -> None:
    run = DryRun(audience=20_000, asked=5_000, queued=4_000, shadow=500, held={"no_consent": 500})
    assert run.is_sample
    assert run.scaled(run.queued) == 16_000


@pytest.mark.parametrize(
    ("fault", "path"),
    [
        ({"segment": "nobody"}, "segment"),
        ({"template": "nothing"}, "template"),
        ({"template": "by-sms"}, "template"),
        ({"channel": "pigeon"}, "channel"),
        ({"touch": "loud"}, "touch"),
        ({"holdout": 101}, "holdout"),
        ({"title": "  "}, "title"),
        ({"title": "x" * 101}, "title"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_says_where(
    desk: Desk, fault: dict[str, Any], path: str
) -> None:
    desk.house.define_template("by-sms", channel="sms", text="hi")
    with pytest.raises(Invalid) as error:
        desk.draft(**fault)
    assert error.value.path == path


def test_nobody_to_write_to_is_said_before_it_is_asked_for(desk: Desk) -> None:
    broadcast = desk.draft()
    with pytest.raises(Invalid, match="nobody is in this segment"):
        desk.ask(broadcast)


def test_a_segment_that_is_gone_by_then_gives_the_broadcast_back(desk: Desk) -> None:
    desk.people(1)
    broadcast = desk.draft(send_at=desk.house.app.clock.now() + 60_000)
    desk.ask(broadcast)
    desk.house.delete_segment("readers")
    desk.house.advance(minutes=1)
    assert (desk.state(broadcast), desk.get(broadcast).note) == ("draft", "no_segment")


def test_only_a_draft_can_be_revised(desk: Desk) -> None:
    desk.people(1)
    room = desk.house.app.campaigns
    broadcast = desk.draft()
    desk.do(lambda work: room.revise(work, broadcast, desk.plan(title="Summer"), BO), BO)
    revised = desk.get(broadcast)
    assert (revised.plan.title, revised.written.account) == ("Summer", BO)
    desk.ask(broadcast)
    with pytest.raises(Conflict):
        desk.do(lambda work: room.revise(work, broadcast, desk.plan(), ADA))
    with pytest.raises(NotFound):
        desk.get("b-unknown")
    assert [each.id for each in desk.do(lambda work: room.all(work))] == [broadcast]
    assert desk.do(room.to_approve) == []
