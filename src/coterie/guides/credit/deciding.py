"""Whose work an order was. Pure.

First who served her in the store when she bought; then whose customer she was; then whose channel
code she last came by; then who sent the link that she followed last; else nobody. What happened
after the payment changes nothing of it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from coterie.core.clock import DAY, HOUR
from coterie.guides.binding.machine import floored
from coterie.guides.binding.model import Rules, Span, Touch
from coterie.guides.credit.model import WHOLE, Paid, Part, Way


def decide(
    order: Paid,
    touches: Sequence[Touch],
    spans: Sequence[Span],
    rules: Rules,
    left: Mapping[str, int],
) -> list[Part]:
    """Return whose work an order was, 10,000 in all; touches and spans of its customer."""
    at = floored(order.at or 0)
    known = [one for one in touches if one.at <= at]
    hers = next((one for one in spans if one.since <= at < one.until), None)
    served = _served(order, known, rules, at, left)
    if served is not None:
        return _in_store(served, hers, rules, at)
    if hers is not None:
        return _bound(hers, rules, at)
    led = _led(known, "code", rules.code_days, at) or _led(known, "link", rules.link_days, at)
    if led is not None:
        way: Way = "code" if led.kind == "code" else "link"
        values = {"at": led.at, "label": led.label}
        there = led.guide is None or left.get(led.guide, at + 1) > at
        guide = led.guide if there else None
        return [Part(guide, led.store or order.store, way, WHOLE, f"by_{way}", values)]
    return [Part(None, order.store, "organic", WHOLE, "organic")]


def _served(
    order: Paid, known: Sequence[Touch], rules: Rules, at: int, left: Mapping[str, int]
) -> Touch | None:
    """Return who served her: whom the order names, else whose code she held her phone at."""
    named = [one for one in known if one.kind == "order" and one.cause == order.event]
    since = at - rules.scan_hours * HOUR
    scanned = [one for one in known if one.kind == "scan" and one.at >= since]
    for one in (*named, *reversed(scanned)):
        if one.guide is not None and left.get(one.guide, at + 1) > at:
            return one
    return None


def _in_store(served: Touch, hers: Span | None, rules: Rules, at: int) -> list[Part]:
    values = {"at": served.at, "kind": served.kind}
    other = hers is not None and hers.guide is not None and hers.guide != served.guide
    if hers is None or not other or rules.served == WHOLE:
        return [Part(served.guide, served.store, "in_store", WHOLE, "served", values)]
    rest = WHOLE - rules.served
    split = [
        Part(served.guide, served.store, "in_store", rules.served, "served_other",
             {**values, "hers": hers.guide}),
        Part(hers.guide, hers.store, "bound", rest, "hers_served",
             {"since": hers.since, "by": served.guide, "at": at}),
    ]  # fmt: skip
    return [one for one in split if one.share]


def _bound(hers: Span, rules: Rules, at: int) -> list[Part]:
    values: dict[str, Any] = {"since": hers.since, "until": hers.until, "why": hers.why}
    if hers.guide is None:
        values["before"] = hers.before
        return [Part(None, hers.store, "bound", WHOLE, "in_trust", values)]
    fresh = hers.why == "handed" and at < hers.since + rules.handed_days * DAY
    if not fresh or hers.before is None or rules.handed == WHOLE:
        return [Part(hers.guide, hers.store, "bound", WHOLE, "bound", values)]
    rest = WHOLE - rules.handed
    split = [
        Part(hers.guide, hers.store, "bound", rules.handed, "handed_to",
             {**values, "before": hers.before}),
        Part(hers.before, hers.store, "bound", rest, "handed_from",
             {**values, "to": hers.guide}),
    ]  # fmt: skip
    return [one for one in split if one.share]


def _led(known: Sequence[Touch], kind: str, days: int, at: int) -> Touch | None:
    found = [one for one in known if one.kind == kind and one.at >= at - days * DAY]
    return found[-1] if found else None
