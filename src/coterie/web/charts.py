"""What a chart shows, as plain data: the page draws it, lists it and offers it as a file.

One message a chart; its title is that message.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Series:
    """One line, or one colour of bars: a value for each label, None where nothing is known."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Chart:
    """Lines or bars over labels. ``name`` is the file's when it is downloaded.

    ``steps`` draws a line as steps (a number that holds until it changes); ``stacked`` puts series
    on top of one another; ``whole`` allows whole numbers only on the axis.
    """

    name: str
    title: str
    kind: Literal["line", "bar"]
    labels: Sequence[str]
    series: Sequence[Series]
    steps: bool = False
    stacked: bool = False
    whole: bool = True

    @property
    def spec(self) -> dict[str, Any]:
        """What the script draws."""
        return {
            "name": self.name,
            "kind": self.kind,
            "labels": list(self.labels),
            "series": [{"name": one.name, "values": list(one.values)} for one in self.series],
            "steps": self.steps,
            "stacked": self.stacked,
            "whole": self.whole,
        }

    @property
    def head(self) -> list[str]:
        """The columns of the table after the labels'."""
        return [one.name for one in self.series]

    @property
    def rows(self) -> list[tuple[str, list[float | None]]]:
        """The table: a row a label."""
        return [
            (label, [one.values[at] for one in self.series]) for at, label in enumerate(self.labels)
        ]


@dataclass(frozen=True)
class Step:
    """One bar of a waterfall: what is added, or taken away below 0; ``total`` stands on the floor.

    A total says what there is at that place: what stood there before is what it says.
    """

    label: str
    value: float
    total: bool = False


@dataclass(frozen=True)
class Waterfall:
    """What there was, what went where, and what is left; each bar hangs where the last ended."""

    name: str
    title: str
    steps: Sequence[Step]
    column: str

    @property
    def spec(self) -> dict[str, Any]:
        """What the script draws: how high each bar begins, how long it is, which way it goes."""
        bars: list[dict[str, Any]] = []
        level: float = 0
        for one in self.steps:
            end = one.value if one.total else level + one.value
            start = 0 if one.total else level
            way = "total" if one.total else "out" if one.value < 0 else "in"
            bars.append(
                {"from": min(start, end), "size": abs(end - start), "way": way, "says": one.value}
            )
            level = end
        labels = [one.label for one in self.steps]
        return {"name": self.name, "kind": "waterfall", "labels": labels, "bars": bars}

    @property
    def head(self) -> list[str]:
        """The column of the table."""
        return [self.column]

    @property
    def rows(self) -> list[tuple[str, list[float]]]:
        """The table: a row a bar."""
        return [(one.label, [one.value]) for one in self.steps]


@dataclass(frozen=True)
class HeatMap:
    """A number for each pair of column and row, the darker the more. ``values[row][column]``."""

    name: str
    title: str
    columns: Sequence[str]
    lines: Sequence[str]
    values: Sequence[Sequence[float]]

    @property
    def spec(self) -> dict[str, Any]:
        """What the script draws."""
        cells = [
            [column, row, value]
            for row, line in enumerate(self.values)
            for column, value in enumerate(line)
        ]
        return {
            "name": self.name,
            "kind": "heat",
            "labels": list(self.columns),
            "rows": list(self.lines),
            "cells": cells,
        }

    @property
    def head(self) -> list[str]:
        """The columns of the table after the rows' names."""
        return list(self.columns)

    @property
    def rows(self) -> list[tuple[str, Sequence[float]]]:
        """The table: a row a line."""
        return list(zip(self.lines, self.values, strict=True))
