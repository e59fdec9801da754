"""Carry a file of events by columns: portion by portion, each in a transaction of its own."""

from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coterie.core.actor import Actor
from coterie.core.clock import HOUR
from coterie.core.event import Event
from coterie.events.desk import Arrivals
from coterie.events.log import digest_of
from coterie.events.seen import Digests
from coterie.roads.history import store
from coterie.roads.history.columns import PEOPLE, Cells, laid
from coterie.roads.history.met import Met
from coterie.roads.history.words import MOST_KEPT, Lexicon, Reader, Words
from coterie.roads.inbound import Inbound
from coterie.roads.mapping import FileMap, Row
from coterie.storage.work import Work, in_chunks

PORTION = 1_000_000
"""Rows in one transaction, and in one segment of the lake."""

_SHOWN = 50
_AT_ONCE = 100_000

Moments = NDArray[np.int64]
Names = Counter[bytes]
NameRow = Callable[[str, Row, Names], str]
"""Names a row by its content, and by which of its equals it is."""


@dataclass(frozen=True)
class Portion:
    """Rows that were read and judged, after the row ``after``; ``careful`` are to be read singly.

    ``ids`` are the message ids of careful rows that have none of their own.
    """

    after: int
    cells: Cells
    digests: Digests
    is_careful: NDArray[np.bool_]
    careful: Mapping[int, Row]
    ids: Mapping[int, str]

    @property
    def rows(self) -> int:
        """Return how many rows it has."""
        return len(self.cells)


@dataclass
class History:
    """One file that can be carried by columns, open on one of the log's desks.

    While the rows of one portion are carried, the next are read.
    """

    inbound: Inbound
    file_map: FileMap
    source: str
    now: int
    reader: Reader
    desk: store.Desk
    sheet: store.Sheet
    lexicons: Mapping[str, Lexicon]
    pieces: Sequence[str] | None
    """The template of the message ids, texts and columns in turns; None when rows name them."""
    heeded: Collection[str]
    """Events that are read one by one."""
    name_row: NameRow
    most_kept: int = MOST_KEPT

    def __post_init__(self) -> None:
        self._seen: Names = Counter()
        self._met = {kind: Met() for kind in PEOPLE if kind in self.lexicons}
        for lexicon in self.lexicons.values():
            lexicon.learn([None])
        times = self.file_map.reads.get("timestamp", ())
        reads = {lexicon.column for lexicon in self.lexicons.values() if lexicon.column}
        reads |= {*times, *(self.pieces or ())[1::2]}
        columns = {name: f"c{number}" for number, name in enumerate(sorted(reads))}
        self._cells = {
            part: columns[lexicon.column]
            for part, lexicon in self.lexicons.items()
            if lexicon.column is not None
        }
        time = columns[times[0]] if times else "''"
        self._shape = store.shape_of(
            columns,
            sorted(set(self._cells.values())),
            None if self.pieces is None else store.message_ids(self.pieces, columns),
            None if "timestamp" in self.lexicons else time,
            self.now,
        )

    def portions(self, most: int = PORTION) -> Generator[Portion]:
        """Yield the rows in portions, judged; the next is read while one is carried."""
        if not self.sheet.rows:
            return
        with ThreadPoolExecutor(1, "history") as ahead:
            reading = ahead.submit(self._read, 0, most)
            for after in range(most, self.sheet.rows + most, most):
                portion = reading.result()
                if after < self.sheet.rows:
                    reading = ahead.submit(self._read, after, most)
                yield portion

    def first_rows(self) -> Iterator[tuple[int, Row]]:
        """Yield a few rows of the beginning, to be shown."""
        yield from self.sheet.plain(0, _SHOWN)

    def name(self, portion: Portion, number: int, row: Row) -> str:
        """Return the message id of a careful row that brought none."""
        return portion.ids.get(number) or self.name_row(self.source, row, self._seen)

    def carry(self, actor: Actor, portion: Portion, events: Mapping[int, Event]) -> int:
        """Take a portion in, with the events that its careful rows became.

        Return how many events were new. All or nothing of it is kept.
        """
        is_plain = ~portion.is_careful
        plain = portion.cells.take(is_plain)
        with self.inbound.database.begin(actor, self.now) as work:
            profile = np.zeros(len(plain), np.int32)
            for kind, met in self._met.items():
                recognise = partial(self._recognise, work, kind)
                named, words = plain.named(kind), plain.words[kind]
                told = words.told[plain.places[kind]][named]
                profile[named] = met.profiles(told, plain.time[named], words.texts, recognise)
            arrivals = Arrivals(
                portion.after + 1 + np.flatnonzero(is_plain),
                portion.digests.take(is_plain),
                laid(plain, profile, self.reader.tell(), self.now, self.source),
            )
            fresh: int = self.inbound.take_in(work, arrivals, events)
            return fresh

    def finish(self, actor: Actor) -> None:
        """Keep when those who came in several portions were seen first and last."""
        for kind, met in self._met.items():
            texts = self.lexicons[kind].words.texts
            for some in in_chunks(met.again().tolist(), _AT_ONCE):
                with self.inbound.database.begin(actor, self.now) as work:
                    ids, spans = texts[some].tolist(), met.span(some)
                    self.inbound.profiles.seen(work, kind, ids, *spans)

    def _recognise(
        self, work: Work, kind: str, ids: Sequence[str], first: Moments, last: Moments
    ) -> NDArray[np.int32]:
        return self.inbound.profiles.arrivals(work, kind, ids, self.source, first, last)

    def _read(self, after: int, most: int) -> Portion:
        """Read rows and judge them."""
        until = min(after + most, self.sheet.rows)
        self.sheet.lay(self._shape, after, until)
        for part, cell in self._cells.items():
            self._learn(part, cell)
        found = store.read(self.desk, self._cells, self._shape.made)
        places = {
            part: found.get(part, np.zeros(until - after, np.int32)) for part in self.lexicons
        }
        words = {part: lexicon.words for part, lexicon in self.lexicons.items()}
        odd = found.get("odd", np.zeros(until - after, np.bool_))
        cells = Cells(places, words, self._times(found, places, words), odd)
        is_careful = cells.careful(self.heeded, self.now)
        digests, ids = self._digests(found, after, until)
        rows = (after + 1 + np.flatnonzero(is_careful)).tolist()
        careful = dict(self.sheet.plain(after, until, rows)) if rows else {}
        own = {row: ids[row] for row in careful if row in ids}
        return Portion(after, cells, digests, is_careful, careful, own)

    def _learn(self, part: str, cell: str) -> None:
        """Learn the words of values that were not met before."""
        lexicon = self.lexicons[part]
        if len(lexicon.words) > self.most_kept and part not in PEOPLE:
            lexicon.forget()
            lexicon.learn([None])
        if len(lexicon.words) == 1:
            store.begin(self.desk, part, cell)
        lexicon.learn(store.new_values(self.desk, part, cell, len(lexicon.words)))

    def _times(
        self,
        found: Mapping[str, NDArray[Any]],
        places: Mapping[str, NDArray[np.int32]],
        words: Mapping[str, Words],
    ) -> Moments:
        """Return the moment of each row, ``NO_TIME`` where it is not certain."""
        if "timestamp" in words:
            return words["timestamp"].amount[places["timestamp"]]
        moment: Moments = found["moment"]
        local = np.flatnonzero(~found["zoned"] & (moment >= 0))
        if len(local):
            hours, of_row = np.unique(moment[local] // HOUR, return_inverse=True)
            offsets = self._offsets(hours.tolist())
            known = np.array([hour in offsets for hour in hours.tolist()], dtype=bool)
            shift = np.array([offsets.get(hour, 0) for hour in hours.tolist()], dtype=np.int64)
            moment[local] -= shift[of_row]
            moment[local[~known[of_row]]] = store.NO_TIME
        return moment

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

    def _digests(
        self, found: Mapping[str, NDArray[Any]], after: int, until: int
    ) -> tuple[Digests, dict[int, str]]:
        """Return the digests of the message ids, and the ids of rows that bring none."""
        if self.pieces is not None:
            return Digests(found["high"], found["low"]), {}
        ids = {
            number: self.name_row(self.source, row, self._seen)
            for number, row in self.sheet.plain(after, until)
        }
        return Digests.of([digest_of(name) for name in ids.values()]), ids
