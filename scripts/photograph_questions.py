"""Photograph five questions of a retailer in the builder, for docs/how-to/build-a-segment.md.

    python scripts/photograph_questions.py --journey FOLDER --data HOUSE

FOLDER holds the Parquet files of completejourney; they are imported into HOUSE, unless it is there
already: a house in New York whose clock stands at the end of the data's year. The questions are
put into the builder as JSON, beside the form, which shows them; a test writes them by hand.
"""

import argparse
import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from take_screenshots import COTERIE, FLAGS, IMAGES, QUALITY, VIEWS, View, served

from coterie.app import open_app
from coterie.core.clock import SystemClock, parse_time, zone
from coterie.settings import Settings
from coterie.storage.instance import Instance

PLACE = "America/New_York"
END = "2018-01-01T00:00:00"

QUESTIONS: dict[str, dict[str, Any]] = {
    "bought-often": {"did": "Order Completed", "count": {">=": 3}, "within": "30d"},
    "buys-less": {
        "trend": "Order Completed", "window": "90d", "is": {"<": 0.5}, "at_least_before": 1,
    },
    "redeemed-and-gone": {
        "did": "Coupon Redeemed", "then_not": "Order Completed", "after": "1d", "within": "14d",
    },
    "best-tenth": {
        "top": {"did": "Order Completed", "sum": "total", "within": "90d", "percent": 10},
    },
    "one-store": {
        "share": "Order Completed", "is": {">": 0.5},
        "where": [{"property": "store_id", "op": "=", "value": 367}],
    },
}  # fmt: skip


def make(house: Path, journey: Path) -> None:
    """Found the house and import a year of orders, coupons and people."""
    now = parse_time(END, zone(PLACE))

    def founding(asked: Instance) -> Instance:
        return replace(asked, zone=PLACE, currency="USD", clock_offset=now - SystemClock().now())

    open_app(Settings(data=house, zone=PLACE, currency="USD"), founding=founding).close()
    events, people = "completejourney_events.parquet", "completejourney_demographics.parquet"
    for name, file in (("orders", events), ("coupons", events), ("people", people)):
        given = [str(journey / file), "--map", f"completejourney-{name}", "--data", str(house)]
        subprocess.run([str(COTERIE), "import", *given], check=True)


def photograph(browser: Browser, url: str, view: View) -> None:
    """Take one view of each question."""
    locale = "zh-CN" if view.language == "zh" else "en-GB"
    with browser.new_context(locale=locale, reduced_motion="reduce", **view.options) as context:
        page = context.new_page()
        for name, rule in QUESTIONS.items():
            ask(page, url, rule)
            page.screenshot(
                path=IMAGES / f"question-{name}-{view.name}.jpg", type="jpeg", quality=QUALITY
            )
            print(name, view.name, page.locator("#live-count").inner_text(), flush=True)


def ask(page: Page, url: str, rule: dict[str, Any]) -> None:
    """Put a question into the builder and wait for its people."""
    page.goto(url + "/segments/new")
    page.locator("#live:not([aria-busy])").wait_for(state="attached")
    page.locator("#analysts summary").click()
    with page.expect_response("**/segments/count"):
        page.locator("#as-json").fill(json.dumps({"all": [rule]}))
    page.locator("#live:not([aria-busy])").wait_for(state="attached")
    page.locator("#analysts summary").click()
    page.locator("#built").evaluate("one => scrollTo(0, one.offsetTop - 90)")
    page.wait_for_timeout(300)


def main() -> None:
    """Make the house if it is not there, and take all pictures."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--journey", type=Path, required=True, help="the data set's folder")
    asked.add_argument("--data", type=Path, required=True, help="the house's folder")
    given = asked.parse_args()
    if not given.data.exists():
        make(given.data, given.journey)
    IMAGES.mkdir(parents=True, exist_ok=True)
    with served(given.data) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for view in VIEWS:
            photograph(browser, url, view)
        browser.close()


if __name__ == "__main__":
    main()
