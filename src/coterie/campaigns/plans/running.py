"""What time brings to campaigns: the draw, phases, tiers of the day, the warm-up; in portions.

Everything is done at a local midnight but the warm-up, which speaks at ten. What was missed is
not made up for: a house that slept for three days gives the tiers of today only.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from pyroaring import BitMap

from coterie.campaigns.plans import store
from coterie.campaigns.plans.model import (
    PHASES,
    TIERS,
    Arms,
    Campaign,
    Defined,
    Gate,
    Kept,
    Standing,
    Tier,
)
from coterie.campaigns.plans.tiering import places, tiers_of
from coterie.campaigns.plans.timing import first_day, last_day, phase_on, saying_hour
from coterie.core.clock import HOUR, MINUTE, local_date, midnight, next_midnight
from coterie.core.event import TRAIT_SET, Event
from coterie.core.facts import fact
from coterie.core.ids import derived_id
from coterie.experiments.assignment import holdout_salt, is_held_out
from coterie.messaging.alike.model import Alike
from coterie.messaging.service import Messaging
from coterie.profiles.service import Profiles
from coterie.storage import audit
from coterie.storage.work import Work

ROOM = "campaigns.plans"
ACTIVITY = "scores.activity"
PORTION = 5_000
"""People drawn, tiered or spoken to in one go: it bounds memory and transactions."""

_PER_PERCENT = 100
_SALE = PHASES.index("sale")


class Running:
    """The part of campaigns that the road drives."""

    def __init__(
        self, profiles: Profiles, messaging: Messaging, zone: ZoneInfo,
        gates: Callable[[Work, Defined], list[Gate]], language: str,
    ) -> None:  # fmt: skip
        self._profiles = profiles
        self._messaging = messaging
        self._zone = zone
        self._gates = gates
        self._language = language

    def wake(self, work: Work) -> list[Event]:
        """Do for every campaign what has come due; return the facts."""
        facts: list[Event] = []
        for one in store.campaigns(work, due=True, lock=True):
            facts += self._withdraw(work, one) if one.state == "cancelled" else self._go(work, one)
        return facts

    def _go(self, work: Work, one: Defined) -> list[Event]:
        today = local_date(work.now, self._zone)
        standing, facts = self._draw(work, one, one.standing)
        standing = self._turn(work, one, standing, today)
        if standing.state == "running" and first_day(one.campaign) <= today:
            standing, told = self._tier(work, one, standing, today)
            facts += told
            standing, told = self._warm(work, one, standing, today)
            facts += told
        standing = replace(standing, due=self._due(work, one, standing, today))
        store.keep(work, replace(one, standing=standing))
        return facts

    def _due(self, work: Work, one: Defined, standing: Standing, today: date) -> int | None:
        """Say when to look next: now while a portion is left, else at the next moment that counts.

        A red gate is asked again every hour.
        """
        if standing.state != "running":
            return None
        opens = midnight(first_day(one.campaign), self._zone)
        if not standing.drawn or (opens <= work.now and standing.tiered != today.isoformat()):
            return work.now
        coming = [max(opens, next_midnight(work.now, self._zone))]
        if standing.blocked is not None:
            coming.append(work.now + HOUR)
        if self._may_warm(one.campaign, standing, today) and standing.warmed != today.isoformat():
            speaks = saying_hour(today, self._zone)
            stopped = self._messaging.is_stopped(work)
            coming.append(max(speaks, work.now + HOUR if stopped else work.now))
        return min(coming)

    # --- the draw

    def _draw(self, work: Work, one: Defined, standing: Standing) -> tuple[Standing, list[Event]]:
        """Draw a portion of the base into invited and held out; once a person."""
        found = None if standing.drawn else store.base(work, one.slug)
        if found is None:
            return replace(standing, drawn=True), []
        people, invited, held_out = found
        left = people - invited - held_out
        portion = BitMap(islice(left, PORTION))
        salt, share = holdout_salt(one.origin, one.slug), one.campaign.holdout
        facts: list[Event] = []
        for profile, key in self._profiles.keys_of(work, list(portion)).items():
            out = is_held_out(salt, key, share * _PER_PERCENT)
            (held_out if out else invited).add(profile)
            arm = "held_out" if out else "invited"
            facts += _said(
                work, one, profile, "drawn", "arm", arm, why={"draw": salt, "percent": share}
            )
        invited |= portion - invited - held_out  # gone meanwhile: in no arm, and not asked again
        store.keep_base(work, one.slug, people, invited, held_out)
        done = len(left) == len(portion)
        if done:
            audit.record(
                work, "campaign.drawn", one.slug, invited=len(invited), held_out=len(held_out)
            )
        return replace(standing, drawn=done), facts

    def arms(self, work: Work, one: Defined) -> Arms:
        """Return whom the draw invited and held out, by who they are now."""
        found = store.base(work, one.slug)
        if found is None:
            return Arms(BitMap(), BitMap(), one.standing.drawn)
        invited, held_out = (
            BitMap(self._profiles.heads(work, list(arm)).values()) for arm in found[1:]
        )
        return Arms(invited - held_out, held_out, one.standing.drawn)

    # --- phases

    def _turn(self, work: Work, one: Defined, standing: Standing, today: date) -> Standing:
        """Let the phase be that of today; a red gate keeps it from the sale."""
        if today > last_day(one.campaign):
            audit.record(work, "campaign.done", one.slug)
            return replace(standing, state="done", phase=None, since=work.now, blocked=None)
        on = phase_on(one.campaign, today)
        name = on.phase if on else (standing.phase if first_day(one.campaign) <= today else None)
        if name == standing.phase:
            return replace(standing, blocked=None)
        begins_sale = (
            name is not None
            and PHASES.index(name) >= _SALE
            and (standing.phase is None or PHASES.index(standing.phase) < _SALE)
        )
        if begins_sale:
            red = [gate.gate for gate in self._gates(work, one) if not gate.open]
            if red:
                if standing.blocked is None:
                    audit.record(work, "campaign.blocked", one.slug, gates=red)
                return replace(standing, blocked=standing.blocked or work.now)
        audit.record(work, "campaign.phase", one.slug, phase=name, before=standing.phase)
        return replace(standing, phase=name, since=work.now, blocked=None)

    # --- tiers of the day

    def _tier(
        self, work: Work, one: Defined, standing: Standing, today: date
    ) -> tuple[Standing, list[Event]]:
        """Give everybody in a group her tier of today; only changes are written and told."""
        day = today.isoformat()
        if standing.tiered == day:
            return standing, []
        members = list(store.members(work, one.slug))
        rule = one.campaign.tiering
        first = places(store.first_joins(work, one.slug, rule.seeds), rule.seeds)
        activity = {
            profile: known.traits.get(ACTIVITY, 0.0)
            for profile, known in self._profiles.known_scores(work, members, [ACTIVITY]).items()
        }
        verdicts = tiers_of(rule, members, first, store.friends(work, one.slug), activity)
        kept: dict[int, list[Kept]] = {}
        for row in store.tiers(work, one.slug):
            kept.setdefault(row.profile, []).append(row)
        changed = [
            profile
            for profile, (tier, _) in verdicts.items()
            if any(row.tier != tier for row in kept.get(profile, ())) or profile not in kept
        ]
        facts: list[Event] = []
        rows: list[dict[str, Any]] = []
        for profile in changed[:PORTION]:
            tier, why = verdicts[profile]
            born = [row.came_with for row in kept.get(profile, ())] or [profile]
            rows += [
                {"campaign": one.slug, "came_with": each, "profile": profile, "tier": tier,
                 "why": why, "day": day, "acted": None}
                for each in born
            ]  # fmt: skip
            before = kept[profile][0].tier if profile in kept else None
            if before != tier:
                facts += _said(
                    work, one, profile, "tiered", "tier", tier, before=before, why=why, day=day
                )
        store.keep_tiers(work, rows)
        done = len(changed) <= PORTION
        return (replace(standing, tiered=day) if done else standing), facts

    # --- the warm-up

    @staticmethod
    def _may_warm(campaign: Campaign, standing: Standing, today: date) -> bool:
        on = phase_on(campaign, today)
        calls = on is not None and on.phase == "warm_up" and standing.phase == "warm_up"
        return calls and bool(campaign.tiers)

    def _warm(
        self, work: Work, one: Defined, standing: Standing, today: date
    ) -> tuple[Standing, list[Event]]:
        """Do what the warm-up does for each tier, once a person; the held out get a shadow."""
        day = today.isoformat()
        if (
            not self._may_warm(one.campaign, standing, today)
            or standing.warmed == day
            or standing.tiered != day
            or work.now < saying_hour(today, self._zone)
            or self._messaging.is_stopped(work)
        ):
            return standing, []
        members = store.members(work, one.slug)
        rows = store.tiers(work, one.slug)
        spoken = {row.profile for row in rows if row.acted is not None}
        waiting: dict[int, Tier] = {
            row.profile: row.tier
            for row in rows
            if row.profile in members
            and row.profile not in spoken
            and row.tier in one.campaign.tiers
        }
        portion = dict(islice(sorted(waiting.items()), PORTION))
        held_out = self.arms(work, one).held_out
        facts: list[Event] = []
        for tier in TIERS:
            people = [profile for profile, of in portion.items() if of == tier]
            if people:
                facts += self._act(work, one, tier, people, held_out)
        store.mark_acted(work, one.slug, [row.came_with for row in rows if row.profile in portion])
        done = len(portion) == len(waiting)
        return (replace(standing, warmed=day) if done else standing), facts

    def _act(
        self, work: Work, one: Defined, tier: Tier, people: Sequence[int], held_out: BitMap
    ) -> list[Event]:
        action = one.campaign.tiers[tier]
        node = f"warm_up.{tier}"
        if action.do == "task":
            texts = list(action.texts.values())
            said = action.script or action.texts.get(self._language) or texts[0]
            return [
                _task(work, one, said, node, profile)
                for profile in people
                if profile not in held_out
            ]
        assert action.template is not None, "parse asks for one"
        thing = Alike(
            channel=action.channel,
            template=action.template,
            touch=action.touch,
            origin=one.origin,
            cause=("campaign", one.slug, "warm_up"),
            node=node,
            variables={"campaign": {"slug": one.slug, "title": dict(one.campaign.titles)}},
        )
        whom = np.array(people, np.int32)
        return self._messaging.send_alike(work, thing, whom, shadow=held_out).facts

    # --- cancelled

    def _withdraw(self, work: Work, one: Defined) -> list[Event]:
        """Take back a portion of what waits, until none of it is on its way."""
        facts = self._messaging.withdraw(work, one.origin, PORTION)
        due: int | None = work.now
        if len(facts) < PORTION:
            due = work.now + MINUTE if self._messaging.open_of(work, one.origin) else None
        store.keep(work, replace(one, standing=replace(one.standing, due=due)))
        return facts


def _said(
    work: Work, one: Defined, profile: int, verb: str, name: str, value: str, **more: Any
) -> list[Event]:
    """State what was decided of somebody, and the trait by which she can be asked for it."""
    cause = (one.slug, value, work.now)
    trait = f"campaigns.{one.slug}.{name}"
    said: dict[str, Any] = {"campaign": one.slug, name: value, **more}
    return [
        fact(f"campaign.{verb}", room=ROOM, profile=profile, at=work.now, cause=cause, **said),
        fact(
            TRAIT_SET, room=ROOM, profile=profile, at=work.now, cause=(trait, *cause),
            trait=trait, value=value,
        ),
    ]  # fmt: skip


def _task(work: Work, one: Defined, said: str, node: str, profile: int) -> Event:
    return fact(
        "task.asked", room=ROOM, profile=profile, at=work.now, cause=(one.slug, "warm_up"),
        task=derived_id("task", one.origin, "warm_up", profile), journey=one.origin, run=0,
        node=node, to="guide", script=said,
    )  # fmt: skip
