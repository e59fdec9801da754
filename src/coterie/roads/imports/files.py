"""Take an uploaded file in: whatever it is written in, it becomes one CSV of one kind.

UTF-8, commas, a header whose names are all there and all different, no empty rows. So whoever
reads it afterwards need not guess again, and its rows can be counted and found by number.
"""

import codecs
import csv
import itertools
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from coterie.roads.imports.json_rows import JSON_SUFFIXES, rows_of
from coterie.roads.values import BadValue

DELIMITERS = (",", ";", "\t", "|")
ENCODINGS = ("utf-8", "gb18030", "cp1252", "utf-16")
"""What a person may choose when the guess is wrong."""

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", *JSON_SUFFIXES)
MOST_COLUMNS = 300
_BLOCK = 1 << 20
_HEAD = 1 << 16
_SWELL = 20
"""How many times its size a workbook may unpack to."""
_BYTE_ORDER = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")
)  # fmt: skip


@dataclass(frozen=True)
class TakenIn:
    """What was found in a file: its columns, how many rows, and how it was written."""

    columns: tuple[str, ...]
    rows: int
    encoding: str
    delimiter: str


def take_in(source: Path, name: str, target: Path, encoding: str = "") -> TakenIn:
    """Write an uploaded file as the one kind of CSV that we keep; raises BadValue if it is none.

    ``name`` is what it was called where it came from; ``encoding`` is one that a person chose.
    """
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise BadValue(
            "no_table",
            f"{name} is neither a CSV file nor an Excel workbook (.xlsx) nor JSON",
            hint="save it as one of them",
        )
    if encoding and encoding not in ENCODINGS:
        raise BadValue(
            "bad_encoding",
            f"{encoding!r} is not offered",
            path="encoding",
            hint=", ".join(ENCODINGS),
        )
    if suffix in JSON_SUFFIXES:
        columns, rows = _write(rows_of(source, name), target)
        return TakenIn(columns, rows, "utf-8", "")
    if suffix == ".xlsx":
        columns, rows = _write(_workbook_rows(source, name), target)
        return TakenIn(columns, rows, "", "")
    encoding = encoding or detect_encoding(source)
    try:
        with source.open(encoding=encoding, newline="") as text:
            delimiter = detect_delimiter(text.read(_HEAD))
            text.seek(0)
            columns, rows = _write(csv.reader(text, delimiter=delimiter), target)
    except UnicodeError as error:
        raise BadValue(
            "bad_encoding",
            f"{name} is not written in {encoding}",
            path="encoding",
            hint="choose another encoding",
        ) from error
    except csv.Error as error:
        raise BadValue(
            "bad_quotes", f"{name} is no CSV: {error}", hint="look for a quote left open"
        ) from error
    return TakenIn(columns, rows, encoding.removesuffix("-sig"), delimiter)


def _write(rows: Iterator[Sequence[str]], target: Path) -> tuple[tuple[str, ...], int]:
    header = next((row for row in rows if any(cell.strip() for cell in row)), None)
    if header is None:
        raise BadValue("empty_file", "the file is empty", hint="its first row names the columns")
    columns = name_columns(header)
    count = 0
    with target.open("x", encoding="utf-8", newline="") as out:
        target.chmod(0o600)  # it holds people's data until it has been carried
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            if any(cell.strip() for cell in row):
                writer.writerow(_trimmed(row, len(columns)))
                count += 1
    if not count:
        raise BadValue("no_rows", "the file has a header but no rows", hint="add at least one row")
    return columns, count


def _trimmed(row: Sequence[str], width: int) -> Sequence[str]:
    """Cut empty cells off that stand beyond the last column, as spreadsheets leave them."""
    end = len(row)
    while end > width and not row[end - 1].strip():
        end -= 1
    return row[:end]


def name_columns(header: Sequence[str]) -> tuple[str, ...]:
    """Give every column a name of its own, without braces, which mean something in a map.

    >>> name_columns(["id", "", "id", "{x}"])
    ('id', 'column 2', 'id (2)', '(x)')
    """
    cells = [re.sub(r"\s+", " ", cell).strip() for cell in header]
    while cells and not cells[-1]:
        cells.pop()
    if len(cells) > MOST_COLUMNS:
        raise BadValue(
            "many_columns",
            f"the file has {len(cells)} columns",
            hint=f"at most {MOST_COLUMNS} are read",
        )
    names: list[str] = []
    for number, cell in enumerate(cells, 1):
        plain = cell.replace("{", "(").replace("}", ")")[:100] or f"column {number}"
        others = (f"{plain} ({count})" for count in itertools.count(2))
        names.append(plain if plain not in names else next(n for n in others if n not in names))
    return tuple(names)


def detect_encoding(file: Path) -> str:
    """Say how a text file is written: by its mark, else UTF-8 if it can be, else by its pairs.

    In Chinese text of GB 2312 both bytes of a character have the high bit; in Western text of
    Windows-1252 an accented letter is mostly followed by a plain one.
    """
    with file.open("rb") as content:
        head = content.read(_BLOCK)
        for mark, encoding in _BYTE_ORDER:
            if head.startswith(mark):
                return encoding
        decoder = codecs.getincrementaldecoder("utf-8")()
        block = head
        try:
            while block:
                decoder.decode(block)
                block = content.read(_BLOCK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return _chinese_or_western(head)
    return "utf-8"


def _chinese_or_western(head: bytes) -> str:
    pairs = re.findall(rb"[\x80-\xff].?", head, re.DOTALL)
    both = sum(len(pair) == 2 and pair[1] >= 0xA1 for pair in pairs)
    return "gb18030" if 2 * both >= len(pairs) else "cp1252"


def detect_delimiter(head: str) -> str:
    r"""Say what parts the cells: the mark by which most rows have the same number of several.

    >>> detect_delimiter("a;b;c\n1;2,5;3\n"), detect_delimiter("a\n1\n")
    (';', ',')
    """
    lines = head.splitlines(keepends=True)[:50]
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        try:
            rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:
            continue
        width = len(rows[0]) if rows else 0
        score = (sum(len(row) == width for row in rows) / max(1, len(rows)), width)
        if width > 1 and score > best_score:
            best, best_score = delimiter, score
    return best


def _workbook_rows(source: Path, name: str) -> Iterator[list[str]]:
    """Yield the rows of a workbook's first sheet as text; times are written as ISO 8601."""
    with source.open("rb") as content:
        try:
            unpacked = sum(part.file_size for part in zipfile.ZipFile(content).infolist())
            if unpacked > max(_SWELL * source.stat().st_size, _BLOCK):
                raise BadValue(
                    "bad_workbook", f"{name} unpacks to {unpacked:,} bytes", hint="save it as CSV"
                )
            book = openpyxl.load_workbook(content, read_only=True, data_only=True)
        except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
            raise BadValue(
                "bad_workbook", f"{name} is no Excel workbook that can be read: {error}"
            ) from error
        yield from ([_cell(value) for value in row] for row in _values(book))


def _values(book: Any) -> Iterable[tuple[Any, ...]]:
    rows: Iterable[tuple[Any, ...]] = book.worksheets[0].iter_rows(values_only=True)
    return rows


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        midnight = value.time() == time(0)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def read_head(file: Path, limit: int) -> list[dict[str, str]]:
    """Return the first rows of a file that was taken in."""
    with file.open(encoding="utf-8", newline="") as text:
        return [
            {name: value or "" for name, value in row.items() if name is not None}
            for row in itertools.islice(csv.DictReader(text), limit)
        ]
