"""The outbox: what is due goes to the channels once the gate has been asked again, and settles."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from coterie.core.clock import MINUTE, local_date
from coterie.core.event import Event
from coterie.messaging import retry, store
from coterie.messaging.audience import Audience, look_up, look_up_planned
from coterie.messaging.channel import Channel, Uncertain
from coterie.messaging.drafting import decode, tell
from coterie.messaging.gate import Asked, Decision, GateSettings, after_quiet, decide
from coterie.messaging.keeping.caps import without_slot
from coterie.messaging.keeping.store import twins, with_others
from coterie.messaging.model import Content, Delivery, Leased, Message, Outcome, Reason
from coterie.messaging.people import People, Sealer
from coterie.messaging.store import Stored
from coterie.storage.work import Work

LEASE = 15 * MINUTE
"""How long a leased message waits for its outcome before it counts as lost."""


@dataclass
class _Settled:
    """What a batch of outcomes changes."""

    sent: list[tuple[Message, str]] = field(default_factory=list)
    failed: list[Message] = field(default_factory=list)
    later: list[Message] = field(default_factory=list)


@dataclass(frozen=True)
class Outbox:
    """The lower half of ``service.Messaging``: what happens once a message is queued."""

    profiles: People
    settings: GateSettings
    channels: Mapping[str, Channel]
    zone: ZoneInfo

    def lease(self, work: Work, limit: int) -> Leased:
        """Take up to ``limit`` due messages, see ``service.Messaging.lease``."""
        facts = self._recover(work)
        deliveries: list[Delivery] = []
        while len(deliveries) < limit:
            stored = store.take_due(work, limit - len(deliveries))
            if not stored:
                break
            leased = self._lease(work, stored)
            deliveries += leased.deliveries
            facts += leased.facts
        return Leased(deliveries, facts)

    def _recover(self, work: Work) -> list[Event]:
        again, failed = [], []
        for message in store.take_lost(work):
            lost = replace(message, lost=message.lost + 1)
            if message.delivery == "at_most_once" or message.attempts >= retry.MAX_TRIES:
                failed.append(replace(lost, status="failed", reason=Reason.AMBIGUOUS))
            else:
                again.append(replace(lost, status="queued"))
        store.change(work, [changes_of(message) for message in [*again, *failed]])
        return [tell(message, work.now) for message in failed]

    def _lease(self, work: Work, stored: Sequence[Stored]) -> Leased:
        messages = [each.message for each in stored]
        audience = look_up(work, self.profiles, self.channels, self.zone, messages)
        moved = {m.profile for m in messages if self._has_moved(audience, m, work.now)}
        crowded = with_others(work, {m.profile for m in messages if not m.is_service})
        if moved or crowded:
            store.lock_gate(work)
            look_up_planned(work, audience, moved | crowded)
        self._make_room(work, audience, crowded)
        sealer = self.profiles.sealer(work, {each.came_with for each in stored})
        changed: list[Message] = []
        deliveries: list[Delivery] = []
        for each in stored:
            message, content = self._ask_again(audience, each, sealer, work.now)
            changed.append(message)
            if message.status == "leased" and content is not None:
                deliveries.append(_delivery(message, content, audience, work.now))
        store.change(work, [changes_of(m, lease_until=work.now + LEASE) for m in changed])
        held = [message for message in changed if message.status == "held"]
        return Leased(deliveries, [tell(message, work.now) for message in held])

    def _make_room(self, work: Work, audience: Audience, crowded: Collection[int]) -> None:
        """Take the slots from touches of people who were two: said twice, or beyond a cap."""
        audience.outdone |= dict.fromkeys(twins(work, crowded), Reason.DUPLICATE)
        planned = [p for p in store.planned(work, crowded) if p.message not in audience.outdone]
        audience.outdone |= without_slot(planned, self.settings, audience.zone)
        for profile in crowded:
            for message in audience.planned[profile].keys() & audience.outdone.keys():
                del audience.planned[profile][message]

    def _has_moved(self, audience: Audience, message: Message, now: int) -> bool:
        """Say whether a message may go out on another day than its slot is for.

        It was late, or it is a new try whose wait may have led to another day.
        """
        if message.is_service or message.attempts:
            return not message.is_service
        zone = audience.zone(message.profile)
        due = after_quiet(now, self.settings, zone)
        return local_date(due, zone) != local_date(message.due, zone)

    def _ask_again(
        self, audience: Audience, stored: Stored, sealer: Sealer, now: int
    ) -> tuple[Message, Content | None]:
        """Lease a message, put it off, or hold it, as the gate says now."""
        message = stored.message
        slots = audience.planned[message.profile]
        content = read_content(sealer, stored)
        decision = self._decide(audience, message, slots, now)
        if decision.reason is None and content is None:
            decision = Decision("held", now, Reason.ERASED)
        if decision.reason is None and message.id in audience.outdone:
            decision = Decision("held", now, audience.outdone[message.id])
        if decision.reason is not None:
            slots.pop(message.id, None)
            held = replace(message, status="held", reason=decision.reason, at=now)
            return held, None
        if not message.is_service:
            slots[message.id] = decision.due
        if decision.due > now:
            return replace(message, due=decision.due), None
        attempts = message.attempts + 1
        return replace(message, status="leased", due=now, attempts=attempts), content

    def _decide(
        self, audience: Audience, message: Message, slots: Mapping[str, int], now: int
    ) -> Decision:
        """Ask only for what can change: address, consent, mode, age, expiry, quiet hours and day.

        A message that keeps its day keeps its slot.
        """
        others: list[int] = []
        if self._has_moved(audience, message, now):
            others = [due for other, due in slots.items() if other != message.id]
        standing = replace(audience.standing(message, self.settings, others), held_out=False)
        asked = Asked(
            message.is_service,
            message.expires,
            personalised=message.personalised,
            min_age=message.min_age,
        )
        return decide(asked, standing, self.settings, now)

    def settle(self, work: Work, outcomes: Sequence[Outcome]) -> list[Event]:
        """Keep what became of attempts, see ``service.Messaging.settle``."""
        messages = store.take(work, {outcome.message for outcome in outcomes})
        settled = _Settled()
        for outcome in outcomes:
            message = messages.get(outcome.message)
            if message is not None and message.attempts == outcome.attempt:
                messages[message.id] = _settle(message, outcome, work.now, settled)
        done = [message for message, _ in settled.sent]
        store.change(work, [changes_of(m) for m in [*done, *settled.failed, *settled.later]])
        return [
            *(tell(message, work.now, receipt=status) for message, status in settled.sent),
            *(tell(message, work.now, detail=message.detail) for message in settled.failed),
        ]


def _settle(message: Message, outcome: Outcome, now: int, settled: _Settled) -> Message:
    """Return the message as its outcome leaves it, and note what changed."""
    if outcome.receipt is not None and message.status in ("leased", "queued"):
        message = replace(
            message, status="sent", at=now, provider_id=outcome.receipt.provider_id, detail=None
        )
        settled.sent.append((message, outcome.receipt.status))
    elif outcome.error is not None and message.status == "leased":
        verdict = retry.judge(outcome.error, message.delivery, message.attempts, now)
        message = replace(
            message,
            detail=retry.without_addresses(outcome.error.message),
            lost=message.lost + isinstance(outcome.error, Uncertain),
        )
        if verdict.due is None:
            message = replace(message, status="failed", at=now, reason=verdict.reason)
            settled.failed.append(message)
        else:
            due = verdict.due if message.expires is None else min(verdict.due, message.expires)
            message = replace(message, status="queued", due=due)
            settled.later.append(message)
    return message


def read_content(sealer: Sealer, stored: Stored) -> Content | None:
    """Open what a message says; None when nothing was written or the person was erased."""
    if stored.content is None or stored.came_with not in sealer:
        return None
    return decode(sealer.open(stored.came_with, stored.content))


def _delivery(message: Message, content: Content, audience: Audience, now: int) -> Delivery:
    return Delivery(
        message=message.id,
        key=message.id,
        attempt=message.attempts,
        profile=message.profile,
        channel=message.channel,
        address=audience.address(message.profile, message.channel),
        subject=content.subject,
        text=content.text,
        at=now,
        unsubscribe=content.unsubscribe,
    )


def changes_of(message: Message, lease_until: int | None = None) -> dict[str, Any]:
    """Return what may have changed of a message, as ``store.change`` takes it."""
    return {
        "of": message.id,
        "status": message.status,
        "reason": message.reason,
        "at": message.at,
        "due": message.due,
        "attempts": message.attempts,
        "lost": message.lost,
        "provider_id": message.provider_id,
        "detail": message.detail,
        "lease_until": lease_until if message.status == "leased" else None,
    }
