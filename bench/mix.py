"""200 segments as a shop would have them, drawn from a seed; every kind of node is among them.

The first are one of each kind, most of the rest are what operators ask all day: counts in windows,
of a topic, sums, lapses, traits and scores, two or three of them together.
"""

import random
from typing import Any

from crowd import CITIES, LIST, topics

from coterie.core.clock import DAY, format_time

Rule = dict[str, Any]

_BUSY = ("Page Viewed", "Product Viewed", "Article Read", "Link Clicked", "Cart Viewed")
_DAYS = (1, 3, 7, 14, 30, 60, 90)


def one_of_each(now: int) -> list[Rule]:
    """Return a rule for each kind of node, window, aggregate and family of operators."""

    def day(back: int) -> str:
        return format_time(now - back * DAY)

    orders: Rule = {"did": "Order Completed", "within": "90d"}
    return [
        {"everyone": True},
        {"tag": "vip"},
        {"all": [{"tag": "taster"}, {"not": orders}]},
        {"any": [{"tag": "vip"}, {"trait": "points", "op": ">=", "value": 8_000}]},
        {"trait": "city", "op": "in", "value": ["shanghai", "suzhou"], "fold": True},
        {"trait": "city", "op": "starts_with", "value": "Xi"},
        {"trait": "city", "op": "matches", "value": "^(Turin|Alba)$"},
        {"trait": "points", "op": "between", "value": [100, 500]},
        {"trait": "points", "op": "missing"},
        {"trait": "birthday", "op": "anniversary", "value": 7},
        {"trait": "birthday", "op": "before", "value": "1980-01-01"},
        {"trait": "trial_ends", "op": "within_next", "duration": "7d"},
        {"trait": "trial_ends", "op": "within_last", "duration": "3d"},
        {"trait": "trial_ends", "op": "on_day", "value": "this month"},
        {"trait": "status", "op": "unchanged_for", "duration": "7d", "value": "onboarding"},
        {"trait": "status", "op": "changed_within", "duration": "14d"},
        {"trait": "scores.activity", "op": ">=", "value": 10},
        {"trait": "scores.interest.t03", "op": ">", "value": 2.5},
        {"did": "*", "count": {"=": 0}, "within": "30d"},
        {"did": "Article*", "count": {"between": [5, 10]}, "within": "30d"},
        {"did": "Order Completed", "between": [day(60), day(30)]},
        {"did": "Tasting Attended", "since": day(100)},
        {"did": "Plan Changed", "before": day(120)},
        {"did": "Tasting Attended", "topic": "t01"},
        {"did": "Order Completed", "sum": "total", "is": {">=": 500}, "within": "90d"},
        {"did": "Order Completed", "avg": "total", "is": {">": 120}, "within": "90d"},
        {"did": "Wine Rated", "min": "rating", "is": {">=": 4}},
        {"did": "Wine Rated", "max": "rating", "is": {"=": 5}, "within": "60d"},
        {"did": "Order Completed", "distinct": "store", "is": {">=": 3}, "within": "180d"},
        {"did": "*", "distinct": "@day", "is": {">=": 10}, "within": "30d"},
        {"did": "Article Read", "distinct": "@week", "is": {">=": 4}, "within": "28d"},
        {"did": "Wine Rated", "where": [{"property": "rating", "op": ">=", "value": 4}],
         "count": {">=": 2}, "within": "90d"},
        {"share": "Article Read", "topic": "t02", "is": {">": 0.3}, "within": "90d"},
        {"share": "Order Completed", "is": {">": 0.5}, "within": "90d",
         "where": [{"property": "store", "op": "=", "value": "s7"}]},
        {"last": "Plan Changed", "has": [{"property": "plan", "op": "=", "value": "gold"}]},
        {"did": "Cart Viewed", "then": "Order Completed", "within": "7d", "during": "30d"},
        {"did": "Cart Viewed", "then_not": "Order Completed", "within": "7d", "during": "30d"},
        {"did": "Message Opened", "then": "Link Clicked", "after": "1h", "within": "1d",
         "during": "60d"},
        {"trend": "Order Completed", "window": "45d", "is": {"<=": 0.5}, "at_least_before": 3},
        {"trend": "Article Read", "window": "30d", "is": {">=": 2}, "at_least_before": 2},
        {"top": {"did": "Order Completed", "sum": "total", "within": "90d", "percent": 10}},
        {"top": {"trait": "points", "percent": 5}},
        {"bottom": {"did": "*", "within": "30d", "count": 1_000}},
        {"in_segment": "s000"},
        {"all": [{"in_segment": "s024"}, {"not": {"in_segment": "s018"}}]},
        {"in_group": "pasta"},
        {"in_community": "wine"},
        {"consents": {"purpose": "marketing", "channel": "email"}},
        {"near": {"lat": 31.23, "lon": 121.47, "km": 3}},
        {"bucket": {"salt": "trial", "from": 0, "to": 1_000}},
        {"list": LIST},
    ]  # fmt: skip


def rules(number: int, now: int, seed: int) -> dict[str, Rule]:
    """Return so many rules by the slug of their segment; two of the same seed are the same."""
    chance = random.Random(seed)
    known = one_of_each(now)
    made = [*known[:number]]
    while len(made) < number:
        parts = chance.choices([1, 2, 3, 4], [20, 35, 30, 15])[0]
        atoms = [_atom(chance) for _ in range(parts)]
        if parts == 1:
            made.append(atoms[0])
            continue
        if chance.random() < 0.4:
            atoms[-1] = {"not": atoms[-1]}
        made.append({chance.choice(["all", "all", "any"]): atoms})
    return {f"s{place:03d}": rule for place, rule in enumerate(made)}


def _atom(chance: random.Random) -> Rule:
    """Draw what a rule is made of; most of them are counts in a window."""
    kinds = [_count, _count_of_topic, _sum, _lapse, _plain, _days, _share, _rare]
    return chance.choices(kinds, [24, 24, 10, 10, 18, 6, 4, 4])[0](chance)


def _window(chance: random.Random) -> str:
    return f"{chance.choice(_DAYS)}d"


def _count(chance: random.Random) -> Rule:
    name = chance.choice([*_BUSY, "Order Completed", "Article Shared", "*"])
    least = chance.choice([1, 1, 2, 3, 5, 8])
    return {"did": name, "count": {">=": least}, "within": _window(chance)}


def _count_of_topic(chance: random.Random) -> Rule:
    name, topic = chance.choice(_BUSY), chance.choice(topics())
    least = chance.choice([1, 1, 2, 3])
    return {"did": name, "topic": topic, "count": {">=": least}, "within": _window(chance)}


def _sum(chance: random.Random) -> Rule:
    least = chance.choice([50, 100, 200, 500, 1_000])
    return {
        "did": "Order Completed", "sum": "total", "is": {">=": least}, "within": _window(chance)
    }  # fmt: skip


def _lapse(chance: random.Random) -> Rule:
    name = chance.choice(["*", "Order Completed", "Article Read", "Page Viewed"])
    return {"did": name, "count": {"=": 0}, "within": _window(chance)}


def _plain(chance: random.Random) -> Rule:
    topic = f"t{chance.randrange(20):02d}"
    return chance.choice(
        [
            {"trait": "city", "op": "=", "value": chance.choice(CITIES)},
            {"trait": "points", "op": ">=", "value": chance.randrange(100, 9_000)},
            {"trait": "scores.activity", "op": ">=", "value": chance.choice([2, 5, 10, 20])},
            {"trait": f"scores.interest.{topic}", "op": ">=", "value": chance.choice([1, 3])},
            {"tag": chance.choice(["vip", "taster", "community:wine"])},
        ]
    )


def _days(chance: random.Random) -> Rule:
    name = chance.choice([*_BUSY, "*"])
    return {"did": name, "distinct": "@day", "is": {">=": chance.choice([2, 4])}, "within": "30d"}


def _share(chance: random.Random) -> Rule:
    topic = f"t{chance.randrange(20):02d}"
    return {"share": "Product Viewed", "topic": topic, "is": {">": 0.2}, "within": "60d"}


def _rare(chance: random.Random) -> Rule:
    rated = {"property": "rating", "op": ">=", "value": chance.choice([3, 4])}
    return chance.choice(
        [
            {"did": "Wine Rated", "where": [rated], "count": {">=": 2}, "within": "60d"},
            {"trend": "Page Viewed", "window": "30d", "is": {"<=": 0.5}, "at_least_before": 4},
            {"did": "Product Viewed", "then": "Order Completed", "within": "1d", "during": "14d"},
            {"last": "Order Completed", "within": "60d",
             "has": [{"property": "total", "op": ">=", "value": 200}]},
        ]
    )  # fmt: skip
