"""Events in columns as the lake lays them: numbers, and texts by their places among words. Pure.

Millions of texts are few words: sorting, choosing and putting in order then is a matter of whole
numbers, and the texts are looked up once, when they are written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coterie.events.order import ordered
from coterie.events.rows import Columns

Which = NDArray[np.intp] | NDArray[np.bool_]


@dataclass(frozen=True)
class Coded:
    """A column of texts: each row's place among the words. A word may stand there twice, or None.

    >>> column = Coded.of(["b", None, "b"])
    >>> column.place.tolist(), column.words.tolist(), column.ranks().tolist()
    ([0, 1, 0], ['b', None], [1, 0, 1])
    """

    place: NDArray[np.integer[Any]]
    words: NDArray[Any]

    @classmethod
    def of(cls, texts: Sequence[str | None] | NDArray[Any]) -> "Coded":
        """Find the words of a column of texts."""
        places: dict[str | None, int] = {}
        found = [places.setdefault(text, len(places)) for text in texts]
        return cls(np.array(found, dtype=np.int32), as_words(list(places)))

    @classmethod
    def all_equal(cls, text: str, number: int) -> "Coded":
        """Return a column in which one text stands everywhere."""
        return cls(np.zeros(number, np.int32), as_words([text]))

    def texts(self) -> NDArray[Any]:
        """Return the text of each row."""
        texts: NDArray[Any] = self.words[self.place]
        return texts

    def take(self, which: Which) -> "Coded":
        """Return some rows, with the words that stand there."""
        return Coded(self.place[which], self.words).trimmed()

    def trimmed(self) -> "Coded":
        """Return it without the words that stand nowhere."""
        used = np.zeros(len(self.words), dtype=bool)
        used[self.place] = True
        if used.all():
            return self
        anew = np.cumsum(used, dtype=np.int32) - 1
        return Coded(anew[self.place], self.words[used])

    def ranks(self) -> NDArray[np.int32]:
        """Return where each row's word stands among all of them in order; nothing comes first."""
        told = sorted({word for word in self.words if word is not None})
        rank = {word: number for number, word in enumerate(told, 1)}
        of_words = np.array([rank.get(word, 0) for word in self.words], dtype=np.int32)
        ranks: NDArray[np.int32] = of_words[self.place]
        return ranks


def as_words(texts: Sequence[str | None]) -> NDArray[Any]:
    """Make an array of texts."""
    words = np.empty(len(texts), dtype=object)
    words[:] = texts
    return words


def one_after_another(parts: Sequence[Coded]) -> Coded:
    """Put columns of texts one after the other."""
    starts = np.cumsum([0, *(len(part.words) for part in parts[:-1])])
    return Coded(
        np.concatenate([part.place + start for part, start in zip(parts, starts, strict=True)]),
        np.concatenate([part.words for part in parts]),
    )


NUMBERS = ("seq", "time", "received", "profile", "amount")
TEXTS = ("name", "type", "source", "items", "store", "properties")


@dataclass(frozen=True)
class Laid:
    """Events in columns, as the lake writes them: properties have the marks of ``layout``.

    ``numbers`` are those of ``NUMBERS`` (a missing amount is ``NO_AMOUNT``), ``texts`` those of
    ``TEXTS``.
    """

    numbers: Mapping[str, NDArray[Any]]
    texts: Mapping[str, Coded]

    def __len__(self) -> int:
        return len(self.numbers["time"])

    def take(self, which: Which) -> "Laid":
        """Return some of the events."""
        return Laid(
            {name: values[which] for name, values in self.numbers.items()},
            {name: column.take(which) for name, column in self.texts.items()},
        )

    def in_order(self, order: NDArray[np.intp]) -> "Laid":
        """Return the events in an order of their places."""
        return self if (order[1:] > order[:-1]).all() else self.take(order)

    def numbered(self, first_seq: int, rows: NDArray[np.int64]) -> "Laid":
        """Give seqs, person by person, each one's by (time, row); return them in this order."""
        found = self.in_order(ordered(self.numbers["profile"], self.numbers["time"], rows))
        seqs = np.arange(first_seq, first_seq + len(found), dtype=np.int64)
        return Laid({**found.numbers, "seq": seqs}, found.texts)

    @classmethod
    def of(cls, columns: Columns, properties: NDArray[Any]) -> "Laid":
        """Find the words of events; ``properties`` have their marks."""
        texts = {name: Coded.of(columns[name]) for name in TEXTS if name != "properties"}
        texts["properties"] = Coded(np.arange(len(properties)), properties)
        return cls({name: columns[name] for name in NUMBERS}, texts)


def joined(parts: Sequence[Laid]) -> Laid:
    """Put events one after the other."""
    if len(parts) == 1:
        return parts[0]
    return Laid(
        {name: np.concatenate([one.numbers[name] for one in parts]) for name in parts[0].numbers},
        {name: one_after_another([one.texts[name] for one in parts]) for name in parts[0].texts},
    )
