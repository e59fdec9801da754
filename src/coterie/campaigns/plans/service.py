"""The face of campaigns: define, launch, shift, cancel; what stands, and who is of which tier."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from pyroaring import BitMap

from coterie.campaigns.plans import hearing, store
from coterie.campaigns.plans.checking import check_change, check_launch
from coterie.campaigns.plans.model import (
    GATES,
    TIERS,
    Arms,
    Defined,
    Gate,
    GateName,
    Scope,
    Standing,
    TeamTask,
    Tier,
    Tiered,
)
from coterie.campaigns.plans.parse import parse
from coterie.campaigns.plans.ports import Counts
from coterie.campaigns.plans.running import ROOM, Running
from coterie.campaigns.plans.timing import scope_of, team_tasks
from coterie.campaigns.polls.service import Polls
from coterie.core.clock import format_time
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.core.event import Event, Move
from coterie.core.ids import check_slug
from coterie.core.people import Shift
from coterie.messaging.service import Messaging
from coterie.profiles.service import Profiles
from coterie.segments.service import Segments
from coterie.storage import audit, keeping
from coterie.storage.work import Work

_LONGEST_REASON = 500


class CampaignPlans:
    """The campaigns of one house; a listener on the road, and a keeper.

    ``counts`` tells what of each gate is there; the base is counted here. ``language`` is the
    brand's, in which guides are told what to do.
    """

    name = ROOM

    def __init__(
        self, profiles: Profiles, segments: Segments, messaging: Messaging, polls: Polls,
        zone: ZoneInfo, counts: Counts, language: str = "zh",
    ) -> None:  # fmt: skip
        self._profiles = profiles
        self._segments = segments
        self._messaging = messaging
        self._polls = polls
        self.zone = zone
        self._counts = counts
        self._running = Running(profiles, messaging, zone, self._gates, language)

    # --- what an operator does

    def define(
        self, work: Work, slug: str, document: Mapping[str, Any], *, after: int | None = None
    ) -> Defined:
        """Keep a campaign's new version; a new one is a draft.

        ``after`` is the version that was edited (0: there was none). Raises Invalid with the path,
        Conflict when somebody was quicker, it is over, or what has begun would change.
        """
        check_slug(slug, "slug")
        campaign = parse(document)
        before = self._find(work, slug, lock=True)
        version = before.version if before else 0
        if after is not None and after != version:
            raise Conflict(
                f"the campaign {slug} was changed by somebody else meanwhile: look at it, "
                "and try again"
            )
        source = {**document, "start": campaign.start.isoformat()}
        standing = before.standing if before else Standing()
        one = Defined(slug, version + 1, campaign, source, work.now, str(work.actor), standing)
        if before is not None:
            check_change(before, campaign)
            if before.state == "running":
                check_launch(work, campaign, self._segments, self._messaging, self._polls)
                one = replace(one, standing=replace(standing, due=work.now, tiered=None))
        store.save(work, one)
        audit.record(work, "campaign.define", slug, version=one.version)
        return one

    def launch(self, work: Work, slug: str) -> Defined:
        """Let a draft run: its base is drawn now, its phases come by themselves.

        Raises Invalid with the path of what it names that is not there, Conflict when it is none.
        """
        one = self._take(work, slug)
        if one.state == "running":
            return one
        if one.state != "draft":
            raise Conflict(f"the campaign {slug} is {one.state}: make another one")
        check_launch(work, one.campaign, self._segments, self._messaging, self._polls)
        base = one.campaign.base
        if base is not None:
            people = self._segments.members(work, base)
            store.keep_base(work, slug, BitMap(people), BitMap(), BitMap())
        return self._keep(
            work, one, "launch", state="running", drawn=base is None, due=work.now
        )  # fmt: skip

    def shift(self, work: Work, slug: str, start: date) -> Defined:
        """Move the first day of sale, and everything with it; shifting back is the reverse.

        Raises Conflict once the sale has begun.
        """
        one = self.get(work, slug)
        if start == one.campaign.start:
            return one
        moved = self.define(work, slug, {**one.source, "start": start.isoformat()})
        audit.record(
            work, "campaign.shift", slug, start=start.isoformat(),
            before=one.campaign.start.isoformat(),
        )  # fmt: skip
        return moved

    def cancel(self, work: Work, slug: str, why: str) -> Defined:
        """End a campaign: nothing of it is said from now on, and what waits is withdrawn.

        Coupons, referrals and groups keep what was promised.
        """
        one = self._take(work, slug)
        if one.state not in ("draft", "running"):
            raise Conflict(f"the campaign {slug} is {one.state} already")
        self._messaging.pause(work, one.origin)
        return self._keep(
            work, one, "cancel", state="cancelled", why=_reason(why), due=work.now
        )  # fmt: skip

    def reopen(self, work: Work, slug: str) -> Defined:
        """Take a cancellation back; what was withdrawn meanwhile is not sent again."""
        one = self._take(work, slug)
        if one.state != "cancelled":
            raise Conflict(f"the campaign {slug} was not cancelled")
        self._messaging.resume(work, one.origin)
        launched = one.standing.drawn or store.base(work, slug) is not None
        state, due = ("running", work.now) if launched else ("draft", None)
        return self._keep(work, one, "reopen", state=state, why="", due=due)

    def override(self, work: Work, slug: str, gate: GateName, reason: str) -> Defined:
        """Let the sale begin though a gate is red, for a reason that is kept."""
        if gate not in GATES:
            raise Invalid(f"{gate!r} is no gate", path="gate", hint="one of " + ", ".join(GATES))
        one = self._take(work, slug)
        overrides = {**one.standing.overrides, gate: _reason(reason)}
        due = work.now if one.standing.blocked is not None else one.standing.due
        return self._keep(
            work, one, "override", {"gate": gate, "reason": overrides[gate]},
            overrides=overrides, due=due,
        )  # fmt: skip

    def withdraw_override(self, work: Work, slug: str, gate: GateName) -> Defined:
        """Take an override back: the gate counts again, unless the sale has begun."""
        one = self._take(work, slug)
        left = {name: why for name, why in one.standing.overrides.items() if name != gate}
        return self._keep(work, one, "withdraw_override", {"gate": gate}, overrides=left)

    def done(
        self, work: Work, slug: str, keys: Collection[str], *, undo: bool = False
    ) -> list[TeamTask]:
        """Say that tasks of the team are done, or not after all; return all of them."""
        one = self._take(work, slug)
        known = {task.key for task in team_tasks(one.campaign)}
        for key in keys:
            if key not in known:
                raise Invalid(f"there is no task {key!r}", path="task", hint="look at the board")
        (store.unmark_done if undo else store.mark_done)(work, slug, keys)
        verb = "campaign.task_undo" if undo else "campaign.task_done"
        audit.record(work, verb, slug, tasks=sorted(keys))
        return self.tasks(work, slug)

    # --- the road

    def hear(self, work: Work, events: Sequence[Event], moves: Sequence[Move]) -> list[Event]:  # noqa: ARG002
        """Note who joined and left groups of campaigns, and who brought a friend."""
        hearing.hear(work, events, self._profiles)
        return []

    def wake(self, work: Work) -> list[Event]:
        """Draw, turn phases, tell tiers of the day, warm up; return the facts."""
        return self._running.wake(work)

    def next_due(self, work: Work) -> int | None:
        """Return when a campaign is to be looked at."""
        return store.next_due(work)

    # --- what there is to know

    def get(self, work: Work, slug: str) -> Defined:
        """Return one campaign as it is now; raises NotFound."""
        found = self._find(work, slug)
        if found is None:
            raise NotFound(f"there is no campaign {slug!r}")
        return found

    def all(self, work: Work) -> list[Defined]:
        """Return all campaigns, the latest sale first."""
        found = store.campaigns(work)
        return sorted(found, key=lambda one: one.campaign.start, reverse=True)

    def versions(self, work: Work, slug: str) -> list[Defined]:
        """Return a campaign's versions, the newest first."""
        return [
            Defined(slug, row.version, parse(row.source), row.source, row.made, row.by)
            for row in store.versions(work, slug)
        ]

    def scope(self, work: Work, slug: str) -> Scope:
        """Say what a campaign is, for those who measure it."""
        return scope_of(self.get(work, slug), self.zone)

    def arms(self, work: Work, slug: str) -> Arms:
        """Return whom the draw of the base invited, and whom it held out."""
        return self._running.arms(work, self.get(work, slug))

    def members(self, work: Work, slug: str) -> BitMap:
        """Return who is in one of its groups now."""
        return store.members(work, slug)

    def member_counts(self, work: Work) -> dict[str, int]:
        """Count who is in groups of each campaign."""
        return store.member_counts(work)

    def tiers(self, work: Work, slug: str) -> dict[Tier, BitMap]:
        """Return who is of which tier today; everybody in a group since midnight is of one."""
        members = store.members(work, slug)
        found: dict[Tier, BitMap] = {tier: BitMap() for tier in TIERS}
        for row in store.tiers(work, slug):
            if row.profile in members:
                found[row.tier].add(row.profile)
        return found

    def tier_of(self, work: Work, slug: str, profiles: Collection[int]) -> dict[int, Tiered]:
        """Return the tiers of some people, since when and why; who has none is left out."""
        return store.tiers_of(work, slug, profiles)

    def acted(self, work: Work, slug: str) -> dict[str, int]:
        """Count by tier for how many the warm-up did something."""
        return store.acted_counts(work, slug)

    def tasks(self, work: Work, slug: str, role: str | None = None) -> list[TeamTask]:
        """Return the tasks of the team by day, all or a role's."""
        found = team_tasks(self.get(work, slug).campaign, store.done(work, slug))
        return [one for one in found if role is None or one.role == role]

    def readiness(self, work: Work, slug: str) -> list[Gate]:
        """Say of every gate how much must be there, is, and whether somebody overrode it."""
        return self._gates(work, self.get(work, slug))

    # --- keeping

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Let stays, tiers and friends follow their people."""
        for table in store.PEOPLE:
            keeping.follow(work, table, shifts)

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return what campaigns keep of a person, as plain JSON."""
        rows = store.of_person(work, profile)
        born = BitMap(self._profiles.members(work, [profile])[profile])
        drawn = [
            {"campaign": slug, "arm": "held_out" if born & held_out else "invited"}
            for slug, (_, invited, held_out) in sorted(store.bases(work).items())
            if born & (invited | held_out)
        ]
        return {
            "campaigns": {
                "drawn": drawn,
                "groups": [
                    {"campaign": row["campaign"], "joined": format_time(row["joined"]),
                     "left": None if row["left"] is None else format_time(row["left"])}
                    for row in rows["campaign_stays"]
                ],
                "tiers": [
                    {name: row[name] for name in ("campaign", "tier", "day", "why")}
                    for row in rows["campaign_tiers"]
                ],
                "friends_brought": len(rows["campaign_friends"]),
            }
        }  # fmt: skip

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """Delete these people's rows, and take them out of every base."""
        gone = BitMap(profiles)
        count = 0
        for slug, parts in store.bases(work).items():
            if parts[0] & gone:
                store.keep_base(work, slug, *(part - gone for part in parts))
                count += 1
        return {**store.erase(work, profiles), "campaign_bases": count}

    # --- what the verbs share

    def _gates(self, work: Work, one: Defined) -> list[Gate]:
        found: list[Gate] = []
        for name in GATES:
            if (need := one.campaign.gates.get(name)) is None:
                continue
            have: int | None = 0
            if name == "base":
                have = len(store.members(work, one.slug))
            elif name in self._counts:
                have = self._counts[name](work, one.slug, one.campaign)
            found.append(Gate(name, need, have, one.standing.overrides.get(name)))
        return found

    def _find(self, work: Work, slug: str, *, lock: bool = False) -> Defined | None:
        return next(iter(store.campaigns(work, slug=slug, lock=lock)), None)

    def _take(self, work: Work, slug: str) -> Defined:
        found = self._find(work, slug, lock=True)
        if found is None:
            raise NotFound(f"there is no campaign {slug!r}")
        return found

    def _keep(
        self, work: Work, one: Defined, verb: str, detail: Mapping[str, Any] | None = None,
        **change: Any,
    ) -> Defined:  # fmt: skip
        kept = replace(one, standing=replace(one.standing, **change))
        store.keep(work, kept)
        told = detail or ({"why": change["why"]} if change.get("why") else {})
        audit.record(work, f"campaign.{verb}", one.slug, **told)
        return kept


def _reason(text: str) -> str:
    reason = text.strip()
    if not reason:
        raise Invalid("no reason is given", path="reason", hint="say in a sentence why")
    if len(reason) > _LONGEST_REASON:
        raise Invalid("too long a reason", path="reason", hint=f"at most {_LONGEST_REASON} signs")
    return reason
