"""What the gate asks of very many people at once, answered by bitmaps and columns.

Each answers for all asked what ``Profiles`` answers one by one; people whose numbers lie close
together are found along one stretch of an index.
"""

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from coterie.profiles.consents.model import PERSONALISATION
from coterie.profiles.reach import store
from coterie.profiles.tags.service import Tags
from coterie.storage.work import Work

Numbers = NDArray[np.int32]
Values = list[tuple[str, Any, BitMap]]
"""Who has which value of which trait."""
_STRETCH = "profiles.stretch"


@dataclass
class Stretch:
    """People whom somebody asks about part by part, and what was answered of all of them."""

    people: BitMap
    answers: dict[Hashable, BitMap] = field(default_factory=dict)
    values: dict[Hashable, Values] = field(default_factory=dict)


class Reach:
    """Who can be reached and how; a part of ``Profiles``, which calls it ``self``."""

    everyone: Callable[[Work], BitMap]
    consenting: Callable[[Work, Collection[int], str, str], set[int]]
    not_personalised: Callable[[Work, Collection[int]], set[int]]
    reveal: Callable[[Work, Collection[int], str], dict[int, Any]]
    tags: Tags

    @contextmanager
    def stretch(self, work: Work, people: BitMap) -> Iterator[None]:
        """Ask about all of these people at once whenever somebody asks about a part of them.

        Meanwhile nothing may be learnt about them in this work: an answer is given again as it was.
        Within a longer stretch a part of it is none of its own.
        """
        longer = work.memo.get(_STRETCH)
        if longer is not None and people <= longer.people:
            yield
            return
        work.memo[_STRETCH] = Stretch(people)
        try:
            yield
        finally:
            work.memo[_STRETCH] = longer

    def people_among(self, work: Work, profiles: Numbers) -> BitMap:
        """Return who of these is a person now, and not erased."""
        return self.everyone(work) & BitMap(profiles)

    def traits_among(self, work: Work, profiles: Numbers, names: Collection[str]) -> Values:
        """Return who of these has which value of some traits; a sealed one is told as None.

        A value out of another trait's inside counts as long as that one stands.
        """
        asked, key = BitMap(profiles), frozenset(names)
        stretch = _stretch(work, asked)
        if stretch is None:
            return self._valued(work, profiles, key)
        if key not in stretch.values:
            stretch.values[key] = self._valued(work, _numbers(stretch.people), key)
        return [(name, value, part) for name, value, who in stretch.values[key]
                if (part := who & asked)]  # fmt: skip

    def _valued(self, work: Work, profiles: Numbers, names: Collection[str]) -> Values:
        asked, found = BitMap(profiles), []
        for name, value, inside, theirs in store.traits_among(work, profiles, names):
            who = BitMap(theirs) & asked
            if inside:
                who &= BitMap(self.reveal(work, list(who), name))
            found.append((name, None if value is None else msgspec.json.decode(value), who))
        return found

    def agreeing(self, work: Work, profiles: Numbers, purpose: str, channel: str) -> BitMap:
        """Return who of these may be reached for a purpose on a channel, as ``consenting`` does."""

        def ask(numbers: Numbers) -> BitMap:
            given = BitMap(store.said_among(work, numbers, purpose, channel, given=True))
            withdrawn = BitMap(store.said_among(work, numbers, purpose, channel, given=False))
            both = given & withdrawn
            last = self.consenting(work, list(both), purpose, channel) if both else ()
            return (given - both) | BitMap(last)

        return _among(work, profiles, (purpose, channel), ask)

    def plain_among(self, work: Work, profiles: Numbers) -> BitMap:
        """Return who of these wants nothing chosen by what is known of her."""

        def ask(numbers: Numbers) -> BitMap:
            withdrawn = BitMap(store.said_among(work, numbers, PERSONALISATION, None, given=False))
            asked = withdrawn & BitMap(numbers)
            return BitMap(self.not_personalised(work, list(asked))) if asked else BitMap()

        return _among(work, profiles, PERSONALISATION, ask)

    def wearing(self, work: Work, profiles: Numbers, tag: str) -> BitMap:
        """Return who of these has a tag now."""
        canonical = self.tags.dictionary(work).canonical(tag)
        return BitMap(store.wearing_among(work, canonical, profiles)) & BitMap(profiles)

    def buckets_among(self, work: Work, profiles: Numbers) -> Mapping[int, str]:
        """Return the bucket keys of these people, and perhaps of some others."""
        return store.bucket_keys_among(work, profiles)


def _stretch(work: Work, asked: BitMap) -> Stretch | None:
    """Return the stretch that all of these people lie in, if there is one."""
    found: Stretch | None = work.memo.get(_STRETCH)
    return found if found is not None and asked <= found.people else None


def _among(
    work: Work, profiles: Numbers, question: Hashable, ask: Callable[[Numbers], BitMap]
) -> BitMap:
    """Answer a question about some people; about all of a stretch, where they are part of one."""
    asked = BitMap(profiles)
    stretch = _stretch(work, asked)
    if stretch is None:
        return ask(profiles) & asked
    if question not in stretch.answers:
        stretch.answers[question] = ask(_numbers(stretch.people))
    return stretch.answers[question] & asked


def _numbers(people: BitMap) -> Numbers:
    return np.frombuffer(people.to_array(), np.uint32).astype(np.int32)
