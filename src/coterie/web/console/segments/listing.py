"""The segments: how many are in each, how that changes, what asks for it."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.clock import DAY
from coterie.segments.definition import DaySize, Definition
from coterie.storage.work import Work
from coterie.web.console.segments import words as said
from coterie.web.console.segments.one import WEEK
from coterie.web.console.segments.starts import STARTS
from coterie.web.console.segments.uses import times_used
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here
from coterie.web.speech import N_, Speech

router = APIRouter(prefix="/segments")

SORTS = (
    ("name", N_("Name")),
    ("size", N_("People")),
    ("change", N_("Change in 7 days")),
    ("moved", N_("Moves in 24 hours")),
    ("uses", N_("Uses")),
)


@router.get("")
def everything(
    request: Request, here: Here, account: Operator, q: str = "", sort: str = "name"
) -> Response:  # fmt: skip
    """List the segments, in the order asked for."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        rows = _rows(here, work, speech)
        everyone = house.profiles.count(work)
        lists = len(house.segments.lists(work))
    wanted = q.strip().casefold()
    shown = [row for row in rows if wanted in _searched(row).casefold()]
    sort = sort if sort in dict(SORTS) else "name"
    return here.pages.render(
        request,
        "console/segments/list.html",
        account=account,
        rows=sorted(shown, key=lambda row: _place(row, sort, speech)),
        total=len(rows),
        lists=lists,
        everyone=everyone,
        q=q,
        sort=sort,
        sorts=[(name, speech.gettext(text)) for name, text in SORTS],
        starts=STARTS,
    )


def _rows(here: Here, work: Work, speech: Speech) -> list[dict[str, Any]]:
    house, segments = here.house, here.house.segments
    words = segments.vocabulary(work)
    defined = list(words.segments)
    growth = segments.growth(work, [one.slug for one in defined], WEEK)
    moved = segments.turnover(work, work.now - DAY)
    sentences = segments.sentences(work, speech.language, said.naming(speech, words))
    used = times_used(house, work)
    return [
        {
            **_row(one, growth[one.slug]),
            "moved": moved[one.slug],
            "sentence": sentences[one.slug],
            "uses": used[one.slug],
        }
        for one in defined
    ]


def _row(one: Definition, growth: list[DaySize]) -> dict[str, Any]:
    sizes = [day.size for day in growth]
    return {
        "slug": one.slug,
        "titles": {"en": one.title_en, "zh": one.title_zh},
        "size": one.size,
        "change": one.size - sizes[0] if sizes else 0,
        "line": sparkline(sizes),
    }


def _place(row: dict[str, Any], sort: str, speech: Speech) -> tuple[Any, ...]:
    """Return where a row stands in an order: by name, or the most first."""
    name = speech.title(row["titles"]).casefold()
    if sort == "name":
        return (name,)
    amount = sum(row["moved"]) if sort == "moved" else abs(row[sort])
    return (-amount, name)


def sparkline(sizes: list[int]) -> str:
    """Draw sizes as the points of a line in a box of 100 by 24.

    >>> sparkline([0, 5, 10])
    '0.0,22.0 50.0,12.0 100.0,2.0'
    """
    if len(sizes) < 2:
        return "0.0,12.0 100.0,12.0"
    low, spread = min(sizes), max(sizes) - min(sizes)
    step = 100 / (len(sizes) - 1)
    heights = [22 - 20 * (size - low) / spread if spread else 12.0 for size in sizes]
    return " ".join(f"{index * step:.1f},{height:.1f}" for index, height in enumerate(heights))


def _searched(row: dict[str, Any]) -> str:
    titles = row["titles"]
    return f"{titles['en']} {titles['zh']} {row['slug']} {row['sentence']}"
