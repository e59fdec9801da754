"""A rule back as the JSON it is read from: ``parse(to_json(rule)) == rule``."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from coterie.core.clock import DAY, HOUR, MINUTE, SECOND, format_time
from coterie.segments.language.events_parse import PERCENT
from coterie.segments.model import (
    All,
    Any_,
    Bounds,
    Bucket,
    Condition,
    Consents,
    Did,
    Everyone,
    InSegment,
    Last,
    Listed,
    Matching,
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
    Window,
)


def to_json(rule: Rule) -> dict[str, Any]:
    """Write a rule as the JSON tree that ``parse`` reads."""
    return _WRITERS[type(rule)](rule)


def duration_text(length: int) -> str:
    """Write a duration in its largest whole unit: ``30d``, ``36h``, ``90s``.

    >>> duration_text(36 * HOUR), duration_text(0)
    ('36h', '0d')
    """
    for unit, letter in ((DAY, "d"), (HOUR, "h"), (MINUTE, "m")):
        if length % unit == 0:
            return f"{length // unit}{letter}"
    return f"{length // SECOND}s"


def _condition(subject: str, condition: Condition) -> dict[str, Any]:
    written: dict[str, Any] = {subject: condition.path, "op": condition.op}
    value = condition.value
    if value is not None:
        if condition.op in ("before", "after") and isinstance(value, int):
            value = format_time(value)
        written["value"] = list(value) if isinstance(value, tuple) else value
    if condition.duration is not None:
        written["duration"] = duration_text(condition.duration)
    if condition.fold:
        written["fold"] = True
    return written


def _window(window: Window) -> dict[str, Any]:
    if window.within is not None:
        return {"within": duration_text(window.within)}
    if window.start is not None and window.end is not None:
        return {"between": [format_time(window.start), format_time(window.end)]}
    written: dict[str, Any] = {}
    if window.since is not None:
        written["since"] = window.since
    elif window.start is not None:
        written["since"] = format_time(window.start)
    if window.end is not None:
        written["before"] = format_time(window.end)
    return written


def _matching(kind: str, matching: Matching) -> dict[str, Any]:
    written: dict[str, Any] = {kind: matching.name}
    if matching.where:
        written["where"] = _tests(matching.where)
    if matching.topic is not None:
        written["topic"] = matching.topic
    if matching.same_key:
        written["same_key"] = True
    return {**written, **_window(matching.window)}


def _tests(tests: tuple[Condition, ...]) -> list[dict[str, Any]]:
    return [_condition("property", test) for test in tests]


def _bounds(bounds: Bounds) -> dict[str, Any]:
    """Write bounds; a key that would stand twice came from a ``between``."""
    keys = [key for key, _ in bounds.tests]
    pair = next((i for i in range(len(keys) - 1) if keys[i : i + 2] == [">=", "<="]), None)
    if len(set(keys)) == len(keys) or pair is None:
        return dict(bounds.tests)
    low, high = bounds.tests[pair][1], bounds.tests[pair + 1][1]
    before, after = bounds.tests[:pair], bounds.tests[pair + 2 :]
    return {**dict(before), "between": [low, high], **dict(after)}


def _did(rule: Did) -> dict[str, Any]:
    written = _matching("did", rule.matching)
    if rule.measure == "count":
        return {**written, "count": _bounds(rule.bounds)}
    return {**written, rule.measure: rule.of, "is": _bounds(rule.bounds)}


def _last(rule: Last) -> dict[str, Any]:
    return {**_matching("last", rule.matching), "has": _tests(rule.has)}


def _pair(rule: Then) -> dict[str, Any]:
    window = rule.first.window
    written = _matching("did", replace(rule.first, window=replace(window, within=None)))
    written["then_not" if rule.absent else "then"] = rule.second.name
    if rule.second.where:
        written["then_where"] = _tests(rule.second.where)
    if rule.second.topic is not None:
        written["then_topic"] = rule.second.topic
    for key, length in (("within", rule.within), ("after", rule.after), ("during", window.within)):
        if length is not None and (length or key != "after"):
            written[key] = duration_text(length)
    return written


def _trend(rule: Trend) -> dict[str, Any]:
    written = {**_matching("trend", rule.matching), "window": duration_text(rule.window)}
    if rule.at_least_before != 1:
        written["at_least_before"] = rule.at_least_before
    return {**written, "is": _bounds(rule.bounds)}


def _top(rule: Top) -> dict[str, Any]:
    if isinstance(rule.of, str):
        written: dict[str, Any] = {"trait": rule.of}
    else:
        written = _matching("did", rule.of.matching)
        if rule.of.measure != "count":
            written[rule.of.measure] = rule.of.of
    if rule.share is not None:
        whole = rule.share % PERCENT == 0
        written["percent"] = rule.share // PERCENT if whole else rule.share / PERCENT
    else:
        written["count"] = rule.count
    return {"bottom" if rule.bottom else "top": written}


def _bucket(rule: Bucket) -> dict[str, Any]:
    return {"bucket": {"salt": rule.salt, "from": rule.start, "to": rule.end}}


_WRITERS: dict[type, Callable[[Any], dict[str, Any]]] = {
    All: lambda rule: {"all": [to_json(part) for part in rule.parts]},
    Any_: lambda rule: {"any": [to_json(part) for part in rule.parts]},
    Not: lambda rule: {"not": to_json(rule.part)},
    Everyone: lambda _rule: {"everyone": True},
    Trait: lambda rule: _condition("trait", rule.condition),
    Tag: lambda rule: {"tag": rule.tag},
    Did: _did,
    Share: lambda rule: {**_matching("share", rule.matching), "is": _bounds(rule.bounds)},
    Last: _last,
    Then: _pair,
    Trend: _trend,
    Top: _top,
    InSegment: lambda rule: {"in_segment": rule.segment},
    Bucket: _bucket,
    Participant: lambda rule: {f"in_{rule.kind}": rule.slug},
    Consents: lambda rule: {"consents": {"purpose": rule.purpose, "channel": rule.channel}},
    Near: lambda rule: {"near": {"lat": rule.lat, "lon": rule.lon, "km": rule.km}},
    Listed: lambda rule: {"list": rule.name},
}
