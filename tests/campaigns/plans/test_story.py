"""One campaign in a house, from its launch to its end: drawn, tiered, warmed up, held at a gate."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from coterie.campaigns.plans.service import CampaignPlans
from coterie.core.actor import COMMAND
from coterie.core.errors import Conflict, Invalid
from coterie.core.facts import fact
from coterie.storage.work import Work
from coterie.testing.house import House

PEOPLE = [f"u{number}" for number in range(40)]
PLAN: dict[str, Any] = {
    "title": {"en": "Ten years"},
    "start": "2026-09-18",
    "group_codes": ["g-bund"],
    "programme": "friends",
    "base": "known",
    "holdout": 25,
    "stores": ["bund"],
    "tasks": [{"key": "brief", "phase": "build", "each": "store", "title": "Brief the guides"}],
    "tiering": {"seeds": 2, "core": 5, "general": 1},
    "tiers": {
        "seed": {"do": "task", "text": "Show her the offer"},
        "core": {"do": "template", "template": "warm", "channel": "sms"},
        "lurker": {"do": "template", "template": "hello", "channel": "sms"},
    },
    "gates": {"base": 3, "guides": 1},
}


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with House(at="2026-09-09T09:00:00+08:00", holdout=0) as house:
        house.define_template("warm", "sms", text="Soon: {{ campaign.title.en }}")
        house.define_template("hello", "sms", text="Hello")
        house.receive([
            {"type": "track", "userId": user, "event": "Item Viewed"} for user in PEOPLE
        ])  # fmt: skip
        house.define_segment("known", {"did": "Item Viewed"})
        for user in PEOPLE:
            house.consent(user)
        yield house


def profile(house: House, work: Work, user: str) -> int:
    found = house.app.profiles.find(work, "user_id", user)
    assert found is not None
    return found


def tell(house: House, name: str, user: str, **said: Any) -> None:
    with house.app.db.begin(COMMAND, house.app.clock.now()) as work:
        of = profile(house, work, user)
        told = fact(name, room="groups", profile=of, at=work.now, cause=(work.now,), **said)
        house.app.inbound.tell(work, [told])
    house.settle()


def log(house: House, work: Work, name: str) -> list[Any]:
    everyone = house.app.profiles.everyone(work)
    lines = house.app.log.timelines(work, list(everyone))
    return [one for of in lines.values() for one in of if one.name == name]


def test_a_campaign_from_launch_to_end(house: House) -> None:
    app = house.app
    plans = app.growing.plans
    with app.db.begin(COMMAND, app.clock.now()) as work:
        plans.define(work, "ten", {**PLAN, "base": "nobody-knows"})
        with pytest.raises(Invalid, match=r"base"):
            plans.launch(work, "ten")
        plans.define(work, "ten", PLAN)
        plans.launch(work, "ten")
    house.settle()
    _drawn_once(house, plans)
    for number, user in enumerate(PEOPLE[:12]):
        house.advance(minutes=1)
        code = {"code": "g-bund"} if number % 2 else {"campaign": "ten"}
        tell(house, "coterie.group.joined", user, group="bund-1", chat="c1", **code)
    tell(house, "coterie.group.left", PEOPLE[11], group="bund-1", chat="c1", campaign="ten")
    house.advance_to("2026-09-11T00:00:00+08:00")
    _tiered_today(house, plans)
    with app.db.begin(COMMAND, app.clock.now()) as work:
        uid = app.profiles.uid(work, [of := profile(house, work, PEOPLE[7])])[of]
    tell(house, "coterie.referral.joined", PEOPLE[30], programme="friends", referral="r1",
         referrer=uid)  # fmt: skip
    house.advance_to("2026-09-14T09:59:00+08:00")
    with app.db.read(COMMAND, app.clock.now()) as work:
        assert plans.get(work, "ten").standing.phase == "warm_up"
        assert not app.messaging.tallies(work, ["campaign:ten"])["campaign:ten"]
        assert profile(house, work, PEOPLE[7]) in plans.tiers(work, "ten")["seed"]
    house.advance_to("2026-09-17T12:00:00+08:00")
    _warmed_once(house, plans)
    house.advance_to("2026-09-18T01:30:00+08:00")
    _held_at_the_gate(house, plans)
    house.advance_to("2026-10-06T00:00:00+08:00")
    with app.db.read(COMMAND, app.clock.now()) as work:
        assert plans.get(work, "ten").state == "done"
        assert plans.next_due(work) is None


def _drawn_once(house: House, plans: CampaignPlans) -> None:
    app = house.app
    with app.db.read(COMMAND, app.clock.now()) as work:
        arms = plans.arms(work, "ten")
        assert arms.drawn
        assert len(arms.invited) + len(arms.held_out) == len(PEOPLE)
        assert 3 <= len(arms.held_out) <= 20
        said = Counter(one.properties["arm"] for one in log(house, work, "coterie.campaign.drawn"))
        assert said == {"invited": len(arms.invited), "held_out": len(arms.held_out)}


def _tiered_today(house: House, plans: CampaignPlans) -> None:
    app = house.app
    with app.db.read(COMMAND, app.clock.now()) as work:
        tiers = plans.tiers(work, "ten")
        assert plans.get(work, "ten").standing.phase == "build"
        assert sum(len(people) for people in tiers.values()) == 11
        assert set(tiers["seed"]) == {profile(house, work, user) for user in PEOPLE[:2]}
        quiet = profile(house, work, PEOPLE[5])
        assert plans.tier_of(work, "ten", [quiet])[quiet].why["code"] in ("activity", "quiet")
        known = app.profiles.known(work, [quiet])[quiet]
        assert known.traits["campaigns.ten.tier"] == plans.tier_of(work, "ten", [quiet])[quiet].tier


def _warmed_once(house: House, plans: CampaignPlans) -> None:
    """Four mornings of warm-up: everybody once; who is held out got a shadow, and no task."""
    app = house.app
    with app.db.read(COMMAND, app.clock.now()) as work:
        held_out = plans.arms(work, "ten").held_out
        members = plans.members(work, "ten")
        messages = [
            one
            for who in members
            for one in app.messaging.of_person(work, who)
            if one.origin == "campaign:ten"
        ]
        assert len({one.profile for one in messages}) == len(messages) > 0
        assert {one.profile for one in messages if one.status == "shadow"} == {
            one.profile for one in messages if one.profile in held_out
        }
        asked = [one.profile for one in log(house, work, "coterie.task.asked")]
        assert len(asked) == len(set(asked))
        assert not set(asked) & set(held_out)
        assert set(asked) | {one.profile for one in messages} | set(held_out & members) <= set(
            members
        )
        tiered = log(house, work, "coterie.campaign.tiered")
        days = Counter((one.profile, one.properties["day"]) for one in tiered)
        assert max(days.values()) == 1


def _held_at_the_gate(house: House, plans: CampaignPlans) -> None:
    """No guide is there: the sale waits, until somebody says why it need not."""
    app = house.app
    with app.db.begin(COMMAND, app.clock.now()) as work:
        one = plans.get(work, "ten")
        assert (one.standing.phase, one.standing.blocked is not None) == ("warm_up", True)
        assert [gate.green for gate in plans.readiness(work, "ten")] == [True, False]
        with pytest.raises(Invalid):
            plans.override(work, "ten", "guides", "  ")
        plans.override(work, "ten", "guides", "Staff of the other store help out")
    house.settle()
    with app.db.begin(COMMAND, app.clock.now()) as work:
        one = plans.get(work, "ten")
        assert (one.standing.phase, one.standing.blocked) == ("sale", None)
        with pytest.raises(Conflict):
            plans.shift(work, "ten", date(2026, 9, 30))
        with pytest.raises(Conflict):
            plans.define(work, "ten", {**PLAN, "holdout": 5})
        [task] = plans.done(work, "ten", ["brief@bund"])
        assert task.done_at == work.now
        [task] = plans.done(work, "ten", ["brief@bund"], undo=True)
        assert task.state == "open"


def test_cancelled_and_taken_back(house: House) -> None:
    app = house.app
    plans = app.growing.plans
    with app.db.begin(COMMAND, app.clock.now()) as work:
        plans.define(work, "next", {**PLAN, "start": "2027-01-08", "base": None})
        plans.launch(work, "next")
        assert plans.shift(work, "next", date(2027, 1, 15)).campaign.start == date(2027, 1, 15)
        assert plans.shift(work, "next", date(2027, 1, 8)).version == 3
        plans.cancel(work, "next", "The mall closes")
    house.settle()
    with app.db.begin(COMMAND, app.clock.now()) as work:
        assert plans.next_due(work) is None
        assert plans.reopen(work, "next").state == "running"


def test_what_is_kept_of_a_person_follows_her_and_is_erased(house: House) -> None:
    app = house.app
    plans = app.growing.plans
    house.merge(PEOPLE[0], PEOPLE[1])
    with app.db.read(COMMAND, app.clock.now()) as work:
        one = profile(house, work, PEOPLE[0])
        assert one in plans.members(work, "ten")
        told = plans.hand_out(work, one)["campaigns"]
        assert (len(told["groups"]), len(told["tiers"])) == (2, 2)
    with app.db.begin(COMMAND, app.clock.now()) as work:
        hers = app.profiles.members(work, [one])[one]
        counts = plans.erase(work, hers)
        gone = ("campaign_stays", "campaign_tiers", "campaign_bases")
        assert [counts[name] for name in gone] == [2, 2, 1]
        arms = plans.arms(work, "ten")
        assert one not in plans.members(work, "ten") | arms.invited | arms.held_out
        assert not any(plans.erase(work, hers).values())
