"""An offer is sent, bought in a shop, paid; the order stands on her timeline."""

from collections.abc import Iterator
from threading import Thread
from time import monotonic

import pytest
import uvicorn

from browser.conftest import Visit
from coterie.testing.shop import Shop
from coterie.testing.shop_pages import house_clock, sender, shop_app

pytestmark = pytest.mark.browser


class Till:
    """The small shop, served beside the house; it gets its secret once the house has made one."""

    def __init__(self, house: str) -> None:
        self.house = house
        self.shop = Shop("shop", "whsec_AAAA", "199.00", sender(house, "shop"), house_clock(house))
        config = uvicorn.Config(shop_app(self.shop), host="127.0.0.1", port=0, log_level="error")
        self.listener = config.bind_socket()
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.server = uvicorn.Server(config)
        self.thread = Thread(target=self.server.run, args=([self.listener],), daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join(10)


@pytest.fixture
def till(visit: Visit) -> Iterator[Till]:
    made = Till(visit.url)
    yield made
    made.close()


def test_an_offer_is_bought_and_stands_on_her_timeline(visit: Visit, till: Till) -> None:
    page, task = visit.page, visit.task("offer-to-order")
    visit.open("/people?lang=en")
    person = page.locator("tbody a[data-row]").first
    who, profile = person.inner_text().strip(), person.get_attribute("href")
    assert profile is not None
    visit.open("/items")
    item = (page.locator("a[href^='/items/']").first.get_attribute("href") or "").split("/")[-1]
    # the shop is connected
    visit.open("/orders/feeds")
    task.click(page.locator("button[commandfor=new]").first)
    task.type(page.get_by_label("Name", exact=True), "The shop")
    task.type(page.get_by_label("Short name"), "shop")
    task.type(page.get_by_label("Page to hand over to"), till.url + "/buy?item={item}")
    task.click(page.get_by_role("button", name="Connect", exact=True))
    till.shop.use(page.locator("#secret-text").inner_text().strip())
    # an offer is made, and a link to spread it
    visit.open("/orders/offers")
    task.click(page.locator("button[commandfor=new]").first)
    task.type(page.get_by_label("Item"), item)
    task.type(page.get_by_label("Short name"), "of-the-month")
    task.type(page.get_by_label("Price in CNY"), "199")
    task.click(page.get_by_role("button", name="Offer it"))
    task.click(page.get_by_role("button", name="Link of of-the-month"))
    task.click(page.get_by_role("button", name="Make the link"))
    address = page.locator("#link-text").inner_text().strip()
    # she follows it, and buys
    page.goto(address)
    task.click(page.get_by_role("link", name="Buy at The shop"))
    assert page.url.startswith(till.url)
    task.type(page.get_by_label("Account"), who.split()[-1])
    task.click(page.get_by_role("button", name="Order"))
    task.click(page.get_by_role("button", name="Pay"))
    assert [one.status for one in till.shop.sent] == [200, 200]
    # the order is hers, and credited
    until = monotonic() + 15
    while True:
        visit.open("/orders/offers")
        if page.get_by_role("cell", name="199.00").count() > 1 or monotonic() > until:
            break
    visit.open(profile)
    assert page.get_by_text("placed an order").count() >= 1
    task.done()
