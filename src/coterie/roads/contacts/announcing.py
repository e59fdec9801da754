"""Mirror -> inbox: what guides, customers and groups did becomes wire events, each born once.

First into the inbox, then noted as told: a crash between tells it again under the same id, and the
log takes it in once.
"""

from coterie.channels.wecom.mirror.wire import of_edge, of_stay
from coterie.core.actor import CLOCK
from coterie.roads.contacts.ground import Ground
from coterie.storage.work import Work

BATCH = 500


class Announcing:
    """The errand that tells on what the mirror has learnt."""

    name = "announcing"

    def __init__(self, ground: Ground) -> None:
        self.ground = ground

    def run(self, now: int) -> bool:
        """Tell on one batch, in the order in which things happened."""
        ground, mirror = self.ground, self.ground.mirror
        with ground.database.read(CLOCK, now) as work:
            edges = mirror.people.ready(work, BATCH)
            stays = mirror.groups.ready(work, BATCH)
        if not edges and not stays:
            return False
        events = [of_edge(row, now) for row in edges] + [of_stay(row, now) for row in stays]
        ground.put(sorted(events, key=lambda event: event.time), now)
        with ground.database.begin(CLOCK, now) as work:
            mirror.people.announced(work, edges)
            mirror.groups.announced(work, stays)
        return True

    def next_due(self, _work: Work) -> int | None:
        """Return None: what is ready was made so by another errand."""
        return None
