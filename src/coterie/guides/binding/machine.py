"""The state machine of binding: touches in, spans out. Pure.

A customer is unbound; then bound and protected; then bound and open, when a later touch of another
guide takes her; then, after a silence, unbound again. Nobody is ever two guides' at an instant:
a span begins only where the one before it ends.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from coterie.core.clock import SECOND
from coterie.guides.binding.model import (
    ALWAYS,
    BINDS,
    BY_GUIDE,
    End,
    Rules,
    Span,
    Touch,
    Why,
    day,
)
from coterie.guides.organisation.model import Ends

FOREVER = 2**53


def floored(moment: int) -> int:
    """Return the whole second that a moment lies in: the platform tells no finer.

    >>> floored(1_999)
    1000
    """
    return moment - moment % SECOND


def rules_at(rules: Sequence[Rules], moment: int) -> Rules:
    """Return the rules that hold at a moment; they are in order, the first hold from ever."""
    return next((one for one in reversed(rules) if one.since <= moment), rules[0])


def settle(
    touches: Iterable[Touch], rules: Sequence[Rules], ending: Ends, before: Sequence[Span] = ()
) -> list[Span]:
    """Settle who had her when: all touches in order, or later ones on top of a person's last span.

    >>> day1 = Touch(0, "code", "ann", None, "e1")
    >>> [(one.guide, one.end) for one in settle([day1], [Rules()], Ends())]
    [('ann', 'silence')]
    """
    spans = list(before)
    for touch in sorted(touches, key=lambda one: one.order):
        _let_pass(spans, touch.at, ending)
        _take(spans, touch, rules_at(rules, touch.at), ending)
    _let_pass(spans, FOREVER, ending)
    return spans


def _take(spans: list[Span], touch: Touch, rules: Rules, ending: Ends) -> None:
    """Let one touch change whose she is from its moment on."""
    at = touch.at
    held = spans[-1] if spans and spans[-1].since <= at < spans[-1].until else None
    if touch.kind == "deleted":
        if held is not None and held.guide == touch.guide:
            _cut(spans, at, "deleted")
        return
    if touch.kind == "bought":
        if held is not None:
            spans[-1] = _renewed(held, touch, rules)
        return
    if touch.guide is None or ending.left.get(touch.guide, FOREVER) <= at:
        return
    if held is not None and held.guide == touch.guide:
        renewed = _renewed(held, touch, rules)
        if renewed.store != held.store:  # another store's customer from now on, not before
            _cut(spans, at, "moved")
            why: Why = touch.kind  # type: ignore[assignment]  # a touch that renews here moves her
            renewed = replace(renewed, since=at, why=why, cause=touch.cause, before=held.guide)
            spans.append(renewed)
        else:
            spans[-1] = renewed
    elif touch.kind in ALWAYS or (touch.kind in BINDS and _is_free(held, at)):
        if held is not None:
            _cut(spans, at, "moved")
        spans.append(_begun(touch, rules, None if held is None else held.guide))


def _is_free(held: Span | None, at: int) -> bool:
    return held is None or held.guide is None or held.protected <= at


def _begun(touch: Touch, rules: Rules, before: str | None) -> Span:
    why: Why = touch.kind  # type: ignore[assignment]  # only kinds that begin one come here
    made = Span(
        guide=touch.guide, store=touch.store, since=touch.at, until=touch.at,
        protected=touch.at + day(rules.protection), valid=touch.at + day(rules.validity),
        seen=touch.at, why=why, cause=touch.cause, end="silence", before=before,
    )  # fmt: skip
    return _lasting(made, rules)


def _renewed(held: Span, touch: Touch, rules: Rules) -> Span:
    """Let a touch of the two keep the binding alive; it never gets shorter."""
    if touch.kind == "link":
        return held
    protects = touch.kind in ALWAYS or (touch.kind == "order" and rules.orders_protect)
    mark = touch.at + day(rules.protection) if protects else 0
    moved = touch.kind in ALWAYS and touch.store is not None
    return _lasting(
        replace(
            held,
            store=touch.store if moved or held.store is None else held.store,
            valid=max(held.valid, touch.at + day(rules.validity)),
            seen=touch.at if touch.kind in BY_GUIDE | ALWAYS else held.seen,
            protected=max(held.protected, mark),
        ),
        rules,
    )


def _lasting(span: Span, rules: Rules) -> Span:
    """Reckon when a span ends by itself: by both's silence, or by the guide's alone."""
    alone = span.seen + day(rules.release)
    if rules.release and span.guide is not None and alone < span.valid:
        return replace(span, until=alone, end="inactive", protected=min(span.protected, alone))
    return replace(span, until=span.valid, end="silence")


def _cut(spans: list[Span], at: int, end: End) -> None:
    """End the last span; one that would have no length was never there."""
    last = spans.pop()
    if last.since < at:
        spans.append(replace(last, until=at, end=end))


def _let_pass(spans: list[Span], until: int, ending: Ends) -> None:
    """Let guides leave and stores close before a moment, as far as that ends the last span."""
    while spans:
        last = spans[-1]
        left = FOREVER if last.guide is None else ending.left.get(last.guide, FOREVER)
        closed, heir = ending.closed.get(last.store or "", (FOREVER, None))
        at = max(min(left, closed), last.since)
        if at >= last.until or at > until:
            return
        if left <= closed:
            _cut(spans, at, "guide_left")
            after = replace(
                last, guide=None, since=at, protected=at, until=last.valid, end="silence",
                why="guide_left", cause=f"left:{last.guide}", before=last.guide,
            )  # fmt: skip
            if last.store is not None and at < after.until:
                spans.append(after)
            continue
        _cut(spans, at, "store_closed")
        if last.guide is not None or heir is not None:
            spans.append(
                replace(
                    last,
                    store=heir,
                    since=at,
                    why="store_closed",
                    cause=f"closed:{last.store}",
                    before=last.guide,
                )
            )
        else:
            return
