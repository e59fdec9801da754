"""Importing by hand: a file with three bad rows, mended on the page."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.conftest import Visit
from browser.test_every_page import serious

pytestmark = pytest.mark.browser

ORDERS = """订单号,会员号,下单时间,商品编码,实付金额,门店
A2001,m001,2026/1/5 10:30,100001,¥299.00,浦东店
A2002,m002,2026/1/5 16:05,100002,"¥1,280.00",静安店
A2003,m003,一月六日,100003,¥168.00,浦东店
A2004,m001,2026/1/6 09:30,100004,¥88.00,浦东店
A2005,m004,2026/1/7 12:10,100005,十二元,静安店
A2006,,2026/1/8 13:45,100006,¥56.00,静安店
A2007,m005,2026/1/8 20:40,100007,¥460.00,浦东店
"""


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    file = tmp_path / "订单.csv"
    file.write_bytes(ORDERS.encode("gb18030"))  # as Excel in China writes it
    return file


def test_a_file_with_three_bad_rows_comes_in_whole(visit: Visit, orders: Path) -> None:
    page = visit.page
    visit.open("/")
    task = visit.task("import")
    task.click(page.get_by_role("link", name="导入", exact=True))
    with page.expect_file_chooser() as chooser:
        task.click(page.get_by_label("文件", exact=True))
    chooser.value.set_files(orders)  # it is sent at once
    expect(page.locator("#preview")).to_contain_text("客户 m001 下单")
    expect(page.locator("#preview")).to_contain_text("第 3 行不会导入")

    task.click(page.get_by_role("button", name="用全部行试导入").first)
    expect(page.get_by_role("button", name="导入 4 行")).to_be_visible()
    for number, column, value in (
        (3, "下单时间", "2026/1/6 10:00"), (5, "实付金额", "12"), (6, "会员号", "m006"),
    ):  # fmt: skip
        row = page.locator(f"#row-{number}")
        task.type(row.get_by_label(column, exact=True), value)
    task.click(page.get_by_role("button", name=re.compile(r"导入 \d 行")))

    expect(page.get_by_text("全部导入完成")).to_be_visible()
    expect(page.locator(".figure").first).to_have_text("7")
    task.done()
    assert task.clicks <= 8


def test_a_mended_cell_is_judged_at_once_and_stays_where_it_is(visit: Visit, orders: Path) -> None:
    page = visit.page
    visit.open("/imports/new")
    page.get_by_label("文件", exact=True).set_input_files(orders)
    page.get_by_role("button", name="用全部行试导入").first.click()
    cell = page.locator("#row-5").get_by_label("实付金额", exact=True)
    cell.fill("十三")
    cell.press("Tab")
    expect(page.locator("#row-5")).to_contain_text("“十三”不是这种写法的数字")
    cell.fill("13")
    cell.press("Tab")
    expect(page.locator("#row-5")).to_contain_text("已改好，待导入")
    expect(page.get_by_role("button", name="导入 5 行")).to_be_visible()
    expect(cell).to_be_visible()


def test_what_rows_become_follows_the_choices(visit: Visit, orders: Path) -> None:
    page = visit.page
    visit.open("/imports/new")
    page.get_by_label("文件", exact=True).set_input_files(orders)
    preview = page.locator("#preview")
    expect(preview).to_contain_text("门店")
    page.get_by_label("“门店”的含义").select_option("ignore")
    expect(preview).not_to_contain_text("门店")
    name = page.locator("input[name=name-5]")
    expect(name).to_be_hidden()
    page.get_by_label("“门店”的含义").select_option("property")
    expect(name).to_be_visible()
    name.fill("分店")
    expect(preview).to_contain_text("分店 浦东店")


def look(visit: Visit) -> None:
    """See that a page is for everybody, in both themes, at a desk and on a phone."""
    for scheme in ("dark", "light"):
        visit.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        visit.page.reload()
        assert serious(visit.page) == [], scheme
    visit.page.set_viewport_size({"width": 375, "height": 812})
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 375
    assert serious(visit.page) == []
    visit.page.set_viewport_size({"width": 1280, "height": 900})


def test_every_step_is_for_everybody(visit: Visit, orders: Path) -> None:
    page = visit.page
    visit.open("/imports/new")
    page.get_by_label("文件", exact=True).set_input_files(orders)
    expect(page.locator("#preview")).to_contain_text("客户 m001")
    look(visit)
    page.get_by_role("button", name="用全部行试导入").first.click()
    expect(page.get_by_role("button", name="导入 4 行")).to_be_visible()
    look(visit)
    page.get_by_role("button", name="导入 4 行").click()
    expect(page.get_by_text("此前已有")).to_be_visible()
    look(visit)
