"""Read a script before guides say it: what might be objected to, where, and why. Pure.

Finding nothing means that nothing of our lists was found, no more: nobody here says that a text
is lawful.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from coterie.guides.scripts import slots
from coterie.guides.scripts.claims import (
    ABSOLUTE,
    ALCOHOL,
    HEALTH,
    REWARDED_SPREAD,
    SPREAD,
    Grade,
    Kind,
    Rule,
)

_BETWEEN = set(" \t\u3000·•*_~|")
_END = re.compile(r"[。!?;\n]|[.](?=\s|\Z)")
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class Finding:
    """A place in a text that may be objected to: ``text[start:end]`` is ``words``.

    ``block``: it is published only with a recorded reason; ``warn``: somebody should look.
    """

    start: int
    end: int
    words: str
    kind: Kind
    grade: Grade
    reason: str


def lint(text: str, *, carrier: str = "chat", banned: Collection[str] = ()) -> list[Finding]:
    """Return what may be objected to in a text, in order of place.

    ``carrier`` is where it is said; ``banned`` are phrases that its author forbids besides.

    >>> [(one.words, one.reason) for one in lint("这是最好的酒，最近到店")]
    [('最好', 'superlative')]
    """
    folded, places = fold(text)
    found = list(_unknown_slots(text))
    for rule in (*ABSOLUTE, *ALCOHOL, *HEALTH, *_spreading(carrier)):
        for match in rule.pattern.finditer(folded):
            if rule.unless is None or not rule.unless.search(_sentence(folded, match.start())):
                found.append(_finding(text, places, match.start(), match.end(), rule))
    for phrase in banned:
        wanted = fold(phrase)[0].strip()
        if wanted:
            for match in re.finditer(re.escape(wanted), folded):
                rule = Rule("banned", "block", "banned_here", match.re)
                found.append(_finding(text, places, match.start(), match.end(), rule))
    return _outermost(found)


def blocking(findings: Sequence[Finding]) -> list[Finding]:
    """Return those that hold a version back until somebody takes responsibility."""
    return [one for one in findings if one.grade == "block"]


def fold(text: str) -> tuple[str, list[int]]:
    """Bring a text into the form that patterns know; say where each character of it came from.

    >>> fold("最 · 好 Wine")[0]
    '最好 wine'
    """
    folded: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if unicodedata.category(character) == "Cf" or _is_between(text, place):
            continue
        for one in unicodedata.normalize("NFKC", character).lower():
            folded.append(one)
            places.append(place)
    return "".join(folded), places


def _is_between(text: str, place: int) -> bool:
    """Say whether a character only keeps two Chinese ones apart."""
    if text[place] not in _BETWEEN:
        return False
    before = text[:place].rstrip("".join(_BETWEEN))[-1:]
    after = text[place:].lstrip("".join(_BETWEEN))[:1]
    return bool(_HAN.match(before) and _HAN.match(after))


def _spreading(carrier: str) -> Iterator[Rule]:
    grade = SPREAD.get(carrier, "block")
    if grade is not None:
        for rule in REWARDED_SPREAD:
            yield replace(rule, grade=grade)


def _unknown_slots(text: str) -> Iterator[Finding]:
    for start, end, name in slots.places(text):
        if name not in slots.SLOTS:
            yield Finding(start, end, text[start:end], "slot", "block", "unknown_slot")


def _sentence(folded: str, at: int) -> str:
    start = max((match.end() for match in _END.finditer(folded, 0, at)), default=0)
    end = _END.search(folded, at)
    return folded[start : end.start() if end else len(folded)]


def _finding(text: str, places: list[int], start: int, end: int, rule: Rule) -> Finding:
    first, last = places[start], places[end - 1] + 1
    return Finding(first, last, text[first:last], rule.kind, rule.grade, rule.reason)


def _outermost(found: list[Finding]) -> list[Finding]:
    """Leave out what another finding of its kind covers, in whole or in part, and outweighs."""
    kept: list[Finding] = []
    for one in sorted(found, key=lambda each: (each.grade != "block", each.start - each.end)):
        covered = any(
            other.start < one.end and one.start < other.end and other.kind == one.kind
            for other in kept
        )
        if not covered:
            kept.append(one)
    return sorted(kept, key=lambda each: (each.start, each.end))
