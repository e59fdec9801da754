"""A live stream for the benchmarks: people, events, rules and journeys, made from a seed."""

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

ITEMS = 2_000
TOPICS = 40
NAMES = ("Article Read", "Product Viewed", "Page Shared", "Tasting Attended", "Order Completed")
CITIES = ("Shanghai", "Suzhou", "Turin", "Alba", "Beijing", "Chengdu")


def event(chance: random.Random, number: int, user: str, at: datetime) -> dict[str, Any]:
    """Make an event as a shop's page sends it: some 260 bytes."""
    name = NAMES[min(int(chance.expovariate(1.2)), len(NAMES) - 1)]
    properties: dict[str, Any] = {"item": f"item-{int(ITEMS * chance.random() ** 3)}"}
    if name == "Order Completed":
        properties["total"] = chance.randrange(1_000, 90_000) / 100
    return {
        "type": "track",
        "event": name,
        "userId": user,
        "messageId": f"{chance.getrandbits(96):024x}-{number}",
        "timestamp": at.isoformat(timespec="milliseconds"),
        "properties": properties,
        "context": {"library": {"name": "analytics-python", "version": "2.3.4"}},
    }


def body(chance: random.Random, size: int) -> bytes:
    """Make the body of one batch, of anybody."""
    now = datetime.now(UTC)
    events = [event(chance, n, f"u{chance.randrange(10**6)}", now) for n in range(size)]
    return json.dumps({"batch": events, "sentAt": now.isoformat()}).encode()


def live(chance: random.Random, events: int, people: int, at: datetime) -> list[dict[str, Any]]:
    """Make events of people ``p0``.. who are known, one in ten of somebody new, with a city."""
    made = []
    for number in range(events):
        moment = at + timedelta(milliseconds=number % 1_000)
        if number % 10:
            user = f"p{int(people * chance.random() ** 3)}"  # one in a hundred makes a fifth
            made.append(event(chance, number, user, moment))
            continue
        user = f"new-{chance.getrandbits(64):x}"
        item = event(chance, number, user, moment)
        traits = {"city": chance.choice(CITIES), "visits": chance.randrange(9)}
        made.append({**item, "type": "identify", "traits": traits} if number % 20 else item)
    return made


def rule(chance: random.Random, number: int) -> dict[str, Any]:
    """Make one of many rules: counts in windows, sums, topics, traits, scores, and their mixes."""
    topic = f"t{number % TOPICS}"
    days = chance.choice([1, 3, 7, 14, 30, 90])
    many = chance.choice([1, 2, 3, 5, 8])
    simple: list[dict[str, Any]] = [
        {"did": chance.choice(NAMES[:3]), "topic": topic, "count": {">=": many},
         "within": f"{days}d"},
        {"did": "Order Completed", "sum": "total", "is": {">=": 100 * many}, "within": f"{days}d"},
        {"did": "*", "count": {"=": 0}, "within": f"{days}d"},
        {"trait": "city", "op": "=", "value": chance.choice(CITIES)},
        {"trait": "scores.activity", "op": ">=", "value": many},
        {"did": chance.choice(NAMES), "count": {">=": many}, "within": f"{days}d"},
    ]  # fmt: skip
    first, second, third = chance.sample(simple, 3)
    mixes: list[dict[str, Any]] = [
        first, {"all": [first, second]}, {"any": [first, second]}, {"all": [first, {"not": third}]}
    ]  # fmt: skip
    return mixes[number % len(mixes)]


def journey(number: int, segments: int) -> dict[str, Any]:
    """Make one of some journeys: on entry or on an event, with a message and a wait."""
    entry = (
        {"segment": f"s{number * 7 % segments}"}
        if number % 2 and segments
        else {"event": NAMES[3 + number // 2 % 2]}
    )
    return {
        "entry": entry,
        "reentry": "after_exit",
        "start": "hello",
        "nodes": {
            "hello": {"do": "message", "channel": "sandbox", "template": "hello",
                      "touch": "informational", "then": "rest"},
            "rest": {"do": "wait", "for": "3d", "then": "end"},
        },
    }  # fmt: skip
