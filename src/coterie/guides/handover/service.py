"""The face of handing over: what would become of it, ask for it, hear and note what became of it.

The platform is called by an errand of the road; whatever it says is noted here. Every step may be
done again after a crash: what was asked for stands in rows, and the platform's answer "is under way
already" is a yes.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from coterie.core.clock import HOUR, format_time
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.core.event import Event, Move
from coterie.core.ids import derived_id
from coterie.core.people import Shift
from coterie.guides.binding.reading import ADDED, DELETED
from coterie.guides.binding.service import Bindings
from coterie.guides.handover import store
from coterie.guides.handover.model import (
    LONGEST,
    OPEN,
    TWICE,
    WITHIN,
    Chat,
    Handover,
    Kind,
    Preflight,
    Row,
    State,
    Wanted,
)
from coterie.guides.handover.ports import Circle, NoCircle
from coterie.guides.organisation.model import Guide
from coterie.guides.organisation.service import Organisation
from coterie.storage import audit
from coterie.storage.work import Work

TRANSFER_FAILED = "Contact Transfer Failed"
_REASONS: Mapping[str, State] = {
    "customer_refused": "refused", "customer_limit_exceed": "limit",
}  # fmt: skip


class Handovers:
    """Handovers of one house; a listener on the road, and a keeper."""

    name = "guides.handover"

    def __init__(
        self, organisation: Organisation, bindings: Bindings, circle: Circle | None = None
    ) -> None:
        self._organisation = organisation
        self._bindings = bindings
        self.circle: Circle = circle or NoCircle()

    # --- before

    def preflight(self, work: Work, wanted: Wanted) -> Preflight:
        """Say what would become of a handover; raises NotFound for a guide who is none."""
        giver, taker = (self._guide(work, name) for name in (wanted.giver, wanted.taker))
        kind: Kind = "on_job" if giver.left is None else "resigned"
        faults = _faults(giver, taker, wanted)
        at_platform = dict(self.circle.customers_of(work, giver.userid)) if giver.userid else {}
        whom = self._whom(work, wanted, at_platform)
        skipped: dict[str, list[int]] = defaultdict(list)
        customers, seen = [], set()
        moved = store.moved_since(work, at_platform, work.now - WITHIN)
        under_way = store.under_way(work, at_platform)
        for external, profile in sorted(at_platform.items(), key=lambda one: (one[1], one[0])):
            if profile not in whom or profile in seen:
                continue
            seen.add(profile)
            if external in under_way:
                skipped["in_progress"].append(profile)
            elif kind == "on_job" and moved.get(external, 0) >= TWICE:
                skipped["twice"].append(profile)
            else:
                customers.append((profile, external))
        rest = whom - seen
        known = self.circle.externals_of(work, rest)
        skipped["not_friend"] += sorted(one for one in rest if known.get(one))
        groups = self.circle.chats_of(work, giver.userid) if wanted.chats and giver.userid else ()
        return Preflight(
            kind=kind,
            customers=tuple(customers),
            ours=tuple(sorted(one for one in rest if not known.get(one))),
            skipped={reason: tuple(each) for reason, each in skipped.items() if each},
            chats=tuple(groups),
            faults=tuple(faults),
        )

    def _whom(self, work: Work, wanted: Wanted, at_platform: Mapping[str, int]) -> set[int]:
        """Return whom a handover is of: all that the giver has or had in trust, or those chosen."""
        if wanted.profiles is not None:
            return set(wanted.profiles)
        trusted = self._bindings.left_by(work, wanted.giver)
        return {*at_platform.values(), *self._bindings.owned_by(work, wanted.giver), *trusted}

    def _guide(self, work: Work, name: str) -> Guide:
        found = self._organisation.guide(work, name)
        if found is None:
            raise NotFound(f"there is no guide {name!r}")
        return found

    # --- asked for

    def ask(self, work: Work, wanted: Wanted) -> tuple[Handover, list[Event]]:
        """Ask for a handover; return it, and facts of those whom only our own books know.

        Asking twice within an hour for the same is asking once. Raises NotFound, Invalid, Conflict.
        """
        looked = self.preflight(work, wanted)
        if looked.faults:
            raise Conflict(f"this can not be handed over: {looked.faults[0]}", code="no_handover")
        if len(wanted.message) > LONGEST:
            raise Invalid(f"at most {LONGEST} characters", path="message")
        giver, taker = (self._guide(work, name) for name in (wanted.giver, wanted.taker))
        whom = sorted(wanted.profiles or ())
        name = derived_id("handover", giver.id, taker.id, work.now // HOUR, *whom)
        known = store.get(work, name)
        if known is not None:
            return known, []
        one = Handover(
            name, looked.kind, giver.id, taker.id, giver.userid or "", taker.userid or "",
            wanted.message.strip(), work.now, str(work.actor),
        )  # fmt: skip
        rows = [Row(name, profile, external, "asked") for profile, external in looked.customers]
        rows += [
            Row(name, profile, "", "skipped", reason, settled=work.now)
            for reason, each in looked.skipped.items()
            for profile in each
        ]
        rows += [Row(name, profile, "", "done", "ours", settled=work.now)
                 for profile in looked.ours]  # fmt: skip
        groups = [Chat(name, chat, title, "asked") for chat, title in looked.chats]
        store.add(work, one, rows, groups)
        audit.record(work, "handover.ask", giver.id, to=taker.id, people=len(rows),
                     groups=len(groups))  # fmt: skip
        facts = self._bindings.handed(work, dict.fromkeys(looked.ours, name), taker.id)
        self._finish(work, one)
        return one, facts

    # --- the errand's

    def unfinished(self, work: Work) -> list[Handover]:
        """Return handovers that are under way, the oldest first."""
        return store.unfinished(work)

    def of(self, work: Work, name: str, states: Collection[str], limit: int = 5_000) -> list[Row]:
        """Return customers of a handover in some states."""
        return store.people(work, name, states, limit)

    def groups(self, work: Work, name: str, states: Collection[str]) -> list[Chat]:
        """Return groups of a handover in some states."""
        return store.groups(work, name, states)

    def chats_done_since(self, work: Work, userid: str, since: int) -> int:
        """Count the groups that a new owner took over since a moment."""
        return store.chats_done_since(work, userid, since)

    def note(self, work: Work, one: Handover, rows: Sequence[Row]) -> list[Event]:
        """Note what the platform said of customers; return the facts of those who are moved."""
        store.settle(work, rows)
        moved = {row.profile: one.id for row in rows if row.state == "done" and row.profile}
        facts = self._bindings.handed(work, moved, one.taker) if moved else []
        self._finish(work, one)
        return facts

    def note_groups(self, work: Work, one: Handover, given: Sequence[Chat]) -> None:
        """Note what the platform said of groups."""
        store.settle_groups(work, given)
        self._finish(work, one)

    def next_step(self, work: Work) -> int | None:
        """Return when the errand has something to do, or None."""
        return store.next_due(work)

    def rest(self, work: Work, one: Handover, until: int) -> None:
        """Let a handover rest until a moment, since the platform would say nothing new."""
        store.set_handover(work, one.id, rest_until=until)

    def _finish(self, work: Work, one: Handover) -> None:
        still = store.people(work, one.id, OPEN, 1) or store.groups(work, one.id, ("asked",))
        if not still:
            store.set_handover(work, one.id, finished=work.now)

    # --- the road

    def hear(self, work: Work, events: Sequence[Event], moves: Sequence[Move]) -> list[Event]:  # noqa: ARG002
        """Hear that a customer refused, or that the platform moved her."""
        told = [one for one in events if _concerns(one)]
        every = {one.id: one for one in store.unfinished(work)} if told else {}
        rows = store.of_profiles(work, {one.profile for one in told}, OPEN) if every else []
        facts: list[Event] = []
        for event in told:
            for row in rows:
                one = every.get(row.handover)
                if one is None or row.profile != event.profile:
                    continue
                said, guide = event.properties, event.properties.get("guide")
                at = event.time
                taken = one.taker_userid if one.kind == "resigned" else None
                if (event.name == DELETED and guide == one.giver_userid) or (
                    event.name == ADDED and guide == taken
                ):
                    made = replace(row, state="done", sent=row.sent or at, settled=at)
                elif event.name == TRANSFER_FAILED and guide in (
                    one.taker_userid, one.giver_userid
                ):  # fmt: skip
                    reason = str(said.get("reason", ""))[:24]
                    state = _REASONS.get(reason, "failed")
                    made = replace(row, state=state, reason=reason, settled=at)
                else:
                    continue
                facts += self.note(work, one, [made])
        return facts

    def wake(self, _work: Work) -> list[Event]:
        """Do nothing: the errand asks the platform."""
        return []

    def next_due(self, _work: Work) -> int | None:
        """Return None: time alone gives this room nothing to do."""
        return None

    # --- asked

    def get(self, work: Work, name: str) -> Handover:
        """Return one handover; raises NotFound."""
        found = store.get(work, name)
        if found is None:
            raise NotFound(f"there is no handover {name!r}")
        return found

    def newest(self, work: Work, limit: int = 50) -> list[Handover]:
        """Return the newest handovers."""
        return store.newest(work, limit)

    def counts(self, work: Work, names: Collection[str]) -> dict[str, dict[str, int]]:
        """Count the customers of handovers by state."""
        return store.counts(work, names)

    def reasons(self, work: Work, name: str) -> dict[tuple[str, str], int]:
        """Count the customers of a handover by state and reason."""
        return store.reasons(work, name)

    def page(
        self, work: Work, name: str, states: Collection[str], limit: int, offset: int
    ) -> list[Row]:
        """Return customers of a handover in some states."""
        return store.people(work, name, states, limit, offset)

    # --- a keeper

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Let rows follow the customers."""
        store.follow(work, shifts)

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return when she was handed over, as plain JSON."""
        return {
            "guide_handovers": [
                {
                    "state": row["state"], "reason": row["reason"],
                    "sent": None if row["sent"] is None else format_time(row["sent"]),
                }
                for row in store.of_person(work, profile)
            ]
        }  # fmt: skip

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """Forget who was handed over."""
        return store.erase(work, profiles)


def _faults(giver: Guide, taker: Guide, wanted: Wanted) -> list[str]:
    found = []
    if giver.id == taker.id:
        found.append("same_guide")
    if taker.left is not None:
        found.append("taker_left")
    if not taker.contact:
        found.append("taker_no_right")
    if len(wanted.message) > LONGEST:
        found.append("message_long")
    return found


def _concerns(event: Event) -> bool:
    if event.name in (TRANSFER_FAILED, ADDED):
        return True
    return event.name == DELETED and event.properties.get("by") == "transfer"
