"""People of a benchmark's house, by the million: profiles, traits, tags, consent, scores, items.

Everything is drawn from a seed and written in bulk by the rooms' own ways: people arrive as those
of an import do, what stands of them goes straight into the tables. Fading scores are only
plausible: a level a person and name, not counted from her events.
"""

import json
import math
import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import numpy as np

from coterie.app import App
from coterie.catalog.model import Item
from coterie.core.clock import DAY, read_moment
from coterie.profiles.consents.store import consent_rows
from coterie.profiles.facts.store import tag_rows, trait_rows
from coterie.scores.model import ACTIVITY, INTEREST
from coterie.storage.work import Work

DAYS = 180
STORES = 200
LIST = "vip-2026"
ITEMS = 10_000
ROOTS, LEAVES = 20, 9
"""Topics: 20 with 9 below each, 200 in all."""

CITIES = (
    "Shanghai", "Beijing", "Shenzhen", "Guangzhou", "Chengdu", "Hangzhou", "Suzhou", "Nanjing",
    "Wuhan", "Xi'an", "Chongqing", "Tianjin", "Qingdao", "Dalian", "Xiamen", "Turin", "Alba",
    "Lyon", "Porto", "Boston",
)  # fmt: skip
STATUSES = ("onboarding", "active", "paused")
AT_ONCE = 200_000


def leaf(number: int) -> str:
    """Return the topic of an item; items of a topic are scattered over the catalogue."""
    place = (number * 7_919) % (ROOTS * LEAVES)
    return f"t{place // LEAVES:02d}/l{place % LEAVES}"


def topics() -> list[str]:
    """Return all 200 topics."""
    roots = [f"t{root:02d}" for root in range(ROOTS)]
    return [*roots, *(f"{root}/l{one}" for root in roots for one in range(LEAVES))]


def fill(app: App, work: Work, people: int, seed: int, told: Callable[[str], None]) -> None:
    """Write the catalogue and all people into a house that has none."""
    things = [Item(key=f"item-{n}", kind="thing", topics=(leaf(n),)) for n in range(ITEMS)]
    chance = random.Random(seed)
    stores = [
        Item(key=f"s{n}", kind="store", topics=(), properties=_place(chance)) for n in range(STORES)
    ]
    app.catalog.define_items(work, things + stores)
    told("items")
    first, last = work.now - DAYS * DAY, work.now
    for begin in range(0, people, AT_ONCE):
        size = min(AT_ONCE, people - begin)
        ids = [f"u{begin + n}" for n in range(size)]
        spans = np.full(size, first, np.int64), np.full(size, last, np.int64)
        app.profiles.arrivals(work, "user_id", ids, "bench", *spans)
    app.profiles.greet(work, range(1, people + 1))
    told("profiles")
    for begin in range(1, people + 1, AT_ONCE):
        numbers = range(begin, min(begin + AT_ONCE, people + 1))
        chance = random.Random(seed * 1_000_003 + begin)
        _insert(work, trait_rows, _traits(numbers, chance, app, work.now))
        _insert(work, tag_rows, _tags(numbers, chance, work.now))
        _insert(work, consent_rows, _consents(numbers, chance, work.now))
        levels = list(_levels(numbers, chance, work.now))
        for half_life in {one[3] for one in levels}:
            app.profiles.fade(work, [one[:3] for one in levels if one[3] == half_life], half_life)
    told("traits, tags, consent, scores")
    app.segments.upload_list(work, LIST, [f"u{n}" for n in range(0, people, 50)])
    told("an uploaded list")


def _insert(work: Work, table: Any, rows: Iterator[dict[str, Any]]) -> None:
    """Insert rows of any columns; those that a row does not name are NULL."""
    names = [column.name for column in table.columns]
    work.insert_rows(table, names, [tuple(row.get(name) for name in names) for row in rows])


def _traits(numbers: range, chance: random.Random, app: App, now: int) -> Iterator[dict[str, Any]]:
    moment = lru_cache(maxsize=None)(lambda text: read_moment(text, app.zone))

    def trait(profile: int, name: str, text: str, since: int, at: int | None) -> dict[str, Any]:
        return {
            "profile": profile, "name": name, "value": text, "time": since, "since": since,
            "message_id": f"t{profile}", "moment": at, "came_with": profile,
        }  # fmt: skip

    for profile in numbers:
        since = now - int(chance.random() * DAYS * DAY)
        city = CITIES[int(len(CITIES) * chance.random() ** 2)]
        yield trait(profile, "city", f'"{city}"', since, None)
        if chance.random() < 0.6:
            born = str(date(1950, 1, 1) + timedelta(days=chance.randrange(20_000)))
            yield trait(profile, "birthday", f'"{born}"', since, moment(born))
        if chance.random() < 0.5:
            points = int(10_000 * chance.random() ** 3)
            yield trait(profile, "points", str(points), since, read_moment(points, app.zone))
        if chance.random() < 0.3:
            status = STATUSES[int(3 * chance.random())]
            changed = now - int(chance.random() * 60 * DAY)
            yield trait(profile, "status", f'"{status}"', changed, None)
        if chance.random() < 0.1:
            ends = str(date(2026, 1, 1) + timedelta(days=chance.randrange(-60, 60)))
            yield trait(profile, "trial_ends", f'"{ends}"', since, moment(ends))
        if chance.random() < 0.2:
            store = f"s{chance.randrange(STORES)}"
            yield trait(profile, "store", f'"{store}"', since, None)
        if chance.random() < 0.1:
            yield trait(profile, "location", json.dumps(_place(chance)), since, None)


def _place(chance: random.Random) -> dict[str, float]:
    """Draw a place within some 30 km of the middle of Shanghai."""
    return {
        "lat": round(chance.gauss(31.23, 0.1), 6), "lon": round(chance.gauss(121.47, 0.1), 6)
    }  # fmt: skip


def _tags(numbers: range, chance: random.Random, now: int) -> Iterator[dict[str, Any]]:
    shares = {"vip": 0.03, "taster": 0.05, "community:wine": 0.08, "group:pasta": 0.04}
    for profile in numbers:
        for name, share in shares.items():
            if chance.random() < share:
                since = now - int(chance.random() * DAYS * DAY)
                ends = name == "taster" and chance.random() < 0.5
                until = now + int(chance.random() * 30 * DAY) if ends else None
                yield {
                    "profile": profile, "name": name, "value": "true", "until": until,
                    "source": "bench", "time": since, "since": since,
                    "message_id": f"g{profile}", "came_with": profile,
                }  # fmt: skip


def _consents(numbers: range, chance: random.Random, now: int) -> Iterator[dict[str, Any]]:
    for profile in numbers:
        if chance.random() < 0.4:
            yield {
                "profile": profile, "purpose": "marketing",
                "channel": "email" if chance.random() < 0.5 else "*", "source": "bench",
                "time": now - int(chance.random() * DAYS * DAY), "message_id": f"c{profile}",
                "given": chance.random() < 0.9, "came_with": profile,
            }  # fmt: skip
        if chance.random() < 0.1:
            yield {
                "profile": profile, "purpose": "location", "channel": "*", "source": "bench",
                "time": now - int(chance.random() * DAYS * DAY), "message_id": f"l{profile}",
                "given": chance.random() < 0.9, "came_with": profile,
            }  # fmt: skip


def _levels(
    numbers: range, chance: random.Random, now: int
) -> Iterator[tuple[int, str, float, int]]:
    """Give everybody an activity, and every second one an interest: (who, name, level, half-life).

    Values are lognormal: half of all activities are above 4, one in six above 15.
    """
    short, long = 14 * DAY, 60 * DAY
    for profile in numbers:
        yield profile, ACTIVITY, math.log2(chance.lognormvariate(1.4, 1.3)) + now / short, short
        if chance.random() < 0.5:
            topic = f"t{int(ROOTS * chance.random()):02d}"
            value = chance.lognormvariate(0.7, 1.0)
            yield profile, INTEREST + topic, math.log2(value) + now / long, long
