"""Recommended, then bought: which paid orders followed a recommendation, and what shows it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.analytics.recommended.model import Asked, Bought, Report
from coterie.core.clock import DAY, HOUR, to_datetime
from coterie.core.errors import Invalid
from coterie.core.numbers import unscaled
from coterie.storage.work import Work
from coterie.web import exports
from coterie.web.console.people.titles import Titles, topic_titles
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_, Speech

router = APIRouter()

SPANS = (30, 90, 365)
WINDOWS = (7, 14, 30)
PAGE = 50
_LAST_PAGE = 100_000
_ARTICLE = re.compile(r"/a/([^\s?#\"'<>)]+)")


@dataclass(frozen=True)
class Line:
    """One order in words; ``by`` and ``by_address`` say what recommended."""

    order: str
    card: Any
    paid: int
    amount: float
    item: str
    item_key: str
    how: str
    by: str
    by_address: str
    at: int | None


@router.get("/results/recommended")
def recommended(
    request: Request,
    here: Here,
    account: Operator,
    span: int = 90,
    window: int = 7,
    topic: str = "",
    page: int = 0,
) -> Response:
    """Show how many orders followed a recommendation, of what worth, and list them."""
    _check(span, window, page)
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        asked = _asked(here, work, span, window, topic)
        report = house.analytics.recommended(work, asked)
        part = report.orders[page * PAGE : (page + 1) * PAGE]
        lines = _lines(here, work, speech, part)
        topics = topic_titles(work, house, speech)
    query = {"span": span, "window": window, "topic": topic}
    return here.pages.render(
        request,
        "console/results/recommended.html",
        account=account,
        report=report,
        lines=lines,
        worth=unscaled(report.worth),
        amount=unscaled(report.amount),
        hows=report.by_how(),
        span=span,
        window=window,
        topic=topic,
        topics=topics,
        spans=[(one, speech.ngettext("%(n)s day", "%(n)s days", one)) for one in SPANS],
        windows=[(one, speech.ngettext("%(n)s day", "%(n)s days", one)) for one in WINDOWS],
        csv=f"/results/recommended.csv?{urlencode(query)}",
        newer=_address(query, page - 1) if page else None,
        older=_address(query, page + 1) if len(report.orders) > (page + 1) * PAGE else None,
    )


@router.get("/results/recommended.csv")
def table(
    request: Request,
    here: Here,
    account: Operator,
    span: int = 90,
    window: int = 7,
    topic: str = "",
) -> Response:
    """Hand out every order of the report with its evidence."""
    _check(span, window, 0)
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        report = house.analytics.recommended(work, _asked(here, work, span, window, topic))
        uids = _cards(here, work, report.orders)
    exports.record(house, account, "recommended", span=span, window=window, topic=topic,
                   rows=len(report.orders))  # fmt: skip
    header = [speech.gettext(text) for text in _COLUMNS]
    return exports.download("csv", "coterie-recommended", header, _rows(speech, report, uids))


_COLUMNS = (
    N_("Order number"), N_("Profile id"), N_("Paid"), N_("Amount"), N_("Refunded"), N_("Item"),
    N_("How we know"), N_("Recommended by"), N_("Recommended at"),
)  # fmt: skip


def _rows(speech: Speech, report: Report, cards: dict[int, Any]) -> Iterator[exports.Row]:
    for one in report.orders:
        card = cards.get(one.profile)
        yield [
            one.order,
            card.uid if card else "",
            to_datetime(one.paid).astimezone(speech.zone),
            unscaled(one.amount or 0),
            unscaled(one.refunded),
            one.item,
            speech.word("how", one.how),
            one.by,
            None if one.at is None else to_datetime(one.at).astimezone(speech.zone),
        ]


def _check(span: int, window: int, page: int) -> None:
    if span not in SPANS:
        raise Invalid(f"{span} days are no span here", path="span", hint="30, 90 or 365")
    if window not in WINDOWS:
        raise Invalid(f"{window} days are no window here", path="window", hint="7, 14 or 30")
    if not 0 <= page <= _LAST_PAGE:
        raise Invalid("there is no such page", path="page")


def _asked(here: Parts, work: Work, span: int, window: int, topic: str) -> Asked:
    """Ask up to the whole hour that has begun, so that an answer can be kept."""
    house = here.house
    until = work.now // HOUR * HOUR + HOUR
    return Asked(
        since=until - span * DAY,
        until=until,
        window=window * DAY,
        items=house.catalog.items_of(work, topic) if topic else None,
        by_item=house.catalog.recommending(work),
        by_template=_named_by_templates(here, work),
    )


def _named_by_templates(here: Parts, work: Work) -> dict[str, tuple[str, ...]]:
    """Return the items whose pages a template's text leads to."""
    found = {
        one.name: tuple(dict.fromkeys(unquote(key) for key in _ARTICLE.findall(one.text)))
        for one in here.house.messaging.templates(work)
    }
    return {name: keys for name, keys in found.items() if keys}


def _lines(here: Parts, work: Work, speech: Speech, part: tuple[Bought, ...]) -> list[Line]:
    titles = Titles(work, here.house, speech)
    items = titles.items({one.item for one in part} | {one.by for one in part if one.by})
    cards = _cards(here, work, part)
    lines = []
    for one in part:
        by, address = items.get(one.by or ""), f"/items/{one.by}"
        if by is None:
            by, address = titles.origin(one.by) if one.how in ("said", "link") else (one.by, "")
        lines.append(
            Line(
                order=one.order,
                card=cards.get(one.profile),
                paid=one.paid,
                amount=unscaled(one.net),
                item=items.get(one.item, one.item),
                item_key=one.item,
                how=one.how,
                by=by or "",
                by_address=address,
                at=one.at,
            )
        )
    return lines


def _cards(here: Parts, work: Work, part: tuple[Bought, ...]) -> dict[int, Any]:
    asked = sorted({one.profile for one in part})
    return {card.profile: card for card in here.house.profiles.directory.cards(work, asked)}


def _address(query: dict[str, Any], page: int) -> str:
    return f"/results/recommended?{urlencode({**query, 'page': page})}"
