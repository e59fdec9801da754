"""The room's verbs: define segments, reconsider who is in them, ask rules of people.

Memberships are exact at ``work.now`` after every ``reconsider`` and ``wake``. What can have
changed is: people whom the batch touched, and people for whom time passed an edge of a rule since
the watermark (see ``calendar``). Only these are asked again: few by the reader of one person, many
by the reader of everyone. Of several changes within one batch only the last state counts.
"""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from pyroaring import BitMap

from coterie.core.errors import Conflict, NotFound
from coterie.core.event import Event, Move
from coterie.core.ids import check_slug
from coterie.segments import store
from coterie.segments.definition import Definition
from coterie.segments.keeping import Keeping
from coterie.segments.language.calendar import Edge
from coterie.segments.language.parse import trait_roots
from coterie.segments.library import Library
from coterie.segments.moves import Traces, backfilled, backfilled_shifts, moves_between
from coterie.segments.person.people import Asker, load_people
from coterie.storage.audit import record
from coterie.storage.work import Work

MANY = 2_000
"""From so many people on, everyone's reader is faster than one person's."""


class Segments(Keeping):
    """Named rules and who meets them. ``zone`` is the brand's."""

    def define(
        self, work: Work, slug: str, rule: object, *, title_en: str = "", title_zh: str = "",
        after: int | None = None,
    ) -> list[Move]:  # fmt: skip
        """Define a segment, or give it a new version; return who entered and left by it.

        People enter and leave as seen from the former version; segments that refer to this one
        are reckoned anew too. ``after`` is the version that was edited (0: there was none). Raises
        Invalid with the path of the fault, also when segments would go round in a circle, and
        Conflict when ``after`` is not the current version any more.
        """
        check_slug(slug, "slug")
        store.lock_watermark(work)
        library = self._library(work)
        if after is not None and after != library.versions().get(slug, 0):
            raise Conflict(
                f"segment {slug!r} was changed by somebody else meanwhile: look at it and try again"
            )
        self._checked_for(library, slug, rule)
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
        store.renew_stamp(work)
        record(work, "segment.define", slug, version=definition.version, rule=definition.rule)
        library = self._library(work)
        return self._recount(work, library, [slug, *library.users_of(slug)])

    def restore(self, work: Work, slug: str, version: int) -> list[Move]:
        """Define a segment as an earlier version had it; return who entered and left by it.

        That makes a new version: history is never rewritten. Raises NotFound, and Invalid when
        the old rule can stand no more.
        """
        self.get(work, slug)
        found = next((old for old in store.versions(work, slug) if old.version == version), None)
        if found is None:
            raise NotFound(f"segment {slug!r} has no version {version}")
        return self.define(work, slug, found.rule, title_en=found.title_en, title_zh=found.title_zh)

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
        store.renew_stamp(work)
        record(work, "segment.delete", slug, version=definition.version)
        return moves

    def reconsider(
        self, work: Work, fresh: Sequence[Event], touched: Collection[int]
    ) -> list[Move]:
        """Bring every membership to ``work.now`` after a batch; return who entered and left.

        ``touched`` are the people about whom the batch taught anything; whoever has a ``fresh``
        event that a rule is about is asked that rule too. A move is marked as backfill when
        it would not have come about without the backfill in this batch, be it that backfill told
        who is one person.
        """
        since = store.lock_watermark(work)
        if fresh or touched:
            store.renew_stamp(work)
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
        muted = backfilled_shifts(fresh, self.shifted(work))
        moves = self._reask(work, library, candidates, backfilled(fresh), muted)
        store.set_watermark(work, max(since, work.now))
        return moves

    def wake(self, work: Work) -> list[Move]:
        """Do what passing time has brought by ``work.now``; return who entered and left."""
        return self.reconsider(work, (), ())

    def recheck(self, work: Work, profiles: Collection[int]) -> list[Move]:
        """Ask all rules again of these people, such as after items got other topics.

        After shifts these are the heads on both sides: one that leads again enters like a new one.
        """
        store.lock_watermark(work)
        store.renew_stamp(work)
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

    # Within

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
        muted: Collection[int] = (),
    ) -> list[Move]:
        """Ask the rules of their candidates, and publish what differs from before.

        ``quiet`` are those to whom backfill happened, with these events: their moves are live only
        where the rule would say the same without them. No move of the ``muted`` is live.
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
            rules = [library.rules[slug] for slug in candidates]
            with self.reader.population(work, world, rules, everybody) as population:
                meeting = {s: population.of(library.rules[s]) for s in candidates}
        moves: list[Move] = []
        after: dict[str, BitMap] = {}
        for slug, asked in candidates.items():
            after[slug] = (before[slug] - asked) | (meeting[slug] & asked)
            late = {
                profile
                for profile, traces in quiet.items()
                if asker.holds_without(library.rules[slug], profile, traces)
                != (profile in after[slug])
            }.union(muted)
            moves += moves_between(slug, before[slug], after[slug], work.now, late)
        store.publish(work, _changed(before, after), moves, library.versions())
        return moves

    def _recount(self, work: Work, library: Library, slugs: Sequence[str]) -> list[Move]:
        """Ask whole rules anew of everyone, and publish what differs from before."""
        rules = {slug: library.rules[slug] for slug in slugs}
        world = self._world(work, library)
        with self.reader.population(work, world, rules.values()) as population:
            after = {slug: population.of(rule) for slug, rule in rules.items()}
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
