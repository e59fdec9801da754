"""How active some people are together: a community, a group, whoever a guide serves.

Made of the same events as each one's own activity, by the same weights and caps; the sum is that
of their activities. Told of who they are now, a week ago too, so that the trend is theirs and not
that of coming and going.
"""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import numpy as np

from coterie.core.clock import WEEK, local_date, midnight
from coterie.events.model import Traces
from coterie.scores.columns import Sums, Weighed, sum_up_by, weigh
from coterie.scores.decay import value
from coterie.scores.model import Lift, Part, Together, Weights

_LIFTS = 3


def together(traces: Traces, people: int, weights: Weights, now: int, zone: ZoneInfo) -> Together:
    """Tell what so many people's events are worth together; the parts sum up to the total."""
    half_life = weights.activity.half_life
    weighed = weigh(traces, weights.activity, now, zone)
    by_name = _worth(sum_up_by(traces, weighed, traces.name, half_life), now, half_life)
    counted = np.bincount(traces.name[weighed.place], minlength=len(traces.names))
    could = weigh(traces, weights.activity, now, zone, capped=False)
    all_of = np.bincount(traces.name[could.place], minlength=len(traces.names))
    parts = [
        Part(traces.names[name], points, int(counted[name]), int(all_of[name] - counted[name]))
        for name, points in by_name.items()
    ]
    lately = weighed.place[traces.time[weighed.place] > now - WEEK]
    return Together(
        people=people,
        total=_total(traces, weighed, now, half_life),
        week_ago=_total(
            traces, weigh(traces, weights.activity, now - WEEK, zone), now - WEEK, half_life
        ),
        lately=len(np.unique(traces.profile[lately])),
        parts=tuple(sorted(parts, key=lambda part: (-part.points, part.event))),
        lifts=_lifts(traces, weighed, people, weights, midnight(local_date(now, zone), zone)),
        weights_version=weights.version,
    )


def _total(traces: Traces, weighed: Weighed, now: int, half_life: int) -> float:
    one = np.zeros(len(traces.time), np.int32)
    found = _worth(sum_up_by(traces, weighed, one, half_life), now, half_life)
    return found.get(0, 0.0)


def _worth(sums: Sums, now: int, half_life: int) -> Mapping[int, float]:
    places, _, levels = sums.levels()
    return {
        place: value(level, now, half_life) for place, level in zip(places, levels, strict=True)
    }


def _lifts(
    traces: Traces, weighed: Weighed, people: int, weights: Weights, today: int
) -> tuple[Lift, ...]:
    """Say what one such event more of everybody who has room for it today would add to the mean."""
    kinds = weights.activity
    place = weighed.place[traces.time[weighed.place] >= today]
    each, number = np.unique(
        traces.profile[place].astype(np.int64) * len(traces.names) + traces.name[place],
        return_counts=True,
    )
    name = each % max(len(traces.names), 1)
    caps = np.array([kinds.cap_of(one) for one in traces.names], dtype=np.int64)
    full = np.bincount(name[number >= caps[name]], minlength=len(traces.names)).tolist()
    done = {traces.names[one] for one in np.unique(traces.name[weighed.place]).tolist()}
    room = dict.fromkeys((*kinds.weights, *done), people)
    room |= {one: people - full[at] for at, one in enumerate(traces.names) if one in room}
    lifts = [
        Lift(one, kinds.weight(one) * left / people)
        for one, left in room.items()
        if people and kinds.weight(one) > 0 and left > 0
    ]
    return tuple(sorted(lifts, key=lambda lift: (-lift.points, lift.event))[:_LIFTS])
