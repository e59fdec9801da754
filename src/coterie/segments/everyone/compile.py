"""The reader of everyone: a rule becomes one DuckDB query that gives the ids of its population.

Each leaf of the rule is a named part of the query (a CTE), so that an analyst can read it and run
the parts alone; the tree stays a boolean expression at the end. The views that it reads are
``profiles``, ``traits``, ``digests``, ``tags``, ``events``, ``event_items`` and ``item_topics``,
and those of ``compile_state``; the words that it uses are in ``macros``. The session's TimeZone
must be the brand's. Numbers are compared exactly: sums are whole ten-thousandths, divisions are
multiplied out.
"""

import re
from dataclasses import dataclass, field

from coterie.core.ids import BUCKETS
from coterie.segments.everyone.compile_conditions import trait_holds
from coterie.segments.everyone.compile_events import did, share
from coterie.segments.everyone.compile_sequences import last, pair, top, trend
from coterie.segments.everyone.compile_state import agreeing, being_near, on_list, taking_part
from coterie.segments.everyone.literals import quote
from coterie.segments.model import (
    All,
    Any_,
    Bucket,
    Consents,
    Did,
    Everyone,
    InSegment,
    Last,
    Listed,
    Near,
    Not,
    Participant,
    Rule,
    Share,
    Tag,
    Then,
    Top,
    Trait,
    Trend,
    World,
)

CANDIDATES = "candidates"
"""The table (profile) that a query restricted to some people reads."""

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
                return rule.matching.name, did(rule, self.world)
            case Share():
                return rule.matching.name, share(rule, self.world)
            case Last():
                return f"last {rule.matching.name}", last(rule, self.world)
            case Then(first, second):
                return f"{first.name} {second.name}", pair(rule, self.world)
            case Trend():
                return f"trend {rule.matching.name}", trend(rule, self.world)
            case Top(of):
                word = of if isinstance(of, str) else of.matching.name
                return f"top {word}", top(rule, self.world)
            case Participant(kind, slug):
                return f"{kind} {slug}", taking_part(rule)
            case Consents(purpose):
                return f"consents {purpose}", agreeing(rule, self.world)
            case Near():
                return "near", being_near(rule, self.world)
            case Listed(name):
                return f"list {name}", on_list(rule)
            case _:
                raise AssertionError(f"no SQL is written for {type(rule).__name__}")


def _bucket(rule: Bucket) -> str:
    digest = f"sha256({quote(rule.salt)} || chr(31) || p.bucket_key)"
    drawn = f"('0x' || substr({digest}, 1, 16))::UBIGINT % {BUCKETS}"
    return f"({drawn} >= {rule.start} AND {drawn} < {rule.end})"


def _slug(text: str) -> str:
    return _NOT_A_WORD.sub("_", text.lower()).strip("_")[:30] or "x"
