"""Reading a definition: a mapping, or its JSON or YAML text, becomes a Journey or is refused.

Every refusal is ``Invalid`` with the path of the fault, such as ``nodes.look.if.did.within``, and
a hint. The published schema (``schema.py``) is made from the same tables.
"""

import re
from collections.abc import Mapping
from typing import Any, Literal, cast

from coterie.core import document
from coterie.core.errors import Invalid
from coterie.core.ids import check_slug
from coterie.journeys import graph
from coterie.journeys.model import END, EventEntry, Journey, Node, Reentry, SegmentEntry
from coterie.journeys.nodes import (
    ReadRule,
    flag,
    hundredths,
    need,
    one_of,
    read_node,
    read_rule,
    refuse_not_yet,
)
from coterie.segments.language.conditions_parse import check_keys, join, read_duration, read_text
from coterie.segments.language.parse import matchings

KEYS = (
    "version", "name", "title", "entry", "reentry", "key", "overlap", "exit_when", "present",
    "holdout", "start", "nodes",
)  # fmt: skip
ENTRIES = ("segment", "event")
ENTRIES_NOT_YET = ("schedule", "list", "api")
REENTRIES = ("never", "after_exit", "while_in_segment")
LANGUAGES = ("en", "zh")
FORMAT = 1
"""The version of the format that this reads."""
MAX_NODES = 500

NODE_NAME = re.compile(r"[^\s.\[\]]{1,64}")
"""Names of nodes: no blanks, dots or brackets, so that a path can be read back."""


def parse(slug: str, definition: object, read: ReadRule) -> Journey:
    """Read a journey's definition; ``read`` turns a rule's JSON into a rule, or refuses it.

    Raises Invalid with the path of the fault.
    """
    body = as_mapping(definition)
    check_keys(body, KEYS, "")
    if body.get("version", FORMAT) != FORMAT:
        raise Invalid(f"this reads version {FORMAT} of the format", path="version")
    if body.get("name", slug) != slug:
        raise Invalid(f"the journey is called {slug!r} here", path="name",
                      hint="leave the name out, or make them the same")  # fmt: skip
    key = None if body.get("key") is None else read_text(body["key"], "key", "the key's property")
    entry = _entry(need(body, "entry", ""), read)
    reentry, after = _reentry(body.get("reentry", "never"))
    _check_entry_fits(entry, reentry, key)
    exit_when = body.get("exit_when")
    journey = Journey(
        slug=check_slug(slug, "name"),
        entry=entry,
        start=read_text(need(body, "start", ""), "start", "a node's name"),
        nodes=_nodes(need(body, "nodes", ""), read, keyed=key is not None),
        reentry=reentry,
        reentry_after=after,
        key=key,
        overlap=flag(body.get("overlap", False), "overlap"),
        exit_when=(
            None
            if exit_when is None
            else read_rule(exit_when, read, "exit_when", keyed=key is not None)
        ),
        present=flag(body.get("present", True), "present"),
        holdout=_holdout(body.get("holdout")),
        title=_title(body.get("title", {})),
    )
    graph.check(journey)
    return journey


def as_mapping(definition: object) -> Mapping[str, Any]:
    """Return a definition's mapping, read from text where it is text."""
    body = document.read(definition) if isinstance(definition, str) else definition
    if not isinstance(body, Mapping):
        raise Invalid(f"a journey is an object with entry, start and nodes, not {body!r:.80}")
    return body


def _entry(body: object, read: ReadRule) -> SegmentEntry | EventEntry:
    if not isinstance(body, Mapping) or not body:
        raise Invalid("an entry says how one enters", path="entry",
                      hint='such as {"segment": "sleeping"}')  # fmt: skip
    for kind in ENTRIES_NOT_YET:
        if kind in body:
            refuse_not_yet(kind, f"entry.{kind}")
    kinds = [kind for kind in ENTRIES if kind in body]
    if len(kinds) != 1:
        known = (*ENTRIES, *ENTRIES_NOT_YET, "where", "topic")
        stranger = next((key for key in body if key not in known), None)
        path = "entry" if stranger is None else join("entry", str(stranger))
        raise Invalid("one enters by one of segment and event", path=path,
                      hint='such as {"segment": "sleeping"}')  # fmt: skip
    if kinds == ["segment"]:
        check_keys(body, ("segment",), "entry")
        return SegmentEntry(check_slug(body["segment"], "entry.segment"))
    check_keys(body, ("event", "where", "topic"), "entry")
    rule = {"did": body["event"], **{key: body[key] for key in ("where", "topic") if key in body}}
    try:
        found = read(rule)
    except Invalid as error:
        inner = error.path.removeprefix("did")
        path = f"entry{inner}" if inner else "entry.event"
        raise Invalid(error.reason, path=path, hint=error.hint) from error
    return EventEntry(matchings(found)[0])


def _reentry(value: object) -> tuple[Reentry, int | None]:
    if isinstance(value, Mapping):
        check_keys(value, ("after",), "reentry")
        return "after", read_duration(need(value, "after", "reentry"), "reentry.after")
    return cast(Literal["never", "after_exit"], one_of(value, REENTRIES, "reentry")), None


def _check_entry_fits(entry: SegmentEntry | EventEntry, reentry: Reentry, key: str | None) -> None:
    by_segment = isinstance(entry, SegmentEntry)
    if key is not None and by_segment:
        raise Invalid("a key is a property of the event that one enters by", path="key",
                      hint="enter by an event, or leave the key out")  # fmt: skip
    if reentry == "while_in_segment" and not by_segment:
        raise Invalid("while_in_segment needs an entry by segment", path="reentry",
                      hint="use after_exit for events")  # fmt: skip


def _holdout(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, Mapping):
        return hundredths(value, "holdout")
    check_keys(value, ("percent", "unit"), "holdout")
    if value.get("unit", "person") == "group":
        refuse_not_yet("group", "holdout.unit")
    one_of(value.get("unit", "person"), ("person",), "holdout.unit")
    return hundredths(need(value, "percent", "holdout"), "holdout.percent")


def _title(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise Invalid(f"titles are given by language, not {value!r:.80}", path="title",
                      hint='such as {"en": "Win back", "zh": "召回"}')  # fmt: skip
    check_keys(value, LANGUAGES, "title")
    return {name: read_text(word, f"title.{name}", "a title") for name, word in value.items()}


def _nodes(bodies: object, read: ReadRule, *, keyed: bool) -> dict[str, Node]:
    if not isinstance(bodies, Mapping) or not bodies:
        raise Invalid("nodes are an object of nodes by name, at least one", path="nodes")
    if len(bodies) > MAX_NODES:
        raise Invalid(f"more than {MAX_NODES} nodes", path="nodes", hint="make two journeys of it")
    nodes = {}
    for name, body in bodies.items():
        if not isinstance(name, str) or not NODE_NAME.fullmatch(name):
            raise Invalid(f"{name!r} is no name for a node", path="nodes",
                          hint="up to 64 characters without blanks, dots and brackets")  # fmt: skip
        if name == END:
            raise Invalid(f"{END!r} is built in", path=f"nodes.{END}", hint="take it out")
        nodes[name] = read_node(body, f"nodes.{name}", read, keyed=keyed)
    return nodes
