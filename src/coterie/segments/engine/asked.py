"""Leaves that the readers answer: traits, tags, draws, and tests that turn with the calendar.

Whom a step may have turned is asked again: who was touched, to whom an event happened that the leaf
is about, and for whom time passed one of its edges. Few are asked by the reader of one person, most
of the house by the reader of everyone.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pyroaring import BitMap

from coterie.core.event import Event
from coterie.segments.everyone.reader import Reader
from coterie.segments.language.calendar import FADING, Edge
from coterie.segments.language.parse import matchings_of, trait_roots
from coterie.segments.library import Library
from coterie.segments.model import Bucket, Person, Rule, World
from coterie.segments.person.people import Asker, load_people, load_standing
from coterie.segments.stirring import Stirring
from coterie.storage.work import Work

MANY = 2_000
"""From so many people on the reader of everyone may be faster than that of one person."""

_MOST = 8
"""It is, when at least one in so many people is asked."""

EVENTS, SCORES, STANDING = _KINDS = ("events", "scores", "standing")


class Turning(Protocol):
    """A leaf that time may turn at its edges."""

    @property
    def edges(self) -> frozenset[Edge]:
        """The edges."""
        ...


@dataclass
class Asked:
    """A leaf that readers answer, and who met it."""

    rule: Rule
    edges: frozenset[Edge]
    holds: BitMap = field(default_factory=BitMap)
    is_new: bool = True

    @property
    def kind(self) -> str:
        """Say what must be read of a person to ask it: events, scores, or what she is."""
        if matchings_of(self.rule):
            return EVENTS
        roots = trait_roots(self.rule)
        return SCORES if any(root.startswith(FADING) for root in roots) else STANDING


class Asking:
    """Asks leaves of people through the readers."""

    def __init__(self, reader: Reader, stirring: Stirring) -> None:
        self._reader = reader
        self._stirring = stirring

    def stirred(
        self, work: Work, edges: Collection[Edge], after: int, until: int
    ) -> dict[Edge, BitMap]:
        """Return for whom each of some edges passed in (after, until]."""
        passed = self._stirring.people(work, edges, after, until)
        return {edge: BitMap(people) for edge, people in passed.items()}

    def next_turn(self, work: Work, leaves: Iterable[Turning], now: int) -> int | None:
        """Return the next moment at which an edge of some leaves passes."""
        return self._stirring.next(work, {edge for leaf in leaves for edge in leaf.edges}, now)

    def meeting(
        self, work: Work, world: World, wanted: Sequence[tuple[Asked, BitMap]], everybody: int
    ) -> list[BitMap]:
        """Return who of the people wanted meets each leaf; ``everybody`` is how many there are."""
        found = [BitMap() for _ in wanted]
        few: list[int] = []
        many: list[int] = []
        for place, (_, people) in enumerate(wanted):
            is_most = len(people) >= MANY and len(people) * _MOST >= everybody
            (many if is_most else few).append(place)
        if many:
            rules = [wanted[place][0].rule for place in many]
            with self._reader.population(work, world, rules) as population:
                for place in many:
                    leaf, people = wanted[place]
                    found[place] = population.of(leaf.rule) & people
        for kind in _KINDS:
            some = [place for place in few if wanted[place][0].kind == kind]
            asked = [wanted[place] for place in some]
            for place, met in zip(some, self._one_by_one(work, world, asked, kind), strict=True):
                found[place] = met
        return found

    def _one_by_one(
        self, work: Work, world: World, wanted: Sequence[tuple[Asked, BitMap]], kind: str
    ) -> list[BitMap]:
        everyone = list(BitMap().union(*(people for _, people in wanted)))
        if not everyone:
            return [BitMap() for _ in wanted]
        traits = {name for leaf, _ in wanted for name in trait_roots(leaf.rule)}
        asker = Asker(self._people(work, kind, traits, everyone), world)
        return [asker.meeting(leaf.rule, people) for leaf, people in wanted]

    def _people(
        self, work: Work, kind: str, traits: Collection[str], people: Sequence[int]
    ) -> dict[int, Person]:
        profiles = self._reader.profiles
        if kind == EVENTS:
            return load_people(work, profiles, self._reader.log, people, traits)
        if kind == STANDING:
            return load_standing(work, profiles, people, traits)
        known = profiles.known_scores(work, people, traits)
        return {profile: Person(one, ()) for profile, one in known.items()}


def concerned(
    leaf: Asked,
    library: Library,
    certain: BitMap,
    touched: BitMap,
    did: Mapping[str, BitMap],
    stirred: Mapping[Edge, BitMap],
) -> BitMap:
    """Return whom a step may have turned: touched, with such an event, or stirred by time.

    Nobody who was known before where the rule asks of what she is for good.
    """
    if isinstance(leaf.rule, Bucket):
        return certain
    names = library.concerned(leaf.rule, did)
    return (touched | certain).union(
        *(did[name] for name in names), *(stirred[edge] for edge in leaf.edges)
    )


def people_of(fresh: Sequence[Event]) -> dict[str, BitMap]:
    """Return to whom something happened, by the event's name."""
    names: dict[str, list[int]] = {}
    for event in fresh:
        names.setdefault(event.name, []).append(event.profile)
    return {name: BitMap(profiles) for name, profiles in names.items()}
