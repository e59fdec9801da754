"""The face of campaigns: draft a broadcast, try it, ask for it, approve it, send it, cancel it."""

from collections.abc import Collection, Sequence
from typing import Any

from pyroaring import BitMap

from coterie.campaigns import life, store
from coterie.campaigns.check import check
from coterie.campaigns.model import Broadcast, DryRun, Plan, Progress, Signature
from coterie.campaigns.progress import progress_of
from coterie.campaigns.sending import Sender, without
from coterie.core.errors import Invalid, NotFound
from coterie.core.event import Event, Move
from coterie.core.ids import uuid7
from coterie.core.people import Shift
from coterie.messaging.service import Messaging
from coterie.profiles.service import Profiles
from coterie.segments.service import Segments
from coterie.storage import audit
from coterie.storage.work import Work

_ORIGIN = "broadcast:"
_SETTLED = ("coterie.message.sent", "coterie.message.held", "coterie.message.failed")


class Campaigns:
    """Broadcasts of one house; a listener on the road.

    ``default_holdout`` is in percent. Beyond ``approval_above`` people a second account approves;
    ``by`` is always the id of the account that acts, 0 for a desk without accounts.
    """

    name = "campaigns"

    def __init__(
        self,
        segments: Segments,
        messaging: Messaging,
        profiles: Profiles,
        default_holdout: int = 10,
        approval_above: int = 1_000,
    ) -> None:
        self._segments = segments
        self._messaging = messaging
        self._sender = Sender(messaging, profiles, default_holdout, segments.chooses_nobody)
        self.default_holdout = default_holdout
        self.approval_above = approval_above

    # --- what an operator does

    def draft(self, work: Work, plan: Plan, by: int) -> Broadcast:
        """Keep a new plan as a draft; raises Invalid with the path of the fault."""
        checked = self._checked(work, plan)
        signed = self._sign(work, checked, by)
        return self._keep(work, Broadcast(uuid7(work.now), checked, "draft", signed), "draft")

    def revise(self, work: Work, broadcast: str, plan: Plan, by: int) -> Broadcast:
        """Change a draft's plan; raises Invalid, and Conflict when it is no draft any more."""
        checked = self._checked(work, plan)
        changed = life.revise(self._take(work, broadcast), checked, self._sign(work, checked, by))
        return self._keep(work, changed, "revise")

    def ask(self, work: Work, broadcast: str, by: int) -> Broadcast:
        """Ask for a draft to be sent: scheduled at once, or after a second person's approval.

        Raises Invalid when what it names is gone meanwhile or nobody is in its segment.
        """
        found = self._take(work, broadcast)
        plan = self._checked(work, found.plan)
        signed = self._sign(work, plan, by)
        if signed.people == 0:
            raise Invalid(
                "nobody is in this segment now", path="segment", hint="choose another one"
            )
        return self._keep(work, life.ask(found, signed, self.approval_above), "ask")

    def approve(self, work: Work, broadcast: str, by: int) -> Broadcast:
        """Approve what another person asked for; raises NotPermitted, with the cure."""
        found = self._take(work, broadcast)
        return self._keep(work, life.approve(found, self._sign(work, found.plan, by)), "approve")

    def undo(self, work: Work, broadcast: str) -> Broadcast:
        """Take what waits or is scheduled back to a draft; raises Conflict once it is sending."""
        return self._keep(work, life.undo(self._take(work, broadcast)), "undo")

    def cancel(self, work: Work, broadcast: str, by: int) -> Broadcast:
        """End a broadcast, midway too: nothing of it goes out from now on but what is on its way.

        What is queued is held as withdrawn; the road does so in portions.
        """
        found = self._take(work, broadcast)
        cancelled = life.cancel(found, self._sign(work, found.plan, by))
        if cancelled.due is not None:
            self._messaging.pause(work, cancelled.origin)
        return self._keep(work, cancelled, "cancel")

    # --- the road

    def hear(self, work: Work, events: Sequence[Event], moves: Sequence[Move]) -> list[Event]:  # noqa: ARG002
        """Note which broadcasts have sent their last message."""
        origins = {
            str(event.properties.get("origin", "")) for event in events if event.name in _SETTLED
        }
        ids = [each.removeprefix(_ORIGIN) for each in origins if each.startswith(_ORIGIN)]
        for broadcast in store.sending(work, ids) if ids else []:
            looked = self._sender.look(work, broadcast)
            if looked is not broadcast:
                store.save(work, looked)
        return []

    def wake(self, work: Work) -> list[Event]:
        """Begin what is due, hand on a portion of what is being sent, withdraw what is cancelled.

        While everything is stopped nothing begins and nothing is handed on: it would be held.
        """
        stopped = self._messaging.is_stopped(work)
        facts: list[Event] = []
        for broadcast in store.due(work):
            if broadcast.state == "cancelled":
                facts += self._withdraw(work, broadcast)
            elif not stopped and broadcast.state == "scheduled":
                self._begin(work, broadcast)
            elif not stopped:
                facts += self._sender.send(work, broadcast)
        return facts

    def next_due(self, work: Work) -> int | None:
        """Return the earliest moment at which ``wake`` has work, or None."""
        stopped = self._messaging.is_stopped(work)
        states = ("cancelled",) if stopped else ("cancelled", "scheduled", "sending")
        return store.next_due(work, states)

    def _begin(self, work: Work, broadcast: Broadcast) -> None:
        """Fix the audience, unless it has grown beyond what was approved."""
        try:
            people = self._segments.members(work, broadcast.plan.segment)
        except NotFound:
            self._keep(work, life.give_back(broadcast, "no_segment"), "no_segment")
            return
        if life.needs_approval(len(people), broadcast.approved, self.approval_above):
            self._keep(work, life.give_back(broadcast, "grown"), "grown", people=len(people))
            return
        store.keep_audience(work, broadcast.id, people)
        self._keep(work, life.begin(broadcast, len(people), work.now), "begin", people=len(people))

    def _withdraw(self, work: Work, broadcast: Broadcast) -> list[Event]:
        facts = self._sender.withdraw(work, broadcast)
        after = self.get(work, broadcast.id)
        if after.due is None:
            self._messaging.resume(work, broadcast.origin)
        return facts

    # --- whom they are kept of

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """An audience stays as it was fixed: who leads whom is asked as it is sent."""

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return the broadcasts that a person was to get, as plain JSON."""
        titles = {each.id: each.plan.title for each in self.all(work)}
        return {
            "broadcasts": [
                {"broadcast": broadcast, "title": titles.get(broadcast)}
                for broadcast, people in sorted(store.audiences(work).items())
                if profile in people
            ]
        }

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """Take these people out of every audience; count the audiences."""
        gone, count = BitMap(profiles), 0
        for broadcast, people in store.audiences(work).items():
            if not people & gone:
                continue
            found = self._take(work, broadcast)
            store.save(work, without(found, people, gone))
            store.keep_audience(work, broadcast, people - gone)
            count += 1
        return {"broadcast_audiences": count}

    # --- what there is to know

    def get(self, work: Work, broadcast: str) -> Broadcast:
        """Return one broadcast; raises NotFound."""
        found = store.get(work, broadcast)
        if found is None:
            raise _unknown(broadcast)
        return found

    def all(self, work: Work, states: Collection[str] | None = None) -> list[Broadcast]:
        """Return the broadcasts in some states, or all, the newest first."""
        return store.broadcasts(work, states)

    def to_approve(self, work: Work) -> list[Broadcast]:
        """Return what waits for a second person, the newest first."""
        return store.broadcasts(work, ("waiting",))

    def why_not_approve(self, broadcast: Broadcast, by: int) -> life.WhyNot | None:
        """Say why an account may not approve a broadcast; None when it may."""
        return life.why_not(broadcast, by)

    def needs_approval(self, people: int) -> bool:
        """Say whether an audience of so many people needs a second person."""
        return life.needs_approval(people, None, self.approval_above)

    def audience(self, work: Work, plan: Plan) -> BitMap:
        """Return who is in a plan's segment now; raises NotFound."""
        return self._segments.members(work, plan.segment)

    def size(self, work: Work, plan: Plan) -> int:
        """Count who is in a plan's segment now; 0 when the segment is gone."""
        try:
            return len(self.audience(work, plan))
        except NotFound:
            return 0

    def holdout_of(self, plan: Plan) -> int:
        """Return the percentage that is left out of a plan."""
        return self._sender.holdout_of(plan)

    def dry_run(self, work: Work, plan: Plan, broadcast: str = "dry-run") -> DryRun:
        """Say what would become of a plan's audience at its time; nothing is sent.

        Raises Invalid with the path of the fault. Name the ``broadcast`` to draw its own holdout.
        """
        checked = self._checked(work, plan)
        return self._sender.dry_run(work, broadcast, checked, self.audience(work, checked))

    def progress(self, work: Work, broadcasts: Sequence[Broadcast]) -> dict[str, Progress]:
        """Count how far the messages of each of these broadcasts are, by id."""
        tallies = self._messaging.tallies(work, [each.origin for each in broadcasts])
        return {each.id: progress_of(each.total, tallies[each.origin]) for each in broadcasts}

    # --- what the verbs share

    def _take(self, work: Work, broadcast: str) -> Broadcast:
        found = store.get(work, broadcast, lock=True)
        if found is None:
            raise _unknown(broadcast)
        return found

    def _checked(self, work: Work, plan: Plan) -> Plan:
        return check(
            plan,
            segments={each.slug for each in self._segments.all(work)},
            templates=self._messaging.templates(work),
            channels=self._messaging.channels,
        )

    def _sign(self, work: Work, plan: Plan, by: int) -> Signature:
        return Signature(by, work.actor.name, work.now, self.size(work, plan))

    def _keep(self, work: Work, broadcast: Broadcast, verb: str, **detail: int) -> Broadcast:
        store.save(work, broadcast)
        signed = {
            "state": broadcast.state,
            "segment": broadcast.plan.segment,
            "template": broadcast.plan.template,
        }
        audit.record(work, f"broadcast.{verb}", broadcast.id, **signed, **detail)
        return broadcast


def _unknown(broadcast: str) -> NotFound:
    return NotFound(f"there is no broadcast {broadcast!r}")
