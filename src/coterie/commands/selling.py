"""The commands of orders: ``coterie feed``, ``coterie orders`` and ``coterie simulate``.

A part of the command line of its own; ``cli`` puts it in.
"""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from coterie.commands import opening
from coterie.commands.opening import AsJson, Data
from coterie.commands.printing import err, print_json
from coterie.core.actor import COMMAND
from coterie.core.clock import local_date, midnight, parse_time
from coterie.core.clock import zone as zone_named
from coterie.core.document import read as read_document
from coterie.core.errors import Invalid, NotFound
from coterie.core.numbers import unscaled
from coterie.orders.balance.model import Report
from coterie.orders.feeds.model import Dialect
from coterie.roads.bulk import Importer
from coterie.roads.shipped.importing import RecipeImporter
from coterie.roads.shipped.library import shipped, shipped_one
from coterie.roads.shipped.recipe import Recipe, read_recipe
from coterie.testing.shop import Shop
from coterie.testing.shop_pages import asker, house_clock, sender, serve_shop
from coterie.testing.till import Till
from coterie.testing.till_pages import serve_till

feeds = typer.Typer(no_args_is_help=True, help="Shops and tills that tell of orders.")
orders = typer.Typer(no_args_is_help=True, help="Orders: figures, and whether the sums agree.")
simulate = typer.Typer(no_args_is_help=True, help="Things to play with.")

_MOST_UNLIKE = 20


@feeds.command("new")
def new_feed(
    slug: Annotated[str, typer.Argument(help="Its name, which is stamped on what it tells.")],
    data: Data = None,
    shop: Annotated[str, typer.Option(help="Whose order numbers it speaks of.")] = "",
    page: Annotated[str, typer.Option(help="The page that offers hand over to.")] = "",
    dialect: Annotated[str, typer.Option(help="standard or shopify.")] = "standard",
    secret: Annotated[str, typer.Option(help="The secret, where the shop makes it.")] = "",
) -> None:
    """Make a feed and print its secret; it is shown this once only."""
    spoken: Dialect = "shopify" if dialect == "shopify" else "standard"
    if dialect not in ("standard", "shopify"):
        raise Invalid(f"{dialect!r} is no dialect", path="dialect", hint="standard or shopify")
    with opening.house(data=data) as app, app.db.begin(COMMAND, app.clock.now()) as work:
        print(
            app.commerce.feeds.new(
                work, slug, shop=shop, page=page, dialect=spoken, secret=secret, title=slug
            )
        )


@feeds.command("list")
def list_feeds(data: Data = None, as_json: AsJson = False) -> None:
    """List feeds, never their secrets."""
    with opening.house(data=data) as app, app.db.read(COMMAND, app.clock.now()) as work:
        rows = app.commerce.feeds.all(work)
    if as_json:
        print_json([
            {"slug": r.slug, "shop": r.shop, "dialect": r.dialect, "closed": bool(r.disabled)}
            for r in rows
        ])  # fmt: skip
        return
    for row in rows:
        print(f"{row.slug}  {row.shop}  {row.dialect}{'  closed' if row.disabled else ''}")


@orders.command("figures")
def figures(
    data: Data = None,
    since: Annotated[str, typer.Option(help="The first day, such as 2017-01-01.")] = "",
    until: Annotated[str, typer.Option(help="The last day.")] = "",
    zone: Annotated[str, typer.Option(help="Whose days; the brand's by default.")] = "",
    shop: Annotated[str, typer.Option(help="Of one shop only.")] = "",
    as_json: AsJson = False,
) -> None:
    """Print what the log says of paid orders: how many, whose, what they are worth."""
    with opening.house(data=data) as app:
        where = zone_named(zone) if zone else app.zone
        first = parse_time(since, where) if since else 0
        last = local_date(parse_time(until, where), where) if until else None
        end = midnight(date.fromordinal(last.toordinal() + 1), where) if last else 2**62
        with app.db.read(COMMAND, app.clock.now()) as work:
            found = app.commerce.balance.figures(work, first, end, shop)
        currency = app.instance.currency
    told: dict[str, Any] = {
        "paid_orders": found.orders,
        "customers": found.customers,
        "gross": unscaled(found.gross),
        "average_order_value": round(found.average, 4),
        "orders_per_customer": round(found.each, 3),
        "orders_without_amount": found.free,
        "refunded_in_this_time": unscaled(found.refunded),
        "refunded_of_these_orders": unscaled(found.returned),
        "currency": currency,
    }
    if as_json:
        print_json(told)
        return
    for name, value in told.items():
        print(f"{name.replace('_', ' ')}: {value}")


@orders.command("reconcile")
def reconcile(
    data: Data = None,
    file: Annotated[Path | None, typer.Option(help="Read this file anew for its side.")] = None,
    map_name: Annotated[str, typer.Option("--map", help="Its map: a file, or a shipped one.")] = "",
    source: Annotated[str, typer.Option(help="Only what this feed or import told.")] = "",
    zone: Annotated[str, typer.Option(help="Whose days; the brand's by default.")] = "",
    as_json: AsJson = False,
) -> None:
    """Hold what was told of orders against the log, by source and day, to the cent."""
    with opening.house(data=data) as app:
        where = zone_named(zone) if zone else app.zone
        now = app.clock.now()
        with app.db.read(COMMAND, now) as work:
            if file is None:
                report = app.commerce.balance.reconcile(work, source=source, zone=where)
            else:
                importer = RecipeImporter(Importer(app.inbound, app.catalog, app.zone))
                told = importer.told(
                    file, find_recipe(map_name), file.stem, now, app.zone, app.instance.currency
                )
                report = app.commerce.balance.reconcile_file(work, file.name, told, where)
    if as_json:
        print_json(_of_report(report))
    else:
        _print_report(report)
    if report.differing:
        raise typer.Exit(1)


@orders.command("rate")
def set_rate(
    pair: Annotated[str, typer.Argument(help="A currency and its worth, such as USD=7.1234.")],
    day: Annotated[str, typer.Option(help="From this day on; today by default.")] = "",
    data: Data = None,
) -> None:
    """Say what another currency is worth, for orders that come in from now on."""
    with opening.house(data=data) as app:
        now = app.clock.now()
        at = parse_time(f"{day}T12:00:00Z", app.zone) if day else now
        with app.db.begin(COMMAND, now) as work:
            currency, _, worth = pair.partition("=")
            app.commerce.orders.set_rate(work, currency, at, worth)


@simulate.command("shop")
def simulated_shop(
    secret: Annotated[str, typer.Option(help="The feed's secret.", envvar="COTERIE_SECRET")],
    at: Annotated[str, typer.Option("--house", help="The house.")] = "http://127.0.0.1:8000",
    feed: Annotated[str, typer.Option(help="The feed that it delivers as.")] = "shop",
    port: Annotated[int, typer.Option(help="Port to listen on; 0: a free one.")] = 8200,
    price: Annotated[str, typer.Option(help="What everything costs in it.")] = "199.00",
) -> None:
    """Serve a small shop with a till: it sells, and tells the house by signed webhooks."""
    serve_shop(
        Shop(feed, secret, price, sender(at, feed), house_clock(at)),
        port,
        lambda address: err.print(f"The shop is at {address}", markup=False),
    )


@simulate.command("till")
def simulated_till(
    secret: Annotated[str, typer.Option(help="The feed's secret.", envvar="COTERIE_SECRET")],
    key: Annotated[str, typer.Option(help="A write key, for coupons.", envvar="COTERIE_KEY")],
    store: Annotated[str, typer.Option(help="The store that it stands in.")],
    at: Annotated[str, typer.Option("--house", help="The house.")] = "http://127.0.0.1:8000",
    feed: Annotated[str, typer.Option(help="The feed that it delivers as.")] = "till",
    shop: Annotated[str, typer.Option(help="The feed's shop, if named otherwise.")] = "",
    port: Annotated[int, typer.Option(help="Port to listen on; 0: a free one.")] = 8201,
) -> None:
    """Serve a till in a store: it takes coupons, sells, and takes goods back."""
    till = Till(
        feed, secret, sender(at, feed), asker(at, key), house_clock(at), store=store, shop=shop
    )
    serve_till(till, port, lambda address: err.print(f"The till is at {address}", markup=False))


def find_recipe(name: str) -> Recipe:
    """Return a recipe by a file's name, or a shipped one's."""
    file = Path(name)
    if file.suffix not in (".yaml", ".yml", ".json"):
        return shipped_one(name)
    if not file.is_file():
        raise NotFound(f"there is no map {file}")
    try:
        return read_recipe(file.stem, read_document(file.read_text(encoding="utf-8")))
    except UnicodeDecodeError as error:
        raise Invalid(f"{file} is not UTF-8 text: {error}") from error


def slug_of(text: str) -> str:
    """Make a source's name of a file's.

    >>> slug_of("Orders 2026.01"), slug_of("订单")
    ('orders-2026-01', 'import')
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:64] or "import"


def print_maps(wanted: bool) -> None:
    """Print the maps that come with the house, and stop."""
    if wanted:
        for one in shipped():
            print(f"{one.name:28} {one.titles['en']}")
        raise typer.Exit


def _of_report(report: Report) -> dict[str, Any]:
    return {
        "orders": report.orders,
        "differing": report.differing,
        "lines": [
            {
                "source": one.source, "day": one.day, "currency": one.currency,
                "orders": one.orders, "in_log": one.found, "told": unscaled(one.told),
                "logged": unscaled(one.logged), "refunds_told": unscaled(one.returned),
                "refunds_logged": unscaled(one.booked), "differing": one.differing,
            }
            for one in report.lines
        ],
        "differences": [
            {
                "source": one.source, "shop": one.shop, "order": one.number, "day": one.day,
                "why": one.why, "told": None if one.told is None else unscaled(one.told),
                "logged": None if one.logged is None else unscaled(one.logged),
            }
            for one in report.unlike
        ],
    }  # fmt: skip


def _print_report(report: Report) -> None:
    sources = dict.fromkeys((line.source, line.currency) for line in report.lines)
    for source, currency in sources:
        some = [one for one in report.lines if (one.source, one.currency) == (source, currency)]
        told, logged = sum(one.told for one in some), sum(one.logged for one in some)
        print(
            f"{source}: {sum(one.orders for one in some):,} orders on {len(some):,} days, "
            f"{unscaled(told):,.4f} {currency} told, {unscaled(logged):,.4f} in the log, "
            f"{sum(one.differing for one in some):,} differ"
        )
    for one in report.unlike[:_MOST_UNLIKE]:
        told_here = "nothing" if one.told is None else f"{unscaled(one.told):,.2f}"
        in_log = "nothing" if one.logged is None else f"{unscaled(one.logged):,.2f}"
        print(
            f"  {one.day} {one.source} {one.shop} {one.number}: {one.why}, told {told_here}, "
            f"in the log {in_log}"
        )
