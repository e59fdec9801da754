"""The tables of feeds, offers and claims on both databases."""

from coterie.codes.service import Codes
from coterie.orders import store as orders
from coterie.orders.claims import store as claims
from coterie.orders.claims.model import Claim
from coterie.orders.feeds import store as feeds
from coterie.orders.feeds.model import Feed, Tally
from coterie.orders.model import Order, Rate
from coterie.orders.offers import store as offers
from coterie.orders.offers.model import Taking
from coterie.orders.offers.service import Offers
from coterie.storage.database import Database
from coterie.testing.asking import TESTER

FEED = Feed("till", "Till", "standard", "vino", "https://shop.example/{item}", 5)


def test_a_feed_and_its_deliveries(database: Database) -> None:
    with database.begin(TESTER, 5) as work:
        feeds.add(work, FEED, b"sealed")
        for fate, delivery in (("taken", "1"), ("taken", "1"), ("kept", "2")):
            feeds.deliver(work, "till", delivery, topic="t", fate=fate, events=1, reason="")
    with database.begin(TESTER, 6) as work:
        assert feeds.get(work, "till") == (FEED, b"sealed")
        assert feeds.shops(work) == {"till": "vino"}
        assert feeds.tallies(work) == {"till": Tally(1, 1, 5)}
        assert feeds.is_known(work, "till", "1") and not feeds.is_known(work, "till", "3")
        (listed,) = feeds.every(work)
        assert listed.last == 5
        feeds.forget(work, 6)
        assert feeds.newest(work, "till", 9) == []


def test_an_offer_and_what_it_sold(database: Database) -> None:
    with database.begin(TESTER, 5) as work:
        feeds.add(work, FEED, b"sealed")
        Offers(Codes(b"k" * 32)).new(work, "may", item="barolo", feed="till", price="189")
        sold = [
            Order("vino", "1", 1, 1, "till", completed=5, total=100, refunded=30, offer="may"),
            Order("vino", "2", 1, 1, "till", completed=5, cancelled=6, total=70, offer="may"),
            Order("vino", "3", 1, 1, "till", created=5, offer="may"),
        ]
        orders.save(work, sold)
        (made,) = offers.every(work)
        assert (made.slug, made.price, made.stock) == ("may", 1_890_000, None)
        assert offers.takings(work) == {"may": Taking(1, 100, 30)}


def test_a_claim_is_kept_and_goes_with_its_person(database: Database) -> None:
    with database.begin(TESTER, 5) as work:
        one = Order("tmall", "77", 9, 9, "till", completed=5, total=100, market="tmall")
        orders.save(work, [one])
        claims.add(work, Claim(0, 5, 3, "number", "claimed", "x", one.id, 9, 4))
        claims.add(work, Claim(0, 5, 3, "number", "refused", "x"))
        (kept,) = claims.of_order(work, one.id)
        assert (kept.shop, kept.number, kept.merge) == ("tmall", "77", 4)
        assert claims.refused_since(work, 3, 0) == 1
        assert [row.came_with for row in orders.of_market(work)] == [9]
        claims.undo(work, kept.id)
        assert claims.of_order(work, one.id) == []
        assert [each.state for each in claims.newest(work, ("undone",), 9)] == ["undone"]
        assert claims.erase(work, [3]) == {"order_claims": 2}


def test_a_rate_of_a_day_takes_the_place_of_the_one_before(database: Database) -> None:
    with database.begin(TESTER, 5) as work:
        orders.set_rates(work, [Rate("USD", 3, 7), Rate("EUR", 3, 8)])
        orders.set_rates(work, [Rate("USD", 3, 9), Rate("USD", 2, 6)])
        assert orders.rates_of(work, {"USD"}) == {"USD": [Rate("USD", 2, 6), Rate("USD", 3, 9)]}
