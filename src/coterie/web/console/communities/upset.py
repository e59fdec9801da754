"""The picture of overlapping communities: lines for communities, a column for each overlap.

After UpSet (Lex et al., IEEE TVCG 2014): circles that overlap cannot show more than three sets
honestly, rows and columns can. Each community's line has a bar of its size, the part shared with
others darker; each overlap is a column: dots tell which communities, the bar above how many people
are in exactly these. Pure geometry in pixels; the page draws it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coterie.communities.growth.overlap import sizes
from coterie.communities.model import Combination

LABEL, SIZE, NUMBER, GAP = 150, 64, 44, 8
"""Widths: a community's title, its longest bar, the number beside it, the space to the columns."""
COLUMN, LINE, TALL = 44, 38, 96
"""A column's width, a line's height, the longest bar of an overlap."""
HEAD = 24
"""Above the longest bar: room for its number."""
MOST_LINES, MOST_COLUMNS = 14, 12
_LETTERS = 18
"""How much of a title fits: Chinese characters are two letters wide."""


@dataclass(frozen=True)
class Line:
    """One community: its title, how many take part, how many of them in others too."""

    slug: str
    title: str
    short: str
    people: int
    shared: int
    y: int
    width: float
    shared_width: float


@dataclass(frozen=True)
class Column:
    """One overlap: who is in exactly these communities, and in no other."""

    titles: tuple[str, ...]
    people: int
    x: int
    height: float
    first: int
    last: int
    dots: tuple[int, ...]
    blanks: tuple[int, ...]


@dataclass(frozen=True)
class Picture:
    """The whole picture; ``lines`` and ``columns`` say where everything stands."""

    width: int
    height: int
    label: int
    base: int
    lines: tuple[Line, ...]
    columns: tuple[Column, ...]
    left_out: int


def lay_out(found: Sequence[Combination], titles: Mapping[str, str]) -> Picture:
    """Place communities and their overlaps, the largest first.

    ``left_out`` counts the overlaps for which there is no room; the table under it has them all.
    """
    whole = sizes(found)
    chosen = sorted(titles, key=lambda slug: (-whole[slug], slug))[:MOST_LINES]
    overlaps = [
        one for one in found if len(one.communities) > 1 and set(one.communities) <= set(chosen)
    ]
    shared = sizes(one for one in found if len(one.communities) > 1)
    base = HEAD + TALL + 12 if overlaps else 0
    most = max((whole[slug] for slug in chosen), default=0)
    lines = tuple(
        Line(
            slug=slug,
            title=titles[slug],
            short=shorten(titles[slug]),
            people=whole[slug],
            shared=shared[slug],
            y=base + number * LINE,
            width=_length(whole[slug], most, SIZE),
            shared_width=_length(shared[slug], most, SIZE),
        )
        for number, slug in enumerate(chosen)
    )
    at = {line.slug: line.y + LINE // 2 for line in lines}
    tallest = max((one.people for one in overlaps), default=0)
    columns = tuple(
        _column(one, number, at, titles, tallest)
        for number, one in enumerate(overlaps[:MOST_COLUMNS])
    )
    return Picture(
        width=LABEL + SIZE + NUMBER + GAP + COLUMN * len(columns),
        height=base + LINE * len(lines),
        label=LABEL,
        base=base,
        lines=lines,
        columns=columns,
        left_out=sum(len(one.communities) > 1 for one in found) - len(columns),
    )


def _column(
    one: Combination, number: int, at: Mapping[str, int], titles: Mapping[str, str], tallest: int
) -> Column:
    dots = sorted(at[slug] for slug in one.communities)
    return Column(
        titles=tuple(titles[slug] for slug in one.communities),
        people=one.people,
        x=LABEL + SIZE + NUMBER + GAP + COLUMN * number + COLUMN // 2,
        height=_length(one.people, tallest, TALL),
        first=dots[0],
        last=dots[-1],
        dots=tuple(dots),
        blanks=tuple(sorted(set(at.values()) - set(dots))),
    )


def shorten(title: str) -> str:
    """Cut a title to what fits beside its line.

    >>> shorten("Tea"), shorten("知味意面与意大利葡萄酒爱好者之家")
    ('Tea', '知味意面与意大利…')
    """
    room = _LETTERS
    for number, letter in enumerate(title):
        room -= 2 if ord(letter) > 0x2E7F else 1
        if room < 0:
            return title[: number - 1] + "…"
    return title


def _length(part: int, whole: int, longest: int) -> float:
    """Return the length of a bar; what is not nothing is seen."""
    return round(max(2.0, longest * part / whole), 1) if part and whole else 0.0
