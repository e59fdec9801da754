"""The shipped maps, on files as their shops write them (samples written here)."""

import gzip
import json
import re
from pathlib import Path

import pytest

from coterie.core import document
from coterie.core.actor import COMMAND
from coterie.core.errors import Invalid, NotFound
from coterie.roads.shipped.library import fitting, shipped, shipped_one, text_of
from coterie.roads.shipped.recipe import read_recipe
from roads.shipped.conftest import Place

SAMPLES = Path(__file__).parent / "samples"
"""Written here, in the shape that the shops write."""
SHOPIFY = (SAMPLES / "shopify-orders.csv").read_text(encoding="utf-8")
YOUZAN = (SAMPLES / "youzan-orders.csv").read_text(encoding="utf-8")
TMALL = (SAMPLES / "tmall-orders.csv").read_text(encoding="utf-8")


def test_every_shipped_map_is_whole_and_titled_in_both_languages() -> None:
    assert len(shipped()) >= 10
    for one in shipped():
        assert set(one.titles) == set(one.about) == {"en", "zh"}, one.name
        assert text_of(one.name).startswith("titles:")
    with pytest.raises(NotFound, match="shopify-orders"):
        shipped_one("magento")


def test_the_recipe_in_the_reference_is_one() -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "import-maps.md"
    (text,) = re.findall(r"```yaml recipe\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    found = read_recipe("invoices", document.read(text))
    assert found.gathering is not None
    assert [step.event for step in found.gathering.events] == ["Order Completed", "Order Refunded"]


def test_a_file_is_known_by_its_columns() -> None:
    for text, name in ((SHOPIFY, "shopify-orders"), (YOUZAN, "youzan-orders")):
        found = fitting(text.splitlines()[0].split(","))
        assert found is not None
        assert found.name == name
    assert fitting(["id", "name"]) is None


def test_shopify_rows_of_one_order_are_one_order(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "orders_export.csv"
    file.write_text(SHOPIFY)
    report = place.take(file, "shopify-orders")
    assert (report.accepted, report.rejected) == (4, [])
    assert place.counts() == {"Order Created": 2, "Order Completed": 1, "Order Refunded": 1}
    paid = next(e for e in place.events("email", "bob@example.com") if e.name == "Order Completed")
    assert (paid.amount, paid.items) == (4_000_000, ("w-1", "g-1"))
    assert paid.properties["products"] == [
        {"sku": "w-1", "name": "Barolo", "quantity": 1, "price": 199},
        {"sku": "g-1", "name": "Glass", "quantity": 2, "price": 94.5},
    ]
    assert paid.time == 1_767_580_260_000  # 2026-01-05T02:31:00Z
    assert place.figures().returned == 490_000
    again = place.take(file, "shopify-orders", "again")
    assert again.fresh == 0
    assert place.differing() == 0


def test_a_refund_that_grew_since_the_last_export_adds_the_rest(
    place: Place, tmp_path: Path
) -> None:
    file = tmp_path / "orders_export.csv"
    file.write_text(SHOPIFY)
    place.take(file, "shopify-orders")
    file.write_text(SHOPIFY.replace(",49.00,501", ",400.00,501").replace("partially_", ""))
    assert place.take(file, "shopify-orders", "later").fresh == 1
    assert place.figures().returned == 4_000_000


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_youzan_columns_are_chinese(place: Place, tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "订单.csv"
    file.write_text(YOUZAN, encoding=encoding)
    assert place.take(file, "youzan-orders").rejected == []
    assert place.counts() == {
        "Order Created": 3, "Order Completed": 2, "Order Cancelled": 1, "Order Refunded": 1,
    }  # fmt: skip
    figures = place.figures()
    assert (figures.orders, figures.gross, figures.returned) == (2, 14_285_000, 305_000)
    paid = [e for e in place.events("phone", "13800138000") if e.name == "Order Completed"]
    assert [(e.amount, e.properties["coupon"]) for e in paid] == [(13_980_000, "新客券")]


def test_tmall_buyers_stay_people_of_their_own(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text(TMALL)
    place.take(file, "tmall-orders")
    paid = [e for e in place.events("tmall.buyer", "t**1") if e.name == "Order Completed"]
    assert [e.properties["order_id"] for e in paid] == ["2026010500000001"]


def test_what_cannot_be_read_stays_out_with_its_reason(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "orders_export.csv"
    file.write_text(SHOPIFY.replace("400.00", "lots").replace("2026-01-06 09:00:00 +0800", "soon"))
    report = place.take(file, "shopify-orders")
    assert {(one.path, one.reason) for one in report.rejected} >= {
        ("total", "'lots' is not a number"),
        ("timestamp", "'soon' is not a time written as %Y-%m-%d %H:%M:%S %z"),
    }


def test_a_file_of_another_kind_is_told_so(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("a,b\n1,2\n")
    with pytest.raises(Invalid, match="no column 'Name'"):
        place.take(file, "shopify-orders")


CALLS = [
    {"type": "identify", "userId": "ada", "messageId": "1", "traits": {"city": "Shanghai"},
     "timestamp": "2026-01-01T10:00:00Z", "originalTimestamp": "2026-01-01T09:00:00Z",
     "sentAt": "2026-01-01T09:00:01Z", "receivedAt": "2026-01-01T10:00:01Z"},
    {"type": "track", "anonymousId": "a1", "userId": "ada", "messageId": "2",
     "event": "Order Completed", "properties": {"order_id": "7", "shop": "web", "total": 12.5},
     "timestamp": "2026-01-02T10:00:00Z"},
    {"type": "page", "anonymousId": "a1", "name": "Home", "messageId": "3",
     "sentAt": "2026-01-02T11:00:05Z", "originalTimestamp": "2026-01-02T11:00:00Z",
     "receivedAt": "2026-01-02T12:00:05Z"},
    {"type": "track", "messageId": "4", "event": "Nobody"},
]  # fmt: skip


@pytest.mark.parametrize("form", ["lines", "list", "gzip"])
def test_segment_exports_come_in_as_they_were_sent(place: Place, tmp_path: Path, form: str) -> None:
    lines = "\n".join(map(json.dumps, CALLS)).encode()
    file = tmp_path / ("x.jsonl.gz" if form == "gzip" else "x.jsonl")
    content = json.dumps(CALLS).encode() if form == "list" else lines
    file.write_bytes(gzip.compress(content) if form == "gzip" else content)
    report = place.take(file, "segment")
    assert (report.read, report.accepted, [one.row for one in report.rejected]) == (4, 3, [4])
    times = {one.name: one.time for one in place.events("user_id", "ada")}
    assert times["Order Completed"] == 1_767_348_000_000
    assert times["Page Viewed"] == 1_767_355_200_000  # an hour late by its clock: 12:00:00Z
    assert place.take(file, "segment").fresh == 0


def test_json_rows_have_names_with_dots_and_lists_as_json(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "orders.json"
    file.write_text(json.dumps([
        {"id": 7, "customer": {"id": "ada"}, "at": "2026-01-01T10:00:00Z", "paid": "12.50",
         "lines": [{"sku": "w-1"}]},
        {"id": 8, "customer": {"id": "bob"}, "at": "2026-01-01T11:00:00Z", "paid": 3},
    ]))  # fmt: skip
    recipe = read_recipe("own", {
        "kind": "events", "event": {"value": "Order Completed"}, "user_id": "customer.id",
        "message_id": "o-{id}", "timestamp": "at",
        "properties": {
            "shop": {"value": "own"}, "order_id": "id", "total": {"number": "paid"},
            "products": {"json": "lines"},
        },
    })  # fmt: skip
    place.importer.run(COMMAND, file, recipe, "own", place.house.app.clock.now())
    (ada,) = [one for one in place.events("user_id", "ada") if one.name == "Order Completed"]
    assert (ada.amount, ada.items) == (125_000, ("w-1",))


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ([], ""),
        ({"kind": "calls", "user_id": "x"}, "kind"),
        ({"kind": "events", "orders": {}}, "orders"),
        ({"kind": "events", "orders": {"by": "x", "events": []}}, "orders.events"),
        ({"kind": "events", "orders": {"by": "x", "events": [{}]}}, "orders.events[0]"),
        ({"kind": "events", "only": "x"}, "only"),
        ({"kind": "events", "only": {"x": {"like": 1}}}, "only.x"),
        ({"kind": "events", "orders": {"by": "x", "lines": {"a": 1}, "events": [1]}},
         "orders.lines.a"),
    ],
)  # fmt: skip
def test_a_recipe_that_is_wrong_says_where(document: object, path: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_recipe("x", document)
    assert refused.value.path == path
