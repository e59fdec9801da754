"""Put into a house what a demo of ratings lacks: doubtful identities, tags, orders, an activity.

Called by ``take_screenshots.py`` on its copy, so that every page has something to show.
"""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from coterie.app import App, open_app
from coterie.core.actor import COMMAND
from coterie.core.clock import to_datetime
from coterie.profiles.tags.model import Group, Tag
from coterie.settings import Settings
from coterie.storage.work import Work

PHONE, OFFICE = "13800138000", "office@example.com"
GUESTS = 12


def liven(folder: Path) -> None:
    """Tell the house of a folder of a few people more, and let its road carry it."""
    app = open_app(Settings(data=folder))
    try:
        now = app.clock.now()
        body = json.dumps({"batch": [*_people(), *_orders(now)]}).encode()
        accepted = app.door.accept("shop", body, "batch", now)
        assert not accepted.refused, accepted.refused
        app.settle(now)
        with app.db.begin(COMMAND, now) as work:
            _activity(app, work)
            _tags(app, work)
            _request(app, work)
        app.settle(now)
    finally:
        app.close()


def _people() -> list[dict[str, Any]]:
    """A household with one phone, an office with one address, and a member of many channels."""
    said = [
        ("wang-min", {"name": "王敏", "phone": PHONE}, {}),
        ("wang-lei", {"name": "王磊", "phone": PHONE}, {}),
        ("bob", {"name": "Bob", "email": OFFICE}, {}),
        ("carol", {"name": "Carol", "email": OFFICE}, {}),
        ("li-na", {"name": "李娜", "email": "li.na@example.com", "phone": "13912345678"},
         {"member_no": "88001234", "wecom.external_userid": "wmAbCdEf01"}),
    ]  # fmt: skip
    calls: list[dict[str, Any]] = [
        {"type": "track", "anonymousId": "tablet-7", "event": "Article Read"},
        {"type": "track", "userId": "li-na", "anonymousId": "tablet-7", "event": "Item Viewed"},
        {"type": "alias", "userId": "li-na", "previousId": "guest-3"},
    ]
    for user, traits, others in said:
        ids = [{"type": kind, "id": value} for kind, value in others.items()]
        calls.append(
            {"type": "identify", "userId": user, "traits": traits, "context": {"externalIds": ids}}
        )
    proof = {"version": "2021-12", "evidence": "form 17", "wording": "I want to hear of wine."}
    calls.append(
        {"type": "track", "userId": "li-na", "event": "Consent Given",
         "properties": {"channel": "email", "proof": proof}}
    )  # fmt: skip
    return _named(calls, "people")


def _orders(now: int) -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = []
    for number in range(GUESTS):
        at = (to_datetime(now) - timedelta(days=number, hours=3)).isoformat()
        order = {
            "shop": "till",
            "order_id": f"A{1001 + number}",
            "total": 88 + 37 * number,
            "currency": "CNY",
        }
        who = {"userId": "li-na" if number % 4 == 0 else f"guest-{number}", "timestamp": at}
        calls.append({"type": "track", "event": "Order Completed", "properties": order, **who})
        if number % 5 == 0:
            back = {**order, "refund_id": f"R{number}", "total": 40}
            calls.append({"type": "track", "event": "Order Refunded", "properties": back, **who})
    return _named(calls, "orders")


def _named(calls: list[dict[str, Any]], what: str) -> list[dict[str, Any]]:
    return [{"messageId": f"lively-{what}-{number}", **one} for number, one in enumerate(calls)]


def _activity(app: App, work: Work) -> None:
    start = to_datetime(work.now).astimezone(app.zone) + timedelta(days=9)
    caused = app.activities.define(
        work,
        {
            "slug": "barolo-night",
            "title": {"en": "Barolo night", "zh": "巴罗洛之夜"},
            "form": "tasting",
            "level": "entry",
            "topics": ["country/italy"],
            "starts": start.strftime("%Y-%m-%dT19:00"),
            "ends": start.strftime("%Y-%m-%dT21:30"),
            "capacity": 8,
        },
    )
    app.inbound.retagged(work, caused.retagged)
    app.inbound.tell(work, caused.facts)
    guests = app.profiles.found(work, "user_id", [f"guest-{number}" for number in range(GUESTS)])
    app.inbound.tell(work, app.activities.register(work, "barolo-night", list(guests.values())))


def _tags(app: App, work: Work) -> None:
    app.inbound.stir(work, app.tagging.define_group(work, Group("age", "Age", "年龄段", True)))
    for name in ("20-29", "30-39", "40-49"):
        tag = Tag(f"age-{name}", f"Aged {name}", f"{name} 岁", group="age")
        app.inbound.stir(work, app.tagging.define(work, tag))
    vip = Tag("vip", "VIP", "贵宾", owner="Mei")
    app.inbound.stir(work, app.tagging.define(work, vip))
    people = list(app.profiles.everyone(work))
    for start, name in enumerate(("age-20-29", "age-30-39", "age-40-49")):
        app.inbound.tell(work, app.tagging.put(work, name, people[start:3_000:4])[1])
    app.inbound.tell(work, app.tagging.put(work, "vip", people[:400:3])[1])


def _request(app: App, work: Work) -> None:
    bob = app.profiles.find(work, "user_id", "bob")
    assert bob is not None
    app.erasing.ask(work, bob, "member")
