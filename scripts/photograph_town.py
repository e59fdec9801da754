"""Photograph every page about guides and WeCom into docs/img/console and docs/img/guide.

    python scripts/photograph_town.py

Plays ``coterie demo wecom`` with 120 customers in a folder of its own, adds what its story lacks
(``lively_town.py``) and keeps the house and its WeCom running, so that pages show a connection
that stands. The desk's pages three times as ``take_screenshots.py`` does; a guide's and a
customer's pages on a phone 360 pixels wide: in Chinese and light, in English and dark.
"""

import argparse
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlencode

from lively_town import liven
from playwright.sync_api import Browser, sync_playwright
from take_screenshots import (
    FLAGS,
    IMAGES,
    QUALITY,
    VIEWS,
    Pages,
    View,
    go,
    photograph,
    write_gallery,
)

from coterie.app import App
from coterie.codes.channel.model import Filter
from coterie.commands.demonstrating import Town, of_size, play_wecom
from coterie.scenarios.wecom.laying import ACTOR

CUSTOMERS = 120
BEGIN, END = "<!-- pictures of the town -->", "<!-- end of pictures of the town -->"
PHONES = IMAGES.with_name("guide")
PHONE = {"width": 360, "height": 740}
PHONE_VIEWS = (
    View("zh", {"viewport": PHONE, "color_scheme": "light"}, "zh"),
    View("en-dark", {"viewport": PHONE, "color_scheme": "dark"}, "en"),
)

DESK: Pages = {
    "codes": ("/codes?order=added", None),
    "code": ("/codes?text=收银台", "table a[href^='/codes/c']"),
    "group-codes": ("/codes/groups", None),
    "sends": ("/sends", None),
    "send": ("/sends", "main a.prose-link[href^='/sends/']"),
    "moments": ("/sends/moments", None),
    "wecom": ("/wecom", None),
    "wecom-events": ("/wecom/events", None),
    "wecom-sync": ("/wecom/sync", None),
    "materials": ("/materials", None),
    "scripts": ("/scripts", None),
    "script-editor": ("/scripts/spring-sale/edit", None),
    "tasks": ("/tasks", None),
    "task-plans": ("/tasks/plans", None),
    "guides": ("/guides", None),
    "guide": ("/guides/guide01", None),
    "stores": ("/stores", None),
    "bindings": ("/bindings", None),
    "binding": ("/bindings", "main a[href^='/bindings/']"),
    "credit": ("/credit", None),
    "order-credit": ("/credit/till/S1005", None),
    "leaderboard": ("/leaderboard", None),
    "handovers": ("/handovers", None),
}


def visit(browser: Browser, url: str, app: App, view: View, pages: Pages) -> None:
    """Take one view of each page of a phone, signed in as the guide with most customers."""
    locale = "zh-CN" if view.language == "zh" else "en-GB"
    with app.db.begin(ACTOR, app.clock.now()) as work:
        token = app.attending.access.link(work, busiest(app)[0], shown=True)
    with browser.new_context(locale=locale, reduced_motion="reduce", **view.options) as context:
        page = context.new_page()
        page.goto(f"{url}/g/in/with/{token}")
        page.locator("form button").first.click()
        page.wait_for_url("**/g/")
        for name, (address, link) in pages.items():
            go(page, url, address, link)
            page.screenshot(path=PHONES / f"{name}-{view.name}.jpg", type="jpeg", quality=QUALITY)


def busiest(app: App) -> tuple[str, str, str]:
    """Return the guide with most customers, one of them as WeCom knows her, and a code."""
    with app.db.read(ACTOR, app.clock.now()) as work:
        guides = [one for one in app.guides.organisation.guides(work, active=True) if one.userid]
        hers = {one.id: app.guides.bindings.owned_by(work, one.id) for one in guides}
        first = max(hers, key=lambda one: len(hers[one]))
        externals = app.mirror.externals_of(work, hers[first])
        [code, *_] = app.scanning.channel.of_guide(work, first)
        return first, next(iter(externals.values()))[0], code.state


def desk_pages(app: App) -> Pages:
    """Return the pages of the desk; of some the address is known only now."""
    with app.db.read(ACTOR, app.clock.now()) as work:
        tills, _ = app.scanning.channel.page(work, Filter(text="收银台"))
        [giver, taker, *_] = app.guides.organisation.of_store(work, "jingan")
    wanted = urlencode({"giver": giver, "taker": taker, "message": "以后由同事照顾您。"})
    found: Pages = {
        "code-editor": (f"/codes/{tills[0].state}/edit", None),
        "handover-new": (f"/handovers/new?{wanted}", None),
    }
    return DESK | found


def phone_pages(app: App) -> Pages:
    """Return the pages of a guide, and the one that a code leads to."""
    _, external, state = busiest(app)
    return {
        "today": ("/g/", None),
        "customers": ("/g/customers", None),
        "library": ("/g/say", None),
        "mine": ("/g/me", None),
        "sidebar": (f"/g/side?external={external}", None),
        "landing": (f"/c/{state}", None),
    }


def take(url: str, app: App, names: list[str]) -> None:
    """Take all pictures of a town that is served, or some."""
    phones = phone_pages(app)
    desk = {name: page for name, page in desk_pages(app).items() if not names or name in names}
    phone = {name: page for name, page in phones.items() if not names or name in names}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for view in VIEWS if desk else ():
            photograph(browser, url, view, desk)
        for view in PHONE_VIEWS if phone else ():
            visit(browser, url, app, view, phone)
        browser.close()


def main() -> None:
    """Play the town and take all pictures, or some."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("names", nargs="*", help="only these pages")
    given = asked.parse_args()
    PHONES.mkdir(parents=True, exist_ok=True)
    plan = of_size(CUSTOMERS)
    with tempfile.TemporaryDirectory() as folder, Town(Path(folder, "town"), plan) as town:
        play_wecom(town, plan, lambda what, share: print(what, f"{share:.0%}", flush=True))
        liven(town, plan)
        take(town.address, town.app, given.names)
        known = {"code-editor": "/codes/STATE/edit", "handover-new": "/handovers/new"}
        pages: Pages = DESK | {name: (address, None) for name, address in known.items()}
        write_gallery(pages, BEGIN, END)


if __name__ == "__main__":
    main()
