"""Learning what to recommend: read and worked out beside the road, kept in one short write."""

from coterie.core.actor import CLOCK, Actor
from coterie.scores.recommending.model import Built
from coterie.scores.recommending.service import Recommending
from coterie.storage.database import Database


def learn(
    db: Database,
    recommending: Recommending,
    now: int,
    *,
    again: bool = False,
    actor: Actor = CLOCK,
) -> Built | None:
    """Learn once a day, or ``again``; return what the new model was built from, None for none."""
    with db.read(actor, now) as work:
        if not (again or recommending.is_due(work)):
            return None
        learnt = recommending.learn(work)
    with db.begin(actor, now) as work:
        recommending.keep(work, learnt)
    return learnt.built
