"""Photograph every page about campaigns into docs/img/console and docs/img/guide.

    python scripts/photograph_campaign.py --data demo-shoes

Shows the house that ``coterie demo shoes --data demo-shoes`` has played, and plays it first where
the folder is not there. The folder is copied; the copy's clock stands on the morning after its
programme's last day. The desk's pages three times as ``take_screenshots.py`` does; a guide's and a
member's pages on a phone 360 pixels wide, in Chinese and light, in English and dark: for those
the copy's programme goes on for some weeks, with a coupon of thanks, since both are over by then.
"""

import argparse
import io
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from photograph_town import PHONE_VIEWS, PHONES
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright
from take_screenshots import (
    FLAGS,
    IMAGES,
    QUALITY,
    VIEWS,
    Pages,
    View,
    go,
    photograph,
    put,
    write_gallery,
)

from coterie import settings as configuration
from coterie.app import App, open_app
from coterie.commands.campaigning import Fair, planned
from coterie.core.clock import DAY, HOUR, format_time
from coterie.core.numbers import SCALE
from coterie.loyalty.coupons.model import Template, Want
from coterie.scenarios.shoes.brand import CAMPAIGN, JOIN_COUPON, PROGRAMME
from coterie.scenarios.shoes.laying import ACTOR
from coterie.testing.clock import FakeClock
from coterie.testing.wecom.serving import Serving
from coterie.web.server import create_app

BEGIN, END = "<!-- pictures of the campaign -->", "<!-- end of pictures of the campaign -->"
BEGIN_PHONES = "<!-- pictures of the campaign's phones -->"
END_PHONES = "<!-- end of pictures of the campaign's phones -->"
BRAND = "一双"
GUIDE, GROUP = "guide01", "xujiahui-1"
"""Who has most customers, and her store's group."""
LONGER = 21 * DAY
THANKS = "thanks20"
BASE = "https://yishuang.example"
"""Where members' links lead in the pictures."""
PHONE: ViewportSize = {"width": 360, "height": 740}
TALLEST = 1480
"""Of a phone's picture: two screens."""
LONGEST = 1900
"""Of a picture of what lies further down."""
LEFT = 3
"""So many of the team's tasks are still to be done."""
PAPER = "#d9d2c7"
TOGETHER = ("my-friends", "my-coupons", "till", "side-friends")
SHARP = 1.6
"""Pixels of the paper's picture for each point."""

DESK: Pages = {
    "campaigns": ("/campaigns", None),
    "campaign": (f"/campaigns/{CAMPAIGN}", None),
    "campaign-plan": (f"/campaigns/{CAMPAIGN}/plan", None),
    "campaign-tier": (f"/campaigns/{CAMPAIGN}/tiers/core", None),
    "review": (f"/campaigns/{CAMPAIGN}/review", None),
    "groups": ("/groups", None),
    "group": (f"/groups/{GROUP}", None),
    "rhythms": ("/groups/rhythms", None),
    "rhythm": ("/groups/rhythms", "main a[href^='/groups/rhythms/']:not([href*='new'])"),
    "coupons": ("/coupons", None),
    "coupon": (f"/coupons/{JOIN_COUPON}", None),
    "budgets": ("/coupons/budgets", None),
    "benefits": ("/benefits", None),
    "benefit": ("/benefits/join", None),
    "referrals": ("/referrals", None),
    "referral": (f"/referrals/{PROGRAMME}", None),
    "referral-people": (f"/referrals/{PROGRAMME}/people", None),
}
PIECES = {
    "campaign-board": (f"/campaigns/{CAMPAIGN}", "main"),
    "review-whole": (f"/campaigns/{CAMPAIGN}/review", "main"),
    "referral-tree": (f"/referrals/{PROGRAMME}", "section:has(#trees)"),
}
"""What lies further down: a picture's name, the address, and which part of the page it shows."""


ON_PHONES = (
    "my-coupons", "my-friends", "poster", "friend-asked", "friend-comes",
    "till", "invite", "my-groups", "side-friends",
)  # fmt: skip


@dataclass(frozen=True)
class Friend:
    """A customer of the guide's who brought friends: her code, her page, her id, her coupon."""

    code: str
    page: str
    external: str
    coupon: str


@contextmanager
def opened(folder: Path) -> Iterator[tuple[App, str]]:
    """Serve a copy of a house on a free port, its clock on the morning after the last day."""
    settings = configuration.read(data=folder, brand=BRAND, public_url=BASE)
    first = open_app(settings)
    try:
        with first.db.read(ACTOR, first.clock.now()) as work:
            until = first.growing.referrals.programmes.get(work, PROGRAMME).until
    finally:
        first.close()
    app = open_app(settings, clock=FakeClock(until + 9 * HOUR))
    with app.db.begin(ACTOR, app.clock.now()) as work:
        plans = app.growing.plans
        plans.done(work, CAMPAIGN, [one.key for one in plans.tasks(work, CAMPAIGN)][:-LEFT])
    app.settle_all(app.clock.now())
    web = Serving(create_app(app))
    try:
        yield app, web.address
    finally:
        web.close()
        app.close()


def go_on(app: App) -> Friend:
    """Let the copy's programme go on with a coupon of thanks; return who brought most of hers."""
    now = app.clock.now()
    growing, guides = app.growing, app.guides
    with app.db.begin(ACTOR, now) as work:
        programmes = growing.referrals.programmes
        document = programmes.document(work, PROGRAMME)
        programmes.define(work, document | {"until": format_time(now + LONGER)})
        growing.coupons.define(work, Template(
            slug=THANKS, titles={"zh": "会员回馈券", "en": "A word of thanks"}, kind="amount",
            amount=20 * SCALE, minimum=299 * SCALE, days=LONGER // DAY,
        ))  # fmt: skip
        hers = guides.bindings.owned_by(work, GUIDE)
        found = {one: growing.referrals.progress(work, PROGRAMME, one) for one in sorted(hers)}
        known = {one: told for one, told in found.items() if told is not None}
        profile = max(known, key=lambda one: (known[one].joined, known[one].rewarded, one))
        wants = [Want(one, THANKS, f"thanks:{one}", "manual:demo") for one in sorted(hers)]
        growing.coupons.issue(work, wants)
        [coupon, *_] = growing.coupons.usable(work, profile)
        return Friend(
            known[profile].code,
            f"/k/{growing.links.token(profile, now)}",
            app.mirror.externals_of(work, [profile])[profile][0],
            coupon.coupon.code or "",
        )


def pieces(browser: Browser, url: str, view: View, wanted: Mapping[str, tuple[str, str]]) -> None:
    """Take one view of what lies further down, cut off below where it is very long."""
    locale = "zh-CN" if view.language == "zh" else "en-GB"
    with browser.new_context(locale=locale, reduced_motion="reduce", **view.options) as context:
        page = context.new_page()
        for name, (address, part) in wanted.items():
            go(page, url, address, None)
            width, height = page.evaluate("[innerWidth, document.documentElement.scrollHeight]")
            page.set_viewport_size({"width": width, "height": height})  # nothing sticks over it
            box = page.locator(part).first.bounding_box()
            assert box is not None, name
            box["height"] = min(box["height"], LONGEST)
            path = IMAGES / f"{name}-{view.name}.jpg"
            page.screenshot(path=path, type="jpeg", quality=QUALITY, clip=box)
            page.set_viewport_size(view.options["viewport"])


def in_hand(browser: Browser, view: View) -> BrowserContext:
    """Open a phone of a language."""
    locale = "zh-CN" if view.language == "zh" else "en-GB"
    return browser.new_context(
        locale=locale, extra_http_headers={"Accept-Language": locale}, reduced_motion="reduce",
        is_mobile=True, has_touch=True, service_workers="block", **view.options,
    )  # fmt: skip


def phones(browser: Browser, app: App, url: str, view: View, names: list[str]) -> None:
    """Take one view of a member's pages, her friend's, and those of her guide."""
    friend = go_on(app)
    with app.db.begin(ACTOR, app.clock.now()) as work:
        token = app.attending.access.link(work, GUIDE, shown=True)
    with in_hand(browser, view) as context:
        page = context.new_page()
        page.route("**/guide-side*.js*", lambda route: route.abort())  # no chat is beside it
        for name, address in {
            "my-coupons": friend.page,
            "my-friends": f"{friend.page}/friends",
            "friend-asked": f"/f/{friend.code}",
        }.items():
            tall(page, url, address, view, name, names)
        page.locator("button[value=allow]").click()
        tall(page, url, f"/f/{friend.code}", view, "friend-comes", names)
        page.goto(f"{url}/g/in/with/{token}")
        page.locator("form button").first.click()
        page.wait_for_url("**/g/")
        for name, address in {
            "invite": "/g/invite",
            "my-groups": "/g/groups",
            "side-friends": f"/g/side?external={friend.external}",
        }.items():
            tall(page, url, address, view, name, names)
        page.set_viewport_size(PHONE)
        page.goto(f"{url}/g/till?code={friend.coupon}")
        page.locator("input[name=amount]").fill("599")
        page.locator("button[value=check]").click()
        page.locator("button[value=redeem]").wait_for()
        tall(page, url, None, view, "till", names)
        poster = context.request.get(f"{url}/f/{friend.code}/poster.png?small=1")
        save(Image.open(io.BytesIO(poster.body())), PHONES / f"poster-{view.name}.jpg")


def tall(
    page: Page, url: str, address: str | None, view: View, name: str, names: list[str]
) -> None:
    """Take a page of a phone, at most two screens of it; the page that is open for no address."""
    if address is not None:
        page.set_viewport_size(PHONE)
        go(page, url, address, None)
    if names and name not in names:
        return
    height = int(page.evaluate("document.documentElement.scrollHeight"))
    height = min(max(height, PHONE["height"]), TALLEST)
    page.set_viewport_size({"width": PHONE["width"], "height": height})
    page.screenshot(path=PHONES / f"{name}-{view.name}.jpg", type="jpeg", quality=QUALITY)


def beside(names: Sequence[str]) -> None:
    """Lay the first screens of some phones beside each other, for one picture of all."""
    each, height, gap = PHONE["width"], 944, 24
    whole = Image.new("RGB", ((each + gap) * len(names) + gap, height + 2 * gap), PAPER)
    for place, name in enumerate(names):
        with Image.open(PHONES / f"{name}-zh.jpg") as one:
            whole.paste(one.crop((0, 0, each, min(height, one.height))),
                        (gap + place * (each + gap), gap))  # fmt: skip
    save(whole, PHONES / "campaign.jpg")


def papers(browser: Browser, url: str) -> None:
    """Draw the review as it is printed, in both languages."""
    for view in PHONE_VIEWS:
        with in_hand(browser, view) as context:
            sheet = context.request.get(f"{url}/campaigns/{CAMPAIGN}/review.pdf").body()
        page = pypdfium2.PdfDocument(sheet)[0]
        save(page.render(scale=SHARP).to_pil(), IMAGES / f"review-paper-{view.language}.jpg")


def save(picture: Image.Image, path: Path) -> None:
    """Keep a picture as small as the others are."""
    picture.convert("RGB").save(path, quality=QUALITY + 10, optimize=True)


def take(app: App, url: str, names: list[str]) -> None:
    """Take all pictures of a house that is served, or some; the phones' last."""
    desk = {name: page for name, page in DESK.items() if not names or name in names}
    parts = {name: page for name, page in PIECES.items() if not names or name in names}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for view in VIEWS if desk else ():
            photograph(browser, url, view, desk)
        for view in VIEWS if parts else ():
            pieces(browser, url, view, parts)
        if not names or "paper" in names:
            papers(browser, url)
        for view in PHONE_VIEWS if not names or set(names) & {*ON_PHONES} else ():
            phones(browser, app, url, view, names)
        browser.close()


def write() -> None:
    """Show all pictures in the gallery."""
    shown: Pages = DESK | {name: (address, None) for name, (address, _) in PIECES.items()}
    write_gallery(shown, BEGIN, END)
    lines = []
    for view in PHONE_VIEWS:
        lines += [f"![{name}, {view.name}](../img/guide/{name}-{view.name}.jpg)"
                  for name in ON_PHONES]  # fmt: skip
        paper = f"../img/console/review-paper-{view.language}.jpg"
        lines += [f"![review on paper, {view.language}]({paper})", ""]
    put(lines, BEGIN_PHONES, END_PHONES)


def main() -> None:
    """Play the house where there is none, and take all pictures, or some."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--data", type=Path, required=True, help="the folder of coterie demo shoes")
    asked.add_argument("names", nargs="*", help="only these pictures")
    given = asked.parse_args()
    if not given.data.exists():
        with Fair(given.data, planned()) as fair:
            fair.play(lambda what, share: print(what, f"{share:.0%}", flush=True))
    with tempfile.TemporaryDirectory() as folder:
        copied = Path(shutil.copytree(given.data, Path(folder, "coterie-demo-shoes")))
        with opened(copied) as (app, url):
            take(app, url, given.names)
    beside(TOGETHER)
    write()


if __name__ == "__main__":
    main()
