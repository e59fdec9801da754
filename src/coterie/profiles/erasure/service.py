"""The verbs of erasure: ask for one, decide, take away what profiles knew, tell who was erased."""

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from coterie.core.errors import Conflict, NotFound
from coterie.core.event import Event
from coterie.core.ids import uuid7
from coterie.profiles.consents import store as consents
from coterie.profiles.erasure import store
from coterie.profiles.erasure.model import (
    ERASED,
    WORKING_DAYS,
    Erasure,
    Identity,
    Way,
    working_days_after,
)
from coterie.profiles.graph.kinds import former, names_in, written
from coterie.profiles.graph.merges import store as graph
from coterie.profiles.vault import Sealer
from coterie.storage import audit
from coterie.storage.work import Work

Blind = Callable[[str, Any], str]
Sealing = Callable[[Work, Collection[int]], Sealer]


class Erasures:
    """Requests, proofs and tombstones of one house. ``profiles.erasures``.

    The digests of the tombstones are held in memory, since the door asks for each event; a stamp
    in the database says when they have changed.
    """

    def __init__(self, blind: Blind, sealer: Sealing, zone: ZoneInfo) -> None:
        self._blind = blind
        self._sealer = sealer
        self._zone = zone
        self._lock = Lock()
        self._stamp = -1
        self._tombs: frozenset[str] = frozenset()
        self._gone: frozenset[int] = frozenset()

    # Requests

    def ask(self, work: Work, profile: int, uid: str, way: Way) -> Erasure:
        """Write a request down; asked again while one is open, that one is returned."""
        present = store.open_of(work, [profile])
        if present is not None:
            return present
        erasure = Erasure(
            id=uuid7(work.now),
            profile=profile,
            uid=uid,
            state="asked",
            way=way,
            by=str(work.actor),
            asked=work.now,
            due=working_days_after(work.now, WORKING_DAYS, self._zone),
        )
        store.add(work, erasure)
        audit.record(work, "erasure.ask", erasure.id, way=way)
        return erasure

    def begin(
        self,
        work: Work,
        erasure: str,
        members: Sequence[int],
        hers: Collection[Identity],
        texts: Collection[str],
    ) -> Erasure:
        """Say yes: from this commit on nothing of hers comes in any more.

        ``members`` are her profiles, ``hers`` her identities. ``texts`` are looked for at the end;
        until then they are kept sealed with her key. Raises Conflict unless it waits for an answer.
        """
        waiting = self._take(work, erasure, ("asked", "stuck"))
        digests = {(kind, self._blind(kind, value)) for kind, value in hers}
        store.bury(work, erasure, digests)
        written_before = {(row.kind, row.digest) for row in self.tombstones(work, erasure)}
        known = sorted(digests | written_before)
        begun = replace(
            waiting,
            state="erasing",
            # after a fault it goes on where it stood
            step="rows" if waiting.found else waiting.step,
            members=tuple(sorted(members)),
            started=waiting.started or work.now,
            decided_by=str(work.actor),
            note="",
            found=(),
            digests=tuple(f"{kind}:{digest}" for kind, digest in known),
        )
        store.save(work, begun)
        if hers:
            sealed = self._sealer(work, [waiting.profile]).seal(
                waiting.profile, msgspec.json.encode([sorted(hers), sorted(texts)])
            )
            store.seal(work, erasure, sealed)
        audit.record(work, "erasure.begin", erasure)
        work.after_commit(self.forget_what_was_read)
        return begun

    def decline(self, work: Work, erasure: str, reason: str) -> Erasure:
        """Say no, and why (a law that has the data kept, a doubt who asks); raises Conflict."""
        waiting = self._take(work, erasure, ("asked",))
        declined = replace(
            waiting,
            state="declined",
            note=reason,
            finished=work.now,
            decided_by=str(work.actor),
        )
        store.save(work, declined)
        audit.record(work, "erasure.decline", erasure)
        return declined

    def lift(self, work: Work, erasure: str, reason: str) -> Erasure:
        """Let her in again, by her own wish: what was erased stays erased; raises Conflict."""
        proven = self._take(work, erasure, ("proven",))
        store.lift(work, erasure)
        lifted = replace(proven, state="lifted", note=reason)
        store.save(work, lifted)
        audit.record(work, "erasure.lift", erasure, reason=reason)
        work.after_commit(self.forget_what_was_read)
        return lifted

    def _take(self, work: Work, erasure: str, states: Collection[str]) -> Erasure:
        found = self.get(work, erasure, lock=True)
        if found.state not in states:
            raise Conflict(f"the request is {found.state}: open it anew to see what may be done")
        return found

    def get(self, work: Work, erasure: str, *, lock: bool = False) -> Erasure:
        """Return a request; raises NotFound."""
        found = store.get(work, erasure, lock=lock)
        if found is None:
            raise NotFound(f"there is no erasure {erasure!r}")
        return found

    def page(self, work: Work, limit: int = 50, offset: int = 0) -> list[Erasure]:
        """Return requests: the open ones first, those that are due soonest; then the newest."""
        return store.page(work, limit, offset)

    def count(self, work: Work) -> int:
        """Count all requests."""
        return store.count(work)

    def open_of(self, work: Work, profiles: Collection[int]) -> Erasure | None:
        """Return the request about a person that is not done with, or None."""
        return store.open_of(work, profiles)

    def newest_of(self, work: Work, profile: int) -> Erasure | None:
        """Return the newest request about a person, or None."""
        return store.newest_of(work, profile)

    def next_job(self, work: Work) -> Erasure | None:
        """Return the erasure that the road is to work on, None without one."""
        return store.next_job(work)

    def save(self, work: Work, erasure: Erasure) -> None:
        """Write down how far an erasure has come."""
        store.save(work, erasure)

    def tombstones(self, work: Work, erasure: str) -> list[Any]:
        """Return the tombstones of an erasure: kind, digest, since when, and whether lifted."""
        return store.tombstones(work, erasure)

    # What profiles knew of her

    def unsealed(self, work: Work, erasure: Erasure) -> tuple[list[Identity], list[str]]:
        """Return her identities, and the texts to look for; empty once they were shredded."""
        data = store.sealed(work, erasure.id)
        sealer = self._sealer(work, [erasure.profile])
        if data is None or erasure.profile not in sealer:
            return [], []
        hers, texts = msgspec.json.decode(sealer.open(erasure.profile, data))
        return [(kind, value) for kind, value in hers], texts

    def erase_rows(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """Take away all that profiles knew of her but her keys; count rows by table.

        Her words of consent stay without what leads to her, as the proof that she was asked.
        """
        store.strike(work, profiles)
        counts: dict[str, int] = graph.erase(work, profiles)
        counts |= store.empty(work, profiles)
        words = consents.pseudonymise(work, profiles)
        work.after_commit(self.forget_what_was_read)
        return {**counts, **({consents.consent_rows.name: words} if words else {})}

    def shred(self, work: Work, erasure: Erasure) -> int:
        """Throw her keys away, and with them whatever they sealed, wherever it lies; count them."""
        keys = {profile: f"{ERASED}:{secrets.token_hex(12)}" for profile in erasure.members}
        store.seal(work, erasure.id, None)
        return store.shred(work, erasure.members, keys)

    # Who was erased

    def suppressed(self, identities: Collection[Identity]) -> set[Identity]:
        """Return those of these identities whose person was erased, as far as ``refresh`` knows."""
        if not self._tombs:
            return set()
        found = set()
        for kind, value in identities:
            plain = written(kind, value)
            if plain is not None and self._blind(kind, plain) in self._tombs:
                found.add((kind, value))
        return found

    def refresh(self, work: Work) -> None:
        """Read the tombstones anew if they have changed since they were read."""
        stamp = store.stamp(work)
        with self._lock:
            if stamp == self._stamp:
                return
        tombs, gone = frozenset(store.tombs(work)), frozenset(store.gone(work))
        with self._lock:
            self._stamp, self._tombs, self._gone = stamp, tombs, gone

    @property
    def is_stale(self) -> bool:
        """Whether the tombstones were never read, or are known to have changed since."""
        return self._stamp < 0

    def forget_what_was_read(self) -> None:
        """Have the next ``refresh`` read the tombstones, whatever the stamp says."""
        with self._lock:
            self._stamp = -1

    def spared(self, work: Work, events: Sequence[Event]) -> list[Event]:
        """Return the events of people who were not erased: the others are not to be carried."""
        self.refresh(work)
        if not self._tombs and not self._gone:
            return list(events)
        return [
            event
            for event in events
            if event.profile not in self._gone
            and (event.profile or not self.suppressed([*names_in(event), *former(event)]))
        ]
