"""The face of referrals: hears touches, joins, orders and coupons; answers pages; keeps its people.

A listener on the road and a keeper. What a page asks is in ``asking``, whom a guide may invite in
``suggesting``.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from coterie.core.clock import DAY, format_time
from coterie.core.errors import Conflict, NotFound
from coterie.core.event import Event, Move
from coterie.core.people import Shift
from coterie.messaging.service import Messaging
from coterie.profiles.service import Profiles
from coterie.referrals import facts, store
from coterie.referrals.asking import Asking
from coterie.referrals.model import Referral, Reward, RewardState
from coterie.referrals.moving import Moving
from coterie.referrals.ports import Customers, Sources
from coterie.referrals.programmes import store as codes
from coterie.referrals.programmes.model import ERASED, Programme
from coterie.referrals.programmes.service import Programmes
from coterie.referrals.reading import HEARD, PLACEMENT, TOUCHED, signs_of, states_of
from coterie.referrals.suggesting import Suggesting
from coterie.referrals.taking import Taking
from coterie.segments.service import Segments
from coterie.storage import audit
from coterie.storage.work import Work

ORIGIN = "referral:"
ISSUED, REFUSED = "coterie.coupon.issued", "coterie.coupon.refused"
_JOINED = ("coterie.merged", "coterie.unmerged")
AT_ONCE = 5_000
"""How many referrals one ``wake`` settles."""
STRANGERS = 30 * DAY
"""So long what people did is kept of whom nobody has brought: touches may come late."""


class Referrals(Taking, Asking, Suggesting):
    """Friends who bring friends, in one house; a listener on the road, and a keeper."""

    name = "referrals"

    def __init__(
        self, profiles: Profiles, segments: Segments, messaging: Messaging, customers: Customers,
        sources: Sources, zone: ZoneInfo,
    ) -> None:  # fmt: skip
        self._sources = sources
        self.programmes = Programmes(zone)
        self._moving = Moving(profiles, zone)
        Taking.__init__(self, profiles, segments)
        Suggesting.__init__(self, profiles, messaging, customers)

    def define(self, work: Work, document: Mapping[str, Any]) -> Programme:
        """Make a programme, or change it; raises Invalid with the path."""
        return self.programmes.define(work, document)

    # --- the road

    def hear(self, work: Work, events: Sequence[Event], moves: Sequence[Move]) -> list[Event]:  # noqa: ARG002
        """Note what people did, settle who brought them, and what became of rewards."""
        self._answers(work, [event for event in events if event.name in (ISSUED, REFUSED)])
        told = [event for event in events if event.name in HEARD]
        joined = [event for event in events if event.name in _JOINED]
        if not told and not joined:
            return []
        live = self.programmes.live(work)
        if not live:
            return []
        signs = signs_of(told, self._personal(work, told))
        store.note(work, signs)
        touches = [one for one in signs if one.kind == "touch"]
        friends = {one.profile for one in touches}
        others = {one.profile for one in signs} - friends | self._concerned(joined)
        if joined:
            mine = codes.of_people(work, others)
            friends |= {one.profile for one in store.by_codes(work, {each.code for each in mine})}
            friends |= others
        elif others:
            friends |= {one.profile for one in store.of_people(work, others)}
        said = {event.id for event in told if event.name == TOUCHED}
        by_others = [one for one in touches if one.id not in said]
        return self._touched(work, by_others) + self._moving.settle(work, live, friends)

    def _personal(self, work: Work, told: Sequence[Event]) -> dict[str, str]:
        """Return the personal codes of which channel codes were made that people came by."""
        states = states_of(told)
        found = self._sources.resolve(work, states) if states else {}
        return {
            state: source.placement.removeprefix(PLACEMENT)
            for state, source in found.items()
            if source.placement.startswith(PLACEMENT)
        }

    def _concerned(self, joined: Sequence[Event]) -> set[int]:
        """Return the people of whom it turned out who they are."""
        found = {event.profile for event in joined}
        return found | {one for event in joined for one in event.properties.get("profiles", ())}

    def wake(self, work: Work) -> list[Event]:
        """Approve whose time has come, and whoever has stayed long enough."""
        due = store.due(work, AT_ONCE)
        if not due:
            return []
        store.forget_strangers(work, work.now - STRANGERS)
        every = {one.slug: one for one in self.programmes.all(work)}
        concerned = {one.programme: every[one.programme] for one in due}
        return self._moving.fall_due(work, concerned, due)

    def next_due(self, work: Work) -> int | None:
        """Return when time has something to do with a referral next."""
        return store.next_due(work)

    def _answers(self, work: Work, events: Sequence[Event]) -> None:
        """Mark what became of rewards that the coupons were asked for."""
        told: dict[tuple[str, str], Event] = {}
        for event in events:
            origin = str(event.properties.get("origin", ""))
            if origin.startswith(ORIGIN) and origin.count(":") == 2:
                _, referral, side = origin.split(":")
                told[referral, side] = event
        if not told:
            return
        known = store.rewards_of(work, {referral for referral, _ in told})
        mine = [
            _answered(one, told[one.referral, one.side])
            for rows in known.values()
            for one in rows
            if (one.referral, one.side) in told and one.state == "asked"
        ]
        store.answered(work, mine)
        after = {one.referral: known[one.referral] for one in mine}
        fresh = {(one.referral, one.side): one for one in mine}
        done = [
            referral
            for referral, rows in after.items()
            if _is_rewarded([fresh.get((one.referral, one.side), one) for one in rows])
        ]
        rewarded = [
            replace(one, state="rewarded", ended=work.now)
            for one in store.by_ids(work, done).values()
            if one.state == "approved"
        ]
        store.save(work, [], rewarded)

    # --- by hand

    def approve(self, work: Work, referral: str, why: str) -> list[Event]:
        """Approve one that qualified, whatever was decided before; return the facts.

        Raises NotFound, Conflict when she has not qualified, or the programme's rewards are given.
        """
        one = self._get(work, referral)
        programme = self.programmes.get(work, one.programme)
        if one.state in ("approved", "rewarded"):
            return []
        if one.qualified is None or one.state not in ("pending", "rejected"):
            raise Conflict("she has not qualified: there is nothing to approve",
                           code="not_qualified")  # fmt: skip
        done, told = self._moving.decide(work, programme, one, why.strip()[:300])
        if done.state == "rejected":
            raise Conflict("this programme has given all the rewards that it may: raise its cap",
                           code="cap_all")  # fmt: skip
        audit.record(work, "referral.approve", one.programme, referral=referral, why=done.why)
        return told

    def reject(self, work: Work, referral: str, why: str) -> list[Event]:
        """Reject one before anything was given for it; return the facts.

        Raises NotFound, Conflict when it was approved.
        """
        one = self._get(work, referral)
        programme = self.programmes.get(work, one.programme)
        if one.decision == "approved":
            raise Conflict("it was approved: what was given is taken back by a refund",
                           code="approved_already")  # fmt: skip
        if one.decision == "rejected":
            return []
        done = replace(
            one, state="rejected", reason="by_hand", decision="rejected", decided=work.now,
            ended=work.now, why=why.strip()[:300], due=None,
        )  # fmt: skip
        store.save(work, [], [done])
        audit.record(work, "referral.reject", one.programme, referral=referral, why=done.why)
        return facts.changes(programme, one, done, "", work.now)

    def _get(self, work: Work, referral: str) -> Referral:
        found = store.get(work, referral, lock=True)
        if found is None:
            raise NotFound(f"there is no referral {referral!r}")
        return found

    # --- a keeper

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Let codes, deeds and edges follow their people; the road's news settles them anew."""
        codes.follow(work, shifts)
        store.follow(work, shifts)

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return what is kept of a person, as plain JSON, for her; never who her friends are."""
        signs, mine = store.rows_of(work, profile)
        return {
            "referral_codes": [
                {"programme": one["programme"], "code": one["code"],
                 "since": format_time(one["since"])}
                for one in codes.rows_of(work, profile)
            ],
            "referrals": [
                {"programme": one["programme"], "state": one["state"], "reason": one["reason"],
                 "touched": format_time(one["touched"])}
                for one in mine
            ],
            "referral_deeds": [
                {"kind": one["kind"], "at": format_time(one["at"]), "of": one["ref"]}
                for one in signs
            ],
        }  # fmt: skip

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """Take a person's name off her code and her edge; that there was an edge stays."""
        return {
            "referral_codes": codes.erase(work, set(profiles) - {ERASED}),
            **store.erase(work, set(profiles) - {ERASED}),
        }


def _answered(one: Reward, event: Event) -> Reward:
    state: RewardState = "issued" if event.name == ISSUED else "refused"
    said = event.properties
    return replace(
        one, state=state, reason=str(said.get("reason", ""))[:64],
        coupon=str(said.get("coupon", ""))[:64],
    )  # fmt: skip


def _is_rewarded(rewards: Sequence[Reward]) -> bool:
    """Say whether all sides were answered, and one got hers at least."""
    states = {one.state for one in rewards}
    return "asked" not in states and "issued" in states
