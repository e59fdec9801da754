"""How people write numbers and times, and what a map makes of it."""

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from coterie.core.errors import Invalid
from coterie.roads.mapping import faults, parse_map, to_call
from coterie.roads.values import read_number, read_time

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("text", "style", "value"),
    [
        ("1,234.50", "1,234.5", "1234.50"),
        ("￥1,234", "1,234.5", "1234"),
        ("-12", "1,234.5", "-12"),
        ("1 234.5", "1,234.5", "1234.5"),
        ("99元", "1,234.5", "99"),
        ("CNY 5", "1,234.5", "5"),
        ("1.234,50 €", "1.234,5", "1234.50"),
        ("1234,5", "1.234,5", "1234.5"),
        ("1,23", "1,234.5", None),
        ("1.234", "1,234.5", "1.234"),
        ("1.23", "1.234,5", None),
        ("1.2万", "1,234.5", None),
        ("", "1,234.5", None),
        ("abc", "1.234,5", None),
        (7, "1,234.5", "7"),
    ],
)
def test_numbers_are_read_in_the_style_that_was_named(
    text: Any, style: str, value: str | None
) -> None:
    assert read_number(text, style) == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("text", "form", "value"),
    [
        ("31.01.2026 9:05", "%d.%m.%Y %H:%M", "2026-01-31T09:05:00"),
        (" 31.01.2026 ", "%d.%m.%Y", "2026-01-31"),
        ("31.02.2026", "%d.%m.%Y", None),
        ("1767225600", "unix", "2026-01-01T00:00:00.000Z"),
        ("1767225600500", "unix_ms", "2026-01-01T00:00:00.500Z"),
        ("9" * 14, "unix", None),
        ("-1", "unix", None),
        ("soon", "unix", None),
    ],
)
def test_times_are_read_by_the_format_that_was_named(
    text: str, form: str, value: str | None
) -> None:
    assert read_time(text, form) == value


MAP: dict[str, Any] = {
    "kind": "events",
    "event": {"value": "Order Completed"},
    "user_id": "uid",
    "timestamp": {"time": "at", "format": "%d.%m.%Y %H:%M"},
    "skip_blanks": True,
    "properties": {
        "total": {"number": "sum", "like": "1.234,5"},
        "note": "note",
        "at": {"time": "day", "format": "%Y%m%d"},
    },
}


def test_a_map_names_how_numbers_and_times_are_written() -> None:
    row = {
        "uid": "ada",
        "at": "31.01.2026 08:00",
        "sum": "1.299,90 €",
        "note": "",
        "day": "20260131",
    }
    call = to_call(parse_map(MAP), row, SHANGHAI)
    assert call["timestamp"] == "2026-01-31T00:00:00.000Z"
    assert call["properties"] == {"total": 1299.9, "at": "2026-01-31"}, "a blank says nothing"


def test_all_that_is_wrong_with_a_row_is_told_at_its_columns() -> None:
    row = {"uid": "ada", "at": "31.02.2026 08:00", "sum": "many", "note": "", "day": ""}
    found = [(one.path, one.columns, one.why) for one in faults(parse_map(MAP), row, SHANGHAI)]
    assert found == [
        ("timestamp", ("at",), "not_a_time"),
        ("properties.total", ("sum",), "not_a_number"),
    ]


@pytest.mark.parametrize(
    ("part", "path"),
    [
        ({"properties": {"a": {"number": "x", "like": "1 234"}}}, "properties.a.like"),
        ({"timestamp": {"time": "x", "format": "%H:%M"}}, "timestamp.format"),
        ({"timestamp": {"time": "x", "format": "%Y-%m-%d %Q"}}, "timestamp.format"),
        ({"timestamp": {"time": "x", "format": 5}}, "timestamp.format"),
        ({"timestamp": {"time": "x"}}, "timestamp"),
        ({"skip_blanks": "yes"}, "skip_blanks"),
    ],
)
def test_a_map_that_names_them_wrongly_is_refused(part: dict[str, Any], path: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_map({**MAP, **part})
    assert caught.value.path == path
