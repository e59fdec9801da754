"""A year of a grocery chain, with its traps, and a wholesaler's invoices; read where they lie.

They are not shipped: without ``../shared/data`` these tests are left out, and say so.
"""

from pathlib import Path

import duckdb
import pytest

from coterie.core.actor import COMMAND
from coterie.core.clock import DAY, parse_time
from coterie.core.clock import zone as zone_named
from coterie.roads.shipped.library import shipped_one
from coterie.roads.shipped.recipe import read_recipe
from coterie.testing import House
from coterie.testing.asking import TESTER
from roads.shipped.conftest import Place

DATA = Path(__file__).parents[4] / "shared" / "data"
NEW_YORK = zone_named("America/New_York")
UTC = zone_named("UTC")
NEW_YEAR = "2018-01-01T00:00:00"

pytestmark = pytest.mark.skipif(
    not (DATA / "completejourney_events.parquet").is_file(),
    reason=f"the data sets are not at {DATA}: see its README for where they come from",
)


def cut(name: str, where: str, target: Path) -> Path:
    """Copy some rows of a data set to a file of this test's own."""
    with duckdb.connect() as engine:
        engine.execute(f"COPY (SELECT * FROM '{DATA / name}.parquet' WHERE {where}) TO '{target}'")
    return target


def asked(query: str) -> list[tuple[int, ...]]:
    with duckdb.connect() as engine:
        return engine.execute(query.replace("DATA", str(DATA))).fetchall()


def test_traps_of_days_zeros_and_missing_tags(place: Place, tmp_path: Path) -> None:
    some = cut(
        "completejourney_events",
        "event = 'order' AND (ts >= TIMESTAMP '2017-12-31' OR amount = 0 OR len(tags) = 0"
        " OR tags IS NULL)",
        tmp_path / "some.parquet",
    )
    place.take(some, "completejourney-orders")
    late = place.figures(parse_time(NEW_YEAR, UTC))
    assert late.orders + late.free == 86  # on New Year's Day by UTC, on the eve in New York
    assert place.figures(parse_time(NEW_YEAR, NEW_YORK)).orders == 0
    assert place.figures().free == 478
    with place.house.app.db.read(TESTER, 0) as work, place.house.app.log.open_lake(work) as lake:
        (tagless,) = lake.execute(
            "SELECT count(*) FROM events WHERE name = 'Order Completed'"
            " AND coalesce(json_array_length(properties->'$.tags'), 0) = 0"
        ).fetchall()
    assert tagless == (157,)
    assert place.differing() == 0


def test_traps_of_lines(place: Place, tmp_path: Path) -> None:
    fuel = (
        f"order_id IN (SELECT order_id FROM '{DATA}/completejourney_lines.parquet'"
        " WHERE quantity > 50000)"
    )
    unknown = (
        f"order_id IN (SELECT order_id FROM '{DATA}/completejourney_lines.parquet' WHERE product_id"
        f" NOT IN (SELECT product_id FROM '{DATA}/completejourney_products.parquet') LIMIT 40)"
    )
    some = cut("completejourney_lines", f"{fuel} OR {unknown}", tmp_path / "lines.parquet")
    place.take(some, "completejourney-baskets")
    ((orders, cents),) = asked(
        f"SELECT count(DISTINCT order_id), sum(sales_value * 100)::BIGINT FROM '{some}'"
    )
    figures = place.figures()
    # the quantity of fuel is no number of pieces: the money is what the lines say, to the cent
    assert (figures.orders + figures.free, figures.gross) == (orders, cents * 100)
    # a product that no catalogue knows is an item all the same
    ((product,),) = asked(
        f"SELECT min(product_id) FROM '{some}' WHERE product_id NOT IN"
        " (SELECT product_id FROM 'DATA/completejourney_products.parquet')"
    )
    with place.house.app.db.read(TESTER, 0) as work:
        assert place.house.app.log.profiles_of_items(work, [str(product)])


def test_a_receipt_before_the_first_order_lies_before_it(place: Place, tmp_path: Path) -> None:
    ((who,),) = asked("""
        SELECT customer_id FROM 'DATA/completejourney_events.parquet' GROUP BY 1
        HAVING min(ts) FILTER (event = 'campaign_received') < min(ts) FILTER (event = 'order')
        ORDER BY 1 LIMIT 1
    """)
    hers = cut("completejourney_events", f"customer_id = {who}", tmp_path / "hers.parquet")
    for recipe in ("orders", "campaigns", "coupons"):
        place.take(hers, f"completejourney-{recipe}")
    names = [one.name for one in place.events("user_id", str(who))]
    assert names.index("Campaign Received") < names.index("Order Completed")


def test_no_coupon_names_a_product_twice() -> None:
    assert asked("""
        SELECT count(*) FROM (SELECT coupon_upc, product_id, campaign_id
        FROM 'DATA/completejourney_coupon_products.parquet' GROUP BY ALL HAVING count(*) > 1)
    """) == [(0,)]


@pytest.mark.crash
def test_the_whole_year_comes_to_the_published_figures() -> None:
    with House(at="2026-01-01T00:00:00Z", zone="America/New_York", holdout=0,
               currency="USD") as house:  # fmt: skip
        place = Place(house)
        file = DATA / "completejourney_events.parquet"
        for recipe in ("orders", "campaigns"):
            place.take(file, f"completejourney-{recipe}")
        year = place.figures(parse_time("2017-01-01", UTC), parse_time(NEW_YEAR, UTC))
        assert (year.orders, year.customers) == (155_285, 2_469)
        assert round(year.average, 4) == 29.5853
        assert round(year.each, 3) == 62.894
        assert place.differing() == 0
        with house.app.db.read(TESTER, 0) as work, house.app.log.open_lake(work) as lake:
            ((early,),) = lake.execute("""
                SELECT count(*) FROM events c JOIN (SELECT profile, min(time) AS first FROM events
                WHERE name = 'Order Completed' GROUP BY 1) o USING (profile)
                WHERE c.name = 'Campaign Received' AND c.time < o.first
            """).fetchall()
        assert [(early,)] == asked("""
            SELECT count(*) FROM 'DATA/completejourney_events.parquet' c JOIN (
              SELECT customer_id, min(ts) AS first FROM 'DATA/completejourney_events.parquet'
              WHERE event = 'order' GROUP BY 1) o USING (customer_id)
            WHERE c.event = 'campaign_received' AND c.ts < o.first
        """)
        assert early == 165


ONLINE_RETAIL = {
    "kind": "events", "event": "order_event", "user_id": "{customer_id}",
    "message_id": "i-{invoice_no}", "timestamp": "order_at", "zone": "Europe/London",
    "only": {"customer_id": {"filled": True}, "quantity": {"above": 0}, "unit_price": {"above": 0}},
    "orders": {
        "by": "invoice_no",
        "total": ["quantity", "unit_price"],
        "lines": {"sku": "stock_code", "quantity": {"number": "quantity"}},
        "events": [
            {"event": "Order Completed", "at": "ts", "when": {"invoice_no": {"begins_not": "C"}}},
            {"event": "Order Refunded", "at": "ts", "when": {"invoice_no": {"begins": "C"}}},
        ],
    },
    "properties": {
        "shop": {"value": "retail"}, "order_id": "invoice_no", "total": {"number": "order_amount"},
        "products": {"json": "order_lines"},
    },
}  # fmt: skip


@pytest.mark.crash
def test_online_retail_comes_to_the_published_sum() -> None:
    file = DATA / "online_retail.parquet"
    with House(at="2026-01-01T00:00:00Z", zone="Europe/London", holdout=0,
               currency="GBP") as house:  # fmt: skip
        place = Place(house)
        recipe = read_recipe("retail", ONLINE_RETAIL)
        place.importer.run(COMMAND, file, recipe, "retail", house.app.clock.now())
        figures = place.figures()
        assert (figures.orders, figures.customers) == (18_532, 4_338)
        assert figures.gross == 89_114_079_040  # 8,911,407.904
        assert place.differing() == 0


def test_a_day_of_online_retail_to_the_tenth_of_a_cent(place: Place, tmp_path: Path) -> None:
    some = cut("online_retail", "ts < TIMESTAMP '2010-12-03'", tmp_path / "two-days.parquet")
    ((invoices, cents),) = asked(f"""
        SELECT count(DISTINCT invoice_no),
               sum(quantity * unit_price::DECIMAL(18, 4) * 10000)::BIGINT
        FROM '{some}' WHERE customer_id IS NOT NULL AND quantity > 0 AND unit_price > 0
    """)
    now = place.house.app.clock.now()
    place.importer.run(COMMAND, some, read_recipe("retail", ONLINE_RETAIL), "retail", now)
    figures = place.figures(0, now + DAY)
    assert (figures.orders, figures.gross) == (invoices, cents)


def test_the_other_files_have_their_maps() -> None:
    for name in ("people", "products"):
        assert shipped_one(f"completejourney-{name}").file_map is not None
