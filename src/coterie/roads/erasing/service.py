"""Carries an erasure through every store, step by step: the road calls ``advance`` as for imports.

Each step commits with the state that says it is done, or is done again after a crash, and again
changes nothing. Her keys are thrown away last of all: until then what is left could be searched.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import structlog

from coterie.core.actor import CLOCK, Actor
from coterie.core.errors import Conflict, CoterieError
from coterie.core.people import Heads, Keeper
from coterie.profiles.erasure.model import Erasure, Identity, Step, Way
from coterie.roads.erasing import copies, searching, store
from coterie.roads.erasing.handing_out import hand_out
from coterie.roads.erasing.hers import Hers, gather
from coterie.roads.imports.service import Imports
from coterie.roads.inbound import Inbound
from coterie.storage import audit, leases
from coterie.storage.database import Database
from coterie.storage.leases import Lease
from coterie.storage.work import Work

OpenCopy = Callable[[Path], AbstractContextManager["Erasing"]]
"""Opens a copy of the house as a house of its own, and closes it."""

log = structlog.get_logger(__name__)


@dataclass
class Erasing:
    """The erasures of one house. ``keepers`` are the rooms that keep something of people."""

    inbound: Inbound
    imports: Imports
    heads: Heads[Work]
    keepers: Sequence[Keeper[Work]]
    folder: Path
    open_copy: OpenCopy
    left: dict[str, list[bytes]] = field(default_factory=dict)
    """What must not stay behind in free pages, by erasure, from the shredding to the scrubbing."""

    @property
    def database(self) -> Database:
        """The operational database."""
        return self.inbound.database

    # Asking

    def ask(self, work: Work, profile: int, way: Way) -> Erasure:
        """Write down that somebody is to be erased; it begins once someone says yes."""
        head = self.heads.heads(work, [profile])[profile]
        uid = self.inbound.profiles.uid(work, [head])[head]
        return self.inbound.profiles.erasures.ask(work, head, uid, way)

    def begin(self, work: Work, erasure: str) -> Erasure:
        """Say yes: from this commit on nothing of hers comes in, and the road does the rest.

        Raises NotFound, and Conflict when it does not wait for an answer.
        """
        erasures = self.inbound.profiles.erasures
        asked = erasures.get(work, erasure)
        if asked.members:  # stuck before: what is to be looked for was kept
            return erasures.begin(work, erasure, asked.members, (), ())
        hers = self.hers(work, asked.profile)
        texts = (*hers.texts, *(f"\x00{word}" for word in hers.words))
        return erasures.begin(work, erasure, hers.members, hers.identities, texts)

    def hers(self, work: Work, profile: int) -> Hers:
        """Put together what is known to be a person's."""
        head = self.heads.heads(work, [profile])[profile]
        members = self.heads.members(work, [head])[head]
        return gather(work, self.inbound.profiles, self.inbound.log, head, members)

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return all data of a person as plain JSON, for her; the audit tells who took it."""
        audit.record(work, "person.hand_out", self.inbound.profiles.uid(work, [profile])[profile])
        return hand_out(work, self.inbound, self.heads, self.keepers, profile)

    def copy(self, target: Path, now: int) -> dict[str, Any]:
        """Copy the house to an empty folder, as ``copies.make`` does."""
        return copies.make(self.folder, self.database, target, now)

    # The road

    def advance(self, now: int, lease: Lease | None = None) -> bool:
        """Do the next step of the erasure that waits longest; say whether there was one.

        Raises Conflict when another process took the road's lease, with nothing committed.
        """
        with self.database.read(CLOCK, now) as work:
            job = self.inbound.profiles.erasures.next_job(work)
        if job is None:
            return False
        step: dict[Step, Callable[[Erasure, int, Lease | None], None]] = {
            "rows": self._rows,
            "stores": self._stores,
            "search": self._search,
            "shred": self._shred,
            "scrub": self._scrub,
        }
        try:
            step[job.step](job, now, lease)
        except Conflict:
            raise
        except Exception as error:
            log.exception("erasure stumbled", id=job.id, step=job.step)
            self._stick(job, now, error)
        self.inbound.observe(f"erasing: {job.step}")
        return True

    def _stick(self, job: Erasure, now: int, error: Exception) -> None:
        """Leave an erasure where it stood, for somebody to see: others wait behind it."""
        said = error.message if isinstance(error, CoterieError) else type(error).__name__
        with self.database.begin(CLOCK, now) as work:
            self.inbound.profiles.erasures.save(work, replace(job, state="stuck", note=said))

    def _rows(self, job: Erasure, now: int, lease: Lease | None) -> None:
        """Take away what the operational database and the log hold, all in one transaction."""
        with self.database.begin(CLOCK, now) as work:
            hers = self._known(work, job)
            names, texts = hers.names, hers.texts
            counts: dict[str, int] = {}
            for keeper in self.keepers:
                _add(counts, keeper.erase(work, job.members))
            _add(counts, self.inbound.log.erase(work, job.members))
            _add(counts, {"road": store.drop_facts(work, job.members, names, hers.values)})
            _add(counts, {"import_rejections": store.drop_rejections(work, names, hers.values)})
            _add(counts, store.blank_ours(work, names, texts))
            _add(counts, self.inbound.profiles.erasures.erase_rows(work, job.members))
            self._next(work, replace(job, step="stores", counts=counts), lease)

    def _stores(self, job: Erasure, now: int, lease: Lease | None) -> None:
        """Reach what lies outside the database: inbox, quarantine, uploads, copies."""
        with self.database.read(CLOCK, now) as work:
            hers = self._known(work, job)
        # not her words: what others share with her stays theirs
        every = [*hers.identities, *(("", text) for text in hers.texts)]
        gone = self.inbound.inbox.erase(every)
        counts = dict(job.counts)
        _add(counts, {"inbox": gone.events + gone.blanked, "quarantine": gone.quarantined})
        _add(counts, {"uploads": self.imports.erase_files(hers.names)})
        with self.database.read(CLOCK, now) as work:
            known = store.copies(work)
        reached = {path: self._reach(Path(path), hers, now) for path in known}
        with self.database.begin(CLOCK, now) as work:
            # a crash after the rows were committed may have left the lake's old files
            self.inbound.log.erase(work, job.members)
            self._next(work, replace(job, step="search", counts=counts, backups=reached), lease)

    def _reach(self, folder: Path, hers: Hers, now: int) -> str:
        """Erase her in a copy of the house; say how that went."""
        if not copies.is_there(folder):
            return "not_reached"
        try:
            with self.open_copy(folder) as copy:
                found = copy.erase_copied(Actor("clock", "erasing"), now, hers.identities)
            copies.sign(folder)
        except CoterieError as error:
            log.warning("a copy was not reached", path=str(folder), reason=error.message)
            return "failed"
        return "erased" if found else "not_in_it"

    def erase_copied(self, actor: Actor, now: int, identities: Collection[Identity]) -> bool:
        """Erase, in this copy of a house, whoever has these identities; say whether she was in it.

        Raises CoterieError when something of hers is found after all.
        """
        with self.database.begin(actor, now) as work:
            profiles = self.inbound.profiles
            found = {profiles.find(work, kind, value) for kind, value in identities} - {None}
            asked = [self.ask(work, one, "command") for one in found if one is not None]
            for one in {each.id: each for each in asked}.values():
                self.begin(work, one.id)
        while self.advance(now):
            pass
        with self.database.read(actor, now) as work:
            for one in asked:
                if self.inbound.profiles.erasures.get(work, one.id).state != "proven":
                    raise CoterieError(f"erasure {one.id} in the copy is stuck")
        return bool(asked)

    def _search(self, job: Erasure, now: int, lease: Lease | None) -> None:
        """Look for all that was hers in every store; found, it stops here for somebody to see."""
        with self.database.read(CLOCK, now) as work:
            hers = self._known(work, job)
            result = searching.search(work, self.inbound, self.imports, hers, job.digests)
        with self.database.begin(CLOCK, now) as work:
            looked = replace(
                job,
                searched=len(hers.texts) + len(hers.words) + len(job.digests),
                places=result.places,
                found=result.found,
                note=", ".join(result.elsewhere),
            )
            if result.found:
                log.error("erasure is stuck", id=job.id, found=result.found)
                self._next(work, replace(looked, state="stuck", step="rows"), lease)
            else:
                self._next(work, replace(looked, step="shred"), lease)

    def _shred(self, job: Erasure, now: int, lease: Lease | None) -> None:
        with self.database.begin(CLOCK, now) as work:
            texts = [text.encode() for text in self._known(work, job).texts]
            self.left[job.id] = [*texts, *store.wrapped_keys(work, job.members)]
            keys = self.inbound.profiles.erasures.shred(work, job)
            counts = dict(job.counts)
            _add(counts, {"profile_keys": keys})
            self._next(work, replace(job, step="scrub", counts=counts), lease)

    def _scrub(self, job: Erasure, now: int, lease: Lease | None) -> None:
        """Leave nothing in free pages, then call it proven.

        All of the file is written anew only where something is left, or where nobody knows what to
        look for, after a crash: it takes long, and nobody else may write meanwhile.
        """
        store.scrub(self.database)
        left = self.left.pop(job.id, None)
        if left is None or store.is_left(self.database, left):
            store.scrub(self.database, thorough=True)
        with self.database.begin(CLOCK, now) as work:
            self._next(work, replace(job, step="done", state="proven", finished=now), lease)
        store.scrub(self.database)

    def _known(self, work: Work, job: Erasure) -> Hers:
        identities, texts = self.inbound.profiles.erasures.unsealed(work, job)
        return Hers(
            members=job.members,
            identities=tuple(identities),
            texts=tuple(text for text in texts if not text.startswith("\x00")),
            words=tuple(text[1:] for text in texts if text.startswith("\x00")),
            short=0,
        )

    def _next(self, work: Work, job: Erasure, lease: Lease | None) -> None:
        self.inbound.profiles.erasures.save(work, job)
        if lease is not None:
            leases.check(work, lease)


def _add(counts: dict[str, int], more: dict[str, Any]) -> None:
    """Add rows to what was counted before; stores that held nothing are left out."""
    for name, number in more.items():
        if number:
            counts[name] = counts.get(name, 0) + number
