"""A rule back as the JSON it is read from: ``parse(to_json(rule)) == rule``."""

from collections.abc import Callable
from typing import Any

from coterie.core.clock import DAY, HOUR, MINUTE, SECOND, format_time
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
    Not,
    Rule,
    Share,
    Tag,
    Trait,
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
        written["where"] = [_condition("property", test) for test in matching.where]
    if matching.topic is not None:
        written["topic"] = matching.topic
    if matching.same_key:
        written["same_key"] = True
    return {**written, **_window(matching.window)}


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
    InSegment: lambda rule: {"in_segment": rule.segment},
    Bucket: _bucket,
}
