"""The room's verbs that change nothing: look at segments, and ask rules of people.

Kept apart from the verbs that change memberships (``service``), which are built on them.
"""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pyroaring import BitMap

from coterie.catalog.service import Catalog
from coterie.core.clock import local_date, midnight
from coterie.core.errors import Invalid, NotFound
from coterie.events.log import Log
from coterie.profiles.service import Profiles
from coterie.segments import store
from coterie.segments.changes import store as changes
from coterie.segments.definition import (
    LIBRARY,
    Change,
    DaySize,
    Definition,
    Effect,
    Preview,
    Published,
)
from coterie.segments.engine.engine import Engine
from coterie.segments.everyone.compile import population_sql
from coterie.segments.everyone.reader import Reader
from coterie.segments.everyone.tops import Tops
from coterie.segments.growth import by_day
from coterie.segments.language.parse import check_identifying, parse, segments_of
from coterie.segments.language.vocabulary import Vocabulary, vocabulary
from coterie.segments.library import Library, open_library
from coterie.segments.lists import store as list_store
from coterie.segments.lists.standing import Standings
from coterie.segments.members import store as published
from coterie.segments.model import Rule, Top, World, rests_on_nothing
from coterie.segments.person.people import Asker, Topics, load_people
from coterie.segments.person.why import Reason, why
from coterie.segments.places import Stores
from coterie.segments.populations import Populations
from coterie.segments.stirring import Stirring
from coterie.segments.words.explain import explain
from coterie.segments.words.phrases import Naming
from coterie.storage.work import Work

_SAMPLE = 10
_ONE_BY_ONE = 500
"""So many people are loaded before everyone is asked."""


class Asking:
    """The part of ``Segments`` that only reads."""

    def __init__(self, profiles: Profiles, catalog: Catalog, log: Log, zone: ZoneInfo) -> None:
        self.profiles = profiles
        self.catalog = catalog
        self.log = log
        self.zone = zone
        self.reader = Reader(profiles, log, zone)
        self.stirring = Stirring(profiles, log, self.reader, zone)
        self.populations = Populations(self.reader, self.stirring)
        self.engine = Engine(profiles, log, self.reader, self.stirring)

    def all(self, work: Work) -> list[Definition]:
        """Return every segment's current definition, by slug."""
        return list(store.definitions(work).values())

    def get(self, work: Work, slug: str) -> Definition:
        """Return a segment's current definition; raises NotFound."""
        return self._library(work).definition(slug)

    def chooses_nobody(self, work: Work, slug: str) -> bool:
        """Say whether a segment is everybody, or drawn by lot: it rests on nothing known of people.

        A segment that is gone is said to choose.
        """
        found = {one.slug: one for one in self.all(work)}.get(slug)
        return found is not None and rests_on_nothing(self._read(found.rule))

    def versions(self, work: Work, slug: str) -> list[Definition]:
        """Return every version of a segment, newest first, without sizes; raises NotFound."""
        current = self.get(work, slug)
        return [
            current,
            *(old for old in store.versions(work, slug) if old.version != current.version),
        ]

    def using(self, work: Work, slug: str) -> list[str]:
        """Name the segments whose rules refer to one themselves."""
        return self._library(work).users_itself(slug)

    def uses(self, work: Work) -> dict[str, list[str]]:
        """Name, for every segment, those whose rules refer to it themselves."""
        library = self._library(work)
        return {slug: library.users_itself(slug) for slug in library.rules}

    def members(self, work: Work, slug: str) -> BitMap:
        """Return who is in a segment; raises NotFound."""
        return published.members(work, slug)

    def memberships(self, work: Work, profiles: Collection[int]) -> dict[int, set[str]]:
        """Return the segments that each of these people is in; all asked have a key."""
        asked = BitMap(profiles)
        found: dict[int, set[str]] = {profile: set() for profile in asked}
        for slug, members in published.all_members(work).items():
            for profile in members & asked:
                found[profile].add(slug)
        return found

    def history(self, work: Work, slug: str) -> list[Published]:
        """Return what was published of a segment at each moment, oldest first."""
        return changes.balance(work, slug)

    def growth(self, work: Work, slugs: Collection[str], days: int) -> dict[str, list[DaySize]]:
        """Return the populations of some segments on the last days, today last.

        Days are the brand's. They begin with the day on which a segment was first defined.
        """
        today = local_date(work.now, self.zone)
        first = today - timedelta(days=days - 1)
        sizes = {one.slug: one.size for one in self.all(work) if one.slug in slugs}
        born = store.born(work)
        told = changes.balances(work, midnight(first, self.zone), sizes)
        return {
            slug: by_day(
                told[slug], size, max(first, min(today, local_date(born[slug], self.zone))), today,
                self.zone,
            )
            for slug, size in sizes.items()
        }  # fmt: skip

    def turnover(self, work: Work, since: int) -> dict[str, tuple[int, int]]:
        """Count, for every segment, how many entered and left it from a moment on."""
        told = changes.turnover(work, since)
        return {one.slug: told.get(one.slug, (0, 0)) for one in self.all(work)}

    def latest(self, work: Work, slug: str, *, entered: bool, limit: int = 10) -> list[Change]:
        """Return who entered a segment, or left it, the latest first."""
        return self._led(work, changes.latest(work, slug, entered, limit))

    def changes(self, work: Work, profile: int) -> list[Change]:
        """Return a person's entering and leaving of segments, oldest first."""
        members = self.profiles.members(work, [profile])[profile]
        return self._led(work, changes.of_profiles(work, members))

    def why(self, work: Work, profile: int, slug: str) -> Reason | None:
        """Tell why a person is in a segment or not, by its rule now; None for who is unknown."""
        library = self._library(work)
        library.definition(slug)
        return self.why_of(work, profile, library.rules[slug])

    def why_of(self, work: Work, profile: int, rule: Rule) -> Reason | None:
        """Tell why a person meets any rule or does not; None for who is unknown."""
        person = load_people(work, self.profiles, self.log, [profile]).get(profile)
        if person is None:
            return None
        return why(rule, person, self._world(work, self._library(work)))

    def explain(self, work: Work, slug: str, lang: str, naming: Naming | None = None) -> str:
        """Say in words what a segment's rule means, in ``en`` or ``zh``."""
        library = self._library(work)
        library.definition(slug)
        return explain(library.rules[slug], lang, naming)

    def sentences(self, work: Work, lang: str, naming: Naming | None = None) -> dict[str, str]:
        """Say in words what every segment's rule means."""
        rules = self._library(work).rules
        return {slug: explain(rule, lang, naming) for slug, rule in rules.items()}

    def sql(self, work: Work, slug: str) -> str:
        """Return the query that a segment's rule means at ``work.now``."""
        library = self._library(work)
        library.definition(slug)
        return population_sql(library.rules[slug], self._world(work, library))

    def preview(self, work: Work, rule: object) -> Preview:
        """Count whom a rule would have now, without defining it; raises Invalid."""
        found = self.population(work, rule)
        return Preview(count=len(found), sample=tuple(found[:_SAMPLE]))

    def population(self, work: Work, rule: object) -> BitMap:
        """Return whom a rule would have now, without defining it; raises Invalid."""
        library = self._library(work)
        tree = self._checked(library, self._read(rule))
        return self.populations.of(work, library, self._world(work, library), tree)

    def of_parts(self, work: Work, rules: Sequence[object]) -> list[BitMap | Invalid]:
        """Return whom each of several rules would have now, or what is wrong with it.

        What was asked before is not asked again; for the rest the log is opened once.
        """
        library = self._library(work)
        found: list[BitMap | Invalid] = []
        trees: dict[int, Rule] = {}
        for index, rule in enumerate(rules):
            try:
                trees[index] = self._checked(library, self._read(rule))
                found.append(BitMap())
            except Invalid as fault:
                found.append(fault)
        world = self._world(work, library)
        people = self.populations.of_each(work, library, world, list(trees.values()))
        for index, one in zip(trees, people, strict=True):
            found[index] = one
        return found

    def check(self, work: Work, rule: object, slug: str = "") -> None:
        """Raise Invalid where ``define`` would, for a new segment or for ``slug``."""
        library = self._library(work)
        if slug:
            self._checked_for(library, slug, rule)
        else:
            self._checked(library, self._read(rule))

    def reasons(self, work: Work, rule: object, profiles: Collection[int]) -> dict[int, Reason]:
        """Tell why some people meet a rule or do not that need not be defined; raises Invalid."""
        library = self._library(work)
        tree = self._checked(library, self._read(rule))
        world = self._world(work, library)
        people = load_people(work, self.profiles, self.log, profiles)
        return {profile: why(tree, person, world) for profile, person in people.items()}

    def effect(self, work: Work, slug: str, rule: object) -> Effect:
        """Tell who would stay, enter and leave if a segment got another rule now.

        Nothing is published. Raises NotFound, and Invalid where ``define`` would.
        """
        library = self._library(work)
        library.definition(slug)
        tree = self._checked_for(library, slug, rule)
        after = self.populations.of(work, library, self._world(work, library), tree)
        before = published.members(work, slug)
        return Effect(stay=before & after, enter=after - before, leave=before - after)

    def say(self, work: Work, rule: object, lang: str, naming: Naming | None = None) -> str:
        """Say in words what a rule means that need not be defined; raises Invalid."""
        return explain(self._checked(self._library(work), self._read(rule)), lang, naming)

    def query(self, work: Work, rule: object) -> str:
        """Return the query that a rule means at ``work.now``; raises Invalid."""
        library = self._library(work)
        return population_sql(self._checked(library, self._read(rule)), self._world(work, library))

    def vocabulary(self, work: Work) -> Vocabulary:
        """Return the names that a rule may use here: events, topics, traits, tags, segments."""
        return vocabulary(
            work, self.log, self.catalog, self.profiles, self.all(work), list_store.lists(work)
        )

    def properties(self, work: Work, name: str) -> tuple[str, ...]:
        """Return the keys that some events of a name have in their properties, for an editor."""
        return self.reader.properties(work, name)

    def values(self, work: Work, name: str, path: str) -> tuple[Any, ...]:
        """Return what some events of a name often hold in a property, for an editor."""
        return self.reader.values(work, name, path)

    # For journeys, which ask rules of their own

    def rule(self, work: Work, rule: object) -> Rule:
        """Read a journey's rule, in which a run's moments and key may be named; raises Invalid."""
        return self._checked(self._library(work), parse(rule, self.zone))

    def ask(self, work: Work, profiles: Collection[int]) -> Asker:
        """Load people once, to ask any number of rules of them."""
        people = load_people(work, self.profiles, self.log, profiles)
        return Asker(people, self._world(work, self._library(work)))

    def watch(self, rules: Collection[Rule]) -> None:
        """Let the engine know at every moment for whom these rules hold, so that ``sift`` is quick.

        Give them all, each the same tree as before; none may name a moment or the key of a run.
        """
        self.engine.watch(rules)

    def sift(self, work: Work, rule: Rule, people: BitMap) -> BitMap:
        """Return those of some people for whom a rule holds that names no moment of a run.

        The same as an asker says of each; everyone is asked at once where that is quicker.
        """
        stamp = store.stamp(work)
        met = self.engine.sift(rule, people, work.now) if self.engine.stands(stamp) else None
        if met is not None:
            return met
        library = self._library(work)
        if all(part in library.rules for part in segments_of(rule)):
            if len(people) < _ONE_BY_ONE:
                return self.ask(work, list(people)).meeting(rule, people)
            return self.populations.of(work, library, self._world(work, library), rule) & people
        asker, meeting = self.ask(work, list(people)), BitMap()
        for profile in people:
            with suppress(NotFound):  # where it depends on a segment that is gone it does not hold
                if asker.holds(rule, profile):
                    meeting.add(profile)
        return meeting

    def stirred(self, work: Work, rule: Rule, after: int, until: int) -> set[int]:
        """Return for whom a rule's answer may have changed by time alone in (after, until]."""
        edges = self._library(work).edges(rule)
        passed = self.stirring.people(work, edges, after, until)
        return set[int]().union(*passed.values())

    def next_stir(self, work: Work, rule: Rule, after: int) -> int | None:
        """Return the earliest later moment at which time alone may change a rule's answer."""
        return self.stirring.next(work, self._library(work).edges(rule), after)

    # Within

    def _led(self, work: Work, told: Sequence[Change]) -> list[Change]:
        """Tell changes of who leads now those to whom they happened."""
        heads = self.profiles.heads(work, {one.profile for one in told})
        return [replace(one, profile=heads[one.profile]) for one in told]

    def _renew(self, work: Work) -> None:
        """Draw a new stamp for what changed now, which the engine will learn by itself."""
        stands = self.engine.stands(store.stamp(work))
        stamp = store.renew_stamp(work)
        if stands:
            self.engine.vouch(stamp)

    def _library(self, work: Work) -> Library:
        known: Library | None = work.memo.get(LIBRARY)
        if known is None:
            lists = list_store.names(work)
            known = open_library(store.definitions(work), self.zone, lists)
            work.memo[LIBRARY] = known
        return known

    def _read(self, rule: object) -> Rule:
        return parse(rule, self.zone, in_journey=False)

    def _checked_for(self, library: Library, slug: str, rule: object) -> Rule:
        tree = self._read(rule)
        library.check_no_circle(slug, tree)
        return self._checked(library, tree)

    def _checked(self, library: Library, rule: Rule) -> Rule:
        library.check_known(rule)
        check_identifying(rule, self.profiles.identifying)
        return rule

    def _world(self, work: Work, library: Library) -> World:
        world = World(
            now=work.now,
            zone=self.zone,
            items_of=Topics(work, self.catalog),
            rules=library.rules,
            blind=self.profiles.blind,
            identifying=self.profiles.identifying,
            lists=Standings(work, self.profiles),
            stores=Stores(work, self.catalog),
        )

        def rank(top: Top) -> BitMap:
            return self.populations.of(work, library, world, top)

        return replace(world, tops=Tops(rank))
