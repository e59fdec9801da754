"""Lists to take away, as CSV or XLSX: in constant memory, safe to open in a spreadsheet, audited.

A page hands over a header and rows; values are text, numbers, booleans, datetimes or None.
"""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from typing import Any, Literal, get_args
from urllib.parse import quote

from fastapi.responses import StreamingResponse
from xlsxwriter import Workbook

from coterie.accounts.model import Account
from coterie.core.errors import Invalid
from coterie.storage import audit
from coterie.web.desk import actor_of
from coterie.web.ports import Served

Kind = Literal["csv", "xlsx"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Cell = str | int | float | bool | datetime | None
Row = Sequence[Cell]

TYPES: dict[Kind, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

_BOM = "\ufeff"
"""Without it Excel takes UTF-8 for the machine's own old encoding."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Text that begins so would be run by a spreadsheet (OWASP, CSV Injection)."""

_PIECE = 64 * 1024
_SHEET_ROWS = 1_048_576
_LONGEST = 32_767
_WIDTH = 18


def kind_of(text: str) -> Kind:
    """Return the kind of file asked for; raises Invalid."""
    for kind in KINDS:
        if text == kind:
            return kind
    raise Invalid(f"{text!r} is no kind of file", path="format", hint="csv or xlsx")


def download(kind: Kind, name: str, header: Row, rows: Iterable[Row]) -> StreamingResponse:
    """Answer with a file called ``name`` (without its ending); rows are read as they are sent."""
    pieces = as_csv(header, rows) if kind == "csv" else as_xlsx(header, rows)
    # two names: some clients read only the first, which must be plain ASCII
    plain = name.encode("ascii", "replace").decode().replace('"', "_").replace("?", "_")
    given = f"attachment; filename=\"{plain}.{kind}\"; filename*=UTF-8''{quote(name)}.{kind}"
    return StreamingResponse(pieces, media_type=TYPES[kind], headers={"Content-Disposition": given})


def record(house: Served, account: Account, what: str, **detail: object) -> None:
    """Keep who took what away: what the list was, how it was filtered, how long it was."""
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        audit.record(work, "export", what, **detail)


def as_csv(header: Row, rows: Iterable[Row]) -> Iterator[bytes]:
    """Write CSV (RFC 4180) piece by piece, with a byte order mark for Excel."""
    buffer = io.StringIO()
    buffer.write(_BOM)
    writer = csv.writer(buffer)
    writer.writerow([_plain(cell) for cell in header])
    for row in rows:
        writer.writerow([_plain(cell) for cell in row])
        if buffer.tell() >= _PIECE:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def as_xlsx(header: Row, rows: Iterable[Row]) -> Iterator[bytes]:
    """Write a workbook row by row to a file on the disk, then send it piece by piece."""
    with tempfile.TemporaryFile() as file:
        with closing(_workbook(file)) as book:
            _fill(book, header, rows)
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def safe(text: str) -> str:
    """Keep a spreadsheet from running a text as a formula.

    >>> safe("=1+1"), safe("Ada"), safe("-")
    ("'=1+1", 'Ada', "'-")
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def _plain(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    return safe(cell) if isinstance(cell, str) else cell


def _workbook(file: Any) -> Any:
    return Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "remove_timezone": True,
            "nan_inf_to_errors": True,
        },
    )


def _fill(book: Any, header: Row, rows: Iterable[Row]) -> None:
    """Fill sheet after sheet, each with the header; one sheet holds a million rows."""
    bold = book.add_format({"bold": True})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet, line = None, _SHEET_ROWS
    for row in rows:
        if sheet is None or line >= _SHEET_ROWS:
            sheet, line = _sheet(book, header, bold), 1
        for column, cell in enumerate(row):
            if isinstance(cell, datetime):
                sheet.write_datetime(line, column, cell, moment)
            elif isinstance(cell, str):
                sheet.write_string(line, column, cell[:_LONGEST])
            elif cell is not None:
                sheet.write(line, column, cell)
        line += 1
    if sheet is None:
        _sheet(book, header, bold)


def _sheet(book: Any, header: Row, bold: Any) -> Any:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(0, len(header) - 1), _WIDTH)
    sheet.write_row(0, 0, list(header), bold)
    return sheet
