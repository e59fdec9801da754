"""Why an order is not a guide's. Pure."""

from collections.abc import Sequence

from coterie.guides.binding.machine import floored
from coterie.guides.binding.model import ALWAYS, BINDS, Span, Touch
from coterie.guides.credit.model import WHOLE, Line, Paid, WhyNot


def why_not(
    guide: str, order: Paid, lines: Sequence[Line], touches: Sequence[Touch], spans: Sequence[Span]
) -> WhyNot:
    """Say why an order is not a guide's, or not all hers; the lines are those that stand."""
    at = floored(order.at or 0)
    mine = sum(one.share for one in lines if one.guide == guide and one.kind == "credit")
    if mine:
        return WhyNot("all_yours" if mine == WHOLE else "part_yours", {"share": mine})
    first = next((one for one in lines if one.kind == "credit"), None)
    if first is not None and first.way == "in_store":
        return WhyNot("served_by_other", {"guide": first.guide, **first.values})
    own = [one for one in touches if one.guide == guide]
    before = [one for one in own if one.at <= at]
    if not before:
        later = next((one.at for one in own), None)
        return WhyNot("never_met") if later is None else WhyNot("too_late", {"at": later})
    had = [one for one in spans if one.guide == guide and one.since <= at]
    if had:
        return _lost(had[-1], spans)
    tried = next((one for one in reversed(before) if one.kind in BINDS | ALWAYS), None)
    if tried is None:
        return WhyNot("not_binding", {"at": before[-1].at, "kind": before[-1].kind})
    stood = next((one for one in spans if one.since <= tried.at < one.until), None)
    if stood is not None and stood.guide is not None:
        values = {"at": tried.at, "guide": stood.guide, "until": stood.protected}
        return WhyNot("protected" if tried.at < stood.protected else "later", values)
    return WhyNot("later", {"at": tried.at})


def _lost(last: Span, spans: Sequence[Span]) -> WhyNot:
    """Say how her binding to a guide ended before the order."""
    after = next((one for one in spans if one.since >= last.until), None)
    values = {"since": last.since, "until": last.until, "end": last.end}
    if last.end == "moved" and after is not None:
        return WhyNot("moved_away", {**values, "guide": after.guide, "why": after.why})
    return WhyNot("ended", values)
