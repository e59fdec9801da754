"""Reading a definition: a mapping, or its JSON or YAML text, becomes a Journey or is refused.

Every refusal is ``Invalid`` with the path of the fault, such as ``nodes.look.if.did.within``, and
a hint. The published schema (``schema.py``) is made from the same tables.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, cast, get_args

from coterie.core import document
from coterie.core.clock import zone as zone_named
from coterie.core.errors import Invalid
from coterie.core.ids import check_slug
from coterie.journeys import graph, recurring
from coterie.journeys.model import (
    END,
    ApiEntry,
    Entry,
    EventEntry,
    Journey,
    ListEntry,
    Node,
    Reentry,
    ScheduleEntry,
    SegmentEntry,
    Unit,
)
from coterie.journeys.nodes import ReadRule, read_node, read_rule
from coterie.journeys.reading import flag, hundredths, need, one_of
from coterie.segments.language.conditions_parse import check_keys, join, read_duration, read_text
from coterie.segments.language.parse import matchings

KEYS = (
    "version", "name", "title", "entry", "reentry", "key", "overlap", "exit_when", "present",
    "holdout", "layer", "start", "nodes",
)  # fmt: skip
ENTRIES: Mapping[str, tuple[str, ...]] = {
    "segment": (),
    "event": ("where", "topic"),
    "schedule": ("for", "zone", "from"),
    "list": (),
    "api": (),
}
"""The ways of entering, each with the keys that may stand beside it."""
HOLDOUT = ("percent", "unit", "programme")
LAYER = ("name", "from", "to")
UNITS: tuple[str, ...] = get_args(Unit)
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
    holdout, unit, programme = _holdout(body.get("holdout"))
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
        holdout=holdout,
        unit=unit,
        programme=programme,
        layer=_layer(body.get("layer")),
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


def _entry(body: object, read: ReadRule) -> Entry:
    if not isinstance(body, Mapping) or not body:
        raise Invalid("an entry says how one enters", path="entry",
                      hint='such as {"segment": "sleeping"}')  # fmt: skip
    kinds = [kind for kind in ENTRIES if kind in body]
    if len(kinds) != 1:
        known = {*ENTRIES, *(key for keys in ENTRIES.values() for key in keys)}
        stranger = next((key for key in body if key not in known), None)
        path = "entry" if stranger is None else join("entry", str(stranger))
        raise Invalid(f"one enters by one of {', '.join(ENTRIES)}", path=path,
                      hint='such as {"segment": "sleeping"}')  # fmt: skip
    [kind] = kinds
    check_keys(body, (kind, *ENTRIES[kind]), "entry")
    match kind:
        case "segment":
            return SegmentEntry(check_slug(body["segment"], "entry.segment"))
        case "event":
            return _event_entry(body, read)
        case "schedule":
            return _schedule_entry(body, read)
        case "list":
            return ListEntry(check_slug(body["list"], "entry.list"))
        case _:
            if body["api"] is not True:
                raise Invalid("is true", path="entry.api", hint="a program then names whom")
            return ApiEntry()


def _event_entry(body: Mapping[str, Any], read: ReadRule) -> EventEntry:
    rule = {"did": body["event"], **{key: body[key] for key in ("where", "topic") if key in body}}
    try:
        found = read(rule)
    except Invalid as error:
        inner = error.path.removeprefix("did")
        path = f"entry{inner}" if inner else "entry.event"
        raise Invalid(error.reason, path=path, hint=error.hint) from error
    return EventEntry(matchings(found)[0])


def _schedule_entry(body: Mapping[str, Any], read: ReadRule) -> ScheduleEntry:
    whom = need(body, "for", "entry")
    zone, first = body.get("zone"), body.get("from")
    if zone is not None:
        try:
            zone_named(read_text(zone, "entry.zone", "a zone"))
        except Invalid as error:
            raise Invalid(error.reason, path="entry.zone", hint="such as Asia/Tokyo") from error
    recurrence = read_text(body["schedule"], "entry.schedule", "a recurrence")
    recurring.check(recurrence, "entry.schedule")
    if isinstance(first, date):  # as YAML reads it
        first = first.isoformat()
    if first is not None:
        recurring.check_first(first, "entry.from")
    whom = read_rule(whom, read, "entry.for", keyed=False)
    if any(each.window.since is not None for each in matchings(whom)):
        raise Invalid("nobody has entered yet: there is no since", path="entry.for",
                      hint="use within, such as within: 7d")  # fmt: skip
    return ScheduleEntry(recurrence, whom, zone, first)


def _reentry(value: object) -> tuple[Reentry, int | None]:
    if isinstance(value, Mapping):
        check_keys(value, ("after",), "reentry")
        return "after", read_duration(need(value, "after", "reentry"), "reentry.after")
    return cast(Literal["never", "after_exit"], one_of(value, REENTRIES, "reentry")), None


def _check_entry_fits(entry: Entry, reentry: Reentry, key: str | None) -> None:
    if key is not None and not isinstance(entry, EventEntry | ApiEntry):
        raise Invalid("a key is a property of the event or call that one enters by", path="key",
                      hint="enter by an event or by api, or leave the key out")  # fmt: skip
    if reentry == "while_in_segment" and not isinstance(entry, SegmentEntry):
        raise Invalid("while_in_segment needs an entry by segment", path="reentry",
                      hint="use after_exit")  # fmt: skip


def _holdout(value: object) -> tuple[int | None, Unit, str | None]:
    """Read the hundredths held out, by what unit they are drawn, and with what programme."""
    if value is None:
        return None, "person", None
    if not isinstance(value, Mapping):
        return hundredths(value, "holdout"), "person", None
    check_keys(value, HOLDOUT, "holdout")
    percent = value.get("percent")
    programme = value.get("programme")
    return (
        None if percent is None else hundredths(percent, "holdout.percent"),
        cast(Unit, one_of(value.get("unit", "person"), UNITS, "holdout.unit")),
        None if programme is None else check_slug(programme, "holdout.programme"),
    )


def _layer(value: object) -> tuple[str, int, int] | None:
    """Read which range of a layer may enter: its name, from and to in hundredths of a percent."""
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise Invalid(f"a layer is an object, not {value!r:.80}", path="layer",
                      hint='such as {"name": "prices", "from": 0, "to": 50}')  # fmt: skip
    check_keys(value, LAYER, "layer")
    low = hundredths(value.get("from", 0), "layer.from")
    high = hundredths(value.get("to", 100), "layer.to")
    if low >= high:
        raise Invalid("a range ends after it begins", path="layer.to", hint="from is left out of"
                      " the range above it: 0 to 50 and 50 to 100 share nobody")  # fmt: skip
    return check_slug(need(value, "name", "layer"), "layer.name"), low, high


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
