"""Files to take away: what a spreadsheet makes of them, and that they never fill the memory."""

import csv
import io
import tracemalloc
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.errors import Invalid
from coterie.web.exports import Row, as_csv, as_xlsx, kind_of, safe

SHANGHAI = ZoneInfo("Asia/Shanghai")
MOMENT = datetime(2026, 1, 31, 9, 30, tzinfo=SHANGHAI)
Writer = Callable[[Row, Iterable[Row]], Iterator[bytes]]
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def read_back(pieces: Iterator[bytes]) -> list[list[str]]:
    text = b"".join(pieces).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def cells(pieces: Iterator[bytes], sheet: int = 1) -> list[list[tuple[str, str]]]:
    """Read a workbook as (kind, text) of every cell."""
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as book:
        root = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{sheet}.xml"))
    return [
        [(cell.get("t", "n"), "".join(cell.itertext())) for cell in row.iter(f"{SHEET}c")]
        for row in root.iter(f"{SHEET}row")
    ]


def test_csv_begins_so_that_excel_reads_chinese() -> None:
    whole = b"".join(as_csv(["客户"], [["王小明"]]))
    assert whole.startswith(b"\xef\xbb\xbf")
    assert read_back(iter([whole])) == [["客户"], ["王小明"]]


def test_csv_writes_each_kind_of_value() -> None:
    row = ['a,"b"\nc', 5, -1.5, True, None, MOMENT]
    assert read_back(as_csv(["h"] * 6, [row]))[1] == [
        'a,"b"\nc', "5", "-1.5", "true", "", "2026-01-31 09:30:00",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["=1+1", "+86 138", "-5", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_no_text_runs_as_a_formula(text: str) -> None:
    [[cell]] = read_back(as_csv([text], []))
    assert cell.startswith("'")
    _, [(kind, said)] = cells(as_xlsx(["h"], [[text]]))
    assert kind == "inlineStr"
    assert said.endswith(text.strip())


@given(st.text(max_size=40))
def test_what_is_safe_begins_no_formula(text: str) -> None:
    assert not safe(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert safe(text).removeprefix("'") in (text, text.removeprefix("'"))


def test_a_workbook_keeps_numbers_and_moments() -> None:
    head, row = cells(as_xlsx(["n", "x", "at", "no", "url"], [[5, True, MOMENT, None, "http://x"]]))
    assert [text for _, text in head] == ["n", "x", "at", "no", "url"]
    assert row[0] == ("n", "5")
    assert row[1] == ("b", "1")
    assert row[2][0] == "n"
    assert float(row[2][1]) == pytest.approx(46053 + 9.5 / 24)
    assert row[-1] == ("inlineStr", "http://x")


def test_an_empty_workbook_still_has_its_header() -> None:
    assert cells(as_xlsx(["客户"], [])) == [[("inlineStr", "客户")]]


@pytest.mark.parametrize("write", [as_csv, as_xlsx])
def test_rows_are_not_held(write: Writer) -> None:
    """Fifty times the rows take no more memory."""

    def peak(count: int) -> int:
        tracemalloc.start()
        for _ in write(["a", "b"], ([f"text {n}", n] for n in range(count))):
            pass
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    peak(10)
    assert peak(20_000) < peak(400) + 700_000


def test_there_are_two_kinds_of_file() -> None:
    assert (kind_of("csv"), kind_of("xlsx")) == ("csv", "xlsx")
    with pytest.raises(Invalid):
        kind_of("pdf")
