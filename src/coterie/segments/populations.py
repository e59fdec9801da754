"""Whole populations of any rule, kept in memory for as long as they are certainly true.

An answer is kept under the stamp of what it was asked of (``store.stamp``): when anything is
learnt or defined, there is another stamp and the answer is found no more. Time alone changes an
answer only at one of the rule's edges (``calendar``), so it stands until the next edge passes.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from threading import Lock

from pyroaring import BitMap, FrozenBitMap

from coterie.segments import store
from coterie.segments.everyone.reader import Reader
from coterie.segments.library import Library
from coterie.segments.model import Rule, World
from coterie.segments.stirring import Stirring
from coterie.storage.work import Work

KEPT = 256
"""So many answers are kept; one of 2 million people takes up to 250 kB."""

_Key = tuple[int, str]


@dataclass(frozen=True)
class _Answer:
    """Who met a rule at ``at``; ``until`` is the next moment at which time may change it."""

    people: FrozenBitMap
    at: int
    until: int | None = None
    foreseen: bool = False


class Populations:
    """Answers rules for pages: exact at ``work.now``, asked of everyone only when it must be."""

    def __init__(self, reader: Reader, stirring: Stirring) -> None:
        self.reader = reader
        self.stirring = stirring
        self._lock = Lock()
        self._kept: OrderedDict[_Key, _Answer] = OrderedDict()

    def of(self, work: Work, library: Library, world: World, rule: Rule) -> BitMap:
        """Return who meets a rule at ``work.now``."""
        return self.of_each(work, library, world, [rule])[0]

    def of_each(
        self, work: Work, library: Library, world: World, rules: Sequence[Rule]
    ) -> list[BitMap]:
        """Return who meets each of some rules; those that must be asked are asked together."""
        stamp = store.stamp(work)
        keys = [(stamp, repr(rule)) for rule in rules]
        found: dict[_Key, FrozenBitMap] = {}
        asked: dict[_Key, Rule] = {}
        for key, rule in zip(keys, rules, strict=True):
            kept = self._standing(work, library, rule, key)
            if kept is None:
                asked[key] = rule
            else:
                found[key] = kept.people
        if asked:
            with self.reader.population(work, world, list(asked.values())) as population:
                for key, rule in asked.items():
                    found[key] = FrozenBitMap(population.of(rule))
                    self._keep(key, _Answer(found[key], work.now))
        return [BitMap(found[key]) for key in keys]

    def _standing(self, work: Work, library: Library, rule: Rule, key: _Key) -> _Answer | None:
        """Find an answer that is still true; see how long it stands when it is first wanted."""
        with self._lock:
            kept = self._kept.get(key)
        if kept is None or work.now < kept.at:
            return None
        if work.now > kept.at and not kept.foreseen:
            until = self.stirring.next(work, library.edges(rule), kept.at)
            kept = replace(kept, until=until, foreseen=True)
            self._keep(key, kept)
        if kept.until is not None and kept.until <= work.now:
            return None
        return kept

    def _keep(self, key: _Key, answer: _Answer) -> None:
        with self._lock:
            self._kept[key] = answer
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
