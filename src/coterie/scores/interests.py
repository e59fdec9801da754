"""What a person is interested in: events on items, spread over the items' topics, fading.

An event of weight w on an item with the topic ``a/b/c`` gives w to ``a/b/c``, ``inherit`` times w
to ``a/b`` and ``inherit`` squared times w to ``a``. One event is one piece of evidence: through
several topics of an item, or several items of an order, a topic gets the largest share once, not
the sum, so that a finely tagged article does not outweigh a plainly tagged one.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from coterie.core.clock import DAY
from coterie.events.model import Logged
from coterie.scores.counting import weigh
from coterie.scores.decay import Term, level, term, value
from coterie.scores.model import Evidence, Interest, Weights


class Share(NamedTuple):
    """The share of an event's weight that goes to a topic, and the item that it comes through."""

    topic: str
    share: float
    item: str


class Spread:
    """Spreads events over topics; remembers what it worked out, for one catalog and weights."""

    def __init__(self, topics_of: Mapping[str, Sequence[str]], inherit: float) -> None:
        self._topics_of = topics_of
        self._inherit = inherit
        self._known: dict[tuple[str, ...], tuple[Share, ...]] = {}

    def of(self, items: tuple[str, ...]) -> tuple[Share, ...]:
        """Return the shares of an event on these items, none when they have no topic."""
        shares = self._known.get(items)
        if shares is None:
            shares = self._known[items] = self._work_out(items)
        return shares

    def _work_out(self, items: tuple[str, ...]) -> tuple[Share, ...]:
        best: dict[str, Share] = {}
        for item in items:
            for topic in self._topics_of.get(item, ()):
                share, path = 1.0, topic
                while path and share > 0:
                    if path not in best or best[path].share < share:
                        best[path] = Share(path, share, item)
                    path = path.rpartition("/")[0]
                    share *= self._inherit
        return tuple(best.values())


def interest_levels(
    events: Sequence[Logged],
    weights: Weights,
    spread: Spread,
    now: int,
    zone: ZoneInfo,
    wanted: Collection[str] | None = None,
) -> dict[str, float]:
    """Return the level of each topic (each of the wanted) that a person's events speak for."""
    half_life = weights.interest.half_life
    terms: defaultdict[str, list[Term]] = defaultdict(list)
    touching = [event for event in events if event.items]
    for event, weight, counts in weigh(touching, weights.interest, now, zone, per_items=True):
        if not counts:
            continue
        for topic, share, _ in spread.of(event.items):
            if wanted is None or topic in wanted:
                terms[topic].append(term(event.time, weight * share, half_life))
    levels = {topic: level(own) for topic, own in terms.items()}
    return {topic: found for topic, found in levels.items() if found is not None}


def interests(
    events: Sequence[Logged], weights: Weights, spread: Spread, now: int, zone: ZoneInfo
) -> list[Interest]:
    """Return a person's interests with their evidence, the strongest first."""
    half_life = weights.interest.half_life
    evidence: defaultdict[str, list[Evidence]] = defaultdict(list)
    touching = [event for event in events if event.items]
    for event, weight, counts in weigh(touching, weights.interest, now, zone, per_items=True):
        if not counts:
            continue
        for topic, share, item in spread.of(event.items):
            points = value(level([term(event.time, weight * share, half_life)]), now, half_life)
            evidence[topic].append(Evidence(event.name, item, event.time, points))
    levels = interest_levels(events, weights, spread, now, zone)
    since = now - weights.evidence_days * DAY
    found = [
        _interest(weights, topic, value(levels[topic], now, half_life), own, since)
        for topic, own in evidence.items()
    ]
    return sorted(found, key=lambda one: (-one.value, one.topic))


def _interest(
    weights: Weights, topic: str, worth: float, evidence: list[Evidence], since: int
) -> Interest:
    recent, needed = sum(one.time >= since for one in evidence), weights.evidence_count
    return Interest(
        topic=topic,
        value=worth,
        recent=recent,
        needed=needed,
        believed=recent >= needed,
        note="" if recent >= needed else f"not enough evidence ({recent} of {needed})",
        last=evidence[0].time,
        evidence=tuple(evidence),
    )
