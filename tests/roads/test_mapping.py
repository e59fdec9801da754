"""What a map may say, what a row becomes by it, and the path of what is wrong."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from coterie.core.errors import Invalid
from coterie.roads.mapping import parse_map, to_call, to_item

SHANGHAI = ZoneInfo("Asia/Shanghai")
EVENTS: dict[str, Any] = {"kind": "events", "event": {"value": "Wine Rated"}, "user_id": "uid"}
ITEMS: dict[str, Any] = {"kind": "items", "key": "sku"}


def call(document: dict[str, Any], **row: Any) -> dict[str, Any]:
    return to_call(parse_map({**EVENTS, **document}), {"uid": "ada", **row}, SHANGHAI)


def item(document: dict[str, Any], **row: Any) -> dict[str, Any]:
    return to_item(parse_map({**ITEMS, **document}), {"sku": "w1", **row})


# --- maps


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ("events", ""),
        (["kind"], ""),
        (None, ""),
        ({}, "kind"),
        ({"kind": "orders"}, "kind"),
        ({"kind": ["events"]}, "kind"),
        ({**EVENTS, "colour": "red"}, "colour"),
        ({**EVENTS, "traits": {}}, "traits"),
        ({**EVENTS, "topics": []}, "topics"),
        ({**EVENTS, 5: "x"}, "5"),
        ({**ITEMS, "zone": "UTC"}, "zone"),
        ({"kind": "events", "user_id": "uid"}, "event"),
        ({"kind": "events", "event": "name"}, "user_id"),
        ({"kind": "profiles", "traits": {}}, "user_id"),
        ({"kind": "items"}, "key"),
        ({**EVENTS, "event": None}, "event"),
        ({**EVENTS, "event": {"valeu": "X"}}, "event"),
        ({**EVENTS, "event": {"value": "X", "number": "y"}}, "event"),
        ({**EVENTS, "user_id": 5}, "user_id"),
        ({**EVENTS, "properties": ["a"]}, "properties"),
        ({**EVENTS, "properties": None}, "properties"),
        ({**EVENTS, "properties": {"rating": 5}}, "properties.rating"),
        ({"kind": "profiles", "user_id": "u", "traits": {"city": []}}, "traits.city"),
        ({**ITEMS, "topics": "wine/{country}"}, "topics"),
        ({**ITEMS, "topics": {"a": 1}}, "topics"),
        ({**EVENTS, "zone": "Mars/Base"}, "zone"),
        ({**EVENTS, "zone": None}, "zone"),
        ({**EVENTS, "zone": 8}, "zone"),
    ],
)
def test_a_map_that_says_something_else_is_refused_at_its_path(document: Any, path: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_map(document)
    assert caught.value.path == path


def test_an_unknown_key_is_told_the_known_ones() -> None:
    known = "anonymous_id, encoding, event, identities, kind, message_id"
    with pytest.raises(Invalid, match=known):
        parse_map({**EVENTS, "usr_id": "uid"})


# --- expressions


@pytest.mark.parametrize(
    ("expression", "value", "expected"),
    [
        ("c", "4", "4"),
        ("c", "", ""),
        ("c", 4.0, 4.0),
        ("c", None, None),
        ("c", True, True),
        ("c", float("nan"), None),
        ("c", float("-inf"), None),
        ("c", Decimal("12.50"), 12.5),
        ("c", Decimal("12.00"), 12),
        ("c", date(2026, 1, 31), "2026-01-31"),
        ("c", datetime(2026, 1, 31, 9, 30), "2026-01-31T09:30:00"),
        ("c", ["a", "b"], ["a", "b"]),
        ("{c}", 4.0, "4"),
        ("{c}", 4.5, "4.5"),
        ("{c}", None, ""),
        ("wine-{c}!", 100001, "wine-100001!"),
        ("{c}/{c}", "x", "x/x"),
        ({"number": "c"}, "4", 4),
        ({"number": "c"}, "-4.50", -4.5),
        ({"number": "c"}, "1e3", 1000),
        ({"number": "c"}, "", None),
        ({"number": "c"}, None, None),
        ({"number": "c"}, float("nan"), None),
        ({"number": "c"}, Decimal("0.1"), 0.1),
        ({"value": "c"}, "4", "c"),
        ({"value": 0}, "4", 0),
        ({"value": None}, "4", None),
    ],
)
def test_an_expression_reads_a_row(expression: Any, value: Any, expected: Any) -> None:
    found = call({"properties": {"it": expression}}, c=value)["properties"]["it"]
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize("value", ["four", "4 €", "1,5", "0x10", True, [4]])
def test_what_is_no_number_is_refused_at_the_part_that_asked_for_it(value: Any) -> None:
    with pytest.raises(Invalid, match="is not a number") as caught:
        call({"properties": {"rating": {"number": "c"}}}, c=value)
    assert caught.value.path == "rating"


def test_a_column_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(Invalid, match="no column 'when'") as caught:
        call({"timestamp": "when"}, rating="4")
    assert (caught.value.path, caught.value.hint) == ("timestamp", "it has uid, rating")
    with pytest.raises(Invalid) as caught:
        item({"topics": ["wine/{country}"]})
    assert caught.value.path == "topics"


# --- calls


def test_a_row_becomes_a_track_call() -> None:
    document = {
        "anonymous_id": "aid", "message_id": "rating-{n}", "timestamp": "when",
        "properties": {"wine_id": "{wine}", "rating": {"number": "rating"}},
    }  # fmt: skip
    row = {"aid": None, "n": 7.0, "when": "2026-01-31", "wine": 100001, "rating": "4.5"}
    assert call(document, **row) == {
        "type": "track",
        "event": "Wine Rated",
        "userId": "ada",
        "anonymousId": None,
        "messageId": "rating-7",
        "timestamp": "2026-01-30T16:00:00.000Z",
        "properties": {"wine_id": "100001", "rating": 4.5},
    }


def test_a_row_becomes_an_identify_call() -> None:
    document = parse_map({"kind": "profiles", "user_id": "uid", "traits": {"city": "city"}})
    assert to_call(document, {"uid": "ada", "city": "Torino"}, SHANGHAI) == {
        "type": "identify", "userId": "ada", "anonymousId": None, "messageId": "",
        "traits": {"city": "Torino"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "stamp", "expected"),
    [
        (None, "2026-01-31 09:30:00", "2026-01-31T01:30:00.000Z"),
        ("UTC", "2026-01-31 09:30:00", "2026-01-31T09:30:00.000Z"),
        ("Europe/Rome", "2026-07-31T09:30", "2026-07-31T07:30:00.000Z"),
        ("Europe/Rome", datetime(2026, 1, 31, 9, 30), "2026-01-31T08:30:00.000Z"),
        ("Europe/Rome", date(2026, 1, 31), "2026-01-30T23:00:00.000Z"),
        ("Europe/Rome", "2026-01-31T09:30:00Z", "2026-01-31T09:30:00.000Z"),
        ("Europe/Rome", "2026-01-31T09:30:00+08:00", "2026-01-31T01:30:00.000Z"),
        ("UTC", datetime(2026, 1, 31, tzinfo=UTC), "2026-01-31T00:00:00.000Z"),
    ],
)
def test_a_stamp_without_an_offset_is_in_the_maps_zone_or_the_brands(
    zone: str | None, stamp: Any, expected: str
) -> None:
    document = {"timestamp": "when", **({"zone": zone} if zone else {})}
    assert call(document, when=stamp)["timestamp"] == expected


@pytest.mark.parametrize("stamp", [None, ""])
def test_a_row_without_a_stamp_has_none(stamp: Any) -> None:
    assert "timestamp" not in call({"timestamp": "when"}, when=stamp)


@pytest.mark.parametrize(
    "stamp",
    ["yesterday", "20260131", "2026-W05-1", "20120101112", 1_767_225_600, "2026-02-30",
     "0001-01-01", "9999-12-31T23:59:59-10:00"],
)  # fmt: skip
def test_what_is_no_time_is_refused(stamp: Any) -> None:
    with pytest.raises(Invalid, match="is not a time") as caught:
        call({"timestamp": "when"}, when=stamp)
    assert caught.value.path == "timestamp"


@pytest.mark.parametrize("given", [None, "", "  "])
def test_a_message_id_that_is_blank_is_none(given: Any) -> None:
    assert call({"message_id": "id"}, id=given)["messageId"] == ""


# --- items


def test_a_row_becomes_an_item() -> None:
    document = {
        "item_kind": {"value": "wine"}, "title": "name", "url": "page", "price": {"number": "p"},
        "topics": ["wine/{country}/{region}", "drink"], "properties": {"abv": "abv"},
    }  # fmt: skip
    row = {"name": "Barolo", "page": "", "p": "12.5", "country": " United States", "abv": 14.0,
           "region": "Napa/Valley"}  # fmt: skip
    assert item(document, **row) == {
        "key": "w1", "kind": "wine", "title": "Barolo", "url": "", "price": 12.5,
        "topics": ["drink", "wine/united-states/napa-valley"], "properties": {"abv": 14.0},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("values", "topics"),
    [
        (["Muscat/Moscato", "Pinot Noir"], ["grape/muscat-moscato", "grape/pinot-noir"]),
        (["Nebbiolo", "Nebbiolo", "", None], ["grape/nebbiolo"]),
        ([], []),
        (None, []),
        ("", []),
        ("Nebbiolo", ["grape/nebbiolo"]),
    ],
)
def test_a_list_gives_a_topic_for_each_of_its_values(values: Any, topics: list[str]) -> None:
    assert item({"topics": ["grape/{g}"]}, g=values)["topics"] == topics


def test_two_lists_give_every_pair() -> None:
    found = item({"topics": ["{a}/{b}"]}, a=["x", "y"], b=["1", "2"])["topics"]
    assert found == ["x/1", "x/2", "y/1", "y/2"]


def test_a_key_that_is_a_number_is_written_as_its_digits() -> None:
    assert to_item(parse_map(ITEMS), {"sku": 100001.0})["key"] == "100001"
    assert to_item(parse_map(ITEMS), {"sku": None})["key"] == ""
    assert to_item(parse_map(ITEMS), {"sku": "x"})["kind"] == "item"
