"""A store with its guides, its customers and a WeCom of its own, served to a real browser."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import uvicorn

from conftest import NOW
from coterie.app import App
from coterie.catalog.materials.model import Draft as Stuff
from coterie.catalog.model import Item
from coterie.core.actor import COMMAND
from coterie.core.clock import DAY, format_time
from coterie.guides.organisation.model import Guide, Store
from coterie.guides.scripts.model import Draft
from coterie.guides.tasks.model import Task
from coterie.guides.tasks.store import add as give_tasks
from coterie.profiles.tags.model import Tag
from coterie.storage.work import Work
from coterie.testing.clock import FakeClock
from coterie.testing.house import House
from coterie.testing.wecom import Wecom
from coterie.web.serve import configure
from coterie.web.server import create_app

WANG = "王小明"


@dataclass
class Shop:
    """The house, its WeCom, and the customer who is the story's."""

    house: House
    wecom: Wecom
    url: str
    customer: str
    code: str

    @property
    def app(self) -> App:
        return self.house.app

    def pass_time(self, seconds: int) -> None:
        """Let time go by for both, and let the house do what it brings."""
        self.wecom.advance(seconds)
        self.wecom.deliver()
        self.house.advance(seconds=seconds)
        self.app.settle_all(self.app.clock.now())

    def link(self, guide: str) -> str:
        """A way in for a guide."""
        with self.app.db.begin(COMMAND, self.app.clock.now()) as work:
            return f"{self.url}/g/in/with/{self.app.attending.access.link(work, guide, shown=True)}"

    def uid(self) -> str:
        """The customer's id outside the house."""
        with self.app.db.read(COMMAND, self.app.clock.now()) as work:
            profile = self.app.mirror.profiles_of(work, [self.customer])[self.customer]
            return self.app.profiles.uid(work, [profile])[profile]


@contextmanager
def open_shop(folder: Path) -> Iterator[Shop]:
    """Open the shop, and serve it until it is closed."""
    clock = FakeClock(NOW)
    with Wecom(clock=clock) as wecom:
        chosen: dict[str, Any] = {
            "wecom_base_url": wecom.base_url, "wecom_corp_id": wecom.corp_id,
            "wecom_agent_id": str(wecom.agent_id), "wecom_secret": wecom.secret,
            "wecom_token": wecom.token, "wecom_aes_key": wecom.aes_key,
        }  # fmt: skip
        with (
            House(path=folder, brand="味园 Cantina", **chosen) as house,
            served(house.app) as url,
        ):
            shop = Shop(house, wecom, url, "", "")
            _fill(shop)
            yield shop


@contextmanager
def served(app: App) -> Iterator[str]:
    """Serve a house on a free port, from another thread."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    server = uvicorn.Server(configure(create_app(app), app.settings))
    thread = Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listener.close()


def _fill(shop: Shop) -> None:
    app, wecom = shop.app, shop.wecom
    for userid, name in (("li-na", "李娜"), ("wang-wei", "王薇")):
        wecom.add_member(userid, name)
    wecom.connect(f"{shop.url}/callbacks/wecom")
    with app.db.begin(COMMAND, NOW) as work:
        organisation = app.guides.organisation
        organisation.save_store(work, Store("bund", "外滩店"))
        for guide, name in (("li-na", "李娜"), ("wang-wei", "王薇")):
            organisation.save_guide(work, Guide(guide, name, guide, stores=("bund",)))
        _words(app, work)
    shop.pass_time(5)
    with app.db.begin(COMMAND, app.clock.now()) as work:
        code = app.scanning.channel.make(
            work, {"title": "外滩店收银台", "guide": "li-na", "store": "bund",
                   "guides": [{"guide": "li-na"}]},
        )  # fmt: skip
        chat = wecom.new_chat("li-na", "外滩红酒群")
        app.scanning.groups.make(work, {"title": "外滩红酒群", "store": "bund", "chats": [chat]})
    shop.code = code.state
    shop.pass_time(5)
    _customers(shop)


def _words(app: App, work: Work) -> None:
    for slug, stage, zh, en in (
        ("hello", "hello", "{name}您好，我是{store}的{guide}，很高兴认识您。", "Hello {name}."),
        (
            "taste",
            "taste",
            "{name}，周六下午有一场品鉴，给您留个位？",
            "{name}, a tasting on Saturday?",
        ),
    ):
        version = app.scripts.write(
            work, Draft(slug, {"zh": zh[:12], "en": en[:12]}, stage, {"zh": zh, "en": en})
        )
        app.scripts.publish(work, slug, version.number)
    app.materials.add(
        work, Stuff("autumn", "text", {"zh": "秋季品鉴邀请", "en": "Autumn tasting"},
                    text="周六下午三点，外滩店，一起尝尝新到的皮埃蒙特。"),
    )  # fmt: skip
    app.profiles.tags.define(work, Tag("red", title_zh="爱喝红酒", title_en="Likes red"))
    app.catalog.define_items(work, [Item("barolo", "product", ("italy",), "Barolo 2019")])


def _customers(shop: Shop) -> None:
    app, wecom = shop.app, shop.wecom
    [way] = [one for one in wecom.corp.ways.values() if one.given["state"] == shop.code]
    names = (WANG, "陈晨", "赵敏")
    people = [wecom.new_customer(name) for name in names]
    for one in people:
        wecom.scan(way.qr_code, one)
    shop.customer = people[0]
    shop.pass_time(5)
    with app.db.read(COMMAND, app.clock.now()) as work:
        profiles = app.mirror.profiles_of(work, people)
    now = app.clock.now()
    with app.db.begin(COMMAND, now) as work:
        chats = [one.chat_id for one in app.mirror.groups_of(work, "li-na")]
        app.mass_sends.send_to_groups(
            work, "周末品鉴", "周六下午三点，外滩店品鉴会，欢迎来坐坐。", chats
        )
        give_tasks(work, [
            Task("t-1", profiles[people[0]], "after-first-order", 1, "call", "guide", None,
                 "给{name}打个电话，问问 Barolo 喝着怎么样。", now, now + 2 * DAY, {},
                 guide="li-na", store="bund"),
        ])  # fmt: skip
    shop.house.receive([
        {"type": "track", "event": "Order Completed", "timestamp": format_time(now - 40 * DAY + i),
         "context": {"externalIds": [{"type": "wecom.external_userid", "id": people[0]}]},
         "userId": "shop-wang",
         "properties": {"order_id": f"A{i}", "shop": "pos", "total": 268,
                        "products": [{"product_id": "barolo"}]}}
        for i in range(2)
    ])  # fmt: skip
    shop.pass_time(5)
