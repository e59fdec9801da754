"""All items with their touches, and one item: what it is, who touches it, what it is about."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.catalog.model import Found, Item
from coterie.core.clock import local_date
from coterie.core.errors import Invalid, NotFound
from coterie.core.ids import check_topic
from coterie.scores.touches.model import ItemTouches
from coterie.storage.work import Work
from coterie.web.charts import Chart, Series
from coterie.web.console.topics.pages import UNTOUCHED, title_of
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_, Speech

router = APIRouter()

PAGE = 50
_LAST_PAGE = 100_000
_DAYS = 90
_SENDERS = 20
_KEEP = "keep:"
_SEPARATORS = re.compile(r"[\s,，、;；]+")
_RETAGGED = N_("The item has its new topics; interests and segments follow.")

SORTS = {
    "month": N_("Touched most in 30 days"),
    "week": N_("Touched most in 7 days"),
    "people": N_("By most people in 30 days"),
    "title": N_("By title"),
    "key": N_("By key"),
}


@router.get("/items")
def items(
    request: Request, here: Here, account: Operator, q: str = "", kind: str = "",
    topic: str = "", sort: str = "month", page: int = 0,
) -> Response:  # fmt: skip
    """List items, those touched most first."""
    if sort not in SORTS:
        raise Invalid("items are not sorted by that", path="sort", hint=", ".join(SORTS))
    if not 0 <= page <= _LAST_PAGE:
        raise Invalid("there is no such page", path="page")
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        touches = house.scores.touches(work)
        found = house.catalog.search(work, q, kind=kind or None, topic=topic or None)
        ordered = in_order(found, touches, sort)
        shown = ordered[page * PAGE : (page + 1) * PAGE]
        pictures = _pictures(house.catalog.items(work, [one.key for one in shown]))
        topics = house.catalog.topics_of(work, [one.key for one in shown])
        titles = {known.path: title_of(speech, known) for known in house.catalog.topics(work)}
        kinds = house.catalog.kinds(work)
    asked = {"q": q, "kind": kind, "topic": topic, "sort": "" if sort == "month" else sort}
    return here.pages.render(
        request,
        "console/items/list.html",
        account=account,
        shown=shown,
        found=len(found),
        whole=sum(kinds.values()),
        touches=touches,
        untouched=UNTOUCHED,
        pictures=pictures,
        topics=topics,
        titles=titles,
        kind_choices=[
            ("", speech.gettext("all kinds")),
            *((name, f"{speech.word('kind', name)} · {n}") for name, n in kinds.items()),
        ],
        without_topic=_address(**{**asked, "topic": ""}),
        asked={**asked, "sort": sort},
        sorts=[(name, speech.gettext(words)) for name, words in SORTS.items()],
        newer=_address(**asked, page=page - 1) if page else None,
        older=_address(**asked, page=page + 1) if len(found) > (page + 1) * PAGE else None,
    )


def in_order(found: Sequence[Found], touches: Mapping[str, ItemTouches], sort: str) -> list[Found]:
    """Order items by how they were touched, the most first, or by title or key.

    >>> tea, cup = Found("1", "item", "Tea", None), Found("2", "item", "Cup", None)
    >>> [one.title for one in in_order([tea, cup], {"2": ItemTouches(1, 1, 1)}, "month")]
    ['Cup', 'Tea']
    """
    if sort in ("title", "key"):
        return sorted(found, key=lambda one: (getattr(one, sort).casefold(), one.key))
    return sorted(found, key=lambda one: (-getattr(touches.get(one.key, UNTOUCHED), sort), one.key))


@router.get("/items/{key:path}")
def item(request: Request, here: Here, account: Operator, key: str) -> Response:
    """Show one item."""
    return _page(request, here, account, key)


@router.post("/items/{key:path}")
def retag(
    request: Request, here: Here, account: Operator, key: str,
    fields: DeskForm,
) -> Response:  # fmt: skip
    """Show whose interests would follow if the item had these topics, or give it them."""
    wanted = topics_of(fields)
    try:
        for number, path in enumerate(wanted):
            check_topic(path, f"topics[{number}]")
        if fields.get("do") != "save":
            return _page(request, here, account, key, wanted=wanted)
        house = here.house
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            house.inbound.retagged(work, house.catalog.retag(work, key, wanted))
    except Invalid as error:
        return _page(request, here, account, key, http_status=400, wanted=wanted, fault=error)
    house.poke()
    toast = here.pages.speech(request, account).gettext(_RETAGGED)
    return here.pages.redirect(f"/items/{quote(key)}", toast=toast)


def topics_of(fields: Mapping[str, str]) -> tuple[str, ...]:
    """Read the topics that a form keeps (``keep:<path>``) and those that it adds, in order.

    >>> topics_of({"keep:wine/italy": "on", "add": "food/pasta, wine/italy"})
    ('food/pasta', 'wine/italy')
    """
    kept = {name.removeprefix(_KEEP) for name in fields if name.startswith(_KEEP)}
    added = {path.strip("/") for path in _SEPARATORS.split(fields.get("add", "")) if path}
    return tuple(sorted(kept | added - {""}))


def _page(
    request: Request,
    here: Parts,
    account: Account,
    key: str,
    *,
    http_status: int = 200,
    wanted: tuple[str, ...] | None = None,
    fault: Invalid | None = None,
) -> Response:
    house, speech = here.house, here.pages.speech(request, account)
    now = house.clock.now()
    today = local_date(now, ZoneInfo(house.instance.zone))
    with house.db.read(actor_of(account), now) as work:
        one = house.catalog.item(work, key)
        if one is None:
            raise NotFound(f"there is no item {key!r}")
        story = house.scores.item_story(work, key, today - timedelta(days=_DAYS - 1))
        known = house.catalog.topics(work)
        values: dict[str, Any] = {
            "cards": {
                card.profile: card
                for card in house.profiles.directory.cards(
                    work, list(dict.fromkeys(touch.profile for touch in story.latest))
                )
            },
            "links": _links(here, work, key),
            "touched_by": house.scores.touched_by(work, [key]),
        }
    return here.pages.render(
        request,
        "console/items/one.html",
        http_status=http_status,
        account=account,
        item=one,
        picture=_pictures([one]).get(key),
        story=story,
        known=known,
        titles={topic.path: title_of(speech, topic) for topic in known},
        month=sum(day.touches for day in story.days[-30:]),
        week=sum(day.touches for day in story.days[-7:]),
        chart_of=_chart(speech, one, [(f"{day.day:%m-%d}", day.touches) for day in story.days]),
        wanted=wanted,
        added=sorted(set(wanted or ()) - set(one.topics)),
        removed=sorted(set(one.topics) - set(wanted or ())) if wanted is not None else [],
        fault=fault,
        currency=house.instance.currency,
        address=one.url if (one.url or "").startswith(("https://", "http://")) else "",
        properties=_properties(one),
        **values,
    )


def _links(here: Parts, work: Work, key: str) -> list[tuple[str, str, int, int]]:
    """Count an item's tracked links as (sender, campaign, links, made last), the newest first."""
    counted: dict[tuple[str, str], tuple[int, int]] = {}
    for link in here.house.codes.links_of(work, key):
        about = (link.sender, link.campaign or "")
        number, last = counted.get(about, (0, 0))
        counted[about] = (number + 1, max(last, link.created))
    rows = [(*about, *counts) for about, counts in counted.items()]
    return sorted(rows, key=lambda row: -row[3])[:_SENDERS]


def _properties(item: Item) -> list[tuple[str, str]]:
    """Write an item's properties for a list, its picture left out."""
    shown = [(name, value) for name, value in item.properties.items() if name != "image"]
    return [
        (
            name.replace("_", " "),
            ", ".join(map(str, value)) if isinstance(value, list) else str(value),
        )
        for name, value in shown
    ]


def _pictures(found: Sequence[Item]) -> dict[str, str]:
    """Return the pictures that items have on this house; no page loads one from elsewhere."""
    pictures = {one.key: one.properties.get("image") for one in found}
    return {
        key: picture
        for key, picture in pictures.items()
        if isinstance(picture, str) and picture.startswith("/") and not picture.startswith("//")
    }


def _chart(speech: Speech, item: Item, days: list[tuple[str, int]]) -> Chart:
    total = sum(n for _, n in days)
    said = speech.ngettext(
        "Touched %(n)s time in %(days)s days", "Touched %(n)s times in %(days)s days", total,
        days=len(days),
    )  # fmt: skip
    series = [Series(speech.gettext("Touches"), [n for _, n in days])]
    return Chart(f"{item.key}-touches", said, "bar", [label for label, _ in days], series)


def _address(**query: Any) -> str:
    asked = {name: value for name, value in query.items() if value}
    return "/items" + (f"?{urlencode(asked)}" if asked else "")
