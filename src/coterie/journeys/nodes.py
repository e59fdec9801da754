"""Reading the nodes of a definition: which keys each kind takes, and what they may hold.

``KEYS`` is the one table of them: the parser refuses by it and the JSON Schema is made from it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from coterie.core.clock import parse_duration
from coterie.core.errors import Invalid
from coterie.core.event import is_own
from coterie.core.numbers import is_number
from coterie.journeys.model import (
    Branch,
    Emit,
    Jump,
    Message,
    Node,
    OnTrouble,
    Random,
    SetTrait,
    Split,
    Tag,
    Touch,
    WaitDuration,
    WaitProperty,
    WaitRule,
    WaitTime,
)
from coterie.journeys.times import EVERY_DAY
from coterie.segments.language.conditions_parse import (
    check_keys,
    join,
    nearest,
    read_duration,
    read_number,
    read_text,
)
from coterie.segments.model import Rule

KEYS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "message": (
        ("channel", "template", "touch", "then"),
        ("value", "expires", "on_held", "on_failed", "delivery", "wait_receipt"),
    ),
    "wait": (("then",), ("for", "until", "days", "until_property", "offset")),
    "wait_for": (("branches",), ("timeout", "on_timeout")),
    "split": (("if", "yes", "no"), ()),
    "random": (("branches",), ()),
    "tag": (("tag", "then"), ()),
    "untag": (("tag", "then"), ()),
    "set": (("trait", "value", "then"), ()),
    "emit": (("event", "then"), ("properties",)),
    "jump": (("to",), ()),
}
"""By kind: the keys a node must have besides ``do``, and those it may have."""

NOT_YET = ("invite", "act", "task", "webhook")
"""Kinds of the format that this version does not have."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TROUBLE: tuple[str, ...] = get_args(OnTrouble)
TOUCHES: tuple[str, ...] = get_args(Touch)
DELIVERIES = ("at_least_once", "at_most_once")
WHOLE = 10_000
"""All of it, in hundredths of a percent."""

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_KINDS_OF_WAIT = ("for", "until", "until_property")

ReadRule = Callable[[object], Rule]


def refuse_not_yet(what: str, place: str) -> None:
    """Refuse a part of the format that this version does not have."""
    raise Invalid(f"{what!r}: this version does not have it yet", path=place)


def need(node: Mapping[str, Any], key: str, place: str) -> Any:
    """Return what a key holds, or refuse where it is missing."""
    if key not in node:
        raise Invalid(f"needs {key!r}", path=place, hint=f"add {key}")
    return node[key]


def one_of(value: object, known: tuple[str, ...], place: str) -> str:
    """Return a word that is among the known ones, or refuse."""
    if not isinstance(value, str) or value not in known:
        raise Invalid(f"{value!r} is none of {', '.join(known)}", path=place,
                      hint=nearest(value, known))  # fmt: skip
    return value


def flag(value: object, place: str) -> bool:
    """Return true or false, or refuse."""
    if not isinstance(value, bool):
        raise Invalid(f"is true or false, not {value!r}", path=place)
    return value


def some_time(value: object, place: str) -> int:
    """Return a duration that is longer than nothing, or refuse."""
    duration = read_duration(value, place)
    if duration == 0:
        raise Invalid("must be longer than nothing", path=place)
    return duration


def hundredths(value: object, place: str) -> int:
    """Read a percentage from 0 to 100, with at most two decimals, as hundredths."""
    if not is_number(value) or not 0 <= cast(float, value) <= 100:
        raise Invalid(f"{value!r} is not a percentage from 0 to 100", path=place)
    scaled = round(cast(float, value) * 100)
    if scaled / 100 != value:
        raise Invalid(f"{value!r} has more than two decimals", path=place)
    return scaled


def read_rule(rule: object, read: ReadRule, place: str, *, keyed: bool) -> Rule:
    """Read a rule within a definition; its faults are told with the place where it stands."""
    try:
        found = read(rule)
    except Invalid as error:
        inner = error.path
        path = join(place, inner) if not inner.startswith("[") else place + inner
        raise Invalid(error.reason, path=path if inner else place, hint=error.hint) from error
    if not keyed and _asks_same_key(rule):
        raise Invalid("same_key needs a keyed journey", path=place,
                      hint="give the journey a key, such as key: order_id")  # fmt: skip
    return found


def _asks_same_key(rule: object) -> bool:
    if isinstance(rule, Mapping):
        return rule.get("same_key") is True or any(map(_asks_same_key, rule.values()))
    return isinstance(rule, list | tuple) and any(map(_asks_same_key, rule))


def read_node(body: object, place: str, read: ReadRule, *, keyed: bool) -> Node:
    """Read one node; ``keyed`` says whether the journey's runs have a key.

    Raises Invalid with the path of the fault.
    """
    return _Nodes(read, keyed).node(body, place)


@dataclass(frozen=True)
class _Nodes:
    """Reads one definition's nodes."""

    read: ReadRule
    keyed: bool

    def node(self, body: object, place: str) -> Node:
        if not isinstance(body, Mapping):
            raise Invalid(f"a node is an object with 'do', not {body!r:.80}", path=place)
        body = _with_yes_and_no(body)
        kind = need(body, "do", place)
        if kind in NOT_YET:
            refuse_not_yet(str(kind), join(place, "do"))
        one_of(kind, tuple(KEYS), join(place, "do"))
        if kind == "random" and "as_experiment" in body:
            refuse_not_yet("as_experiment", join(place, "as_experiment"))
        required, optional = KEYS[kind]
        check_keys(body, ("do", *required, *optional), place)
        for key in required:
            need(body, key, place)
        return _READERS[kind](self, body, place)

    def target(self, body: Mapping[str, Any], key: str, place: str) -> str:
        return read_text(need(body, key, place), join(place, key), "a node's name")

    def message(self, body: Mapping[str, Any], place: str) -> Node:
        expires, here = body.get("expires"), join(place, "expires")
        return Message(
            channel=read_text(body["channel"], join(place, "channel"), "a channel"),
            template=read_text(body["template"], join(place, "template"), "a template"),
            touch=cast(Touch, one_of(body["touch"], TOUCHES, join(place, "touch"))),
            then=self.target(body, "then", place),
            value=float(read_number(body.get("value", 0), join(place, "value"))),
            expires=None if expires is None else some_time(expires, here),
            on_held=_trouble(body, "on_held", place),
            on_failed=_trouble(body, "on_failed", place),
            delivery=cast(
                Literal["at_least_once", "at_most_once"],
                one_of(body.get("delivery", "at_least_once"), DELIVERIES, join(place, "delivery")),
            ),
            wait_receipt=flag(body.get("wait_receipt", False), join(place, "wait_receipt")),
        )

    def wait(self, body: Mapping[str, Any], place: str) -> Node:
        given = [key for key in _KINDS_OF_WAIT if key in body]
        if len(given) != 1:
            raise Invalid("a wait has one of for, until and until_property", path=place,
                          hint='such as "for": "3d"')  # fmt: skip
        for key, partner in (("days", "until"), ("offset", "until_property")):
            if key in body and partner not in body:
                raise Invalid(f"{key} goes with {partner} only", path=join(place, key))
        then, here = self.target(body, "then", place), join(place, given[0])
        if given[0] == "for":
            return WaitDuration(some_time(body["for"], here), then)
        if given[0] == "until":
            return WaitTime(_minute(body["until"], here), _days(body, place), then)
        path = read_text(body["until_property"], here, "the property")
        return WaitProperty(path, _offset(body.get("offset", "0s"), join(place, "offset")), then)

    def wait_for(self, body: Mapping[str, Any], place: str) -> Node:
        branches = _list(body["branches"], join(place, "branches"))
        if ("timeout" in body) != ("on_timeout" in body):
            raise Invalid("timeout and on_timeout go together", path=place,
                          hint="say how long, and where to go then")  # fmt: skip
        ways = tuple(
            self.branch(branch, f"{join(place, 'branches')}[{index}]")
            for index, branch in enumerate(branches)
        )
        if "timeout" not in body:
            return WaitRule(ways, None, None)
        timeout = some_time(body["timeout"], join(place, "timeout"))
        return WaitRule(ways, timeout, self.target(body, "on_timeout", place))

    def branch(self, body: object, place: str) -> Branch:
        if not isinstance(body, Mapping):
            raise Invalid(f"a branch is an object with when and then, not {body!r:.80}", path=place)
        check_keys(body, ("when", "then"), place)
        when = need(body, "when", place)
        rule = read_rule(when, self.read, join(place, "when"), keyed=self.keyed)
        return Branch(rule, self.target(body, "then", place))

    def split(self, body: Mapping[str, Any], place: str) -> Node:
        rule = read_rule(body["if"], self.read, join(place, "if"), keyed=self.keyed)
        return Split(rule, self.target(body, "yes", place), self.target(body, "no", place))

    def random(self, body: Mapping[str, Any], place: str) -> Node:
        here = join(place, "branches")
        branches = []
        for index, pair in enumerate(_list(body["branches"], here)):
            where = f"{here}[{index}]"
            if not isinstance(pair, list | tuple) or len(pair) != 2:
                raise Invalid(f"{pair!r:.80} is not a pair [node, percent]", path=where)
            name = read_text(pair[0], f"{where}[0]", "a node's name")
            branches.append((name, hundredths(pair[1], f"{where}[1]")))
        if (total := sum(part for _, part in branches)) != WHOLE:
            raise Invalid(f"the branches sum to {total / 100:g} percent, not 100", path=here)
        return Random(tuple(branches))

    def tag(self, body: Mapping[str, Any], place: str) -> Node:
        tag = read_text(body["tag"], join(place, "tag"), "a tag")
        return Tag(tag, body["do"] == "tag", self.target(body, "then", place))

    def set_(self, body: Mapping[str, Any], place: str) -> Node:
        trait = read_text(body["trait"], join(place, "trait"), "a trait")
        return SetTrait(trait, body["value"], self.target(body, "then", place))

    def emit(self, body: Mapping[str, Any], place: str) -> Node:
        event = read_text(body["event"], join(place, "event"), "the event's name")
        if is_own(event) or event.endswith("*"):
            raise Invalid(f"{event!r} is no name for an event of yours", path=join(place, "event"),
                          hint="names that begin with coterie. are the house's own")  # fmt: skip
        properties = body.get("properties", {})
        if not isinstance(properties, Mapping):
            raise Invalid("properties is an object", path=join(place, "properties"))
        return Emit(event, properties, self.target(body, "then", place))

    def jump(self, body: Mapping[str, Any], place: str) -> Node:
        return Jump(self.target(body, "to", place))


def _with_yes_and_no(body: Mapping[Any, Any]) -> Mapping[str, Any]:
    """Undo what older YAML readers make of the keys ``yes`` and ``no``."""
    words = {True: "yes", False: "no"}
    return {words[key] if isinstance(key, bool) else key: value for key, value in body.items()}


def _list(value: object, place: str) -> list[Any]:
    if not isinstance(value, list | tuple) or not value:
        raise Invalid("is a list with at least one branch", path=place)
    return list(value)


def _trouble(body: Mapping[str, Any], key: str, place: str) -> OnTrouble:
    return cast(OnTrouble, one_of(body.get(key, "advance"), TROUBLE, join(place, key)))


def _minute(value: object, place: str) -> int:
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise Invalid(f"{value!r} is not a time of day", path=place, hint='write it like "20:00"')
    return int(match[1]) * 60 + int(match[2])


def _days(body: Mapping[str, Any], place: str) -> frozenset[int]:
    if "days" not in body:
        return EVERY_DAY
    days, here = body["days"], join(place, "days")
    if not isinstance(days, list | tuple) or not days:
        raise Invalid("is a list of weekdays", path=here, hint=f"of {', '.join(DAYS)}")
    return frozenset(
        DAYS.index(one_of(day, DAYS, f"{here}[{index}]")) for index, day in enumerate(days)
    )


def _offset(value: object, place: str) -> int:
    text = value if isinstance(value, str) else ""
    sign = -1 if text.startswith("-") else 1
    length = parse_duration(text[1:] if text[:1] in ("-", "+") else value, place)
    return sign * length


_Read = Callable[[_Nodes, Mapping[str, Any], str], Node]
_READERS: dict[str, _Read] = {
    "message": _Nodes.message,
    "wait": _Nodes.wait,
    "wait_for": _Nodes.wait_for,
    "split": _Nodes.split,
    "random": _Nodes.random,
    "tag": _Nodes.tag,
    "untag": _Nodes.tag,
    "set": _Nodes.set_,
    "emit": _Nodes.emit,
    "jump": _Nodes.jump,
}
