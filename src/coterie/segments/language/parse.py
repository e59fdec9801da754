"""Reading a rule: JSON in, a tree of frozen dataclasses out, every fault refused with its path.

The only code that the two readers of a rule share. A path is the keys and indexes that lead to
the faulty place, with the kind of the node: ``all[1].did.within``.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast
from zoneinfo import ZoneInfo

from coterie.core.errors import Invalid
from coterie.core.ids import BUCKETS, check_slug, check_topic
from coterie.segments.language.conditions_parse import (
    check_keys,
    join,
    nearest,
    parse_condition,
    read_duration,
    read_number,
    read_text,
    read_time,
)
from coterie.segments.model import (
    All,
    Any_,
    Bounds,
    Bucket,
    Condition,
    Did,
    Everyone,
    InSegment,
    Matching,
    Measure,
    Not,
    Rule,
    Share,
    Tag,
    Trait,
    Window,
)

MAX_DEPTH = 64
MAX_NODES = 1_000
COMPARISONS = ("=", "!=", ">", ">=", "<", "<=")
CALENDAR_UNITS = ("@day", "@week", "@month", "@hour")
AT_LEAST_ONCE = Bounds(((">=", 1),))

_AGGREGATES = ("sum", "avg", "min", "max", "distinct")
_MATCHING_KEYS = ("where", "topic", "within", "between", "since", "before")
_SIDE_KEYS = (*_MATCHING_KEYS, *_AGGREGATES, "count", "is", "op", "value", "duration", "fold")
_NOT_YET = (
    "last", "then", "then_not", "trend", "top", "bottom",
    "in_group", "in_community", "consents", "near", "list",
)  # fmt: skip
_ASKABLE_WHEN_SEALED = ("=", "in", "exists", "missing")


def parse(rule: object, zone: ZoneInfo, *, in_journey: bool = True) -> Rule:
    """Read a rule from its JSON tree; dates without an offset are in the brand's ``zone``.

    ``since: entry``, ``since: node`` and ``same_key`` mean something only inside a journey's run;
    with ``in_journey=False`` they are refused. Raises Invalid with the path of the fault.
    """
    return _Parser(zone, in_journey).rule(rule, "", 1)


def walk(rule: Rule) -> Iterator[Rule]:
    """Yield a rule and every rule within it, outermost first."""
    yield rule
    if isinstance(rule, All | Any_):
        for part in rule.parts:
            yield from walk(part)
    elif isinstance(rule, Not):
        yield from walk(rule.part)


def matchings(rule: Rule) -> tuple[Matching, ...]:
    """Return which events the rule's nodes look at, in order."""
    return tuple(node.matching for node in walk(rule) if isinstance(node, Did | Share))


def topics_of(rule: Rule) -> frozenset[str]:
    """Name the topics that the rule asks about."""
    return frozenset(found.topic for found in matchings(rule) if found.topic is not None)


def segments_of(rule: Rule) -> frozenset[str]:
    """Name the segments that the rule itself looks into (not those that they look into)."""
    return frozenset(node.segment for node in walk(rule) if isinstance(node, InSegment))


def trait_roots(rule: Rule) -> frozenset[str]:
    """Name every trait whose change may change an answer: for ``a.b.c`` a, a.b and a.b.c."""
    roots = set()
    for node in walk(rule):
        if isinstance(node, Trait):
            keys = node.condition.path.split(".")
            roots |= {".".join(keys[:length]) for length in range(1, len(keys) + 1)}
    return frozenset(roots)


def check_identifying(rule: Rule, identifying: frozenset[str]) -> None:
    """Refuse to ask of a sealed trait what its blind index cannot answer.

    Only ``=``, ``in``, ``exists`` and ``missing`` can be asked of it, and nothing of its inside.
    """
    for node in walk(rule):
        if not isinstance(node, Trait):
            continue
        path, op = node.condition.path, node.condition.op
        askable = op in _ASKABLE_WHEN_SEALED and not node.condition.fold
        if path in identifying and not (
            askable and (op != "=" or not isinstance(node.condition.value, tuple))
        ):
            raise Invalid(
                f"{path!r} identifies people and is sealed: this {op!r} cannot be asked of it",
                path=path,
                hint="ask =, in, exists or missing, without fold",
            )
        root = path.split(".", 1)[0]
        if root != path and path not in identifying and root in identifying:
            raise Invalid(
                f"{root!r} identifies people and is sealed as a whole",
                path=path,
                hint="ask whether it exists, or keep the part you need as a trait of its own",
            )


@dataclass
class _Parser:
    """One reading of one rule; counts the nodes as it goes."""

    zone: ZoneInfo
    in_journey: bool
    nodes: int = 0

    def rule(self, node: object, place: str, depth: int) -> Rule:
        if not isinstance(node, Mapping):
            raise Invalid(f"a rule is an object, not {node!r:.80}", path=place,
                          hint='everybody is {"everyone": true}')  # fmt: skip
        if not node:
            raise Invalid("an empty tree is refused", path=place,
                          hint='everybody is {"everyone": true}')  # fmt: skip
        if depth > MAX_DEPTH:
            raise Invalid(f"the rule is more than {MAX_DEPTH} levels deep", path=place,
                          hint="make a part of it a segment and ask in_segment")  # fmt: skip
        self.count(place)
        for key in node:
            if not isinstance(key, str):
                raise Invalid(f"{key!r} is not a key: keys are text", path=place)
        return self.read(node, self.kind(node, place), place, depth)

    def count(self, place: str) -> None:
        """Count a node or a test, and refuse a rule that nobody can oversee."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise Invalid(f"the rule has more than {MAX_NODES} nodes and tests", path=place,
                          hint="make parts of it segments and ask in_segment")  # fmt: skip

    def kind(self, node: Mapping[str, Any], place: str) -> str:
        """Find the one key that says what a node is."""
        for key in node:
            if key in _NOT_YET:
                raise Invalid(f"this version does not know {key!r} yet", path=join(place, key))
        kinds = [key for key in node if key in _READERS]
        if len(kinds) > 1:
            raise Invalid(f"a node asks one thing, not {' and '.join(kinds)}", path=place,
                          hint="join several with all or any")  # fmt: skip
        if not kinds:
            key = next((key for key in node if key not in _SIDE_KEYS), next(iter(node)))
            raise Invalid(f"no node is called {key!r}", path=join(place, key),
                          hint=nearest(key, _READERS))  # fmt: skip
        return kinds[0]

    def read(self, node: Mapping[str, Any], kind: str, place: str, depth: int) -> Rule:
        return _READERS[kind](self, node, join(place, kind), depth)

    def all_(self, node: Mapping[str, Any], place: str, depth: int) -> Rule:
        return All(self.parts(node, "all", place, depth))

    def any_(self, node: Mapping[str, Any], place: str, depth: int) -> Rule:
        return Any_(self.parts(node, "any", place, depth))

    def parts(self, node: Mapping[str, Any], kind: str, place: str, depth: int) -> tuple[Rule, ...]:
        check_keys(node, (kind,), place)
        parts = node[kind]
        if not isinstance(parts, list | tuple):
            raise Invalid(f"{kind} takes a list of rules, not {parts!r:.80}", path=place)
        if not parts:
            raise Invalid("an empty tree is refused", path=place,
                          hint='everybody is {"everyone": true}')  # fmt: skip
        return tuple(
            self.rule(part, f"{place}[{index}]", depth + 1) for index, part in enumerate(parts)
        )

    def not_(self, node: Mapping[str, Any], place: str, depth: int) -> Rule:
        check_keys(node, ("not",), place)
        return Not(self.rule(node["not"], place, depth + 1))

    def everyone(self, node: Mapping[str, Any], place: str, _depth: int) -> Rule:
        check_keys(node, ("everyone",), place)
        if node["everyone"] is not True:
            raise Invalid(f"everyone is true, not {node['everyone']!r}", path=place,
                          hint='nobody is {"not": {"everyone": true}}')  # fmt: skip
        return Everyone()

    def trait(self, node: Mapping[str, Any], place: str, _depth: int) -> Rule:
        return Trait(parse_condition(node, place, "trait", self.zone))

    def tag(self, node: Mapping[str, Any], place: str, _depth: int) -> Rule:
        check_keys(node, ("tag",), place)
        return Tag(read_text(node["tag"], place, "a tag"))

    def in_segment(self, node: Mapping[str, Any], place: str, _depth: int) -> Rule:
        check_keys(node, ("in_segment",), place)
        return InSegment(check_slug(node["in_segment"], place))

    def bucket(self, node: Mapping[str, Any], place: str, _depth: int) -> Rule:
        check_keys(node, ("bucket",), place)
        asked = node["bucket"]
        if not isinstance(asked, Mapping):
            raise Invalid(f"a bucket is an object with salt, from and to, not {asked!r:.80}",
                          path=place)  # fmt: skip
        check_keys(asked, ("salt", "from", "to"), place)
        for key in ("salt", "from", "to"):
            if key not in asked:
                raise Invalid(f"needs {key!r}", path=place)
        salt = read_text(asked["salt"], join(place, "salt"), "the salt")
        start, end = (_edge(asked[key], join(place, key)) for key in ("from", "to"))
        if start > end:
            raise Invalid("the bucket ends before it begins", path=join(place, "to"))
        return Bucket(salt, start, end)

    def did(self, node: Mapping[str, Any], place: str, _depth: int) -> Rule:
        check_keys(node, ("did", *_MATCHING_KEYS, "same_key", "count", "is", *_AGGREGATES), place)
        measures = [key for key in ("count", *_AGGREGATES) if key in node]
        if len(measures) > 1:
            raise Invalid(f"one node measures one thing, not {' and '.join(measures)}",
                          path=join(place, measures[1]), hint="join several with all")  # fmt: skip
        measure = measures[0] if measures else "count"
        matching = self.matching(node, "did", place)
        if measure == "count":
            if "is" in node:
                raise Invalid('"is" bounds a sum, avg, min, max or distinct',
                              path=join(place, "is"), hint='write "count" instead')  # fmt: skip
            bounds = _bounds(node["count"], join(place, "count")) if measures else AT_LEAST_ONCE
            return Did(matching, "count", None, bounds)
        if "is" not in node:
            raise Invalid(f'{measure} needs "is": what it is compared with', path=place,
                          hint='such as {">=": 500}')  # fmt: skip
        of = _measured(node[measure], measure, join(place, measure))
        return Did(matching, cast(Measure, measure), of, _bounds(node["is"], join(place, "is")))

    def share(self, node: Mapping[str, Any], place: str, _depth: int) -> Rule:
        check_keys(node, ("share", *_MATCHING_KEYS, "same_key", "is"), place)
        if "is" not in node:
            raise Invalid('share needs "is": what it is compared with', path=place,
                          hint='such as {">": 0.5}')  # fmt: skip
        return Share(self.matching(node, "share", place), _bounds(node["is"], join(place, "is")))

    def matching(self, node: Mapping[str, Any], kind: str, place: str) -> Matching:
        topic = node.get("topic")
        same_key = node.get("same_key", False)
        if not isinstance(same_key, bool):
            raise Invalid(f"same_key is true or false, not {same_key!r}",
                          path=join(place, "same_key"))  # fmt: skip
        if same_key and not self.in_journey:
            raise Invalid("same_key is the key of a journey's run, and this is no journey",
                          path=join(place, "same_key"))  # fmt: skip
        return Matching(
            name=read_text(node[kind], place, "the event's name"),
            where=self.where(node.get("where", ()), join(place, "where")),
            topic=check_topic(topic, join(place, "topic")) if "topic" in node else None,
            window=self.window(node, place),
            same_key=same_key,
        )

    def where(self, tests: object, place: str) -> tuple[Condition, ...]:
        if not isinstance(tests, list | tuple):
            raise Invalid(f"where is a list of tests, not {tests!r:.80}", path=place)
        found = []
        for index, test in enumerate(tests):
            here = f"{place}[{index}]"
            if not isinstance(test, Mapping):
                raise Invalid(f"a test is an object, not {test!r:.80}", path=here)
            self.count(here)
            found.append(parse_condition(test, here, "property", self.zone))
        return tuple(found)

    def window(self, node: Mapping[str, Any], place: str) -> Window:
        given = [key for key in ("within", "between", "since", "before") if key in node]
        if len(given) > 1 and given != ["since", "before"]:
            raise Invalid(f"{given[0]} does not combine with {given[1]}",
                          path=join(place, given[1]),
                          hint="use one of within, between, or since and before")  # fmt: skip
        if "within" in node:
            return Window(within=read_duration(node["within"], join(place, "within")))
        if "between" in node:
            return self.between(node["between"], join(place, "between"))
        end = read_time(node["before"], join(place, "before"), self.zone) if "before" in node else (
            None
        )  # fmt: skip
        since, where = node.get("since"), join(place, "since")
        if since == "entry" or since == "node":
            if not self.in_journey:
                raise Invalid(f"{since!r} is a moment of a journey's run, and this is no journey",
                              path=where)  # fmt: skip
            return Window(end=end, since=since)
        start = read_time(since, where, self.zone) if "since" in node else None
        if start is not None and end is not None and start >= end:
            raise Invalid("the window ends before it begins", path=join(place, "before"))
        return Window(start=start, end=end)

    def between(self, pair: object, place: str) -> Window:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise Invalid(f"{pair!r:.80} is not a pair of times", path=place)
        start = read_time(pair[0], f"{place}[0]", self.zone)
        end = read_time(pair[1], f"{place}[1]", self.zone)
        if start >= end:
            raise Invalid("the window ends before it begins", path=place)
        return Window(start=start, end=end)


def _edge(value: object, place: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= BUCKETS:
        raise Invalid(f"{value!r} is not a whole number from 0 to {BUCKETS}", path=place)
    return value


def _measured(of: object, measure: str, place: str) -> str:
    name = read_text(of, place, "the property")
    if name.startswith("@"):
        if measure != "distinct":
            raise Invalid(f"{name!r} can be counted as distinct only", path=place)
        if name not in CALENDAR_UNITS:
            raise Invalid(f"unknown unit {name!r}", path=place, hint=nearest(name, CALENDAR_UNITS))
    return name


def _bounds(node: object, place: str) -> Bounds:
    if not isinstance(node, Mapping) or not node:
        raise Invalid(f"{node!r:.80} is no comparison", path=place, hint='such as {">=": 5}')
    check_keys(node, (*COMPARISONS, "between"), place)
    tests: list[tuple[str, float | int]] = []
    for key, value in node.items():
        here = join(place, key)
        if key != "between":
            tests.append((key, read_number(value, here)))
            continue
        if not isinstance(value, list | tuple) or len(value) != 2:
            raise Invalid(f"{value!r:.80} is not a pair [low, high]", path=here)
        tests.append((">=", read_number(value[0], f"{here}[0]")))
        tests.append(("<=", read_number(value[1], f"{here}[1]")))
    return Bounds(tuple(tests))


_Reader = Callable[[_Parser, Mapping[str, Any], str, int], Rule]
_READERS: dict[str, _Reader] = {
    "all": _Parser.all_,
    "any": _Parser.any_,
    "not": _Parser.not_,
    "everyone": _Parser.everyone,
    "trait": _Parser.trait,
    "tag": _Parser.tag,
    "did": _Parser.did,
    "share": _Parser.share,
    "in_segment": _Parser.in_segment,
    "bucket": _Parser.bucket,
}
