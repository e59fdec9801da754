"""Photograph every page of the desk into docs/img/console, and write the gallery that shows them.

    coterie demo --once --data demo
    python scripts/take_screenshots.py --data demo

Each page three times: desktop in Chinese and light, desktop in English and dark, and on a phone
(375 pixels wide) in Chinese. The folder is copied first; a few people, orders, tags and
an activity are put into the copy, and a journey's draft, so that every page has something to show.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lively_house import liven
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "img" / "console"
GALLERY = ROOT / "docs" / "explanation" / "the-console.md"
BEGIN, END = "<!-- pictures -->", "<!-- end of pictures -->"
COTERIE = Path(sys.executable).with_name("coterie")
QUALITY = 62
"""Of JPEG: small enough to keep some seventy pictures in the repository."""

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass(frozen=True)
class View:
    """One way to look at a page."""

    name: str
    options: dict[str, Any]
    language: str


VIEWS = (
    View("zh", {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}, "zh"),
    View("en-dark", {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"}, "en"),
    View("phone", {"viewport": {"width": 375, "height": 812}, "color_scheme": "light"}, "zh"),
)

Pages = dict[str, tuple[str, str | None]]
"""A picture's name, the address, and a link to follow from there."""

PAGES: Pages = {
    "today": ("/", None),
    "people": ("/people", None),
    "person": ("/people", "main a[href^='/people/']"),
    "identities": ("/identities", None),
    "identities-of-one": ("/people/li-na/identities", None),
    "a-member": ("/people/li-na", None),
    "segments": ("/segments", None),
    "segment": ("/segments/italy-lovers", None),
    "segment-builder": ("/segments/italy-lovers/edit", None),
    "segment-portrait": ("/segments/france-lovers/portrait", None),
    "segment-overlap": ("/segments/overlap", None),
    "tags": ("/tags", None),
    "tag": ("/tags/vip", None),
    "tags-of-one": ("/people/li-na/tags", None),
    "topics": ("/topics", None),
    "topic": ("/topics", "main a[href^='/topics/']"),
    "imports": ("/imports", None),
    "import": ("/imports/new", None),
    "events": ("/events", None),
    "quarantine": ("/events/quarantine", None),
    "communities": ("/communities", None),
    "community": ("/communities/italy", None),
    "activities": ("/activities", None),
    "activity": ("/activities/barolo-night", None),
    "check-in": ("/activities/barolo-night/check-in", None),
    "journeys": ("/journeys", None),
    "journey": ("/journeys/win-back", None),
    "journey-draft": ("/journeys/win-back/edit", None),
    "journey-publish": ("/journeys/win-back/publish", None),
    "broadcasts": ("/broadcasts", None),
    "broadcast": ("/broadcasts/new", None),
    "messages": ("/messages", None),
    "message": ("/messages?status=held", "main a[href^='/messages/']"),
    "calendar": ("/calendar", None),
    "her-messages": ("/people/li-na/messages?of=journey:win-back", None),
    "templates": ("/templates", None),
    "template": ("/templates/miss-you", None),
    "template-people": ("/templates/invitation/people", None),
    "items": ("/items", None),
    "item": ("/items", "main a[href^='/items/']"),
    "orders": ("/orders", None),
    "feeds": ("/orders/feeds", None),
    "balance": ("/orders/balance", None),
    "markets": ("/orders/markets", None),
    "offers": ("/orders/offers", None),
    "results": ("/results", None),
    "recommended": ("/results/recommended", None),
    "keys": ("/keys", None),
    "team": ("/team", None),
    "protection": ("/protection", None),
    "audit": ("/audit", None),
    "settings": ("/settings", None),
    "doctor": ("/doctor", None),
    "account": ("/account", None),
    "design": ("/design", None),
}


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port for the length of the session."""
    command = [str(COTERIE), "up", "--data", folder.name, "--port", "0"]
    pipe, both = subprocess.PIPE, subprocess.STDOUT
    place = folder.parent  # so that no page names a machine's folder
    with subprocess.Popen(command, cwd=place, stdout=pipe, stderr=both, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[3]
        process.terminate()


def prepare(browser: Browser, url: str) -> None:
    """Begin what some pages show: a wait of a week becomes nine days, in a draft."""
    with browser.new_context(locale="en-GB") as context:
        page = context.new_page()
        page.goto(url + "/journeys/win-back/edit?node=pause")
        wait = page.locator('#step input[name="for"]')
        wait.fill("9")
        wait.press("Tab")
        page.get_by_text("9 days").first.wait_for()


def go(page: Page, url: str, address: str, link: str | None) -> None:
    """Open a page, or what the link on it leads to, and wait for its charts."""
    page.goto(url + address)
    if link is not None:
        found = page.locator(link).first.get_attribute("href")
        assert found is not None, (address, link)
        page.goto(url + found)
    page.wait_for_load_state("load")
    page.locator("[aria-busy='true']").wait_for(state="detached")
    for chart in page.locator("[data-chart]").all():
        chart.scroll_into_view_if_needed()
        chart.locator("canvas").first.wait_for()
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(400)


def photograph(browser: Browser, url: str, view: View, pages: Pages) -> None:
    """Take one view of each page."""
    locale = "zh-CN" if view.language == "zh" else "en-GB"
    with browser.new_context(locale=locale, reduced_motion="reduce", **view.options) as context:
        page = context.new_page()
        for name, (address, link) in pages.items():
            go(page, url, address, link)
            page.screenshot(path=IMAGES / f"{name}-{view.name}.jpg", type="jpeg", quality=QUALITY)


def write_gallery(pages: Pages, begin: str = BEGIN, end: str = END) -> None:
    """Put every picture between two marks of the gallery's page."""
    lines = []
    for name, (address, _) in pages.items():
        lines += [f"### {name.replace('-', ' ').capitalize()} (`{address}`)", ""]
        for view in VIEWS:
            picture = f"../img/console/{name}-{view.name}.jpg"
            lines.append(f"![{name}, {view.name}]({picture})")
        lines.append("")
    put(lines, begin, end)


def put(lines: list[str], begin: str, end: str) -> None:
    """Put lines between two marks of the gallery's page."""
    before, _, rest = GALLERY.read_text().partition(begin)
    after = rest.partition(end)[2]
    GALLERY.write_text(before + begin + "\n\n" + "\n".join(lines) + "\n" + end + after)


def main() -> None:
    """Take all pictures, or some."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--data", type=Path, required=True, help="a house's folder")
    asked.add_argument("names", nargs="*", help="only these pages")
    given = asked.parse_args()
    wanted = {name: PAGES[name] for name in given.names or PAGES}
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        copied = Path(shutil.copytree(given.data, Path(folder, "coterie-demo")))
        liven(copied)
        with served(copied) as url, sync_playwright() as playwright:
            chromium = shutil.which("chromium")
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            prepare(browser, url)
            for view in VIEWS:
                photograph(browser, url, view, wanted)
            browser.close()
    write_gallery(PAGES)


if __name__ == "__main__":
    main()
