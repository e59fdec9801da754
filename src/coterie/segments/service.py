"""The room's verbs: define segments, reconsider who is in them, ask rules of people.

Memberships are exact at ``work.now`` after every ``reconsider`` and ``wake``: the engine finds what
a batch and the passing of time have changed. Of several changes within one batch only the last
state counts.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from pyroaring import BitMap

from coterie.core.errors import Conflict, NotFound
from coterie.core.event import Event
from coterie.core.ids import check_slug
from coterie.segments import store
from coterie.segments.definition import Definition
from coterie.segments.engine.flipping import Learnt
from coterie.segments.keeping import Keeping
from coterie.segments.library import Library
from coterie.segments.members import store as published
from coterie.segments.model import World
from coterie.segments.moves import (
    Moves,
    Traces,
    Turned,
    backfilled,
    backfilled_shifts,
    turned,
)
from coterie.segments.person.people import Asker, load_people
from coterie.storage.audit import record
from coterie.storage.work import Work

MANY = 2_000
"""The moves of an import that moves so many are not looked at one by one."""


class Segments(Keeping):
    """Named rules and who meets them. ``zone`` is the brand's."""

    def define(
        self, work: Work, slug: str, rule: object, *, title_en: str = "", title_zh: str = "",
        after: int | None = None,
    ) -> Moves:  # fmt: skip
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
        published.begin(work, slug)
        self._renew(work)
        record(work, "segment.define", slug, version=definition.version, rule=definition.rule)
        library = self._library(work)
        return self._recount(work, library, [slug, *library.users_of(slug)])

    def restore(self, work: Work, slug: str, version: int) -> Moves:
        """Define a segment as an earlier version had it; return who entered and left by it.

        That makes a new version: history is never rewritten. Raises NotFound, and Invalid when
        the old rule can stand no more.
        """
        self.get(work, slug)
        found = next((old for old in store.versions(work, slug) if old.version == version), None)
        if found is None:
            raise NotFound(f"segment {slug!r} has no version {version}")
        return self.define(work, slug, found.rule, title_en=found.title_en, title_zh=found.title_zh)

    def delete(self, work: Work, slug: str) -> Moves:
        """Delete a segment; everybody leaves it. Its versions and its history stay.

        Raises NotFound, and Conflict while another segment refers to it.
        """
        store.lock_watermark(work)
        library = self._library(work)
        definition = library.definition(slug)
        library.check_unused(slug)
        moves = Moves(work.now, {slug: turned(published.members(work, slug), BitMap())})
        published.publish(work, {}, moves, {slug: definition.version})
        store.remove(work, slug)
        published.remove(work, slug)
        self.engine.reread([slug])
        self._renew(work)
        record(work, "segment.delete", slug, version=definition.version)
        return moves

    def reconsider(self, work: Work, fresh: Sequence[Event], touched: Collection[int]) -> Moves:
        """Bring every membership to ``work.now`` after a batch; return who entered and left.

        ``touched`` are the people about whom the batch taught anything. A move is marked as
        backfill when it would not have come about without the backfill in this batch, be it that
        backfill told who is one person.
        """
        since = store.lock_watermark(work)
        shifted = self.shifted(work)
        learnt = Learnt(fresh, touched, shifted)
        muted = backfilled_shifts(fresh, shifted)
        moves = self._bring(work, since, learnt, backfilled(fresh), muted)
        store.set_watermark(work, max(since, work.now))
        return moves

    def wake(self, work: Work) -> Moves:
        """Do what passing time has brought by ``work.now``; return who entered and left."""
        return self.reconsider(work, (), ())

    def recheck(self, work: Work, profiles: Collection[int]) -> Moves:
        """Ask all rules again of these people, such as after items got other topics.

        After shifts these are the heads on both sides: one that leads again enters like a new one.
        """
        since = store.lock_watermark(work)
        store.set_watermark(work, max(since, work.now))
        return self._bring(work, since, Learnt(shifted=profiles, retagged=True))

    def recount_all(self, work: Work) -> Moves:
        """Ask all rules anew of everybody, from the log; return who entered and left by it.

        Nobody does, unless something was amiss: for benchmarks, and for the doctor.
        """
        self.engine.forget()
        return self.wake(work)

    def next_due(self, work: Work) -> int | None:
        """Return the earliest moment at which time alone may change a membership, or None."""
        since = store.watermark(work)
        if since is None:
            return None
        if self.engine.stands(store.stamp(work)):
            return self.engine.next_turn(work)
        library = self._library(work)
        edges = {edge for rule in library.rules.values() for edge in library.edges(rule)}
        return self.stirring.next(work, edges, since)

    # Within

    def _bring(
        self,
        work: Work,
        since: int,
        learnt: Learnt,
        quiet: Mapping[int, Traces] = MappingProxyType({}),
        muted: Collection[int] = (),
    ) -> Moves:
        """Have the engine bring every membership to now, and publish what differs from before.

        ``quiet`` are those to whom backfill happened, with these events: their moves are live only
        where the rule would say the same without them. No move of the ``muted`` is live.
        """
        library = self._library(work)
        world = replace(self._world(work, library), now=max(since, work.now))
        if not self.engine.stands(store.stamp(work)):
            self.engine.forget()
        answers = self.engine.bring(work, library, world, learnt)
        held = self._published(work, answers)
        found: dict[str, Turned] = {}
        for slug, answer in answers.items():
            before = held[slug] if answer.asked is None else held[slug] & answer.asked
            if before != answer.meeting:
                found[slug] = turned(before, answer.meeting)
        # what time alone moved is new to other processes, and to this one if it is rolled back
        self.engine.vouch(store.renew_stamp(work) if learnt or found else store.stamp(work))
        late = self._late(work, library, world, found, quiet)
        for slug, one in found.items():
            held[slug] -= one.left
            held[slug] |= one.entered
            found[slug] = one._replace(backfill=late.get(slug, set()).union(muted))
        moves = Moves(work.now, found)
        published.publish(work, {slug: held[slug] for slug in found}, moves, library.versions())
        return moves

    def _published(self, work: Work, slugs: Collection[str]) -> dict[str, BitMap]:
        """Return who was in some segments; what the engine does not hold is read."""
        held = self.engine.populations
        unread = [slug for slug in slugs if slug not in held]
        held.update(published.members_of(work, unread) if unread else {})
        return {slug: held[slug] for slug in slugs}

    def _late(
        self,
        work: Work,
        library: Library,
        world: World,
        moved: Mapping[str, Turned],
        quiet: Mapping[int, Traces],
    ) -> dict[str, set[int]]:
        """Find, for each segment, whose move would not be but for the backfill in the batch."""
        if not quiet:
            return {}
        came = BitMap(quiet)
        some = {slug: (one.entered | one.left) & came for slug, one in moved.items()}
        people = BitMap().union(*some.values())
        few = list(people) if len(people) < MANY else []  # a large import's moves are its own
        asker = Asker(load_people(work, self.profiles, self.log, few), world)
        return {
            slug: {
                profile
                for profile in those
                if asker.holds_without(library.rules[slug], profile, quiet[profile])
                != (profile in moved[slug].entered)
            }
            for slug, those in some.items()
        }

    def _recount(self, work: Work, library: Library, slugs: Sequence[str]) -> Moves:
        """Ask whole rules anew of everyone, and publish what differs from before."""
        rules = {slug: library.rules[slug] for slug in slugs}
        world = self._world(work, library)
        with self.reader.population(work, world, rules.values()) as population:
            after = {slug: population.of(rule) for slug, rule in rules.items()}
        self.engine.doubt(slugs)
        before = published.members_of(work, slugs)
        moves = Moves(work.now, {slug: turned(before[slug], after[slug]) for slug in slugs})
        changed = {slug: after[slug] for slug in moves.turned}
        published.publish(work, changed, moves, library.versions())
        return moves
