"""Rows that stayed out as a file to mend them in, and the mended file read back. Pure.

The file is the one that came in, with the row's number before its columns and the reasons behind
them, so that a person can mend it in a spreadsheet and send it back as it is.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from coterie.roads.imports.model import Rejection
from coterie.roads.imports.rows import in_order
from coterie.roads.mapping import Fault
from coterie.roads.values import BadValue

ROW, REASONS = "coterie_row", "coterie_reasons"
_FORMULA = re.compile(r"[=+\-@\t\r]")
_GUARDED = re.compile(r"'[=+\-@\t\r]")


def to_csv(
    columns: Sequence[str], rows: Iterable[Rejection], say: Callable[[Fault], str]
) -> Iterator[str]:
    """Write rows as CSV, with a mark for spreadsheets at the start; ``say`` words a reason."""
    yield "\ufeff" + _line([ROW, *columns, REASONS])
    for one in rows:
        values = in_order(one.values, columns)
        reasons = "; ".join(say(fault) for fault in one.faults)
        yield _line([str(one.row), *map(guard, values.values()), guard(reasons)])


def guard(value: str) -> str:
    """Keep a spreadsheet from reading a value as a formula.

    >>> guard("=1+1"), guard("+8613800138000"), guard("12")
    ("'=1+1", "'+8613800138000", '12')
    """
    return f"'{value}" if _FORMULA.match(value) else value


def unguard(value: str) -> str:
    """Undo ``guard``."""
    return value[1:] if _GUARDED.match(value) else value


def read_back(
    columns: Sequence[str], rows: Iterable[Mapping[str, str]]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Read mended rows: their numbers and values.

    Raises BadValue where a row has no number, or the file has lost a column.
    """
    for place, row in enumerate(rows, 1):
        lost = [name for name in (ROW, *columns) if name not in row]
        if lost:
            raise BadValue(
                "lost_column",
                f"the file has no column {lost[0]!r}",
                path=lost[0],
                hint="download the rows again and mend them in that file",
            )
        number = (row[ROW] or "").strip()
        if not number.isascii() or not number.isdigit() or len(number) > 9:
            raise BadValue(
                "bad_row_number", f"{number!r} in line {place + 1} is no number of a row", path=ROW
            )
        yield int(number), {name: unguard(row[name] or "") for name in columns}


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
