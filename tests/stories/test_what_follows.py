"""R-001: everything downstream follows a merge, and goes back with its people."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from coterie.communities.store import invitation_rows, participation_rows
from coterie.core.clock import DAY
from coterie.journeys.store import run_rows
from coterie.messaging.store import message_rows
from coterie.testing import House
from coterie.testing.asking import TESTER
from stories.conftest import OpenHouse
from stories.wire import consent, track

TRIAL = {
    "entry": {"event": "Trial Started"},
    "key": "plan",
    "start": "hello",
    "nodes": {
        "hello": {
            "do": "message", "channel": "sms", "template": "hello", "touch": "emotional",
            "then": "rest",
        },
        "rest": {"do": "wait", "for": "3d", "then": "again"},
        "again": {
            "do": "message", "channel": "sms", "template": "hello", "touch": "commercial",
            "then": "end",
        },
    },
}  # fmt: skip


def living(open_house: OpenHouse) -> House:
    """A house in which Ada and Bob are on a journey, and have been asked into a community."""
    house = open_house(holdout=0)
    house.define_template("hello", text="Hello {{ profile.user_id }}")
    house.define_segment("readers", {"did": "Article Read"})
    house.define_journey("trial", TRIAL)
    house.define_community(
        "tea",
        {
            "title": "Tea",
            "promise": "A cup a day",
            "segment": "readers",
            "invitation": {"channel": "sms", "template": "hello"},
        },
    )
    for user, plan in (("ada", "small"), ("bob", "large")):
        house.receive([consent(user), track(user, "Trial Started", plan=plan)])
        house.advance(hours=1)
        house.receive([track(user, "Article Read")])
        house.answer_invitation(user, "tea", accept=True)
    house.advance(days=1)
    return house


def kept(house: House) -> list[Sequence[Any]]:
    """Read all that the rooms keep of people, as it stands in their tables."""
    tables = (message_rows, run_rows, participation_rows, invitation_rows)
    with house.app.db.read(TESTER, house.app.clock.now()) as work:
        rows = [work.connection.execute(select(table).order_by(table.c.id)) for table in tables]
        return [[tuple(row) for row in found] for found in rows]


def handed(house: House, user: str) -> dict[str, dict[str, Any]]:
    """Hand out to a person what the rooms keep of her."""
    with house.app.db.read(TESTER, house.app.clock.now()) as work:
        profile = house.app.profiles.find(work, "user_id", user)
        assert profile is not None
        return {each.name: each.hand_out(work, profile) for each in house.app.inbound.keepers}


def test_what_rooms_keep_follows_and_goes_back(open_house: OpenHouse) -> None:
    house = living(open_house)
    before, ada, bob = kept(house), handed(house, "ada"), handed(house, "bob")
    house.merge("ada", "bob")
    both = handed(house, "ada")
    assert both == handed(house, "bob")
    for room, what in (("messaging", "messages"), ("journeys", "runs")):
        assert len(both[room][what]) == len(ada[room][what]) + len(bob[room][what])
    assert house.participants("tea") == {"ada"}
    house.unmerge("ada", "bob")
    assert kept(house) == before
    assert house.participants("tea") == {"ada", "bob"}
    assert house.score("bob", "activity") > 0


def test_what_goes_on_goes_on_as_one(open_house: OpenHouse) -> None:
    house = living(open_house)
    house.merge("ada", "bob")
    house.advance(days=3)
    sent = [one.node for one in house.sent("ada") if one.journey == "trial"]
    assert sorted(sent) == ["again", "again", "hello", "hello"]
    now = house.app.clock.now()
    with house.app.db.read(TESTER, now) as work:
        found = house.app.profiles.found(work, "user_id", ["ada", "bob"])
        went = house.app.messaging.sent_between(work, found.values(), now - 3 * DAY, now)
    assert [each.node for each in went] == ["again", "again"]


def test_one_who_was_two_on_one_journey_goes_on_once(open_house: OpenHouse) -> None:
    house = open_house(holdout=0)
    house.define_template("hello", text="Hello")
    house.define_journey("trial", {name: part for name, part in TRIAL.items() if name != "key"})
    for user in ("ada", "bob"):
        house.receive([consent(user), track(user, "Trial Started")])
        house.advance(minutes=1)
    house.merge("ada", "bob")
    assert [run.reason for run in house.runs("trial")] == [None, "merged"]
    told = [fact for fact in house.facts() if fact.event == "coterie.journey.exited"]
    assert [fact.properties["reason"] for fact in told] == ["merged"]
    house.advance(days=4)
    assert [one.node for one in house.sent("ada")].count("again") == 1
