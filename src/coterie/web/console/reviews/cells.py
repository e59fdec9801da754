"""Tables whose cells are numbers with a kind, so that page, paper and workbook write them alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from coterie.core.numbers import SCALE
from coterie.web.speech import Speech

Kind = Literal["text", "count", "money", "share", "time", "plain"]
"""``money`` is scaled by 10,000, ``time`` in ms, ``share`` 0..1, ``plain`` in the currency."""

Cell = str | int | float | None
NOTHING = "–"
_CENTS_BELOW = 1_000


@dataclass(frozen=True)
class Column:
    """A column's heading, and of which kind its cells are."""

    label: str
    kind: Kind = "count"


@dataclass(frozen=True)
class Table:
    """A titled table; ``grey`` ones are shown as what must not be believed."""

    key: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    hint: str = ""
    grey: bool = False

    def shown(self, speech: Speech) -> list[list[str]]:
        """Return the rows as people read them."""
        return [
            [written(speech, column.kind, cell)
             for column, cell in zip(self.columns, row, strict=True)]
            for row in self.rows
        ]  # fmt: skip


def written(speech: Speech, kind: Kind, cell: Cell) -> str:
    """Write a cell."""
    if cell is None:
        return NOTHING
    if isinstance(cell, str):
        return cell
    if kind == "money":
        return money(speech, cell)
    if kind == "plain":
        return money(speech, cell * SCALE)
    if kind == "share":
        return speech.percent(cell, 1)
    if kind == "time":
        return speech.roughly(int(cell))
    return speech.number(cell)


def money(speech: Speech, amount: float) -> str:
    """Write a scaled amount: whole from a thousand on, with its cents below.

    >>> from zoneinfo import ZoneInfo
    >>> speech = Speech("en", ZoneInfo("UTC"), 0)
    >>> money(speech, 12_345_678_900), money(speech, -125_500), money(speech, 80_000)
    ('1,234,568', '−12.55', '8')
    """
    value = amount / SCALE
    digits = 0 if abs(value) >= _CENTS_BELOW else 2
    return speech.number(value, digits).replace("-", "−")
