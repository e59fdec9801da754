"""Who flipped: each kind of leaf, asked again of those for whom a step may have turned it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from pyroaring import BitMap

from coterie.core.event import Event
from coterie.profiles.service import Profiles
from coterie.segments.engine.asked import Asked, Asking, concerned, people_of
from coterie.segments.engine.atoms import Moment
from coterie.segments.engine.faded import Faded
from coterie.segments.engine.keys import BucketKeys
from coterie.segments.engine.leaves import First, Told
from coterie.segments.engine.people import bitmap, in_order
from coterie.segments.engine.postings import People
from coterie.segments.engine.rank_values import RankValues
from coterie.segments.engine.ranks import Keys
from coterie.segments.engine.valued import Valued, Values, by_name
from coterie.segments.language.calendar import FADING
from coterie.segments.library import Library
from coterie.segments.model import Top, World
from coterie.storage.work import Work


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

    ``certain`` are asked every leaf: who came, who went, and whoever shifted. ``moved`` are, by
    leaf, the profiles for whom the lists tell of something new.
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
    moved: Mapping[str, People] = field(default_factory=dict)

    def concerned(self, key: str) -> BitMap:
        """Return the heads for whom a leaf of lists may have flipped."""
        return bitmap(self.moment.leading.heads_of(self.moved[key])) | self.certain


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

    def told(self, key: str, leaf: Told, step: Step) -> BitMap | None:
        """Bring a leaf that lists tell."""
        asked = step.known if leaf.is_new else step.concerned(key)
        people = in_order(asked & step.known)
        met = bitmap(people[leaf.atom.ask(people, step.moment, leaf.is_new)])
        was_new, leaf.is_new = leaf.is_new, False
        if was_new:
            leaf.holds = met
            return None
        flipped = (leaf.holds & asked) ^ met
        leaf.holds = (leaf.holds - asked) | met
        return flipped

    def ranked(self, key: str, leaf: First, step: Step) -> BitMap | None:
        """Bring a rank: values where they changed, then who is first among all."""
        top = leaf.ranked.top
        leaf.ranked.forget(in_order(step.gone))
        people = in_order(step.known & self._to_measure(key, leaf, step))
        if leaf.atom is not None:
            measured = leaf.atom.ask(people, step.moment, leaf.is_new)
        else:
            measured = self._values.of(step.work, people, str(top.of))
        leaf.ranked.learn(people, measured)
        fade = self._fade(step, top)
        first = bitmap(leaf.ranked.first(lambda tied: self._keys_of(step, tied), fade))
        flipped = None if leaf.is_new else leaf.holds ^ first
        leaf.holds, leaf.is_new = first, False
        return flipped

    def faded(self, leaves: Mapping[str, Faded], step: Step) -> dict[str, BitMap | None]:
        """Bring the leaves that ask of scores: levels of whom something happened to, then time."""
        did = BitMap([event.profile for event in step.learnt.fresh])
        some = (step.certain | BitMap(step.learnt.touched) | did) & step.known
        names = {leaf.name for leaf in leaves.values()}
        unread = {leaf.name for leaf in leaves.values() if leaf.is_new and not leaf.is_read}
        self._learn(leaves, names - unread, some, step)
        self._learn(leaves, unread, step.known, step)
        found: dict[str, BitMap | None] = {}
        for key, leaf in leaves.items():
            passed = leaf.passed(step.before, step.world.now)
            asked = step.known if leaf.is_new else some | bitmap(passed) | step.gone
            people = in_order(asked & step.known)
            met = bitmap(people[leaf.meets(people, step.world.now)])
            flipped = (leaf.holds & asked) ^ met
            found[key] = None if leaf.is_new else flipped
            leaf.holds, leaf.is_new = (leaf.holds - asked) | met, False
        return found

    def _learn(
        self, leaves: Mapping[str, Faded], names: Collection[str], some: BitMap, step: Step
    ) -> None:
        if not names:
            return
        people = in_order(some)
        everybody = len(some) == len(step.known)
        read = self._profiles.levels(step.work, None if everybody else people.tolist(), names)
        levels = {leaf.name: leaf.levels for leaf in leaves.values() if leaf.name in names}
        for name, one in levels.items():
            told = read[name]
            one.learn(people, told.people, told.levels, told.half_life)
        for leaf in leaves.values():
            if leaf.name in names:
                leaf.learn(people)

    def valued(self, leaves: Mapping[str, Valued], step: Step) -> dict[str, BitMap | None]:
        """Bring the leaves that ask of plain traits; raises Sealed."""
        if not leaves:
            return {}
        some = (step.certain | BitMap(step.learnt.touched)) & step.known
        values = by_name(leaves.values())
        unread = {name for name, one in values.items() if not one.is_read}
        for names, whom in ((values.keys() - unread, some), (unread, step.known)):
            self._read(step.work, {name: values[name] for name in names}, whom, step.known)
        standing = [leaf for leaf in leaves.values() if not leaf.is_new]
        now, zone = step.world.now, step.world.zone
        stirred = self._asking.stirred(step.work, standing, step.before, now)
        found: dict[str, BitMap | None] = {}
        for key, leaf in leaves.items():
            turned = step.certain | some
            asked = turned.union(*(stirred[edge] for edge in leaf.edges if not leaf.is_new))
            people = in_order(step.known if leaf.is_new else asked & step.known)
            met = bitmap(people[leaf.meets(people, now, zone)])
            found[key] = None if leaf.is_new else (leaf.holds & asked) ^ met
            leaf.holds = met if leaf.is_new else (leaf.holds - asked) | met
            leaf.is_new = False
        return found

    def _read(self, work: Work, values: Mapping[str, Values], some: BitMap, known: BitMap) -> None:
        """Read traits of some people; raises Sealed."""
        if not values or not some:
            return
        asked = None if len(some) == len(known) else list(some)
        people = in_order(some)
        read = self._profiles.standing(work, asked, list(values))
        for name, one in values.items():
            told, texts = read[name]
            if None in texts:
                raise Sealed(name)
            of_these = np.isin(told, people) if asked is None else slice(None)
            one.learn(people, told[of_these], texts[of_these])

    def asked(self, leaves: Mapping[str, Asked], step: Step) -> dict[str, BitMap | None]:
        """Bring the leaves that readers answer, all at once."""
        standing = [leaf for leaf in leaves.values() if not leaf.is_new]
        until = step.world.now
        stirred = self._asking.stirred(step.work, standing, step.before, until)
        touched = BitMap(step.learnt.touched) | step.certain
        did = people_of(step.learnt.fresh)
        wanted = []
        for leaf in leaves.values():
            if leaf.is_new or isinstance(leaf.rule, Top):
                people = step.known
            else:
                people = concerned(leaf, step.library, touched, did, stirred) & step.known
            wanted.append((leaf, people))
        met = self._asking.meeting(step.work, step.world, wanted, len(step.known))
        found: dict[str, BitMap | None] = {}
        for (key, leaf), (_, people), now in zip(leaves.items(), wanted, met, strict=True):
            others = people | step.gone
            after = (leaf.holds - others) | now
            found[key] = None if leaf.is_new else leaf.holds ^ after
            leaf.holds, leaf.is_new = after, False
        return found

    def _to_measure(self, key: str, leaf: First, step: Step) -> BitMap:
        if leaf.is_new:
            return step.known
        if leaf.atom is not None:
            return step.concerned(key)
        some = step.certain | BitMap(step.learnt.touched)
        if str(leaf.ranked.top.of).startswith(FADING):
            some |= BitMap([event.profile for event in step.learnt.fresh])
        return some

    def _fade(self, step: Step, top: Top) -> float | None:
        if not isinstance(top.of, str):
            return None
        return self._values.halvings(step.work, top.of, step.world.now)

    def _keys_of(self, step: Step, tied: People) -> Keys:
        def read(people: Sequence[int]) -> dict[int, str]:
            known = self._profiles.known_scores(step.work, people, ())
            return {profile: one.bucket_key for profile, one in known.items()}

        return self._keys.of(tied, read)
