"""Put into the town of ``coterie demo wecom`` what its story lacks: orders, words, pictures, tasks.

Called by ``photograph_town.py``, so that every page about guides and WeCom has something to show.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image, ImageDraw

from coterie.app import App
from coterie.catalog.materials.model import Draft as Stuff
from coterie.catalog.model import Item
from coterie.commands.demonstrating import Town
from coterie.core.clock import DAY, HOUR, MINUTE, to_datetime
from coterie.guides.handover.model import Wanted
from coterie.guides.organisation.model import Dealer, Region, Store
from coterie.guides.scripts.model import Draft
from coterie.messaging.model import Request, Template
from coterie.scenarios.wecom.laying import ACTOR
from coterie.scenarios.wecom.plan import Plan, guide_name
from coterie.storage.work import Work

NEWCOMERS = ("林悦", "高远", "郑爽", "何冰", "罗琳", "梁静", "宋佳", "唐宁", "许晴", "邓超",
             "冯雪", "曹颖")  # fmt: skip
WINES = (("barolo-2019", "巴罗洛 2019", 468), ("prosecco", "普罗塞克起泡", 168),
         ("chianti", "经典基安蒂 2021", 238), ("vermentino", "维蒙蒂诺 2022", 198))  # fmt: skip

SCRIPTS: tuple[tuple[str, str, str, str | None, str, str], ...] = (
    ("hello", "初次问候", "hello", None,
     "{name}，您好！我是{store}的{guide}，想喝什么、想聊什么，随时找我。",
     "Hello {name}, I am {guide} of {store}. Ask me anything, at any time."),
    ("taste", "问问口味", "taste", None,
     "{name}，您平时更喜欢清爽的白，还是厚实的红？我好给您留心。",
     "{name}, do you like a fresh white or a full red? I shall keep an eye open."),
    ("saturday", "周六品鉴邀请", "invite", None,
     "{name}，周六下午三点，{store}开三支皮埃蒙特，给您留个位？",
     "{name}, on Saturday at three we open three wines of Piedmont. A seat for you?"),
    ("after-sale", "到货回访", "after_sale", None,
     "{name}，酒收到了吗？开瓶前放半小时，香气会更好。",
     "{name}, has the wine arrived? Half an hour of air will do it good."),
    ("dear", "嫌贵", "objection", "price",
     "{name}，理解。同一产区还有一支两百元以内的，周末来尝了再定？",
     "{name}, I understand. There is one below 200 from the same place: taste it first?"),
)  # fmt: skip
BOLD = "全网最低价，喝了对心脏好！转发朋友圈领一瓶，{name}快来。"

FIRST_WEEK = {
    "title": {"zh": "新客七日", "en": "First week of a customer"},
    "start": "added",
    "missed": "next",
    "ends": {"did": ["Order Completed"]},
    "steps": [
        {"key": "hello", "day": 0, "window": "09:00-21:00", "text": "打招呼，问清怎么称呼",
         "script": "hello"},
        {"key": "taste", "day": 1, "window": "10:00-20:00", "text": "问问口味，记成标签",
         "script": "taste", "material": "tasting-map"},
        {"key": "invite", "day": 4, "window": "10:00-20:00", "text": "邀请周六品鉴",
         "script": "saturday", "material": "saturday"},
    ],
}  # fmt: skip
AFTER_SALE = {
    "title": {"zh": "售后三日", "en": "After a sale"},
    "start": "bought",
    "missed": "late",
    "grace": 2,
    "again": True,
    "steps": [
        {"key": "ask", "day": 1, "window": "10:00-20:00", "text": "问问酒喝着怎么样",
         "script": "after-sale", "material": "opening"},
        {"key": "next", "day": 3, "window": "10:00-20:00", "text": "按口味推荐下一支"},
    ],
}  # fmt: skip


def liven(town: Town, plan: Plan) -> None:
    """Let some days go by in the town; its clock ends on a morning, with work to do."""
    app, stage = town.app, town.stage
    _settle(town, lambda work: _furnish(app, work))
    stage.advance_to(_at(app, stage.now, 1, 10))
    _newcomers(town)
    _orders(town)
    _settle(town, lambda work: _do_tasks(app, work))
    stage.advance_to(_at(app, stage.now, 1, 9))
    _settle(town, lambda work: _send(app, work))
    _pass(town, 10 * MINUTE)
    for guide in range(0, plan.guides, 2):
        for task in town.player.act("sends_of", userid=guide_name(guide)):
            town.player.act("confirm_send", msgid=task["msgid"], userid=guide_name(guide))
    _moment(town)
    _settle(town, lambda work: _hand_over(app, work))
    _settle(town, lambda work: _work(app, work))
    _settle(town, lambda work: _do_tasks(app, work))
    _pass(town, MINUTE)


def _settle(town: Town, deed: Any) -> None:
    """Do something in a unit of work, and let the house do what follows."""
    with town.app.db.begin(ACTOR, town.stage.now) as work:
        deed(work)
    town.stage.settle()


def _pass(town: Town, length: int) -> None:
    town.stage.advance_to(town.stage.now + length)
    while town.player.act("deliver"):
        town.stage.settle()


def _at(app: App, now: int, days: int, hour: int) -> int:
    """Return an hour of the day, so many days on."""
    there = to_datetime(now).astimezone(app.zone) + timedelta(days=days)
    moment = there.replace(hour=hour, minute=0, second=0, microsecond=0)
    return int(moment.timestamp() * 1000)


def _customers(app: App, work: Work) -> dict[str, list[int]]:
    """Return whose customers are who, by guide."""
    guides = app.guides.organisation.guides(work, active=True)
    return {one.id: app.guides.bindings.owned_by(work, one.id) for one in guides}


def _furnish(app: App, work: Work) -> None:
    """Say where the stores are, and give guides words, pictures and a plan."""
    organisation = app.guides.organisation
    organisation.save_region(work, Region("cloud", "线上"))
    organisation.save_dealer(work, Dealer("hengxin", "恒信酒业"))
    for slug, title, address, lat, lon, dealer in (
        ("bund", "外滩店", "上海市黄浦区中山东一路 12 号", 31.2397, 121.4905, None),
        ("jingan", "静安店", "上海市静安区南京西路 1515 号", 31.2242, 121.4476, "hengxin"),
    ):
        there = organisation.store(work, slug)
        assert there is not None
        organisation.save_store(work, Store(
            slug, title, region="shanghai", department=there.department, address=address,
            latitude=lat, longitude=lon, dealer=dealer, zone="Asia/Shanghai",
            hours={str(day): "10:00-22:00" for day in range(1, 8)},
        ))  # fmt: skip
    organisation.save_store(work, Store("cloud", "云店", kind="cloud", region="cloud"))
    app.catalog.define_items(work, [Item(key, "product", (), title) for key, title, _ in WINES])
    _words(app, work)
    for slug, plan in (("first-week", FIRST_WEEK), ("after-sale", AFTER_SALE)):
        app.tasks.plans.define(work, slug, plan)
        app.tasks.plans.switch(work, slug, on=True)


def _words(app: App, work: Work) -> None:
    for slug, title, stage, objection, zh, en in SCRIPTS:
        draft = Draft(slug, {"zh": title, "en": slug.replace("-", " ").capitalize()}, stage,
                      {"zh": zh, "en": en}, objection)  # fmt: skip
        app.scripts.publish(work, slug, app.scripts.write(work, draft).number)
    app.scripts.write(work, Draft(
        "spring-sale", {"zh": "春季特惠", "en": "Spring sale"}, "offer", {"zh": BOLD},
        carrier="moments",
    ))  # fmt: skip
    with TemporaryDirectory() as folder:
        for slug, zh, en, kind, colour in (
            ("saturday", "周六品鉴海报", "Saturday's tasting", "poster", "#722F37"),
            ("tasting-map", "皮埃蒙特风味图", "A map of Piedmont", "image", "#8A6D1D"),
        ):
            picture = Path(folder, f"{slug}.png")
            _draw(picture, colour)
            app.materials.add(work, Stuff(slug, kind, {"zh": zh, "en": en}, content=picture,
                                          name=picture.name, rights="自有版权"))  # fmt: skip
    app.materials.add(work, Stuff(
        "opening", "text", {"zh": "开瓶前的半小时", "en": "Half an hour of air"},
        text="巴罗洛开瓶前先醒半小时，温度 16 至 18 度。单宁会柔下来，玫瑰和焦油的香气才出来。",
    ))  # fmt: skip
    app.materials.add(work, Stuff(
        "spring-menu", "link", {"zh": "早春酒单", "en": "Early spring menu"},
        url="https://example.com/menu", until=work.now + 12 * DAY,
    ))  # fmt: skip


def _draw(path: Path, colour: str) -> None:
    """Draw a bottle and a glass, so that a picture looks like one."""
    picture = Image.new("RGB", (900, 1200), colour)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((-300, 700, 1200, 1700), fill="#00000022")
    pen.rounded_rectangle((300, 420, 480, 1080), 40, fill="#1d1b1a")
    pen.rectangle((360, 180, 420, 440), fill="#1d1b1a")
    pen.rectangle((352, 150, 428, 230), fill="#b08d57")
    pen.rectangle((300, 660, 480, 900), fill="#f4ecdd")
    pen.ellipse((560, 560, 760, 860), fill="#f4ecdd")
    pen.chord((560, 560, 760, 860), 0, 180, fill=colour, outline="#f4ecdd", width=8)
    pen.rectangle((652, 850, 668, 1050), fill="#f4ecdd")
    pen.ellipse((580, 1030, 740, 1080), fill="#f4ecdd")
    picture.save(path)


def _orders(town: Town) -> None:
    """Let some customers buy, of some guides more than of others; a few send a bottle back."""
    app, stage = town.app, town.stage
    people: list[str] = []
    with app.db.read(ACTOR, stage.now) as work:
        for number, hers in enumerate(_customers(app, work).values()):
            buyers = hers[: len(hers) * (1 + 3 * (number % 3)) // 10]
            people += [one[0] for one in app.mirror.externals_of(work, buyers).values()]
    body = json.dumps({"batch": list(_bought(people, stage.now))}).encode()
    accepted = app.door.accept("shop", body, "batch", stage.now)
    assert not accepted.refused, accepted.refused
    stage.settle()


def _bought(people: Sequence[str], now: int) -> Iterator[dict[str, Any]]:
    for number, external in enumerate(people):
        key, title, price = WINES[number % len(WINES)]
        bottles = 1 + number % 3
        product = {"product_id": key, "name": title, "price": price, "quantity": bottles}
        order: dict[str, Any] = {
            "order_id": f"S{1001 + number}", "shop": "till", "total": price * bottles,
            "currency": "CNY", "products": [product],
        }  # fmt: skip
        if number % 4 == 0:  # served in the store, by whoever was there
            order |= {"guide": guide_name(number % 10), "store": ("bund", "jingan")[number % 2]}
        at = to_datetime(now - HOUR * (1 + number % 20)).isoformat()
        who = {
            "userId": f"buyer-{number}", "timestamp": at,
            "context": {"externalIds": [{"type": "wecom.external_userid", "id": external}]},
        }  # fmt: skip
        yield {"messageId": f"town-order-{number}", "type": "track", "event": "Order Completed",
               "properties": order, **who}  # fmt: skip
        if number % 9 == 4:
            back = {**order, "refund_id": f"R{number}", "total": price}
            yield {"messageId": f"town-refund-{number}", "type": "track",
                   "event": "Order Refunded", "properties": back, **who}  # fmt: skip


def _newcomers(town: Town) -> None:
    """Let a few people with names scan codes: the plan begins for them."""
    codes = list(town.player.act("codes").items())
    with town.app.db.read(ACTOR, town.stage.now) as work:
        sources = town.app.scanning.channel.resolve(work, [state for state, _ in codes])
    tills = [code for state, code in codes if state in sources and sources[state].guide is None]
    for number, external in enumerate(town.player.people(NEWCOMERS)):
        town.player.act("scan", code=tills[number % len(tills)], external_userid=external)
    _pass(town, MINUTE)


def _send(app: App, work: Work) -> None:
    """Write to everybody and into the groups; some guides will confirm, some not yet."""
    app.messaging.define_template(
        work, Template("saturday-tasting", "{name}，周六下午三点开三支皮埃蒙特，给您留个位？")
    )
    profiles = sorted({one for hers in _customers(app, work).values() for one in hers})
    sent = app.messaging.send(work, [
        Request(one, "wecom", "saturday-tasting", "service", f"town {one}", "town:saturday")
        for one in profiles
    ])  # fmt: skip
    app.inbound.tell(work, sent.facts)
    chats = [one.chat_id for one in app.mass_sends.chats(work)]
    app.mass_sends.send_to_groups(
        work, "周六品鉴", "周六下午三点，外滩店开三支皮埃蒙特，欢迎来坐坐。", chats,
        materials=["saturday"],
    )  # fmt: skip


def _moment(town: Town) -> None:
    """Ask all guides for a moment; two post it, and it is liked."""
    app = town.app
    with app.db.begin(ACTOR, town.stage.now) as work:
        guides = [one for one in app.guides.organisation.guides(work, active=True) if one.userid]
        app.mass_sends.moments.ask(
            work, "早春酒单", "早春酒单到了：三支清爽的白，两支起泡。", guides=[
                one.userid for one in guides if one.userid
            ], materials=["saturday"],
        )  # fmt: skip
    town.stage.settle()
    _pass(town, 5 * MINUTE)
    [asked] = town.wecom.corp.moments.values()
    for userid, friends in list(asked.senders.items())[::2]:
        who = {"moment_id": asked.moment_id, "userid": userid}
        town.player.act("publish_moment", **who)
        for external in friends[:4]:
            town.player.act("like_moment", **who, external_userid=external)
    _pass(town, HOUR)


def _hand_over(app: App, work: Work) -> None:
    """Hand one guide's customers to a colleague of her store; they may still refuse."""
    for store in ("bund", "jingan"):
        there = app.guides.organisation.of_store(work, store)
        owned = sorted(there, key=lambda one: -len(app.guides.bindings.owned_by(work, one)))
        if len(owned) > 1 and app.guides.bindings.owned_by(work, owned[0]):
            wanted = Wanted(owned[0], owned[-1], "我调去了云店，以后由同事照顾您。")
            _, facts = app.guides.handovers.ask(work, wanted)
            app.inbound.tell(work, facts)
            return


def _work(app: App, work: Work) -> None:
    """Let guides read, say and do things, and one be in her store."""
    guides = app.guides.organisation.guides(work, active=True)
    for number, guide in enumerate(guides):
        for script in SCRIPTS[: 1 + number % len(SCRIPTS)]:
            app.scripts.read(work, guide.id, script[0])
        owned = app.guides.bindings.owned_by(work, guide.id)
        if owned:
            app.scripts.used(work, guide.id, "hello", how="sent", profile=owned[0])
            app.scripts.used(work, guide.id, "taste", how="copied", profile=owned[-1])
        if guide.stores and number % 2 == 0:
            app.attending.shifts.check_in(work, guide.id, guide.stores[0])


def _do_tasks(app: App, work: Work) -> None:
    """Let two of three open tasks be done."""
    for number, task in enumerate(app.tasks.page(work, ["open"])):
        if number % 3:
            app.inbound.tell(work, app.tasks.done(work, task.id))
