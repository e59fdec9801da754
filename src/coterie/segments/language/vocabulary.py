"""The rule language described for whoever builds rules: its nodes, operators, and known names.

A builder can be drawn from it: which parameters a node takes, which operators fit which kind of
value and what they need, and which names occur in this house. Values of people are never in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from coterie.catalog.model import Topic
from coterie.catalog.service import Catalog
from coterie.core.event import OWN
from coterie.events.log import Log
from coterie.profiles.names.service import names_in_use
from coterie.profiles.service import Profiles
from coterie.segments.definition import Definition
from coterie.segments.language.calendar import FADING
from coterie.segments.language.events_parse import CALENDAR_UNITS, COMPARISONS
from coterie.segments.lists.model import UploadedList
from coterie.storage.work import Work

Kind = Literal["text", "number", "date", "list", "any"]
"""Kinds of stored values, for offering operators that make sense of them."""

Takes = Literal[
    "nothing", "value", "value or list", "number or text", "pair", "values", "text", "pattern",
    "date", "day", "days", "duration", "duration and value",
]  # fmt: skip


@dataclass(frozen=True)
class Operator:
    """One operator: for which kinds of values it is meant, and what is given with it.

    ``folds``: may be told to take no heed of case. ``traits_only``: not for events' properties.
    """

    op: str
    kinds: tuple[Kind, ...]
    takes: Takes
    folds: bool = False
    traits_only: bool = False


@dataclass(frozen=True)
class Parameter:
    """What a node takes under one key."""

    key: str
    takes: str
    required: bool = False


@dataclass(frozen=True)
class Node:
    """One kind of node: the key that says what it is, and its parameters."""

    key: str
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True)
class Vocabulary:
    """The names that occur in this house, ``events`` with their counts, what people did first.

    ``sealed`` traits can be asked only whether they exist or equal something. ``communities`` and
    ``groups`` are those that somebody took part in, ``purposes`` those that consent was asked for.
    """

    events: Mapping[str, int]
    topics: Sequence[Topic]
    traits: tuple[str, ...]
    scores: tuple[str, ...]
    sealed: frozenset[str]
    tags: tuple[str, ...]
    segments: Sequence[Definition]
    communities: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    lists: Sequence[UploadedList] = ()
    purposes: tuple[str, ...] = ()


_ORDERED: tuple[Kind, ...] = ("number", "text", "date")
_ANY: tuple[Kind, ...] = ("any",)

OPERATORS: tuple[Operator, ...] = (
    Operator("=", ("text", "number", "date"), "value or list", folds=True),
    Operator("!=", ("text", "number", "date"), "value or list", folds=True),
    Operator(">=", _ORDERED, "number or text", folds=True),
    Operator(">", _ORDERED, "number or text", folds=True),
    Operator("<=", _ORDERED, "number or text", folds=True),
    Operator("<", _ORDERED, "number or text", folds=True),
    Operator("between", _ORDERED, "pair", folds=True),
    Operator("not_between", _ORDERED, "pair", folds=True),
    Operator("in", ("text", "number"), "values", folds=True),
    Operator("not_in", ("text", "number"), "values", folds=True),
    Operator("contains", ("text", "list"), "value", folds=True),
    Operator("not_contains", ("text", "list"), "value", folds=True),
    Operator("starts_with", ("text",), "text", folds=True),
    Operator("ends_with", ("text",), "text", folds=True),
    Operator("matches", ("text",), "pattern", folds=True),
    Operator("exists", _ANY, "nothing"),
    Operator("missing", _ANY, "nothing"),
    Operator("before", ("date",), "date"),
    Operator("after", ("date",), "date"),
    Operator("within_last", ("date",), "duration"),
    Operator("within_next", ("date",), "duration"),
    Operator("on_day", ("date",), "day"),
    Operator("anniversary", ("date",), "days"),
    Operator("unchanged_for", _ANY, "duration and value", traits_only=True),
    Operator("changed_within", _ANY, "duration and value", traits_only=True),
    Operator("all_of", ("list",), "values", folds=True),
    Operator("any_of", ("list",), "values", folds=True),
    Operator("none_of", ("list",), "values", folds=True),
)

SEALED_OPERATORS = ("=", "in", "exists", "missing")
"""What can be asked of a sealed trait."""

MEASURES = ("count", "sum", "avg", "min", "max", "distinct")
UNITS = CALENDAR_UNITS
BOUNDS = (*COMPARISONS, "between")

_CONDITION = (
    Parameter("op", "an operator", required=True),
    Parameter("value", "what the operator takes"),
    Parameter("duration", "a duration"),
    Parameter("fold", "true or false"),
)
_WHICH = (
    Parameter("where", "tests on properties"),
    Parameter("topic", "a topic"),
    Parameter("within", "a duration"),
    Parameter("between", "two times"),
    Parameter("since", "a time"),
    Parameter("before", "a time"),
)
_PAIR = (
    Parameter("did", "an event", required=True),
    *(one for one in _WHICH if one.key != "within"),
    Parameter("during", "a duration"),
    Parameter("after", "a duration"),
    Parameter("then_where", "tests on properties"),
    Parameter("then_topic", "a topic"),
)
_RANK = (
    Parameter("trait", "a trait"),
    Parameter("did", "an event"),
    *_WHICH,
    *(Parameter(measure, "a property") for measure in MEASURES[1:]),
    Parameter("percent", "more than 0, at most 100"),
    Parameter("count", "a number of people"),
)
"""A rank is by a trait or by events, and takes a percent or a count."""

NODES: tuple[Node, ...] = (
    Node("all", (Parameter("all", "rules", required=True),)),
    Node("any", (Parameter("any", "rules", required=True),)),
    Node("not", (Parameter("not", "a rule", required=True),)),
    Node("everyone", ()),
    Node("did", (
        Parameter("did", "an event", required=True), *_WHICH, Parameter("count", "bounds"),
        *(Parameter(measure, "a property") for measure in MEASURES[1:]),
        Parameter("is", "bounds"),
    )),
    Node("share", (
        Parameter("share", "an event", required=True), *_WHICH,
        Parameter("is", "bounds", required=True),
    )),
    Node("last", (
        Parameter("last", "an event", required=True), *_WHICH,
        Parameter("has", "tests on properties", required=True),
    )),
    Node("then", (Parameter("then", "an event", required=True), *_PAIR,
                  Parameter("within", "a duration"))),
    Node("then_not", (Parameter("then_not", "an event", required=True), *_PAIR,
                      Parameter("within", "a duration", required=True))),
    Node("trend", (
        Parameter("trend", "an event", required=True), *_WHICH[:2],
        Parameter("window", "a duration", required=True),
        Parameter("is", "bounds", required=True), Parameter("at_least_before", "a whole number"),
    )),
    Node("top", _RANK),
    Node("bottom", _RANK),
    Node("trait", (Parameter("trait", "a trait", required=True), *_CONDITION)),
    Node("tag", (Parameter("tag", "a tag", required=True),)),
    Node("in_segment", (Parameter("in_segment", "a segment", required=True),)),
    Node("bucket", (
        Parameter("salt", "a text", required=True), Parameter("from", "0 to 10000", required=True),
        Parameter("to", "0 to 10000", required=True),
    )),
    Node("in_community", (Parameter("in_community", "a community", required=True),)),
    Node("in_group", (Parameter("in_group", "a group", required=True),)),
    Node("consents", (
        Parameter("purpose", "a purpose", required=True), Parameter("channel", "a channel"),
    )),
    Node("near", (
        Parameter("lat", "degrees", required=True), Parameter("lon", "degrees", required=True),
        Parameter("km", "kilometres", required=True),
    )),
    Node("list", (Parameter("list", "a list", required=True),)),
)  # fmt: skip


def operators_for(kind: Kind, *, of_trait: bool) -> tuple[Operator, ...]:
    """Return the operators that make sense of a kind of value; ``any`` gives all of them.

    >>> [operator.op for operator in operators_for("list", of_trait=False)]
    ['contains', 'not_contains', 'exists', 'missing', 'all_of', 'any_of', 'none_of']
    """
    return tuple(
        operator
        for operator in OPERATORS
        if (of_trait or not operator.traits_only)
        and (kind == "any" or kind in operator.kinds or operator.kinds == _ANY)
    )


def vocabulary(
    work: Work,
    log: Log,
    catalog: Catalog,
    profiles: Profiles,
    segments: Sequence[Definition],
    lists: Mapping[str, UploadedList],
) -> Vocabulary:
    """Collect the names that occur in this house; how many there are costs time, not how often."""
    names = names_in_use(work)
    counts = log.counts(work)
    scores = {name for name in names.fading if name.startswith(FADING)}
    return Vocabulary(
        events={name: counts[name] for name in sorted(counts, key=_people_first)},
        topics=catalog.topics(work),
        traits=tuple(name for name in names.traits if name not in scores),
        scores=tuple(sorted(scores)),
        sealed=profiles.identifying,
        tags=names.tags,
        segments=segments,
        communities=_worn(names.tags, "community:"),
        groups=_worn(names.tags, "group:"),
        lists=tuple(lists.values()),
        purposes=names.purposes,
    )


def _worn(tags: Sequence[str], prefix: str) -> tuple[str, ...]:
    return tuple(tag.removeprefix(prefix) for tag in tags if tag.startswith(prefix))


def _people_first(name: str) -> tuple[bool, str]:
    """Order what people did before the house's own facts."""
    return name.startswith(OWN), name
