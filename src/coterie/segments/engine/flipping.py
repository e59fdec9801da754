"""Who flipped: each kind of leaf, asked again of those for whom a step may have turned it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from pyroaring import BitMap

from coterie.core.clock import next_midnight
from coterie.core.event import Event
from coterie.profiles.service import Profiles
from coterie.segments.engine.asked import Asked, Asking, concerned, people_of
from coterie.segments.engine.faded import Faded, Levels
from coterie.segments.engine.keys import BucketKeys
from coterie.segments.engine.leaves import First, Told
from coterie.segments.engine.moments import Moment, Moved
from coterie.segments.engine.people import bitmap, chosen, in_order
from coterie.segments.engine.postings import People
from coterie.segments.engine.rank_values import RankValues
from coterie.segments.engine.ranks import Keys
from coterie.segments.engine.turning import turned
from coterie.segments.engine.valued import Valued, Values, by_name
from coterie.segments.language.calendar import FADING, TraitMidnight
from coterie.segments.library import Library
from coterie.segments.model import Top, World
from coterie.storage.work import Work

_NOBODY: People = np.empty(0, np.int32)


@dataclass(frozen=True)
class Learnt:
    """What a step is told: events that the log took in, and whom to ask again.

    ``touched`` are people of whom something was learnt, ``shifted`` those about whom anything may
    be otherwise; ``retagged`` says that items may have other topics.
    """

    fresh: Sequence[Event] = ()
    touched: Collection[int] = ()
    shifted: Collection[int] = ()
    retagged: bool = False

    def __bool__(self) -> bool:
        return bool(self.fresh or self.touched or self.shifted or self.retagged)


@dataclass(frozen=True)
class Step:
    """One step, from the moment ``before`` to ``world.now``.

    ``certain`` are asked every leaf: who came, who went, and whoever shifted.
    """

    work: Work
    library: Library
    world: World
    learnt: Learnt
    before: int
    known: BitMap
    gone: BitMap
    certain: BitMap
    moment: Moment
    moved: Moved

    @cached_property
    def everybody(self) -> People:
        """Return all who are known."""
        return in_order(self.known)

    @cached_property
    def certain_people(self) -> People:
        """Return who is known of those that are asked every leaf."""
        return in_order(self.certain & self.known)


class Sealed(Exception):
    """A trait is sealed of somebody: only a reader may ask of it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Flipping:
    """Asks leaves, keeps who meets them, and tells who flipped: None for anybody."""

    def __init__(self, profiles: Profiles, asking: Asking) -> None:
        self._profiles = profiles
        self._asking = asking
        self._values = RankValues(profiles)
        self._keys = BucketKeys()

    def told(self, leaf: Told, step: Step) -> BitMap | None:
        """Bring a leaf that lists tell."""
        if leaf.is_new:
            met = leaf.atom.ask(step.everybody, step.moment, True)
            leaf.holds = chosen(step.everybody, met)
            leaf.is_new = False
            return None
        surely, perhaps = turned(leaf.atom, step.moved, step.moment.leading)
        flipped = bitmap(surely) & step.known
        leaf.holds ^= flipped
        if len(perhaps):
            asked = bitmap(perhaps) | step.certain
            flipped |= self._ask_again(leaf, asked, in_order(asked & step.known), step)
        elif step.certain:
            flipped |= self._ask_again(leaf, step.certain, step.certain_people, step)
        return flipped

    def _ask_again(self, leaf: Told, asked: BitMap, people: People, step: Step) -> BitMap:
        """Ask a leaf again of some; ``people`` are those of them who are known."""
        met = chosen(people, leaf.atom.ask(people, step.moment, False))
        flipped = (leaf.holds & asked) ^ met
        leaf.holds ^= flipped
        return flipped

    def ranked(self, leaf: First, step: Step) -> BitMap | None:
        """Bring a rank: values where they changed, then who is first among all."""
        top = leaf.ranked.top
        leaf.ranked.forget(in_order(step.gone))
        to_measure = self._to_measure(leaf, step)
        people = step.everybody if leaf.is_new else in_order(step.known & to_measure)
        if leaf.atom is not None:
            measured = leaf.atom.ask(people, step.moment, leaf.is_new)
        else:
            measured = self._values.of(step.work, people, str(top.of))
        leaf.ranked.learn(people, measured)
        fade = self._fade(step, top)
        first = leaf.ranked.first(lambda tied: self._keys_of(step, tied), fade)
        flipped = None if leaf.is_new else leaf.holds ^ first
        leaf.holds, leaf.is_new = first, False
        return flipped

    def faded(self, leaves: Mapping[str, Faded], step: Step) -> dict[str, BitMap | None]:
        """Bring the leaves that ask of scores: where levels changed, and where time did it."""
        some = (step.certain | BitMap(step.learnt.touched)) & step.known
        levels = {leaf.name: leaf.levels for leaf in leaves.values()}
        unread = {leaf.name for leaf in leaves.values() if leaf.is_new and not leaf.is_read}
        changed = self._learn(levels, levels.keys() - unread, some, step)
        changed |= self._learn(levels, unread, step.known, step)
        for leaf in leaves.values():
            leaf.learn(changed.get(leaf.name, _NOBODY))
        found: dict[str, BitMap | None] = {}
        for key, leaf in leaves.items():
            passed = leaf.passed(step.before, step.world.now)
            asked = step.known
            if not leaf.is_new:
                asked = bitmap(np.concatenate([changed[leaf.name], passed])) | step.certain
            people = step.everybody if leaf.is_new else in_order(asked & step.known)
            met = chosen(people, leaf.meets(people, step.world.now))
            flipped = (leaf.holds & asked) ^ met
            found[key] = None if leaf.is_new else flipped
            leaf.holds ^= flipped
            leaf.is_new = False
        return found

    def _learn(
        self, levels: Mapping[str, Levels], names: Collection[str], some: BitMap, step: Step
    ) -> dict[str, People]:
        """Read scores of some people, and what was just written; return whose changed, by name."""
        if not names:
            return {}
        people = in_order(some)
        everybody = len(some) == len(step.known)
        read = self._profiles.levels(step.work, None if everybody else people.tolist(), names)
        written = {} if everybody else self._profiles.faded_in(step.work)
        changed = {}
        for name in names:
            one, told = levels[name], read[name]
            changed[name] = one.learn(people, told.people, told.levels, told.half_life)
            if name in written:
                whose, new = written[name]
                there = ~np.isnan(new)
                more = one.learn(whose, whose[there], new[there], told.half_life)
                changed[name] = np.concatenate([changed[name], more])
        return changed

    def valued(self, leaves: Mapping[str, Valued], step: Step) -> dict[str, BitMap | None]:
        """Bring the leaves that ask of plain traits; raises Sealed."""
        if not leaves:
            return {}
        some = (step.certain | BitMap(step.learnt.touched)) & step.known
        values = by_name(leaves.values())
        unread = {name for name, one in values.items() if not one.is_read}
        changed: dict[str, People] = {}
        for names, whom in ((values.keys() - unread, some), (unread, step.known)):
            wanted = {name: values[name] for name in names}
            changed |= self._read(step.work, wanted, whom, step.known)
        now, zone = step.world.now, step.world.zone
        standing = {
            edge
            for leaf in leaves.values()
            for edge in leaf.edges
            if not leaf.is_new and not isinstance(edge, TraitMidnight)
        }
        stirred = self._asking.stirred(step.work, standing, step.before, now)
        new_day = next_midnight(step.before, zone) <= now
        found: dict[str, BitMap | None] = {}
        for key, leaf in leaves.items():
            own = bitmap(changed.get(leaf.name, _NOBODY))
            asked = step.certain.union(own, *(stirred[one] for one in leaf.edges & standing))
            if new_day and any(isinstance(edge, TraitMidnight) for edge in leaf.edges):
                asked |= bitmap(leaf.values.holders())
            people = step.everybody if leaf.is_new else in_order(asked & step.known)
            met = chosen(people, leaf.meets(people, now, zone))
            flipped = met if leaf.is_new else (leaf.holds & asked) ^ met
            found[key] = None if leaf.is_new else flipped
            leaf.holds = met if leaf.is_new else leaf.holds ^ flipped
            leaf.is_new = False
        return found

    def _read(
        self, work: Work, values: Mapping[str, Values], some: BitMap, known: BitMap
    ) -> dict[str, People]:
        """Read traits of some people; return whose changed, by name. Raises Sealed."""
        if not values or not some:
            return {}
        asked = None if len(some) == len(known) else list(some)
        people = in_order(some)
        read = self._profiles.standing(work, asked, list(values))
        for name in values:
            if None in read[name].texts:
                raise Sealed(name)
        return {name: one.learn(people, read[name]) for name, one in values.items()}

    def asked(self, leaves: Mapping[str, Asked], step: Step) -> dict[str, BitMap | None]:
        """Bring the leaves that readers answer, all at once."""
        standing = {e for leaf in leaves.values() for e in leaf.edges if not leaf.is_new}
        stirred = self._asking.stirred(step.work, standing, step.before, step.world.now)
        certain, touched = step.certain, BitMap(step.learnt.touched)
        did = people_of(step.learnt.fresh) if leaves else {}
        wanted = []
        for leaf in leaves.values():
            if leaf.is_new or isinstance(leaf.rule, Top):
                people = step.known
            else:
                people = concerned(leaf, step.library, certain, touched, did, stirred) & step.known
            wanted.append((leaf, people))
        met = self._asking.meeting(step.work, step.world, wanted, len(step.known))
        found: dict[str, BitMap | None] = {}
        for (key, leaf), (_, people), now in zip(leaves.items(), wanted, met, strict=True):
            flipped = (leaf.holds & (people | step.gone)) ^ now
            found[key] = None if leaf.is_new else flipped
            leaf.holds ^= flipped
            leaf.is_new = False
        return found

    def _to_measure(self, leaf: First, step: Step) -> BitMap:
        if leaf.is_new:
            return step.known
        if leaf.atom is not None:
            moved = leaf.atom.concerned(step.moved)
            return bitmap(step.moment.leading.heads_of(moved)) | step.certain
        some = step.certain | BitMap(step.learnt.touched)
        if str(leaf.ranked.top.of).startswith(FADING):
            written = self._profiles.faded_in(step.work).get(str(leaf.ranked.top.of))
            some |= BitMap() if written is None else bitmap(written[0])
        return some

    def _fade(self, step: Step, top: Top) -> float | None:
        if not isinstance(top.of, str):
            return None
        return self._values.halvings(step.work, top.of, step.world.now)

    def _keys_of(self, step: Step, tied: People) -> Keys:
        return self._keys.of(tied, lambda people: self._profiles.keys_of(step.work, people))
