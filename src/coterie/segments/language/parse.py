"""Reading a rule: JSON in, a tree of frozen dataclasses out, every fault refused with its path.

The only code that the two readers of a rule share. A path is the keys and indexes that lead to
the faulty place, with the kind of the node: ``all[1].did.within``.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from coterie.core.errors import Invalid
from coterie.core.ids import BUCKETS, check_slug
from coterie.segments.language import state_parse
from coterie.segments.language.conditions_parse import (
    check_keys,
    join,
    nearest,
    parse_condition,
    read_text,
)
from coterie.segments.language.events_parse import EVENT_SIDE_KEYS, EventNodes
from coterie.segments.model import (
    All,
    Any_,
    Bucket,
    Condition,
    Did,
    Everyone,
    InSegment,
    Last,
    Matching,
    Near,
    Not,
    Rule,
    Share,
    Tag,
    Then,
    Top,
    Trait,
    Trend,
)

MAX_DEPTH = 64
_SIDE_KEYS = (*EVENT_SIDE_KEYS, "op", "value", "duration", "fold")
PLACE_TRAITS = frozenset({"location", "location.lat", "location.lon", "store"})
"""What is told of where somebody is."""

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
    return tuple(found for node in walk(rule) for found in matchings_of(node))


def matchings_of(node: Rule) -> tuple[Matching, ...]:
    """Return which events one node looks at: those of a rank and both of a pair too."""
    match node:
        case Did() | Share() | Last() | Trend():
            return (node.matching,)
        case Then(first, second):
            return first, second
        case Top(Did(matching)):
            return (matching,)
        case _:
            return ()


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
        path = trait_of(node)
        if path is not None:
            keys = path.split(".")
            roots |= {".".join(keys[:length]) for length in range(1, len(keys) + 1)}
        if isinstance(node, Near):
            roots |= PLACE_TRAITS
    return frozenset(roots)


def trait_of(node: Rule) -> str | None:
    """Return the path of the trait that one node asks of, or ranks by; None for the others."""
    match node:
        case Trait(condition):
            return condition.path
        case Top(str(path)):
            return path
        case _:
            return None


def check_identifying(rule: Rule, identifying: frozenset[str]) -> None:
    """Refuse to ask of a sealed trait what its blind index cannot answer.

    Only ``=``, ``in``, ``exists`` and ``missing`` can be asked of it, and nothing of its inside.
    """
    for node in walk(rule):
        path = trait_of(node)
        if path is None:
            continue
        if path in identifying and not (isinstance(node, Trait) and _is_askable(node.condition)):
            asked = f"this {node.condition.op!r}" if isinstance(node, Trait) else "a rank"
            raise Invalid(
                f"{path!r} identifies people and is sealed: {asked} cannot be asked of it",
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


def _is_askable(condition: Condition) -> bool:
    """Say whether a blind index can answer a test."""
    if condition.op not in _ASKABLE_WHEN_SEALED or condition.fold:
        return False
    return condition.op != "=" or not isinstance(condition.value, tuple)


class _Parser(EventNodes):
    """One reading of one rule."""

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
                raise Invalid(f"{key!r} is not a key: keys are text", path=place,
                              hint="write it between quotes")  # fmt: skip
        return self.read(node, self.kind(node, place), place, depth)

    def kind(self, node: Mapping[str, Any], place: str) -> str:
        """Find the one key that says what a node is."""
        if "did" not in node and ("then" in node or "then_not" in node):
            key = "then" if "then" in node else "then_not"
            raise Invalid(f"{key!r} is the second half of a pair", path=join(place, key),
                          hint=f'such as {{"did": "Cart Viewed", "{key}": "Order Completed", '
                          '"within": "7d"}')  # fmt: skip
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
            raise Invalid(f"{kind} takes a list of rules, not {parts!r:.80}", path=place,
                          hint='such as [{"tag": "vip"}, {"tag": "press"}]')  # fmt: skip
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
                raise Invalid(f"needs {key!r}", path=place,
                              hint='such as {"salt": "spring", "from": 0, "to": 1000}')  # fmt: skip
        salt = read_text(asked["salt"], join(place, "salt"), "the salt")
        start, end = (_edge(asked[key], join(place, key)) for key in ("from", "to"))
        if start > end:
            raise Invalid("the bucket ends before it begins", path=join(place, "to"),
                          hint="write the smaller number under from")  # fmt: skip
        return Bucket(salt, start, end)


def _edge(value: object, place: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= BUCKETS:
        raise Invalid(f"{value!r} is not a whole number from 0 to {BUCKETS}", path=place,
                      hint=f"{BUCKETS // 10} of them are a tenth")  # fmt: skip
    return value


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
    "last": _Parser.last,
    "trend": _Parser.trend,
    "top": _Parser.top,
    "bottom": _Parser.top,
    "in_segment": _Parser.in_segment,
    "bucket": _Parser.bucket,
    "in_group": state_parse.in_group,
    "in_community": state_parse.in_community,
    "consents": state_parse.consents,
    "near": state_parse.near,
    "list": state_parse.listed,
}
