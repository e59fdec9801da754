"""People loaded in bulk, for the reader of one person, and asking rules of them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from pyroaring import BitMap

from coterie.catalog.service import Catalog
from coterie.events.log import Log
from coterie.profiles.consents.model import ConsentFact
from coterie.profiles.service import Profiles
from coterie.segments.model import Person, Rule, World
from coterie.segments.moves import Traces, trace
from coterie.segments.person.evaluate import Reader, matches
from coterie.storage.work import Work


def load_people(
    work: Work,
    profiles: Profiles,
    log: Log,
    ids: Collection[int],
    fading: Collection[str] | None = None,
) -> dict[int, Person]:
    """Load these people with their whole timelines; who is not known is left out.

    ``fading`` names the fading traits that will be asked for; None: all.
    """
    known = profiles.known(work, ids, fading)
    timelines = log.timelines(work, list(known))
    words = Words(work, profiles, known)
    return {one: Person(known[one], timelines[one], partial(words.of, one)) for one in known}


def load_standing(
    work: Work, profiles: Profiles, ids: Collection[int], names: Collection[str]
) -> dict[int, Person]:
    """Load what is known of these people, but no events; of computed traits those of ``names``."""
    known = profiles.known(work, ids, names)
    words = Words(work, profiles, known)
    return {one: Person(known[one], (), partial(words.of, one)) for one in known}


class Words:
    """What some people said of consent: read of all of them when a rule first asks one."""

    def __init__(self, work: Work, profiles: Profiles, ids: Collection[int]) -> None:
        self._work = work
        self._profiles = profiles
        self._ids = ids
        self._read: dict[int, list[ConsentFact]] | None = None

    def of(self, profile: int) -> Sequence[ConsentFact]:
        """Return one person's words."""
        if self._read is None:
            self._read = self._profiles.words_of(self._work, self._ids)
        return self._read.get(profile, ())


class Topics(Mapping[str, frozenset[str]]):
    """The items of each topic, read when first asked for and kept for one unit of work."""

    def __init__(self, work: Work, catalog: Catalog) -> None:
        self._work = work
        self._catalog = catalog
        self._read: dict[str, frozenset[str]] = {}

    def __getitem__(self, topic: str) -> frozenset[str]:
        """Return a topic's items; none for a topic that there is not."""
        if topic not in self._read:
            self._read[topic] = self._catalog.items_of(self._work, topic)
        return self._read[topic]

    def __iter__(self) -> Iterator[str]:
        """Name the topics asked for so far."""
        return iter(self._read)

    def __len__(self) -> int:
        """Count the topics asked for so far."""
        return len(self._read)


class Asker:
    """Some people, loaded once, of whom any number of rules can be asked at ``world.now``."""

    def __init__(self, people: Mapping[int, Person], world: World) -> None:
        self.people = people
        self.world = world
        self._readers: dict[int, Reader] = {}

    def holds(
        self,
        rule: Rule,
        profile: int,
        *,
        since: Mapping[str, int] | None = None,
        key: tuple[str, str] | None = None,
    ) -> bool:
        """Say whether a rule holds for one of them; False for who is not known.

        ``since`` gives a journey run's moments (``entry``, ``node``), ``key`` its key: the
        property, and its value as text.
        """
        person = self.people.get(profile)
        if person is None:
            return False
        if since or key:
            return matches(rule, person, replace(self.world, since=since or {}, key=key))
        if profile not in self._readers:
            self._readers[profile] = Reader(person, self.world)
        return self._readers[profile].matches(rule)

    def meeting(self, rule: Rule, asked: BitMap) -> BitMap:
        """Return which of some of them meet a rule."""
        return BitMap(profile for profile in asked if self.holds(rule, profile))

    def holds_without(self, rule: Rule, profile: int, events: Traces) -> bool:
        """Say whether a rule would hold for one of them had some events not happened."""
        person = self.people.get(profile)
        if person is None:
            return False
        others = [event for event in person.events if trace(event) not in events]
        return matches(rule, replace(person, events=others), self.world)
