"""The portrait of a segment: what its people are like, beside everybody."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.analytics.portrait.model import (
    BASKET,
    DAYS,
    HOURS,
    INTEREST,
    SOURCES,
    SPENT,
    STORES,
    TAGS,
    TRAIT,
    Cell,
    Facet,
    K,
    Portrait,
)
from coterie.storage.work import Work
from coterie.web.charts import Chart, Series
from coterie.web.console.people.titles import Titles, topic_titles
from coterie.web.console.portraits.words import HEADINGS, MORE, USUAL, Naming, hour, rank, strongest
from coterie.web.console.segments.who import people as who
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here
from coterie.web.ports import Served
from coterie.web.speech import Speech

router = APIRouter(prefix="/segments")

_ORDER = (INTEREST, SPENT, BASKET, DAYS, SOURCES, STORES, TAGS)
_FIRST = ("city", "address.city", "store", "level")
"""Traits that are told at first, the first of them that people have."""

_USUAL = ("lifecycle.class", "rfm.cell", "value.front", "rhythm.dormant")
"""What is worked out of everybody is told where it is published."""

_PEOPLE = 50
_BEST_HOURS = 3


@dataclass(frozen=True)
class Line:
    """One cell as the page shows it; ``inside`` None: too few to show."""

    words: str
    address: str
    cell: Cell


@dataclass(frozen=True)
class Section:
    """One facet as the page shows it."""

    id: str
    heading: str
    hint: str
    lines: tuple[Line, ...]
    more: str
    is_hidden: bool


@router.get("/{slug}/portrait")
def portrait(
    request: Request, here: Here, account: Operator, slug: str, trait: str = ""
) -> Response:  # fmt: skip
    """Paint a segment."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        segment = house.segments.get(work, slug)
        offered = _traits(house, work)
        chosen = trait if trait in offered else _first(offered)
        published = house.profiles.published.names(work)
        usual = [name for name in _USUAL if name in published]
        names = list(dict.fromkeys([*usual, *([chosen] if chosen else [])]))
        painted = house.portraits.of(work, house.segments.members(work, slug), names)
        naming = _naming(house, work, slug, painted, speech)
    facets = painted.facets
    told = [facets[name] for name in _ORDER if name in facets and facets[name].cells]
    return here.pages.render(
        request,
        "console/portraits/portrait.html",
        account=account,
        segment=segment,
        portrait=painted,
        k=K,
        sections=[_section(one, naming, speech) for one in told],
        usual=[
            _of_trait(facets[TRAIT + name], naming, speech)
            for name in usual
            if TRAIT + name in facets
        ],
        trait=(
            _of_trait(facets[TRAIT + chosen], naming, speech) if TRAIT + chosen in facets else None
        ),
        offered=offered,
        chosen=chosen,
        hours=_hours(facets[HOURS], painted, naming, speech) if HOURS in facets else None,
        orders=SPENT in facets,
    )


@router.get("/{slug}/portrait/people")
def behind(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """List the people behind one number of a portrait."""
    house, speech = here.house, here.pages.speech(request, account)
    facet, key = (request.query_params.get(name, "") for name in ("of", "is"))
    with house.db.read(actor_of(account), house.clock.now()) as work:
        segment = house.segments.get(work, slug)
        members = house.segments.members(work, slug)
        found = house.portraits.people(work, members, facet, key)
        painted = house.portraits.of(work, members)
        naming = _naming(house, work, slug, painted, speech)
        shown = list(found[:_PEOPLE])
        named = who(work, house.profiles, shown)
    heading = HEADINGS.get(facet, ("", ""))
    return here.pages.render(
        request,
        "console/portraits/people.html",
        account=account,
        segment=segment,
        portrait=painted,
        facet=speech.gettext(heading[0]) if heading[0] else facet.removeprefix(TRAIT),
        hint=speech.gettext(heading[1]) if heading[1] else "",
        words=naming.label(facet, key),
        total=len(found),
        people=[named[one] for one in shown if one in named],
    )


def _naming(
    house: Served, work: Work, slug: str, painted: Portrait, speech: Speech
) -> Naming:  # fmt: skip
    titles, topics = Titles(work, house, speech), topic_titles(work, house, speech)
    return Naming(slug, painted, titles, topics, speech, house.instance.currency)


def _traits(house: Served, work: Work) -> list[str]:
    """Name the traits that can be told by their values: none that identifies."""
    names = house.profiles.directory.trait_names(work)
    return [one for one in names if one.partition(".")[0] not in house.profiles.identifying]


def _first(offered: list[str]) -> str:
    known = [name for name in _FIRST if name in offered]
    return next(iter([*known, *offered]), "")


def _section(facet: Facet, naming: Naming, speech: Speech) -> Section:
    heading, hint = HEADINGS[facet.name]
    return Section(
        id=facet.name,
        heading=speech.gettext(heading),
        hint=speech.gettext(hint),
        lines=_lines(facet, naming),
        more=speech.ngettext(*MORE, facet.more) if facet.more else "",
        is_hidden=facet.is_hidden,
    )


def _of_trait(facet: Facet, naming: Naming, speech: Speech) -> Section:
    name = facet.name.removeprefix(TRAIT)
    heading = speech.gettext(USUAL[name]) if name in USUAL else name
    return Section(f"trait-{name}", heading, "", _lines(facet, naming), "", facet.is_hidden)


def _lines(facet: Facet, naming: Naming) -> tuple[Line, ...]:
    """Tell the cells one by one, in an order of their own where they have one."""
    cells = sorted(facet.cells, key=lambda cell: rank(facet.name, cell.key))
    return tuple(
        Line(naming.label(facet.name, cell.key), naming.address(facet.name, cell.key), cell)
        for cell in cells
    )


def _hours(
    facet: Facet, painted: Portrait, naming: Naming, speech: Speech
) -> dict[str, Any]:  # fmt: skip
    """Draw the day, and name its best hours."""
    best = strongest(facet, _BEST_HOURS)
    title = speech.gettext(
        "Most of them are active at %(hours)s o'clock",
        hours=speech.gettext(", ").join(hour(cell.key) for cell in best),
    )
    chart = Chart(
        name="hours",
        title=title,
        kind="bar",
        labels=[hour(cell.key) for cell in facet.cells],
        series=[
            Series(
                speech.gettext("here, %"),
                [_share(cell.inside, painted.inside) for cell in facet.cells],
            ),
            Series(
                speech.gettext("of everybody, %"),
                [_share(cell.whole, painted.whole) for cell in facet.cells],
            ),
        ],
        whole=False,
    )
    return {"chart": chart, "best": [line for line in _lines(facet, naming) if line.cell in best],
            "heading": speech.gettext(HEADINGS[HOURS][0]),
            "hint": speech.gettext(HEADINGS[HOURS][1])}  # fmt: skip


def _share(count: int | None, total: int) -> float | None:
    return None if count is None or not total else round(100 * count / total, 1)
