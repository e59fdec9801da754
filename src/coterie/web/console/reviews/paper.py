"""A review as one sheet of A4: for a table where nobody has a screen.

The letters are the house's own font, cut out of Noto Sans SC, embedded as far as they are used;
what the font cannot spell shows as a box, as on posters. Nothing is fetched while it is drawn.
"""

from collections.abc import Sequence
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from coterie.web.console.reviews.cells import NOTHING, Table
from coterie.web.console.reviews.pen import INK, QUIET, TONES, WINE, Pen
from coterie.web.console.reviews.telling import Figure, Telling
from coterie.web.speech import Speech

_EDGE = 40.0
_GAP = 18.0
_ROWS = 6
"""So many rows of a long table stand on the paper; the page and the workbook have all."""

_ACROSS = 5
_SMALL, _TINY = 7.5, 6.2
_FIRST = {
    "funnel": 0.18, "ways": 0.34, "effect": 0.22, "places": 0.36, "readings": 0.55, "stores": 0.34,
    "guides": 0.4,
}  # fmt: skip
"""How much of a table's width its first column has."""

_TOLD = ("joined", "active", "seeded", "visits", "bought", "revenue", "assist", "effect")
"""Which definitions stand on the paper."""


def as_pdf(speech: Speech, told: Telling, brand: str, at: str) -> bytes:
    """Draw the review; ``at`` is the day as of which it stands. Always one page."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=True, lang="zh-CN" if speech.language == "zh"
                    else "en")  # fmt: skip
    canvas.setTitle(f"{told.title} – {speech.gettext('Review')}")
    canvas.setAuthor(brand)
    pen = Pen(canvas, A4[0], A4[1] - _EDGE)
    _head(pen, speech, told, brand, at)
    _figures(pen, told.figures)
    left, right = _EDGE, (A4[0] + _GAP) / 2
    half = (A4[0] - 2 * _EDGE - _GAP) / 2
    _pair(pen, speech, half, (left, told.tables["funnel"], (0, 1, 2, 4, 5)),
          (right, told.tables["ways"], (0, 1, 2, 4, 5)))  # fmt: skip
    _table(pen, speech, told.tables["effect"], left, A4[0] - 2 * _EDGE, (0, 1, 2, 3, 4, 5), 3)
    pen.at -= 8
    _pair(pen, speech, half, (left, told.tables["places"], (0, 1, 2, 3, 4)),
          (right, told.tables["readings"], (0, 3, 4, 5)))  # fmt: skip
    _pair(pen, speech, half, (left, told.tables["stores"], (0, 1, 2, 4)),
          (right, told.tables["guides"], (0, 1, 2)))  # fmt: skip
    _foot(pen, speech, told, half)
    _bars(pen, told.tables["days"])
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _head(pen: Pen, speech: Speech, told: Telling, brand: str, at: str) -> None:
    pen.band(WINE)
    pen.line(brand, 9, WINE, _EDGE)
    pen.right(speech.gettext("as of %(day)s", day=at), 9, pen.width - _EDGE, QUIET)
    pen.at -= 16
    pen.line(pen.cut(told.title, 22, pen.width - 2 * _EDGE), 22, INK, _EDGE, bold=True)
    pen.at -= 30
    pen.line(told.span, 9, QUIET, _EDGE)
    pen.at -= 17
    wide = pen.width - 2 * _EDGE
    pen.paragraph(told.headline, 11, wide, INK, _EDGE, 3)
    pen.at -= 2
    grade = speech.gettext("Evidence: grade %(grade)s", grade=told.grade)
    verdict = f"{told.verdict[0]} · {grade} – {told.grade_words}"
    pen.line(pen.cut(verdict, 9.5, wide), 9.5, TONES[told.verdict[1]], _EDGE, bold=True)
    pen.at -= 15
    pen.paragraph(told.effect, 9, wide, INK, _EDGE, 3)
    pen.at -= 4


def _figures(pen: Pen, figures: Sequence[Figure]) -> None:
    wide = (pen.width - 2 * _EDGE) / _ACROSS
    for first in range(0, len(figures), _ACROSS):
        pen.rule(_EDGE, pen.width - _EDGE)
        pen.at -= 6
        top = pen.at
        lowest = top
        for place, one in enumerate(figures[first : first + _ACROSS]):
            pen.at, left = top, _EDGE + place * wide
            pen.line(pen.cut(one.label, _SMALL, wide - 6), _SMALL, QUIET, left)
            pen.at -= 12
            size = pen.size_for(one.value, 15, wide - 6)
            pen.line(one.value, size, INK, left, bold=True)
            pen.at -= 21
            pen.paragraph(one.hint, _TINY, wide - 8, QUIET, left, 3)
            lowest = min(lowest, pen.at)
        pen.at = lowest - 5


Placed = tuple[float, Table, Sequence[int]]


def _pair(pen: Pen, speech: Speech, wide: float, *tables: Placed) -> None:
    """Draw two tables beside each other."""
    top, lowest = pen.at, pen.at
    for left, table, columns in tables:
        pen.at = top
        _table(pen, speech, table, left, wide, columns, _ROWS)
        lowest = min(lowest, pen.at)
    pen.at = lowest - 8


def _table(
    pen: Pen, speech: Speech, table: Table, left: float, wide: float, columns: Sequence[int],
    most: int,
) -> None:  # fmt: skip
    pen.line(table.title, 9.5, WINE, left, bold=True)
    pen.at -= 14
    first = wide * _FIRST[table.key]
    each = (wide - first) / max(1, len(columns) - 1)
    heads = [table.columns[at].label for at in columns]
    pen.row(heads, left, first, each, _TINY, QUIET, lines=2)
    pen.rule(left, left + wide)
    rows = table.shown(speech)
    for row in rows[:most]:
        pen.at -= 2
        pen.row([row[at] for at in columns], left, first, each, _SMALL, INK)
    if not rows:
        pen.row([NOTHING], left, wide, each, _SMALL, QUIET)
    if len(rows) > most:
        more = speech.gettext("%(n)s more on the page", n=speech.number(len(rows) - most))
        pen.at -= 2
        pen.row([more], left, wide, each, _TINY, QUIET)


def _foot(pen: Pen, speech: Speech, told: Telling, wide: float) -> None:
    """Write how the figures are counted into what room is left, in two columns."""
    pen.rule(_EDGE, pen.width - _EDGE)
    pen.at -= 5
    pen.line(speech.gettext("How counted"), 8, QUIET, _EDGE, bold=True)
    pen.at -= 12
    known = {one.key: one for one in told.definitions}
    words = [f"{known[key].name} – {known[key].means}" for key in _TOLD]
    top = lowest = pen.at
    for left, part in ((_EDGE, words[:4]), ((pen.width + _GAP) / 2, words[4:])):
        pen.at = top
        for text in part:
            if pen.at > _EDGE:
                room = int((pen.at - _EDGE / 2) / (_TINY * 1.4))
                pen.paragraph(text, _TINY, wide, QUIET, left, max(1, min(5, room)))
                pen.at -= 1.5
        lowest = min(lowest, pen.at)
    pen.at = lowest


def _bars(pen: Pen, days: Table) -> None:
    """Draw what each day brought, where there is room left."""
    high = min(70.0, pen.at - _EDGE - 30)
    if high < 25:
        return
    pen.at -= 6
    pen.line(days.columns[-1].label + " · " + days.title, 8, QUIET, _EDGE, bold=True)
    pen.at -= 14
    values = [float(row[-1] or 0) for row in days.rows]
    pen.bars(values, [str(row[0])[5:] for row in days.rows], _EDGE, pen.width - 2 * _EDGE, high)
