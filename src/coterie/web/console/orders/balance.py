"""The balance: what the shops told against what the log holds, by source and day, to the cent."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.clock import DAY
from coterie.core.errors import Invalid
from coterie.orders.balance.model import Line, Report
from coterie.web import exports
from coterie.web.console.orders.words import WHYS, money, tabs
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here
from coterie.web.speech import N_

router = APIRouter(prefix="/orders/balance")

SPANS = (7, 30, 365)
HEADER = (
    N_("Source"), N_("Day"), N_("Currency"), N_("Orders told"), N_("Orders in the log"),
    N_("Told"), N_("In the log"), N_("Refunds told"), N_("Refunds in the log"), N_("Differ"),
    N_("Order"), N_("Why"),
)  # fmt: skip


def _report(here: Here, account: Operator, source: str, days: int) -> Report:
    if days not in SPANS:
        raise Invalid("choose one of the spans", path="days", hint="7, 30 or 365")
    house = here.house
    now = house.clock.now()
    with house.db.read(actor_of(account), now) as work:
        return house.commerce.balance.reconcile(work, source=source, since=now - days * DAY)


@router.get("")
def balance(
    request: Request, here: Here, account: Operator, source: str = "", days: int = 30
) -> Response:
    """Show whether the sums agree, and which orders do not."""
    report = _report(here, account, source, days)
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        sources = house.commerce.balance.sources(work)
    return here.pages.render(
        request, "console/orders/balance.html", account=account,
        tabs=tabs(speech, "/orders/balance"), report=report, totals=_totals(report),
        sources=[("", speech.gettext("all sources")), *((one, one) for one in sources)],
        source=source, span=days, spans=SPANS, money=money, whys=WHYS,
    )  # fmt: skip


def _totals(report: Report) -> list[tuple[str, str, dict[str, Any]]]:
    """Sum the days of each source and currency."""
    found: dict[tuple[str, str], list[Line]] = {}
    for line in report.lines:
        found.setdefault((line.source, line.currency), []).append(line)
    return [
        (
            source,
            currency,
            {
                name: sum(getattr(line, name) for line in lines)
                for name in ("orders", "told", "logged", "returned", "booked", "differing")
            },
        )
        for (source, currency), lines in found.items()
    ]


@router.get("/report.xlsx")
def table(
    request: Request, here: Here, account: Operator, source: str = "", days: int = 30
) -> Response:
    """Hand the balance out as a workbook: the days, then the orders that differ."""
    report = _report(here, account, source, days)
    speech = here.pages.speech(request, account)
    exports.record(here.house, account, "orders:balance", source=source, rows=len(report.lines))
    header = [speech.gettext(words) for words in HEADER]
    days_of = (
        (
            one.source, one.day, one.currency, one.orders, one.found, one.told / 10_000,
            one.logged / 10_000, one.returned / 10_000, one.booked / 10_000, one.differing, "", "",
        )
        for one in report.lines
    )  # fmt: skip
    unlike = (
        (
            one.source, one.day, "", None, None, None if one.told is None else one.told / 10_000,
            None if one.logged is None else one.logged / 10_000, None, None, None,
            f"{one.shop} {one.number}", speech.gettext(WHYS[one.why]),
        )
        for one in report.unlike
    )  # fmt: skip
    return exports.download("xlsx", "balance", header, (*days_of, *unlike))
