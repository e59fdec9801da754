"""Semantics 12: a journey over recorded history gives the messages that it would have sent."""

import json
from typing import Any

import pytest

from coterie.core.clock import parse_time, to_datetime
from coterie.core.errors import Invalid
from coterie.journeys.rehearsal.model import Rehearsal
from coterie.testing import House
from stories.conftest import OpenHouse
from stories.wire import at_work, consent, identify, on, say, track, wait

BEFORE = "2026-01-05T01:59:59Z"
"""A second before the stories begin: what happens at the very beginning does not count."""
BOUGHT = {"did": "Buy", "since": "entry"}
CARE: dict[str, Any] = {
    **on(
        "Go", "hello", hello=say("commercial", "w"), w=wait("2d", "look"),
        look={"do": "split", "if": {"tag": "vip"}, "yes": "gift", "no": "last"},
        gift={"do": "tag", "tag": "asked", "then": "again"},
        again={"do": "wait_for", "branches": [{"when": {"tag": "asked"}, "then": "last"}]},
        last=say(expires="1h"),
    ),
    "exit_when": BOUGHT, "reentry": "after_exit",
}  # fmt: skip


def live(house: House, slug: str, users: list[str]) -> list[tuple[Any, ...]]:
    return sorted(
        (one.at, user, one.node, one.status, one.reason)
        for user in users
        for one in house.sent(user)
        if one.journey == slug
    )


def told(house: House, found: Rehearsal) -> list[tuple[Any, ...]]:
    with house._look() as work:
        names = house.app.profiles.user_ids(work, {one.profile for one in found.said})
    return sorted(
        (to_datetime(one.at), names[one.profile], one.node, one.status, one.reason)
        for one in found.said
    )


def history(house: House) -> list[str]:
    users = [f"u{number}" for number in range(8)]
    house.receive([consent(user) for user in users[:6]])
    house.receive([track(user, "Go") for user in users])
    house.advance(hours=10, minutes=7)
    house.tag("u1", "vip")
    house.receive([track("u2", "Buy"), track("u3", "Go")])
    house.advance(days=1, hours=4)
    house.receive([track("u4", "Buy"), identify("u5", timezone="America/New_York")])
    house.advance(days=1)
    house.untag("u1", "vip")
    house.receive([track(user, "Go") for user in ("u5", "u6")])
    house.advance(days=4)
    return users


def test_it_gives_what_the_journey_itself_sent(open_house: OpenHouse) -> None:
    house = open_house(holdout=30)
    house.define_journey("care", CARE)
    users = history(house)
    before = [len(house.facts()), house.sent("u1")]
    found = house.dry_run("care", CARE, since=BEFORE)
    house.settle()
    assert [len(house.facts()), house.sent("u1")] == before, "nothing is written"
    assert told(house, found) == live(house, "care", users)
    assert {"sent", "held", "shadow"} <= set(found.statuses)
    assert found.reasons["no_consent"] >= 2
    assert (found.people, found.walked, found.runs) == (8, 8, len(house.runs("care")))
    assert house.dry_run("care", CARE, since=BEFORE) == found


def test_who_entered_a_segment_starts_when_she_did() -> None:
    with at_work() as house:
        house.define_segment("buyers", {"did": "Buy", "within": "3d"})
        entry = {**on("x", "hello", hello=say()), "entry": {"segment": "buyers"}}
        again = {**entry, "reentry": "after_exit"}
        house.define_journey("thanks", again)
        house.receive([track("u1", "Buy")])
        house.advance(days=2, hours=3)
        house.receive([track("u2", "Buy")])
        house.advance(days=4)
        house.receive([track("u1", "Buy")])
        house.advance(days=1)
        found = house.dry_run("thanks", again, since=BEFORE)
        assert told(house, found) == live(house, "thanks", ["u1", "u2"])
        assert len(found.said) == 3
        later = house.dry_run("thanks", again, since="2026-01-06T00:00:00Z")
        assert [(at.day, user) for at, user, *_ in told(house, later)] == [
            (6, "u1"), (7, "u2"), (11, "u1"),
        ], "who is in it at the beginning starts there"  # fmt: skip
        absent = house.dry_run("thanks", {**again, "present": False}, since="2026-01-06T00:00:00Z")
        assert len(absent.said) == 2


def test_what_time_alone_makes_true_is_found() -> None:
    with at_work() as house:
        house.receive([track("u1", "Go")])
        house.advance(days=9)
        silent = {"not": {"did": "Go", "within": "2d"}}
        waits = {"do": "wait_for", "branches": [{"when": silent, "then": "hello"}]}
        found = house.dry_run("quiet", on("Go", "w", w=waits, hello=say()), since="2026-01-01")
        [one] = found.said
        assert 0 < one.at - parse_time("2026-01-07T02:00:00Z", house.app.zone) <= 6 * 3_600_000


def test_schedules_and_lists_have_a_past_calls_have_none() -> None:
    with at_work() as house:
        house.receive([identify("u1", vip=True), identify("u2")])
        house.upload_list("guests", ["u1"])
        house.advance(days=3)
        house.upload_list("guests", ["u1", "u2"])
        house.advance(days=12)
        vips = {"trait": "vip", "op": "=", "value": True}
        weekly = {"schedule": "FREQ=WEEKLY;BYDAY=TH;BYHOUR=5", "for": vips}
        letter = {**on("x"), "entry": weekly, "reentry": "after_exit"}
        assert len(house.dry_run("letter", letter, since=BEFORE).said) == 2
        listed = {**on("x"), "entry": {"list": "guests"}}
        assert house.dry_run("list", listed, since=BEFORE).people == 2
        assert house.dry_run("list", listed, since="2026-01-09").people == 2
        later = {**listed, "present": False}
        assert house.dry_run("list", later, since="2026-01-06").people == 1
        with pytest.raises(Invalid, match="nothing is recorded"):
            house.dry_run("api", {**on("x"), "entry": {"api": True}}, since=BEFORE)
        with pytest.raises(Invalid, match="has passed"):
            house.dry_run("letter", letter, since="2027-01-01")


def test_of_many_people_a_stable_sample_is_walked() -> None:
    with at_work() as house:
        house.receive([track(f"u{number}", "Go") for number in range(60)])
        with house._look() as work:
            asked = (work, "care", CARE, work.now - 1)
            found = house.app.journeys.rehearsals.dry_run(*asked, most=20)
            assert found == house.app.journeys.rehearsals.dry_run(*asked, most=20)
        assert (found.people, found.walked, found.is_sample) == (60, 20, True)
        assert found.scaled(found.runs) == 60
        assert json.dumps(dict(found.reasons)) == '{"no_consent": 20}'
