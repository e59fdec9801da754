"""Pairs, absences, trends, newest events and ranks in a house: time alone moves people."""

from collections.abc import Iterator
from typing import Any

import pytest

from coterie.core.clock import DAY, format_time
from coterie.testing import House
from coterie.testing.asking import TESTER

START = "2026-01-01T00:00:00Z"


def event(user: str, name: str, at: str, **properties: Any) -> dict[str, Any]:
    return {"type": "track", "userId": user, "event": name, "timestamp": at,
            "properties": properties}  # fmt: skip


RULES: dict[str, dict[str, Any]] = {
    "left": {"did": "Cart Viewed", "then_not": "Order Completed", "within": "7d", "during": "30d"},
    "bought": {"did": "Cart Viewed", "then": "Order Completed", "within": "7d", "during": "30d"},
    "pro": {"last": "Plan Changed", "within": "10d", "has": [
        {"property": "plan", "op": "=", "value": "pro"}]},
    "less": {"trend": "Order Completed", "window": "10d", "is": {"<=": 0.5}},
    "best": {"top": {"did": "Order Completed", "sum": "total", "within": "20d", "count": 1}},
    "oldest": {"top": {"trait": "age", "percent": 34}},
    "youngest": {"bottom": {"trait": "age", "percent": 33}},
}  # fmt: skip


@pytest.fixture
def house() -> Iterator[House]:
    with House(at=START, zone="Asia/Shanghai", holdout=0) as opened:
        yield opened


def members(house: House) -> dict[str, set[str]]:
    return {slug: house.members(slug) for slug in RULES}


def until(house: House, user: str, slug: str) -> str | None:
    moment = house.why(user, slug).until
    return None if moment is None else format_time(moment)


def test_members_are_right_as_time_passes(house: House) -> None:
    for slug, rule in RULES.items():
        house.define_segment(slug, rule)
    house.receive([
        *({"type": "identify", "userId": user, "traits": {"age": age}, "timestamp": START}
          for user, age in (("ada", 30), ("bob", "40"), ("cleo", 50))),
        event("ada", "Cart Viewed", START),
        event("bob", "Cart Viewed", START), event("bob", "Order Completed", START, total=10),
        event("cleo", "Plan Changed", START, plan="free"),
        event("cleo", "Plan Changed", START, plan="pro"),
    ])  # fmt: skip
    assert members(house) == {
        "left": set(), "bought": set(), "pro": {"cleo"}, "less": set(), "best": {"bob"},
        "oldest": {"bob", "cleo"}, "youngest": {"ada"},
    }  # fmt: skip

    house.advance(days=3)
    house.receive([event("bob", "Order Completed", "2026-01-04T00:00:00Z", total=5)])
    assert members(house)["bought"] == {"bob"}
    house.receive([event("ada", "Order Completed", "2026-01-04T00:00:00Z", total=15.01)])
    found = members(house)
    assert (found["best"], found["bought"]) == ({"ada"}, {"ada", "bob"}), "bob fell out"

    house.receive([event("cleo", "Cart Viewed", "2026-01-04T00:00:00Z")])
    house.advance(days=7, milliseconds=-1)
    assert members(house)["left"] == set()
    assert members(house)["pro"] == {"cleo"}
    house.advance(milliseconds=1)
    assert members(house)["left"] == {"cleo"}, "her absence is known"
    assert members(house)["pro"] == {"cleo"}, "ten days ago is still within ten days"
    assert until(house, "cleo", "left") == "2026-02-03T00:00:00.001Z"
    assert until(house, "cleo", "pro") == "2026-01-11T00:00:00.001Z"
    house.advance(milliseconds=1)
    assert members(house)["pro"] == set()
    assert members(house)["less"] == set(), "bob's two orders lie in two windows, one in each"

    house.advance_to("2026-01-14T00:00:00.001Z")
    assert members(house)["less"] == {"ada", "bob"}, "none in the last window"
    house.advance_to("2026-01-24T00:00:00.001Z")
    assert members(house)["less"] == set() and members(house)["best"] == set()
    house.advance_to("2026-02-03T00:00:00.001Z")
    assert members(house)["left"] == set() and members(house)["bought"] == set()

    cart, rank = house.why("bob", "bought").evidence, house.why("bob", "oldest")
    assert (cart["followed"], cart["events"]) == (None, []), "his cart lies too far back"
    assert (rank.holds, rank.until, rank.evidence["value"], rank.evidence["people"]) == (
        True, None, "40", 2,
    )  # fmt: skip


def test_a_rank_is_stirred_for_everybody_whenever_anything_may_have_changed(
    house: House,
) -> None:
    house.receive([event(user, "Order Completed", START, total=5) for user in ("ada", "bob")])
    segments = house.app.segments
    with house.app.db.begin(TESTER, house.app.clock.now()) as work:
        now, everybody = work.now, set(house.app.profiles.everyone(work))
        rank = segments.rule(work, {"any": [{"tag": "vip"}, RULES["best"]]})
        assert segments.stirred(work, rank, now, now) == everybody
        assert segments.stirred(work, segments.rule(work, {"did": "*"}), now, now) == set()
        assert segments.next_stir(work, rank, now) == now + 20 * DAY + 1, "the window runs out"
