"""Reading the leaves of a rule: names, numbers, times, and one test on a value.

Every refusal is ``Invalid`` with the path of the fault and, for a misspelt word, the nearest known.
"""

import difflib
import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import re2

from coterie.core.clock import DAY, parse_duration, parse_time
from coterie.core.errors import Invalid
from coterie.core.numbers import is_number
from coterie.segments.model import Condition

MAX_DURATION = 36_525 * DAY
"""A hundred years."""
MAX_LIST = 10_000
MAX_PATTERN = 1_000

_OFFSET = re.compile(r"([+-])([0-9]{1,6}) (day|week|month|quarter|year)s?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NAMED_DAYS = frozenset(
    ["today", "yesterday", "tomorrow"]
    + [
        f"{which} {unit}"
        for which in ("this", "last", "next")
        for unit in ("week", "month", "quarter", "year")
    ]
)
_THOUSAND_YEARS = {"day": 365_000, "week": 52_000, "month": 12_000, "quarter": 4_000, "year": 1_000}


def join(place: str, key: str) -> str:
    """Write the path of a key: ``all[1].did`` and ``within`` make ``all[1].did.within``."""
    return f"{place}.{key}" if place else key


def nearest(word: object, known: Collection[str]) -> str:
    """Hint at the known word that a misspelt one is closest to, or list them all."""
    close = difflib.get_close_matches(str(word), list(known), n=1)
    return f"did you mean {close[0]!r}?" if close else "known are " + ", ".join(sorted(known))


def check_keys(node: Mapping[str, Any], known: Collection[str], place: str) -> None:
    """Refuse a key that nobody reads."""
    for key in node:
        if key not in known:
            raise Invalid(f"unknown key {key!r}", path=join(place, key), hint=nearest(key, known))


def read_text(value: object, place: str, what: str) -> str:
    """Return text that is not empty, or refuse."""
    if not isinstance(value, str) or not value:
        raise Invalid(f"{what} must be text that is not empty, not {value!r}", path=place,
                      hint="write it between quotes")  # fmt: skip
    return _storable(value, place)


def read_number(value: object, place: str) -> int | float:
    """Return a JSON number: no true or false, finite, whole ones within 64 bits."""
    if not is_number(value):
        raise Invalid(f"{value!r} is not a number", path=place, hint="write it like 5 or 19.99")
    assert isinstance(value, int | float)
    if isinstance(value, float) and not math.isfinite(value):
        raise Invalid(f"{value!r} is not a finite number", path=place,
                      hint="leave the bound out where there is none")  # fmt: skip
    if isinstance(value, int) and not -(2**63) < value < 2**63:
        raise Invalid(f"{value!r} is too large", path=place, hint="write long ids as text")
    return value


def read_duration(value: object, place: str) -> int:
    """Return a duration in milliseconds, of at most a hundred years."""
    if isinstance(value, str) and len(value) > 20:
        raise Invalid(f"{value[:20]!r}... is not a duration", path=place, hint="write it like 30d")
    length = parse_duration(value, place)
    if length > MAX_DURATION:
        raise Invalid(f"{value!r} is more than a hundred years", path=place,
                      hint="leave the window out for all history")  # fmt: skip
    return length


def read_time(value: object, place: str, zone: ZoneInfo) -> int:
    """Return an ISO 8601 time in milliseconds; one without an offset is in ``zone``."""
    if not isinstance(value, str):
        raise Invalid(f"{value!r} is not an ISO 8601 time", path=place,
                      hint="write it like 2026-01-31T09:30:00Z")  # fmt: skip
    try:
        return parse_time(value, zone)
    except Invalid as error:
        raise Invalid(error.reason, path=place, hint=error.hint) from error


def is_calendar_word(value: object) -> bool:
    """Say whether a value is one of the words for a date, such as ``last week`` or ``+5 days``.

    >>> is_calendar_word("next quarter"), is_calendar_word("-3 months"), is_calendar_word("soon")
    (True, True, False)
    """
    if not isinstance(value, str):
        return False
    if value in _NAMED_DAYS:
        return True
    match = _OFFSET.fullmatch(value)
    return match is not None and int(match[2]) <= _THOUSAND_YEARS[match[3]]


def offset_of(word: str) -> tuple[int, str] | None:
    """Split ``-3 months`` into ``(-3, "month")``; None for the other words."""
    match = _OFFSET.fullmatch(word)
    return (int(match[1] + match[2]), match[3]) if match else None


def compile_pattern(pattern: str, fold: bool, place: str = "") -> Any:
    """Compile an RE2 pattern (linear time), or refuse a bad one."""
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = not fold
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        raise Invalid(
            f"{pattern!r} is not an RE2 pattern: {error}", path=place,
            hint="see https://github.com/google/re2/wiki/Syntax",
        ) from error  # fmt: skip


@dataclass(frozen=True)
class _Shape:
    """What an operator takes besides the path."""

    value: Callable[[object, str, ZoneInfo], Any] | None = None
    value_optional: bool = False
    duration: bool = False
    fold: bool = False
    traits_only: bool = False


def _storable(text: str, place: str) -> str:
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Invalid(f"{text!r} holds NUL or half a surrogate pair", path=place,
                      hint="take the character out")  # fmt: skip
    return text


def _scalar(value: object, place: str, _zone: ZoneInfo) -> str | int | float | bool:
    if value is None:
        raise Invalid("null is no value to compare with", path=place,
                      hint='ask for the absence of a value with "op": "missing"')  # fmt: skip
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _storable(value, place)
    if not is_number(value):
        raise Invalid(f"{value!r} is not text, a number, true or false", path=place,
                      hint="write one value here")  # fmt: skip
    return read_number(value, place)


def _scalars(value: object, place: str, zone: ZoneInfo) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise Invalid(f"{value!r} is not a list with at least one value", path=place,
                      hint='such as ["a", "b"]')  # fmt: skip
    if len(value) > MAX_LIST:
        raise Invalid(f"{len(value)} values are too many", path=place,
                      hint=f"at most {MAX_LIST}; tag these people instead")  # fmt: skip
    return tuple(_scalar(one, f"{place}[{index}]", zone) for index, one in enumerate(value))


def _scalar_or_array(value: object, place: str, zone: ZoneInfo) -> Any:
    return _scalars(value, place, zone) if isinstance(value, list | tuple) else _scalar(
        value, place, zone
    )  # fmt: skip


def _ordered(value: object, place: str, zone: ZoneInfo) -> str | int | float:
    if isinstance(value, bool):
        raise Invalid("true and false have no order", path=place, hint="compare them with =")
    return _scalar(value, place, zone)


def _low_high(value: object, place: str, zone: ZoneInfo) -> tuple[Any, Any]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise Invalid(f"{value!r} is not a pair [low, high]", path=place, hint="such as [25, 34]")
    return _ordered(value[0], f"{place}[0]", zone), _ordered(value[1], f"{place}[1]", zone)


def _plain_text(value: object, place: str, _zone: ZoneInfo) -> str:
    if not isinstance(value, str):
        raise Invalid(f"{value!r} is not text", path=place, hint="write it between quotes")
    return _storable(value, place)


def _pattern(value: object, place: str, zone: ZoneInfo) -> str:
    pattern = _plain_text(value, place, zone)
    if len(pattern) > MAX_PATTERN:
        raise Invalid(f"a pattern has at most {MAX_PATTERN} characters", path=place,
                      hint="ask with several tests")  # fmt: skip
    compile_pattern(pattern, False, place)
    return pattern


def _moment(value: object, place: str, zone: ZoneInfo) -> int | str:
    if isinstance(value, str) and is_calendar_word(value):
        return value
    return read_time(value, place, zone)


def _day(value: object, place: str, _zone: ZoneInfo) -> str:
    if isinstance(value, str) and is_calendar_word(value):
        return value
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            pass
    raise Invalid(f"{value!r} is neither a date nor one of the words for one", path=place,
                  hint="such as today, last month, +5 days or 2026-01-31")  # fmt: skip


def _days(value: object, place: str, _zone: ZoneInfo) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 366:
        raise Invalid(f"{value!r} is not a whole number of days", path=place,
                      hint="0 is today, 7 a week ahead; at most 366")  # fmt: skip
    return value


_EQUAL = _Shape(_scalar_or_array, fold=True)
_ORDER = _Shape(_ordered, fold=True)
_RANGE = _Shape(_low_high, fold=True)
_LIST = _Shape(_scalars, fold=True)
_PART = _Shape(_scalar, fold=True)
_TEXT = _Shape(_plain_text, fold=True)
_SPAN = _Shape(duration=True)
_HELD = _Shape(_scalar_or_array, value_optional=True, duration=True, traits_only=True)

_SHAPES: dict[str, _Shape] = {
    "=": _EQUAL, "!=": _EQUAL,
    ">": _ORDER, ">=": _ORDER, "<": _ORDER, "<=": _ORDER,
    "between": _RANGE, "not_between": _RANGE,
    "in": _LIST, "not_in": _LIST,
    "contains": _PART, "not_contains": _PART,
    "starts_with": _TEXT, "ends_with": _TEXT,
    "matches": _Shape(_pattern, fold=True),
    "exists": _Shape(), "missing": _Shape(),
    "before": _Shape(_moment), "after": _Shape(_moment),
    "within_last": _SPAN, "within_next": _SPAN,
    "on_day": _Shape(_day), "anniversary": _Shape(_days),
    "unchanged_for": _HELD, "changed_within": _HELD,
    "all_of": _LIST, "any_of": _LIST, "none_of": _LIST,
}  # fmt: skip

OPERATORS = tuple(_SHAPES)


def parse_condition(node: Mapping[str, Any], place: str, subject: str, zone: ZoneInfo) -> Condition:
    """Read one test; ``subject`` is the key that holds the path: ``trait`` or ``property``."""
    check_keys(node, (subject, "op", "value", "duration", "fold"), place)
    if subject not in node:
        raise Invalid(f"needs {subject!r}: which one is asked", path=place,
                      hint=f'such as {{"{subject}": "city", "op": "exists"}}')  # fmt: skip
    path = read_text(node[subject], join(place, subject) if subject == "property" else place,
                     f"the {subject}")  # fmt: skip
    op, shape = _read_operator(node, place, subject)
    return Condition(
        path=path,
        op=op,
        value=_read_value(node, place, op, shape, zone),
        duration=_read_span(node, place, op, shape),
        fold=_read_fold(node, place, op, shape),
    )


def _read_operator(node: Mapping[str, Any], place: str, subject: str) -> tuple[str, _Shape]:
    if "op" not in node:
        raise Invalid('needs "op": how the value is compared', path=place,
                      hint="such as = or exists")  # fmt: skip
    op, where = node["op"], join(place, "op")
    shape = _SHAPES.get(op) if isinstance(op, str) else None
    if shape is None:
        raise Invalid(f"unknown operator {op!r}", path=where, hint=nearest(op, OPERATORS))
    if shape.traits_only and subject != "trait":
        raise Invalid(f"{op!r} asks how long a trait has had its value, and an event never changes",
                      path=where, hint="ask within_last of one that holds a time")  # fmt: skip
    return op, shape


def _read_value(node: Mapping[str, Any], place: str, op: str, shape: _Shape, zone: ZoneInfo) -> Any:
    where = join(place, "value")
    if "value" not in node:
        if shape.value is None or shape.value_optional:
            return None
        raise Invalid(f'{op!r} needs a "value"', path=place,
                      hint="missing and exists take none")  # fmt: skip
    if shape.value is None:
        raise Invalid(f"{op!r} takes no value", path=where, hint="take it out")
    return shape.value(node["value"], where, zone)


def _read_span(node: Mapping[str, Any], place: str, op: str, shape: _Shape) -> int | None:
    where = join(place, "duration")
    if "duration" not in node:
        if shape.duration:
            raise Invalid(f'{op!r} needs a "duration"', path=place, hint='such as "30d"')
        return None
    if not shape.duration:
        raise Invalid(f"{op!r} takes no duration", path=where,
                      hint="within_last and within_next take one")  # fmt: skip
    return read_duration(node["duration"], where)


def _read_fold(node: Mapping[str, Any], place: str, op: str, shape: _Shape) -> bool:
    fold, where = node.get("fold", False), join(place, "fold")
    if not isinstance(fold, bool):
        raise Invalid(f"fold is true or false, not {fold!r}", path=where,
                      hint="true: upper and lower case are alike")  # fmt: skip
    if fold and not shape.fold:
        raise Invalid(f"{op!r} compares no text, so nothing can be folded", path=where,
                      hint="take fold out")  # fmt: skip
    return fold
