"""The reader of everyone: a rule becomes one DuckDB query that gives the ids of its population.

Each leaf of the rule is a named part of the query (a CTE), so that an analyst can read it and run
the parts alone; the tree stays a boolean expression at the end. The views that it reads are
``profiles``, ``traits``, ``digests``, ``tags``, ``events``, ``event_items`` and ``item_topics``;
the words that it uses are in ``macros``. The session's TimeZone must be the brand's. Numbers are
compared exactly: sums are whole ten-thousandths, divisions are multiplied out.
"""

import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from coterie.core.event import OWN
from coterie.core.ids import BUCKETS
from coterie.core.numbers import SCALE
from coterie.segments.everyone.compile_conditions import key_holds, property_holds, trait_holds
from coterie.segments.everyone.literals import at_path, quote
from coterie.segments.model import (
    All,
    Any_,
    Bounds,
    Bucket,
    Did,
    Everyone,
    InSegment,
    Matching,
    Not,
    Rule,
    Share,
    Tag,
    Trait,
    Window,
    World,
)

CANDIDATES = "candidates"
"""The table (profile) that a query restricted to some people reads."""

_CALENDAR = {
    "@hour": "strftime(local_time(time), '%Y-%m-%d %H')",
    "@day": "CAST(local_time(time) AS DATE)",
    "@week": "date_trunc('week', local_time(time))",
    "@month": "date_trunc('month', local_time(time))",
}
_FROM_ZERO = frozenset({"count", "sum", "distinct"})
"""Measures that are 0, not missing, when no event matches."""

_MOST = Fraction(10**37)
"""Beyond every sum, within 128 bits."""

_COMPARE: dict[str, Callable[[int, Fraction], bool]] = {
    "=": operator.eq, "!=": operator.ne,
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")


def population_sql(rule: Rule, world: World, *, restricted: bool = False) -> str:
    """Write the query that gives the profiles that meet a rule at ``world.now``.

    With ``restricted`` only those in the table ``candidates`` are asked.
    """
    query = _Query(world)
    expression = query.expression(rule)
    among = f"\n  WHERE profile IN (SELECT profile FROM {CANDIDATES})" if restricted else ""
    parts = [f"people AS (\n  SELECT profile, bucket_key FROM profiles{among})", *query.parts]
    return (
        "WITH " + ",\n".join(parts) + f"\nSELECT profile FROM people p\nWHERE {expression}\n"
        "ORDER BY profile"
    )


@dataclass
class _Query:
    """One query being written: its parts so far, each leaf written once."""

    world: World
    parts: list[str] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)

    def expression(self, rule: Rule) -> str:
        """Write what must hold of a row ``p`` of people."""
        match rule:
            case All(parts):
                return self._joined(parts, "AND")
            case Any_(parts):
                return self._joined(parts, "OR")
            case Not(part):
                return f"NOT {self._nested(part)}"
            case Everyone():
                return "TRUE"
            case InSegment(segment):
                return self._nested(self.world.rules[segment])
            case Bucket():
                return _bucket(rule)
            case _:
                return f"p.profile IN (SELECT profile FROM {self._leaf(rule)})"

    def _joined(self, parts: tuple[Rule, ...], word: str) -> str:
        return f"({f' {word} '.join(self._nested(part) for part in parts)})"

    def _nested(self, rule: Rule) -> str:
        return f"({self.expression(rule)})" if isinstance(rule, Not | InSegment) else (
            self.expression(rule)
        )  # fmt: skip

    def _leaf(self, rule: Rule) -> str:
        """Write a leaf as a part of its own and return the part's name."""
        key = repr(rule)  # not the rule: 1 and True are equal, and mean different things
        if key not in self.written:
            word, body = self._body(rule)
            name = f"part_{len(self.parts) + 1}_{_slug(word)}"
            self.parts.append(f"{name} AS (\n  {body})")
            self.written[key] = name
        return self.written[key]

    def _body(self, rule: Rule) -> tuple[str, str]:
        match rule:
            case Trait(condition):
                return condition.path, trait_holds(condition, self.world)
            case Tag(tag):
                return tag, f"SELECT profile FROM tags WHERE tag = {quote(tag)}"
            case Did():
                return rule.matching.name, self._did(rule)
            case Share():
                return rule.matching.name, self._share(rule)
            case _:
                raise AssertionError(f"no SQL is written for {type(rule).__name__}")

    def _did(self, rule: Did) -> str:
        of = [rule.of] if rule.of is not None and rule.of not in _CALENDAR else []
        values = _columns([*(test.path for test in rule.matching.where), *of])
        chosen = " AND ".join(self._chosen(rule.matching, values)) or "TRUE"
        measured = (
            f"SELECT profile, {_measure(rule, values)}\n"
            f"    FROM {self._events(rule.matching, values)}\n"
            f"    WHERE {chosen}\n    GROUP BY profile"
        )
        return _holding(measured, _bounded(rule), _zero_counts(rule))

    def _share(self, rule: Share) -> str:
        values = _columns([test.path for test in rule.matching.where])
        chosen = " AND ".join(self._chosen(rule.matching, values)) or "TRUE"
        measured = (
            f"SELECT profile, count(*) AS n, count(*) FILTER (WHERE {chosen}) AS total\n"
            f"    FROM {self._events(rule.matching, values)}\n    GROUP BY profile"
        )
        return _holding(measured, _ratio(rule.bounds, most=2, finest=10**25), zero_counts=False)

    def _events(self, matching: Matching, values: dict[str, str]) -> str:
        """Write the events looked at; what is asked of their properties is read out once.

        A property is looked for in the whole object, which costs more than any test on it.
        """
        read = "".join(f", {at_path('properties', p)} AS {name}" for p, name in values.items())
        return f"(SELECT profile, seq, time{read} FROM events\n    WHERE {self._listed(matching)})"

    def _listed(self, matching: Matching) -> str:
        """Write which events are looked at: their name and time, and only those of people."""
        tests = [named(matching.name), self._in_window(matching.window)]
        if matching.same_key:
            tests.append(key_holds(self.world))
        return "\n      AND ".join([*tests, "profile IN (SELECT profile FROM people)"])

    def _chosen(self, matching: Matching, values: dict[str, str]) -> list[str]:
        """Write which of the events looked at match."""
        tests = [property_holds(test, self.world, values[test.path]) for test in matching.where]
        if matching.topic is not None:
            tests.append(
                "seq IN (SELECT seq FROM event_items JOIN item_topics USING (item) "
                f"WHERE topic = {quote(matching.topic)})"
            )
        return tests

    def _in_window(self, window: Window) -> str:
        now = self.world.now
        tests = [f"time <= {now}"]
        if window.within is not None:
            tests.append(f"time >= {now - window.within}")
        if window.start is not None:
            tests.append(f"time >= {window.start}")
        if window.end is not None:
            tests.append(f"time < {window.end}")
        if window.since is not None:
            entry = self.world.since.get(window.since)
            tests.append("FALSE" if entry is None else f"time >= {entry}")
        return " AND ".join(tests)


def _holding(measured: str, test: str, zero_counts: bool) -> str:
    """Write who passes a test of what was measured; those without events too, where 0 counts."""
    join = "LEFT JOIN" if zero_counts else "JOIN"
    return (
        f"SELECT p.profile FROM people p {join} (\n    {measured}\n  ) USING (profile)\n"
        f"  WHERE {test}"
    )


def _columns(paths: Iterable[str]) -> dict[str, str]:
    """Name a column for each property that is asked for."""
    return {path: f"value_{n}" for n, path in enumerate(dict.fromkeys(paths), start=1)}


def _measure(rule: Did, values: dict[str, str]) -> str:
    """Write the columns that a bound is asked of: ``total``, and for an average ``n``."""
    if rule.of is None:
        return "count(*) AS total"
    if rule.of in _CALENDAR:
        return f"count(DISTINCT {_CALENDAR[rule.of]}) AS total"
    value = values[rule.of]
    if rule.measure == "distinct":
        return f"count(DISTINCT kind_and_text({value})) AS total"
    number = f"scaled({value})"
    if rule.measure == "avg":
        return f"sum({number}) AS total, count({number}) AS n"
    return f"{rule.measure}({number}) AS total"


def _zero_counts(rule: Did) -> bool:
    """Say whether nobody's events, which make 0, are within the bounds."""
    return rule.measure in _FROM_ZERO and all(
        _COMPARE[op](0, _fraction(value)) for op, value in rule.bounds.tests
    )


def _bounded(rule: Did) -> str:
    if rule.measure == "avg":
        return _ratio(rule.bounds, most=2**63, finest=10**16, unit=SCALE)
    total = "coalesce(total, 0)" if rule.measure in _FROM_ZERO else "total"
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


def _ratio(bounds: Bounds, most: int, finest: int, unit: int = 1) -> str:
    """Compare ``total / n`` with ``value * unit``, multiplied out so that nothing is rounded.

    No ratio reaches ``most``; finer denominators than ``finest`` would not fit 128 bits.
    """
    tests = ["n > 0"]
    for op, value in bounds.tests:
        bound = max(Fraction(-most), min(Fraction(most), _fraction(value) * unit))
        bound = bound.limit_denominator(finest)
        left = f"total::HUGEINT * {bound.denominator}"
        tests.append(f"{left} {_sql(op)} n::HUGEINT * {bound.numerator}")
    return " AND ".join(tests)


def _fraction(value: float | int) -> Fraction:
    """Read a bound as it was written: 0.1 is a tenth, not the double next to it."""
    return Fraction(Decimal(str(value)))


def _sql(op: str) -> str:
    return "<>" if op == "!=" else op


def named(name: str) -> str:
    """Write that an event's name is the one asked for, or matches ``Prefix*`` or ``*``."""
    if name == "*":
        return f"type <> 'fact' AND NOT starts_with(name, {quote(OWN)})"
    if name.endswith("*"):
        prefix = f"starts_with(name, {quote(name[:-1])})"
        own = f"starts_with(name, {quote(OWN)})"
        return prefix if name.startswith(OWN) else f"{prefix} AND NOT {own}"
    return f"name = {quote(name)}"


def _bucket(rule: Bucket) -> str:
    digest = f"sha256({quote(rule.salt)} || chr(31) || p.bucket_key)"
    drawn = f"('0x' || substr({digest}, 1, 16))::UBIGINT % {BUCKETS}"
    return f"({drawn} >= {rule.start} AND {drawn} < {rule.end})"


def _slug(text: str) -> str:
    return _NOT_A_WORD.sub("_", text.lower()).strip("_")[:30] or "x"
