"""What the rows of a portion become, by columns of places among words. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coterie.events.coded import Coded, Laid, as_words
from coterie.events.rows import NO_AMOUNT, NOTHING
from coterie.roads.history.words import Words

PEOPLE = ("user_id", "anonymous_id")
"""The kinds of id by which a row may name whose it is."""

_MOST_BYTES = 30_000
"""Rows with more text than this are looked at one by one: they may be too large for an event."""

_FEW = 2**22
"""So many combinations may be counted in an array."""

Longs = NDArray[np.int64]
Places = NDArray[np.int32]


@dataclass(frozen=True)
class Cells:
    """Rows as they were read: each part's places among its words, and the moments.

    ``odd`` says that a row has to be read by itself whatever its words are.
    """

    places: Mapping[str, Places]
    words: Mapping[str, Words]
    time: Longs
    odd: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.time)

    def kinds(self) -> list[str]:
        """Return the kinds of id that rows may have."""
        return [kind for kind in PEOPLE if kind in self.places]

    def named(self, kind: str) -> NDArray[np.bool_]:
        """Say of each row whether it has an id of a kind."""
        words = self.words[kind]
        found: NDArray[np.bool_] = words.told[self.places[kind]] != words.silent
        return found

    def careful(self, heeded: Collection[str], received: int) -> NDArray[np.bool_]:
        """Say of each row whether it has to be read by itself.

        So are events of the names ``heeded``, and what lies in the future: it is heard when its
        time comes.
        """
        found = self.odd | self._large() | (self.time < 0) | (self.time > received)
        for part, place in self.places.items():
            found |= self.words[part].careful[place]
        found |= np.sum([self.named(kind) for kind in self.kinds()], axis=0) != 1
        event = self.words["event"]
        is_heeded = np.array([name in heeded for name in event.texts], dtype=bool)
        found |= is_heeded[event.told][self.places["event"]]
        return found

    def _large(self) -> NDArray[np.bool_]:
        sizes = {part: self.words[part].size for part in self.places}
        if sum(int(size.max(initial=0)) for size in sizes.values()) <= _MOST_BYTES:
            return np.zeros(len(self), dtype=bool)
        size = np.sum([sizes[part][place] for part, place in self.places.items()], axis=0)
        found: NDArray[np.bool_] = size > _MOST_BYTES
        return found

    def take(self, which: NDArray[np.bool_]) -> "Cells":
        """Return some of the rows."""
        places = {part: place[which] for part, place in self.places.items()}
        return Cells(places, self.words, self.time[which], self.odd[which])


def laid(
    cells: Cells,
    profile: Places,
    tell: Mapping[str, Sequence[str]],
    received: int,
    source: str,
) -> Laid:
    """Make events of rows, as the log takes them in.

    ``tell`` names the parts that tell of the items, the amount and the store, the first that says
    anything first.
    """
    event, number = cells.words["event"], len(cells)
    amount = np.full(number, NO_AMOUNT, np.int64)
    for part in reversed(tell["amount"]):
        told = cells.words[part].amount[cells.places[part]]
        amount = np.where(told == NO_AMOUNT, amount, told)
    return Laid(
        {
            "time": cells.time,
            "received": np.full(number, received, np.int64),
            "profile": profile,
            "amount": amount,
        },
        {
            "name": Coded(event.told[cells.places["event"]], event.texts).trimmed(),
            "type": Coded.all_equal("track", number),
            "source": Coded.all_equal(source, number),
            "items": _told_by(
                cells, [(part, cells.words[part].items) for part in tell["items"]], "[]"
            ),
            "store": _told_by(
                cells, [(part, cells.words[part].store) for part in tell["store"]], None
            ),
            "properties": _properties(cells),
        },
    )


def _told_by(cells: Cells, parts: Sequence[tuple[str, NDArray[Any]]], last: str | None) -> Coded:
    """Return what the first part says that says anything, else ``last``."""
    words, place = [as_words([last])], np.zeros(len(cells), np.int32)
    for part, told in reversed(parts):
        says = np.array([word is not None for word in told], dtype=bool)
        start, of_row = sum(map(len, words)), cells.places[part]
        place = np.where(says[of_row], of_row + start, place)
        words.append(told)
    return Coded(place, np.concatenate(words)).trimmed()


def _properties(cells: Cells) -> Coded:
    """Put the parts of the properties together, once for each combination that there is."""
    parts = [part for part in cells.places if part.startswith("property")]
    if not parts:
        return Coded.all_equal(NOTHING, len(cells))
    told = [cells.words[part].told[cells.places[part]] for part in parts]
    texts = [cells.words[part].texts for part in parts]
    place, rows = _combined(told, [len(one) for one in texts])
    columns = [words[one[rows]].tolist() for words, one in zip(texts, told, strict=True)]
    return Coded(place, as_words([_object(row) for row in zip(*columns, strict=True)]))


def _object(parts: Sequence[str | None]) -> str:
    return "{" + ",".join([part for part in parts if part is not None]) + "}"


def _combined(columns: Sequence[Places], sizes: Sequence[int]) -> tuple[Places, Longs]:
    """Number the combinations that there are; return each row's, and a row that has each."""
    found, size = np.zeros(len(columns[0]), np.int64), 1
    for column, values in zip(columns, sizes, strict=True):
        found, size = found * values + column, size * values
        if size > _FEW:
            different, found = np.unique(found, return_inverse=True)
            size = len(different)
    row = np.full(size, -1, np.int64)
    row[found] = np.arange(len(found))
    there = row >= 0
    anew = np.cumsum(there, dtype=np.int32) - 1
    return anew[found], row[there]
