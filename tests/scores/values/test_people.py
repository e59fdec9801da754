"""Everybody's values by columns are what a plain reader makes of one person after the other."""

import math
from collections import defaultdict
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.core.clock import DAY, local_date
from coterie.scores.values.hours import best_hours
from coterie.scores.values.model import CLASSES, Model, Settings
from coterie.scores.values.orders import NO_AMOUNT, NO_KEY, Told
from coterie.scores.values.people import Counts, Living, Sources, worked_out
from coterie.scores.values.rhythm import local_offsets

NOW = 1_767_225_600_000
SHANGHAI = ZoneInfo("Asia/Shanghai")
SETTINGS = Settings()
PEOPLE = range(1, 7)

Event = tuple[int, int, int, int | None, int | None]
"""Person, days ago, kind (0 bought, 1 gave back, 2 cancelled), number, amount."""

events = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE), st.integers(0, 500), st.sampled_from([0, 0, 0, 0, 1, 2]),
        st.none() | st.integers(1, 6), st.none() | st.integers(0, 5).map(lambda n: n * 10_000),
    ),
    max_size=25,
)  # fmt: skip
intents = st.dictionaries(st.sampled_from(PEOPLE), st.integers(0, 60))


def told_of(rows: list[Event]) -> Told:
    """Numbers are one person's own, so that two people's never meet."""
    table = [
        (person, NOW - ago * DAY, seq, kind, NO_KEY if number is None else person * 100 + number,
         NO_AMOUNT if amount is None else amount, NO_AMOUNT)
        for seq, (person, ago, kind, number, amount) in enumerate(rows)
    ]  # fmt: skip
    columns = np.array(table, np.int64).reshape(len(table), 7).T
    return Told(columns[0].astype(np.int32), columns[1], columns[2], columns[3].astype(np.int8),
                columns[4], columns[5], columns[6])  # fmt: skip


def sources_of(rows: list[Event], wants: dict[int, int]) -> Sources:
    people = np.array(PEOPLE, np.int32)
    who = sorted(wants)
    nobody = Counts(np.empty(0, np.int32), np.empty(0, np.int64))
    return Sources(
        told_of(rows),
        Counts(np.array(who, np.int32), np.array([NOW - wants[p] * DAY for p in who], np.int64)),
        Living(people, np.arange(len(people))[::-1]), nobody, nobody,
    )  # fmt: skip


# --- the plain reader: one person after the other, as the docs say


def orders_of(rows: list[Event], person: int) -> tuple[list[tuple[int, int]], list[int]]:
    """Return (time, net) of the orders that count, and when others were given back as a whole."""
    own = sorted(
        (NOW - ago * DAY, seq, kind, number, amount)
        for seq, (who, ago, kind, number, amount) in enumerate(rows) if who == person
    )  # fmt: skip
    orders: list[dict[str, Any]] = []
    for time, seq, kind, number, amount in own:
        if kind == 0 and (number is None or all(one["number"] != number for one in orders)):
            orders.append({"time": time, "seq": seq, "number": number, "amount": amount,
                           "taken": 0, "whole": False, "back": []})  # fmt: skip
    for time, _, kind, number, amount in own:
        if kind == 0:
            continue
        if number is not None:
            found = [one for one in orders if one["number"] == number]
        else:
            found = [one for one in orders if one["time"] <= time][-1:]
        for one in found:
            one["back"].append(time)
            if kind == 1 and amount is not None:
                one["taken"] += amount
            else:
                one["whole"] = True
    counting, lost = [], []
    for one in orders:
        worth = one["amount"]
        gone = one["whole"] or (worth is not None and 0 < one["taken"] >= worth)
        if gone:
            lost += one["back"]
        else:
            counting.append((one["time"], max((worth or 0) - one["taken"], 0)))
    return counting, lost


def read_plainly(rows: list[Event], wants: dict[int, int]) -> dict[int, dict[str, Any]]:
    own = {person: orders_of(rows, person) for person in PEOPLE}
    bought = {person: orders for person, (orders, _) in own.items() if orders}
    year = {
        person: [net for time, net in orders if time > NOW - 365 * DAY]
        for person, orders in bought.items()
    }  # fmt: skip
    greatest_first = sorted(bought, key=lambda person: (-sum(year[person]), -person))
    total, before, high = sum(map(sum, year.values())), 0, set()
    for person in greatest_first:
        if before < 0.5 * total and sum(year[person]) > 0:
            high.add(person)
        before += sum(year[person])
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    for person, (orders, lost) in own.items():
        days = {local_date(time, SHANGHAI) for time, _ in orders}
        often = {local_date(time, SHANGHAI) for time, _ in orders if time > NOW - 365 * DAY}
        signals = [*lost, *([NOW - wants[person] * DAY] if person in wants else [])]
        if not orders and not signals:
            continue
        flags = {
            "high_value": person in high,
            "loyal": len(often) >= 3 and max(time for time, _ in orders) > NOW - 90 * DAY,
            "purchased": bool(orders),
            "intended": not orders and max(signals) > NOW - 30 * DAY,
        }
        found[person] |= {f"lifecycle.{name}": float(flag) for name, flag in flags.items()}
        main = [place for place, name in enumerate(CLASSES) if flags[name]]
        if main:
            found[person]["lifecycle.class"] = float(main[0])
        if orders:
            spend = sum(net for _, net in orders) / 10_000
            found[person] |= {
                "value.orders": float(len(orders)),
                "value.spend": spend,
                "value.average": round(spend / len(orders), 4),
                "value.first_order": float(min(time for time, _ in orders)),
                "value.last_order": float(max(time for time, _ in orders)),
            }
            found[person]["days"] = sorted(day.toordinal() for day in days)
    _rank_plainly(found, bought, year)
    _rhythm_plainly(found)
    return {person: {k: v for k, v in one.items() if k != "days"} for person, one in found.items()}


def _rank_plainly(found: Any, bought: Any, year: Any) -> None:
    for name, key in (
        ("recency", lambda p: max(time for time, _ in bought[p])),
        ("frequency", lambda p: len(bought[p])),
        ("monetary", lambda p: sum(net for _, net in bought[p])),
    ):
        ordered = sorted(bought, key=lambda p, key=key: (-key(p), -p))
        for rank, person in enumerate(ordered):
            found[person][f"rfm.{name}"] = float(5 - rank * 5 // len(ordered))
    points = {p: (sum(nets), len(nets)) for p, nets in year.items() if len(nets)}
    for angle, of in (("spend", 0), ("frequency", 1)):
        worths = [point[of] for point in points.values() if point[of] > 0]
        for person, point in points.items():
            if point[of] > 0:
                less = sum(other < point[of] for other in worths)
                percent = round(100 * less / len(worths), 1)
                found[person][f"value.percentile.{angle}"] = percent
    for person, point in points.items():
        better = any(
            other != point and all(a >= b for a, b in zip(other, point, strict=True))
            for other in points.values()
        )
        found[person]["value.front"] = float(not better)


def _rhythm_plainly(found: Any) -> None:
    gaps = {
        person: [b - a for a, b in zip(one["days"], one["days"][1:], strict=False)]
        for person, one in found.items() if "days" in one
    }  # fmt: skip
    everyone = [median(own) for own in gaps.values() if own]
    for person, own in gaps.items() if everyone else ():
        pull = math.log(median(everyone))
        logs = len(own) * (math.log(median(own)) if own else 0)
        gap = math.exp((logs + pull) / (len(own) + 1))
        passed = (NOW - found[person]["value.last_order"]) / DAY / gap
        found[person] |= {"rhythm.gap_days": gap, "rhythm.dormancy": passed}


@settings(max_examples=120)
@given(events, intents)
def test_columns_say_what_a_plain_reader_says(rows: list[Event], wants: dict[int, int]) -> None:
    refused = Model(at=NOW, customers=0, repeaters=0, days=0)
    columns = worked_out(sources_of(rows, wants), NOW, SETTINGS, refused, SHANGHAI).columns
    plain = read_plainly(rows, wants)
    names = {name for one in plain.values() for name in one} | {"lifecycle.class", "rfm.recency"}
    for name in names:
        profiles, values = columns[name]
        told = {p: v for p, v in zip(profiles.tolist(), values.tolist(), strict=True) if v == v}
        expected = {person: one[name] for person, one in plain.items() if name in one}
        assert told.keys() == expected.keys(), name
        near = 0.06 if name.startswith("rhythm") else 1e-9
        for person, value in expected.items():
            assert abs(told[person] - value) <= near + 1e-9 * abs(value), (name, person)


def test_a_dormancy_is_measured_by_ones_own_gap() -> None:
    weekly = [(1, 22 + 7 * n, 0, None, 10_000) for n in range(20)]
    quarterly = [(2, 40 + 91 * n, 0, None, 10_000) for n in range(5)]
    others = [(3, 5 + 30 * n, 0, None, 10_000) for n in range(12)]
    refused = Model(at=NOW, customers=0, repeaters=0, days=0)

    def asked(rows: list[Event]) -> dict[int, float]:
        columns = worked_out(sources_of(rows, {}), NOW, SETTINGS, refused, SHANGHAI).columns
        return dict(zip(*(part.tolist() for part in columns["rhythm.dormant"]), strict=True))

    assert asked([*weekly, *quarterly, *others]) == {1: 0.0, 2: 0.0, 3: 0.0}
    later = [(who, ago + 2, kind, number, amount) for who, ago, kind, number, amount in weekly]
    assert asked([*later, *quarterly, *others]) == {1: 1.0, 2: 0.0, 3: 0.0}


def test_a_planted_hour_is_found_and_few_events_speak_with_everybodys() -> None:
    draw = np.random.default_rng(5)
    people = 400
    favourite = draw.integers(0, 24, people)
    crowd = draw.choice(24, 20_000, p=np.arange(1, 25) / 300)
    rows: dict[tuple[int, int], int] = defaultdict(int)
    for person in range(people):
        for _ in range(20):
            own = draw.random() < 0.35
            rows[person + 1, int(favourite[person] if own else draw.choice(crowd))] += 1
    for person in range(people, people + 100):
        rows[person + 1, 3] += 4
    table = np.array([(p, h, n) for (p, h), n in sorted(rows.items())])
    found = best_hours(table[:, 0].astype(np.int32), table[:, 1], table[:, 2], enough=5, weight=5)
    right = (found.hour[:people] == favourite).mean()
    assert right >= 0.6
    assert set(found.hour[people:].tolist()) == {int(found.everyone.argmax())}
    assert (found.basis == np.repeat([0, 1], [people, 100])).all()


def test_hours_and_days_follow_the_zones_clock() -> None:
    paris = ZoneInfo("Europe/Paris")
    turn = 1_774_746_000_000  # 2026-03-29T01:00:00Z: summer time begins
    offsets = local_offsets(np.array([turn - 1, turn, turn + 300 * DAY], np.int64), paris)
    assert (offsets // 3_600_000).tolist() == [1, 2, 1]
