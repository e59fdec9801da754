"""Import somebody's file: rows -> mapped -> validated -> carried by the bulk form of the road.

What can't be mapped or is refused stays out with its row number and its reason; the rest goes in.
Importing a file again changes nothing: message ids come from the file, or from its rows.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import msgspec

from coterie.catalog.check import check_item
from coterie.catalog.model import Item
from coterie.catalog.service import Catalog
from coterie.core.actor import CLOCK, Actor
from coterie.core.errors import Invalid, NotFound
from coterie.core.event import Event
from coterie.core.ids import derived_id
from coterie.core.numbers import scaled
from coterie.events.calls import read_item
from coterie.events.door import Suppressed
from coterie.events.model import Envelope
from coterie.events.named import identities_of
from coterie.roads.history.opening import opened
from coterie.roads.history.service import PORTION, History, Portion
from coterie.roads.inbound import Inbound
from coterie.roads.mapping import FileMap, Row, to_call, to_item
from coterie.roads.values import BadValue

CHUNK = 200_000
_SAMPLE = 5
_ERASED = "erased: the person was erased at her request"
_MORE, _LESS = "\0more", "\0less"
"""Marks that no file holds: a row with more values than the header has columns, or fewer."""


@dataclass(frozen=True)
class Rejected:
    """One row that stayed out. ``row`` counts from 1, the header left out."""

    row: int
    reason: str
    path: str
    values: dict[str, Any]


@dataclass
class Imported:
    """What became of a file's rows. ``fresh`` counts what was not known before."""

    kind: str
    read: int = 0
    accepted: int = 0
    fresh: int = 0
    sample: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


@dataclass(frozen=True)
class Made:
    """What one row became: an event or item as the road takes it, or the refusal of it.

    ``shown`` is the thing as JSON tells it, ``values`` is the row.
    """

    row: int
    values: Row
    shown: dict[str, Any]
    thing: Event | Item | None
    refusal: Invalid | None = None


Progress = Callable[[int], None]
"""Told how many rows have been read so far."""


def read_rows(file: Path, encoding: str) -> Iterator[Row]:
    """Read a CSV or Parquet file row by row; a CSV's values are text.

    Raises NotFound without the file, Invalid when it is neither or can't be read.
    """
    if not file.is_file():
        raise NotFound(f"there is no file {file}")
    if file.suffix == ".parquet":
        yield from _parquet(file)
    elif file.suffix in (".csv", ".tsv"):
        yield from _csv(file, encoding)
    else:
        raise Invalid(f"cannot read {file.name}", hint="give a .csv, .tsv or .parquet file")


def _parquet(file: Path) -> Iterator[Row]:
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as engine:
        try:
            engine.execute("SELECT * FROM read_parquet(?)", [str(file)])
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise Invalid(f"{file.name} is no Parquet file: {reason}") from error
        names = [column[0] for column in engine.description or []]
        while rows := engine.fetchmany(10_000):
            for values in rows:
                yield dict(zip(names, values, strict=True))


def _csv(file: Path, encoding: str) -> Iterator[Row]:
    delimiter = "\t" if file.suffix == ".tsv" else ","
    try:
        with file.open(encoding=encoding, newline="") as lines:
            yield from csv.DictReader(lines, delimiter=delimiter, restkey=_MORE, restval=_LESS)
    except (UnicodeDecodeError, LookupError) as error:
        raise Invalid(
            f"{file.name} is not {encoding}: {error}", path="encoding", hint="name it in the map"
        ) from error
    except csv.Error as error:
        raise Invalid(
            f"{file.name} is no CSV: {error}", hint="look for a quote left open"
        ) from error


@dataclass
class Importer:
    """Imports files into one house. ``portion``: how many rows that go by columns at a time."""

    inbound: Inbound
    catalog: Catalog
    brand_zone: ZoneInfo
    portion: int = PORTION

    def dry_run(self, file: Path, file_map: FileMap, source: str, now: int) -> Imported:
        """Map and validate every row, keep nothing; the first few come back as they would be."""
        report = Imported(file_map.kind)
        for _chunk in self._chunks(file, file_map, source, now, report):
            pass
        return report

    def run(
        self,
        actor: Actor,
        file: Path,
        file_map: FileMap,
        source: str,
        now: int,
        progress: Progress = lambda _rows: None,
    ) -> Imported:
        """Import a file; rows that were imported before change nothing.

        Events go by columns where they can, the same events either way; then the scores and
        segments of all who came are brought, once for the whole file.
        """
        report = self.take_in(actor, file, file_map, source, now, progress)
        while self.inbound.settle_owed(now):
            progress(report.read)
        return report

    def take_in(
        self,
        actor: Actor,
        file: Path,
        file_map: FileMap,
        source: str,
        now: int,
        progress: Progress = lambda _rows: None,
    ) -> Imported:
        """Import a file, and leave owing what follows from events that went by columns."""
        report = Imported(file_map.kind)
        suppressed = self._suppressed(now)
        with opened(
            self.inbound, file, file_map, source, now, self.brand_zone, row_id, suppressed
        ) as history:
            if history is not None:
                self._by_columns(actor, history, report, progress)
                history.finish(actor)
                return report
        for chunk in self._chunks(file, file_map, source, now, report):
            if file_map.kind == "items":
                report.fresh += self._keep_items(actor, now, chunk)
            else:
                report.fresh += self.inbound.bulk(actor, now, chunk)
            progress(report.read)
        return report

    def _by_columns(
        self, actor: Actor, history: History, report: Imported, progress: Progress
    ) -> None:
        self._show_some(history, report)
        with closing(history.portions(self.portion)) as portions:
            for portion in portions:
                events = self._careful(history, portion, report)
                report.fresh += history.carry(actor, portion, events)
                report.read += portion.rows
                report.accepted += portion.rows - len(portion.careful) + len(events)
                progress(report.read)

    def _careful(self, history: History, portion: Portion, report: Imported) -> dict[int, Event]:
        """Read the rows one by one that have to be; tell of those that stay out."""
        events: dict[int, Event] = {}
        for number, row in portion.careful.items():
            name = partial(history.name, portion, number)
            envelope = history.reader.envelope
            made = make_row(number, row, history.file_map, envelope, self.brand_zone, name)
            if self._is_taken(made, history.reader.suppressed, report):
                assert isinstance(made.thing, Event)
                events[number] = made.thing
        return events

    def _show_some(self, history: History, report: Imported) -> None:
        rows = (row for _, row in history.first_rows())
        given = (history.file_map, history.source, history.now, self.brand_zone)
        for made in make_rows(rows, *given):
            if made.thing is not None and len(report.sample) < _SAMPLE:
                report.sample.append(as_json(made.shown))

    def _is_taken(self, made: Made, suppressed: Suppressed, report: Imported) -> bool:
        """Say whether a row goes in; tell of one that stays out."""
        if made.refusal is not None:
            shown = shown_row(made.values)
            refused = Rejected(made.row, made.refusal.reason, made.refusal.path, shown)
        elif isinstance(made.thing, Event) and suppressed(identities_of(made.thing)):
            refused = Rejected(made.row, _ERASED, "", {})
        else:
            return made.thing is not None
        report.rejected.append(refused)
        return False

    def _keep_items(self, actor: Actor, now: int, items: Sequence[Any]) -> int:
        keys = {item.key for item in items}
        with self.inbound.database.begin(actor, now) as work:
            known = self.catalog.items(work, keys)
            self.inbound.retagged(work, self.catalog.define_items(work, items))
        return len(keys) - len(known)

    def _chunks(
        self, file: Path, file_map: FileMap, source: str, now: int, report: Imported
    ) -> Iterator[list[Any]]:
        """Yield what the rows become, in chunks; count and sample into the report."""
        made = self._made(file, file_map, source, now, report)
        while chunk := list(islice(made, CHUNK)):
            report.accepted += len(chunk)
            yield chunk

    def _made(
        self, file: Path, file_map: FileMap, source: str, now: int, report: Imported
    ) -> Iterator[Event | Item]:
        suppressed = self._suppressed(now)
        for made in make_rows(
            read_rows(file, file_map.encoding), file_map, source, now, self.brand_zone
        ):
            report.read = made.row
            if self._is_taken(made, suppressed, report) and made.thing is not None:
                if len(report.sample) < _SAMPLE:
                    report.sample.append(as_json(made.shown))
                yield made.thing

    def _suppressed(self, now: int) -> Suppressed:
        """Return what knows who was erased: their rows stay out, and nothing of them is kept."""
        erasures = self.inbound.profiles.erasures
        with self.inbound.database.read(CLOCK, now) as work:
            erasures.refresh(work)
        return erasures.suppressed


def make_rows(
    rows: Iterable[Row], file_map: FileMap, source: str, now: int, brand_zone: ZoneInfo
) -> Iterator[Made]:
    """Make of each row what its map says, in order; a row that cannot be taken says why.

    Pure over the rows. A row without a message id is named by its content and by which of its
    equals it is, so give the rows from the first on.
    """
    envelope = Envelope(source, received=now, backfill=True)
    seen: Counter[bytes] = Counter()
    for number, row in enumerate(rows, 1):
        yield make_row(
            number, row, file_map, envelope, brand_zone, lambda row: row_id(source, row, seen)
        )


def make_row(
    number: int,
    row: Row,
    file_map: FileMap,
    envelope: Envelope,
    brand_zone: ZoneInfo,
    name: Callable[[Row], str],
) -> Made:
    """Make of one row what its map says; ``name`` gives it a message id if it has none."""
    shown: dict[str, Any] = {}
    try:
        _check_shape(row)
        if file_map.kind == "items":
            shown = to_item(file_map, row)
            return Made(number, row, shown, _item(shown))
        shown = to_call(file_map, row, brand_zone)
        shown["messageId"] = shown["messageId"] or name(row)
        call = msgspec.json.encode(shown)
        return Made(number, row, shown, read_item(shown["type"], call, envelope, envelope.received))
    except Invalid as error:
        return Made(number, row, shown, None, error)


def _check_shape(row: Row) -> None:
    if _MORE in row:
        raise BadValue("too_many_values", "the row has more values than the header has columns")
    if _LESS in row.values():
        raise BadValue("too_few_values", "the row has fewer values than the header has columns")


def shown_row(row: Row) -> dict[str, Any]:
    """Show a row that stayed out: without what it lacks, and with what it has too many of."""
    there = {key: value for key, value in row.items() if value != _LESS and key != _MORE}
    return as_json({**there, "": row[_MORE]} if _MORE in row else there)


def as_json(values: Row) -> dict[str, Any]:
    """Turn what a file may hold (times, decimals, not-a-number) into what JSON can."""
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(values))
    return plain


def row_id(source: str, row: Row, seen: Counter[bytes]) -> str:
    """Name a row by its content, and by which of its equals it is."""
    content = msgspec.json.encode([str(value) for value in row.values()])
    seen[content] += 1
    return derived_id("import", source, content, seen[content])


def _item(made: dict[str, Any]) -> Item:
    price = made["price"]
    if price not in (None, "") and scaled(price) is None:
        raise BadValue("not_a_number", f"{price!r} is not a price", path="item.price")
    item = Item(
        key=made["key"],
        kind=made["kind"],
        topics=tuple(made["topics"]),
        title=made["title"],
        url=made["url"] or None,
        price=scaled(price),
        properties=made["properties"],
    )
    check_item(item, "item")
    return item
