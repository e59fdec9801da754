"""One test on a trait or a property as an SQL condition on a JSON value.

What is written holds exactly when ``operators`` says so. Complements (``!=``, ``not_in`` ...) are
written as NOT of the operator that they negate, which is never NULL, so that they hold for what is
missing. The words for a date become the bounds of their days in the brand's zone.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from coterie.core.numbers import as_decimal, is_number
from coterie.segments.everyone.date_bounds import day_bounds, today
from coterie.segments.everyone.literals import at_path, quote
from coterie.segments.language.conditions_parse import is_calendar_word
from coterie.segments.model import Condition, World

_NEGATES = {
    "!=": "=", "not_in": "in", "not_contains": "contains", "none_of": "any_of",
    "not_between": "between", "missing": "exists",
}  # fmt: skip


def trait_holds(condition: Condition, world: World) -> str:
    """Write the query of the people for whom a test on a trait holds.

    A trait that is sealed, by declaration or because of what was in it, has only a digest.
    """
    joined, value, since = trait_found(condition.path)
    test = "FALSE" if condition.path in world.identifying else (
        _positive(condition, world, value, since)
    )  # fmt: skip
    held = (
        f"CASE WHEN d.digest IS NOT NULL THEN {_digest_holds(condition, world)}\n"
        f"    ELSE coalesce({test}, FALSE) END"
    )
    return f"SELECT p.profile FROM people p\n  {joined}\n  WHERE {_signed(condition, held)}"


def trait_found(dotted: str) -> tuple[str, str, str]:
    """Write where a trait of ``p`` is found: joins (``d`` its digest), its value, its since."""
    path, head = quote(dotted), quote(dotted.split(".", 1)[0])
    digests = f"  LEFT JOIN digests d ON d.profile = p.profile AND d.name = {path}"
    if path == head:
        joined = f"LEFT JOIN traits t ON t.profile = p.profile AND t.name = {path}\n{digests}"
        return joined, "t.value", "t.since"
    joined = (
        f"LEFT JOIN traits t ON t.profile = p.profile AND t.name = {head}\n"
        f"  LEFT JOIN traits w ON w.profile = p.profile AND w.name = {path}\n{digests}"
    )
    return joined, _dotted_value(dotted), "if(w.name IS NULL, t.since, w.since)"


def property_holds(condition: Condition, world: World, value: str) -> str:
    """Write a test on a property of an event, whose value stands in a column."""
    return _signed(condition, f"coalesce({_positive(condition, world, value, 'NULL')}, FALSE)")


def key_holds(world: World) -> str:
    """Write that an event has the value of a journey run's key; outside a run none has."""
    if world.key is None:
        return "FALSE"
    path, wanted = world.key
    value = at_path("properties", path)
    return f"coalesce(present({value}) AND {value} ->> '$' = {quote(wanted)}, FALSE)"


def _dotted_value(path: str) -> str:
    walked = "t.value"
    for key in path.split(".")[1:]:
        walked = f"field({walked}, {quote(key)})"
    return f"if(w.name IS NULL, {walked}, w.value)"


def _signed(condition: Condition, held: str) -> str:
    return f"NOT {held}" if condition.op in _NEGATES else held


def _digest_holds(condition: Condition, world: World) -> str:
    op = _NEGATES.get(condition.op, condition.op)
    if op == "exists":
        return "TRUE"
    if op not in ("=", "in"):
        return "FALSE"
    wanted = condition.value if op == "in" else (condition.value,)
    digests = ", ".join(quote(world.blind(condition.path, one)) for one in wanted)
    return f"d.digest IN ({digests})"


def _positive(condition: Condition, world: World, value: str, since: str) -> str:
    asked = replace(condition, op=_NEGATES.get(condition.op, condition.op))
    return f"(present({value}) AND {_WRITERS[asked.op](asked, world, value, since)})"


_Writer = Callable[[Condition, World, str, str], str]


def _equal(value: str, wanted: Any, fold: bool) -> str:
    """Write that a JSON value equals a rule's value."""
    if isinstance(wanted, tuple):
        items = (f"{_equal(f'({value} -> {i})', w, fold)}" for i, w in enumerate(wanted))
        size = f"json_type({value}) = 'ARRAY' AND json_array_length({value}) = {len(wanted)}"
        return f"({' AND '.join([size, *items])})"
    if isinstance(wanted, bool):
        wanted = "true" if wanted else "false"
        return f"{_folded(f'word_of({value})', fold)} = {quote(wanted)}"
    if is_number(wanted):
        return f"number({value}) = {_exact(wanted)}"
    text = f"{_folded(f'word_of({value})', fold)} = {_folded(quote(wanted), fold)}"
    if as_decimal(wanted) is None:
        return text
    return f"({text} OR (is_number({value}) AND number({value}) = {_exact(wanted)}))"


def _ordered(op: str, value: str, wanted: Any, fold: bool) -> str:
    if is_number(wanted):
        return f"number({value}) {op} {_exact(wanted)}"
    text = f"{_folded(f'text_of({value})', fold)} {op} {_folded(quote(wanted), fold)}"
    if as_decimal(wanted) is None:
        return text
    return f"if(is_number({value}), number({value}) {op} {_exact(wanted)}, {text})"


def _compared(op: str, value: str, wanted: Any, fold: bool, world: World) -> str:
    plain = _equal(value, wanted, fold) if op == "=" else _ordered(op, value, wanted, fold)
    if not is_calendar_word(wanted):
        return plain
    start, end = day_bounds(wanted, world.now, world.zone)
    moment = f"moment({value})"
    dated = {
        "=": f"{moment} >= {start} AND {moment} < {end}",
        ">": f"{moment} >= {end}",
        ">=": f"{moment} >= {start}",
        "<": f"{moment} < {start}",
        "<=": f"{moment} < {end}",
    }[op]
    return f"if({moment} IS NULL, {plain}, {dated})"


def _comparison(op: str) -> _Writer:
    return lambda c, world, value, _since: _compared(op, value, c.value, c.fold, world)


def _between(c: Condition, world: World, value: str, _since: str) -> str:
    low, high = c.value
    return (
        f"({_compared('>=', value, low, c.fold, world)} "
        f"AND {_compared('<=', value, high, c.fold, world)})"
    )


def _in(c: Condition, _world: World, value: str, _since: str) -> str:
    return _some(_equal(value, wanted, c.fold) for wanted in c.value)


def _contains(c: Condition, _world: World, value: str, _since: str) -> str:
    item = _equal("x", c.value, c.fold)
    listed = f"len(list_filter(items_of({value}), lambda x: coalesce({item}, FALSE))) > 0"
    found = "FALSE"
    if isinstance(c.value, str):
        found = _part("contains", c, value)
    return f"if(json_type({value}) = 'ARRAY', {listed}, {found})"


def _part(function: str, c: Condition, value: str) -> str:
    return f"{function}({_folded(f'text_of({value})', c.fold)}, {_folded(quote(c.value), c.fold)})"


def _text_part(function: str) -> _Writer:
    return lambda c, _world, value, _since: _part(function, c, value)


def _matches(c: Condition, _world: World, value: str, _since: str) -> str:
    how = "i" if c.fold else "c"
    return f"regexp_matches(text_of({value}), {quote(c.value)}, '{how}')"


def _all_of(c: Condition, _world: World, value: str, _since: str) -> str:
    return " AND ".join(_among_items(value, wanted, c.fold) for wanted in c.value)


def _any_of(c: Condition, _world: World, value: str, _since: str) -> str:
    return _some(_among_items(value, wanted, c.fold) for wanted in c.value)


def _among_items(value: str, wanted: Any, fold: bool) -> str:
    item = _equal("x", wanted, fold)
    return f"len(list_filter(items_or_itself({value}), lambda x: coalesce({item}, FALSE))) > 0"


def _before(c: Condition, world: World, value: str, _since: str) -> str:
    return f"moment({value}) < {_limit(c, world)}"


def _after(c: Condition, world: World, value: str, _since: str) -> str:
    return f"moment({value}) >= {_limit(c, world)}"


def _limit(c: Condition, world: World) -> int:
    if isinstance(c.value, str):
        return day_bounds(c.value, world.now, world.zone)[0]
    return int(c.value)


def _within_last(c: Condition, world: World, value: str, _since: str) -> str:
    return f"moment({value}) BETWEEN {world.now - (c.duration or 0)} AND {world.now}"


def _within_next(c: Condition, world: World, value: str, _since: str) -> str:
    return f"moment({value}) BETWEEN {world.now} AND {world.now + (c.duration or 0)}"


def _on_day(c: Condition, world: World, value: str, _since: str) -> str:
    start, end = day_bounds(c.value, world.now, world.zone)
    return f"(moment({value}) >= {start} AND moment({value}) < {end})"


def _anniversary(c: Condition, world: World, value: str, _since: str) -> str:
    """Write that the local day's month and day are those of the day asked for."""
    day = today(world.now, world.zone, c.value)
    days = [day.strftime("%m-%d")]
    leap = day.year % 4 == 0 and (day.year % 100 != 0 or day.year % 400 == 0)
    if days == ["02-28"] and not leap:
        days.append("02-29")
    listed = ", ".join(quote(one) for one in days)
    return f"strftime(local_time(moment({value})), '%m-%d') IN ({listed})"


def _unchanged_for(c: Condition, world: World, value: str, since: str) -> str:
    held = f"{since} <= {world.now - (c.duration or 0)}"
    return held if c.value is None else f"({held} AND {_equal(value, c.value, False)})"


def _changed_within(c: Condition, world: World, value: str, since: str) -> str:
    held = f"{since} > {world.now - (c.duration or 0)}"
    return held if c.value is None else f"({held} AND {_equal(value, c.value, False)})"


def _some(tests: Any) -> str:
    return f"({' OR '.join(tests)})"


def _folded(text: str, fold: bool) -> str:
    return f"lower({text})" if fold else text


def _exact(number: Any) -> str:
    return f"exact({quote(str(number))})"


_WRITERS: dict[str, _Writer] = {
    **{op: _comparison(op) for op in ("=", ">", ">=", "<", "<=")},
    "between": _between,
    "in": _in,
    "contains": _contains,
    "starts_with": _text_part("starts_with"),
    "ends_with": _text_part("ends_with"),
    "matches": _matches,
    "exists": lambda _c, _world, _value, _since: "TRUE",
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
