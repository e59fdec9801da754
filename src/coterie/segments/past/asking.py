"""As of: the verbs that ask a rule of people as they were at a past moment.

What was: events, traits, tags and consent by their own times, late ones included; scores worked
out from the events up to then; lists by the version that was current. What is as of today: the
rules themselves, who is one person, what items are about, the dictionary of tags, where stores
are, the weights of scores.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from pyroaring import BitMap

from coterie.catalog.service import Catalog
from coterie.core.clock import format_time
from coterie.core.errors import Invalid
from coterie.events.log import Log
from coterie.profiles.service import Profiles
from coterie.segments.asking import Asking
from coterie.segments.everyone.tops import Tops
from coterie.segments.language.calendar import reach
from coterie.segments.language.parse import trait_roots
from coterie.segments.library import Library
from coterie.segments.model import Rule, World
from coterie.segments.past.people import people_at
from coterie.segments.past.replay import Replay, Rows, by_person
from coterie.segments.past.worked_out import Together, WorkedOut
from coterie.segments.person.people import Asker, Words
from coterie.segments.person.why import Reason, why
from coterie.storage.work import Work


class PastAsking(Asking):
    """The part of ``Segments`` that looks back; ``worked_out`` tells the scores of the past."""

    def __init__(
        self,
        profiles: Profiles,
        catalog: Catalog,
        log: Log,
        zone: ZoneInfo,
        worked_out: WorkedOut = Together(),
    ) -> None:
        super().__init__(profiles, catalog, log, zone)
        self._worked_out = worked_out

    def population_at(self, work: Work, rule: object, at: int) -> BitMap:
        """Return whom a rule, or the segment of a slug, had at a moment (ms UTC).

        Raises Invalid for the future, NotFound for a slug that there is not.
        """
        then, library, tree = self._as_of(work, rule, at)
        return self._population_at(then, self._world_at(then, library), tree)

    def ask_at(self, work: Work, profiles: Collection[int], rule: object, at: int) -> BitMap:
        """Return which of some people met a rule at a moment, by the reader of one person."""
        then, library, tree = self._as_of(work, rule, at)
        asker = self._asker_at(then, library, tree, profiles)
        return asker.meeting(tree, BitMap(asker.people))

    def why_at(self, work: Work, profile: int, rule: object, at: int) -> Reason | None:
        """Tell why somebody met a rule at a moment or not; None for who was not known then."""
        then, library, tree = self._as_of(work, rule, at)
        asker = self._asker_at(then, library, tree, [profile])
        person = asker.people.get(profile)
        return None if person is None else why(tree, person, asker.world)

    def doing(self, work: Work, name: str, after: int, until: int) -> set[int]:
        """Return who did an event of a name (or ``Prefix*``, ``*``) with after < time <= until."""
        return self.log.profiles_between(work, [name], after, until)

    def is_moved_by_time(self, work: Work, rule: Rule) -> bool:
        """Say whether passing time alone can change a rule's answer."""
        return bool(self._library(work).edges(rule))

    def replay(self, work: Work, profiles: Collection[int], rules: Collection[Rule]) -> Replay:
        """Load people once, to ask these rules of them at any moment of the past."""
        library = self._library(work)
        names = {
            root
            for rule in rules
            for part in reach(rule, library.rules)
            for root in trait_roots(part)
        }
        people = sorted(profiles)

        def worked_out(day: int) -> Mapping[int, Rows]:
            then = _at(work, day)
            return by_person(list(self._worked_out.traits_at(then, people, names)))

        return Replay(
            self.profiles.stories(work, people),
            self.log.timelines(work, people),
            Words(work, self.profiles, people),
            worked_out,
            lambda day: self._world_at(_at(work, day), library),
        )

    def _asker_at(
        self, then: Work, library: Library, tree: Rule, profiles: Collection[int]
    ) -> Asker:
        names = {root for part in reach(tree, library.rules) for root in trait_roots(part)}
        people = people_at(then, self.profiles, self.log, self._worked_out, profiles, names)
        return Asker(people, self._world_at(then, library))

    def _world_at(self, then: Work, library: Library) -> World:
        world = self._world(then, library)
        return replace(world, tops=Tops(lambda top: self._population_at(then, world, top)))

    def _population_at(self, then: Work, world: World, tree: Rule) -> BitMap:
        with self.reader.population_at(then, world, [tree], self._worked_out) as population:
            return population.of(tree)

    def _as_of(self, work: Work, rule: object, at: int) -> tuple[Work, Library, Rule]:
        if at > work.now:
            raise Invalid(
                f"{format_time(at)} is yet to come", path="at",
                hint="ask for a moment of the past, or now",
            )  # fmt: skip
        library = self._library(work)
        if isinstance(rule, str):
            library.definition(rule)
            tree = library.rules[rule]
        else:
            tree = self._checked(library, self._read(rule))
        return _at(work, at), library, tree


def _at(work: Work, moment: int) -> Work:
    # the memo holds nothing that time changes, but what it holds was asked for by another now
    return replace(work, now=moment, memo={}, callbacks=[])
