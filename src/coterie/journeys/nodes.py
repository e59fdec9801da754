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
from coterie.core.ids import check_slug
from coterie.journeys.model import (
    Branch,
    Emit,
    Jump,
    Message,
    Node,
    OnTrouble,
    Perform,
    Random,
    SetTrait,
    Split,
    Tag,
    Task,
    Touch,
    WaitDuration,
    WaitProperty,
    WaitRule,
    WaitTime,
)
from coterie.journeys.reading import (
    WHOLE,
    flag,
    hundredths,
    need,
    one_of,
    post_of,
    relevance_of,
    some_time,
    tasked,
)
from coterie.journeys.times import EVERY_DAY
from coterie.segments.language.conditions_parse import (
    check_keys,
    join,
    read_number,
    read_text,
)
from coterie.segments.model import Rule

KEYS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "message": (
        ("channel", "template", "touch", "then"),
        ("value", "expires", "on_held", "on_failed", "delivery", "wait_receipt", "relevance"),
    ),
    "wait": (("then",), ("for", "until", "days", "until_property", "offset")),
    "wait_for": (("branches",), ("timeout", "on_timeout")),
    "split": (("if", "yes", "no"), ()),
    "random": (("branches",), ("as_experiment",)),
    "tag": (("tag", "then"), ()),
    "untag": (("tag", "then"), ()),
    "set": (("trait", "value", "then"), ()),
    "invite": (("then",), ("community", "group")),
    "act": (("action", "then"), ("arguments",)),
    "task": (("to", "script", "then"), ("due",)),
    "webhook": (("url", "template", "then"), ("headers",)),
    "emit": (("event", "then"), ("properties",)),
    "jump": (("to",), ()),
}
"""By kind: the keys a node must have besides ``do``, and those it may have."""

INVITE = "invite"
"""The action behind the node of that name; ``act`` leaves it to that."""
WEBHOOK = "webhook"
LONGEST_SCRIPT = 4_000

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TROUBLE: tuple[str, ...] = get_args(OnTrouble)
TOUCHES: tuple[str, ...] = get_args(Touch)
DELIVERIES = ("at_least_once", "at_most_once")

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_KINDS_OF_WAIT = ("for", "until", "until_property")

ReadRule = Callable[[object], Rule]


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
        one_of(kind, tuple(KEYS), join(place, "do"))
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
            relevance=relevance_of(body.get("relevance"), join(place, "relevance")),
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
        flagged = flag(body.get("as_experiment", False), join(place, "as_experiment"))
        if flagged and len({name for name, _ in branches}) < max(len(branches), 2):
            raise Invalid("the arms of an experiment are different nodes, at least two", path=here,
                          hint="lead every arm to a node of its own")  # fmt: skip
        return Random(tuple(branches), flagged)

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

    def invite(self, body: Mapping[str, Any], place: str) -> Node:
        given = [key for key in ("community", "group") if key in body]
        if len(given) != 1:
            raise Invalid("an invitation is to a community or to a group", path=place,
                          hint='such as "community": "pasta-lovers"')  # fmt: skip
        slug = check_slug(body[given[0]], join(place, given[0]))
        return Perform(INVITE, {given[0]: slug}, self.target(body, "then", place))

    def act(self, body: Mapping[str, Any], place: str) -> Node:
        here = join(place, "action")
        action = read_text(body["action"], here, "an action")
        if action == INVITE:
            raise Invalid("an invitation has a node of its own", path=here,
                          hint='"do": "invite"')  # fmt: skip
        arguments = body.get("arguments", {})
        if not isinstance(arguments, Mapping):
            raise Invalid("arguments are an object", path=join(place, "arguments"))
        return Perform(action, dict(arguments), self.target(body, "then", place))

    def task(self, body: Mapping[str, Any], place: str) -> Node:
        to, role = tasked(body["to"], join(place, "to"))
        script = read_text(body["script"], join(place, "script"), "what is to be done")
        if len(script) > LONGEST_SCRIPT:
            raise Invalid(f"is longer than {LONGEST_SCRIPT} characters", path=join(place, "script"))
        due = None if body.get("due") is None else some_time(body["due"], join(place, "due"))
        return Task(to, role, script, due, self.target(body, "then", place))

    def webhook(self, body: Mapping[str, Any], place: str) -> Node:
        return Message(
            channel=WEBHOOK,
            template=read_text(body["template"], join(place, "template"), "a template"),
            touch="service",
            then=self.target(body, "then", place),
            post=post_of(body, place),
        )

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
    "invite": _Nodes.invite,
    "act": _Nodes.act,
    "task": _Nodes.task,
    "webhook": _Nodes.webhook,
    "emit": _Nodes.emit,
    "jump": _Nodes.jump,
}
