"""Carry a file of events by columns: portion by portion, each in a transaction of its own."""

import csv
import re
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import compress
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from coterie.core.actor import Actor
from coterie.core.event import Event
from coterie.events.door import Suppressed
from coterie.events.log import digest_of
from coterie.events.model import Envelope
from coterie.events.seen import Digests
from coterie.roads.history import store
from coterie.roads.history.words import Lexicon, Reader
from coterie.roads.inbound import Inbound
from coterie.roads.mapping import FileMap, Row
from coterie.storage.work import Work, in_chunks

PORTION = 1_000_000
"""Rows in one transaction, and in one segment of the lake."""

_COLUMN = re.compile(r"\{([^{}]+)\}")
_SHOWN = 50
_BLOCK = 2**24
_SPECIAL = re.compile(rb"\r(?!\n)|\0|\n\r?\n")

_AT_ONCE = 100_000

Moments = NDArray[np.int64]
Names = Counter[bytes]
NameRow = Callable[[str, Row, Names], str]
"""Names a row by its content, and by which of its equals it is."""


@dataclass(frozen=True)
class Place:
    """A desk, and the file open on it."""

    desk: store.Desk
    sheet: store.Sheet


@dataclass(frozen=True)
class Portion:
    """Rows that lie on a desk, judged: ``careful`` are to be read one by one.

    ``ids`` are the message ids of careful rows that have none of their own.
    """

    desk: store.Desk
    rows: int
    careful: Mapping[int, Row]
    ids: Mapping[int, str]


class Met:
    """Whom a file has named so far: nobody is looked up twice.

    ``again`` holds the first and last moments of those who came in more than one portion.
    """

    def __init__(self) -> None:
        self._known: dict[str, int] = {}
        self.again: dict[str, tuple[int, int]] = {}

    def profiles(
        self,
        ids: Sequence[str],
        first: Moments,
        last: Moments,
        recognise: Callable[[Sequence[str], Moments, Moments], NDArray[np.int32]],
    ) -> NDArray[np.int32]:
        """Return the profile of each id; those not met before are recognised."""
        known = self._known
        new = np.array([one not in known for one in ids], dtype=bool)
        if new.any():
            names = list(compress(ids, new))
            found = recognise(names, first[new], last[new])
            known.update(zip(names, found.tolist(), strict=True))
        for one, start, end in zip(
            compress(ids, ~new), first[~new].tolist(), last[~new].tolist(), strict=True
        ):
            before = self.again.get(one, (start, end))
            self.again[one] = min(before[0], start), max(before[1], end)
        return np.fromiter((known[one] for one in ids), dtype=np.int32, count=len(ids))


@dataclass
class History:
    """One file that can be carried by columns, open on two of the log's desks.

    While the rows on one desk are carried, the next are read on the other.
    """

    inbound: Inbound
    file_map: FileMap
    source: str
    now: int
    reader: Reader
    places: tuple[Place, Place]
    lexicons: Mapping[str, Lexicon]
    name_row: NameRow

    def __post_init__(self) -> None:
        self._seen: Names = Counter()
        self._met = {kind: Met() for kind in self._kinds()}
        self._pieces = _pieces(self.file_map)
        reads = {lexicon.column for lexicon in self.lexicons.values() if lexicon.column}
        reads |= set(self.file_map.reads.get("timestamp", ()))
        sheet = self.places[0].sheet
        reads |= set(self._pieces[1::2]) if self._pieces else set(sheet.types)
        self._columns = sorted(reads)
        self._cells = {name: f"c{number}" for number, name in enumerate(self._columns)}

    @property
    def rows(self) -> int:
        """Return how many rows the file has."""
        return self.places[0].sheet.rows

    def portions(self, most: int = PORTION) -> Generator[Portion]:
        """Yield the rows in portions, judged; the next is read while one is carried."""
        if not self.rows:
            return
        with ThreadPoolExecutor(1, "history") as ahead:
            reading = ahead.submit(self._read, self.places[0], 0, most)
            for number, after in enumerate(range(0, self.rows, most), 1):
                portion = reading.result()
                if after + most < self.rows:
                    reading = ahead.submit(self._read, self.places[number % 2], after + most, most)
                yield portion

    def _read(self, place: Place, after: int, most: int) -> Portion:
        """Put rows on a desk and judge them."""
        desk, sheet = place.desk, place.sheet
        until = min(after + most, self.rows)
        sheet.lay(self._columns, after, until)
        for part, lexicon in self.lexicons.items():
            cell = None if lexicon.column is None else self._cells[lexicon.column]
            values = store.values_of(desk, part, cell)
            store.define(desk, part, lexicon.words(values))
        self._read_times(desk)
        ids = self._read_ids(place, after, until)
        cells = {
            part: None if lexicon.column is None else self._cells[lexicon.column]
            for part, lexicon in self.lexicons.items()
        }
        heeded = {name for name, key in self.inbound.heeded.items() if key in self.file_map.fields}
        careful = store.judge(desk, cells, heeded)
        single = dict(sheet.plain(after, until, careful)) if careful else {}
        return Portion(desk, until - after, single, {row: ids[row] for row in single if row in ids})

    def first_rows(self) -> Iterator[tuple[int, Row]]:
        """Yield a few rows of the beginning, to be shown."""
        yield from self.places[0].sheet.plain(0, _SHOWN)

    def name(self, portion: Portion, number: int, row: Row) -> str:
        """Return the message id of a careful row that brought none."""
        return portion.ids.get(number) or self.name_row(self.source, row, self._seen)

    def carry(self, actor: Actor, portion: Portion, events: Mapping[int, Event]) -> int:
        """Take a portion in, with the events that its careful rows became.

        Return how many events were new. All or nothing of it is kept.
        """
        with self.inbound.database.begin(actor, self.now) as work:
            for kind in self._kinds():
                ids, first, last = store.people(portion.desk, kind)
                profiles = self._met[kind].profiles(
                    ids, first, last, partial(self._recognise, work, kind)
                )
                store.give_profiles(portion.desk, kind, ids, profiles)
            store.arrive(
                portion.desk,
                self._kinds(),
                [part for part in self.lexicons if part.startswith("property")],
                self.reader.tell(),
                self.now,
                self.source,
            )
            fresh: int = self.inbound.take_in(work, portion.desk, events)
            return fresh

    def finish(self, actor: Actor) -> None:
        """Keep when those who came in several portions were seen first and last."""
        for kind in self._kinds():
            for ids in in_chunks(self._met[kind].again, _AT_ONCE):
                spans = np.array([self._met[kind].again[one] for one in ids], dtype=np.int64)
                with self.inbound.database.begin(actor, self.now) as work:
                    self.inbound.profiles.seen(work, kind, ids, spans[:, 0], spans[:, 1])

    def _recognise(
        self, work: Work, kind: str, ids: Sequence[str], first: Moments, last: Moments
    ) -> NDArray[np.int32]:
        return self.inbound.profiles.arrivals(work, kind, ids, self.source, first, last)

    def _kinds(self) -> list[str]:
        return [kind for kind in store.PEOPLE if kind in self.lexicons]

    def _read_times(self, desk: store.Desk) -> None:
        if "timestamp" in self.lexicons:
            store.no_times(desk)
            return
        columns = self.file_map.reads.get("timestamp", ())
        cell = self._cells[columns[0]] if columns else "''"
        hours = store.read_times(desk, cell)
        store.set_times(desk, self._offsets(hours), self.now)

    def _offsets(self, hours: Sequence[int]) -> dict[int, int]:
        """Return the zone's offset, in ms, at local hours in which it does not change."""
        where = self.file_map.zone or self.reader.zone
        found = {}
        for hour in hours:
            first = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
            first = first.replace(tzinfo=where)
            last = first + timedelta(minutes=59, seconds=59, microseconds=999_999)
            offset = first.utcoffset()
            if offset is not None and offset == last.utcoffset():
                found[hour] = int(offset.total_seconds() * 1000)
        return found

    def _read_ids(self, place: Place, after: int, until: int) -> dict[int, str]:
        if self._pieces is not None:
            store.give_ids(place.desk, store.message_ids(self._pieces, self._cells))
            return {}
        ids = {
            number: self.name_row(self.source, row, self._seen)
            for number, row in place.sheet.plain(after, until)
        }
        digests = Digests.of([digest_of(name) for name in ids.values()])
        store.set_ids(place.desk, np.fromiter(ids, dtype=np.int64), digests)
        return ids


@contextmanager
def opened(
    inbound: Inbound,
    file: Path,
    file_map: FileMap,
    source: str,
    now: int,
    zone: ZoneInfo,
    name_row: NameRow,
    suppressed: Suppressed,
) -> Iterator[History | None]:
    """Open a file to be carried by columns; None when it has to be read row by row.

    That is so for maps of anything but events, of orders, maps that name further identities or put
    several columns into one part, and files that only a careful reader understands.
    """
    envelope = Envelope(source, received=now, backfill=True)
    reader = Reader(file_map, envelope, zone, suppressed)
    with (
        inbound.log.desk() as desk,
        inbound.log.desk() as other,
        TemporaryDirectory() as folder,
    ):
        lexicons = _lexicons(reader, file_map)
        sheet = None
        if lexicons is not None:
            sheet = _sheet(desk, file, file_map, Path(folder) / "rows.parquet")
        if lexicons is None or sheet is None or not _fits(sheet, file_map, lexicons):
            yield None
        else:
            if _has_plain_times(sheet, file_map):
                lexicons.pop("timestamp", None)
            places = Place(desk, sheet), Place(other, store.Sheet(other, sheet.file))
            yield History(inbound, file_map, source, now, reader, places, lexicons, name_row)


def _lexicons(reader: Reader, file_map: FileMap) -> dict[str, Lexicon] | None:
    if file_map.kind != "events" or file_map.identities or "order_id" in file_map.fields:
        return None  # an order counts once whoever tells of it: that is the road's to sift
    return reader.lexicons()


def _sheet(desk: store.Desk, file: Path, file_map: FileMap, out: Path) -> store.Sheet | None:
    if file.suffix == ".parquet":
        return store.Sheet(desk, file)
    if file.suffix not in (".csv", ".tsv") or file_map.encoding not in ("utf-8", "utf-8-sig"):
        return None
    delimiter = "\t" if file.suffix == ".tsv" else ","
    columns = _header(file, file_map.encoding, delimiter)
    if columns and _is_regular(file) and store.to_parquet(desk, file, columns, delimiter, out):
        return store.Sheet(desk, out)
    return None


def _header(file: Path, encoding: str, delimiter: str) -> list[str]:
    """Return the names of a CSV's columns; none when they are not told apart."""
    try:
        with file.open(encoding=encoding, newline="") as lines:
            names = next(csv.reader(lines, delimiter=delimiter), [])
    except (UnicodeDecodeError, csv.Error):
        return []
    plain = [name.lower() for name in names if name and not name.startswith("\ufeff")]
    return names if len(set(plain)) == len(names) else []


def _is_regular(file: Path) -> bool:
    """Say whether a CSV's lines end in one way, and none is empty."""
    tail, ends, returns = b"\n", 0, 0
    with file.open("rb") as given:
        while block := given.read(_BLOCK):
            if _SPECIAL.search(tail[-2:] + block + (b"\n" if block.endswith(b"\r") else b"")):
                return False
            ends += block.count(b"\n")
            returns += block.count(b"\r")
            tail = block
    return returns in (0, ends)


def _fits(sheet: store.Sheet, file_map: FileMap, lexicons: Mapping[str, Lexicon]) -> bool:
    columns = {lexicon.column for lexicon in lexicons.values() if lexicon.column}
    pieces = _pieces(file_map)
    return sheet.is_flat(columns) and (
        pieces is None
        if "message_id" not in file_map.parts
        else pieces is not None and sheet.are_whole(pieces[1::2])
    )


def _pieces(file_map: FileMap) -> list[str] | None:
    """Cut the template of message ids into texts and columns, in turns; None when there is none."""
    told = file_map.document.get("message_id")
    if not isinstance(told, str):
        return None
    return _COLUMN.split(told) if _COLUMN.search(told) else ["", told, ""]


def _has_plain_times(sheet: store.Sheet, file_map: FileMap) -> bool:
    told = file_map.document.get("timestamp", "")
    return told == "" or (
        isinstance(told, str) and not _COLUMN.search(told) and sheet.types.get(told) == "VARCHAR"
    )
