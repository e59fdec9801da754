"""The face of portraits: what the people of a segment are like, beside everybody.

Everything that is read is kept for as long as the log stands (a minute in a busy house, an hour at
most): the reading of everybody serves every segment whose people are all among those looked at.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
from pyroaring import BitMap

from coterie.analytics.portrait import masking, reading, store
from coterie.analytics.portrait.model import (
    AT_MOST,
    HOURS,
    INTEREST,
    TAGS,
    TRAIT,
    Cell,
    Facet,
    K,
    Portrait,
    Read,
)
from coterie.core.clock import HOUR, MINUTE
from coterie.core.errors import NotFound
from coterie.events.log import Log
from coterie.profiles.ranking.service import Ranking
from coterie.profiles.service import Profiles
from coterie.storage.work import Work

SCORE = "scores.interest."
LEAST = 1.0
"""The interest from which on somebody counts as interested."""

MOST_TAGS = 20
_TOLD = 12
"""So many cells of what people are in or not are told, those with the most first."""

_NOBODY = BitMap()

T = TypeVar("T")


class Memory(Protocol):
    """Keeps answers as long as the log stands where it stood; ``Analytics`` does."""

    def kept(
        self, work: Work, question: Any, ask: Callable[[], T], patience: int = MINUTE
    ) -> T:  # fmt: skip
        """Answer from memory, else ask and keep the answer."""
        ...


@dataclass(frozen=True)
class _Looked:
    """Who is looked at, and what was read of them; ``subtractable`` unless somebody was drawn."""

    inside: BitMap
    whole: BitMap
    of_inside: Mapping[str, Read]
    of_whole: Mapping[str, Read]
    edges: Mapping[str, tuple[int, ...]]
    subtractable: bool


class Portraits:
    """Portraits of any set of people; ``zone`` is the brand's, ``currency`` too."""

    def __init__(
        self, memory: Memory, log: Log, profiles: Profiles, zone: ZoneInfo, currency: str,
        at_most: int = AT_MOST,
    ) -> None:  # fmt: skip
        self._memory = memory
        self._log = log
        self._profiles = profiles
        self._zone = zone
        self._currency = currency
        self._at_most = at_most
        self._ranking = Ranking()

    def of(self, work: Work, members: BitMap, traits: Sequence[str] = ()) -> Portrait:
        """Paint some people against everybody; ``traits`` are told by their values.

        Identifying traits have no cells. Every number is masked, see ``masking``.
        """
        everybody = self._profiles.everyone(work)
        people = members & everybody
        size, total = len(people), len(everybody)
        if size < K or 0 < total - size < K:
            return Portrait(size, total, 0, 0, {}, {}, refused=True)
        looked = self._look(work, people, everybody, traits)
        facets = {name: _facet(name, looked) for name in looked.of_whole}
        return Portrait(
            size, total, len(looked.inside), len(looked.whole), facets, looked.edges
        )  # fmt: skip

    def people(self, work: Work, members: BitMap, facet: str, key: str) -> BitMap:
        """Return the people behind one number that a portrait shows; raises NotFound for others."""
        traits = [facet.removeprefix(TRAIT)] if facet.startswith(TRAIT) else []
        shown = self.of(work, members, traits).facets.get(facet)
        cell = next((one for one in shown.cells if one.key == key), None) if shown else None
        if cell is None or cell.inside is None:
            raise NotFound("the portrait shows no such number")
        everybody = self._profiles.everyone(work)
        looked = self._look(work, members & everybody, everybody, traits)
        return looked.of_inside[facet].people[key] & looked.inside

    def _look(
        self, work: Work, people: BitMap, everybody: BitMap, traits: Sequence[str]
    ) -> _Looked:
        """Read of everybody, or of so many drawn from them; then of the people, if still needed.

        Who was erased since is left out at once, though the reading may be a minute old.
        """
        whole, raw = self._kept(work, ("everybody",), lambda: self._everybody(work, everybody))
        cuts = reading.money_edges(raw)
        of_whole = self._read(work, whole, raw, cuts, dict.fromkeys(traits))
        whole_now = whole & everybody
        if len(everybody) <= self._at_most:
            return _Looked(people & whole, whole_now, of_whole, of_whole, cuts, True)
        inside = drawn(people, self._at_most)
        of_them = self._kept(work, ("log", *_digest(inside)), lambda: self._raw(work, inside))
        values = {name: tuple(of_whole[TRAIT + name].people) for name in traits}
        of_inside = self._read(work, inside, of_them, cuts, values)
        return _Looked(inside, whole_now, of_inside, of_whole, cuts, False)

    def _everybody(self, work: Work, everybody: BitMap) -> tuple[BitMap, store.Raw]:
        whole = drawn(everybody, self._at_most)
        return whole, self._raw(work, whole)

    def _raw(self, work: Work, people: BitMap) -> store.Raw:
        return store.read(work, self._log, people, self._zone, self._currency)

    def _read(
        self, work: Work, people: BitMap, raw: store.Raw, cuts: Mapping[str, tuple[int, ...]],
        traits: Mapping[str, tuple[str, ...] | None],
    ) -> dict[str, Read]:  # fmt: skip
        """Put people into cells; of ``traits`` the values told are given, None: the usual ones."""
        about = _digest(people)
        told = tuple(sorted((name, *edges) for name, edges in cuts.items()))
        found = dict(
            self._kept(work, ("cells", *about, told), lambda: reading.of_log(raw, people, cuts))
        )
        found[INTEREST] = self._kept(
            work, ("interests", *about), lambda: self._interests(work, people)
        )
        found[TAGS] = self._kept(work, ("tags", *about), lambda: self._tags(work, people))
        for name, values in traits.items():
            ask = partial(self._values, work, people, name, values)
            found[TRAIT + name] = self._kept(work, ("trait", name, values, *about), ask)
        return found

    def _kept(self, work: Work, question: tuple[Any, ...], ask: Callable[[], T]) -> T:
        about = ("portrait", self._at_most, *question, work.now // HOUR)
        return self._memory.kept(work, about, ask)

    def _interests(self, work: Work, people: BitMap) -> Read:
        whole = len(people) == self._profiles.count(work)
        rows = self._ranking.having(work, SCORE, LEAST, among=None if whole else list(people))
        if whole:
            rows = [row for row in rows if row[1] in people]
        return reading.of_levels(rows, SCORE)

    def _tags(self, work: Work, people: BitMap) -> Read:
        directory = self._profiles.directory
        often = sorted(directory.tags(work), key=lambda one: (-one[1], one[0]))[:MOST_TAGS]
        return Read(False, {tag: directory.tagged(work, tag) & people for tag, _ in often})

    def _values(
        self, work: Work, people: BitMap, name: str, values: tuple[str, ...] | None
    ) -> Read:  # fmt: skip
        if name.partition(".")[0] in self._profiles.identifying:
            return Read(True, {})
        published = self._profiles.published
        if name in published.names(work):
            rows = published.of(work, list(people), [name])
            told = {profile: value for profile, _, value, _ in rows}
        else:
            told = self._profiles.reveal(work, list(people), name)
        return reading.of_values(told, people, values)


def drawn(people: BitMap, at_most: int) -> BitMap:
    """Draw so many of some people, evenly along the order in which they came; fewer are all taken.

    >>> list(drawn(BitMap(range(10)), 4))
    [0, 2, 5, 7]
    """
    if len(people) <= at_most:
        return people
    chosen = np.arange(at_most, dtype=np.int64) * len(people) // at_most
    return BitMap(np.array(people.to_array(), np.uint32)[chosen])


def _digest(people: BitMap) -> tuple[int, str]:
    return len(people), hashlib.sha256(people.serialize()).hexdigest()


def _facet(name: str, looked: _Looked) -> Facet:
    """Count the cells of a facet, and mask them."""
    inside, whole = looked.of_inside[name], looked.of_whole[name]
    pairs = {
        key: (
            len(inside.people.get(key, _NOBODY) & looked.inside),
            len(whole.people.get(key, _NOBODY) & looked.whole),
        )
        for key in dict.fromkeys([*whole.people, *inside.people])
    }
    if whole.parts:
        shown = masking.parts(pairs, subtractable=looked.subtractable)
        return Facet(name, True, tuple(Cell(key, *numbers) for key, numbers in shown.items()))
    sizes = len(looked.inside), len(looked.whole)
    marks = {
        key: masking.mark(pair, *sizes, subtractable=looked.subtractable)
        for key, pair in pairs.items()
    }
    cells = [_cell(key, marks[key], inside, whole, looked) for key in _ordered(name, marks)]
    return Facet(name, False, tuple(cells), len(marks) - len(cells))


def _ordered(name: str, marks: Mapping[str, masking.Shown]) -> Collection[str]:
    """Name the cells told: every hour; else those that can be shown, the most frequent first."""
    if name == HOURS:
        return list(marks)
    told = [key for key, (inside, _) in marks.items() if inside is not None]
    told.sort(key=lambda key: (-(marks[key][0] or 0), key))
    return told[:_TOLD]


def _cell(
    key: str, shown: masking.Shown, inside: Read, whole: Read, looked: _Looked
) -> Cell:  # fmt: skip
    count, total = shown
    if count is None or key not in inside.measures:
        return Cell(key, count, total)
    level = reading.mean(inside.measures[key], looked.inside)
    level_whole = None if total is None else reading.mean(whole.measures[key], looked.whole)
    return Cell(key, count, total, level, level_whole)
