"""Every page of the desk: nothing that axe calls serious, nothing too heavy, nothing that jumps."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request

from browser.conftest import PATIENCE, serve
from coterie.web.nav import NAV

pytestmark = pytest.mark.browser

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
DESK_BYTES = 150_000
READER_BYTES = 100_000
LONGEST_JUMP = 0.05
"""Cumulative layout shift (web.dev/cls): from 0.1 on a page counts as restless."""

TOO_WIDE = """
    [...document.querySelectorAll('main *')]
        .filter((e) => e.getBoundingClientRect().right > 376)
        .filter((e) => !e.closest('[role=region], .overflow-x-auto'))
        .slice(0, 4)
        .map((e) => e.outerHTML.slice(0, 120))
"""
TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
WATCH_JUMPS = """
    window.jump = 0;
    new PerformanceObserver((list) => {
        for (const { hadRecentInput, value } of list.getEntries())
            if (!hadRecentInput) window.jump += value;
    }).observe({ type: 'layout-shift', buffered: true });
"""

ROOMS = [link.address for section in NAV for link in section.links]
INSIDE = {
    "a person": ("/people", "main a[href^='/people/0']"),
    "a segment": ("/segments", "main a[href^='/segments/']:not([href$=new])"),
    "a segment's builder": "/segments/italy-lovers/edit",
    "a segment's portrait": "/segments/tasters/portrait",
    "a segment's overlap": "/segments/overlap",
    "lists": "/segments/lists",
    "a new segment": "/segments/new",
    "a topic": ("/topics", "main a[href^='/topics/']"),
    "a community": ("/communities", "main a[href^='/communities/']:not([href$=new])"),
    "a journey": "/journeys/win-back",
    "a journey's draft": "/journeys/win-back/edit",
    "an experiment": "/results/journey/win-back",
    "what an audience can show": "/results/size?segment=tasters",
    "alternating days": "/results/days?name=poster",
    "a new poll": "/polls/new",
    "a new broadcast": "/broadcasts/new",
    "a message": ("/messages", "main ol a[href^='/messages/']"),
    "what was held back": "/messages/holds?days=90",
    "a person's messages": (
        "/people",
        "main a[href^='/people/0']",
        "/messages?of=journey:win-back",
    ),
    "a template": "/templates/miss-you",
    "a template on twenty people": "/templates/miss-you/people",
    "a new template": "/templates/new",
    "a step's form": "/journeys/win-back/edit?node=hello",
    "a script": "/scripts/first-hello/edit",
    "a plan": "/tasks/plans/new-customer/edit",
    "a new material": "/materials/new",
    "an item": ("/items", "main a[href^='/items/']"),
    "a new import": "/imports/new",
    "the quarantine": "/events/quarantine",
    "the account": "/account",
}
PAGES = [*ROOMS, *INSIDE]
DARK_AT_DESK = {"/", "/people", "/codes", "/design", "a person", "a segment", "a journey"}
"""Their colours are looked at on a wide screen in the dark too; the others' on a phone."""
LIVE = {"/", "/events"}
"""They hold a stream open, so their network is never idle."""


@pytest.fixture(scope="module")
def address(
    wine_template: Path, tmp_path_factory: pytest.TempPathFactory, command: int
) -> Iterator[str]:
    """A served wine house that nobody changes."""
    folder = shutil.copytree(wine_template, tmp_path_factory.mktemp("looked-at") / "house")
    yield from serve(command, Path(folder))


def open_context(chromium: Browser, **options: Any) -> BrowserContext:
    settings: dict[str, Any] = {"locale": "zh-CN", "viewport": {"width": 1280, "height": 900}}
    context = chromium.new_context(**(settings | options))
    context.set_default_timeout(PATIENCE)
    return context


def go(page: Page, address: str, name: str) -> None:
    """Open a page of the desk: a room, or what its list leads to first."""
    inside = INSIDE.get(name, name)
    if not isinstance(inside, str):
        listing, selector, *rest = inside
        page.goto(address + listing)
        found = page.locator(selector).first.get_attribute("href")
        assert found is not None
        inside = "".join([found, *rest])
    answer = page.goto(address + inside)
    assert answer is not None
    assert answer.ok, (inside, answer.status)


def serious(page: Page, *rules: str) -> list[str]:
    """Run axe, or some of its rules, and name what is serious or critical, with the place."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    found = page.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{fault['id']}: {node['html'][:160]} {json.dumps(node.get('any', [])[:1])[:200]}"
        for fault in found["violations"]
        if fault["impact"] in {"serious", "critical"}
        for node in fault["nodes"][:3]
    ]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_light_still_and_sound_in_both_themes_and_on_a_phone(
    chromium: Browser, address: str, name: str
) -> None:
    with open_context(chromium, color_scheme="light", reduced_motion="reduce") as context:
        page = context.new_page()
        requests: list[Request] = []
        page.on("requestfinished", lambda request: requests.append(request))
        page.add_init_script(WATCH_JUMPS)
        go(page, address, name)
        page.wait_for_load_state("load")
        assert serious(page) == []
        page.wait_for_load_state("networkidle" if name not in LIVE else "load")
        assert_light(requests, page.url.removeprefix(address))
        assert page.evaluate("window.jump") <= LONGEST_JUMP

        page.emulate_media(color_scheme="dark")
        page.evaluate(TWO_FRAMES)
        if name in DARK_AT_DESK:
            assert serious(page, "color-contrast") == [], "dark: it changes only colours"
        page.set_viewport_size({"width": 375, "height": 812})
        page.evaluate(TWO_FRAMES)
        assert page.evaluate("document.documentElement.scrollWidth") <= 375, page.evaluate(TOO_WIDE)
        assert serious(page) == [], "on a phone, in the dark"


def assert_light(requests: list[Request], here: str) -> None:
    """Hold what came for a page's first view, its charts aside, to the desk's budget."""
    first = [
        (path, size)
        for path, size in map(weigh, requests)
        if path.startswith(("/static/", here)) and "charts.js" not in path
    ]
    came = {path.partition("?")[0] for path, _ in first}
    assert came >= {"/static/coterie.css", "/static/desk.js", here.partition("?")[0]}
    assert sum(size for _, size in first) <= DESK_BYTES, first


def weigh(request: Request) -> tuple[str, int]:
    """Return a request's path, and what came over the wire for it."""
    sizes = request.sizes()
    path = re.sub(r"^https?://[^/]+", "", request.url)
    return path, sizes["responseBodySize"] + sizes["responseHeadersSize"]


def test_pages_are_read_without_javascript(chromium: Browser, address: str) -> None:
    with open_context(chromium, java_script_enabled=False) as context:
        page = context.new_page()
        for room in ROOMS:
            go(page, address, room)
            assert page.locator("main h1").first.inner_text().strip(), room


def test_a_readers_page_is_light(chromium: Browser, address: str) -> None:
    with open_context(chromium) as context:
        page = context.new_page()
        go(page, address, "an item")
        key = page.url.split("/items/", 1)[1].split("?")[0]
    # a reader comes with an empty cache
    with open_context(chromium, viewport={"width": 375, "height": 812}) as context:
        page = context.new_page()
        requests: list[Request] = []
        page.on("requestfinished", lambda request: requests.append(request))
        page.goto(f"{address}/a/{key}")
        page.wait_for_load_state("networkidle")
        weighed = [weigh(request) for request in requests]
        assert len(weighed) >= 2
        assert 1_000 < sum(size for _, size in weighed) <= READER_BYTES, weighed
        assert serious(page) == []


def test_her_own_page_is_light(chromium: Browser, address: str) -> None:
    """An operator makes a link for somebody; she opens it on her telephone."""
    with open_context(chromium) as context:
        page = context.new_page()
        go(page, address, "a person")
        uid = page.url.split("/people/", 1)[1].split("?")[0]
        page.goto(f"{address}/protection?q={page.locator('main h1').inner_text()}")
        page.locator(f"form[action='/protection/people/{uid}/link'] button").click()
        hers = page.locator("main code").inner_text()
    path = re.sub(r"^https?://[^/]+", "", hers)
    with open_context(chromium, viewport={"width": 375, "height": 812}) as context:
        page = context.new_page()
        requests: list[Request] = []
        page.on("requestfinished", lambda request: requests.append(request))
        page.goto(f"{address}{path}")
        page.wait_for_load_state("networkidle")
        assert 1_000 < sum(weigh(request)[1] for request in requests) <= READER_BYTES
        assert serious(page) == []
        assert page.evaluate(TOO_WIDE) == []
