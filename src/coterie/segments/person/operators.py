"""What each operator means for one stored value. The reference for every reader of the language.

``reference/rules.md`` is the law; where it is silent, this is decided:

1. **Path.** If the whole path is a key of the object, that key's value is it, even null. Else the
   path is split at every dot and walked through objects only (never by index into an array).
   Leading nowhere, null and ``""`` are missing; ``[]``, ``{}``, ``0`` and ``false`` are values.
2. **Complements.** ``!= not_in not_contains none_of not_between missing`` are exactly the negation
   of ``= in contains any_of between exists``; so they hold for a missing value, and for values
   that cannot be compared.
3. **Equality of two scalars.** One is a JSON number: both are read as exact decimals
   (``core.numbers.as_decimal``); a text that is no decimal, or a boolean, differs. Two texts:
   the same code points. A boolean equals the text ``true`` or ``false`` and the same boolean, and
   never a number. null and objects equal nothing.
4. **Equality of arrays**: the same length, and each item equals its opposite by rule 3 (an array
   within an array equals nothing in a rule, since a rule's array holds scalars). An array never
   equals a scalar; so ``=`` and ``in`` of a scalar do not hold for an array.
5. **Order**: numbers as in 3; two texts by code point; everything else (booleans, arrays,
   objects, a number against a text that is no decimal) has none, and the test does not hold.
   ``between`` is ``>= low`` and ``<= high``, each by itself.
6. **fold** maps each code point of both sides to its simple lower case (``İ`` to ``i``), for
   equality, order and parts of text; for ``matches`` it is RE2's ``(?i)``.
7. **contains** on text: a literal part, and the rule's value must be text too; on an array: one
   item equals it by rule 3; on anything else no. ``starts_with``, ``ends_with``, ``matches``:
   text only; ``matches`` finds the pattern anywhere (anchor it with ``^`` and ``$``), ``.`` does
   not match a line break.
8. **all_of, any_of, none_of** look at an array's items; a scalar counts as an array of itself.
9. **Moments.** A stored value is read by ``core.clock.read_moment``; unreadable: no date test
   holds. ``before t`` is v < t, ``after t`` is v >= t; with a word for a date, t is the first
   moment of its span. ``within_last``: now-d <= v <= now; ``within_next``: now <= v <= now+d.
10. **Words for a date in comparisons** (``= != > >= < <= between not_between``; also ``before``,
    ``after``): when the rule's value is one of the words and the stored value reads as a moment
    v, with the span [a, b): ``=`` a <= v < b; ``<`` v < a; ``>=`` v >= a; ``>`` v >= b;
    ``<=`` v < b. When it does not read as a moment they compare as plain text. A date such as
    ``2026-01-01`` is no word: there two texts compare as text; use before, after or on_day.
11. **anniversary n**: the day n days after today, in the brand's zone, has the month and day of
    the stored moment's day there, whatever the years (29 February counts as 28 in common years).
12. **unchanged_for d**: now - since >= d; **changed_within d**: now - since < d. Neither holds for
    a missing value, nor where ``since`` is unknown (fading scores). A dotted path that is no key
    itself takes the ``since`` of its first key. With ``value``: and the value equals it by 3 and 4.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from coterie.core.clock import local_date, read_moment
from coterie.core.numbers import as_decimal, is_number
from coterie.segments.language.conditions_parse import compile_pattern, is_calendar_word
from coterie.segments.model import Condition
from coterie.segments.person.days import add_days, is_anniversary, span

COMPLEMENTS = {
    "!=": "=",
    "not_in": "in",
    "not_contains": "contains",
    "none_of": "any_of",
    "not_between": "between",
    "missing": "exists",
}
"""Operator -> the one whose exact negation it is."""

_pattern = lru_cache(maxsize=1_024)(compile_pattern)


@dataclass(frozen=True)
class Frame:
    """When and where a test is asked; ``since`` is since when the value is what it is."""

    now: int
    zone: ZoneInfo
    since: int | None = None


def look_up(values: Mapping[str, Any], path: str) -> Any:
    """Find a path's value; None when it is missing.

    >>> look_up({"a": {"b": 1}}, "a.b"), look_up({"a": {"b": 1}, "a.b": 2}, "a.b")
    (1, 2)
    """
    if path in values:
        found = values[path]
    elif "." not in path:
        return None
    else:
        found = values
        for key in path.split("."):
            if not isinstance(found, Mapping) or key not in found:
                return None
            found = found[key]
    return None if found == "" else found


def holds(condition: Condition, value: Any, frame: Frame) -> bool:
    """Say whether a test holds for a stored value (None: missing) at a moment."""
    positive = COMPLEMENTS.get(condition.op)
    if positive is not None:
        return not _holds(positive, condition, value, frame)
    return _holds(condition.op, condition, value, frame)


def _holds(op: str, condition: Condition, value: Any, frame: Frame) -> bool:
    if value is None or value == "":
        return False
    return _TESTS[op](condition, value, frame)


def equal(stored: Any, wanted: Any, fold: bool = False) -> bool:
    """Say whether a stored value equals a rule's: rules 3 and 4 above.

    >>> equal("7", 7), equal("007", "7"), equal("true", True), equal(1, True)
    (True, False, True, False)
    """
    if isinstance(wanted, list | tuple):
        return (
            isinstance(stored, list | tuple)
            and len(stored) == len(wanted)
            and all(equal(one, other, fold) for one, other in zip(stored, wanted, strict=True))
        )
    one, other = _as_text(stored), _as_text(wanted)
    if one is not None and other is not None:
        return folded(one, fold) == folded(other, fold)
    if isinstance(stored, bool) or isinstance(wanted, bool):
        return False
    pair = _as_numbers(stored, wanted)
    return pair is not None and pair[0] == pair[1]


def order(stored: Any, wanted: Any, fold: bool = False) -> int | None:
    """Compare two scalars: below 0, 0 or above 0; None when they have no order.

    >>> order(7, "10"), order("7", "10"), order("many", 3)
    (-1, 1, None)
    """
    if isinstance(stored, str) and isinstance(wanted, str):
        one, other = folded(stored, fold), folded(wanted, fold)
        return (one > other) - (one < other)
    if isinstance(stored, bool) or isinstance(wanted, bool):
        return None
    pair = _as_numbers(stored, wanted)
    return None if pair is None else (pair[0] > pair[1]) - (pair[0] < pair[1])


def folded(text: str, fold: bool = True) -> str:
    """Map every code point to its simple lower case, when asked to."""
    if not fold:
        return text
    if text.isascii():
        return text.lower()
    return "".join(letter.lower()[0] for letter in text)


def _as_text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else None


def _as_numbers(stored: Any, wanted: Any) -> tuple[Decimal, Decimal] | None:
    if not is_number(stored) and not is_number(wanted):
        return None
    one, other = as_decimal(stored), as_decimal(wanted)
    return None if one is None or other is None else (one, other)


def _compare(op: str, stored: Any, wanted: Any, fold: bool, frame: Frame) -> bool:
    if isinstance(wanted, str) and is_calendar_word(wanted):
        moment = read_moment(stored, frame.zone)
        if moment is not None:
            start, end = span(wanted, frame.now, frame.zone)
            return _AGAINST_SPAN[op](moment, start, end)
    if op == "=":
        return equal(stored, wanted, fold)
    sign = order(stored, wanted, fold)
    return sign is not None and _BY_SIGN[op](sign)


_BY_SIGN: dict[str, Callable[[int], bool]] = {
    ">": lambda sign: sign > 0,
    ">=": lambda sign: sign >= 0,
    "<": lambda sign: sign < 0,
    "<=": lambda sign: sign <= 0,
}
_AGAINST_SPAN: dict[str, Callable[[int, int, int], bool]] = {
    "=": lambda moment, start, end: start <= moment < end,
    ">": lambda moment, _start, end: moment >= end,
    ">=": lambda moment, start, _end: moment >= start,
    "<": lambda moment, start, _end: moment < start,
    "<=": lambda moment, _start, end: moment < end,
}


def _comparison(op: str) -> "_Test":
    return lambda condition, value, frame: _compare(
        op, value, condition.value, condition.fold, frame
    )


def _between(condition: Condition, value: Any, frame: Frame) -> bool:
    low, high = condition.value
    return _compare(">=", value, low, condition.fold, frame) and _compare(
        "<=", value, high, condition.fold, frame
    )


def _in(condition: Condition, value: Any, _frame: Frame) -> bool:
    return any(equal(value, wanted, condition.fold) for wanted in condition.value)


def _contains(condition: Condition, value: Any, _frame: Frame) -> bool:
    if isinstance(value, list | tuple):
        return any(equal(item, condition.value, condition.fold) for item in value)
    if not isinstance(value, str) or not isinstance(condition.value, str):
        return False
    return folded(condition.value, condition.fold) in folded(value, condition.fold)


def _starts_with(condition: Condition, value: Any, _frame: Frame) -> bool:
    fold = condition.fold
    return isinstance(value, str) and folded(value, fold).startswith(folded(condition.value, fold))


def _ends_with(condition: Condition, value: Any, _frame: Frame) -> bool:
    fold = condition.fold
    return isinstance(value, str) and folded(value, fold).endswith(folded(condition.value, fold))


def _matches(condition: Condition, value: Any, _frame: Frame) -> bool:
    if not isinstance(value, str):
        return False
    return _pattern(condition.value, condition.fold).search(value) is not None


def _items(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _all_of(condition: Condition, value: Any, _frame: Frame) -> bool:
    items = _items(value)
    return all(
        any(equal(item, wanted, condition.fold) for item in items) for wanted in condition.value
    )


def _any_of(condition: Condition, value: Any, _frame: Frame) -> bool:
    items = _items(value)
    return any(
        any(equal(item, wanted, condition.fold) for item in items) for wanted in condition.value
    )


def _before(condition: Condition, value: Any, frame: Frame) -> bool:
    moment = read_moment(value, frame.zone)
    return moment is not None and moment < _limit(condition, frame)


def _after(condition: Condition, value: Any, frame: Frame) -> bool:
    moment = read_moment(value, frame.zone)
    return moment is not None and moment >= _limit(condition, frame)


def _limit(condition: Condition, frame: Frame) -> int:
    limit = condition.value
    return span(limit, frame.now, frame.zone)[0] if isinstance(limit, str) else int(limit)


def _within_last(condition: Condition, value: Any, frame: Frame) -> bool:
    moment = read_moment(value, frame.zone)
    return moment is not None and frame.now - _duration(condition) <= moment <= frame.now


def _within_next(condition: Condition, value: Any, frame: Frame) -> bool:
    moment = read_moment(value, frame.zone)
    return moment is not None and frame.now <= moment <= frame.now + _duration(condition)


def _on_day(condition: Condition, value: Any, frame: Frame) -> bool:
    moment = read_moment(value, frame.zone)
    if moment is None:
        return False
    start, end = span(condition.value, frame.now, frame.zone)
    return start <= moment < end


def _anniversary(condition: Condition, value: Any, frame: Frame) -> bool:
    moment = read_moment(value, frame.zone)
    if moment is None:
        return False
    try:
        of = local_date(moment, frame.zone)
    except OverflowError:  # before the year 1 there is no calendar
        return False
    return is_anniversary(of, add_days(local_date(frame.now, frame.zone), condition.value))


def _unchanged_for(condition: Condition, value: Any, frame: Frame) -> bool:
    if frame.since is None or not _is_wanted(condition, value):
        return False
    return frame.now - frame.since >= _duration(condition)


def _changed_within(condition: Condition, value: Any, frame: Frame) -> bool:
    if frame.since is None or not _is_wanted(condition, value):
        return False
    return frame.now - frame.since < _duration(condition)


def _is_wanted(condition: Condition, value: Any) -> bool:
    return condition.value is None or equal(value, condition.value)


def _duration(condition: Condition) -> int:
    assert condition.duration is not None, "the parser gives these operators a duration"
    return condition.duration


_Test = Callable[[Condition, Any, Frame], bool]
_TESTS: dict[str, _Test] = {
    **{op: _comparison(op) for op in ("=", ">", ">=", "<", "<=")},
    "between": _between,
    "in": _in,
    "contains": _contains,
    "starts_with": _starts_with,
    "ends_with": _ends_with,
    "matches": _matches,
    "exists": lambda _condition, _value, _frame: True,
    "before": _before,
    "after": _after,
    "within_last": _within_last,
    "within_next": _within_next,
    "on_day": _on_day,
    "anniversary": _anniversary,
    "unchanged_for": _unchanged_for,
    "changed_within": _changed_within,
    "all_of": _all_of,
    "any_of": _any_of,
}
