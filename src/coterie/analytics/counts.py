"""Read the tallies of the log into the counts that people ask for. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from coterie.analytics.store import Tally

SIMULATION = "simulation"
"""The source of what a scenario does in people's place."""

_ENDINGS = ("sent", "failed", "held", "shadow")


def by_name(did: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """Sum what people did over its sources.

    >>> by_name({("app", "Article Read"): 2, ("web", "Article Read"): 1})
    {'Article Read': 3}
    """
    names: Counter[str] = Counter()
    for (_, name), number in did.items():
        names[name] += number
    return dict(sorted(names.items()))


def message_counts(facts: Sequence[Tally], origin: str | None = None) -> dict[str, Any]:
    """Count messages by what became of them, and the held ones by reason.

    What still waits in the outbox is no fact, and is not counted.
    """
    status: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for fact in facts:
        if fact.name.startswith("coterie.message.") and origin in (None, fact.origin):
            status[fact.name.removeprefix("coterie.message.")] += fact.count
            if fact.name == "coterie.message.held":
                reasons[fact.reason] += fact.count
    return {
        "by_status": {ending: status[ending] for ending in _ENDINGS},
        "held_by_reason": dict(sorted(reasons.items())),
    }


def journey_counts(facts: Sequence[Tally], slug: str, titles: Mapping[str, str]) -> dict[str, Any]:
    """Count a journey's runs and its messages by what became of them."""
    messages = message_counts(facts, f"journey:{slug}")["by_status"]
    runs: Counter[str] = Counter()
    for fact in facts:
        if fact.origin == slug and fact.name.startswith("coterie.journey."):
            runs[fact.name.removeprefix("coterie.journey.")] += fact.count
    return {
        "title": dict(titles),
        "entered": runs["entered"],
        "waiting": runs["entered"] - runs["exited"],
        **messages,
    }
