"""The verbs of imports: take a file in, say what it holds, try it, run it, mend what stayed out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from coterie.catalog.service import Catalog
from coterie.core.clock import DAY
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.core.ids import uuid7
from coterie.events.named import Names
from coterie.roads.bulk import Made
from coterie.roads.imports import sparing, store
from coterie.roads.imports.carrying import PORTION, Carrying
from coterie.roads.imports.corrections import read_back
from coterie.roads.imports.files import read_head, take_in
from coterie.roads.imports.model import Group, Import, Rejection, State, check_step
from coterie.roads.imports.plan import Plan, map_of
from coterie.roads.imports.recipes import Recast, recast
from coterie.roads.imports.rows import in_order, judge, made_of
from coterie.roads.imports.suggest import Column, Suggestion, suggest
from coterie.roads.inbound import Inbound
from coterie.roads.mapping import Kind
from coterie.roads.shipped.library import fitting
from coterie.roads.shipped.recipe import EVENT, Recipe
from coterie.roads.values import BadValue
from coterie.storage.audit import record
from coterie.storage.leases import Lease
from coterie.storage.work import Work

MOST_BYTES = 200 * 1024 * 1024
SAMPLE_ROWS = 200
_MENDING: tuple[State, ...] = ("checked", "running", "done", "failed", "cancelled")


@dataclass(frozen=True)
class Mended:
    """What a file of corrected rows brought: mended, still wrong, sent before, not ours."""

    mended: int
    wrong: int
    settled: int
    unknown: int


class Imports:
    """Imports of one house; their files lie under ``folder`` until they have been carried.

    ``most_bytes`` bounds an upload. Rows that stayed out are kept until ``tidy`` forgets them.
    """

    def __init__(
        self,
        inbound: Inbound,
        catalog: Catalog,
        zone: ZoneInfo,
        folder: Path,
        *,
        most_bytes: int = MOST_BYTES,
        portion: int = PORTION,
    ) -> None:
        self.most_bytes = most_bytes
        self._zone = zone
        self._folder = folder
        self._carrying = Carrying(inbound, catalog, zone, folder, portion)

    # Step 1: the file

    def prepare(self, uploaded: Path, name: str, now: int, encoding: str = "") -> Import:
        """Read an uploaded file whole and lay its rows aside, before any transaction.

        It may be written in whatever people use. Raises Invalid when it can't be read.
        """
        size = uploaded.stat().st_size
        if size > self.most_bytes:
            raise BadValue(
                "too_large",
                f"{name} has {size:,} bytes",
                hint=f"at most {self.most_bytes:,} are taken",
            )
        self._folder.mkdir(parents=True, exist_ok=True)
        import_id = uuid7(now)
        target = self._carrying.file(import_id)
        try:
            found = take_in(uploaded, name, target, encoding)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        return Import(
            id=import_id,
            name=Path(name).name[:200],
            state="uploaded",
            size=size,
            columns=found.columns,
            encoding=found.encoding,
            delimiter=found.delimiter,
            total=found.rows,
            by="",
            created=now,
            changed=now,
        )

    def keep(self, work: Work, prepared: Import) -> Import:
        """Write a prepared import down: from here on it is on the list."""
        one = msgspec.structs.replace(prepared, by=str(work.actor))
        store.add(work, one)
        record(work, "import.upload", one.id, file=one.name, rows=one.total)
        return one

    # Step 2: what it holds

    def columns(self, one: Import) -> list[Column]:
        """Return the columns with their first values; raises NotFound once the file is gone."""
        rows = self._head(one, SAMPLE_ROWS)
        return [Column(name, tuple(row.get(name, "") for row in rows)) for name in one.columns]

    def suggest(self, one: Import, kind: Kind | None = None) -> Suggestion:
        """Suggest what the columns become."""
        return suggest(self.columns(one), kind)

    def preview(self, one: Import, plan: Plan, rows: int = 3) -> list[Made]:
        """Return what the first rows would become by a plan; raises Invalid for none."""
        return list(made_of(self._head(one, rows), map_of(plan), one.created, self._zone))

    def plan(self, work: Work, import_id: str, plan: Plan) -> Import:
        """Say what the columns become; what a check found before is dropped. Raises Invalid."""
        one = self._step(work, import_id, "mapped")
        if one.started is not None:
            raise Conflict(f"rows of {one.name} have gone in already: its map stays as it is")
        strange = [choice.column for choice in plan.choices if choice.column not in one.columns]
        if strange:
            raise Invalid("the file has no such column", path=strange[0])
        map_of(plan)
        store.drop_rejections(work, import_id)
        return self._save(work, one, "import.map", state="mapped", plan=plan, checked=None, read=0)

    def fitting(self, one: Import) -> Recipe | None:
        """Return the shipped map that a file is for, None when there is none."""
        ready = one.started is not None or EVENT in one.columns  # gathered before
        return None if ready else fitting(one.columns)

    def recast(self, one: Import, recipe: str) -> Recast:
        """Gather a file's rows as a shipped map has them, before any transaction."""
        self._require_file(one)
        return recast(one, self._carrying.file(one.id), recipe)

    def keep_recast(self, work: Work, found: Recast) -> Import:
        """Put the gathered rows in the place of the file's, with the map that they are for."""
        one = self._step(work, found.of, "mapped")
        if one.started is not None:
            raise Conflict(f"rows of {one.name} have gone in already: its map stays as it is")
        store.drop_rejections(work, found.of)
        file = self._carrying.file(found.of)
        work.after_commit(lambda: _replace(found.file, file))
        work.after_commit(self._carrying.begin_anew)
        return self._save(
            work, one, "import.map", state="mapped", plan=found.plan, checked=None, read=0,
            columns=found.columns, total=found.rows,
        )  # fmt: skip

    # Step 3: try it, run it, stop it

    def check(self, work: Work, import_id: str) -> Import:
        """Begin a dry run: every row is looked at, nothing is kept but what stays out."""
        one = self._step(work, import_id, "checking")
        one.require_plan()
        if one.started is not None:
            raise Conflict(f"rows of {one.name} have gone in already: go on with it instead")
        store.drop_rejections(work, import_id)
        return self._save(
            work, one, "import.check", state="checking", checked=None, read=0, failure=""
        )

    def start(self, work: Work, import_id: str) -> Import:
        """Let the good rows in; also goes on where one stopped, and sends mended rows."""
        one = self._step(work, import_id, "running")
        if one.started is None or one.read < one.total:
            self._require_file(one)
        elif one.state == "done" and not one.mended:
            raise Conflict(f"no row of {one.name} waits to be sent: correct one first")
        if one.started is None and one.checked is None:
            raise Conflict(f"{one.name} was not tried yet")
        first = {"read": 0, "started": work.now} if one.started is None else {}
        return self._save(
            work, one, "import.start", state="running", finished=None, failure="", **first
        )

    def cancel(self, work: Work, import_id: str) -> Import:
        """Stop: rows that are in stay in, the others stay out; what never began is thrown away."""
        one = self._step(work, import_id, "cancelled")
        if one.started is None:
            store.drop_rejections(work, import_id)
            file = self._carrying.file(import_id)
            work.after_commit(lambda: file.unlink(missing_ok=True))
        return self._save(work, one, "import.cancel", state="cancelled", finished=work.now)

    def can_resume(self, one: Import) -> bool:
        """Say whether a stopped import can go on where it stopped."""
        if one.state not in ("failed", "cancelled") or one.started is None:
            return False
        return one.read >= one.total or self._carrying.file(one.id).is_file()

    # What stayed out

    def rejected(
        self, work: Work, import_id: str, group: Group | None = None, after: int = 0,
        limit: int | None = None,
    ) -> list[Rejection]:  # fmt: skip
        """Return rows that stay out, by their numbers; with ``group`` those of one reason."""
        return store.rejected(work, import_id, group=group, after=after, limit=limit)

    def groups(self, work: Work, import_id: str) -> list[Group]:
        """Return why rows stay out, and how many each; mended ones are left out."""
        return store.groups(work, import_id)

    def rejection(self, work: Work, import_id: str, row: int) -> Rejection:
        """Return one row that was kept, or raise NotFound."""
        found = store.rows_of(work, import_id, [row]).get(row)
        if found is None:
            raise NotFound(f"row {row} is not among those that stayed out")
        return found

    def mend(self, work: Work, import_id: str, row: int, values: Mapping[str, str]) -> Rejection:
        """Correct values of one row; it is judged at once. Raises Conflict once it went in."""
        one = self._mendable(work, import_id)
        old = self.rejection(work, import_id, row)
        if old.settled is not None:
            raise Conflict(f"row {row} has gone in already")
        strange = [name for name in values if name not in one.columns]
        if strange:
            raise Invalid("the file has no such column", path=strange[0])
        new = self._judged(one, row, {**in_order(old.values, one.columns), **values})
        store.mend(work, import_id, [new])
        record(work, "import.mend", import_id, row=row)
        self._touch(work, one)
        return new

    def mend_all(self, work: Work, import_id: str, rows: Iterable[Mapping[str, str]]) -> Mended:
        """Correct rows by a file that was downloaded and mended; a row that went in stays so."""
        one = self._mendable(work, import_id)
        given = dict(read_back(one.columns, rows))
        mended = wrong = settled = unknown = 0
        old = store.rows_of(work, import_id, given) if given else {}
        changed = []
        for number, values in given.items():
            if number not in old:
                unknown += 1
            elif old[number].settled is not None:
                settled += 1
            else:
                changed.append(self._judged(one, number, values))
                mended += not changed[-1].faults
                wrong += bool(changed[-1].faults)
        store.mend(work, import_id, changed)
        record(work, "import.mend_all", import_id, mended=mended, wrong=wrong)
        self._touch(work, one)
        return Mended(mended, wrong, settled, unknown)

    def read_mended(self, uploaded: Path, name: str, now: int) -> list[dict[str, str]]:
        """Read a file of corrected rows, whatever it is written in."""
        target = self._folder / f"{uuid7(now)}.mended"
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            found = take_in(uploaded, name, target)
            return read_head(target, found.rows)
        finally:
            target.unlink(missing_ok=True)

    # The list

    def get(self, work: Work, import_id: str) -> Import:
        """Return one import, or raise NotFound."""
        found = store.get(work, import_id)
        if found is None:
            raise NotFound("there is no such import")
        return found

    def page(self, work: Work, limit: int, offset: int = 0) -> list[Import]:
        """Return imports, the newest first."""
        return store.page(work, limit, offset)

    # The road and the housekeeping

    def advance(self, now: int, lease: Lease | None = None) -> bool:
        """Carry one portion of the oldest import that waits; say whether there was one."""
        return self._carrying.advance(now, lease)

    def tidy(self, work: Work, before: int) -> None:
        """Forget rows and files of imports untouched since a moment, and files of none."""
        old = set(store.untouched_since(work, before))
        for import_id in old:
            store.drop_rejections(work, import_id)
        wanted = store.ids(work) - old
        files = list(self._folder.glob("*.csv")) if self._folder.is_dir() else []
        unwanted = [
            file for file in files if file.stem not in wanted and _born(file.stem) < work.now - DAY
        ]

        def remove() -> None:
            for file in unwanted:
                file.unlink(missing_ok=True)

        work.after_commit(remove)

    # Erasure

    def erase_files(self, names: Names) -> int:
        """Empty the rows of waiting files that name somebody; count them."""
        count = sparing.blank(self._folder, names)
        if count:
            self._carrying.begin_anew()
        return count

    def files_naming(self, names: Names) -> list[str]:
        """Return the waiting files in which somebody is named."""
        return [file.name for file in sparing.naming(self._folder, names)]

    # --- inside

    def _head(self, one: Import, rows: int) -> list[dict[str, str]]:
        self._require_file(one)
        return read_head(self._carrying.file(one.id), rows)

    def _require_file(self, one: Import) -> None:
        if not self._carrying.file(one.id).is_file():
            raise NotFound(f"the rows of {one.name} are no longer here: upload the file again")

    def _step(self, work: Work, import_id: str, following: State) -> Import:
        found = store.get(work, import_id, lock=True)
        if found is None:
            raise NotFound("there is no such import")
        check_step(found, following)
        return found

    def _save(self, work: Work, one: Import, verb: str, **changes: object) -> Import:
        saved = msgspec.structs.replace(one, changed=work.now, **changes)
        store.save(work, saved)
        record(work, verb, one.id)
        return saved

    def _mendable(self, work: Work, import_id: str) -> Import:
        one = store.get(work, import_id, lock=True)
        if one is None:
            raise NotFound("there is no such import")
        if one.state not in _MENDING:
            raise Conflict(f"{one.name} is {one.state}: its rows cannot be corrected now")
        return one

    def _judged(self, one: Import, row: int, values: Mapping[str, str]) -> Rejection:
        kept = in_order(values, one.columns)
        faults = judge(kept, map_of(one.require_plan()), one.started or one.created, self._zone)
        return Rejection(row, dict(kept), faults)

    def _touch(self, work: Work, one: Import) -> None:
        store.save(work, msgspec.structs.replace(one, changed=work.now))


def _replace(new: Path, old: Path) -> None:
    new.replace(old)


def _born(import_id: str) -> int:
    """Return when an id was made: a UUIDv7 begins with its moment."""
    return int(import_id.replace("-", "")[:12], 16)
