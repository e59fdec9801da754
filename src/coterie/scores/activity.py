"""How active a person is: weighted events, capped a day, fading with a half-life."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from coterie.core.clock import WEEK, local_date
from coterie.events.model import Logged
from coterie.scores.counting import weigh
from coterie.scores.decay import Term, level, term, value
from coterie.scores.model import Activity, Lift, Part, Weights

_LIFTS = 3


def activity_level(
    events: Sequence[Logged], weights: Weights, now: int, zone: ZoneInfo
) -> float | None:
    """Return the level of a person's activity, None when nothing of hers counts."""
    half_life = weights.activity.half_life
    return level(
        [
            term(event.time, weight, half_life)
            for event, weight, counts in weigh(events, weights.activity, now, zone)
            if counts
        ]
    )


def activity(events: Sequence[Logged], weights: Weights, now: int, zone: ZoneInfo) -> Activity:
    """Return a person's activity with its parts, largest first; they sum up to the value."""
    half_life = weights.activity.half_life
    terms: defaultdict[str, list[Term]] = defaultdict(list)
    over: Counter[str] = Counter()
    today: Counter[str] = Counter()
    for event, weight, counts in weigh(events, weights.activity, now, zone):
        if local_date(event.time, zone) == local_date(now, zone):
            today[event.name] += 1
        if counts:
            terms[event.name].append(term(event.time, weight, half_life))
        else:
            over[event.name] += 1
    parts = [
        Part(name, value(level(own), now, half_life), len(own), over[name])
        for name, own in terms.items()
    ]
    week_ago = now - WEEK
    return Activity(
        value=value(level([one for own in terms.values() for one in own]), now, half_life),
        week_ago=value(activity_level(events, weights, week_ago, zone), week_ago, half_life),
        parts=tuple(sorted(parts, key=lambda part: (-part.points, part.event))),
        lifts=_lifts(weights, set(terms), today),
        weights_version=weights.version,
    )


def _lifts(weights: Weights, seen: set[str], today: Counter[str]) -> tuple[Lift, ...]:
    kinds = weights.activity
    lifts = [
        Lift(name, kinds.weight(name))
        for name in seen | set(kinds.weights)
        if kinds.weight(name) > 0 and today[name] < kinds.cap_of(name)
    ]
    return tuple(sorted(lifts, key=lambda lift: (-lift.points, lift.event))[:_LIFTS])
