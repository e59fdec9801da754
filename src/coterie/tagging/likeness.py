"""Which tags may mean the same: by title, by name, or because the same people carry them. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from itertools import combinations
from typing import Any

from pyroaring import BitMap

from coterie.profiles.tags.model import COMMUNITY, Dictionary, Tag
from coterie.tagging.model import Likeness, Twins

SAME_PEOPLE = 0.9
"""From this share on (of those who carry either, who carry both) two tags count as alike."""

_FEWEST = 5
"""Fewer people than this are alike by chance."""

_SHORTEST = 5
"""Shorter names that differ by a letter are different words."""

_DIGITS = re.compile(r"\d+")
_NO_LETTER = re.compile(r"[\W_]+")


def folded(text: str) -> str:
    """Bring spellings of one word together.

    >>> folded("Red-Wine") == folded("ｒｅｄ＿ｗｉｎｅ") == folded("red wine")
    True
    """
    return _NO_LETTER.sub("", unicodedata.normalize("NFKC", text).casefold())


def nearly(one: str, other: str) -> bool:
    """Say whether two names are alike but for one letter; numbers must be the same.

    >>> nearly("red-wine", "red-wines"), nearly("age-20-29", "age-20-39"), nearly("vip", "vap")
    (True, False, False)
    """
    a, b = sorted((folded(one), folded(other)), key=len)
    if a == b:
        return True
    if len(a) < _SHORTEST or len(b) - len(a) > 1 or _DIGITS.findall(a) != _DIGITS.findall(b):
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    return a[start:] == b[start + 1 :] or a[start + 1 :] == b[start + 1 :]


def alike(book: Dictionary, holders: Mapping[str, BitMap]) -> list[Twins]:
    """Find the pairs of tags that may mean the same, the likeliest first."""
    in_use = {name for name, people in holders.items() if people}
    entries = {one.name for one in book.tags.values() if one.alias_of is None}
    names = sorted(name for name in in_use | entries if not name.startswith(COMMUNITY))
    nobody = BitMap()
    found: list[Twins] = []
    for one, other in combinations(names, 2):
        if book.group_of(one) is not None and book.group_of(one) == book.group_of(other):
            continue  # of those nobody carries two, on purpose
        share = jaccard(holders.get(one, nobody), holders.get(other, nobody))
        by = tuple(_likenesses(book.tags.get(one), book.tags.get(other), one, other, share))
        if by:
            found.append(Twins(one, other, by, share))
    return sorted(found, key=lambda twins: (-len(twins.by), -twins.share, twins.one, twins.other))


def _likenesses(
    a: Tag | None, b: Tag | None, one: str, other: str, share: float
) -> Iterator[Likeness]:
    if titles(a, one) & titles(b, other):
        yield "title"
    if nearly(one, other):
        yield "name"
    if share >= SAME_PEOPLE:
        yield "people"


def titles(tag: Tag | None, name: str) -> set[str]:
    """Return what a tag is called, folded; one without a title is called by its name."""
    given = {folded(tag.title_en), folded(tag.title_zh)} - {""} if tag is not None else set()
    return given or {folded(name)}


def jaccard(one: BitMap, other: BitMap) -> float:
    """Return how many carry both of all who carry either; 0 where few do."""
    fewer, more = sorted((len(one), len(other)))
    if fewer < _FEWEST or fewer < SAME_PEOPLE * more:
        return 0.0
    return one.jaccard_index(other)


def tags_in(document: Any) -> set[str]:
    """Return the tags that a rule or a journey names.

    >>> sorted(tags_in({"all": [{"tag": "vip"}, {"not": {"tag": "new"}}], "do": "tag"}))
    ['new', 'vip']
    """
    if isinstance(document, Mapping):
        named = document.get("tag")
        found = {named} if isinstance(named, str) and named else set()
        return found.union(*(tags_in(inner) for inner in document.values()))
    if isinstance(document, Collection) and not isinstance(document, str | bytes):
        return set().union(*(tags_in(inner) for inner in document))
    return set()
