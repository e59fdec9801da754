"""Station 2 for history: ids that come by columns, each event named by one of them alone."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from coterie.core.event import Event
from coterie.core.ids import uuid7
from coterie.profiles import store
from coterie.profiles.graph import store as graph_store
from coterie.profiles.graph.model import Node
from coterie.profiles.graph.placing import Placing, bucket_key
from coterie.profiles.graph.service import Graph
from coterie.profiles.model import USER
from coterie.storage.work import Work, in_chunks

AT_ONCE = 50_000
"""Identities that are held in memory together."""

Span = tuple[int, int]
"""The moments of somebody's first and last event."""


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
        profiles: dict[str, int] = {}
        spans = zip(first.tolist(), last.tolist(), strict=True)
        for chunk in in_chunks(zip(ids, spans, strict=True), AT_ONCE):
            digests = {one: self.blind(kind, one) for one, _ in chunk}
            read = graph_store.by_digest(work, {kind: list(digests.values())})
            known = {node.digest: node for node in read}
            new = {one: span for one, span in chunk if digests[one] not in known}
            profiles |= self._welcome(work, kind, new, digests, source)
            again = [(one, known[digests[one]], span) for one, span in chunk if one not in new]
            profiles |= self._meet(work, kind, again, source)
        return np.fromiter((profiles[one] for one in ids), dtype=np.int32, count=len(ids))

    def seen(
        self,
        work: Work,
        kind: str,
        ids: Sequence[str],
        first: NDArray[np.int64],
        last: NDArray[np.int64],
    ) -> None:
        """Say between what moments ids that came by ``arrivals`` were seen besides."""
        spans = zip(ids, first.tolist(), last.tolist(), strict=True)
        graph_store.widen(work, kind, [(self.blind(kind, one), *span) for one, *span in spans])

    def _welcome(
        self,
        work: Work,
        kind: str,
        new: Mapping[str, Span],
        digests: Mapping[str, str],
        source: str,
    ) -> dict[str, int]:
        """Make profiles for ids that nobody knew."""
        if not new:
            return {}
        number = graph_store.next_identity(work)
        made = dict(zip(new, range(self._next_profile(work), 2**31), strict=False))
        people, keys, identities = [], [], []
        for place, (one, profile) in enumerate(made.items()):
            wrapped, sealed = self._vault.new_home(profile, one.encode())
            people.append((profile, uuid7(work.now), bucket_key(kind, one)))
            keys.append((profile, wrapped))
            identities.append((digests[one], number + place, profile, sealed, *new[one]))
        store.write_newcomers(work, people, keys)
        graph_store.write_carriers(work, kind, source, identities)
        return made

    def _meet(
        self,
        work: Work,
        kind: str,
        again: Sequence[tuple[str, Node, Span]],
        source: str,
    ) -> dict[str, int]:
        """Place ids that are known; one that has only ridden along gets its own profile now."""
        if not again:
            return {}
        found, widened, promoted = {}, [], []
        for one, node, (first, last) in again:
            node.value = one
            if not node.owns:
                promoted.append((one, node, (first, last)))
                continue
            found[one] = node.profile
            if first < node.first_seen or last > node.last_seen:
                node.first_seen = min(first, node.first_seen)
                node.last_seen = max(last, node.last_seen)
                widened.append(node)
        graph_store.write_seen(work, widened)
        return found | self._promote(work, kind, promoted, source)

    def _promote(
        self, work: Work, kind: str, some: Sequence[tuple[str, Node, Span]], source: str
    ) -> dict[str, int]:
        """Give profiles of their own to ids that have only ridden along."""
        if not some:
            return {}
        numbers = graph_store.next_identity(work), self._next_profile(work)
        placing = Placing([node for _, node, _ in some], {}, *numbers)
        found = {}
        for one, _, span in some:
            for moment in set(span):
                event = Event(
                    id="", type="track", name="", time=moment, received=work.now, source=source,
                    user_id=one if kind == USER else None,
                    anonymous_id=None if kind == USER else one,
                )  # fmt: skip
                found[one] = placing.place(event, [(kind, one)]).profile
        self._write(work, placing, ())
        return found

    def greet(self, work: Work, profiles: Collection[int]) -> None:
        """Mark people as learnt of, for those whom ``learn`` was not asked to learn of."""
        store.greet(work, profiles)
