"""Station 2 for history: ids that come by columns, each event named by one of them alone."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from coterie.core.event import Event
from coterie.core.ids import uuid7
from coterie.profiles import store
from coterie.profiles.graph import store as graph_store
from coterie.profiles.graph.carriers import Rows
from coterie.profiles.graph.model import Node, begun
from coterie.profiles.graph.placing import Placing, bucket_key
from coterie.profiles.graph.service import Graph
from coterie.profiles.model import USER
from coterie.storage.work import Work

AT_ONCE = 50_000
"""Identities that are held in memory together."""

Moments = NDArray[np.int64]


class _Came(NamedTuple):
    """An id that came: with its digest, and the moments of its first and last event."""

    value: str
    digest: str
    first: int
    last: int


class Arrivals(Graph):
    """Who came, told by the distinct ids of very many events. A part of ``Profiles``."""

    def __init__(self, master_key: bytes) -> None:
        super().__init__(master_key)
        self._greeted = BitMap()

    def arrivals(
        self,
        work: Work,
        kind: str,
        ids: Sequence[str],
        source: str,
        first: Moments,
        last: Moments,
    ) -> NDArray[np.int32]:
        """Return the profile that the events of each id come with; unknown ids get a new one.

        ``kind`` is ``user_id`` or ``anonymous_id``; ``first`` and ``last`` are the moments of each
        id's first and last event. By the same law as ``recognise``, which places one event at a
        time: such events link nothing and merge nobody.
        """
        profiles = np.zeros(len(ids), np.int32)
        for start in range(0, len(ids), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            profiles[part] = self._arrive(work, kind, ids[part], source, first[part], last[part])
        return profiles

    def _arrive(
        self, work: Work, kind: str, ids: Sequence[str], source: str, first: Moments, last: Moments
    ) -> NDArray[np.int32]:
        digests = [self.blind(kind, one) for one in ids]
        found = self._remembered(work, digests, first, last)
        profiles: NDArray[np.int32] = found["profile"].copy()
        rest = [
            _Came(ids[place], digests[place], int(first[place]), int(last[place]))
            for place in np.flatnonzero(profiles == 0).tolist()
        ]
        nodes = graph_store.by_digest(work, {kind: [one.digest for one in rest]})
        known = {node.digest: node for node in nodes}
        new = [one for one in rest if one.digest not in known]
        again = [(one, known[one.digest]) for one in rest if one.digest in known]
        placed = self._welcome(work, kind, source, new) | self._meet(work, kind, source, again)
        profiles[profiles == 0] = [placed[one.value] for one in rest]
        return profiles

    def _remembered(
        self, work: Work, digests: Sequence[str], first: Moments, last: Moments
    ) -> Rows:
        """Return whom memory knows, seen again by now; not those seen earlier than ever before."""
        found = self._carriers.find(digests, self._leading.state(work).erased)
        found["profile"][first < found["first"]] = 0
        self._see_again(work, digests, found, last)
        return found

    def seen(
        self, work: Work, kind: str, ids: Sequence[str], first: Moments, last: Moments
    ) -> None:
        """Say between what moments ids that came by ``arrivals`` were seen besides."""
        digests = [self.blind(kind, one) for one in ids]
        found = self._remembered(work, digests, first, last)
        spans = {
            digests[place]: (int(first[place]), int(last[place]))
            for place in np.flatnonzero(found["profile"] == 0).tolist()
        }
        nodes = graph_store.by_digest(work, {kind: list(spans)})
        for node in nodes:
            for moment in spans[node.digest]:
                node.see(moment)
        graph_store.write_seen(work, nodes)

    def _welcome(self, work: Work, kind: str, source: str, new: Sequence[_Came]) -> dict[str, int]:
        """Make profiles for ids that nobody knew."""
        if not new:
            return {}
        made = list(enumerate(new, self._next_profile(work)))
        homes = self._vault.new_homes((profile, one.value) for profile, one in made)
        people, keys, arrived = [], [], []
        for (profile, one), (wrapped, sealed) in zip(made, homes, strict=True):
            people.append((profile, uuid7(work.now), bucket_key(kind, one.value)))
            keys.append((profile, wrapped))
            last = max(begun(one.last), one.first)
            arrived.append((one.digest, profile, sealed, one.first, last))
        arrived.sort()  # numbered by digest: so the table grows as its index does
        number = graph_store.next_identity(work)
        identities = [(one[0], place, *one[1:]) for place, one in enumerate(arrived, number)]
        store.write_newcomers(work, people, keys)
        graph_store.write_carriers(work, kind, source, identities)
        met = [(*one[:3], *one[4:]) for one in identities]
        work.after_commit(lambda: self._carriers.learn(met))
        return {one.value: profile for profile, one in made}

    def _meet(
        self, work: Work, kind: str, source: str, again: Sequence[tuple[_Came, Node]]
    ) -> dict[str, int]:
        """Place ids that are known; one that has only ridden along gets its own profile now."""
        if not again:
            return {}
        owning = [(one, node) for one, node in again if node.owns]
        for one, node in owning:
            node.see(one.first)
            node.see(one.last)
        graph_store.write_seen(work, (node for _, node in owning))
        met = [(one.digest, node.id, node.profile, node.first_seen, node.last_seen)
               for one, node in owning]  # fmt: skip
        work.after_commit(lambda: self._carriers.learn(met))
        riding = [(one, node) for one, node in again if not node.owns]
        return {one.value: node.profile for one, node in owning} | self._promote(
            work, kind, source, riding
        )

    def _promote(
        self, work: Work, kind: str, source: str, riding: Sequence[tuple[_Came, Node]]
    ) -> dict[str, int]:
        """Give profiles of their own to ids that have only ridden along."""
        if not riding:
            return {}
        for one, node in riding:
            node.value = one.value
        numbers = graph_store.next_identity(work), self._next_profile(work)
        placing = Placing([node for _, node in riding], {}, *numbers)
        found = {}
        for one, _ in riding:
            for moment in {one.first, one.last}:
                event = Event(
                    id="", type="track", name="", time=moment, received=work.now, source=source,
                    user_id=one.value if kind == USER else None,
                    anonymous_id=None if kind == USER else one.value,
                )  # fmt: skip
                found[one.value] = placing.place(event, [(kind, one.value)]).profile
        self._write(work, placing, ())
        return found

    def greet(self, work: Work, profiles: Collection[int]) -> frozenset[int]:
        """Mark people as learnt of, once for ever; return those that were not so before."""
        unsure = BitMap(set(profiles)) - self._greeted
        fresh = store.greet(work, list(unsure))
        work.after_commit(lambda: self._greeted.update(unsure))
        return fresh
