"""A week is painted by mouse and by keyboard; what was painted is what is kept."""

from pathlib import Path

import pytest

from browser.conftest import Visit
from browser.test_every_page import serious
from coterie.app import open_app
from coterie.core.actor import CLOCK
from coterie.settings import Settings

pytestmark = pytest.mark.browser


def test_a_week_is_painted(visit: Visit, house_folder: Path) -> None:
    page, task = visit.page, visit.task("paint the week of a code")
    page.goto(visit.url + "/codes/new")
    assert serious(page) == []
    task.type(page.locator("#title"), "收银台")
    task.type(page.locator("#guide"), "an")
    task.type(page.locator("#spare"), "bo")
    task.click(page.locator("[data-week-day='6']"))  # no Sundays
    page.locator("input[name='h.0.12'] + span").scroll_into_view_if_needed()
    box = page.locator("input[name='h.0.0'] + span").bounding_box()
    last = page.locator("input[name='h.5.8'] + span").bounding_box()
    assert box is not None and last is not None
    across, down = (last["x"] - box["x"]) / 5, (last["y"] - box["y"]) / 8
    for day in range(6):
        for hour in range(9):
            page.mouse.move(box["x"] + 5 + day * across, box["y"] + 5 + hour * down)
            if (day, hour) == (0, 0):
                page.mouse.down()
    page.mouse.up()
    page.locator("input[name='h.0.9']").focus()
    task.press("ArrowUp")
    task.press("Space")  # Monday from eight after all
    task.click(page.get_by_role("button", name="生成"))
    page.wait_for_url("**/codes/c*")
    task.done()
    app = open_app(Settings(data=house_folder))
    with app.db.read(CLOCK, app.clock.now()) as work:
        [code] = app.scanning.channel.of_guide(work, "an")
    app.close()
    assert code.source["slots"] == [
        {"days": ["mon"], "from": "08:00", "to": "24:00"},
        {"days": ["tue", "wed", "thu", "fri", "sat"], "from": "09:00", "to": "24:00"},
    ]
