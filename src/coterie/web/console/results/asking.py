"""What pages of results are asked, and what their rows say."""

from typing import Any

from coterie.core.errors import Invalid
from coterie.storage.work import Work
from coterie.web.console.results import picture, saying
from coterie.web.console.results.gather import Asker, Result
from coterie.web.ports import Served
from coterie.web.speech import Speech

WINDOWS = (7, 14, 30)
_LONGEST_NAME = 255


def asked(event: str, days: int) -> None:
    """Check what a result was asked for; raises Invalid."""
    if days not in WINDOWS:
        raise Invalid(f"{days} days are no window here", path="days", hint="7, 14 or 30")
    if not event or len(event) > _LONGEST_NAME or event.startswith("coterie."):
        raise Invalid("this is no outcome", path="event", hint="the name of what people did")


def shown(speech: Speech, rows: list[Result], days: int) -> list[dict[str, Any]]:
    """Return what templates say of results, drawn on one scale."""
    half = picture.scale([row.lift for row in rows])
    return [_shown(speech, row, half, days) for row in rows]


def _shown(speech: Speech, row: Result, half: float, days: int) -> dict[str, Any]:
    lift, asker = row.lift, row.asker
    _, tone, symbol = saying.VERDICTS[lift.verdict]
    return {
        "title": title_of(speech, asker),
        "kind": asker.kind,
        "kind_words": speech.gettext(saying.KINDS[asker.kind]),
        "address": f"/results/{asker.kind}/{asker.slug}",
        "own_address": asker.address,
        "paused": asker.paused,
        "share": asker.share,
        "lift": lift,
        "counts": row.counts,
        "settled": row.settled,
        "bar": picture.bar(lift, half),
        "difference": "" if lift.difference is None else saying.points(speech, lift.difference),
        "interval": saying.interval(speech, lift),
        "verdict": saying.verdict(speech, lift),
        "tone": tone,
        "symbol": symbol,
        "reason": saying.reason(speech, lift, days),
        "short_reason": saying.short_reason(speech, lift, days),
        "detectable": None
        if lift.detectable is None
        else saying.points(speech, lift.detectable, signed=False),
    }


def title_of(speech: Speech, asker: Asker) -> str:
    """Return what an asker is called."""
    return speech.title(asker.title) or asker.slug


def outcomes(house: Served, work: Work) -> list[str]:
    """Return what people did that may be an outcome, the most frequent first."""
    counts: dict[str, int] = {}
    for (_, name), number in house.analytics.behaviours(work).items():
        counts[name] = counts.get(name, 0) + number
    return sorted(counts, key=lambda name: (-counts[name], name))[:200]
