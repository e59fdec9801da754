"""Take a file in by a recipe: prepared, then by the bulk form of the road; or held against the log.

Called by the command line. Files of calls (Segment's exports) are read as the door reads them.
"""

import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from coterie.core.actor import Actor
from coterie.core.errors import Invalid, NotFound
from coterie.core.event import Event
from coterie.events.calls import read_item, read_moment
from coterie.events.decode import decode
from coterie.events.model import Envelope
from coterie.orders.model import Told
from coterie.orders.reading import told_of
from coterie.roads.bulk import (
    CHUNK,
    Imported,
    Importer,
    Made,
    Progress,
    Rejected,
    as_json,
    make_rows,
    read_rows,
)
from coterie.roads.imports.json_rows import raws
from coterie.roads.shipped.preparing import prepare
from coterie.roads.shipped.recipe import CALLS, Recipe

_SAMPLE = 5


class _Stamps(msgspec.Struct, rename="camel"):
    received_at: str | None = None
    sent_at: str | None = None


_stamps = msgspec.json.Decoder(_Stamps)


class RecipeImporter:
    """Imports files by recipes into the house of an importer."""

    def __init__(self, importer: Importer) -> None:
        self._importer = importer

    def dry_run(self, file: Path, recipe: Recipe, source: str, now: int) -> Imported:
        """Read and judge every row, keep nothing."""
        if recipe.file_map is None:
            report = Imported(CALLS)
            for _chunk in self._calls(file, source, now, report):
                pass
            return report
        with tempfile.TemporaryDirectory(prefix="coterie-import-") as folder:
            prepared = file if self._as_it_is(file, recipe) else prepare(file, recipe, Path(folder))
            return self._importer.dry_run(prepared, recipe.file_map, source, now)

    def run(
        self, actor: Actor, file: Path, recipe: Recipe, source: str, now: int,
        progress: Progress = lambda _rows: None,
    ) -> Imported:  # fmt: skip
        """Import a file; what came in before changes nothing."""
        if recipe.file_map is None:
            report = Imported(CALLS)
            for chunk in self._calls(file, source, now, report):
                report.fresh += self._importer.inbound.bulk(actor, now, chunk)
                progress(report.read)
            return report
        with tempfile.TemporaryDirectory(prefix="coterie-import-") as folder:
            prepared = file if self._as_it_is(file, recipe) else prepare(file, recipe, Path(folder))
            return self._importer.run(actor, prepared, recipe.file_map, source, now, progress)

    def told(
        self, file: Path, recipe: Recipe, source: str, now: int, zone: ZoneInfo, currency: str
    ) -> Iterator[Told]:
        """Read a file anew for what it tells of orders, to be held against the log."""
        with tempfile.TemporaryDirectory(prefix="coterie-import-") as folder:
            for made in self._made(file, recipe, source, now, zone, Path(folder)):
                if isinstance(made.thing, Event):
                    found = told_of(0, made.thing, {}, currency, made.thing)
                    if found is not None:
                        yield found

    def _made(
        self, file: Path, recipe: Recipe, source: str, now: int, zone: ZoneInfo, folder: Path
    ) -> Iterator[Made]:
        if recipe.file_map is None:
            yield from _calls_of(file, source, now)
            return
        prepared = file if self._as_it_is(file, recipe) else prepare(file, recipe, folder)
        rows = read_rows(prepared, recipe.file_map.encoding)
        yield from make_rows(rows, recipe.file_map, source, now, zone)

    def _as_it_is(self, file: Path, recipe: Recipe) -> bool:
        if not file.is_file():
            raise NotFound(f"there is no file {file}")
        as_read = file.suffix in (".csv", ".tsv", ".parquet")
        return as_read and recipe.is_plain and not recipe.columns

    def _calls(self, file: Path, source: str, now: int, report: Imported) -> Iterator[list[Event]]:
        made = self._counted(file, source, now, report)
        while chunk := list(islice(made, CHUNK)):
            report.accepted += len(chunk)
            yield chunk

    def _counted(self, file: Path, source: str, now: int, report: Imported) -> Iterator[Event]:
        for made in _calls_of(file, source, now):
            report.read = made.row
            if made.refusal is not None:
                shown = dict(made.values)
                report.rejected.append(
                    Rejected(made.row, made.refusal.reason, made.refusal.path, shown)
                )
            elif isinstance(made.thing, Event):
                if len(report.sample) < _SAMPLE:
                    report.sample.append(as_json(made.shown))
                yield made.thing


def _calls_of(file: Path, source: str, now: int) -> Iterator[Made]:
    """Read each call as the door would: its times are corrected by its own ``sentAt``."""
    if not file.is_file():
        raise NotFound(f"there is no file {file}")
    for number, raw in enumerate(raws(file, file.name), 1):
        try:
            sent = decode(_stamps, raw)
            # its clock is judged by when it was received there, not by when the file is read here
            at = sent.received_at or sent.sent_at
            there = read_moment(at, "receivedAt") if at else None
            envelope = Envelope(source, received=there or now, backfill=True)
            event = msgspec.structs.replace(read_item("batch", raw, envelope, now), received=now)
            shown = msgspec.json.decode(raw)
        except Invalid as error:
            yield Made(number, {"raw": raw[:500].decode("utf-8", "replace")}, {}, None, error)
            continue
        yield Made(number, {}, shown, event)
