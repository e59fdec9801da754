"""The words of published traits: what one is, and its values for everybody who has one. Pure."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from coterie.core.clock import format_time

Kind = Literal["flag", "number", "moment", "word"]

WHOLE = 2.0**53
"""From here on a float holds not every whole number."""


@dataclass(frozen=True)
class Shape:
    """How a published trait is told: true or false, a number, a moment, or one of some words.

    A trait that ``keeps_since`` knows since when its value has been what it is; one that changes
    day by day does not.
    """

    name: str
    kind: Kind = "number"
    words: tuple[str, ...] = ()
    keeps_since: bool = True

    def value(self, raw: float) -> Any:
        """Return a value as rules read it.

        >>> Shape("lifecycle.class", "word", ("loyal",)).value(0.0)
        'loyal'
        >>> Shape("value.orders").value(3.0), Shape("value.front", "flag").value(1.0)
        (3, True)
        """
        if self.kind == "flag":
            return raw != 0
        if self.kind == "word":
            return self.words[int(raw)]
        if self.kind == "moment":
            return format_time(int(raw))
        return int(raw) if raw.is_integer() and abs(raw) < WHOLE else raw

    def texts(self, raw: NDArray[np.float64]) -> NDArray[np.object_]:
        """Return many values as JSON text, as facts of traits are kept."""
        if self.kind == "flag":
            return np.where(raw != 0, "true", "false").astype(object)
        if self.kind == "word":
            quoted = np.array([f'"{word}"' for word in self.words], dtype=object)
            return quoted[raw.astype(np.int64)]
        if self.kind == "moment":
            moments = raw.astype(np.int64).astype("datetime64[ms]")
            texts = np.datetime_as_string(moments, unit="ms", timezone="UTC")
            return np.char.add(np.char.add('"', texts), '"').astype(object)
        distinct, places = np.unique(raw, return_inverse=True)
        told = np.array([repr(self.value(one)) for one in distinct.tolist()], dtype=object)
        return told[places]


@dataclass(frozen=True)
class Column:
    """One trait of everybody who has it, sorted by profile; ``since`` is all 0 where none is kept.

    All three arrays are of one length; each profile stands once.
    """

    profiles: NDArray[np.int32]
    values: NDArray[np.float64]
    since: NDArray[np.int64]

    def __len__(self) -> int:
        """Count who has the trait."""
        return len(self.profiles)


def nobody() -> Column:
    """Return the column of a trait that nobody has."""
    return Column(np.empty(0, np.int32), np.empty(0, np.float64), np.empty(0, np.int64))
