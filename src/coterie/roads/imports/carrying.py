"""Carry imports on, a portion at a time: called by the road's runner, never by a page.

A portion is read before its transaction and kept in it: the events, the counts and how far it
came commit together, so a crash leaves all of a portion or nothing, and the next process goes on
at the row it was.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import structlog

from coterie.catalog.model import Item
from coterie.catalog.service import Catalog
from coterie.core.actor import CLOCK, Actor
from coterie.core.errors import Conflict, CoterieError
from coterie.core.event import Event
from coterie.roads.bulk import Made, read_rows
from coterie.roads.imports import store
from coterie.roads.imports.model import Checked, Import, Rejection
from coterie.roads.imports.plan import Plan, map_of
from coterie.roads.imports.recipes import source_of
from coterie.roads.imports.rows import faults_of, in_order, made_of, name_of, values_of, whose
from coterie.roads.imports.sparing import without_erased
from coterie.roads.inbound import Inbound
from coterie.roads.mapping import FileMap
from coterie.storage import audit, leases
from coterie.storage.leases import Lease
from coterie.storage.work import Work

PORTION = 5_000
"""Rows between two looks at what else waits on the road: one to three seconds.

Fewer would cost more: each portion has the segments asked anew.
"""

MOST_KEPT = 50_000
"""Rows that stay out and are kept; of more, something else is wrong than single rows."""

log = structlog.get_logger(__name__)


@dataclass
class Reading:
    """A file being read: its rows from the first on, since equal rows are told apart by order.

    ``people`` and ``names`` are what a check has met so far, as hashes.
    """

    import_id: str
    plan: Plan
    rows: Iterator[Made]
    file_map: FileMap
    position: int = 0
    people: set[int] = field(default_factory=set)
    names: set[int] = field(default_factory=set)

    def take(self, number: int) -> list[Made]:
        """Read the next rows."""
        taken = list(islice(self.rows, number))
        self.position += len(taken)
        return taken


class Carrying:
    """The road's part of imports. One at a time, the oldest first."""

    def __init__(
        self, inbound: Inbound, catalog: Catalog, zone: ZoneInfo, folder: Path, portion: int
    ) -> None:
        self._inbound = inbound
        self._catalog = catalog
        self._zone = zone
        self._folder = folder
        self._portion = portion
        self._reading: Reading | None = None

    def file(self, import_id: str) -> Path:
        """Return where an import's rows lie."""
        return self._folder / f"{import_id}.csv"

    def begin_anew(self) -> None:
        """Open the file again for the next portion: it was written anew."""
        self._reading = None

    def advance(self, now: int, lease: Lease | None = None) -> bool:
        """Carry one portion of the oldest import that waits; say whether there was one.

        An import that cannot go on fails with its reason, and stays where it was. Raises Conflict
        when another process took the road's lease, with nothing committed.
        """
        with self._inbound.database.read(CLOCK, now) as work:
            waiting = store.next_job(work)
            job = store.get(work, waiting) if waiting is not None else None
        if job is None:
            return False
        try:
            self._carry(job, now, lease)
        except Conflict:
            self._reading = None
            raise
        except Exception as error:
            log.exception("import stopped", id=job.id)
            self._fail(job, now, error)
        return True

    def _carry(self, job: Import, now: int, lease: Lease | None) -> None:
        reading = self._open(job)
        made = reading.take(self._portion) if job.read < job.total else []
        kind, _, name = job.by.partition(":")
        actor = Actor("person" if kind == "person" else "command", name)
        with self._inbound.database.begin(actor, now) as work:
            current = store.get(work, job.id, lock=True)
            if current is None or _stand(current) != _stand(job):
                self._reading = None  # somebody stopped it, or planned it anew, meanwhile
                return
            made = without_erased(work, self._inbound.profiles.erasures, made)
            if job.state == "checking":
                done = self._check(work, current, reading, made)
            elif made:
                done = self._send(work, current, reading.file_map, made)
            else:
                done = self._send_mended(work, current, reading.file_map)
            store.save(work, msgspec.structs.replace(done, changed=now))
            if lease is not None:
                leases.check(work, lease)
            self._inbound.observe("import carried")
        if done.state != job.state:
            self._reading = None
        if done.state == "done":
            self.file(job.id).unlink(missing_ok=True)  # what it held has gone where it belongs
        self._inbound.observe("import committed")

    def _open(self, job: Import) -> Reading:
        """Go on with the file that is open if it stands at the right row; else open it there."""
        reading, plan = self._reading, job.require_plan()
        at = (job.id, plan, job.read)
        if reading is not None and (reading.import_id, reading.plan, reading.position) == at:
            return reading
        file_map = map_of(plan)
        rows = read_rows(self.file(job.id), "utf-8") if job.read < job.total else iter(())
        made = made_of(rows, file_map, job.started or job.created, self._zone, source_of(job))
        reading = Reading(job.id, plan, made, file_map)
        if job.state == "running":
            while reading.position < job.read and reading.take(min(10_000, job.read)):
                pass
        self._reading = reading
        return reading

    def _check(self, work: Work, job: Import, reading: Reading, made: Sequence[Made]) -> Import:
        """Look at a portion without keeping anything of it but the rows that stay out."""
        if reading.position == len(made):  # from the first row on, perhaps not for the first time
            store.drop_rejections(work, job.id)
            job = msgspec.structs.replace(job, checked=Checked())
        found = job.checked or Checked()
        things = [one.thing for one in made if one.thing is not None]
        out = self._reject(work, job, reading.file_map, made)
        new, known, repeats = self._met(work, reading, things)
        found = Checked(
            found.good + len(things), found.rejected + out, found.new + new, found.known + known,
            found.repeats + repeats,
        )  # fmt: skip
        return msgspec.structs.replace(
            job,
            read=reading.position,
            checked=found,
            state="checked" if reading.position >= job.total else "checking",
        )

    def _met(
        self, work: Work, reading: Reading, things: Sequence[Event | Item]
    ) -> tuple[int, int, int]:
        """Count people (or items) not met before, new and known ones, and rows named before."""
        fresh: dict[str, set[str]] = {}
        repeats = 0
        for thing in things:
            kind, value = whose(thing)
            digest, name = hash((kind, value)), hash(name_of(thing))
            repeats += name in reading.names
            reading.names.add(name)
            if digest not in reading.people:
                reading.people.add(digest)
                fresh.setdefault(kind, set()).add(value)
        known = sum(self._known(work, kind, values) for kind, values in fresh.items())
        return sum(map(len, fresh.values())) - known, known, repeats

    def _known(self, work: Work, kind: str, values: set[str]) -> int:
        if kind == "item":
            return len(self._catalog.items(work, values))
        return len(self._inbound.profiles.found(work, kind, values))

    def _reject(self, work: Work, job: Import, file_map: FileMap, made: Sequence[Made]) -> int:
        """Keep the rows that stay out, up to a bound; count them all."""
        out = [one for one in made if one.refusal is not None]
        if out:
            room = max(0, MOST_KEPT - store.kept(work, job.id))
            kept = [
                Rejection(one.row, values_of(one), faults_of(one, file_map, self._zone))
                for one in out[:room]
            ]
            store.reject(work, job.id, kept)
        return len(out)

    def _send(self, work: Work, job: Import, file_map: FileMap, made: Sequence[Made]) -> Import:
        """Let a portion's good rows in; those that were not good at the check are kept already."""
        self._reject(work, job, file_map, made)
        things = [one.thing for one in made if one.thing is not None]
        fresh, people = self._take_in(work, things)
        return msgspec.structs.replace(
            job,
            read=job.read + len(made),
            accepted=job.accepted + len(things),
            fresh=job.fresh + fresh,
            people=job.people + people,
        )

    def _send_mended(self, work: Work, job: Import, file_map: FileMap) -> Import:
        """Let corrected rows in, then be done."""
        waiting = store.mended(work, job.id, self._portion)
        if not waiting:
            audit.record(work, "import.done", job.id, accepted=job.accepted, fresh=job.fresh)
            return msgspec.structs.replace(job, state="done", finished=work.now)
        rows = [in_order(one.values, job.columns) for one in waiting]
        again = made_of(rows, file_map, job.started or job.created, self._zone, source_of(job))
        made = without_erased(work, self._inbound.profiles.erasures, again)
        things = [one.thing for one in made if one.thing is not None]
        fresh, people = self._take_in(work, things)
        settled = [
            Rejection(
                old.row, {} if new.refusal and not new.values else old.values,
                faults_of(new, file_map, self._zone), None if new.thing is None else work.now,
            )
            for old, new in zip(waiting, made, strict=True)
        ]  # fmt: skip
        store.mend(work, job.id, settled)
        return msgspec.structs.replace(
            job,
            accepted=job.accepted + len(things),
            fresh=job.fresh + fresh,
            people=job.people + people,
        )

    def _take_in(self, work: Work, things: Sequence[Event | Item]) -> tuple[int, int]:
        """Carry events, or define items; return how many were new, and how many people (items)."""
        items = [thing for thing in things if isinstance(thing, Item)]
        if items:
            keys = {item.key for item in items}
            known = len(self._catalog.items(work, keys))
            self._inbound.retagged(work, self._catalog.define_items(work, items))
            return len(keys) - known, len(keys) - known
        events = [thing for thing in things if isinstance(thing, Event)]
        if not events:
            return 0, 0
        people: dict[str, set[str]] = {}
        for event in events:
            kind, value = whose(event)
            people.setdefault(kind, set()).add(value)
        known = sum(self._known(work, kind, values) for kind, values in people.items())
        fresh = self._inbound.bulk_in(work, events)
        return fresh, sum(map(len, people.values())) - known

    def _fail(self, job: Import, now: int, error: Exception) -> None:
        said = error.message if isinstance(error, CoterieError) else type(error).__name__
        self._reading = None
        with self._inbound.database.begin(CLOCK, now) as work:
            current = store.get(work, job.id, lock=True)
            if current is not None and current.is_busy:
                audit.record(work, "import.failed", job.id, reason=said)
                failed = msgspec.structs.replace(current, state="failed", failure=said, changed=now)
                store.save(work, failed)


def _stand(one: Import) -> tuple[str, int, Plan | None]:
    """Return what must be as it was when a portion was read, so that it may be kept."""
    return one.state, one.read, one.plan
