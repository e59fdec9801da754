"""A pen that writes on paper from the top down: lines, paragraphs, rows."""

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import as_file, files

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

FONT = "NotoSansSC"
INK, QUIET, WINE, SEA, AMBER, LINE = (
    "#2b2522", "#6d625b", "#8a2f3b", "#2f6b62", "#8a5a00", "#d9cfc4",
)  # fmt: skip
TONES = {"sea": SEA, "wine": WINE, "amber": AMBER}

_LEADING = 1.4
_PARTS = re.compile(r"[^\s\u2e80-\uffff]+\s*|\s+|[\u2e80-\uffff]")
_CLOSING = "，。、；：！？）》”’％%"
"""What never begins a line."""


@cache
def letters() -> str:
    """Have the font at hand, once a process."""
    with as_file(files("coterie.web") / "fonts" / "noto-sans-sc.ttf") as path:
        pdfmetrics.registerFont(TTFont(FONT, str(path)))
    return FONT


class Pen:
    """Writes on one page ``width`` points wide; ``at`` is the height it has come down to."""

    def __init__(self, canvas: Canvas, width: float, at: float) -> None:
        self.width = width
        self.at = at
        self._canvas = canvas
        self._font = letters()

    def band(self, ink: str) -> None:
        """Draw a band across the top of the page."""
        self._canvas.setFillColor(ink)
        self._canvas.rect(0, self.at + 32, self.width, 8, stroke=0, fill=1)

    def line(self, text: str, size: float, ink: str, left: float, *, bold: bool = False) -> None:
        """Write one line; a bold one is drawn round its edges too, as the font has one weight."""
        words = self._canvas.beginText(left, self.at - size)
        words.setFont(self._font, size)
        words.setFillColor(ink)
        if bold:
            self._canvas.setLineWidth(size / 40)
            words.setStrokeColor(ink)
            words.setTextRenderMode(2)
        words.textOut(text)
        words.setTextRenderMode(0)
        self._canvas.drawText(words)

    def right(self, text: str, size: float, right: float, ink: str) -> None:
        """Write one line that ends at ``right``."""
        self._canvas.setFillColor(ink)
        self._canvas.setFont(self._font, size)
        self._canvas.drawRightString(right, self.at - size, text)

    def paragraph(
        self, text: str, size: float, width: float, ink: str, left: float, most: int
    ) -> None:
        """Write a text over at most so many lines; what does not fit ends in dots."""
        lines = self._split(text, size, width)
        if len(lines) > most:
            lines = [*lines[: most - 1], self.cut("".join(lines[most - 1 :]), size, width)]
        for line in lines:
            self.line(line, size, ink, left)
            self.at -= size * _LEADING

    def row(
        self, texts: Sequence[str], left: float, first: float, each: float, size: float, ink: str,
        *, lines: int = 1,
    ) -> None:  # fmt: skip
        """Write a row: the first text at the left, each other at the right end of its column.

        Texts of up to so many lines stand on their last one.
        """
        split = [self._split(text, size, (each if place else first) - 3) or [""]
                 for place, text in enumerate(texts)]  # fmt: skip
        deep = min(lines, max(len(one) for one in split))
        top = self.at
        for place, found in enumerate(split):
            whole = found if len(found) <= deep else [
                *found[: deep - 1],
                self.cut("".join(found[deep - 1 :]), size, (each if place else first) - 3),
            ]  # fmt: skip
            for number, text in enumerate(whole, deep - len(whole)):
                self.at = top - number * size * 1.25
                if place:
                    self.right(text, size, left + first + place * each, ink)
                else:
                    self.line(text, size, ink, left)
        self.at = top - deep * size * 1.25 - 2.5

    def rule(self, left: float, right: float) -> None:
        """Draw a fine line across."""
        self._canvas.setStrokeColor(LINE)
        self._canvas.setLineWidth(0.5)
        self._canvas.line(left, self.at, right, self.at)

    def bars(
        self, values: Sequence[float], labels: Sequence[str], left: float, wide: float, high: float
    ) -> None:
        """Draw a bar for each value, the highest ``high`` points, and some labels below."""
        most, each = max((*values, 1)), wide / max(1, len(values))
        floor = self.at - high
        self._canvas.setFillColor(SEA)
        for place, value in enumerate(values):
            self._canvas.rect(left + place * each, floor, each * 0.7, high * max(0, value) / most,
                              stroke=0, fill=1)  # fmt: skip
        self.at = floor - 2
        for place in range(0, len(labels), max(1, len(labels) // 8)):
            self.line(labels[place], 6, QUIET, left + place * each)
        self.at -= 10

    def size_for(self, text: str, size: float, width: float) -> float:
        """Return the size at which a text fits on a line."""
        wide = self._wide(text, size)
        return size if wide <= width else size * width / wide

    def cut(self, text: str, size: float, width: float) -> str:
        """Return as much of a text as fits on a line."""
        if self._wide(text, size) <= width:
            return text
        while text and self._wide(f"{text}…", size) > width:
            text = text[:-1]
        return f"{text}…"

    def _split(self, text: str, size: float, width: float) -> list[str]:
        """Break a text into lines: Latin after a space, Chinese anywhere."""
        lines, row = [], ""
        for part in _PARTS.findall(text):
            if row and part not in _CLOSING and self._wide(row + part.rstrip(), size) > width:
                lines.append(row)
                row = ""
            row += part
        return [one for one in (*lines, row) if one.strip()]

    def _wide(self, text: str, size: float) -> float:
        return float(pdfmetrics.stringWidth(text, self._font, size))
