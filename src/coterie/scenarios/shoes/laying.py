"""Founds the brand in a house: stores, guides, goods, old customers, codes and ways in."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from coterie.catalog.model import Item, Topic
from coterie.core.actor import Actor
from coterie.core.numbers import SCALE
from coterie.guides.organisation.model import Region, Store
from coterie.messaging.model import Template
from coterie.scenarios.shoes import history
from coterie.scenarios.shoes.brand import (
    ARTICLES,
    BASE,
    CHOICES,
    CLOUD,
    FEEDS,
    FULL_TOPIC,
    PHYSICAL,
    PLACES,
    POLL,
    SHOES,
    STORE_TITLES,
    STORES,
    TOPIC_TITLES,
    TOPICS,
    guide_called,
    guide_name,
    guides_of,
)
from coterie.scenarios.shoes.crowd import at_platform
from coterie.scenarios.shoes.doors import Keys
from coterie.scenarios.shoes.plan import Plan
from coterie.scenarios.shoes.ports import Rooms, Stage
from coterie.scenarios.wecom.player import Player
from coterie.storage.work import Work

ACTOR = Actor("command", "demo")
INVITATION = "anniversary-invitation"
INVITED_BY = "周年庆倒计时"
"""How the invitation begins: by that the player knows it among what guides are asked to send."""
MAIN = "main"
"""The groups that friends come into."""
MINI = "mini-program"
_FIRST_DEPARTMENT = 2
_PORTION = 500
_WELCOME = "{name}，欢迎！我是{store}的{guide}，周年庆的款式和福利都可以问我。"
_CHOICES_ZH = {"red": "石榴红", "nude": "裸粉", "black": "经典黑"}
_CHOICES_EN = {"red": "Garnet red", "nude": "Nude", "black": "Classic black"}


@dataclass(frozen=True)
class Laid:
    """What was founded: states of codes, and the platform's groups by what they are for."""

    codes: Mapping[str, str]
    """The state of each live group code, by store, topic or ``main``."""
    chats: Mapping[str, str]
    tills: Mapping[str, str]
    """The state of the channel code at each store's till."""
    keys: Keys


def lay(rooms: Rooms, stage: Stage, hand: Player, plan: Plan) -> Laid:
    """Found everything that was there before the campaign; the house is fresh and connected."""
    _hire(hand, plan)
    with rooms.db.begin(ACTOR, stage.now) as work:
        rooms.guides.organisation.save_region(work, Region("shanghai", "上海"))
        for place, store in enumerate(STORES):
            spot = PLACES.get(store, (None, None))
            rooms.guides.organisation.save_store(work, Store(
                store, STORE_TITLES[store], "cloud" if store == CLOUD else "offline",
                region="shanghai", latitude=spot[0], longitude=spot[1],
                department=_FIRST_DEPARTMENT + place,
            ))  # fmt: skip
        rooms.catalog.define_topics(work, [Topic("shoes", "Shoes", "鞋履")])
        rooms.catalog.define_items(work, [*_shoes(), *_articles()])
        rooms.messaging.define_template(work, Template(INVITATION, (
            f"{INVITED_BY}！老顾客专享：进店群抢先看新款，领 30 元入群券，带好友同来各得 50 元。"
        )))  # fmt: skip
        rooms.polls.define(work, POLL, _poll())
        keys = _keys(rooms, work)
    for first in range(0, plan.base, _PORTION):
        some = range(first, min(first + _PORTION, plan.base))
        people = [at_platform(plan, f"b{one}", known=True) for one in some]
        hand.act("people", people=people)
    stage.settle()  # the first reconcile reads members, departments and who knows whom
    _remember(rooms, stage, plan)
    with rooms.db.begin(ACTOR, stage.now) as work:
        rule = {"trait": "old_customer", "op": "=", "value": True}
        moves = rooms.segments.define(work, BASE, rule, title_en="Old customers", title_zh="老顾客")
        rooms.inbound.stir(work, moves)
    chats = {
        what: hand.act("new_chat", owner=guide_name(owner), name=name)
        for what, (owner, name) in _groups(plan).items()
    }
    hand.act("deliver")
    stage.settle()
    codes, tills = _codes(rooms, stage, plan, chats)
    stage.settle()
    return Laid(codes, chats, tills, keys)


def _hire(hand: Player, plan: Plan) -> None:
    for place, store in enumerate(STORES):
        hand.act("add_department", id=_FIRST_DEPARTMENT + place, name=STORE_TITLES[store])
        for guide in guides_of(store, plan.guides):
            hand.act(
                "add_member", userid=guide_name(guide), name=guide_called(guide),
                departments=[_FIRST_DEPARTMENT + place],
            )  # fmt: skip


def _groups(plan: Plan) -> dict[str, tuple[int, str]]:
    """Name the groups that are there at first, each with its owner: none of whom ever leaves."""
    stay = {store: [one for one in guides_of(store, plan.guides) if one != plan.leaver]
            for store in STORES}  # fmt: skip
    found = {store: (stay[store][0], f"{STORE_TITLES[store]}周年庆群") for store in STORES}
    hosts = [one for store in STORES for one in stay[store][1:] if one % 10 != 9]
    for place, topic in enumerate((*TOPICS, MAIN)):
        title = TOPIC_TITLES.get(topic, "周年庆主会场")
        found[topic] = (hosts[place % len(hosts)], title)
    return found


def _codes(
    rooms: Rooms, stage: Stage, plan: Plan, chats: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    with rooms.db.begin(ACTOR, stage.now) as work:
        codes = {
            what: rooms.scanning.groups.make(work, {
                "title": name, "chats": [chats[what]], "limit": plan.capacity,
                **({"store": what} if what in STORES else {}),
                **({"topic": f"shoes/{what}"} if what in TOPICS else {}),
                **({} if what == FULL_TOPIC else {"auto_create": True, "base_name": name,
                                                  "base_id": 2}),
            }).state
            for what, (_, name) in _groups(plan).items()
        }  # fmt: skip
        tills = {
            store: rooms.scanning.channel.make(work, {
                "title": f"{STORE_TITLES[store]}收银台", "store": store, "guides": "store",
                "way": "round_robin", "placement": "收银台", "tags": [f"till-{store}"],
                "welcome": {"text": _WELCOME}, "group": "store",
            }).state
            for store in PHYSICAL
        }  # fmt: skip
    return codes, tills


def _keys(rooms: Rooms, work: Work) -> Keys:
    sources = (MINI, *(f"door-{store}" for store in PHYSICAL), *FEEDS.values())
    write = {source: rooms.keys.new(work, source) for source in sources}
    secrets = {
        feed: rooms.commerce.feeds.new(work, feed, shop=feed, title=f"{STORE_TITLES[store]}")
        for store, feed in FEEDS.items()
    }
    return Keys(write, secrets)


def _remember(rooms: Rooms, stage: Stage, plan: Plan) -> None:
    """Take the brand's books in: history, which moves scores and segments and starts nothing."""
    calls = [call for one in range(plan.base) for call in history.calls_of(plan, one)]
    for first in range(0, len(calls), _PORTION):
        body = msgspec.json.encode({"batch": calls[first : first + _PORTION]})
        rooms.door.accept(history.SHOP, body, "batch", stage.now, backfill=True)
    stage.settle()


def _poll() -> dict[str, object]:
    return {
        "question": {"zh": "周年庆限定款，您最想要哪个颜色？",
                     "en": "Which colour would you like for the anniversary?"},
        "choices": [
            {"code": one, "zh": _CHOICES_ZH[one], "en": _CHOICES_EN[one], "tag": f"likes-{one}"}
            for one in CHOICES
        ],
    }  # fmt: skip


def _shoes() -> list[Item]:
    return [
        Item(one.sku, "product", ("shoes",), one.title, price=one.price * SCALE) for one in SHOES
    ]


def _articles() -> list[Item]:
    titles = (
        "一双好鞋的十二道工序", "脚型与楦型：怎么选不磨脚", "周年庆新款预告", "通勤三双就够",
        "羊皮怎么养护", "高跟鞋站一天的秘密", "设计师的石榴红", "搭配：半裙与乐福鞋",
    )  # fmt: skip
    return [
        Item(key, "article", ("shoes",), title, body=f"{title}。")
        for key, title in zip(ARTICLES, titles, strict=True)
    ]
