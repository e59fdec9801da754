"""A benefit is given once for ever; what it was refused for, and what it cost, stays known."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import event as told

from conftest import NOW
from coterie.core.actor import COMMAND
from coterie.core.errors import Invalid, NotFound
from coterie.core.event import Event
from coterie.core.facts import fact
from coterie.core.people import Shift
from coterie.loyalty.benefits.matching import matches
from coterie.loyalty.benefits.model import REFERRAL, Benefit, Numbers
from coterie.loyalty.benefits.service import Benefits
from coterie.loyalty.coupons.issuing import coupon_id
from coterie.loyalty.coupons.model import Template, Want
from coterie.storage.database import Database
from coterie.storage.work import Work

JOIN = Benefit("join", {"en": "Welcome"}, on="Group Joined", give="ten-off")


@dataclass
class Stock:
    """Coupons of one house: as many of each template as there are; who comes too late is told."""

    left: dict[str, int]
    given: dict[str, Want] = field(default_factory=dict)
    revoked: dict[str, str] = field(default_factory=dict)

    def template(self, _work: Work, slug: str) -> Template:
        if slug not in self.left:
            raise NotFound(f"no template {slug!r}")
        if slug == "gift":
            return Template(slug=slug, titles={}, kind="gift", gift="Insoles", cost=80_000)
        return Template(slug=slug, titles={}, kind="amount", amount=100_000)

    def issue(self, work: Work, wants: Sequence[Want]) -> list[Event]:
        facts = []
        for want in wants:
            said = {"template": want.template, "origin": want.origin, "key": want.key}
            if want.key not in self.given and self.left[want.template] == 0:
                facts.append(_fact("refused", want, work.now, **said, reason="quantity_exceeded"))
                continue
            if want.key not in self.given:
                self.left[want.template] -= 1
                self.given[want.key] = want
            facts.append(_fact("issued", want, work.now, **said, coupon=coupon_id(want.key)))
        return facts

    def revoke(self, work: Work, coupons: Collection[str], reason: str) -> list[Event]:
        self.revoked |= dict.fromkeys(coupons, reason)
        return [
            fact("coupon.revoked", room="coupons", profile=1, at=work.now, cause=(one,), coupon=one)
            for one in coupons
        ]


def _fact(what: str, want: Want, now: int, **said: Any) -> Event:
    return fact(f"coupon.{what}", room="coupons", profile=want.profile, at=now,
                cause=(want.key,), **said)  # fmt: skip


def happened(name: str, profile: int, *, backfill: bool = False, **properties: Any) -> Event:
    return Event(
        id=f"{name}{profile}{properties}", type="track", name=name, time=NOW, received=NOW,
        source="t", profile=profile, came_with=profile, properties=properties, backfill=backfill,
    )  # fmt: skip


def joined(*profiles: int, **properties: Any) -> list[Event]:
    return [happened("Group Joined", one, **properties) for one in profiles]


def used(coupon: str, amount: float, *, back: bool = False, origin: str = "benefit:join") -> Event:
    name = "coupon.rolled_back" if back else "coupon.redeemed"
    return fact(name, room="coupons", profile=1, at=NOW, cause=(coupon, amount), coupon=coupon,
                amount=amount, origin=origin)  # fmt: skip


def referral(what: str, profile: int, side: str, **said: Any) -> Event:
    return fact(f"referral.{what}", room="referrals", profile=profile, at=NOW, cause=("r1", side),
                referral="r1", side=side, programme="friends", **said)  # fmt: skip


@pytest.fixture
def stock() -> Stock:
    return Stock({"ten-off": 1_000, "gift": 1, "bonus": 10})


@pytest.fixture
def rooms(stock: Stock) -> Benefits:
    return Benefits(stock)


@contextmanager
def working(database: Database, now: int = NOW) -> Iterator[Work]:
    with database.begin(COMMAND, now) as work:
        yield work


@pytest.fixture
def work(database: Database, rooms: Benefits) -> Iterator[Work]:
    with working(database) as made:
        rooms.define(made, JOIN)
        yield made


def test_who_leaves_and_joins_again_gets_none_again(
    rooms: Benefits, stock: Stock, work: Work
) -> None:
    facts = rooms.hear(work, joined(1, 2, group_id="a"), [])
    assert [one.name for one in facts] == ["coterie.coupon.issued"] * 2
    assert {one.origin for one in stock.given.values()} == {"benefit:join"}
    assert rooms.hear(work, [happened("Group Left", 1), *joined(1, group_id="b")], []) == []
    assert rooms.hear(work, joined(2, 2, 2, group_id="c"), []) == []
    assert rooms.numbers(work) == {"join": Numbers(given=2)}


def test_two_who_turn_out_to_be_one_get_none_again(
    rooms: Benefits, stock: Stock, work: Work
) -> None:
    rooms.hear(work, joined(1, 2), [])
    rooms.follow(work, [Shift(2, 2, 1)])
    assert rooms.hear(work, joined(1), []) == []
    assert [one.coupon for one in rooms.of_profile(work, 1)] == [
        coupon_id("benefit:join:2::1"), coupon_id("benefit:join:1::1"),
    ]  # fmt: skip
    rooms.follow(work, [Shift(2, 1, 2)])
    assert rooms.hear(work, joined(1, 2), []) == []
    assert len(stock.given) == 2


def test_once_for_each_group_and_only_where_asked(
    rooms: Benefits, stock: Stock, work: Work
) -> None:
    rooms.define(
        work,
        replace(JOIN, slug="each", give="bonus", once="by:group.id", where={"kind": ["store"]}),
    )
    rooms.switch(work, "join", on=False)
    rooms.hear(
        work,
        [
            *joined(1, kind="store", group={"id": "a"}),
            *joined(1, kind="store", group={"id": "b"}),
            *joined(1, kind="store"), *joined(1, kind="topic", group={"id": "c"}),
        ],
        [],
    )  # fmt: skip
    assert sorted(one.by for one in rooms.claims(work, "each")) == ["a", "b"]


def test_history_gives_nothing(rooms: Benefits, stock: Stock, work: Work) -> None:
    assert rooms.hear(work, [happened("Group Joined", 1, backfill=True)], []) == []
    assert rooms.claims(work) == []


def test_who_was_too_late_is_kept_with_the_reason_and_may_come_again(
    rooms: Benefits, stock: Stock, work: Work
) -> None:
    rooms.define(work, replace(JOIN, give="gift", funder="A partner"))
    rooms.hear(work, joined(1, 2, 3), [])
    assert rooms.numbers(work)["join"] == Numbers(given=1, refused=2)
    assert rooms.refusals(work) == {"quantity_exceeded": 2}
    stock.left["gift"] = 1
    rooms.hear(work, joined(2, group_id="later"), [])
    assert rooms.refusals(work, "join") == {"quantity_exceeded": 1}
    assert {one.profile: (one.state, one.tries) for one in rooms.claims(work)} == {
        1: ("given", 1), 2: ("given", 2), 3: ("refused", 1),
    }  # fmt: skip


def test_what_a_join_costs_is_what_was_redeemed(rooms: Benefits, stock: Stock, work: Work) -> None:
    rooms.hear(work, joined(1, 2, 3, 4), [])
    one, two = coupon_id("benefit:join:1::1"), coupon_id("benefit:join:2::1")
    rooms.hear(work, [used(one, 10.0), used(two, 7.5), used("other", 99.0)], [])
    numbers = rooms.numbers(work)["join"]
    assert (numbers.redeemed, numbers.spent, numbers.per_join) == (2, 175_000, 43_750)
    rooms.hear(work, [used(two, 7.5, back=True)], [])
    numbers = rooms.numbers(work)["join"]
    assert (numbers.redeemed, numbers.spent) == (1, 100_000)
    assert Numbers().per_join is None


def test_a_gift_costs_what_it_costs_us(rooms: Benefits, stock: Stock, work: Work) -> None:
    rooms.define(work, replace(JOIN, give="gift"))
    rooms.hear(work, joined(1), [])
    coupon = coupon_id("benefit:join:1::1")
    rooms.hear(work, [used(coupon, 0)], [])
    assert rooms.numbers(work)["join"].spent == 80_000
    rooms.hear(work, [used(coupon, 0, back=True)], [])
    assert rooms.numbers(work)["join"].spent == 0


def test_a_refund_takes_it_back_only_where_the_rule_says_so(
    rooms: Benefits, stock: Stock, work: Work
) -> None:
    rooms.define(work, replace(JOIN, slug="bought", on="Order Completed", once="by:order_id",
                               give="bonus", undo_on="Order Refunded"))  # fmt: skip
    rooms.hear(work, [*joined(1), happened("Order Completed", 1, order_id="7"),
                      happened("Order Completed", 1, order_id="8")], [])  # fmt: skip
    facts = rooms.hear(work, [happened("Order Refunded", 1, order_id="7")], [])
    assert [one.properties["coupon"] for one in facts] == [coupon_id("benefit:bought:1:7:1")]
    assert stock.revoked == {coupon_id("benefit:bought:1:7:1"): "benefit_undone"}
    assert {(one.benefit, one.by): one.state for one in rooms.claims(work)} == {
        ("join", ""): "given", ("bought", "7"): "undone", ("bought", "8"): "given",
    }  # fmt: skip
    assert rooms.hear(work, [happened("Order Completed", 1, order_id="7")], []) == []


def test_both_sides_of_a_referral_get_theirs_and_lose_it(
    rooms: Benefits, stock: Stock, work: Work
) -> None:
    approved = [
        referral("approved", 1, "referrer", coupon="bonus", campaign="spring"),
        referral("approved", 2, "friend", coupon="ten-off"),
    ]
    rooms.hear(work, approved, [])
    rooms.hear(work, approved, [])
    assert {
        (one.profile, one.template, one.origin, one.campaign) for one in stock.given.values()
    } == {
        (1, "bonus", "referral:r1:referrer", "spring"),
        (2, "ten-off", "referral:r1:friend", None),
    }
    spent = coupon_id("referral:r1:referrer")
    rooms.hear(work, [used(spent, 5.0, origin="referral:r1:referrer")], [])
    back = [referral("clawed_back", one, side, reason="refund")
            for one, side in ((1, "referrer"), (2, "friend"))]  # fmt: skip
    rooms.hear(work, back, [])
    assert {one.by: (one.state, one.spent) for one in rooms.claims(work, REFERRAL)} == {
        "r1:referrer": ("owed", 50_000), "r1:friend": ("undone", 0),
    }  # fmt: skip
    assert stock.revoked == {coupon_id("referral:r1:friend"): "refund"}
    rooms.hear(work, [used(spent, 5.0, back=True, origin="referral:r1:referrer")], [])
    assert stock.revoked[spent] == "refund"
    assert [one.spent for one in rooms.claims(work, REFERRAL, "undone")] == [0, 0]


def test_it_asks_as_often_for_many_as_for_one(rooms: Benefits, stock: Stock, work: Work) -> None:
    statements: list[str] = []

    def count(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    told.listen(work.connection, "before_cursor_execute", count)
    rooms.hear(work, [happened("Article Read", 1)], [])
    assert len(statements) == 1  # which benefits there are
    rooms.hear(work, joined(*range(1, 301)), [])
    assert len(statements) <= 5
    told.remove(work.connection, "before_cursor_execute", count)


def test_what_nobody_could_keep_to_is_refused(rooms: Benefits, work: Work) -> None:
    wrong: dict[str, dict[str, Any]] = {
        "slug": {"slug": REFERRAL}, "titles": {"titles": {"en": " "}}, "on": {"on": ""},
        "once": {"once": "daily"}, "give": {"give": "nothing"}, "undo_on": {"undo_on": JOIN.on},
        "where.x": {"where": {"x": {"y": 1}}},
    }  # fmt: skip
    for path, change in wrong.items():
        with pytest.raises(Invalid) as error:
            rooms.define(work, replace(JOIN, **change))
        assert error.value.path == path
    assert matches({"n": 1}, {"n": 1.0}) and not matches({"n": 1}, {"n": True})


def test_an_erased_person_is_gone_and_what_she_cost_stays(
    rooms: Benefits, stock: Stock, work: Work
) -> None:
    rooms.hear(work, joined(1, 2), [])
    rooms.hear(work, [used(coupon_id("benefit:join:1::1"), 10.0)], [])
    assert rooms.hand_out(work, 1)["benefits"][0]["spent"] == 10.0
    assert rooms.erase(work, [1]) == {"benefit_claims": 1}
    assert rooms.erase(work, [1]) == {"benefit_claims": 0}
    assert rooms.hand_out(work, 1) == {"benefits": []}
    assert rooms.numbers(work)["join"] == Numbers(given=2, redeemed=1, spent=100_000)
    assert [one.profile for one in rooms.claims(work) if one.profile > 0] == [2]
