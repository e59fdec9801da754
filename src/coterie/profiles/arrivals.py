"""Station 2 for history: ids that come by columns, each event named by one of them alone."""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from coterie.core.event import Event
from coterie.profiles import store
from coterie.profiles.graph.service import Graph
from coterie.profiles.model import USER
from coterie.storage.work import Work, in_chunks

AT_ONCE = 50_000
"""Identities that are held in memory together."""


class Arrivals(Graph):
    """Who came, told by the distinct ids of very many events. A part of ``Profiles``."""

    def arrivals(
        self,
        work: Work,
        kind: str,
        ids: Sequence[str],
        source: str,
        first: NDArray[np.int64],
        last: NDArray[np.int64],
    ) -> NDArray[np.int32]:
        """Return the profile that the events of each id come with; unknown ids get a new one.

        ``kind`` is ``user_id`` or ``anonymous_id``; ``first`` and ``last`` are the moments of each
        id's first and last event. By the same law as ``recognise``, which places one event at a
        time: such events link nothing and merge nobody.
        """
        profiles = np.empty(len(ids), dtype=np.int32)
        for numbers in in_chunks(range(len(ids)), AT_ONCE):
            named = {(kind, ids[number]): self.blind(kind, ids[number]) for number in numbers}
            placing = self._placing(work, named)
            for number in numbers:
                one = ids[number]
                for moment in {int(first[number]), int(last[number])}:
                    event = Event(
                        id="", type="track", name="", time=moment, received=work.now,
                        source=source, user_id=one if kind == USER else None,
                        anonymous_id=None if kind == USER else one,
                    )  # fmt: skip
                    profiles[number] = placing.place(event, [(kind, one)]).profile
            self._write(work, placing, ())
        return profiles

    def greet(self, work: Work, profiles: Collection[int]) -> None:
        """Mark people as learnt of, for those whom ``learn`` was not asked to learn of."""
        store.greet(work, profiles)
