"""Mirror -> platform: tags that are to lie on edges, and what WeCom still says of who was erased.

Our own writes call nobody back, so what was written is noted here at once.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from coterie.channels.wecom.client.contacts import Remark
from coterie.channels.wecom.mirror.edges.service import TagChange
from coterie.core.actor import CLOCK
from coterie.core.clock import HOUR
from coterie.core.errors import ChannelError
from coterie.roads.contacts.ground import PAUSES, Ground, again, ask_all, is_absent, word_of
from coterie.storage.work import Work

EDGES = 24
_Edge = tuple[str, str]


class Marking:
    """The errand that puts tags on edges at the platform, and takes them off."""

    name = "marking"

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def run(self, now: int) -> bool:
        """Mark one portion of edges; an edge that is no more needs no tags."""
        with self._ground.database.read(CLOCK, now) as work:
            rows = self._ground.mirror.tagging.due(work, EDGES)
        by_edge = {
            edge: list(some)
            for edge, some in groupby(rows, key=lambda row: (row.guide, row.external))
        }
        if not by_edge:
            return False

        def mark(edge: _Edge) -> None:
            add = [row.tag for row in by_edge[edge] if row.lies]
            remove = [row.tag for row in by_edge[edge] if not row.lies]
            self._ground.client.tags.mark(*edge, add, remove)

        done, refused = ask_all(mark, list(by_edge))
        with self._ground.database.begin(CLOCK, now) as work:
            self._note(work, [row for edge, _ in done for row in by_edge[edge]])
            for edge, error in refused:
                self._refused(work, by_edge[edge], error)
        return True

    def next_due(self, work: Work) -> int | None:
        """Return when the next tag is to be marked."""
        return self._ground.mirror.tagging.next_due(work)

    def _note(self, work: Work, rows: Sequence[Any]) -> None:
        moved = [TagChange(row.guide, row.external, row.tag, bool(row.lies)) for row in rows]
        self._ground.mirror.people.write_tags(work, moved, ours=True)
        self._ground.mirror.tagging.settle(work, rows)

    def _refused(self, work: Work, rows: Sequence[Any], error: ChannelError) -> None:
        """Try again later, or let it be: then the edge is read anew, to see how it stands."""
        later = again(error, rows[0].tries, work.now)
        if later is not None:
            self._ground.mirror.tagging.put_off(work, rows, later, word_of(error))
            return
        self._ground.mirror.tagging.settle(work, rows)
        if is_absent(error):
            self._ground.mirror.people.ask_for(work, {row.external for row in rows})


class Clearing:
    """The errand that takes off at the platform what it says of somebody who was erased here."""

    name = "clearing"

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._clearings = ground.mirror.clearings

    def run(self, now: int) -> bool:
        """Clear one portion of edges: remark, description, company, mobiles, tags."""
        with self._ground.database.read(CLOCK, now) as work:
            rows = self._clearings.due(work, EDGES)
        if not rows:
            return False
        done, refused = ask_all(self._clear, rows)
        with self._ground.database.begin(CLOCK, now) as work:
            for row, _ in done:
                self._clearings.settle(work, row)
            for row, error in refused:
                if is_absent(error):
                    self._clearings.settle(work, row)  # no edge, so nothing is said of her there
                else:
                    later = again(error, min(row.tries, len(PAUSES) - 1), now)
                    self._clearings.put_off(work, row, later or now + HOUR, word_of(error))
        return True

    def next_due(self, work: Work) -> int | None:
        """Return when the next edge is to be cleared."""
        return self._clearings.next_due(work)

    def _clear(self, row: Any) -> None:
        guide, external, marked = self._clearings.read(row)
        nothing = Remark(
            userid=guide, external_userid=external, remark="", description="", remark_company="",
            remark_mobiles=("",),
        )  # fmt: skip
        self._ground.client.contacts.remark(nothing)
        if marked:
            self._ground.client.tags.mark(guide, external, remove=marked)
