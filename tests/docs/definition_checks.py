"""What rules, journeys, communities, templates and playbooks are refused for: a check a row."""

import json
from collections.abc import Mapping
from typing import Any

from docs.town import Answer, Check, Town


def rule(given: Any) -> Check:
    return lambda town: town.api("segments/x", {"rule": given})


def nested(levels: int) -> Any:
    node: Any = {"everyone": True}
    for _ in range(levels):
        node = {"not": node}
    return node


def deep_rule(town: Town) -> Answer:
    answer = town.api("segments/x", {"rule": nested(64)})
    return Answer(answer.said.partition(" at ")[0], answer.kept)


def used_segment(town: Town) -> Answer:
    town.house.define_segment("user", {"in_segment": "everybody"})
    return town.define(lambda work: town.house.app.segments.delete(work, "everybody"))


def used_list(town: Town) -> Answer:
    town.house.upload_list("guests", ["ada"])
    town.house.define_segment("guests", {"list": "guests"})
    return town.define(lambda work: town.house.app.segments.delete_list(work, "guests"))


RULES: dict[str, Check] = {
    "rule-empty": rule({}),
    "rule-not-object": rule([]),
    "rule-node-unknown": rule({"al": [{"everyone": True}]}),
    "rule-last-has": rule({"last": "Plan Changed", "has": []}),
    "rule-pair-second": rule({"then": "Order Completed", "within": "7d"}),
    "rule-pair-within": rule({"did": "Cart Viewed", "then_not": "Order Completed"}),
    "rule-pair-span": rule({"did": "A", "then": "B", "within": "1d", "after": "1d"}),
    "rule-pair-during": rule({"did": "A", "then_not": "B", "within": "7d", "during": "1d"}),
    "rule-pair-count": rule({"did": "A", "then": "B", "count": {">": 1}}),
    "rule-pair-key": rule({"did": "A", "during": "7d"}),
    "rule-trend-window": rule({"trend": "A", "is": {"<": 1}}),
    "rule-trend-least": rule(
        {"trend": "A", "window": "7d", "is": {"<": 1}, "at_least_before": 0}
    ),
    "rule-top-many": rule({"top": {"trait": "spend", "percent": 10, "count": 5}}),
    "rule-top-percent": rule({"top": {"trait": "spend", "percent": 101}}),
    "rule-top-where": rule({"top": {"trait": "spend", "count": 5, "where": []}}),
    "rule-top-sealed": rule({"top": {"trait": "email", "count": 5}}),
    "rule-two-nodes": rule({"tag": "vip", "everyone": True}),
    "rule-all-empty": rule({"all": []}),
    "rule-everyone": rule({"everyone": False}),
    "rule-key-unknown": rule({"all": [{"everyone": True}, {"did": "Wine Rated", "withn": "3d"}]}),
    "rule-deep": deep_rule,
    "rule-many": rule({"all": [{"everyone": True}] * 1_000}),
    "rule-duration": rule({"did": "Wine Rated", "within": "soon"}),
    "rule-time": rule({"did": "Wine Rated", "since": "soon"}),
    "rule-time-digits": rule({"did": "Wine Rated", "since": "20260131"}),
    "rule-time-week": rule({"did": "Wine Rated", "since": "2026-W05"}),
    "rule-windows": rule({"did": "Wine Rated", "within": "3d", "since": "2026-01-01"}),
    "rule-window-order": rule({"did": "Wine Rated", "between": ["2026-02-01", "2026-01-01"]}),
    "rule-window-journey": rule({"did": "Wine Rated", "since": "entry"}),
    "rule-same-key": rule({"did": "Wine Rated", "same_key": True}),
    "rule-topic": rule({"did": "Wine Rated", "topic": "wine italy"}),
    "rule-count": rule({"did": "Wine Rated", "count": {">=": "5"}}),
    "rule-comparison": rule({"did": "Wine Rated", "count": {"over": 5}}),
    "rule-is-missing": rule({"did": "Order Completed", "sum": "total"}),
    "rule-share-is": rule({"share": "Order Completed"}),
    "rule-unit": rule({"did": "Wine Rated", "distinct": "@year", "is": {">": 1}}),
    "rule-where": rule({"did": "Wine Rated", "where": {"property": "rating"}}),
    "rule-operator": rule({"trait": "city", "op": "is", "value": "Rome"}),
    "rule-operator-missing": rule({"trait": "city", "value": "Rome"}),
    "rule-value-missing": rule({"trait": "city", "op": "="}),
    "rule-value-null": rule({"trait": "city", "op": "=", "value": None}),
    "rule-value-none": rule({"trait": "city", "op": "exists", "value": 1}),
    "rule-list-empty": rule({"trait": "city", "op": "in", "value": []}),
    "rule-pattern": rule({"trait": "city", "op": "matches", "value": "("}),
    "rule-day": rule({"trait": "birthday", "op": "on_day", "value": "someday"}),
    "rule-held": rule(
        {"did": "Wine Rated", "where": [
            {"property": "rating", "op": "unchanged_for", "duration": "3d"}
        ]}
    ),
    "rule-sealed": rule({"trait": "email", "op": "ends_with", "value": "@example.com"}),
    "rule-segment": rule({"in_segment": "nosuch"}),
    "rule-circle": rule({"in_segment": "x"}),
    "rule-bucket": rule({"bucket": {"salt": "x", "from": 5_000, "to": 1_000}}),
    "rule-participant": rule({"in_community": "No Name"}),
    "rule-consents": rule({"consents": {"channel": "email"}}),
    "rule-near": rule({"near": {"lat": 31, "lon": 121}}),
    "rule-near-angle": rule({"near": {"lat": 31, "lon": 181, "km": 3}}),
    "rule-near-far": rule({"near": {"lat": 31, "lon": 121, "km": 20_000}}),
    "rule-near-fine": rule({"near": {"lat": 31, "lon": 121, "km": 0.0001}}),
    "rule-list": rule({"list": "nosuch"}),
    "segment-used": used_segment,
    "list-used": used_list,
}  # fmt: skip

SAY: Mapping[str, Any] = {
    "do": "message", "channel": "sandbox", "template": "hello", "touch": "service", "then": "end"
}  # fmt: skip
GRAPH: Mapping[str, Any] = {
    "entry": {"segment": "everybody"}, "start": "say", "nodes": {"say": SAY}
}  # fmt: skip


def journey(**parts: Any) -> Check:
    return lambda town: town.journey({**GRAPH, **parts})


def node(**parts: Any) -> Check:
    return journey(nodes={"say": parts})


def without(key: str) -> Check:
    return lambda town: town.journey({k: v for k, v in GRAPH.items() if k != key})


def taken_name(town: Town) -> Answer:
    def twice(work: Any) -> None:
        town.house.app.journeys.define(work, "j", GRAPH)
        town.house.app.journeys.define(work, "j", GRAPH)

    return town.define(twice)


def called(town: Town) -> Answer:
    def call(work: Any) -> None:
        town.house.app.journeys.define(work, "j", GRAPH)
        town.house.app.journeys.call(work, "j", [])

    return town.define(call)


def spins(town: Town) -> Answer:
    return town.journey({**GRAPH, "nodes": {"say": {**SAY, "then": "say"}}})


JOURNEYS: dict[str, Check] = {
    "journey-text": lambda town: town.journey("entry: ["),
    "journey-key-twice": lambda town: town.journey("start: a\nstart: b"),
    "journey-not-object": lambda town: town.journey(3),
    "journey-version": journey(version=2),
    "journey-name": journey(name="other"),
    "journey-key-unknown": journey(entrance={}),
    "journey-entry-missing": without("entry"),
    "journey-schedule": journey(entry={"schedule": "FREQ=MINUTELY", "for": {"everyone": True}}),
    "journey-schedule-for": journey(entry={"schedule": "FREQ=DAILY"}),
    "journey-list": journey(entry={"list": "nosuch"}),
    "journey-call": called,
    "journey-segment": journey(entry={"segment": "nosuch"}),
    "journey-start": journey(start="begin"),
    "journey-target": node(**{**SAY, "then": "nowhere"}),
    "journey-unreachable": journey(nodes={"say": SAY, "alone": SAY}),
    "journey-loop": spins,
    "journey-node-unknown": node(do="dance"),
    "journey-invite": node(do="invite", community="nosuch", then="end"),
    "journey-action": node(do="act", action="nosuch", then="end"),
    "journey-action-arguments": node(
        do="act", action="seat", arguments={"activity": "nosuch"}, then="end"
    ),
    "journey-task": node(do="task", to="anybody", script="Call her", then="end"),
    "journey-webhook": node(do="webhook", url="ftp://a.example", template="hello", then="end"),
    "journey-webhook-secret": node(
        do="webhook",
        url="https://a.example",
        template="hello",
        then="end",
        headers={"Authorization": "Bearer abc"},
    ),
    "journey-arms": node(do="random", branches=[["end", 50], ["end", 50]], as_experiment=True),
    "journey-node-key": node(**SAY, tuch="service"),
    "journey-template": node(**{**SAY, "template": "nosuch"}),
    "journey-template-channel": node(**{**SAY, "template": "by-mail"}),
    "journey-touch": node(**{**SAY, "touch": "loud"}),
    "journey-wait": node(do="wait", then="end"),
    "journey-wait-length": node(do="wait", **{"for": "soon"}, then="end"),
    "journey-timeout": node(
        do="wait_for", branches=[{"when": {"everyone": True}, "then": "end"}], timeout="1d"
    ),
    "journey-rule": node(
        do="split", **{"if": {"did": "Wine Rated", "withn": "3d"}}, yes="end", no="end"
    ),
    "journey-percent": node(do="random", branches=[["end", 50]]),
    "journey-sealed-trait": node(do="set", trait="email", value="x", then="end"),
    "journey-emit": node(do="emit", event="coterie.tagged", then="end"),
    "journey-holdout": journey(holdout=101),
    "journey-reentry": journey(reentry="always"),
    "journey-while": journey(reentry="while_in_segment"),
    "journey-keyed-segment": journey(key="order_id"),
    "journey-taken": taken_name,
}

INVITING: Mapping[str, Any] = {"channel": "sandbox", "template": "hello"}


def inviting(**parts: Any) -> Check:
    invitation = {**INVITING, **parts}
    return lambda town: town.community(segment="everybody", invitation=invitation)


COMMUNITIES: dict[str, Check] = {
    "community-slug": lambda town: town.community(slug="Pasta Club"),
    "community-title": lambda town: town.community(title=""),
    "community-language": lambda town: town.community(title={"it": "Pasta"}),
    "community-key": lambda town: town.community(colour="red"),
    "community-kind": lambda town: town.community(kind="club"),
    "community-topic": lambda town: town.community(topic="wine italy"),
    "community-half": lambda town: town.community(segment="everybody"),
    "community-segment": lambda town: town.community(segment="nosuch", invitation=INVITING),
    "community-template": inviting(template="nosuch"),
    "community-template-channel": inviting(template="by-mail"),
    "community-touch": inviting(touch="loud"),
    "community-expires": inviting(expires="soon"),
    "community-holdout": inviting(holdout=101),
}

TEMPLATES: dict[str, Check] = {
    "template-name": lambda town: town.template(name="My Template"),
    "template-empty": lambda town: town.template(" "),
    "template-syntax": lambda town: town.template("{{ traits.city"),
    "template-filter": lambda town: town.template("{{ traits.city | uppcase }}"),
    "template-include": lambda town: town.template("{% include 'other' %}"),
    "template-long": lambda town: town.template("x" * 20_001),
    "template-loop": lambda town: town.template("{% for i in (1..9999999) %}x{% endfor %}"),
    "template-subject": lambda town: town.template(subject="{% if %}"),
}


def playbook(text: str) -> Check:
    return lambda town: town.playbook("version: 1\n" + text)


def half_a_playbook(town: Town) -> Answer:
    good = {"path": "wine/italy"}
    text = json.dumps({"topics": [good], "segments": {"x": {"rule": {}}}, "version": 1})
    return town.playbook(text)


PLAYBOOKS: dict[str, Check] = {
    "playbook-yaml": lambda town: town.playbook("["),
    "playbook-empty": lambda town: town.playbook(""),
    "playbook-key-twice": playbook("name: pasta\nname: pizza"),
    "playbook-version": lambda town: town.playbook("version: 2"),
    "playbook-version-missing": lambda town: town.playbook("name: pasta"),
    "playbook-section": playbook("segment: {}"),
    "playbook-section-type": playbook("topics: {path: wine/italy}"),
    "playbook-key": playbook("topics: [{path: wine/italy, it: Italia}]"),
    "playbook-name": playbook("templates: [{text: Hello}]"),
    "playbook-type": playbook("templates: [{name: t, text: 3}]"),
    "playbook-segment-rule": playbook("segments: {x: {title: {en: X}}}"),
    "playbook-segment-key": playbook("segments: {x: {rule: {everyone: true}, titel: {}}}"),
    "playbook-points": playbook("scores: {activity: {Wine Rated: many}}"),
    "playbook-language": playbook("title: {it: Pasta}"),
    "playbook-topic": playbook("topics: [{path: wine//italy}]"),
    "playbook-half-life": playbook("scores: {activity_half_life: soon}"),
    "playbook-half-life-short": playbook("scores: {activity_half_life: 59s}"),
    "playbook-half-life-type": playbook("scores: {activity_half_life: 30}"),
    "playbook-weight": playbook("scores: {activity: {Wine Rated: -1}}"),
    "playbook-template": playbook("templates: [{name: t, text: '{{ a'}]"),
    "playbook-rule": half_a_playbook,
}


def poll(**parts: Any) -> Check:
    """Define a poll that is sound but for these parts."""
    choices = [{"code": "red", "en": "Red"}, {"code": "white", "en": "White"}]
    sound = {"question": {"en": "Red or white?"}, "choices": choices, "trait": "colour"}
    definition = {**sound, **parts}
    return lambda town: town.define(
        lambda work: town.house.app.polls.define(work, "colour", definition)
    )


POLLS: dict[str, Check] = {
    "poll-question": poll(question={}),
    "poll-kind": poll(kind="essay"),
    "poll-choices": poll(choices=[{"code": "red", "en": "Red"}]),
    "poll-code": poll(choices=[{"code": "red", "en": "Red"}, {"code": "red", "en": "Rosé"}]),
    "poll-number": poll(kind="number", choices=[], low=5, high=1),
    "poll-trait": poll(trait="email"),
    "poll-nothing": poll(trait=None),
    "poll-segment": poll(segment="nosuch"),
    "poll-key": poll(colour="red"),
}
