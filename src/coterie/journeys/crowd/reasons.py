"""Why somebody stands at a node: what began her run, and what was decided last. Pure."""

from coterie.journeys.crowd.model import Began, Standing, Step
from coterie.journeys.graph import paths
from coterie.journeys.model import Journey, Run, SegmentEntry, targets


def standing(journey: Journey, run: Run, started_by: str) -> Standing:
    """Tell a run's reasons; ``started_by`` is what the run was begun with."""
    last = last_step(run)
    way = None if last is None else way_taken(journey, last.node, run.node)
    return Standing(
        run=run,
        began=began(journey, started_by),
        since=run.arrived,
        until=run.due if run.arrived is not None else None,
        last=last,
        way=way,
    )


def began(journey: Journey, started_by: str) -> Began:
    """Read what a run was begun with.

    >>> from coterie.journeys.model import WaitDuration
    >>> began(Journey("a", SegmentEntry("s"), "w", {"w": WaitDuration(1, "end")}), "present:7:0")
    'present'
    """
    if not isinstance(journey.entry, SegmentEntry):
        return "event"
    kind = started_by.partition(":")[0]
    if kind == "present":
        return "present"
    return "again" if kind == "again" else "move"


def last_step(run: Run) -> Step | None:
    """Return the newest node that the run came to before where it stands; None at the start."""
    steps = [Step(name, visit.at) for name, visit in run.visits.items() if name != run.node]
    # of several at one moment the one written last was come to last
    return max(reversed(steps), key=lambda step: step.at, default=None)


def way_taken(journey: Journey, last: str, node: str) -> str | None:
    """Name the way of a node that leads to another, None when none does straight."""
    found = journey.nodes.get(last)
    if found is None:
        return None
    for path, target in zip(paths(found), targets(found), strict=True):
        if target == node:
            return path
    return None
