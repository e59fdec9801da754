"""A review as a workbook: a sheet for the figures, one for each table, one that says how."""

from io import BytesIO
from typing import Any

from xlsxwriter import Workbook

from coterie.core.clock import DAY
from coterie.core.numbers import SCALE
from coterie.web.console.reviews.cells import Cell, Kind, Table
from coterie.web.console.reviews.telling import Telling
from coterie.web.exports import safe
from coterie.web.speech import Speech

_FORMATS: dict[Kind, str] = {
    "text": "@", "count": "#,##0", "money": "#,##0.00", "share": "0.0%", "time": "0.00",
    "plain": "#,##0.00",
}  # fmt: skip
_SHEETS = ("funnel", "days", "ways", "groups", "stores", "guides", "places", "readings", "effect",
           "evidence")  # fmt: skip
_NAME = 31
"""A sheet's name may not be longer."""


def as_xlsx(speech: Speech, told: Telling) -> bytes:
    """Write the workbook; numbers stay numbers, times are in days."""
    out = BytesIO()
    with Workbook(out, {"in_memory": True, "strings_to_formulas": False,
                        "strings_to_urls": False}) as book:  # fmt: skip
        styles = {kind: book.add_format({"num_format": form}) for kind, form in _FORMATS.items()}
        bold = book.add_format({"bold": True})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        _figures(book.add_worksheet(_name(speech.gettext("Figures"))), speech, told, bold, wrap)
        for key in _SHEETS:
            table = told.tables[key]
            _table(book.add_worksheet(_name(table.title)), speech, table, bold, styles)
        sheet = book.add_worksheet(_name(speech.gettext("How counted")))
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 100, wrap)
        for line, one in enumerate(told.definitions):
            sheet.write_string(line, 0, one.name, bold)
            sheet.write_string(line, 1, one.means, wrap)
    return out.getvalue()


def _name(title: str) -> str:
    """Make a title a sheet's name: some signs may not be in it, nor more than so many.

    >>> _name("Incremental result: a/b [x]")
    'Incremental result a b x'
    """
    plain = "".join(" " if sign in "[]:*?/\\'" else sign for sign in title)
    return " ".join(plain.split())[:_NAME].strip()


def _figures(sheet: Any, speech: Speech, told: Telling, bold: Any, wrap: Any) -> None:
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 22)
    sheet.set_column(2, 3, 60, wrap)
    top = (
        (speech.gettext("Campaign"), told.title), (speech.gettext("Time"), told.span),
        ("", told.headline), (told.verdict[0], told.effect),
        (speech.gettext("Grade of the evidence"), f"{told.grade}: {told.grade_words}"),
    )  # fmt: skip
    for line, (name, value) in enumerate(top):
        sheet.write_string(line, 0, name, bold)
        sheet.write_string(line, 1, safe(value))
    for line, one in enumerate(told.figures, len(top) + 1):
        sheet.write_string(line, 0, one.label, bold)
        sheet.write_string(line, 1, one.value)
        sheet.write_string(line, 2, one.hint, wrap)
        sheet.write_string(line, 3, one.means, wrap)


def _table(sheet: Any, speech: Speech, table: Table, bold: Any, styles: dict[Kind, Any]) -> None:
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, max(1, len(table.columns) - 1), 18)
    for at, column in enumerate(table.columns):
        unit = f" ({speech.gettext('days')})" if column.kind == "time" else ""
        sheet.write_string(0, at, column.label + unit, bold)
    sheet.freeze_panes(1, 1)
    for line, row in enumerate(table.rows, 1):
        for at, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
            value = _plain(column.kind, cell)
            if isinstance(value, str):
                sheet.write_string(line, at, safe(value))
            elif value is not None:
                sheet.write_number(line, at, value, styles[column.kind])
    if table.hint:
        sheet.write_string(len(table.rows) + 2, 0, table.hint)


def _plain(kind: Kind, cell: Cell) -> Cell:
    if cell is None or isinstance(cell, str):
        return cell
    if kind == "money":
        return cell / SCALE
    return cell / DAY if kind == "time" else cell
