"""Which files can be carried by columns, and opening one."""

import csv
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from coterie.core.actor import CLOCK
from coterie.events.door import Suppressed
from coterie.events.model import Envelope
from coterie.roads.history import store
from coterie.roads.history.service import History, NameRow
from coterie.roads.history.words import Lexicon, Reader
from coterie.roads.inbound import Inbound
from coterie.roads.mapping import FileMap

_COLUMN = re.compile(r"\{([^{}]+)\}")
_BLOCK = 2**24
_SPECIAL = re.compile(rb"\r(?!\n)|\0|\n\r?\n")


@contextmanager
def opened(
    inbound: Inbound,
    file: Path,
    file_map: FileMap,
    source: str,
    now: int,
    zone: ZoneInfo,
    name_row: NameRow,
    suppressed: Suppressed,
) -> Iterator[History | None]:
    """Open a file to be carried by columns; None when it has to be read row by row.

    That is so for maps of anything but events, of orders, maps that name further identities or put
    several columns into one part, and files that only a careful reader understands.
    """
    envelope = Envelope(source, received=now, backfill=True)
    reader = Reader(file_map, envelope, zone, suppressed)
    with inbound.log.desk() as desk, TemporaryDirectory() as folder:
        lexicons = _lexicons(reader, file_map)
        sheet = None
        if lexicons is not None:
            sheet = _sheet(desk, file, file_map, Path(folder) / "rows.parquet")
        if lexicons is None or sheet is None or not _fits(sheet, file_map, lexicons):
            yield None
        else:
            if _has_plain_times(sheet, file_map):
                lexicons.pop("timestamp", None)
            yield History(
                inbound, file_map, source, now, reader, desk, sheet, lexicons,
                _pieces(file_map), _heeded(inbound, file_map, now), name_row,
            )  # fmt: skip


def _heeded(inbound: Inbound, file_map: FileMap, now: int) -> set[str]:
    """Name the events that a room hears one by one, or that have specs of their own."""
    heard = {name for name, key in inbound.heeded.items() if key in file_map.fields}
    with inbound.database.read(CLOCK, now) as work:
        return heard | inbound.log.specs(work).keys()


def _lexicons(reader: Reader, file_map: FileMap) -> dict[str, Lexicon] | None:
    if file_map.kind != "events" or file_map.identities or "order_id" in file_map.fields:
        return None  # an order counts once whoever tells of it: that is the road's to sift
    return reader.lexicons()


def _sheet(desk: store.Desk, file: Path, file_map: FileMap, out: Path) -> store.Sheet | None:
    if file.suffix == ".parquet":
        return store.Sheet(desk, file)
    if file.suffix not in (".csv", ".tsv") or file_map.encoding not in ("utf-8", "utf-8-sig"):
        return None
    delimiter = "\t" if file.suffix == ".tsv" else ","
    columns = _header(file, file_map.encoding, delimiter)
    if columns and _is_regular(file) and store.to_parquet(desk, file, columns, delimiter, out):
        return store.Sheet(desk, out)
    return None


def _header(file: Path, encoding: str, delimiter: str) -> list[str]:
    """Return the names of a CSV's columns; none when they are not told apart."""
    try:
        with file.open(encoding=encoding, newline="") as lines:
            names = next(csv.reader(lines, delimiter=delimiter), [])
    except (UnicodeDecodeError, csv.Error):
        return []
    plain = [name.lower() for name in names if name and not name.startswith("\ufeff")]
    return names if len(set(plain)) == len(names) else []


def _is_regular(file: Path) -> bool:
    """Say whether a CSV's lines end in one way, and none is empty."""
    tail, ends, returns = b"\n", 0, 0
    with file.open("rb") as given:
        while block := given.read(_BLOCK):
            if _SPECIAL.search(tail[-2:] + block + (b"\n" if block.endswith(b"\r") else b"")):
                return False
            ends += block.count(b"\n")
            returns += block.count(b"\r")
            tail = block
    return returns in (0, ends)


def _fits(sheet: store.Sheet, file_map: FileMap, lexicons: Mapping[str, Lexicon]) -> bool:
    columns = {lexicon.column for lexicon in lexicons.values() if lexicon.column}
    pieces = _pieces(file_map)
    return sheet.is_flat(columns) and (
        pieces is None
        if "message_id" not in file_map.parts
        else pieces is not None and sheet.are_whole(pieces[1::2])
    )


def _pieces(file_map: FileMap) -> list[str] | None:
    """Cut the template of message ids into texts and columns, in turns; None when there is none."""
    told = file_map.document.get("message_id")
    if not isinstance(told, str):
        return None
    return _COLUMN.split(told) if _COLUMN.search(told) else ["", told, ""]


def _has_plain_times(sheet: store.Sheet, file_map: FileMap) -> bool:
    told = file_map.document.get("timestamp", "")
    return told == "" or (
        isinstance(told, str) and not _COLUMN.search(told) and sheet.types.get(told) == "VARCHAR"
    )
