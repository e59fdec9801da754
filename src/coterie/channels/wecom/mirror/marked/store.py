"""The marks of one table: whose they are, what they say, and how far their telling is."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, RowMapping, Table, delete, select, tuple_

from coterie.channels.wecom.mirror.marks import Mark
from coterie.storage.work import Work, in_chunks

WAITING, READY, ANNOUNCED = 0, 1, 2
"""A mark waits for what a read adds to it, is ready to be told on, or was."""

Pair = tuple[str, str]


@dataclass(frozen=True)
class Marks:
    """The marks of a table.

    ``pair`` names the columns that say whose they are, ``by`` the one of them that is asked for;
    ``words`` says in which column each word of a mark lies.
    """

    table: Table
    pair: Pair
    by: str
    words: Mapping[str, str]

    @property
    def _key(self) -> tuple[str, ...]:
        return (*self.pair, "at", "kind")

    def of(self, work: Work, keys: Collection[str]) -> dict[Pair, list[Mark]]:
        """Return all marks of these, by whose they are."""
        found: dict[Pair, list[Mark]] = {}
        if keys:
            query = select(self.table).where(work.among(self.table.c[self.by], keys))
            for row in work.connection.execute(query).mappings():
                first, second = self.pair
                found.setdefault((row[first], row[second]), []).append(self._mark(row))
        return found

    def _mark(self, row: RowMapping) -> Mark:
        words = {word: row[column] for word, column in self.words.items()}
        told, announced = row["told"], row["stage"] == ANNOUNCED
        return Mark(row["at"], row["kind"], told, announced=announced, **words)

    def write(self, work: Work, some: Sequence[tuple[Pair, Mark, int]]) -> None:
        """Write marks, each with its stage."""
        rows = [
            dict(zip(self.pair, whose, strict=True))
            | {"at": mark.at, "kind": mark.kind, "told": mark.told, "stage": stage}
            | {column: getattr(mark, word) for word, column in self.words.items()}
            for whose, mark, stage in some
        ]
        changed = ["told", "stage", *self.words.values()]
        work.upsert(self.table, rows, key=list(self._key), change=changed)

    def drop(self, work: Work, some: Iterable[tuple[Pair, Mark]]) -> None:
        """Remove marks that others took the place of."""
        gone = [(*whose, *mark.key) for whose, mark in some]
        which = tuple_(*(self.table.c[name] for name in self._key))
        for portion in in_chunks(gone):
            work.connection.execute(delete(self.table).where(which.in_(portion)))

    def make_ready(self, work: Work, keys: Collection[str]) -> None:
        """Let the marks of these that waited for a read be told on."""
        if keys:
            waiting = self.table.c.stage == WAITING
            which = self.table.update().where(waiting, work.among(self.table.c[self.by], keys))
            work.connection.execute(which.values(stage=READY))

    def announced(self, work: Work, rows: Sequence[Row[Any]]) -> None:
        """Note that marks were told on."""
        said = [{name: row._mapping[name] for name in self._key} | {"stage": ANNOUNCED}
                for row in rows]  # fmt: skip
        work.change(self.table, said, key=list(self._key), change=["stage"])
