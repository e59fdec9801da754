"""Reading definitions: what is read, what is refused and where the fault is said to be."""

from typing import Any
from zoneinfo import ZoneInfo

import jsonschema
import pytest
import yaml

from coterie.core.clock import DAY, HOUR
from coterie.core.errors import Invalid
from coterie.journeys.model import (
    ApiEntry,
    EventEntry,
    Journey,
    ListEntry,
    Message,
    Perform,
    Random,
    ScheduleEntry,
    SegmentEntry,
    Split,
    Task,
    WaitDuration,
    WaitProperty,
    WaitRule,
    WaitTime,
)
from coterie.journeys.parse import parse
from coterie.journeys.schema import json_schema
from coterie.messaging.model import Post
from coterie.segments.language.parse import parse as parse_rule
from coterie.segments.model import Rule

ZONE = ZoneInfo("Asia/Shanghai")
SCHEMA = jsonschema.Draft202012Validator(json_schema())

WIN_BACK = """
name: win-back
entry: {segment: sleeping}
reentry: never
exit_when: {did: "Order Completed", since: entry}
present: true
holdout: 10
start: hello
nodes:
  hello:  {do: message, channel: email, template: hello, touch: emotional, then: pause}
  pause:  {do: wait, for: 3d, then: look}
  look:   {do: split, if: {did: "Article Read", since: entry}, yes: end, no: offer}
  offer:  {do: message, channel: email, template: offer, touch: commercial, expires: 2d,
           on_held: advance, then: end}
"""
READ_RULE = {"did": "Article Read"}


def read(definition: object, slug: str = "win-back") -> Journey:
    def rule(json: object) -> Rule:
        return parse_rule(json, ZONE)

    return parse(slug, definition, rule)


def with_nodes(start: str = "a", **nodes: Any) -> dict[str, Any]:
    return {"entry": {"segment": "s"}, "start": start, "nodes": nodes}


def with_node(**node: Any) -> dict[str, Any]:
    return with_nodes(a=node)


def with_top(**top: Any) -> dict[str, Any]:
    return {**with_node(do="wait", **{"for": "1d", "then": "end"}), **top}


def message(**more: Any) -> dict[str, Any]:
    return {
        "do": "message", "channel": "email", "template": "t", "touch": "service", "then": "end",
        **more,
    }  # fmt: skip


def test_the_example_of_the_reference_is_read_from_its_yaml() -> None:
    journey = read(WIN_BACK)
    assert journey.entry == SegmentEntry("sleeping")
    assert (journey.start, journey.reentry, journey.present) == ("hello", "never", True)
    assert journey.holdout == 1_000
    assert journey.nodes["hello"] == Message("email", "hello", "emotional", "pause")
    assert journey.nodes["pause"] == WaitDuration(3 * DAY, "look")
    look = journey.nodes["look"]
    assert isinstance(look, Split) and (look.yes, look.no) == ("end", "offer")
    offer = journey.nodes["offer"]
    assert isinstance(offer, Message) and offer.expires == 2 * DAY


def test_a_mapping_from_a_reader_that_makes_true_of_yes_is_the_same() -> None:
    body = yaml.safe_load(WIN_BACK)
    assert True in body["nodes"]["look"]
    assert read(body) == read(WIN_BACK)


def test_defaults_are_those_of_the_reference() -> None:
    journey = read(with_node(**message()))
    assert (journey.reentry, journey.overlap, journey.present) == ("never", False, True)
    assert journey.key is None and journey.exit_when is None and journey.holdout is None
    node = journey.nodes["a"]
    assert isinstance(node, Message)
    assert (node.on_held, node.on_failed, node.delivery) == ("advance", "advance", "at_least_once")
    assert not node.wait_receipt and node.expires is None


def test_an_event_entry_with_tests_topic_key_and_reentry_after() -> None:
    journey = read(
        {
            **with_node(**message()),
            "entry": {"event": "Order Completed", "topic": "wine/italy",
                      "where": [{"property": "total", "op": ">=", "value": 5}]},
            "key": "order_id",
            "reentry": {"after": "30d"},
        }
    )  # fmt: skip
    assert isinstance(journey.entry, EventEntry)
    matching = journey.entry.matching
    assert (matching.name, matching.topic) == ("Order Completed", "wine/italy")
    assert matching.where[0].path == "total"
    assert (journey.key, journey.reentry, journey.reentry_after) == ("order_id", "after", 30 * DAY)


def test_the_waits() -> None:
    journey = read(
        with_nodes(
            a={"do": "wait", "until": "20:05", "days": ["thu", "mon"], "then": "b"},
            b={"do": "wait", "until_property": "trial.ends", "offset": "-2d", "then": "c"},
            c={"do": "wait_for", "branches": [{"when": READ_RULE, "then": "end"}],
               "timeout": "12h", "on_timeout": "d"},
            d={"do": "random", "branches": [["end", 33.33], ["e", 66.67]]},
            e={"do": "wait_for", "branches": [{"when": READ_RULE, "then": "end"}]},
        )
    )  # fmt: skip
    assert journey.nodes["a"] == WaitTime(20 * 60 + 5, frozenset({0, 3}), "b")
    assert journey.nodes["b"] == WaitProperty("trial.ends", -2 * DAY, "c")
    wait = journey.nodes["c"]
    assert isinstance(wait, WaitRule) and (wait.timeout, wait.on_timeout) == (12 * HOUR, "d")
    assert journey.nodes["d"] == Random((("end", 3333), ("e", 6667)))


LOOP = {"do": "tag", "tag": "x", "then": "b"}


def scheduled(recurrence: str, **more: Any) -> dict[str, Any]:
    return with_top(entry={"schedule": recurrence, "for": READ_RULE, **more})


def task(**more: Any) -> dict[str, Any]:
    return {"do": "task", "to": "guide", "script": "Call her", "then": "end", **more}


def hook(**more: Any) -> dict[str, Any]:
    return {"do": "webhook", "url": "https://example.com/h", "template": "t", "then": "end", **more}


REFUSED: list[tuple[object, str, str]] = [
    # what, where, and a word of the reason
    ([], "", "object"),
    ("a: [", "line 1", "YAML"),
    ("a: 1\na: 2", "line 2", "twice"),
    ({}, "", "entry"),
    (with_top(colour="red"), "colour", "unknown key"),
    (with_top(name="other"), "name", "win-back"),
    (with_top(version=2), "version", "version 1"),
    (with_top(title={"fr": "x"}), "title.fr", "unknown key"),
    (with_top(entry="s"), "entry", "enters"),
    (with_top(entry={"segment": "s", "event": "e"}), "entry", "one of"),
    (with_top(entry={"segmnt": "s"}), "entry.segmnt", "one of"),
    (with_top(entry={"segment": "Not A Slug"}), "entry.segment", "not a name"),
    (with_top(entry={"segment": "s", "where": []}), "entry.where", "unknown key"),
    (with_top(entry={"schedule": "FREQ=DAILY"}), "entry", "'for'"),
    (scheduled("every day"), "entry.schedule", "no recurrence"),
    (scheduled("FREQ=MINUTELY"), "entry.schedule", "hourly at the finest"),
    (scheduled("FREQ=DAILY;BYDAY=XX"), "entry.schedule", "no recurrence"),
    (scheduled("FREQ=DAILY;BYMINUTE=0,30"), "entry.schedule", "more often"),
    (scheduled("FREQ=HOURLY;BYMINUTE=0,30"), "entry.schedule", "more often"),
    (scheduled("FREQ=HOURLY;INTERVAL=0"), "entry.schedule", "never goes on"),
    (scheduled("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), "entry.schedule", "never comes"),
    (scheduled("FREQ=DAILY", zone="Asia/Nowhere"), "entry.zone", "zone"),
    (scheduled("FREQ=DAILY", **{"from": "soon"}), "entry.from", "date"),
    (scheduled("FREQ=DAILY", **{"for": {"did": "A", "since": "entry"}}), "entry.for", "since"),
    (scheduled("FREQ=DAILY", **{"for": {"did": "A", "within": "x"}}), "entry.for.did.within",
     "duration"),
    (scheduled("FREQ=DAILY", where=[]), "entry.where", "unknown key"),
    (with_top(entry={"list": "No List"}), "entry.list", "not a name"),
    (with_top(entry={"api": False}), "entry.api", "true"),
    (with_top(entry={"api": True, "segment": "s"}), "entry", "one of"),
    ({**scheduled("FREQ=DAILY"), "key": "order_id"}, "key", "event"),
    (with_top(entry={"event": ""}), "entry.event", "text"),
    (with_top(entry={"event": "E", "where": [{"property": "p", "op": "~"}]}),
     "entry.where[0].op", "op"),
    (with_top(reentry="sometimes"), "reentry", "never"),
    (with_top(reentry={"after": "soon"}), "reentry.after", "duration"),
    (with_top(reentry="while_in_segment", entry={"event": "E"}), "reentry", "segment"),
    ({**with_node(**message()), "reentry": "while_in_segment"}, "reentry", "wait"),
    (with_top(key="order_id"), "key", "event"),
    (with_top(overlap="yes"), "overlap", "true or false"),
    (with_top(present=1), "present", "true or false"),
    (with_top(holdout=101), "holdout", "percentage"),
    (with_top(holdout=0.005), "holdout", "decimals"),
    (with_top(holdout={"percent": 5, "unit": "store"}), "holdout.unit", "none of"),
    (with_top(holdout={"programme": "Spring!"}), "holdout.programme", "not a name"),
    (with_top(layer="prices"), "layer", "object"),
    (with_top(layer={"name": "prices", "from": 101}), "layer.from", "percentage"),
    (with_top(layer={"from": 0}), "layer", "name"),
    (with_top(exit_when={}), "exit_when", "empty"),
    (with_top(exit_when={"all": [READ_RULE, {"did": "A", "within": "3 days"}]}),
     "exit_when.all[1].did.within", "duration"),
    (with_top(exit_when={"did": "A", "same_key": True}), "exit_when", "keyed"),
    (with_top(start="b"), "start", "no node 'b'"),
    (with_top(nodes={}), "nodes", "at least one"),
    (with_top(nodes={"a.b": message()}), "nodes", "name for a node"),
    (with_top(nodes={"end": message()}), "nodes.end", "built in"),
    (with_node(channel="email"), "nodes.a", "'do'"),
    (with_node(do="massage"), "nodes.a.do", "none of"),
    (with_node(do="invite", then="end"), "nodes.a", "to a community or to a group"),
    (with_node(do="invite", community="P Q", then="end"), "nodes.a.community", "not a name"),
    (with_node(do="invite", community="a", group="b", then="end"), "nodes.a", "to a community"),
    (with_node(do="act", then="end"), "nodes.a", "'action'"),
    (with_node(do="act", action="invite", then="end"), "nodes.a.action", "node of its own"),
    (with_node(do="act", action="gift", arguments=[], then="end"), "nodes.a.arguments", "object"),
    (with_node(**task(to="anybody")), "nodes.a.to", "nobody who"),
    (with_node(**task(to={"role": "A B"})), "nodes.a.to.role", "not a name"),
    (with_node(**task(to={"rolle": "a"})), "nodes.a.to.rolle", "unknown key"),
    (with_node(**task(script="")), "nodes.a.script", "text"),
    (with_node(**task(script="x" * 4_001)), "nodes.a.script", "longer"),
    (with_node(**task(due="0d")), "nodes.a.due", "nothing"),
    (with_node(**hook(url="ftp://example.com")), "nodes.a.url", "https://"),
    (with_node(**hook(url="https://u:p@example.com")), "nodes.a.url", "user name"),
    (with_node(**hook(headers={"Authorization": "Bearer abc"})), "nodes.a.headers.Authorization",
     "secret"),
    (with_node(**hook(headers={"Content-Length": "a"})), "nodes.a.headers.Content-Length", "set"),
    (with_node(**hook(headers=["a"])), "nodes.a.headers", "object"),
    (with_node(**message(colour=1)), "nodes.a.colour", "unknown key"),
    (with_node(do="message", template="t", touch="service", then="end"), "nodes.a", "channel"),
    (with_node(**message(touch="loud")), "nodes.a.touch", "none of"),
    (with_node(**message(expires="0d")), "nodes.a.expires", "nothing"),
    (with_node(**message(value="much")), "nodes.a.value", "number"),
    (with_node(**message(on_held="stay")), "nodes.a.on_held", "none of"),
    (with_node(**message(on_failed="stay")), "nodes.a.on_failed", "none of"),
    (with_node(**message(delivery="twice")), "nodes.a.delivery", "none of"),
    (with_node(**message(wait_receipt="yes")), "nodes.a.wait_receipt", "true or false"),
    (with_node(**message(relevance=0.5)), "nodes.a.relevance", "object"),
    (with_node(**message(relevance={"topic": "wine"})), "nodes.a.relevance", "'least'"),
    (with_node(**message(relevance={"least": -1})), "nodes.a.relevance.least", "less than"),
    (with_node(**message(then="b")), "nodes.a.then", "no node 'b'"),
    (with_node(**message(then=3)), "nodes.a.then", "text"),
    (with_node(do="wait", then="end"), "nodes.a", "one of"),
    (with_node(do="wait", until="20:00", then="end", **{"for": "1d"}), "nodes.a", "one of"),
    (with_node(do="wait", then="end", **{"for": "three days"}), "nodes.a.for", "duration"),
    (with_node(do="wait", until="25:00", then="end"), "nodes.a.until", "time of day"),
    (with_node(do="wait", until="20:00", days=["thursday"], then="end"), "nodes.a.days[0]", "mon"),
    (with_node(do="wait", then="end", days=["thu"], **{"for": "1d"}), "nodes.a.days", "until"),
    (with_node(do="wait", until_property="p", offset="2", then="end"), "nodes.a.offset",
     "duration"),
    (with_node(do="wait", until="20:00", offset="-2d", then="end"), "nodes.a.offset",
     "until_property"),
    (with_node(do="wait_for", branches=[]), "nodes.a.branches", "at least one"),
    (with_node(do="wait_for", branches=[{"when": READ_RULE, "then": "b"}]),
     "nodes.a.branches[0].then", "no node 'b'"),
    (with_node(do="wait_for", branches=[{"when": {"did": "A", "count": 3}, "then": "end"}]),
     "nodes.a.branches[0].when.did.count", "comparison"),
    (with_node(do="wait_for", branches=[{"when": READ_RULE, "then": "end"}], timeout="1d"),
     "nodes.a", "together"),
    (with_node(do="wait_for", branches=[{"when": READ_RULE, "then": "end"}], timeout="1d",
               on_timeout="b"), "nodes.a.on_timeout", "no node 'b'"),
    (with_node(do="split", yes="end", no="end", **{"if": {"did": "A", "within": "x"}}),
     "nodes.a.if.did.within", "duration"),
    (with_node(do="split", yes="b", no="end", **{"if": READ_RULE}), "nodes.a.yes", "no node"),
    (with_node(do="split", yes="end", **{"if": READ_RULE}), "nodes.a", "'no'"),
    (with_node(do="random", branches=[["end", 50]]), "nodes.a.branches", "50 percent"),
    (with_node(do="random", branches=[["end", 50], ["b", 50]]), "nodes.a.branches[1][0]",
     "no node"),
    (with_node(do="random", branches=["end"]), "nodes.a.branches[0]", "pair"),
    (with_node(do="random", branches=[["end", 100]], as_experiment=True),
     "nodes.a.branches", "different nodes"),
    (with_node(do="random", branches=[["end", 50], ["end", 50]], as_experiment=True),
     "nodes.a.branches", "different nodes"),
    (with_node(do="random", branches=[["end", 100]], as_experiment="yes"),
     "nodes.a.as_experiment", "true or false"),
    (with_node(do="tag", tag="", then="end"), "nodes.a.tag", "text"),
    (with_node(do="set", trait="x", then="end"), "nodes.a", "'value'"),
    (with_node(do="emit", event="coterie.tagged", then="end"), "nodes.a.event", "coterie."),
    (with_node(do="emit", event="E", properties=[], then="end"), "nodes.a.properties", "object"),
    (with_node(do="jump", to="b"), "nodes.a.to", "no node"),
    (with_nodes(a=message(), b=message()), "nodes.b", "no way leads"),
    (with_nodes(a=LOOP, b={"do": "jump", "to": "a"}), "nodes.a.then", "without a wait"),
    (with_nodes(a={"do": "wait", "for": "1d", "then": "b"}, b={**LOOP, "then": "b"}),
     "nodes.b.then", "without a wait"),
]  # fmt: skip
BEYOND_A_SCHEMA = (
    "no node", "no way leads", "without a wait", "needs a wait", "keyed", "percent, not 100",
    "decimals", "called 'win-back'", "YAML", "enter by an event", "use after_exit",
    "names that begin", "different nodes", "user name", "may not be set", "no such zone",
    "Nowhere", "never comes", "never goes on", "no recurrence", "more often", "no since",
)  # fmt: skip


@pytest.mark.parametrize(("definition", "path", "word"), REFUSED, ids=lambda each: str(each)[:60])
def test_a_fault_is_refused_with_its_path(definition: object, path: str, word: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read(definition)
    assert refusal.value.path == path
    assert word in str(refusal.value)


def test_a_loop_that_waits_is_read() -> None:
    journey = read(
        with_nodes(
            a=message(then="b"), b={"do": "wait", "for": "7d", "then": "c"},
            c={"do": "jump", "to": "a"},
        )
    )  # fmt: skip
    assert set(journey.nodes) == {"a", "b", "c"}


def test_while_in_segment_is_read_where_every_way_waits() -> None:
    assert read(with_top(reentry="while_in_segment")).reentry == "while_in_segment"


def test_the_other_entries_are_read() -> None:
    weekly = scheduled("FREQ=WEEKLY;BYDAY=TH;BYHOUR=5", zone="Asia/Tokyo", **{"from": "2026-01-01"})
    entry = read(weekly).entry
    assert isinstance(entry, ScheduleEntry)
    assert (entry.recurrence, entry.zone, entry.first) == (
        "FREQ=WEEKLY;BYDAY=TH;BYHOUR=5", "Asia/Tokyo", "2026-01-01"
    )  # fmt: skip
    assert read(with_top(entry={"list": "vips"})).entry == ListEntry("vips")
    assert read(with_top(entry={"api": True}, key="order_id")).entry == ApiEntry()
    for body in (weekly, with_top(entry={"list": "vips"}), with_top(entry={"api": True})):
        assert SCHEMA.is_valid(body)


def test_what_other_rooms_do_is_read() -> None:
    bodies = {
        "a": {"do": "invite", "community": "pasta", "then": "b"},
        "b": {"do": "act", "action": "seat", "arguments": {"activity": "tasting"}, "then": "c"},
        "c": task(to={"role": "owner"}, due="2d", then="d"),
        "d": hook(headers={"Authorization": "crm_token"}, then="e"),
        "e": {"do": "random", "branches": [["f", 50], ["end", 50]], "as_experiment": True},
        "f": {"do": "wait", "for": "1d", "then": "end"},
    }
    nodes = read(with_nodes(**bodies)).nodes
    assert nodes["a"] == Perform("invite", {"community": "pasta"}, "b")
    assert nodes["b"] == Perform("seat", {"activity": "tasting"}, "c")
    assert nodes["c"] == Task("role", "owner", "Call her", 2 * DAY, "d")
    post = Post("https://example.com/h", {"Authorization": "crm_token"})
    assert nodes["d"] == Message("webhook", "t", "service", "e", post=post)
    assert nodes["e"] == Random((("f", 5_000), ("end", 5_000)), experiment=True)
    assert SCHEMA.is_valid(with_nodes(**bodies))


def test_a_layer_is_a_name_and_a_range() -> None:
    assert read(with_top(layer={"name": "prices", "to": 50})).layer == ("prices", 0, 5_000)
    with pytest.raises(Invalid, match="ends after it begins") as refused:
        read(with_top(layer={"name": "prices", "from": 50, "to": 50}))
    assert refused.value.path == "layer.to"


def test_a_holdout_may_be_by_group_and_shared_by_a_programme() -> None:
    body = with_top(holdout={"percent": 5, "unit": "group", "programme": "spring"})
    journey = read(body)
    assert (journey.holdout, journey.unit, journey.programme) == (500, "group", "spring")
    assert SCHEMA.is_valid(body)


def test_the_schema_is_one_and_accepts_what_the_parser_reads() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())
    example = yaml.safe_load(WIN_BACK.replace("yes:", '"yes":').replace("no:", '"no":'))
    for body in (example, with_top(), with_top(title={"zh": "召回"}), with_node(**message())):
        read(body)
        assert SCHEMA.is_valid(body)


def refused_by_shape() -> list[object]:
    found: list[object] = []
    for definition, _, _ in REFUSED:
        try:
            read(definition)
        except Invalid as refusal:
            if not any(word in str(refusal) for word in BEYOND_A_SCHEMA):
                found.append(definition)
    return found


@pytest.mark.parametrize("definition", refused_by_shape(), ids=lambda each: str(each)[-70:])
def test_the_schema_refuses_what_a_schema_can(definition: object) -> None:
    assert not SCHEMA.is_valid(definition)
