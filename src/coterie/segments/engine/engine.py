"""The engine: brings who meets every rule from one moment to a later one, exactly.

What can have changed is found, never searched for: fresh events, and those that passed an edge of a
window, move counters; whose counters moved may flip a leaf; who flipped a leaf is asked the rules
that hang on it, and nobody else is. All of it is a cache, in memory: by a stamp it knows whether it
is of the state that the database is in, and where it is not, it is made anew.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyroaring import BitMap

from coterie.events.log import Log
from coterie.profiles.service import Profiles
from coterie.segments.engine.asked import Asking, Turning
from coterie.segments.engine.flipping import Flipping, Learnt, Sealed, Step
from coterie.segments.engine.leading import Leading
from coterie.segments.engine.leaves import First, Leaves, Told
from coterie.segments.engine.lists import Lists, TooLarge
from coterie.segments.engine.loading import Loading
from coterie.segments.engine.moments import Moment, Moved
from coterie.segments.everyone.reader import Reader
from coterie.segments.language.parse import segments_of
from coterie.segments.library import Library
from coterie.segments.model import Rule, World
from coterie.segments.stirring import Stirring
from coterie.storage.work import Work

_WATCHED = "watched:"
"""Stands before what is no segment's name, but the identity of a rule that is watched."""


@dataclass(frozen=True)
class Answer:
    """Who was asked a rule (None: everybody), and who of them meets it."""

    asked: BitMap | None
    meeting: BitMap


class Engine:
    """Who meets every rule, kept in memory for one process; see the module.

    ``populations`` are those last published, of the segments that were read or moved so far.
    """

    def __init__(self, profiles: Profiles, log: Log, reader: Reader, stirring: Stirring) -> None:
        self._profiles = profiles
        self._log = log
        self._asking = Asking(reader, stirring)
        self._zone = reader.zone
        self._flipping = Flipping(profiles, self._asking)
        self._lists = Lists(Loading(log, reader.zone), reader.zone)
        self._too_large: set[str] = set()
        self._watched: dict[str, Rule] = {}
        self._left_alone = set(profiles.identifying)
        self.forget()

    def watch(self, rules: Iterable[Rule]) -> None:
        """Keep these rules' leaves too, from the next step on, and no other rules' but segments'.

        They are told apart by their identity, so the same tree is to be given every time.
        """
        self._watched = {f"{_WATCHED}{id(rule)}": rule for rule in rules}

    def sift(self, rule: Rule, people: BitMap, now: int) -> BitMap | None:
        """Return who of some people meets a watched rule; None where that is not known for now.

        The caller sees to it that what is held stands.
        """
        tree = self._leaves.trees.get(f"{_WATCHED}{id(rule)}")
        if tree is None or self._at != now:
            return None
        return tree.meeting(people & self._known)

    def forget(self) -> None:
        """Let go of everything: the next step makes it anew."""
        self._stamp: int | None = None
        self._at: int | None = None
        self._seq = 0
        self._known = BitMap()
        self._leading: Leading | None = None
        self._leaves = Leaves(self._too_large, self._left_alone, self._zone)
        self._doubted: set[str] = set()
        self.populations: dict[str, BitMap] = {}

    def stands(self, stamp: int) -> bool:
        """Say whether what is held is of the state that has a stamp."""
        return self._stamp == stamp

    def vouch(self, stamp: int) -> None:
        """Take what is held for that of the state that has a stamp from now on."""
        self._stamp = stamp

    def doubt(self, slugs: Iterable[str]) -> None:
        """Ask everybody the rules of some segments in the next step: others published them."""
        self._doubted.update(slugs)
        self.reread(slugs)

    def reread(self, slugs: Iterable[str]) -> None:
        """Let go of the populations of some segments: others published them."""
        for slug in slugs:
            self.populations.pop(slug, None)

    def next_turn(self, work: Work) -> int | None:
        """Return the next moment at which time alone may change who meets a rule."""
        assert self._at is not None, "nothing is foreseen before the first step"
        turns = [atom.next_turn(self._at) for atom in self._leaves.atoms()]
        turns += [leaf.next_turn(self._at) for leaf in self._leaves.faded().values()]
        waiting: list[Turning] = [*self._leaves.asked().values(), *self._leaves.valued().values()]
        turns.append(self._asking.next_turn(work, waiting, self._at))
        return min((turn for turn in turns if turn is not None), default=None)

    def bring(
        self, work: Work, library: Library, world: World, learnt: Learnt
    ) -> dict[str, Answer]:
        """Come to ``world.now``, with all that is known in this unit of work; tell who was asked.

        Whom no answer tells of meets what she met before. The caller sees to it that what is held
        stands, and vouches for it afterwards.
        """
        if self._at is not None and world.now < self._at:
            self.forget()
        try:
            return self._bring(work, library, world, learnt)
        except TooLarge as found:  # from now on readers answer the rules that sum these numbers up
            self._too_large.add(found.column)
        except Sealed as found:
            self._left_alone.add(found.name)
        self.forget()
        return self.bring(work, library, world, learnt)

    def _bring(
        self, work: Work, library: Library, world: World, learnt: Learnt
    ) -> dict[str, Answer]:
        watched = {
            name: rule
            for name, rule in self._watched.items()
            if all(slug in library.rules for slug in segments_of(rule))
        }
        anew = self._leaves.renew({**library.rules, **watched}) | self._doubted
        step = self._come(work, library, world, learnt)
        flipped: dict[str, BitMap | None] = {}
        for key, leaf in self._leaves.all.items():
            if isinstance(leaf, First):
                flipped[key] = self._flipping.ranked(leaf, step)
            elif isinstance(leaf, Told):
                flipped[key] = self._flipping.told(leaf, step)
        flipped |= self._flipping.faded(self._leaves.faded(), step)
        flipped |= self._flipping.valued(self._leaves.valued(), step)
        flipped |= self._flipping.asked(self._leaves.asked(), step)
        self._at, self._known = world.now, step.known
        self._doubted = set()
        return self._answers(anew, flipped, step)

    def _come(self, work: Work, library: Library, world: World, learnt: Learnt) -> Step:
        """Bring the lists and the counters to now, and find whom that may concern."""
        shelf = self._leaves.shelf
        before = world.now if self._at is None else self._at
        next_seq = self._log.next_seq(work)
        unread = self._lists.prepare(shelf, world, learnt.retagged)
        self._leaves.mark_new(unread)
        told = learnt.fresh if next_seq - self._seq == len(learnt.fresh) else None
        fresh = self._lists.fresh(work, shelf, world, told, self._seq)
        counted = self._lists.count(shelf, fresh, before, world.now)
        moved = Moved(before, world.now, fresh, counted)
        self._lists.add(shelf, fresh)
        self._lists.load(work, shelf, world, unread)
        self._seq = next_seq
        known = self._profiles.everyone(work)
        gone = self._known - known
        certain = (known - self._known) | gone | BitMap(learnt.shifted)
        moment = Moment(world.now, world.zone, self._led(work))
        return Step(
            work, library, world, learnt, before, known, gone, certain, moment, moved
        )  # fmt: skip

    def _led(self, work: Work) -> Leading:
        led = self._profiles.led(work)
        if self._leading is None or self._leading.led is not led:
            self._leading = Leading(led)
        return self._leading

    def _answers(
        self, anew: set[str], flipped: Mapping[str, BitMap | None], step: Step
    ) -> dict[str, Answer]:
        answers = {}
        for slug, tree in self._leaves.trees.items():
            if slug.startswith(_WATCHED):
                continue
            turned = [flipped[key] for key in tree.leaves]
            if slug in anew or None in turned:
                answers[slug] = Answer(None, tree.meeting(step.known))
                continue
            asked = step.certain.union(*(one for one in turned if one is not None))
            if asked:
                answers[slug] = Answer(asked, tree.meeting(asked & step.known))
        return answers
