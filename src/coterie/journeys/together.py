"""Many runs taken on together: one step for those that stand alike, one asking for their messages.

Used where each run stands in a row of its own. What is true of one of them is true of all, unless
it asks what tells them apart; then each goes by itself.
"""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np
from pyroaring import BitMap

from coterie.journeys import saying
from coterie.journeys.bands.forking import Fork, Moments, StandIn, asking
from coterie.journeys.model import Defined, Journey, Message, Run, WaitProperty
from coterie.journeys.stepper import Seen, Stride, step
from coterie.messaging.alike.model import Asking, Said

FEW = 8
"""So few messages are asked for one by one."""

Wanting = tuple[Run, Message]
"""A run that stands at a message which is to be asked for."""


class Strides:
    """The strides of one walk that are the same for all runs that stand alike."""

    def __init__(self, now: int, zone: ZoneInfo, moments: Moments) -> None:
        self._now, self._zone, self._moments = now, zone, moments
        self._taken: dict[tuple[object, ...], tuple[Run, Stride] | None] = {}
        self._alone: dict[str, bool] = {}

    def of(self, defined: Defined, run: Run, told: int, news: str | None) -> Stride | None:
        """Return a run's stride; None where it asks something of its person, or of its cause."""
        if run.cause is not None and self._looks_at_causes(defined.journey):
            return None
        visits = tuple((name, visit.count, visit.at) for name, visit in run.visits.items())
        standing = (
            run.journey, run.node, run.arrived, run.due, run.awaiting is None, run.shadow,
            run.ended, visits, told, news,
        )  # fmt: skip
        if standing not in self._taken:
            self._taken[standing] = self._take(defined, run, told, news)
        taken = self._taken[standing]
        if taken is None:
            return None
        before, stride = taken
        return Stride(_moved(run, before, stride.run), stride.done, stride.learning, stride.drawn)

    def _take(
        self, defined: Defined, run: Run, told: int, news: str | None
    ) -> tuple[Run, Stride] | None:
        anybody = StandIn({})
        ask = asking({}, self._moments)
        seen = Seen(self._now, told, anybody, self._zone, ask, defined.state == "active")
        try:
            return run, step(defined.journey, run, seen, news)
        except Fork:
            return None

    def _looks_at_causes(self, journey: Journey) -> bool:
        if journey.slug not in self._alone:
            nodes = journey.nodes.values()
            self._alone[journey.slug] = any(isinstance(node, WaitProperty) for node in nodes)
        return self._alone[journey.slug]


def _moved(run: Run, before: Run, after: Run) -> Run:
    """Move a run as another one moved that stood where it stands."""
    if after is before:
        return run
    return run.turned(
        node=after.node,
        arrived=after.arrived,
        due=after.due,
        awaiting=None if after.awaiting is None else run.awaiting,
        visits=after.visits,
        ended=after.ended,
        reason=after.reason,
    )


def gather(
    wanting: Sequence[Wanting],
) -> tuple[list[tuple[Message, dict[int, Run]]], list[Wanting]]:
    """Sort out the messages that can be asked for together, by person; and the others.

    Together go those of one node at one moment: one cause names them all.
    """
    several: dict[tuple[str, str, int], tuple[Message, dict[int, Run]]] = {}
    alone: list[Wanting] = []
    for run, message in wanting:
        of = (run.journey, run.node, run.visits[run.node].at)
        runs = several.setdefault(of, (message, {}))[1]
        if run.key is None and message.post is None and run.profile not in runs:
            runs[run.profile] = run
        else:
            alone.append((run, message))
    found = [each for each in several.values() if each[1]]
    if sum(len(runs) for _, runs in found) < FEW:
        return [], list(wanting)
    return found, alone


def asking_of(message: Message, runs: dict[int, Run], now: int) -> Asking:
    """Ask for one node's message for several runs, each with what its own cause was."""
    some = list(runs.values())
    people = np.fromiter(runs, np.int32, len(runs))
    born_to = np.fromiter((run.came_with or run.profile for run in some), np.int32, len(runs))
    out = (run.profile for run in some if run.shadow and message.touch != "service")
    return Asking(
        saying.alike(some[0], message, now, shared=False),
        people,
        born_to,
        BitMap(out),
        own=lambda profile: saying.variables(runs[profile]),
        items={run.profile: saying.items(run) for run in some if run.cause and run.cause.items},
    )


def status_of(run: Run, message: Message, said: Said) -> str:
    """Say what became of a message that was asked for together with others."""
    if run.profile in said.singly:
        return said.singly[run.profile].status
    if run.profile in said.held:
        return "held"
    return "shadow" if run.shadow and message.touch != "service" else "queued"
