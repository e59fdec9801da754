"""Stories of one customer and her guides, over the whole road."""

from collections.abc import Callable
from typing import Any

import pytest

from coterie.core.clock import parse_time
from coterie.guides.binding.model import Rules
from coterie.guides.organisation.model import Guide, Store
from coterie.testing import House
from coterie.testing.asking import TESTER


def scan(user: str, guide: str, at: str) -> dict[str, Any]:
    return track(user, "Contact Added", at, guide=guide)


def track(user: str, event: str, at: str, **properties: Any) -> dict[str, Any]:
    return {"type": "track", "userId": user, "event": event, "timestamp": at,
            "properties": properties}  # fmt: skip


@pytest.fixture
def house() -> Any:
    with House(at="2026-01-01T02:00:00Z", zone="UTC") as made:
        guides = made.app.guides.organisation
        with made.app.db.begin(TESTER, made.app.clock.now()) as work:
            guides.save_store(work, Store("bund", "The Bund"))
            for name in ("ann", "bea"):
                guides.save_guide(work, Guide(name, name, userid=name.upper(), stores=("bund",)))
        yield made


def look(house: House, ask: Callable[..., Any]) -> Any:
    with house.app.db.read(TESTER, house.app.clock.now()) as work:
        return ask(work)


def person(house: House, user: str) -> int:
    found: int = look(house, lambda work: house.app.profiles.find(work, "user_id", user))
    return found


def owner(house: House, user: str, at: str | None = None) -> str | None:
    moment = None if at is None else parse_time(at, house.app.zone)
    who = person(house, user)
    owned = look(house, lambda w: house.app.guides.bindings.owner_of(w, [who], moment))
    return owned[who].guide if who in owned else None


def credit(house: House, number: str) -> list[tuple[str | None, str, int]]:
    found = look(house, lambda w: house.app.guides.credit.of_order(w, "till", number))
    return sorted(
        ((one.guide, one.way, one.amount // 100) for one in found.standing), key=repr
    )  # fmt: skip


def why_not(house: House, number: str, guide: str) -> str:
    found = look(house, lambda w: house.app.guides.credit.why_not(w, "till", number, guide))
    code: str = found.code
    return code


def do(house: House, deed: Callable[..., Any]) -> None:
    with house.app.db.begin(TESTER, house.app.clock.now()) as work:
        house.app.inbound.tell(work, deed(work))
    house.settle()


def order(house: House, user: str, number: str, total: float, **more: Any) -> None:
    house.receive([track(
        user, "Order Completed", house.now.isoformat(), shop="till", order_id=number, total=total,
        currency="CNY", **more,
    )])  # fmt: skip


def test_bound_protected_open_and_free_again(house: House) -> None:
    house.define_segment("anns", {"trait": "guide", "op": "=", "value": "ann"})
    house.receive([scan(one, "ANN", "2026-01-01T02:00:00Z") for one in ("u1", "u2")])
    assert house.traits("u1") == {"guide": "ann", "store": "bund"}
    assert house.members("anns") == {"u1", "u2"}
    house.advance_to("2026-01-20T02:00:00Z")
    house.receive([scan("u1", "BEA", "2026-01-20T02:00:00Z")])
    assert owner(house, "u1") == "ann"
    house.advance_to("2026-02-05T02:00:00Z")
    house.receive([scan("u1", "BEA", "2026-02-05T02:00:00Z")])
    assert owner(house, "u1") == "bea"
    assert owner(house, "u1", "2026-02-05T01:59:59Z") == "ann"
    assert house.members("anns") == {"u2"}
    house.advance_to("2026-04-01T01:59:59Z")
    assert house.traits("u2")["guide"] == "ann"
    house.advance_to("2026-04-01T02:00:00Z")  # silence until then
    assert house.traits("u2").get("guide") is None
    assert owner(house, "u2") is None
    told = [
        (one.event, one.properties["why"])
        for one in house.facts()
        if one.event.startswith("coterie.binding")
    ]
    assert told == [
        ("coterie.binding.bound", "added"), ("coterie.binding.bound", "added"),
        ("coterie.binding.moved", "added"), ("coterie.binding.expired", "silence"),
    ]  # fmt: skip


def test_orders_are_credited_exactly_and_late_news_set_them_right(house: House) -> None:
    order(house, "u1", "1", 10)
    assert credit(house, "1") == [(None, "organic", 1_000)]
    house.advance(hours=1)
    house.receive([scan("u1", "BEA", house.now.isoformat())])
    house.advance(hours=1)
    order(house, "u1", "2", 80)
    order(house, "u1", "3", 30, guide="ann")
    assert credit(house, "2") == [("bea", "bound", 8_000)]
    assert credit(house, "3") == [("ann", "in_store", 3_000)]
    assert [why_not(house, number, "bea") for number in "123"] == [
        "too_late", "all_yours", "served_by_other",
    ]  # fmt: skip
    house.receive([scan("u1", "ANN", "2026-01-01T01:00:00Z")])  # was there before all of it
    assert owner(house, "u1") == "ann"  # so the other came while she was protected
    assert credit(house, "1") == [("ann", "bound", 1_000)]
    assert credit(house, "2") == [("ann", "bound", 8_000)]
    assert why_not(house, "2", "bea") == "protected"
    who = person(house, "u1")
    kept = look(house, lambda w: house.app.guides.bindings.corrections(w, who))
    assert [(one.was[0]["guide"], one.became[0]["guide"]) for one in kept] == [("bea", "ann")]
    lines = look(house, lambda w: house.app.guides.credit.of_order(w, "till", "2")).lines
    assert [(one.guide, one.amount // 100, one.corrects) for one in lines] == [
        ("bea", 8_000, False), ("bea", -8_000, True), ("ann", 8_000, False),
    ]  # fmt: skip


def test_a_split_is_exact_and_refunds_take_back_what_was_given(house: House) -> None:
    with house.app.db.begin(TESTER, house.app.clock.now()) as work:
        house.app.guides.bindings.set_rules(work, Rules(served=7_000))
    house.receive([scan("u1", "ANN", house.now.isoformat())])
    house.advance(minutes=1)
    order(house, "u1", "1", 99.99, guide="bea")
    assert credit(house, "1") == [("ann", "bound", 3_000), ("bea", "in_store", 6_999)]
    back = {"shop": "till", "order_id": "1", "currency": "CNY"}
    for number, total in (("a", 33.33), ("b", 66.66)):
        house.receive([track("u1", "Order Refunded", house.now.isoformat(), refund_id=number,
                             total=total, **back)])  # fmt: skip
    found = look(house, lambda w: house.app.guides.credit.of_order(w, "till", "1"))
    sums = {
        guide: sum(one.amount for one in found.lines if one.guide == guide)
        for guide in ("ann", "bea")
    }
    assert sums == {"ann": 0, "bea": 0}
    assert found.net == 0


def test_who_turns_out_to_be_one_has_one_guide_and_parts_as_she_came(house: House) -> None:
    house.receive([scan("u1", "ANN", house.now.isoformat())])
    house.advance(hours=1)
    order(house, "guest", "1", 50)
    house.receive([scan("guest", "BEA", house.now.isoformat())])
    assert credit(house, "1") == [("bea", "bound", 5_000)]  # within the same second
    house.merge("u1", "guest")
    assert owner(house, "u1") == owner(house, "guest") == "ann"
    assert house.traits("guest")["guide"] == "ann"
    assert credit(house, "1") == [("ann", "bound", 5_000)]
    house.unmerge("u1", "guest")
    assert (owner(house, "u1"), owner(house, "guest")) == ("ann", "bea")
    assert house.traits("guest")["guide"] == "bea"
    assert credit(house, "1") == [("bea", "bound", 5_000)]


def test_a_leaver_leaves_her_customers_in_trust_and_the_erased_leave_sums(house: House) -> None:
    house.receive([scan(one, "ANN", house.now.isoformat()) for one in ("u1", "u2")])
    order(house, "u2", "2", 10)
    house.advance(hours=1)
    do(house, lambda work: house.app.guides.organisation.leave(work, "ann"))
    assert (house.traits("u1").get("guide"), house.traits("u1")["store"]) == (None, "bund")
    order(house, "u1", "1", 10)
    assert credit(house, "1") == [(None, "bound", 1_000)]
    who = person(house, "u1")
    do(house, lambda work: house.app.guides.bindings.choose(work, who, "bea"))
    assert house.traits("u1")["guide"] == "bea"
    gone = person(house, "u2")
    assert look(house, lambda w: house.app.guides.bindings.hand_out(w, gone))["guides"]
    house.erase("u2")
    assert look(house, lambda w: house.app.guides.bindings.touches(w, [gone])) == {gone: []}
    lines = look(house, lambda w: house.app.guides.credit.of_guide(w, "ann"))
    assert [(one.amount // 100, one.number, one.profile) for one in lines] == [(1_000, "", 0)]
