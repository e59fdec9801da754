"""The room's verbs: define segments, reconsider who is in them, ask rules of people.

Memberships are exact at ``work.now`` after every ``reconsider`` and ``wake``. What can have
changed is: people whom the batch touched, and people for whom time passed an edge of a rule since
the watermark (see ``calendar``). Only these are asked again: few by the reader of one person, many
by the reader of everyone. Of several changes within one batch only the last state counts.
"""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from zoneinfo import ZoneInfo

from pyroaring import BitMap

from coterie.catalog.service import Catalog
from coterie.core.event import Event, Move
from coterie.core.ids import check_slug
from coterie.events.log import Log
from coterie.profiles.service import Profiles
from coterie.segments import store
from coterie.segments.calendar import Edge
from coterie.segments.compile import population_sql
from coterie.segments.definition import Change, Definition, Preview, Published
from coterie.segments.explain import explain
from coterie.segments.library import Library, open_library
from coterie.segments.model import Rule, World
from coterie.segments.moves import Traces, backfilled, moves_between
from coterie.segments.parse import check_identifying, parse, trait_roots
from coterie.segments.people import Asker, Topics, load_people
from coterie.segments.reader import Reader
from coterie.segments.stirring import Stirring
from coterie.segments.why import Reason, why
from coterie.storage.audit import record
from coterie.storage.work import Work

MANY = 2_000
"""From so many people on, everyone's reader is faster than one person's."""

_SAMPLE = 10


class Segments:
    """Named rules and who meets them. ``zone`` is the brand's."""

    def __init__(self, profiles: Profiles, catalog: Catalog, log: Log, zone: ZoneInfo) -> None:
        self.profiles = profiles
        self.catalog = catalog
        self.log = log
        self.zone = zone
        self.reader = Reader(profiles, catalog, log, zone)
        self.stirring = Stirring(profiles, log, self.reader, zone)

    def define(
        self, work: Work, slug: str, rule: object, *, title_en: str = "", title_zh: str = ""
    ) -> list[Move]:
        """Define a segment, or give it a new version; return who entered and left by it.

        People enter and leave as seen from the former version; segments that refer to this one
        are reckoned anew too. Raises Invalid with the path of the fault, also when segments would
        go round in a circle.
        """
        check_slug(slug, "slug")
        tree = parse(rule, self.zone, in_journey=False)
        store.lock_watermark(work)
        library = self._library(work)
        library.check_no_circle(slug, tree)
        library.check_known(tree)
        check_identifying(tree, self.profiles.identifying)
        assert isinstance(rule, Mapping), "parse lets only objects through"
        definition = Definition(
            slug=slug,
            version=store.next_version(work, slug),
            title_en=title_en or slug,
            title_zh=title_zh or title_en or slug,
            rule=dict(rule),
            defined_at=work.now,
            defined_by=str(work.actor),
        )
        store.save(work, definition)
        record(work, "segment.define", slug, version=definition.version, rule=definition.rule)
        library = self._library(work)
        return self._recount(work, library, [slug, *library.users_of(slug)])

    def delete(self, work: Work, slug: str) -> list[Move]:
        """Delete a segment; everybody leaves it. Its versions and its history stay.

        Raises NotFound, and Conflict while another segment refers to it.
        """
        store.lock_watermark(work)
        library = self._library(work)
        definition = library.definition(slug)
        library.check_unused(slug)
        moves = list(moves_between(slug, store.members(work, slug), BitMap(), work.now))
        store.publish(work, {}, moves, {slug: definition.version})
        store.remove(work, slug)
        record(work, "segment.delete", slug, version=definition.version)
        return moves

    def reconsider(
        self, work: Work, fresh: Sequence[Event], touched: Collection[int]
    ) -> list[Move]:
        """Bring every membership to ``work.now`` after a batch; return who entered and left.

        ``touched`` are the people about whom the batch taught anything; whoever has a ``fresh``
        event that a rule is about is asked that rule too. A move is marked as backfill when
        it would not have come about without the backfill in this batch.
        """
        since = store.lock_watermark(work)
        library = self._library(work)
        stirred = self._stirred(work, library, since)
        did: dict[str, BitMap] = {}
        for event in fresh:
            did.setdefault(event.name, BitMap()).add(event.profile)
        candidates = {
            slug: BitMap(touched).union(
                people, *(did[name] for name in library.concerned(library.rules[slug], did))
            )
            for slug, people in stirred.items()
        }
        moves = self._reask(work, library, candidates, backfilled(fresh))
        store.set_watermark(work, max(since, work.now))
        return moves

    def wake(self, work: Work) -> list[Move]:
        """Do what passing time has brought by ``work.now``; return who entered and left."""
        return self.reconsider(work, (), ())

    def recheck(self, work: Work, profiles: Collection[int]) -> list[Move]:
        """Ask all rules again of these people, such as after items got other topics."""
        store.lock_watermark(work)
        library = self._library(work)
        return self._reask(work, library, {slug: BitMap(profiles) for slug in library.rules})

    def next_due(self, work: Work) -> int | None:
        """Return the earliest moment at which time alone may change a membership, or None."""
        since = store.watermark(work)
        if since is None:
            return None
        library = self._library(work)
        edges = {edge for rule in library.rules.values() for edge in library.edges(rule)}
        return self.stirring.next(work, edges, since)

    # Asking

    def all(self, work: Work) -> list[Definition]:
        """Return every segment's current definition, by slug."""
        return list(store.definitions(work).values())

    def get(self, work: Work, slug: str) -> Definition:
        """Return a segment's current definition; raises NotFound."""
        return self._library(work).definition(slug)

    def members(self, work: Work, slug: str) -> BitMap:
        """Return who is in a segment; raises NotFound."""
        return store.members(work, slug)

    def memberships(self, work: Work, profiles: Collection[int]) -> dict[int, set[str]]:
        """Return the segments that each of these people is in; all asked have a key."""
        asked = BitMap(profiles)
        found: dict[int, set[str]] = {profile: set() for profile in asked}
        for slug, members in store.all_members(work).items():
            for profile in members & asked:
                found[profile].add(slug)
        return found

    def history(self, work: Work, slug: str) -> list[Published]:
        """Return what was published of a segment at each moment, oldest first."""
        return store.balance(work, slug)

    def changes(self, work: Work, profile: int) -> list[Change]:
        """Return a person's entering and leaving of segments, oldest first."""
        return store.changes(work, profile)

    def why(self, work: Work, profile: int, slug: str) -> Reason | None:
        """Tell why a person is in a segment or not, by its rule now; None for who is unknown."""
        library = self._library(work)
        library.definition(slug)
        person = load_people(work, self.profiles, self.log, [profile]).get(profile)
        if person is None:
            return None
        return why(library.rules[slug], person, self._world(work, library))

    def explain(self, work: Work, slug: str, lang: str) -> str:
        """Say in words what a segment's rule means, in ``en`` or ``zh``."""
        library = self._library(work)
        library.definition(slug)
        return explain(library.rules[slug], lang)

    def sql(self, work: Work, slug: str) -> str:
        """Return the query that a segment's rule means at ``work.now``."""
        library = self._library(work)
        library.definition(slug)
        return population_sql(library.rules[slug], self._world(work, library))

    def preview(self, work: Work, rule: object) -> Preview:
        """Count whom a rule would have now, without defining it; raises Invalid."""
        library = self._library(work)
        tree = self._checked(library, parse(rule, self.zone, in_journey=False))
        with self.reader.population(work, self._world(work, library), [tree]) as population:
            found = population.of(tree)
        return Preview(count=len(found), sample=tuple(found[:_SAMPLE]))

    # For journeys, which ask rules of their own

    def rule(self, work: Work, rule: object) -> Rule:
        """Read a journey's rule, in which a run's moments and key may be named; raises Invalid."""
        return self._checked(self._library(work), parse(rule, self.zone))

    def ask(self, work: Work, profiles: Collection[int]) -> Asker:
        """Load people once, to ask any number of rules of them."""
        people = load_people(work, self.profiles, self.log, profiles)
        return Asker(people, self._world(work, self._library(work)))

    def stirred(self, work: Work, rule: Rule, after: int, until: int) -> set[int]:
        """Return for whom a rule's answer may have changed by time alone in (after, until]."""
        edges = self._library(work).edges(rule)
        passed = self.stirring.people(work, edges, after, until)
        return set[int]().union(*passed.values())

    def next_stir(self, work: Work, rule: Rule, after: int) -> int | None:
        """Return the earliest later moment at which time alone may change a rule's answer."""
        return self.stirring.next(work, self._library(work).edges(rule), after)

    # Within

    def _library(self, work: Work) -> Library:
        return open_library(store.definitions(work), self.zone)

    def _checked(self, library: Library, rule: Rule) -> Rule:
        library.check_known(rule)
        check_identifying(rule, self.profiles.identifying)
        return rule

    def _world(self, work: Work, library: Library) -> World:
        return World(
            now=work.now,
            zone=self.zone,
            items_of=Topics(work, self.catalog),
            rules=library.rules,
            blind=self.profiles.blind,
            identifying=self.profiles.identifying,
        )

    def _stirred(self, work: Work, library: Library, since: int) -> dict[str, BitMap]:
        """Find whom time stirred, asking each edge once for all segments that have it."""
        edges = {slug: library.edges(rule) for slug, rule in library.rules.items()}
        asked = set[Edge]().union(*edges.values())
        passed = self.stirring.people(work, asked, since, work.now)
        people = {edge: BitMap(stirred) for edge, stirred in passed.items()}
        return {slug: BitMap().union(*(people[e] for e in own)) for slug, own in edges.items()}

    def _reask(
        self,
        work: Work,
        library: Library,
        candidates: Mapping[str, BitMap],
        quiet: Mapping[int, Traces] = MappingProxyType({}),
    ) -> list[Move]:
        """Ask the rules of their candidates, and publish what differs from before.

        ``quiet`` are those to whom backfill happened, with these events: their moves are live only
        where the rule would say the same without them.
        """
        everybody = list(BitMap().union(*candidates.values()))
        if not everybody:
            return []
        before = store.all_members(work)
        world = self._world(work, library)
        asker = Asker({}, world)
        if len(everybody) < MANY:
            traits = {name for rule in library.rules.values() for name in trait_roots(rule)}
            people = load_people(work, self.profiles, self.log, everybody, traits)
            asker = Asker(people, world)
            meeting = {s: asker.meeting(library.rules[s], who) for s, who in candidates.items()}
        else:
            with self.reader.population(work, world, (), everybody) as population:
                meeting = {s: population.of(library.rules[s]) for s in candidates}
        moves: list[Move] = []
        after: dict[str, BitMap] = {}
        for slug, asked in candidates.items():
            after[slug] = (before[slug] - asked) | (meeting[slug] & asked)
            late = {
                profile: traces
                for profile, traces in quiet.items()
                if asker.holds_without(library.rules[slug], profile, traces)
                != (profile in after[slug])
            }
            moves += moves_between(slug, before[slug], after[slug], work.now, late)
        store.publish(work, _changed(before, after), moves, library.versions())
        return moves

    def _recount(self, work: Work, library: Library, slugs: Sequence[str]) -> list[Move]:
        """Ask whole rules anew of everyone, and publish what differs from before."""
        with self.reader.population(work, self._world(work, library), ()) as population:
            after = {slug: population.of(library.rules[slug]) for slug in slugs}
        before = store.all_members(work)
        moves = [
            move
            for slug in slugs
            for move in moves_between(slug, before[slug], after[slug], work.now)
        ]
        store.publish(work, _changed(before, after), moves, library.versions())
        return moves


def _changed(before: Mapping[str, BitMap], after: Mapping[str, BitMap]) -> dict[str, BitMap]:
    return {slug: people for slug, people in after.items() if people != before[slug]}
