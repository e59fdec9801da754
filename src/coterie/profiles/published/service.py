"""The verbs of published traits: publish for everybody or for a few, and what rules ask."""

from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from coterie.core.ids import uuid7
from coterie.profiles.published import columns, store
from coterie.profiles.published.model import Column, Shape, nobody
from coterie.storage.work import Work

_HELD = 64
"""Columns held in memory: 20 bytes a person and trait."""

Told = tuple[Shape, NDArray[np.int32], NDArray[np.float64]]
"""A trait, the people, and their values; NaN is no value."""

Row = tuple[int, str, Any, int | None]
"""Profile, name, value, and since when (None: not kept)."""


class Published:
    """Traits that the house works out of everybody. Columns are read once and kept by their stamp.

    A column under a stamp never changes, so what is kept needs no forgetting.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._columns: OrderedDict[str, Column] = OrderedDict()

    def publish(self, work: Work, told: Collection[Told]) -> dict[str, BitMap]:
        """Tell traits of everybody: who is not named has no value. Return whose value changed.

        Columns that stay as they are, are not written.
        """
        changed: dict[str, BitMap] = {}
        known = {row.name: row for row in store.heads(work)}
        fresh = store.fresh_by_trait(work)
        for shape, profiles, values in told:
            before = nobody()
            if (row := known.get(shape.name)) is not None:
                before = columns.laid_over(self._whole(work, row), fresh.get(row.id, nobody()))
            order = np.argsort(profiles, kind="stable")
            after, differing = columns.told(
                before, profiles[order], values[order], work.now, shape.keeps_since
            )
            changed[shape.name] = BitMap(differing)
            if len(differing) or shape.name not in known:
                stamp = uuid7(work.now)
                store.write(work, shape, columns.write(after), stamp)
                self._keep(stamp, after)
        return changed

    def tell(self, work: Work, told: Collection[Told]) -> BitMap:
        """Tell traits of the few people named, NaN for none; return whose value changed."""
        people = sorted({one for _, profiles, _ in told for one in profiles.tolist()})
        known = {row.name: row for row in store.heads(work)}
        for shape, _, _ in told:
            if shape.name not in known:
                self.publish(work, [(shape, np.empty(0, np.int32), np.empty(0))])
        known = {row.name: row for row in store.heads(work)}
        standing = {(row[0], row[1]): row[2:] for row in self._raw(work, people, None)}
        rows: list[tuple[int, int, float | None, int]] = []
        for shape, profiles, values in told:
            for profile, given in zip(profiles.tolist(), values.tolist(), strict=True):
                value = None if np.isnan(given) else given
                before = standing.get((profile, shape.name))
                if (None if before is None else before[0]) != value:
                    rows.append((profile, known[shape.name].id, value, work.now))
        store.tell(work, rows)
        return BitMap(row[0] for row in rows)

    def withdraw(self, work: Work, profiles: Collection[int]) -> None:
        """Let these profiles have no published trait any more: another leads them now."""
        ids = {row.name: row.id for row in store.heads(work)}
        gone = [(row[0], ids[row[1]], None, work.now) for row in self._raw(work, profiles, None)]
        store.tell(work, gone)

    def erase(self, work: Work, profiles: Collection[int]) -> int:
        """Take all published traits of these profiles out of every column; count them."""
        count = store.forget(work, profiles)
        asked = np.array(sorted(profiles), np.int32)
        for row in store.heads(work):
            column = self._column(work, row)
            left = columns.without(column, asked)
            if len(left) < len(column):
                stamp = uuid7(work.now)
                store.write(work, _shape(row), columns.write(left), stamp)
                self._keep(stamp, left)
                count += len(column) - len(left)
        return count

    # Asked

    def names(self, work: Work) -> list[str]:
        """Return the names of all published traits."""
        return [row.name for row in store.heads(work)]

    def column(self, work: Work, name: str) -> Column | None:
        """Return a trait of everybody who has it, None when nothing of the name is published."""
        for row in store.heads(work):
            if row.name == name:
                return self._column(work, row)
        return None

    def of(
        self, work: Work, profiles: Collection[int], names: Collection[str] | None = None
    ) -> Iterator[Row]:
        """Return what people have of these names, or of all."""
        if names is not None and not names:
            return
        shapes = {row.name: _shape(row) for row in store.heads(work)}
        for profile, name, value, since in self._raw(work, profiles, names):
            shape = shapes[name]
            yield profile, name, shape.value(value), since if shape.keeps_since else None

    def export(self, work: Work, names: Collection[str] | None) -> list[Mapping[str, Any]]:
        """Return columns (profile, name, value as JSON text, since, masked) of these names."""
        found: list[Mapping[str, Any]] = []
        for row in store.heads(work):
            if names is not None and row.name not in names:
                continue
            shape, column = _shape(row), self._column(work, row)
            mask = np.full(len(column), not shape.keeps_since)
            found.append(
                {
                    "profile": column.profiles,
                    "name": np.full(len(column), row.name, dtype=object),
                    "value": shape.texts(column.values),
                    "since": np.ma.masked_array(column.since, mask=mask),
                }
            )
        return found

    # What time brings

    def holders(self, work: Work, name: str) -> set[int]:
        """Return who has the trait."""
        column = self.column(work, name)
        return set() if column is None else set(column.profiles.tolist())

    def moments_between(self, work: Work, name: str, after: int, until: int) -> set[int]:
        """Return whose moment lies in (after, until]."""
        row, column = self._named(work, name)
        if column is None or row.kind != "moment":
            return set()
        inside = (column.values > after) & (column.values <= until)
        return set(column.profiles[inside].tolist())

    def next_moment(self, work: Work, name: str, after: int) -> int | None:
        """Return the earliest moment of a trait after one, or None."""
        row, column = self._named(work, name)
        if column is None or row.kind != "moment":
            return None
        return _earliest(column.values, after)

    def since_between(self, work: Work, name: str, after: int, until: int) -> set[int]:
        """Return whose trait has been what it is since a moment in (after, until]."""
        row, column = self._named(work, name)
        if column is None or not row.keeps_since:
            return set()
        inside = (column.since > after) & (column.since <= until)
        return set(column.profiles[inside].tolist())

    def next_since(self, work: Work, name: str, after: int) -> int | None:
        """Return the earliest moment after one since when a trait has been so, or None."""
        row, column = self._named(work, name)
        if column is None or not row.keeps_since:
            return None
        return _earliest(column.since, after)

    # Within

    def _named(self, work: Work, name: str) -> tuple[Any, Column | None]:
        for row in store.heads(work):
            if row.name == name:
                return row, self._column(work, row)
        return None, None

    def _column(self, work: Work, row: Any) -> Column:
        return columns.laid_over(self._whole(work, row), store.fresh_of(work, row.id))

    def _whole(self, work: Work, row: Any) -> Column:
        with self._lock:
            if row.stamp in self._columns:
                self._columns.move_to_end(row.stamp)
                return self._columns[row.stamp]
        column = columns.read(store.data(work, row.id))
        self._keep(row.stamp, column)
        return column

    def _keep(self, stamp: str, column: Column) -> None:
        with self._lock:
            self._columns[stamp] = column
            while len(self._columns) > _HELD:
                self._columns.popitem(last=False)

    def _raw(
        self, work: Work, profiles: Collection[int], names: Collection[str] | None
    ) -> Iterator[tuple[int, str, float, int]]:
        heads = [row for row in store.heads(work) if names is None or row.name in names]
        if not heads or not profiles:
            return
        fresh = {(row.trait, row.profile): row for row in store.fresh(work, profiles)}
        asked = np.fromiter(profiles, np.int32, len(profiles))
        for head in heads:
            column = self._whole(work, head)
            places, stands = columns.find(column, asked)
            places = places[stands]
            for profile, value, since in zip(
                asked[stands].tolist(), column.values[places].tolist(),
                column.since[places].tolist(), strict=True,
            ):  # fmt: skip
                if (head.id, profile) not in fresh:
                    yield profile, head.name, value, since
        by_id = {head.id: head.name for head in heads}
        for (trait, profile), row in fresh.items():
            if trait in by_id and row.value is not None:
                yield profile, by_id[trait], row.value, row.since


def _shape(row: Any) -> Shape:
    return Shape(row.name, row.kind, tuple(row.words), row.keeps_since)


def _earliest(moments: NDArray[Any], after: int) -> int | None:
    later = moments[moments > after]
    return int(later.min()) if len(later) else None
