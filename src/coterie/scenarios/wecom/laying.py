"""Founds two stores and their codes: guides come from the platform, the rest is written here."""

from collections.abc import Mapping
from dataclasses import dataclass

from coterie.core.actor import Actor
from coterie.guides.organisation.model import Region, Store
from coterie.messaging.model import Template
from coterie.scenarios.wecom.plan import Plan, guide_name, store_name
from coterie.scenarios.wecom.player import Player
from coterie.scenarios.wecom.ports import Rooms, Stage

ACTOR = Actor("command", "demo")
TEMPLATE = "autumn-menu"
_FIRST_DEPARTMENT = 2
_TITLES = ("外滩店", "静安店", "徐汇店", "浦东店")
_NAMES = (
    "李雷", "韩梅梅", "王芳", "张伟", "刘洋", "陈静", "杨帆", "赵敏",
    "黄磊", "周婷", "吴昊", "徐丽", "孙杰", "马超", "朱琳",
)  # fmt: skip
_NEWS = "本周五新到巴罗洛，欢迎来店试饮。"
_WELCOME = "{name}，您好！我是{store}的{guide}，有事随时找我。"


@dataclass(frozen=True)
class Laid:
    """What was founded: codes by whom they are of, and the group code of each store."""

    own: Mapping[int, str]
    """By guide: the state of her own code."""
    common: Mapping[int, str]
    """By store: the state of the store's code."""
    groups: Mapping[int, str]


def hire(player: Player, plan: Plan) -> None:
    """Let the stores be departments at the platform, and the guides be members of them."""
    for store in range(plan.stores):
        player.act("add_department", id=_FIRST_DEPARTMENT + store, name=_title(store))
    for guide in range(plan.guides):
        where = _FIRST_DEPARTMENT + plan.store_of_guide(guide)
        player.act("add_member", userid=guide_name(guide), name=_called(guide), departments=[where])


def lay(rooms: Rooms, stage: Stage, player: Player, plan: Plan) -> Laid:
    """Found the stores, read the members, and make every code."""
    with rooms.db.begin(ACTOR, stage.now) as work:
        rooms.guides.organisation.save_region(work, Region("shanghai", "上海"))
        for store in range(plan.stores):
            rooms.guides.organisation.save_store(work, Store(
                store_name(store), _title(store), region="shanghai",
                department=_FIRST_DEPARTMENT + store,
            ))  # fmt: skip
        rooms.messaging.define_template(work, Template(TEMPLATE, _NEWS))
    stage.settle()  # the first reconcile reads members and departments
    with rooms.db.begin(ACTOR, stage.now) as work:
        slugs = rooms.guides.organisation.of_userids(
            work, [guide_name(guide) for guide in range(plan.guides)]
        )
    chats = {
        store: player.act("new_chat", owner=guide_name(_first_of(plan, store)), name=_club(store))
        for store in range(plan.stores)
    }
    player.act("deliver")
    stage.settle()
    with rooms.db.begin(ACTOR, stage.now) as work:
        groups = {
            store: rooms.scanning.groups.make(work, {
                "title": _club(store), "store": store_name(store), "chats": [chat],
                "auto_create": True, "base_name": _club(store),
            }).state
            for store, chat in chats.items()
        }  # fmt: skip
        make = rooms.scanning.channel.make
        own = {
            guide: make(work, {
                "title": f"{_title(plan.store_of_guide(guide))} {_called(guide)}",
                "guide": slugs[guide_name(guide)], "store": store_name(plan.store_of_guide(guide)),
                "placement": "名片", "tags": [tag_of(plan.store_of_guide(guide))],
                "welcome": {"text": _WELCOME}, "group": "store",
            }).state
            for guide in range(plan.guides)
        }  # fmt: skip
        common = {
            store: make(work, {
                "title": f"{_title(store)}收银台", "store": store_name(store), "guides": "store",
                "way": "round_robin", "placement": "收银台", "tags": [tag_of(store)],
                "welcome": {"text": _WELCOME}, "group": "store",
            }).state
            for store in range(plan.stores)
        }  # fmt: skip
    stage.settle()
    return Laid(own, common, groups)


def tag_of(store: int) -> str:
    """Return the tag that a store's codes put on whoever scans them."""
    return f"scanned-{store_name(store)}"


def _first_of(plan: Plan, store: int) -> int:
    own = [one for one in range(plan.guides) if plan.store_of_guide(one) == store]
    return own[-1]


def _title(store: int) -> str:
    return _TITLES[store] if store < len(_TITLES) else f"{store + 1} 号店"


def _called(guide: int) -> str:
    return _NAMES[guide % len(_NAMES)] + ("" if guide < len(_NAMES) else "二")


def _club(store: int) -> str:
    return f"{_title(store)}酒友群"
