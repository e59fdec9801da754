"""The anniversary, small: nothing lost or twice, and each figure of the review counted anew.

The recount below reads the raw log, row by row, in plain Python: it shares nothing with the review
but the events. What the words mean is said in ``analytics/review/definitions``.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from coterie.cli import cli
from coterie.commands.campaigning import Fair, planned
from coterie.core.clock import DAY
from coterie.scenarios.shoes.brand import CAMPAIGN, CLOUD, FRIEND_COUPON, JOIN_COUPON, PHYSICAL
from coterie.scenarios.shoes.judging import Figures, judge
from coterie.scenarios.shoes.laying import ACTOR
from coterie.scenarios.shoes.plan import Plan
from coterie.scenarios.shoes.story import Story

MEMBERS = 60
EAST = timedelta(hours=8)
READ = {"Article Read", "Product Viewed"}
SPENDING = 12_600


@dataclass
class Row:
    """One event of the raw log."""

    seq: int
    time: int
    profile: int
    name: str
    store: str | None
    amount: int | None
    said: dict[str, Any]
    items: bool

    @property
    def day(self) -> str:
        return (datetime.fromtimestamp(self.time / 1_000, UTC) + EAST).date().isoformat()


@dataclass
class Played:
    story: Story
    figures: Figures
    rows: list[Row]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    plan = replace(planned(MEMBERS, tick=DAY), capacity=16)
    with Fair(tmp_path_factory.mktemp("shoes") / "house", plan) as fair:
        story = fair.play(lambda _stage, _share: None)
        with fair.app.db.read(ACTOR, fair.stage.now) as work, fair.app.log.open_lake(work) as lake:
            touching = {seq for (seq,) in lake.execute("SELECT seq FROM event_items").fetchall()}
            rows = [
                Row(seq, time, profile, name, store, amount, json.loads(said or "{}"),
                    seq in touching)
                for seq, time, profile, name, store, amount, said in lake.execute(
                    "SELECT seq, time, profile, name, store, amount, properties FROM events "
                    "ORDER BY time, seq"
                ).fetchall()
            ]  # fmt: skip
        yield Played(story, judge(story), rows)


def test_nothing_is_lost_and_nothing_twice(played: Played) -> None:
    figures, story = played.figures, played.story
    assert figures.troubles == []
    assert figures.platform["callbacks_twice"] > 0 and figures.platform["callbacks_lost"] == 0
    assert figures.platform["tokens"] > 1 and figures.platform["handed_over"] > 0
    assert figures.groups["groups"] > 8 and figures.groups["full"] > 0
    assert figures.sends["sent"] > 0 and figures.sends["into groups"] > 0
    assert figures.friends["clawed_back"] <= figures.friends["approved"]
    assert figures.coupons[f"{JOIN_COUPON} redeemed"] > 0
    assert story.counts["orders"] > 0 and story.counts["refunds"] > 0
    assert story.counts["invitations lost"] == 0


def test_every_figure_is_counted_anew_from_the_raw_log(played: Played) -> None:
    review = played.figures.review
    told = Recount(played)
    assert review["total"] == told.total()
    assert review["active_share"] == round(len(told.active) / len(told.joined), 6)
    assert review["joined_by"] == told.joined_by()
    assert {one["day"]: one for one in review["days"]} == told.days()
    assert review["groups"] == told.parts(lambda who: told.group[who])
    assert [
        (step["key"], step["people"], step["in_all"]) for step in review["funnel"]
    ] == told.funnel()
    assert {one["key"]: one for one in review["stores"]} == told.stores()
    assert review["places"] == told.places()
    assert review["coupons"] == told.coupons()


def test_money_evidence_and_credit_are_counted_anew(played: Played) -> None:
    review, told = played.figures.review, Recount(played)
    spending = round(SPENDING * played.story.plan.walkers / Plan().walkers) * 10_000
    assert abs(review["cost"] - told.coupons()["spent"] - spending) <= 10_000
    buyers = review["total"]["buyers"]
    assert review["cost_per_buyer"] == review["cost"] // buyers // 100 * 100
    for key, part, whole in (
        ("visits", len(told.visits), len(told.joined)),
        ("visitors", len(told.visitors), len(told.joined)),
        ("buyers", buyers, len(told.visitors)),
    ):
        reading = review["readings"][key]
        assert (reading["part"], reading["whole"]) == (part, whole)
        assert reading["share"] == round(part / whole, 6)
    assert sum(one["revenue"] for one in review["guides"]) == review["total"]["revenue"]
    arms = told.arms()
    assert review["effect"]["invited"] == len(arms["invited"])
    assert review["effect"]["held_out"] == len(arms["held_out"])
    spread = review["spread"]
    assert spread["joined"] == len({r.profile for r in told.named("coterie.referral.joined")})
    owed = told.coupons()
    assert review["owed"]["coupons"] == owed["out"]


class Recount:
    """The definitions once more, in other words, over rows."""

    def __init__(self, played: Played) -> None:
        plan = played.story.plan
        self.since, self.until = plan.day(plan.FIRST), plan.day(plan.LAST)
        self.rows = played.rows
        codes = set(played.story.laid.codes.values())
        self.joined: dict[int, int] = {}
        self.group: dict[int, str] = {}
        self.came: dict[int, Row] = {}
        for row in self.named("coterie.group.joined"):
            ours = row.said.get("campaign") == CAMPAIGN or row.said.get("code") in codes
            if ours and self.within(row) and row.profile not in self.joined:
                self.joined[row.profile] = row.time
                self.group[row.profile] = row.said["group"]
                self.came[row.profile] = row
        self.active: dict[int, int] = {}
        self.seeded: dict[int, int] = {}
        self.online: dict[int, int] = {}
        for row in self.rows:
            since = self.joined.get(row.profile)
            if since is None or not since <= row.time < self.until:
                continue
            if row.name in READ | {"Poll Answered"}:
                self.online.setdefault(row.profile, row.time)
            if row.name in READ | {
                "Poll Answered", "Store Visited", "coterie.visit.made", "Order Completed",
            }:  # fmt: skip
                self.active.setdefault(row.profile, row.time)
            if row.name in READ and row.items:
                self.seeded.setdefault(row.profile, row.time)
        self.seen = [row for row in self.named("coterie.visit.made") if self.from_that_day(row)]
        self.visits = {(row.profile, row.day) for row in self.seen}
        self.visitors: dict[int, int] = {}
        for row in self.seen:
            self.visitors.setdefault(row.profile, row.time)
        self.orders, self.gone = self.all_orders(self.from_that_day)
        self.bought: dict[int, int] = {}
        for row, _ in self.orders:
            self.bought.setdefault(row.profile, row.time)

    def named(self, *names: str) -> list[Row]:
        return [row for row in self.rows if row.name in names]

    def within(self, row: Row) -> bool:
        return self.since <= row.time < self.until

    def from_that_day(self, row: Row) -> bool:
        since = self.joined.get(row.profile)
        return since is not None and row.day >= day_of(since) and row.time < self.until

    def all_orders(self, chosen: Any) -> tuple[list[tuple[Row, int]], list[Row]]:
        back: Counter[tuple[str, str]] = Counter()
        for row in self.named("Order Refunded"):
            back[row.said["shop"], row.said["order_id"]] += row.amount or 0
        kept, gone = [], []
        for row in self.named("Order Completed"):
            if chosen(row):
                lost = back[row.said["shop"], row.said["order_id"]]
                if lost and lost >= (row.amount or 0):
                    gone.append(row)
                else:
                    kept.append((row, (row.amount or 0) - lost))
        return kept, gone

    def total(self) -> dict[str, int]:
        return {
            "joined": len(self.joined),
            "left": len(self.leavers()),
            "active": len(self.active),
            "seeded": len(self.seeded),
            "visits": len(self.visits),
            "visitors": len(self.visitors),
            "buyers": len(self.bought),
            "orders": len(self.orders),
            "revenue": sum(net for _, net in self.orders),
            "refunded": sum((row.amount or 0) - net for row, net in self.orders),
            "gone": len(self.gone),
        }

    def leavers(self) -> set[int]:
        return {
            row.profile
            for row in self.named("coterie.group.left")
            if self.joined.get(row.profile, self.until) <= row.time < self.until
        }

    def joined_by(self) -> dict[str, int]:
        friends = {row.profile for row in self.named("coterie.referral.joined") if self.within(row)}
        found = dict.fromkeys(("code", "fission", "invitation", "other"), 0)
        for who, row in self.came.items():
            by_code = row.said.get("scene") == "scanned"
            how = "fission" if who in friends else "code" if by_code else "invitation"
            found[how] += 1
        return found

    def days(self) -> dict[str, dict[str, Any]]:
        names = (
            "joined", "left", "active", "visitors", "buyers", "visits", "orders", "revenue",
        )  # fmt: skip
        first = datetime.fromtimestamp(self.since / 1_000, UTC) + EAST
        length = (self.until - self.since) // DAY
        days = [(first + timedelta(days=one)).date().isoformat() for one in range(length)]
        found = {day: {"day": day, **dict.fromkeys(names, 0)} for day in days}
        for name, firsts in (
            ("joined", self.joined), ("active", self.active), ("visitors", self.visitors),
            ("buyers", self.bought),
        ):  # fmt: skip
            for moment in firsts.values():
                found[day_of(moment)][name] += 1
        for _, day in self.visits:
            found[day]["visits"] += 1
        left = {(row.profile, row.day) for row in self.named("coterie.group.left")
                if row.profile in self.leavers() and row.time < self.until}  # fmt: skip
        for _, day in left:
            found[day]["left"] += 1
        for row, net in self.orders:
            found[row.day]["orders"] += 1
            found[row.day]["revenue"] += net
        return found

    def parts(self, key: Any) -> list[dict[str, Any]]:
        people: dict[str, list[int]] = defaultdict(list)
        for who in self.joined:
            people[key(who)].append(who)
        spent: Counter[int] = Counter()
        for row, net in self.orders:
            spent[row.profile] += net
        found = [
            {
                "key": name, "joined": len(hers),
                "active": sum(one in self.active for one in hers),
                "visitors": sum(one in self.visitors for one in hers),
                "buyers": sum(one in self.bought for one in hers),
                "revenue": sum(spent[one] for one in hers),
            }
            for name, hers in people.items()
        ]  # fmt: skip
        return sorted(found, key=lambda one: (-one["joined"], one["key"]))

    def funnel(self) -> list[tuple[str, int, int]]:
        visited = {
            row.profile for row in self.seen if row.time >= self.seeded.get(row.profile, self.until)
        }
        first: dict[int, int] = {}
        for row in self.seen:
            if row.time >= self.seeded.get(row.profile, self.until):
                first.setdefault(row.profile, row.time)
        paid = {
            row.profile for row, _ in self.orders if row.time >= first.get(row.profile, self.until)
        }
        return [
            ("joined", len(self.joined), len(self.joined)),
            ("active", len(self.active), len(self.active)),
            ("seeded", len(self.seeded), len(self.seeded)),
            ("visited", len(visited), len(self.visitors)),
            ("bought", len(paid), len(self.bought)),
        ]

    def stores(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for store in (*PHYSICAL, CLOUD):
            sold = [(row, net) for row, net in self.orders if row.store == store]
            seen = {(row.profile, row.day) for row in self.seen if row.said["store"] == store}
            if sold or seen:
                found[store] = {
                    "key": store, "visits": len(seen), "orders": len(sold),
                    "buyers": len({row.profile for row, _ in sold}),
                    "revenue": sum(net for _, net in sold),
                }  # fmt: skip
        return found

    def places(self) -> dict[str, dict[str, Any]]:
        whole = sum(net for _, net in self.orders)
        found = {}
        for place, stores, helped in (
            ("offline", PHYSICAL, self.online), ("online", (CLOUD,), self.visitors),
            ("elsewhere", (), {}),
        ):  # fmt: skip
            sold = [(row, net) for row, net in self.orders if row.store in stores]
            with_help = [net for row, net in sold if helped.get(row.profile, self.until) < row.time]
            revenue = sum(net for _, net in sold)
            found[place] = {
                "orders": len(sold), "revenue": revenue,
                "share": round(revenue / whole, 6) if whole else 0.0,
                "assisted": len(with_help), "assisted_revenue": sum(with_help),
            }  # fmt: skip
        return found

    def coupons(self) -> dict[str, int]:
        ours = (JOIN_COUPON, FRIEND_COUPON)
        rows = [row for row in self.rows if row.said.get("template") in ours]
        count = Counter(row.name.removeprefix("coterie.coupon.") for row in rows)
        spent = 0
        for row in rows:
            sign = {"coterie.coupon.redeemed": 1, "coterie.coupon.rolled_back": -1}
            spent += sign.get(row.name, 0) * round(10_000 * row.said.get("amount", 0))
        kept = {
            name: count[name]
            for name in ("issued", "redeemed", "rolled_back", "expired", "revoked")
        }
        out = (
            kept["issued"] - kept["redeemed"] + kept["rolled_back"] - kept["expired"]
            - kept["revoked"]
        )  # fmt: skip
        return {**kept, "spent": spent, "out": out}

    def arms(self) -> dict[str, set[int]]:
        found: dict[str, set[int]] = {"invited": set(), "held_out": set()}
        for row in self.named("coterie.campaign.drawn"):
            found[row.said["arm"]].add(row.profile)
        return found


def day_of(moment: int) -> str:
    return (datetime.fromtimestamp(moment / 1_000, UTC) + EAST).date().isoformat()


@pytest.mark.crash
def test_a_second_run_is_the_same(tmp_path: Path) -> None:
    told = []
    for run in ("first", "second"):
        command = ["demo", "shoes", "--once", "--json", "--members", "300"]
        made = CliRunner().invoke(cli, [*command, "--data", str(tmp_path / run)])
        assert made.exit_code == 0, made.output
        told.append(json.loads(made.stdout))
        told[-1].pop("seconds")
    assert told[0] == told[1]


@pytest.mark.crash
def test_the_whole_anniversary(tmp_path: Path) -> None:
    command = ["demo", "shoes", "--once", "--json", "--data", str(tmp_path / "house")]
    made = CliRunner().invoke(cli, command)
    assert made.exit_code == 0, made.output
    told = json.loads(made.stdout)
    total, seconds = told["review"]["total"], told["seconds"]
    assert told["troubles"] == []
    assert told["groups"]["groups"] >= 13 and total["joined"] >= 4_500
    ways = told["review"]["joined_by"]
    assert ways["code"] and ways["fission"] and ways["invitation"] and not ways["other"]
    print(f"{seconds} s: {told}")
