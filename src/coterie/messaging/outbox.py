"""The outbox: what is due goes to the channels once the gate has been asked again, and settles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from coterie.core.clock import MINUTE
from coterie.core.errors import Invalid
from coterie.core.event import Event
from coterie.messaging import retry, store
from coterie.messaging.again import ask_again, has_moved, held, make_room
from coterie.messaging.audience import Audience, look_up, look_up_planned
from coterie.messaging.channel import Channel, Uncertain, honours_keys
from coterie.messaging.drafting import changes_of, decode, encode, said, tell_later
from coterie.messaging.handing import store as handing
from coterie.messaging.handing.service import never_begun
from coterie.messaging.keeping.store import with_others
from coterie.messaging.letters import (
    NOTHING_GIVEN,
    Given,
    Letter,
    Letters,
    decode_given,
    decode_shared,
    traits_of,
)
from coterie.messaging.mix import COMMERCIAL
from coterie.messaging.model import (
    Answer,
    Asked,
    Content,
    Delivery,
    Leased,
    Message,
    Outcome,
    Reason,
    Template,
)
from coterie.messaging.people import People, Sealer
from coterie.messaging.reading import identifying, traits_read_by
from coterie.messaging.rules import Rules
from coterie.messaging.store import Stored
from coterie.messaging.variables import asked_for
from coterie.messaging.versions import store as versions
from coterie.storage.work import Work

LEASE = 15 * MINUTE
"""How long a leased message waits for its outcome before it counts as lost."""


@dataclass
class _Settled:
    """What a batch of outcomes changes."""

    sent: list[tuple[Message, str]] = field(default_factory=list)
    asked: list[Message] = field(default_factory=list)
    failed: list[Message] = field(default_factory=list)
    later: list[Message] = field(default_factory=list)


@dataclass(frozen=True)
class Outbox:
    """The lower half of ``service.Messaging``: what happens once a message is queued."""

    profiles: People
    channels: Mapping[str, Channel]
    zone: ZoneInfo
    letters: Letters
    rules: Rules

    def lease(self, work: Work, limit: int) -> Leased:
        """Take up to ``limit`` due messages, see ``service.Messaging.lease``."""
        if self.rules.counts_at_lease(work, self.channels):
            store.lock_gate(work)  # before any message is: whoever sends locks in this order
        facts = self._recover(work)
        deliveries: list[Delivery] = []
        deferred = 0
        while len(deliveries) < limit and not deferred:
            stored = store.take_due(work, limit - len(deliveries))
            if not stored:
                break
            leased = self._lease(work, stored)
            deliveries += leased.deliveries
            facts += leased.facts
            deferred = leased.deferred
        return Leased(deliveries, facts, deferred)

    def _recover(self, work: Work) -> list[Event]:
        """Let go what was leased for too long; what was never handed over goes on as before."""
        found = store.take_lost(work)
        begun = handing.begun(work, {message.id for message in found}) if found else {}
        handing.end(work, begun)
        unsent = never_begun(found, begun)
        tries = handing.forgiven(work, begun)
        again, failed = [], []
        for message in found:
            if message.id in unsent:
                again.append(replace(message, status="queued", attempts=message.attempts - 1))
                continue
            lost = replace(message, lost=message.lost + 1)
            tried = message.attempts - tries.get(message.id, 0)
            # where keys are honoured nobody gets it twice, however often the house dies
            keyed = honours_keys(self.channels.get(message.channel))
            most = retry.MAX_LOST if keyed else retry.MAX_TRIES
            if message.delivery == "at_most_once" or tried >= most:
                failed.append(replace(lost, status="failed", reason=Reason.AMBIGUOUS))
            else:
                again.append(replace(lost, status="queued"))
        store.change(work, [changes_of(message) for message in [*again, *failed]])
        return [tell_later(message, work.now, again=tries.get(message.id, 0)) for message in failed]

    def _lease(self, work: Work, stored: Sequence[Stored]) -> Leased:
        messages = [each.message for each in stored]
        texts = _templates(work, stored)
        audience = self._look_up(work, messages, texts)
        days = {m.id for m in messages if has_moved(audience, m)}
        moved = {m.profile for m in messages if m.id in days}
        crowded = with_others(work, {m.profile for m in messages if not m.is_service})
        mixed = {m.profile for m in messages if m.touch == COMMERCIAL} & audience.ceilings.keys()
        if moved or crowded or mixed:
            store.lock_gate(work)
            look_up_planned(work, audience, moved | crowded | mixed)
        make_room(work, audience, crowded)
        sealer = self.profiles.sealer(work, {each.came_with for each in stored})
        decided = [
            ask_again(audience, each, sealer, work.now, moved=each.message.id in days)
            for each in stored
        ]
        later = self.rules.limits.admit(work, [m for m in decided if m.status == "leased"])
        decided = [
            _put_off(each.message, later[message.id]) if message.id in later else message
            for each, message in zip(stored, decided, strict=True)
        ]
        going = [
            each
            for each, message in zip(stored, decided, strict=True)
            if message.status == "leased"
        ]
        written = self._write(work, audience, going, texts, sealer)
        changed: list[dict[str, Any]] = []
        deliveries: list[Delivery] = []
        facts: list[Event] = []
        for each, message in zip(stored, decided, strict=True):
            content, kept = written.get(message.id), each.content
            if isinstance(content, Invalid):
                audience.planned[message.profile].pop(message.id, None)
                message = held(each.message, Reason.TEMPLATE_FAILED, work.now)
            elif content is not None:
                deliveries.append(_delivery(message, content, each, sealer, audience))
                if kept is None:
                    kept = sealer.seal(each.came_with, encode(content))
            changed.append(changes_of(message, lease_until=work.now + LEASE) | {"content": kept})
            if message.status == "held":
                facts.append(tell_later(message, work.now))
        store.change(work, changed)
        return Leased(deliveries, facts, len(later))

    def _look_up(
        self,
        work: Work,
        messages: Sequence[Message],
        texts: Mapping[tuple[str, int], Template],
    ) -> Audience:
        """Look people up, and of their traits what is asked for by the gate or by a text."""
        people, channels, zone = self.profiles, self.channels, self.zone
        named, read = traits_of(texts.values()), traits_read_by(texts.values())
        reveal: dict[str, set[int]] = {}
        for message in messages:
            text = texts.get((message.template, message.version))
            for trait in () if text is None else identifying(text):
                reveal.setdefault(trait, set()).add(message.profile)
        return look_up(
            work, people, channels, zone, messages, named,
            rules=self.rules, read=read, reveal=reveal,
        )  # fmt: skip

    def _write(
        self,
        work: Work,
        audience: Audience,
        stored: Sequence[Stored],
        texts: Mapping[tuple[str, int], Template],
        sealer: Sealer,
    ) -> dict[str, Content | Invalid]:
        """Return what messages say, or why that cannot be written; once said it stays so."""
        found: dict[str, Content | Invalid] = {}
        letters: dict[str, Letter] = {}
        for each in stored:
            template = texts.get((each.message.template, each.message.version))
            content = read_content(sealer, each)
            if content is not None:
                found[each.message.id] = content
            elif template is None:
                found[each.message.id] = Invalid("its template is gone")
            else:
                given = read_given(sealer, each).variables
                variables = {**decode_shared(each.shared), **given}
                letters[each.message.id] = Letter(each.message, template, variables)
        written = self.letters.write(work, audience, [*letters.values()]) if letters else []
        return found | dict(zip(letters, written, strict=True))

    def show(self, work: Work, stored: Sequence[Stored]) -> list[Message]:
        """Return messages with what they say; what waits, with what it would say now."""
        sealer = self.profiles.sealer(work, {each.came_with for each in stored})
        waiting = [
            each
            for each in stored
            if each.content is None and each.message.status == "queued" and each.came_with in sealer
        ]
        written: dict[str, Content | Invalid] = {}
        if waiting:
            texts = _templates(work, waiting)
            audience = self._look_up(work, [each.message for each in waiting], texts)
            known = [each for each in waiting if each.message.profile in audience.known]
            written = self._write(work, audience, known, texts, sealer)
        shown = []
        for each in stored:
            content = written.get(each.message.id) or read_content(sealer, each)
            says = isinstance(content, Content)
            shown.append(said(each.message, content) if says and content else each.message)
        return shown

    def settle(self, work: Work, outcomes: Sequence[Outcome]) -> list[Event]:
        """Keep what became of attempts, see ``service.Messaging.settle``."""
        stored = store.take(work, {outcome.message for outcome in outcomes})
        messages = {name: each.message for name, each in stored.items()}
        settled = _Settled()
        unsent = {outcome.message for outcome in outcomes if outcome.error is not None}
        tries = handing.forgiven(work, unsent)
        handing.end(work, messages)
        for outcome in outcomes:
            message = messages.get(outcome.message)
            if message is not None and message.attempts == outcome.attempt:
                forgiven = tries.get(message.id, 0)
                messages[message.id] = _settle(message, outcome, forgiven, work.now, settled)
        done = [message for message, _ in settled.sent]
        moved = [*done, *settled.failed, *settled.later, *settled.asked]
        store.change(work, [changes_of(message) for message in moved])
        shown = self._shown(work, [stored[message.id] for message in done])
        return [
            *(
                tell_later(one, work.now, receipt=status, items=shown.get(one.id, ()))
                for one, status in settled.sent
            ),
            *(
                tell_later(one, work.now, again=tries.get(one.id, 0), detail=one.detail)
                for one in settled.failed
            ),
            *(tell_later(one, work.now) for one in settled.asked if one.status == "held"),
        ]

    def _shown(self, work: Work, sent: Sequence[Stored]) -> dict[str, tuple[str, ...]]:
        """Return the suggested items that texts spoke of; only such texts are opened again."""
        if not self.letters.variables:
            return {}
        texts = _templates(work, sent, written=True)
        asking = [
            each
            for each in sent
            if (text := texts.get((each.message.template, each.message.version))) is not None
            and asked_for(text, self.letters.variables)
        ]
        sealer = self.profiles.sealer(work, {each.came_with for each in asking})
        contents = ((each.message.id, read_content(sealer, each)) for each in asking)
        return {name: said.items for name, said in contents if said and said.items}


def _settle(
    message: Message, outcome: Outcome, forgiven: int, now: int, settled: _Settled
) -> Message:
    """Return the message as its outcome leaves it, and note what changed.

    Tries that were ``forgiven``, since somebody sent it once more, do not count.
    """
    if outcome.receipt is not None and message.status in ("leased", "queued"):
        message = message.turned(
            status="sent", at=now, provider_id=outcome.receipt.provider_id, detail=None
        )
        settled.sent.append((message, outcome.receipt.status))
    elif outcome.answer is not None and message.status == "leased":
        message = _answered(message, outcome.answer, now)
        settled.asked.append(message)
    elif outcome.error is not None and message.status == "leased":
        tried = message.attempts - forgiven
        verdict = retry.judge(outcome.error, message.delivery, tried, now)
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


def _answered(message: Message, answer: Answer, now: int) -> Message:
    """Return a message that waits for its sender, or that its channel would not take."""
    if isinstance(answer, Asked):
        return message.turned(status="asked", at=now, detail=answer.sender or None)
    return held(message, answer.reason, now, answer.detail or None)


def _templates(
    work: Work, stored: Sequence[Stored], *, written: bool = False
) -> dict[tuple[str, int], Template]:
    """Return the templates of messages in their versions; only of what is not written yet."""
    wanted = {
        (each.message.template, each.message.version)
        for each in stored
        if written or each.content is None
    }
    return versions.versions(work, wanted)


def _put_off(message: Message, due: int) -> Message:
    """Let a message wait until its channel has room, or until it expires."""
    due = due if message.expires is None else min(due, message.expires)
    return replace(message, due=due)


def read_content(sealer: Sealer, stored: Stored) -> Content | None:
    """Open what a message says; None when nothing was written or the person was erased."""
    if stored.content is None or stored.came_with not in sealer:
        return None
    return decode(sealer.open(stored.came_with, stored.content))


def read_given(sealer: Sealer, stored: Stored) -> Given:
    """Open what a message's request gave for her alone."""
    if stored.given is None or stored.came_with not in sealer:
        return NOTHING_GIVEN
    return decode_given(sealer.open(stored.came_with, stored.given))


def _delivery(
    message: Message, content: Content, stored: Stored, sealer: Sealer, audience: Audience
) -> Delivery:
    return Delivery(
        message=message.id,
        key=message.id,
        attempt=message.attempts,
        profile=message.profile,
        channel=message.channel,
        address=audience.address(message.profile, message.channel),
        subject=content.subject,
        text=content.text,
        at=audience.now,
        unsubscribe=content.unsubscribe,
        post=read_given(sealer, stored).post,
        language=content.language,
        origin=message.origin,
        template=message.template,
        expires=message.expires,
    )
