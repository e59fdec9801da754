"""The SQL and a plain recount over timelines agree on any small campaign."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.review import recount
from coterie.analytics.review.model import Measured, Scope
from coterie.analytics.review.reading import read
from coterie.analytics.review.store import measure
from coterie.core.actor import CLOCK
from coterie.core.clock import DAY, HOUR, local_date, midnight
from coterie.core.event import Event
from coterie.core.facts import fact
from coterie.core.numbers import SCALE
from coterie.events.log import Log
from coterie.events.model import Logged
from coterie.storage.database import Database

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST = midnight(local_date(1_789_000_000_000, SHANGHAI), SHANGHAI)
SCOPE = Scope(
    "autumn", FIRST, FIRST + 6 * DAY, codes=("door",), templates=("ten",), programme="friends",
    physical=frozenset({"west", "east"}), online=frozenset({"cloud"}), holdout=0.5,
)  # fmt: skip
PEOPLE = range(1, 15)
STORES = ("west", "east", "cloud", "unknown", None)


class Told:
    """Events of a random campaign, one after the other."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.events: list[Event] = []
        self.numbers: list[tuple[int, int, int]] = []

    def at(self, since: int = FIRST - 12 * DAY, until: int = FIRST + 8 * DAY) -> int:
        """Return a moment; most lie within the campaign, and many at the same."""
        if self.random.random() < 0.7:
            since, until = FIRST, FIRST + 6 * DAY
        return self.random.randrange(since, until, 2 * HOUR)

    def fact(self, name: str, profile: int, at: int, **properties: Any) -> None:
        cause = (len(self.events),)
        self.events.append(
            fact(name, room="test", profile=profile, at=at, cause=cause, **properties)
        )

    def track(self, name: str, profile: int, at: int, **properties: Any) -> None:
        self.events.append(
            Event(
                id=f"e{len(self.events)}", type="track", name=name, time=at, received=at,
                source="till", profile=profile, properties=properties,
            )
        )  # fmt: skip


def campaign(seed: int) -> list[Event]:
    """Make up a campaign; about half of what happens lies within it."""
    told = Told(seed)
    pick = told.random.choice
    for profile in PEOPLE:
        told.fact("campaign.drawn", profile, FIRST, campaign=pick(("autumn", "autumn", "other")),
                  arm=pick(("invited", "invited", "held_out")))  # fmt: skip
    for _ in range(told.random.randrange(100, 400)):
        profile, kind = pick(PEOPLE), told.random.randrange(10)
        if kind == 0:
            group = pick(("a", "b"))
            ours = {"campaign": pick(("autumn", "winter"))} if group == "a" else {}
            told.fact(
                "group.joined", profile, told.at(FIRST - 3 * DAY, FIRST + 12 * DAY), group=group,
                chat=group, code=pick(("door", "else", "", "")), inviter=pick(("", "lin")),
                scene=pick(("scanned", "link", "invited", "", "")), **ours,
            )  # fmt: skip
        elif kind == 1:
            told.fact("group.left", profile, told.at(), group="a", chat=pick(("a", "b", "c")))
        elif kind == 2:
            told.fact("referral.joined", profile, told.at(), programme=pick(("friends", "x")))
        elif kind in (3, 4):
            name = pick(("Article Read", "Page Viewed", "Poll Answered", "Group Message Sent",
                         "Wine Opened", "Store Visited"))  # fmt: skip
            item = {"item": "shoe"} if told.random.random() < 0.6 else {}
            told.track(name, profile, told.at(FIRST - DAY), **item)
        elif kind == 5:
            told.fact("visit.made", profile, told.at(FIRST - DAY), store=pick(STORES[:2]))
        elif kind in (6, 7):
            number, amount = told.random.randrange(80), told.random.randrange(1, 50_000)
            store = pick(STORES)
            place = {} if store is None else {"store": store}
            told.track("Order Completed", profile, told.at(), order_id=f"n{number}", shop="shop",
                       total=amount / 100, **place)  # fmt: skip
            told.numbers.append((profile, number, amount))
        elif kind == 8 and told.numbers and told.random.random() < 0.5:
            profile, number, amount = pick(told.numbers)
            part = pick(({"total": amount / 200}, {"total": amount / 100}, {}))
            told.track(pick(("Order Refunded", "Order Refunded", "Order Cancelled")), profile,
                       told.at(), order_id=f"n{number}", shop="shop", **part)  # fmt: skip
        else:
            fate = pick(("issued", "issued", "redeemed", "rolled_back", "expired", "revoked"))
            told.fact(f"coupon.{fate}", profile, told.at(), template=pick(("ten", "other")),
                      amount=pick((30, 12.34)), campaign=pick(("autumn", "other")))  # fmt: skip
    return told.events


@contextmanager
def logged(
    template: Path, events: Sequence[Event], *, flushed: bool
) -> Iterator[tuple[Measured, dict[int, list[Logged]]]]:
    """Put events into a log of its own; hand out what each of the two readers goes by."""
    with TemporaryDirectory() as folder:
        shutil.copy(template, folder)
        database, log = Database.in_folder(Path(folder)), Log(Path(folder))
        with database.begin(CLOCK, FIRST + 9 * DAY) as work:
            log.append(work, events[::2])
            if flushed:
                log.flush(work)
            log.append(work, events[1::2])
            lines = log.timelines(work, PEOPLE)
            yield measure(work, log, SCOPE, SHANGHAI), lines
        log.close()
        database.close()


@settings(max_examples=4)
@given(seed=st.integers(0, 10**9), flushed=st.booleans())
def test_two_readers_agree_on_any_campaign(sqlite_template: Path, seed: int, flushed: bool) -> None:
    with logged(sqlite_template, campaign(seed), flushed=flushed) as (found, lines):
        counted = recount.recount(lines, SCOPE, SHANGHAI)
        told = read(SCOPE, found, FIRST + 9 * DAY).told()
    assert told["total"] == counted["total"]
    assert told["joined_by"] == counted["joined_by"]
    assert [(step.people, step.in_all, step.median) for step in found.steps] == counted["steps"]
    assert [step.lost for step in found.steps] == [
        0, *(a.people - b.people for a, b in zip(found.steps, found.steps[1:], strict=False))
    ]  # fmt: skip
    assert {one.place: (one.orders, one.revenue, one.assisted) for one in found.places} == counted[
        "places"
    ]
    assert {one.key: (one.visits, one.orders, one.revenue) for one in found.stores} == counted[
        "stores"
    ]
    assert {one.key: one.joined for one in found.groups} == counted["groups"]
    by_day = {
        day.day.isoformat(): {k: v for k, v in asdict(day).items() if v and k != "day"}
        for day in found.days
    }
    assert {day: sums for day, sums in by_day.items() if sums} == {
        day: {k: v for k, v in sums.items() if v} for day, sums in counted["by_day"].items()
    }
    assert {k: v for k, v in told["coupons"].items() if k != "out"} == counted["coupons"]
    total = found.total
    for what in ("joined", "active", "visitors", "buyers", "visits", "orders", "revenue"):
        assert sum(getattr(day, what) for day in found.days) == getattr(total, what)
    assert sum(one.revenue for one in found.places) == total.revenue


def test_the_sums_of_the_arms_are_those_of_the_people(sqlite_template: Path) -> None:
    for seed in (1,):
        with logged(sqlite_template, campaign(seed), flushed=True) as (found, lines):
            span = SCOPE.until - SCOPE.since
            for arm, sums in (("invited", found.invited), ("held_out", found.held_out)):
                drawn = [
                    profile
                    for profile, hers in lines.items()
                    if any(e.name == "coterie.campaign.drawn"
                           and e.properties == {"campaign": "autumn", "arm": arm}
                           for e in hers)
                ]  # fmt: skip
                after, before = (
                    [recount.spent(lines, one, SCOPE.since - back, SCOPE.until - back) / SCALE
                     for one in drawn]
                    for back in (0, span)
                )  # fmt: skip
                assert sums.people == len(drawn)
                assert sums.periods.after == pytest.approx(sum(after))
                assert sums.periods.after_squares == pytest.approx(sum(y * y for y in after))
                assert sums.periods.before == pytest.approx(sum(before))
                assert sums.periods.products == pytest.approx(
                    sum(x * y for x, y in zip(before, after, strict=True))
                )
                assert sums.buyers == sum(y > 0 for y in after)
