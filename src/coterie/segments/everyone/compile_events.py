"""The nodes that measure events as SQL: which events are looked at, and what they come to.

A part looks at the events of ``people``; of all ``profiles`` where everybody is compared. Numbers
are compared exactly: sums are whole ten-thousandths, divisions are multiplied out.
"""

import operator
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction

from coterie.core.event import OWN
from coterie.core.numbers import SCALE
from coterie.segments.everyone.compile_conditions import key_holds, property_holds
from coterie.segments.everyone.literals import at_path, quote
from coterie.segments.model import Bounds, Condition, Did, Matching, Share, Window, World

CALENDAR = {
    "@hour": "strftime(local_time(time), '%Y-%m-%d %H')",
    "@day": "CAST(local_time(time) AS DATE)",
    "@week": "date_trunc('week', local_time(time))",
    "@month": "date_trunc('month', local_time(time))",
}
FROM_ZERO = frozenset({"count", "sum", "distinct"})
"""Measures that are 0, not missing, when no event matches."""

_MOST = Fraction(10**37)
"""Beyond every sum, within 128 bits."""

_COMPARE: dict[str, Callable[[int, Fraction], bool]] = {
    "=": operator.eq, "!=": operator.ne,
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip


def did(rule: Did, world: World) -> str:
    """Write who passes the bounds of a measure."""
    return holding(measured(rule, world, "people"), _bounded(rule), _zero_counts(rule))


def share(rule: Share, world: World) -> str:
    """Write who passes the bounds of matching events divided by all of the name."""
    values = columns([test.path for test in rule.matching.where])
    counted = (
        f"SELECT profile, count(*) AS n,\n"
        f"      count(*) FILTER (WHERE {chosen(rule.matching, values, world)}) AS total\n"
        f"    FROM {looked_at(rule.matching, values, world)}\n    GROUP BY profile"
    )
    return holding(counted, ratio(rule.bounds, most=2, finest=10**25), zero_counts=False)


def measured(rule: Did, world: World, among: str) -> str:
    """Write the query of each person's measure: ``total``, and for an average ``n``."""
    of = [rule.of] if rule.of is not None and rule.of not in CALENDAR else []
    values = columns([*(test.path for test in rule.matching.where), *of])
    return (
        f"SELECT profile, {_measure(rule, values)}\n"
        f"    FROM {looked_at(rule.matching, values, world, among)}\n"
        f"    WHERE {chosen(rule.matching, values, world)}\n    GROUP BY profile"
    )


def looked_at(
    matching: Matching, values: dict[str, str], world: World, among: str = "people"
) -> str:
    """Write the events looked at; what is asked of their properties is read out once.

    A property is looked for in the whole object, which costs more than any test on it.
    """
    listed = "\n      AND ".join([*tests_of(matching, world), f"profile IN ({one_of(among)})"])
    return f"(SELECT profile, seq, time{read_out(values)} FROM events\n    WHERE {listed})"


def tests_of(matching: Matching, world: World) -> list[str]:
    """Write what an event's name, time and key are to be."""
    tests = [named(matching.name), in_window(matching.window, world)]
    if matching.same_key:
        tests.append(key_holds(world))
    return tests


def one_of(among: str) -> str:
    """Write the query of some people's ids."""
    return f"SELECT profile FROM {among}"


def columns(paths: Iterable[str]) -> dict[str, str]:
    """Name a column for each property that is asked for."""
    return {path: f"value_{n}" for n, path in enumerate(dict.fromkeys(paths), start=1)}


def read_out(values: dict[str, str]) -> str:
    """Write the columns of the properties that are asked for."""
    return "".join(f", {at_path('properties', path)} AS {name}" for path, name in values.items())


def chosen(matching: Matching, values: dict[str, str], world: World) -> str:
    """Write which of the events looked at match."""
    tests = [all_hold(matching.where, values, world)] if matching.where else []
    if matching.topic is not None:
        tests.append(
            "seq IN (SELECT seq FROM event_items JOIN item_topics USING (item) "
            f"WHERE topic = {quote(matching.topic)})"
        )
    return " AND ".join(tests) or "TRUE"


def all_hold(tests: Iterable[Condition], values: dict[str, str], world: World) -> str:
    """Write that all tests on properties hold, whose values stand in columns."""
    return " AND ".join(property_holds(test, world, values[test.path]) for test in tests)


def in_window(window: Window, world: World) -> str:
    """Write when an event must have happened."""
    now = world.now
    tests = [f"time <= {now}"]
    if window.within is not None:
        tests.append(f"time >= {now - window.within}")
    if window.start is not None:
        tests.append(f"time >= {window.start}")
    if window.end is not None:
        tests.append(f"time < {window.end}")
    if window.since is not None:
        entry = world.since.get(window.since)
        tests.append("FALSE" if entry is None else f"time >= {entry}")
    return " AND ".join(tests)


def ratio(bounds: Bounds, most: int, finest: int, unit: int = 1) -> str:
    """Compare ``total / n`` with ``value * unit``, multiplied out so that nothing is rounded.

    No ratio reaches ``most``; finer denominators than ``finest`` would not fit 128 bits, and no
    ratio has one: it is never equal to such a bound, and on one side of it as of the nearest.
    """
    tests = ["n > 0"]
    for op, value in bounds.tests:
        bound = max(Fraction(-most), min(Fraction(most), _fraction(value) * unit))
        near = bound.limit_denominator(finest)
        if near != bound and op in ("=", "!="):
            tests.append("FALSE" if op == "=" else "TRUE")
            continue
        if near != bound:
            beyond = near > bound
            op = (">=" if beyond else ">") if op in (">", ">=") else ("<" if beyond else "<=")
        left = f"total::HUGEINT * {near.denominator}"
        tests.append(f"{left} {_sql(op)} n::HUGEINT * {near.numerator}")
    return " AND ".join(tests)


def holding(measured: str, test: str, zero_counts: bool) -> str:
    """Write who passes a test of what was measured; those without events too, where 0 counts."""
    join = "LEFT JOIN" if zero_counts else "JOIN"
    return (
        f"SELECT p.profile FROM people p {join} (\n    {measured}\n  ) USING (profile)\n"
        f"  WHERE {test}"
    )


def named(name: str) -> str:
    """Write that an event's name is the one asked for, or matches ``Prefix*`` or ``*``."""
    if name == "*":
        return f"type <> 'fact' AND NOT starts_with(name, {quote(OWN)})"
    if name.endswith("*"):
        prefix = f"starts_with(name, {quote(name[:-1])})"
        own = f"starts_with(name, {quote(OWN)})"
        return prefix if name.startswith(OWN) else f"{prefix} AND NOT {own}"
    return f"name = {quote(name)}"


def _measure(rule: Did, values: dict[str, str]) -> str:
    """Write the columns that a bound is asked of: ``total``, and for an average ``n``."""
    if rule.of is None:
        return "count(*) AS total"
    if rule.of in CALENDAR:
        return f"count(DISTINCT {CALENDAR[rule.of]}) AS total"
    value = values[rule.of]
    if rule.measure == "distinct":
        return f"count(DISTINCT kind_and_text({value})) AS total"
    number = f"scaled({value})"
    if rule.measure == "avg":
        return f"sum({number}) AS total, count({number}) AS n"
    return f"{rule.measure}({number}) AS total"


def _zero_counts(rule: Did) -> bool:
    """Say whether nobody's events, which make 0, are within the bounds."""
    return rule.measure in FROM_ZERO and all(
        _COMPARE[op](0, _fraction(value)) for op, value in rule.bounds.tests
    )


def _bounded(rule: Did) -> str:
    if rule.measure == "avg":
        return ratio(rule.bounds, most=2**63, finest=10**16, unit=SCALE)
    total = "coalesce(total, 0)" if rule.measure in FROM_ZERO else "total"
    unit = SCALE if rule.measure in ("sum", "min", "max") else 1
    return " AND ".join(_whole(total, op, value, unit) for op, value in rule.bounds.tests)


def _whole(total: str, op: str, value: float | int, unit: int) -> str:
    """Compare a whole number with ``value * unit``, which need not be whole."""
    bound = max(-_MOST, min(_MOST, _fraction(value) * unit))
    if bound.denominator == 1:
        return f"{total} {_sql(op)} {bound.numerator}"
    if op in ("=", "!="):
        return "FALSE" if op == "=" else f"{total} IS NOT NULL"
    floor = bound.numerator // bound.denominator
    return f"{total} > {floor}" if op in (">", ">=") else f"{total} <= {floor}"


def _fraction(value: float | int) -> Fraction:
    """Read a bound as it was written: 0.1 is a tenth, not the double next to it."""
    return Fraction(Decimal(str(value)))


def _sql(op: str) -> str:
    return "<>" if op == "!=" else op
