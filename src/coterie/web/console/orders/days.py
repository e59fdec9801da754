"""Sales by day, read both ways; and what other currencies are worth."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.clock import DAY, local_date, midnight, parse_time
from coterie.core.errors import Invalid
from coterie.orders.money import RATE_SCALE
from coterie.web import exports
from coterie.web.charts import Chart, Series
from coterie.web.console.orders.words import money, tabs
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here
from coterie.web.speech import N_

router = APIRouter(prefix="/orders")

SPANS = (30, 90, 365)
HEADER = (
    N_("Day"), N_("Orders"), N_("Sold"), N_("Given back on this day"),
    N_("Given back of this day's orders"), N_("Net by refund day"), N_("Net by order day"),
)  # fmt: skip
_KEEP = 60


@router.get("")
def sales(request: Request, here: Here, account: Operator, days: int = 30) -> Response:
    """Show what was sold and given back on the last days."""
    if days not in SPANS:
        raise Invalid("choose one of the spans", path="days", hint="30, 90 or 365")
    house, speech = here.house, here.pages.speech(request, account)
    now = house.clock.now()
    last = local_date(now, here.pages.zone)
    with house.db.read(actor_of(account), now) as work:
        found = house.commerce.balance.days(work, last, days)
        since = midnight(last, here.pages.zone) - (days - 1) * DAY
        figures = house.commerce.balance.figures(work, since, now + DAY)
        rates = [rate for some in house.commerce.orders.rates(work).values() for rate in some]
    oldest_first = found[::-1]
    chart = Chart(
        "sales", speech.gettext("Sales by day"), "bar", [one.day for one in oldest_first],
        [
            Series(speech.gettext("Sold"), [round(one.gross / 10_000, 2) for one in oldest_first]),
            Series(
                speech.gettext("Left after refunds"),
                [round(one.by_order / 10_000, 2) for one in oldest_first],
            ),
        ],
    )  # fmt: skip
    return here.pages.render(
        request, "console/orders/days.html", account=account, tabs=tabs(speech, "/orders"),
        days=[one for one in found if one.orders or one.refunded or one.returned],
        figures=figures, chart=chart, money=money, span=days, spans=SPANS,
        currency=house.instance.currency, rates=sorted(rates, key=lambda one: -one.day)[:_KEEP],
        worth=lambda rate: f"{rate.worth / RATE_SCALE:g}", midnight_of=lambda day: day * DAY,
    )  # fmt: skip


@router.get("/days.xlsx")
def table(request: Request, here: Here, account: Operator, days: int = 30) -> Response:
    """Hand the days out as a workbook."""
    if days not in SPANS:
        raise Invalid("choose one of the spans", path="days", hint="30, 90 or 365")
    house, speech = here.house, here.pages.speech(request, account)
    now = house.clock.now()
    with house.db.read(actor_of(account), now) as work:
        found = house.commerce.balance.days(work, local_date(now, here.pages.zone), days)
    exports.record(house, account, "orders:days", rows=len(found))
    header = [speech.gettext(words) for words in HEADER]
    rows = (
        (
            one.day, one.orders, one.gross / 10_000, one.refunded / 10_000, one.returned / 10_000,
            one.by_refund / 10_000, one.by_order / 10_000,
        )
        for one in found
    )  # fmt: skip
    return exports.download("xlsx", "orders-by-day", header, rows)


@router.post("/rates")
def rate(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Keep what another currency is worth, from a day on."""
    house, speech = here.house, here.pages.speech(request, account)
    now = house.clock.now()
    day = form.get("day", "").strip()
    try:
        at = parse_time(f"{day}T12:00:00Z", here.pages.zone) if day else now
        with house.db.begin(actor_of(account), now) as work:
            found = house.commerce.orders.set_rate(
                work, form.get("currency", ""), at, form.get("rate", "")
            )
    except Invalid:
        said = speech.gettext("That is no rate: write a currency such as USD and a number.")
        return here.pages.redirect("/orders", said)
    said = speech.gettext("%(currency)s has its rate now.", currency=found.currency)
    return here.pages.redirect("/orders", said)
