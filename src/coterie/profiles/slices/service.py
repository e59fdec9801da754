"""The verbs of what time brings: who changes between two moments, and when the next does."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from coterie.profiles import fading
from coterie.profiles.published.service import Published
from coterie.profiles.slices import store
from coterie.profiles.slices.fades import store as fades
from coterie.profiles.slices.model import Stated
from coterie.profiles.tags.service import Tags
from coterie.storage.work import Work

_PAGE = 100


class Slices:
    """The part of ``Profiles`` that is asked by name and moment instead of by person.

    Slices may name people whom a rule then finds unchanged, never leave out one who changes.
    """

    tags: Tags
    published: Published

    def fade(
        self,
        work: Work,
        given: fading.Fading | Sequence[tuple[int, str, float | None]],
        half_life: int,
    ) -> None:
        """Publish fading traits, by columns or as (profile, name, level); a level None removes one.

        The value at moment t is ``2 ** (level - t / half_life)``, both in milliseconds. A name has
        one half-life, the last one given.
        """
        columns = given if isinstance(given, fading.Fading) else fading.Fading.of(given)
        fades.write(work, columns, half_life)

    def faded_in(self, work: Work) -> Mapping[str, tuple[NDArray[np.int32], NDArray[np.float64]]]:
        """Return what this unit of work has written of fading traits so far, by name.

        People in order and their newest levels; NaN of whom it was taken away.
        """
        return fades.written(work)

    def faded(self, work: Work, profiles: Collection[int]) -> list[tuple[int, str, float, int]]:
        """Return (profile, name, level, half-life) of these people's fading traits."""
        return store.levels_of(work, profiles)

    def levels(
        self, work: Work, profiles: Collection[int] | None, names: Collection[str]
    ) -> dict[str, fading.Levels]:
        """Return the levels of fading traits by name, of these people (None: all) who have one."""
        nobody = np.empty(0, np.int32), np.empty(0, np.float64), None
        found = store.levels(work, profiles, names)
        return {name: fading.Levels(*found.get(name, nobody)) for name in names}

    def standing(
        self, work: Work, profiles: Collection[int] | None, names: Sequence[str]
    ) -> dict[str, Stated]:
        """Return, by trait, who of these people (None: all) has it, and which value."""
        return store.standing(work, profiles, names) if names else {}

    def unfade(self, work: Work, profiles: Collection[int]) -> int:
        """Take all fading traits of these profiles away; count them."""
        return fades.unfade(work, profiles)

    def bucket_keys(self, work: Work) -> tuple[NDArray[np.int32], NDArray[np.object_]]:
        """Return everybody, and each one's bucket key, in no order."""
        found = store.export_profiles(work)
        return found["profile"], found["bucket_key"]

    def holders(self, work: Work, name: str) -> set[int]:
        """Return who has a value at a path: a trait, one inside it, a fading or published one."""
        return store.holders(work, name) | self.published.holders(work, name)

    def moments_between(self, work: Work, name: str, after: int, until: int) -> set[int]:
        """Return whose trait, read as a moment, lies in (after, until]."""
        published = self.published.moments_between(work, name, after, until)
        return store.moments_between(work, name, after, until) | published

    def next_moment(self, work: Work, name: str, after: int) -> int | None:
        """Return the earliest moment of a trait after one, or None."""
        published = self.published.next_moment(work, name, after)
        return _earlier(store.next_moment(work, name, after), published)

    def since_between(self, work: Work, name: str, after: int, until: int) -> set[int]:
        """Return whose trait has been what it is since a moment in (after, until].

        What is inside an object has been so since the object's root trait has.
        """
        published = self.published.since_between(work, name, after, until)
        return store.since_between(work, name, after, until) | published

    def next_since(self, work: Work, name: str, after: int) -> int | None:
        """Return the earliest moment after one since when a trait has been so, or None."""
        published = self.published.next_since(work, name, after)
        return _earlier(store.next_since(work, name, after), published)

    def tag_ends_between(self, work: Work, tag: str, after: int, until: int) -> set[int]:
        """Return whose tag's validity ends in (after, until]."""
        return store.tag_ends_between(work, self.tags.canonical(work, tag), after, until)

    def next_tag_end(self, work: Work, tag: str, after: int) -> int | None:
        """Return the earliest end of a tag's validity after a moment, or None."""
        return store.next_tag_end(work, self.tags.canonical(work, tag), after)

    def fading_between(
        self, work: Work, name: str, threshold: float, after: int, until: int
    ) -> set[int]:
        """Return whose fading value is at least ``threshold`` at ``after``, less at ``until``."""
        half_life = store.half_life(work, name)
        if half_life is None or not fading.ever_crosses(threshold) or until <= after:
            return set()
        lowest = fading.floor_level(threshold, half_life, after)
        highest = fading.ceiling_level(threshold, half_life, until)
        return {
            profile
            for profile, level in store.levels_between(work, name, lowest, highest)
            if fading.value_at(level, half_life, after) >= threshold
            and fading.value_at(level, half_life, until) < threshold
        }

    def next_fading(self, work: Work, name: str, threshold: float, after: int) -> int | None:
        """Return the first moment after ``after`` at which somebody's value falls below.

        Only those count whose value is at least ``threshold`` at ``after``; None when nobody's is.
        """
        half_life = store.half_life(work, name)
        if half_life is None or not fading.ever_crosses(threshold):
            return None
        lowest = fading.floor_level(threshold, half_life, after)
        while levels := store.levels_above(work, name, lowest, _PAGE):
            for level in levels:
                if fading.value_at(level, half_life, after) >= threshold:
                    return fading.crossing(level, half_life, threshold, after)
            lowest = levels[-1]
        return None


def _earlier(one: int | None, other: int | None) -> int | None:
    return min((moment for moment in (one, other) if moment is not None), default=None)
