"""What people had, from the columns of the log, and what is not to be offered to them. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from coterie.events.model import Traces
from coterie.scores.recommending.model import Places

OFFERED = "coterie.message.sent"
"""The fact whose items a message offered."""


@dataclass(frozen=True)
class History:
    """The places of what somebody had, what is barred to her, and what she did with each last."""

    places: Places
    barred: Places
    last: Mapping[int, tuple[str, int]]


def history_of(
    people: Sequence[int],
    traces: Traces,
    place: Mapping[str, int],
    weight: Callable[[str], float],
    *,
    offered_since: int,
    again: Sequence[bool],
    before: int,
    now: int,
) -> dict[int, History]:
    """Put together what each of these people had by ``now``, of the items that have a place.

    Barred is what she had, unless its kind comes ``again`` and she last had it before ``before``,
    and what a message offered her since ``offered_since``.
    """
    last: dict[int, dict[int, tuple[str, int]]] = {one: {} for one in people}
    offered: dict[int, set[int]] = {one: set() for one in people}
    counts = np.array([weight(name) > 0 for name in traces.names], np.bool_)
    touched = [[place[item] for item in items if item in place] for items in traces.touched]
    named = np.array([bool(one) for one in touched], np.bool_)
    kept = np.flatnonzero(traces.time <= now)
    if len(kept):
        kept = kept[named[traces.items[kept]]]
    for row in kept[np.argsort(traces.time[kept], kind="stable")].tolist():
        whose, at = int(traces.profile[row]), int(traces.time[row])
        name, items = traces.names[traces.name[row]], touched[traces.items[row]]
        if counts[traces.name[row]]:
            last[whose].update((one, (name, at)) for one in items)
        elif name == OFFERED and at > offered_since:
            offered[whose].update(items)
    return {
        one: History(
            places=np.array(sorted(hers), np.int32),
            barred=np.array(
                sorted(
                    {item for item, (_, at) in hers.items() if not (again[item] and at < before)}
                    | offered[one]
                ),
                np.int32,
            ),
            last=hers,
        )
        for one, hers in last.items()
    }
