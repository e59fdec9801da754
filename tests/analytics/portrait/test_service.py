"""Portraits of a house's people: each number is the one that its evidence counts."""

from collections.abc import Iterator
from typing import Any

import pytest
from pyroaring import BitMap

from coterie.analytics.portrait.model import BASKET, DAYS, HOURS, INTEREST, SPENT, TRAIT, K
from coterie.analytics.portrait.service import LEAST, Portraits, drawn
from coterie.core.errors import NotFound
from coterie.testing import House
from coterie.web.console.portraits.words import rule_of

START = "2026-03-01T04:00:00Z"
PEOPLE = 120
CITIES = ("Shanghai", "Beijing", "Xi'an")


def track(number: int, event: str, at: str, **properties: Any) -> dict[str, Any]:
    return {"type": "track", "userId": f"u{number}", "event": event, "timestamp": at,
            "properties": properties}  # fmt: skip


def _story() -> Iterator[dict[str, Any]]:
    """Everybody has a city; two of three read on some days at noon; half of them pay."""
    for number in range(PEOPLE):
        city = CITIES[number % 3] if number % 3 or number < 6 else CITIES[1]
        yield {
            "type": "identify",
            "userId": f"u{number}",
            "traits": {
                "city": city,
                "tier": int(number % 4 < 2),
                "email": f"{number}@example.com",
            },
        }
        if number % 3:
            for day in range(1, 2 + number // 2 % 3):
                yield track(number, "Article Read", f"2026-02-{day:02}T04:30:00Z", item="barolo")
        if number % 2:
            yield track(number, "Order Completed", "2026-02-10T10:00:00Z", order_id=f"o{number}",
                        total=100 * (1 + number % 5), currency="CNY")  # fmt: skip
        if number % 20 == 1:
            yield track(number, "Order Refunded", "2026-02-12T10:00:00Z", order_id=f"o{number}")


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with House(at=START, zone="Asia/Shanghai") as made:
        made.define_item("barolo", kind="article", topics=["wine/italy"])
        made.receive(list(_story()))
        made.define_segment("readers", {"did": "Article Read"})
        made.define_segment("some", {"trait": "tier", "op": "=", "value": 1})
        yield made


@pytest.mark.parametrize("slug", ["readers", "some"])
def test_every_number_is_what_its_rule_counts(house: House, slug: str) -> None:
    with house._look() as work:
        members = house.app.segments.members(work, slug)
        painted = house.app.portraits.of(work, members, ["city"])
        assert (painted.size, painted.everybody) == (len(members), PEOPLE)
        told = 0
        for name, facet in painted.facets.items():
            for cell in facet.cells:
                rule = rule_of(name, cell.key)
                if name == INTEREST:
                    rule = {"trait": f"scores.interest.{cell.key}", "op": ">=", "value": LEAST}
                if rule is None or cell.inside is None:
                    continue
                who = house.app.segments.population(work, rule)
                assert (cell.inside, cell.whole) == (len(who & members), len(who)), (name, cell)
                assert house.app.portraits.people(work, members, name, cell.key) == who & members
                told += 1
        assert told >= (5 if slug == "some" else 0)


def test_money_counts_orders_once_without_those_given_back(house: House) -> None:
    with house._look() as work:
        members = house.app.profiles.everyone(work)
        painted = house.app.portraits.of(work, members)
        paying = {number for number in range(1, PEOPLE, 2) if number % 20 != 1}
        for name in (SPENT, BASKET):
            cells = {cell.key: cell.whole for cell in painted.facets[name].cells}
            assert cells.get("") == PEOPLE - len(paying), name
        assert painted.edges[SPENT] == painted.edges[BASKET]
        assert all(edge % 500_000 == 0 for edge in painted.edges[SPENT])


def test_hours_are_those_of_the_brands_zone_and_too_few_are_not_told(house: House) -> None:
    with house._look() as work:
        members = house.app.segments.members(work, "some")
        facet = house.app.portraits.of(work, members).facets[HOURS]
        told = {cell.key: cell.whole for cell in facet.cells if cell.whole is not None}
        assert told == {"12": 80, "18": 60}
        for cell in facet.cells:
            if cell.inside is None:
                with pytest.raises(NotFound):
                    house.app.portraits.people(work, members, HOURS, cell.key)


def test_days_and_values_say_nothing_of_fewer_than_ten(house: House) -> None:
    with house._look() as work:
        members = house.app.segments.members(work, "readers")
        painted = house.app.portraits.of(work, members, ["city", "email"])
        assert painted.facets[TRAIT + "email"].cells == (), "what identifies is never told"
        for name in (DAYS, TRAIT + "city"):
            numbers = [n for cell in painted.facets[name].cells for n in (cell.inside, cell.whole)]
            assert None in numbers, name
            assert min(n for n in numbers if n is not None) >= K


def test_too_few_people_and_all_but_too_few_have_no_portrait(house: House) -> None:
    with house._look() as work:
        everybody = house.app.profiles.everyone(work)
        for some in (everybody[:9], everybody[:111]):
            assert house.app.portraits.of(work, BitMap(some)).refused
        assert not house.app.portraits.of(work, everybody).refused


def test_of_many_some_are_drawn_and_their_shares_stand_alone(house: House) -> None:
    app = house.app
    few = Portraits(app.analytics, app.log, app.profiles, app.zone, "CNY", at_most=30)
    with house._look() as work:
        members = app.segments.members(work, "readers")
        painted = few.of(work, members, ["city"])
        assert painted.is_drawn
        assert (painted.inside, painted.whole) == (30, 30)
        cells = {cell.key: cell.inside for cell in painted.facets[DAYS].cells}
        drawn_ones = drawn(members, 30)
        for key, inside in cells.items():
            rule = rule_of(DAYS, key)
            assert rule is not None
            if inside is not None:
                assert inside == len(app.segments.population(work, rule) & drawn_ones)


def test_who_was_erased_is_in_no_number_any_more(house: House) -> None:
    with house._look() as work:
        ten = BitMap(house.app.profiles.everyone(work)[:K])
        first = house.app.profiles.user_ids(work, [ten[0]])[ten[0]]
        assert not house.app.portraits.of(work, ten).refused
    house.erase(first)
    with house._look() as work:
        assert house.app.portraits.of(work, ten).refused, "nine are left"
