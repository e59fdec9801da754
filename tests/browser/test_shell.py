"""What every page of the desk has."""

import pytest

from browser.conftest import Visit

pytestmark = pytest.mark.browser


def test_a_chart_is_drawn_and_there_as_a_table(visit: Visit) -> None:
    visit.open("/design")
    figure = visit.page.locator("figure[data-chart]").first
    figure.scroll_into_view_if_needed()
    figure.locator("canvas").wait_for()
    figure.locator("summary").click()
    assert figure.locator("tbody tr").count() == 7
    with visit.page.expect_download() as download:
        figure.locator("[data-save=csv]").click()
    assert download.value.suggested_filename == "example-line.csv"


def test_a_dialog_opens_and_escape_closes_it(visit: Visit) -> None:
    visit.open("/design")
    dialog = visit.page.locator("#example-dialog")
    assert not dialog.is_visible()
    visit.page.locator("[commandfor=example-dialog]").click()
    dialog.wait_for(state="visible")
    visit.page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
