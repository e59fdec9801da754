"""The verbs of how communities grow, and of changing one with its eyes open."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pyroaring import BitMap

from coterie.communities import store as rooms
from coterie.communities.definition import parse
from coterie.communities.growth import store
from coterie.communities.growth.days import QUARTER, bounds, by_day
from coterie.communities.inviting import Inviter
from coterie.communities.model import (
    Combination,
    Community,
    Day,
    Effect,
    Funnel,
    Invitation,
    Participation,
    Revision,
    State,
)
from coterie.core.clock import local_date, midnight
from coterie.core.errors import NotFound
from coterie.events.log import Log
from coterie.segments.service import Segments
from coterie.storage.work import Work

Turn = Literal["joined", "left"]


class Growth:
    """The part of ``Communities`` that looks back, and ahead to what a change would do."""

    _segments: Segments
    _log: Log
    _zone: ZoneInfo
    _inviter: Inviter

    # Day by day

    def days(self, work: Work, slug: str, since: date, until: date) -> list[Day]:
        """Count what happened on each calendar day of the brand's zone, both days included.

        Joins and leaves are counted where ``turns`` lists them; invitations and answers in the
        log, which keeps them when an invitation moves on.
        """
        start, end = bounds(since, until, self._zone)
        counts = store.came_and_went(work, slug, start, end)
        counts += store.said(work, self._log, slug, start, end)
        return by_day(counts, since, until, self._zone)

    def turns(
        self, work: Work, slug: str, day: date, turn: Turn, *, limit: int = 50, offset: int = 0
    ) -> list[Participation]:
        """Return who joined, or left, on a calendar day of the brand's zone, the newest first."""
        when = store.within(turn, *bounds(day, day, self._zone))
        return store.page(work, slug, when, turn, limit, offset)

    def count_turns(self, work: Work, slug: str, day: date, turn: Turn) -> int:
        """Count the joins, or the leaves, of a calendar day of the brand's zone."""
        return store.count_parts(work, slug, store.within(turn, *bounds(day, day, self._zone)))

    def joins_of_each(self, work: Work, since: date) -> dict[str, dict[date, int]]:
        """Count the joins of every community by day, from a day on; days without any are left out.

        A community without any is left out too.
        """
        found: dict[str, dict[date, int]] = {}
        for slug, quarter, people in store.joined_since(work, midnight(since, self._zone)):
            days = found.setdefault(slug, {})
            day = local_date(quarter * QUARTER, self._zone)
            days[day] = days.get(day, 0) + people
        return found

    # Who is where

    def present(
        self, work: Work, slug: str, *, limit: int = 50, offset: int = 0
    ) -> list[Participation]:
        """Return who takes part now, since when and how they came; the newest first."""
        return store.page(work, slug, store.present(), "joined", limit, offset)

    def ways_in(self, work: Work, slug: str) -> dict[str, int]:
        """Count who takes part now by how they came, the commonest way first."""
        return store.ways_in(work, slug)

    def standing(
        self,
        work: Work,
        slug: str,
        state: State,
        reason: str | None = None,
        *,
        limit: int = 50,
        offset: int = 0,
    ) -> list[Invitation]:
        """Return people's newest invitations that stand so, the newest first."""
        return store.invited(work, slug, state, reason, limit, offset)

    def funnels(self, work: Work) -> dict[str, Funnel]:
        """Return every community's funnel, as ``funnel`` counts it, with a query for all."""
        communities = [parse(definition) for definition in rooms.definitions(work)]
        sizes = {one.slug: one.size for one in self._segments.all(work)}
        offered, joined = store.offered_of_each(work), store.joined_of_each(work)
        members, standing = store.members_of_each(work), store.standing_of_each(work)
        return {
            one.slug: _funnel(
                sizes.get(one.segment or "", 0),
                offered.get(one.slug, 0),
                joined.get(one.slug, 0),
                members.get(one.slug, 0),
                standing.get(one.slug, {}),
            )
            for one in communities
        }

    def combinations(self, work: Work) -> list[Combination]:
        """Count the people in exactly these and those communities, the most first.

        Of more than 60 communities, the 60 largest are told apart.
        """
        sizes = Counter(store.members_of_each(work))
        largest = [slug for slug, _ in sizes.most_common(store.AT_ONCE)]
        return store.combinations(work, sorted(largest))

    def using(self, work: Work, segment: str) -> list[Community]:
        """Return the communities that invite from a segment, in order of slug."""
        found = [parse(definition) for definition in rooms.definitions(work)]
        return [one for one in found if one.segment == segment]

    def holdout(self, community: Community) -> int:
        """Return the percentage of the eligible whom a community leaves out on purpose."""
        return 0 if community.terms is None else self._inviter.holdout(community.terms)

    # Changing one

    def revisions(self, work: Work, slug: str) -> list[Revision]:
        """Return every version of a community's definition, the newest first."""
        return rooms.revisions(work, slug)

    def revision(self, work: Work, slug: str, version: int) -> Revision:
        """Return one version of a community's definition; raises NotFound."""
        for one in rooms.revisions(work, slug):
            if one.version == version:
                return one
        raise NotFound(f"community {slug!r} has no version {version}")

    def effect(self, work: Work, definition: Mapping[str, Any]) -> Effect:
        """Say what a definition would do if it were put in force and invited now; do nothing.

        Raises Invalid with the path of the fault, NotFound for a segment that does not exist.
        """
        community = parse(definition)
        in_force = [parse(one) for one in rooms.definitions(work, community.slug)]
        old = BitMap().union(*(self._meeting(work, one) for one in in_force))
        new = self._meeting(work, community)
        considered = self._inviter.consider(work, community, new)
        held = Counter(answer for answer in considered.answers if answer is not None)
        return Effect(
            eligible_before=len(old),
            eligible=len(new),
            enter=len(new - old),
            leave=len(old - new),
            inside=considered.inside,
            resting=len(new) - considered.inside - considered.ready if community.terms else 0,
            ready=considered.ready,
            held_out=considered.held_out,
            asked=len(considered.answers),
            offered=len(considered.answers) - held.total(),
            held=dict(held.most_common()),
        )

    def _meeting(self, work: Work, community: Community) -> BitMap:
        if community.segment is None:
            return BitMap()
        return self._segments.members(work, community.segment)


def _funnel(
    eligible: int,
    invited: int,
    joined: int,
    members: int,
    standing: Mapping[tuple[str, str | None], int],
) -> Funnel:
    states: Counter[str] = Counter()
    held: Counter[str] = Counter()
    for (state, reason), people in standing.items():
        states[state] += people
        if state == "held":
            held[reason or "unknown"] += people
    return Funnel(
        eligible=eligible,
        invited=invited,
        waiting=states["offered"],
        joined=joined,
        declined=states["declined"],
        expired=states["expired"],
        held=dict(held),
        held_out=states["held_out"],
        members=members,
    )
