"""Lift out of a real house: nothing planted, nothing found; one draw for several; groups whole."""

from collections.abc import Iterator
from random import Random
from typing import Any

import numpy as np
import pytest
from pyroaring import BitMap

from coterie.campaigns import asking
from coterie.campaigns.model import Plan
from coterie.core.actor import COMMAND
from coterie.core.clock import DAY, HOUR
from coterie.testing import House

PEOPLE = [f"u{number}" for number in range(300)]


def track(person: str, event: str) -> dict[str, Any]:
    return {"type": "track", "userId": person, "event": event}


def journey(holdout: object, *, random: bool = False) -> dict[str, Any]:
    say = {"do": "message", "channel": "sms", "template": "hello", "touch": "informational"}
    nodes: dict[str, Any] = {"say": {**say, "then": "end"}}
    if random:
        nodes["ab"] = {"do": "random", "branches": [["say", 50], ["wait", 50]],
                       "as_experiment": True}  # fmt: skip
        nodes["wait"] = {"do": "wait", "for": "1d", "then": "say"}
    return {
        "entry": {"event": "Signed Up"},
        "start": "ab" if random else "say",
        "nodes": nodes,
        "holdout": holdout,
    }


@pytest.fixture
def house() -> Iterator[House]:
    with House(at="2026-01-05T04:00:00Z", holdout=0) as made:
        made.receive([track(one, "Consent Given") for one in PEOPLE])
        made.define_template("hello", text="Hello")
        yield made


def trial(house: House, *origins: str, share: float) -> Any:
    with house._look() as work:
        return house.app.analytics.trial(work, origins, house.app.clock.now(), share=share)


def test_with_nothing_planted_the_interval_holds_nothing(house: House) -> None:
    house.define_journey("tea", journey(50, random=True))
    house.receive([track(one, "Signed Up") for one in PEOPLE])
    house.advance(days=2)
    lot = Random(7)
    house.receive([track(one, "Order Completed") for one in PEOPLE if lot.random() < 0.3])
    house.advance(days=14)
    found = trial(house, "journey:tea", share=0.5)
    assert found.lift.interval is not None
    assert 0 in found.lift.interval
    assert (found.lift.verdict, found.lift.doubt) == ("unknown", "spans_zero")
    told, out = found.stages
    assert told.drawn + out.drawn == len(PEOPLE)
    assert (told.reached, told.sent) == (told.drawn, told.drawn)
    assert (out.reached, out.sent) == (out.drawn, 0), "their messages would have been sent"
    race = found.races[0]
    assert {one.arm: one.share for one in race.contenders} == {"say": 5_000, "wait": 5_000}
    assert sum(one.people for one in race.contenders) == told.settled


def test_a_programme_leaves_out_the_same_people_in_journeys_and_broadcasts(house: House) -> None:
    held = {"percent": 30, "programme": "spring"}
    for name in ("tea", "cake"):
        house.define_journey(name, journey(held))
    house.receive([track(one, "Signed Up") for one in PEOPLE])
    app = house.app
    plan = Plan("Spring", "all", "hello", "sms", "informational", holdout=30, programme="spring")
    with house._look() as work:
        known = app.profiles.known(work, list(app.profiles.everyone(work)), fading=())
    drawn = [
        profile
        for profile, one in known.items()
        if asking.is_left_out("b1", plan, 30, one.bucket_key)
    ]
    with house._look() as work:
        runs = {
            slug: {run.profile for run in app.journeys.runs(work, slug, 1_000) if run.shadow}
            for slug in ("tea", "cake")
        }
    assert runs["tea"] == runs["cake"] == set(drawn)
    assert 60 < len(drawn) < 120
    house.advance(days=15)
    found = trial(house, "journey:tea", "journey:cake", share=0.3)
    assert found.stages[1].drawn == len(drawn)
    assert found.stages[0].drawn == len(PEOPLE) - len(drawn)


def test_journeys_of_one_layer_share_nobody(house: House) -> None:
    for name, low, high in (("tea", 0, 40), ("cake", 40, 100)):
        layer = {"name": "prices", "from": low, "to": high}
        house.define_journey(name, {**journey(0), "layer": layer})
    house.receive([track(one, "Signed Up") for one in PEOPLE])
    with house._look() as work:
        runs = {
            slug: {run.profile for run in house.app.journeys.runs(work, slug, 1_000)}
            for slug in ("tea", "cake")
        }
    assert not runs["tea"] & runs["cake"]
    assert len(runs["tea"] | runs["cake"]) == len(PEOPLE)
    assert 85 < len(runs["tea"]) < 155


def test_a_broadcast_draws_when_it_asks_however_late_it_goes_out(house: House) -> None:
    """Asked at 23:00, when nobody is to be disturbed: the shadows are told at once, the others
    in the morning. Both arms are watched from the asking on.
    """
    house.advance_to("2026-01-06T15:00:00Z")  # 23:00 in Shanghai
    for one in PEOPLE[:3]:
        house.consent(one, given=False)
    app = house.app
    plan = Plan("Spring", "all", "hello", "sms", "informational", holdout=40)
    with app.db.begin(COMMAND, app.clock.now()) as work:
        known = app.profiles.known(work, list(app.profiles.everyone(work)), fading=())
        out = BitMap(
            profile
            for profile, one in known.items()
            if asking.is_left_out("b1", plan, 40, one.bucket_key)
        )
        everybody = np.array(sorted(known), np.int32)
        sent = app.messaging.send_alike(work, asking.alike("b1", plan), everybody, shadow=out)
        app.inbound.tell(work, sent.facts)
    at = app.clock.now()
    house.advance(hours=12)
    with house._look() as work:
        early = app.analytics.trial(work, ["broadcast:b1"], at + 14 * DAY - HOUR, share=0.4)
        late = app.analytics.trial(work, ["broadcast:b1"], at + 14 * DAY + HOUR, share=0.4)
    assert [stage.settled for stage in early.stages] == [0, 0]
    told, left = late.stages
    assert abs(left.settled - len(out)) <= 3, "but for those of them who said no"
    assert told.settled + left.settled == told.drawn + left.drawn == len(PEOPLE) - 3
    assert told.sent == told.settled


def test_groups_are_drawn_and_counted_whole(house: House) -> None:
    for at, one in enumerate(PEOPLE[:36]):
        house.tag(one, f"group:g{at % 12}")
    house.define_journey("tea", journey({"percent": 40, "unit": "group"}))
    house.receive([track(one, "Signed Up") for one in PEOPLE])
    with house._look() as work:
        runs = house.app.journeys.runs(work, "tea", 1_000)
        names = house.app.profiles.user_ids(work, [run.profile for run in runs])
    arms: dict[int, set[bool]] = {}
    for run in runs:
        at = int(names[run.profile][1:])
        if at < 36:
            arms.setdefault(at % 12, set()).add(run.shadow)
    assert all(len(arm) == 1 for arm in arms.values()), "nobody differs from her group"
    house.advance(days=15)
    found = trial(house, "journey:tea", share=0.4)
    assert found.groups is not None
    assert sum(found.groups) == 12 + len(PEOPLE) - 36, "who is in no group is drawn by herself"


def test_who_turns_out_to_be_one_keeps_the_first_draw(house: House) -> None:
    house.define_journey("tea", journey(50))
    house.receive([track(one, "Signed Up") for one in PEOPLE[:40]])
    with house._look() as work:
        before = {run.profile: run.shadow for run in house.app.journeys.runs(work, "tea", 100)}
    house.receive([{"type": "alias", "previousId": PEOPLE[0], "userId": "u0-new"}])
    house.receive([track("u0-new", "Signed Up")])
    with house._look() as work:
        after = {run.profile: run.shadow for run in house.app.journeys.runs(work, "tea", 100)}
    assert {profile: after[profile] for profile in before if profile in after} == before
