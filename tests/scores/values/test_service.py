"""The values in a whole house: at once for who ordered, at midnight for all, at any past moment."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from coterie.core.actor import COMMAND
from coterie.core.errors import Invalid
from coterie.roads.bulk import Importer
from coterie.roads.mapping import parse_map
from coterie.scores.values.model import CELLS, CLASSES, SHAPES, Settings
from coterie.testing import House

START = "2026-01-01T00:00:00Z"
BUYERS = {"trait": "lifecycle.purchased", "op": "=", "value": True}
AT_ONCE = {"lifecycle.purchased", "value.orders", "value.spend", "value.average",
           "value.first_order", "value.last_order"}  # fmt: skip
INTENDED = {"trait": "lifecycle.intended", "op": "=", "value": True}


@pytest.fixture
def house() -> Iterator[House]:
    with House(at=START, zone="Asia/Shanghai", holdout=0) as made:
        yield made


def order(user: str, number: str, total: float, at: str = "", **more: Any) -> dict[str, Any]:
    said = {"order_id": number, "total": total, **more}
    call = {"type": "track", "userId": user, "event": "Order Completed", "properties": said}
    return {**call, "timestamp": at} if at else call


def refund(user: str, number: str, **more: Any) -> dict[str, Any]:
    return {"type": "track", "userId": user, "event": "Order Refunded",
            "properties": {"order_id": number, **more}}  # fmt: skip


def ask(house: House, verb: Any, *given: Any) -> Any:
    with house._look() as work:
        return verb(work, *given)


def traits_of(house: House, user: str) -> dict[str, Any]:
    profile = ask(house, lambda work: house._profile(work, user))
    return dict(ask(house, house.app.worth.of_person, profile).traits)


def test_a_refund_of_the_only_order_moves_her_from_purchased_to_intended(house: House) -> None:
    house.define_segment("buyers", BUYERS)
    house.define_segment("intended", INTENDED)
    house.receive([order("ann", "1", 100), order("bob", "2", 50), order("bob", "3", 70)])
    assert house.members("buyers") == {"ann", "bob"}
    house.receive([refund("ann", "1", total=40), refund("bob", "2")])
    assert house.members("buyers") == {"ann", "bob"}  # in part, and one of two
    assert traits_of(house, "ann")["value.spend"] == 60
    assert traits_of(house, "bob")["value.orders"] == 1
    house.receive([refund("ann", "1", total=60)])
    assert house.members("buyers") == {"bob"}
    assert house.members("intended") == {"ann"}
    assert "value.spend" not in traits_of(house, "ann")
    with house._edit() as work:
        house.app.worth.configure(work, Settings(intent_days=2))
    house.advance(days=3)  # the intent is over
    assert house.members("intended") == set()


def test_what_changed_has_changed_since_then(house: House) -> None:
    rule = {"trait": "lifecycle.purchased", "op": "changed_within", "duration": "3d"}
    house.define_segment("new", rule)
    house.receive([order("ann", "1", 100)])
    assert house.members("new") == {"ann"}
    house.advance(days=2)
    house.receive([order("ann", "2", 100)])  # still true: the clock runs on
    house.advance(hours=23, minutes=59)
    assert house.members("new") == {"ann"}
    house.advance(minutes=1)
    assert house.members("new") == set()


def test_an_order_from_the_future_counts_when_its_time_has_come(house: House) -> None:
    house.define_segment("buyers", BUYERS)
    house.receive([order("ann", "1", 100, "2026-01-01T00:00:30Z")])
    assert house.members("buyers") == set()
    house.advance(seconds=29)
    assert house.members("buyers") == set()
    house.advance(seconds=1)
    assert house.members("buyers") == {"ann"}


def test_ranks_and_classes_come_at_midnight(house: House) -> None:
    house.receive([order(f"u{n}", f"n{n}", 10 * n) for n in range(1, 11)])
    assert "rfm.monetary" not in traits_of(house, "u10")
    house.advance_to("2026-01-01T16:00:00Z")  # midnight in Shanghai
    top, low = traits_of(house, "u10"), traits_of(house, "u1")
    assert (top["rfm.monetary"], low["rfm.monetary"]) == (5, 1)
    assert (top["lifecycle.class"], low["lifecycle.class"]) == ("high_value", "purchased")
    assert (top["value.front"], low["value.front"]) == (True, False)
    assert top["value.percentile.spend"] == 90
    [report] = ask(house, house.app.worth.reports)
    assert report.sizes == {"high_value": 4, "loyal": 0, "purchased": 10, "intended": 0}
    assert report.moves == (("", "high_value", 4), ("", "purchased", 6))
    model = ask(house, house.app.worth.model)
    assert (model.refused.reason, model.refused.have) == ("few_customers", 10)
    assert "value.p_alive" not in top


def test_a_past_date_is_told_as_the_house_told_it_then(house: House) -> None:
    house.receive([order("ann", "1", 100, "2025-11-01T00:00:00Z"),
                   order("bob", "2", 300, "2025-12-01T00:00:00Z"),
                   {"type": "track", "userId": "cat", "event": "Cart Viewed"}])  # fmt: skip
    people = {one: ask(house, lambda w, u=one: house._profile(w, u)) for one in house.people()}
    told: dict[int, dict[int, dict[str, Any]]] = {}
    for day in range(1, 5):
        house.advance_to(f"2026-01-0{day}T15:59:59.999Z")
        before = {user: traits_of(house, user) for user in people}
        house.advance(milliseconds=1)  # midnight in Shanghai
        after = {user: traits_of(house, user) for user in people}
        told[house._clock.now()] = {people[user]: found for user, found in after.items()}
        for user, found in after.items():  # what was told at once is what all together tell
            assert {n: v for n, v in found.items() if n in AT_ONCE} == {
                n: v for n, v in before[user].items() if n in AT_ONCE
            } or day == 1
        house.advance(hours=1)
        if day == 1:
            house.receive([order("ann", "3", 500), refund("bob", "2"), order("cat", "4", 90)])
        elif day == 2:
            with house._edit() as work:
                house.app.worth.configure(work, Settings(high_value_share=1.0))
        else:
            house.receive([order("bob", "5", 20), refund("ann", "3", total=499)])
    classes = {found["lifecycle.class"] for said in told.values() for found in said.values()}
    assert classes == {"high_value", "purchased", "intended"}
    for at, said in told.items():
        assert ask(house, house.app.worth.values_at, at) == said
    first = min(told)
    assert ask(house, house.app.worth.values_at, first, [people["bob"]]) == {
        people["bob"]: told[first][people["bob"]]
    }


def test_two_who_are_one_have_their_orders_together(house: House) -> None:
    house.receive([order("ann", "1", 100), order("anna", "2", 50)])
    house.define_segment("twice", {"trait": "value.orders", "op": ">=", "value": 2})
    assert house.members("twice") == set()
    house.merge("ann", "anna")
    assert house.members("twice") == {"ann"}  # one person, called by her first name
    house.unmerge("ann", "anna")
    assert house.members("twice") == set()
    assert traits_of(house, "anna")["value.spend"] == 50


def test_who_is_erased_has_no_values(house: House) -> None:
    house.receive([order("ann", "1", 100), order("bob", "2", 50)])
    house.advance(days=1)
    profile = ask(house, lambda work: house._profile(work, "ann"))
    assert ask(house, house.app.worth.hand_out, profile)["value.spend"] == 100
    house.erase("ann")
    assert ask(house, house.app.worth.hand_out, profile) == {}
    house.advance(days=1)
    assert ask(house, house.app.worth.hand_out, profile) == {}


def test_settings_that_make_no_sense_are_refused(house: House) -> None:
    with house._edit() as work:
        for name, value in (("high_value_share", 1.5), ("intent_days", 0), ("gap_weight", -1)):
            broken = msgspec.structs.replace(Settings(), **{name: value})
            with pytest.raises(Invalid, match=name):
                house.app.worth.configure(work, broken)
        kept = house.app.worth.configure(work, Settings(dormant_at=4))
    assert kept.version == 1
    assert [one[0] for one in ask(house, house.app.worth.versions)] == [1]


def test_the_reference_tells_every_trait_and_setting() -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "values.md"
    told = set(re.findall(r"`([^`\n]+)`", page.read_text(encoding="utf-8")))
    assert {*SHAPES, *Settings.__struct_fields__, *CLASSES, *CELLS} <= told
    for setting, default in msgspec.structs.asdict(Settings()).items():
        if isinstance(default, tuple):
            assert set(default) <= told, setting


def test_history_brings_values_and_starts_nothing(house: House, tmp_path: Path) -> None:
    """Rows without an order_id go in by columns, past the batch's road."""
    file = tmp_path / "orders.csv"
    rows = [f"u{n},2025-12-{n + 1:02},{10 * n}" for n in range(1, 11)]
    file.write_text("\n".join(["uid,when,sum", *rows]))
    house.define_segment("buyers", BUYERS)
    house.define_template("hello", "email", "Hello", "Hello")
    hello = {"do": "message", "channel": "email", "template": "hello", "touch": "service"}
    nodes = {"hello": {**hello, "then": "end"}}
    journey = {"entry": {"segment": "buyers"}, "start": "hello", "nodes": nodes}
    house.define_journey("welcome", journey)
    read = parse_map({"kind": "events", "event": {"value": "Order Completed"}, "user_id": "uid",
                      "timestamp": "when", "properties": {"total": {"number": "sum"}}})  # fmt: skip
    importer = Importer(house.app.inbound, house.app.catalog, house.app.zone)
    importer.run(COMMAND, file, read, "till", house.app.clock.now())
    house.settle()
    assert house.members("buyers") == {f"u{n}" for n in range(1, 11)}
    assert traits_of(house, "u10")["rfm.monetary"] == 5  # not only at midnight
    assert house.sent("u10") == []
    house.receive([order("ann", "1", 5)])
    assert len(house.sent("ann")) == 1
