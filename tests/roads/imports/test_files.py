"""Whatever a file is written in, it is taken in as one kind of CSV."""

import datetime
from pathlib import Path

import openpyxl
import pytest

from coterie.core.errors import Invalid
from coterie.roads.imports.files import MOST_COLUMNS, TakenIn, name_columns, read_head, take_in

TEXT = "编号,姓名,城市\nu1,张三,上海\nu2,李四,北京\n"


def taken(folder: Path, content: bytes, name: str = "a.csv", encoding: str = "") -> TakenIn:
    (folder / "in").write_bytes(content)
    (folder / "out.csv").unlink(missing_ok=True)
    return take_in(folder / "in", name, folder / "out.csv", encoding)


def kept(folder: Path) -> str:
    return (folder / "out.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("gb18030", "gb18030"), ("utf-16", "utf-16")],
)
def test_the_encoding_is_found_out(tmp_path: Path, encoding: str, said: str) -> None:
    assert taken(tmp_path, TEXT.encode(encoding)) == TakenIn(("编号", "姓名", "城市"), 2, said, ",")
    assert kept(tmp_path) == TEXT


def test_western_text_is_not_taken_for_chinese(tmp_path: Path) -> None:
    text = "id,name\n1,José Müller\n2,Zoë\n"
    assert taken(tmp_path, text.encode("cp1252")).encoding == "cp1252"
    assert kept(tmp_path) == text


def test_an_encoding_that_a_person_chose_is_believed(tmp_path: Path) -> None:
    assert taken(tmp_path, "a,b\né,è\n".encode("cp1252"), encoding="cp1252").encoding == "cp1252"
    with pytest.raises(Invalid) as caught:
        taken(tmp_path, TEXT.encode("gb18030"), encoding="utf-8")
    assert caught.value.path == "encoding"
    with pytest.raises(Invalid, match="not offered"):
        taken(tmp_path, b"a\n1\n", encoding="rot13")


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_what_parts_the_cells_is_found_out(tmp_path: Path, mark: str) -> None:
    text = f'id{mark}note{mark}sum\nu1{mark}"a{mark}b\nc"{mark}"1,5"\nu2{mark}x{mark}"2,5"\n'
    assert taken(tmp_path, text.encode(), "a.txt").delimiter == mark
    assert read_head(tmp_path / "out.csv", 1) == [
        {"id": "u1", "note": f"a{mark}b\nc", "sum": "1,5"}
    ]


def test_empty_rows_and_cells_beyond_the_last_column_are_left_out(tmp_path: Path) -> None:
    text = "\nid,city,,\nu1,Rome,,\n,,,\n\nu2,Oslo\n  ,\n"
    assert taken(tmp_path, text.encode()).rows == 2
    assert kept(tmp_path) == "id,city\nu1,Rome\nu2,Oslo\n"


def test_a_row_of_another_length_keeps_it_to_be_told_of(tmp_path: Path) -> None:
    taken(tmp_path, b"id,city\nu1,Rome,extra\nu2\n")
    assert kept(tmp_path) == "id,city\nu1,Rome,extra\nu2\n"


def test_every_column_gets_a_name_of_its_own() -> None:
    assert name_columns(["a", "", "a", " a ", "{b}", "c\nd", ""]) == (
        "a", "column 2", "a (2)", "a (3)", "(b)", "c d",
    )  # fmt: skip


def test_only_its_owner_may_read_what_is_kept(tmp_path: Path) -> None:
    taken(tmp_path, TEXT.encode())
    assert (tmp_path / "out.csv").stat().st_mode & 0o777 == 0o600


def test_an_excel_workbook_is_read_with_its_dates_and_numbers(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["编号", "下单时间", "生日", "金额", "数量", "备注"])
    moment = datetime.datetime(2026, 1, 5, 9, 30)
    sheet.append(["u1", moment, datetime.datetime(1990, 5, 1), 12.5, 3, None])
    sheet.append([None, None, None, None, None, None])
    sheet.append(["u2", moment, datetime.datetime(1991, 5, 1), 8.0, 1, "礼盒"])
    book.save(tmp_path / "book.xlsx")
    found = taken(tmp_path, (tmp_path / "book.xlsx").read_bytes(), "订单.XLSX")
    assert (found.rows, found.encoding) == (2, "")
    assert kept(tmp_path).splitlines()[1:] == [
        "u1,2026-01-05 09:30:00,1990-05-01,12.5,3,", "u2,2026-01-05 09:30:00,1991-05-01,8,1,礼盒",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "a.csv", "empty"),
        (b"\n\n,,\n", "a.csv", "empty"),
        (b"id,city\n", "a.csv", "no rows"),
        (b"x", "a.pdf", "neither a CSV"),
        (b"x", "a.xls", "neither a CSV"),
        (b"not a workbook", "a.xlsx", "no Excel workbook"),
        (b'id\n"' + b"x" * 200_000, "a.csv", "quote left open"),
        (b",".join(b"c" for _ in range(MOST_COLUMNS + 1)) + b"\n1\n", "a.csv", "columns"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, name: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        taken(tmp_path, content, name)
