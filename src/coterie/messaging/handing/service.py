"""The verbs by which messages are handed over and come back; a part of ``Messaging``."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from coterie.core.clock import format_time
from coterie.core.errors import Invalid, NotFound
from coterie.core.event import TRAIT_SET, Event
from coterie.core.facts import fact
from coterie.messaging import store as messages
from coterie.messaging.bounces import trait_of
from coterie.messaging.channel import Channel, Told, honours_keys
from coterie.messaging.drafting import changes_of, tell_later
from coterie.messaging.handing import store
from coterie.messaging.handing.model import Answered, Cause, Complaint, Failure, Heard
from coterie.messaging.handing.senders import OF_SENDERS, confirmed
from coterie.messaging.model import Delivery, Message
from coterie.storage import audit
from coterie.storage.work import Work

_ROOM = "messaging"
MOST = 1_000
"""Dead letters that are sent once more in one transaction."""
_ID_LENGTH = 32


class Handing:
    """What is under way is noted before it goes out; what comes back finds its message."""

    channels: Mapping[str, Channel]

    # --- what is under way

    def begin(self, work: Work, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """Note that these are handed over now; return those that are still ours to hand over.

        Another worker may have taken a message whose lease ran out: its attempt is a later one.
        """
        ours = store.still_leased(work, {each.message: each.attempt for each in deliveries})
        mine = [each for each in deliveries if each.message in ours]
        store.begin(work, {each.message: each.attempt for each in mine})
        return mine

    def give_back(self, work: Work, deliveries: Sequence[Delivery], due: int) -> None:
        """Let messages that were leased and not handed over wait until ``due``."""
        attempts = {each.message: each.attempt for each in deliveries}
        ours = store.still_leased(work, attempts)
        store.give_back(work, {name: attempts[name] for name in ours}, due)
        store.end(work, ours)

    def ambiguous(self, work: Work, since: int) -> int:
        """Count the messages since then that may have reached their person once more.

        Where the provider honours keys they have not, however often it was asked.
        """
        keyless = [name for name, way in self.channels.items() if not honours_keys(way)]
        return store.ambiguous(work, since, keyless)

    # --- dead letters

    def failures(self, work: Work) -> list[Failure]:
        """Count the dead letters by their cause, the most first."""
        return store.failures(work)

    def dead(self, work: Work, cause: Cause, limit: int = 50) -> list[Message]:
        """Return dead letters of one cause, the oldest first, without what they say."""
        return [each.message for each in store.dead(work, cause, limit)]

    def replay(self, work: Work, cause: Cause) -> int:
        """Send dead letters of one cause once more, ``MOST`` at a time; return how many.

        Each keeps its key, so that a provider which took it after all delivers nothing twice. The
        gate is asked again when they go out.
        """
        found = [each.message for each in store.dead(work, cause, MOST, lock=True)]
        self._send_again(work, found)
        if found:
            audit.record(
                work, "replay_messages", cause.channel, reason=cause.reason, messages=len(found)
            )
        return len(found)

    def replay_one(self, work: Work, message: str) -> None:
        """Send one dead letter once more; raises NotFound, or Invalid when it is not dead."""
        stored = messages.take(work, [message]) if len(message) == _ID_LENGTH else {}
        if message not in stored:
            raise NotFound(f"there is no message {message!r}")
        found = stored[message].message
        if found.status != "failed":
            raise Invalid("only what failed is sent once more", path="message")
        self._send_again(work, [found])
        audit.record(work, "replay_messages", found.channel, message=message)

    def _send_again(self, work: Work, found: Sequence[Message]) -> None:
        store.note_replays(work, [(each.id, each.attempts) for each in found])
        rows = [
            {"id": bytes.fromhex(each.id), "status": "queued", "reason": None, "due": work.now}
            for each in found
        ]
        messages.change(work, rows)

    # --- what is told later

    def hear(self, work: Work, told: Sequence[Told]) -> Heard:
        """Keep what a provider told of messages by their key, once; return what comes of it.

        A bounce for good marks the address in a trait, which the gate asks; a complaint is for
        whoever keeps consents.
        """
        by_key = [one for one in told if len(one.key) == _ID_LENGTH and _is_hex(one.key)]
        found = messages.by_ids(work, {one.key for one in by_key})
        by_sender = [one for one in by_key if one.kind in OF_SENDERS]
        by_key = [one for one in by_key if one.kind not in OF_SENDERS]
        unknown = {one.key for one in told if one.key and one.key not in found}
        fresh = store.fresh_answers(work, [one for one in by_key if one.key in found])
        facts = self._hear_senders(work, by_sender)
        complaints: list[Complaint] = []
        for one in fresh:
            message = found[one.key].message
            facts.append(_fact(message, one, work.now))
            if one.kind == "bounced" and one.permanent:
                facts += self._dead_address(message, work.now)
            if one.kind in ("complained", "stopped"):
                complaints.append(
                    Complaint(
                        message.id, message.profile, message.purpose, message.channel, one.kind
                    )
                )
        return Heard(facts, complaints, unknown)

    def _hear_senders(self, work: Work, told: Sequence[Told]) -> list[Event]:
        """Keep what became of messages that wait for their senders; others it does not concern."""
        waiting = messages.take(work, {one.key for one in told})
        facts: list[Event] = []
        changed: dict[str, Message] = {}
        for one in told:
            stored = waiting.get(one.key)
            message = changed.get(one.key) or (stored.message if stored else None)
            if message is None or message.status != "asked":
                continue
            message = changed[one.key] = confirmed(message, one, work.now)
            if message.status != "asked":
                facts.append(tell_later(message, work.now))
        messages.change(work, [changes_of(message) for message in changed.values()])
        return facts

    def _dead_address(self, message: Message, now: int) -> list[Event]:
        channel = self.channels.get(message.channel)
        if channel is None or channel.address_trait is None:
            return []
        trait = trait_of(channel.address_trait)
        return [
            fact(
                TRAIT_SET, room=_ROOM, profile=message.profile, at=now,
                cause=(message.id, trait), trait=trait, value=format_time(now),
            )
        ]  # fmt: skip

    def answers_of(self, work: Work, message: str) -> list[Answered]:
        """Return what was told of a message later, in order."""
        return store.answers_of(work, message)

    def replays_of(self, work: Work, message: str) -> list[tuple[int, str]]:
        """Return when (ms UTC) and by whom a message was sent once more."""
        return store.replays_of(work, message)


def _is_hex(key: str) -> bool:
    return set(key) <= set("0123456789abcdef")


def _fact(message: Message, told: Told, now: int) -> Event:
    more: dict[str, Any] = {"code": told.code} if told.code else {}
    if told.kind == "bounced":
        more["permanent"] = told.permanent
    return fact(
        f"message.{told.kind}",
        room=_ROOM,
        profile=message.profile,
        at=now,
        cause=(message.id, told.kind),
        message=message.id,
        origin=message.origin,
        node=message.node,
        channel=message.channel,
        template=message.template,
        touch=message.touch,
        **more,
    )


def never_begun(lost: Collection[Message], begun: Mapping[str, int]) -> set[str]:
    """Return which of the messages whose lease ran out were never handed over: nobody got them."""
    return {each.id for each in lost if begun.get(each.id) != each.attempts}
