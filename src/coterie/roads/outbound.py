"""Outbox -> channel -> receipt. Leases due messages, delivers them, keeps what became of them.

The gate is asked again at the lease for all that can change. Delivery happens outside any
transaction, portion by portion: before a portion goes out it is noted as under way, on the disk,
together with what became of the one before. So after a crash it is known what nobody got, and
only what was under way is in doubt: one message where the provider honours no keys and takes one
at a time. What honours keys gets the same key again. What somebody has to confirm is handed to its
channel within the lease itself, so nothing of it is ever in doubt here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby

from coterie.core.actor import CLOCK
from coterie.core.clock import MINUTE, SECOND
from coterie.core.errors import ChannelError
from coterie.messaging.channel import (
    Asking,
    Channel,
    Told,
    Uncertain,
    Undeliverable,
    at_once,
    honours_keys,
)
from coterie.messaging.model import Delivery, Outcome
from coterie.messaging.service import Messaging
from coterie.roads import store
from coterie.roads.collecting import uncollected
from coterie.roads.inbound import Observer, nobody
from coterie.storage.database import Database
from coterie.storage.work import Work

BATCH_MESSAGES = 500
PORTION = 100
"""Messages under way at a time where the provider honours keys."""
PATIENCE = 5 * SECOND
"""How long one channel may keep the road busy before the rest of its messages waits again."""
ENOUGH = 5
"""So many temporary failures in a row, and the channel is left alone for a while."""
REST = MINUTE


def _no_time() -> int:
    return 0


@dataclass
class Outbound:
    """The outbound road over one house's channels; ``clock`` tells how long a channel takes."""

    database: Database
    messaging: Messaging
    channels: Mapping[str, Channel]
    observe: Observer = field(default=nobody)
    clock: Callable[[], int] = field(default=_no_time)

    def run(self, now: int) -> int:
        """Lease, deliver and settle one batch of due messages; return how many were tried."""
        # on the disk before anything goes out: a lease that was lost would be a message sent twice
        with uncollected(), self.database.begin(CLOCK, now, durable=True) as work:
            leased = self.messaging.lease(work, BATCH_MESSAGES)
            store.keep_facts(work, leased.facts)
            left, asked = self._ask(work, leased.deliveries)
            waiting = _by_channel(left)
            first = self._next(work, waiting)
        self.observe("leased")
        tried = self._deliver_all(now, waiting, first) if first is not None else 0
        return tried + asked + len(leased.facts) + leased.deferred

    def _ask(self, work: Work, leased: Sequence[Delivery]) -> tuple[list[Delivery], int]:
        """Hand over what somebody has to confirm, within the lease; return the rest, and how many.

        A channel that breaks meanwhile took nothing: what it wrote is undone.
        """
        left = [each for each in leased if not isinstance(self.channels[each.channel], Asking)]
        if len(left) == len(leased):
            return left, 0
        outcomes: list[Outcome] = []
        for name, channel in self.channels.items():
            mine = [each for each in leased if each.channel == name]
            if mine and isinstance(channel, Asking):
                outcomes += _asked(work, channel, mine)
        store.keep_facts(work, self.messaging.settle(work, outcomes))
        return left, len(outcomes)

    def _deliver_all(self, now: int, waiting: "list[_Queue]", portion: "_Portion | None") -> int:
        """Deliver portion after portion; each note of what became of one begins the next."""
        tried = 0
        while portion is not None:
            outcomes = portion.deliver(self.observe)
            tried += len(outcomes)
            with self.database.begin(CLOCK, now, durable=self._must_last(portion, waiting)) as work:
                self._settle(work, outcomes, portion)
                portion = self._next(work, waiting)
            self.observe("settled")
        return tried

    def _must_last(self, portion: "_Portion", waiting: "list[_Queue]") -> bool:
        """Say whether the next note is to be on the disk before anything goes out after it.

        A note that a power failure takes is mended by the key, where keys are honoured.
        """
        ways = [portion.channel, *(self.channels[each.channel] for each in waiting)]
        return not all(honours_keys(way) for way in ways)

    def _next(self, work: Work, waiting: "list[_Queue]") -> "_Portion | None":
        """Take the next portion and note it as under way; give back what has to wait."""
        while waiting:
            queue = waiting[0]
            if queue.deliveries and queue.rests(self.clock()):
                self.messaging.give_back(work, queue.deliveries, work.now + queue.rest)
                queue.deliveries = []
            if not queue.deliveries:
                waiting.pop(0)
                continue
            channel = self.channels[queue.channel]
            size = PORTION if honours_keys(channel) else at_once(channel)
            taken, queue.deliveries = queue.deliveries[:size], queue.deliveries[size:]
            ours = self.messaging.begin(work, taken)
            if ours:
                return _Portion(channel, ours, queue, self.clock)
        return None

    def _settle(self, work: Work, outcomes: Sequence[Outcome], portion: "_Portion") -> None:
        store.keep_facts(work, self.messaging.settle(work, outcomes))
        dead = [
            Told("bounced", each.message, permanent=True, code=each.error.status)
            for each in outcomes
            if isinstance(each.error, Undeliverable)
        ]
        if dead:
            store.keep_facts(work, self.messaging.hear(work, dead).facts)
        if portion.left:
            self.messaging.give_back(work, portion.left, work.now + portion.queue.rest)


@dataclass
class _Queue:
    """What one channel has to deliver in this run, and how that goes."""

    channel: str
    deliveries: list[Delivery]
    failed: int = 0
    until: int | None = None
    rest: int = 0

    def note(self, outcome: Outcome) -> None:
        """Count failures in a row that say more of the channel than of a message."""
        error = outcome.error
        if error is None or error.permanent:
            self.failed, self.rest = 0, 0
        else:
            self.failed += 1
            self.rest = max(self.rest, int((error.retry_after or 0) * SECOND))

    def rests(self, now: int) -> bool:
        """Say whether the channel is to be left alone; then ``rest`` says for how long (ms)."""
        if self.failed >= ENOUGH:
            self.rest = max(self.rest, REST)
            return True
        self.rest = 0
        if self.until is None:
            self.until = now + PATIENCE
        return now > self.until


@dataclass
class _Portion:
    """Messages that are under way together; ``left`` are those that were not tried after all."""

    channel: Channel
    deliveries: list[Delivery]
    queue: _Queue
    clock: Callable[[], int]
    left: list[Delivery] = field(default_factory=list)

    def deliver(self, observe: Observer) -> list[Outcome]:
        """Hand each message over; return what became of those that were tried."""
        outcomes = []
        for outcome in self._at_once() if at_once(self.channel) > 1 else self._in_turn():
            self.queue.note(outcome)
            outcomes.append(outcome)
            if outcome.receipt is not None:
                observe("delivered")
        return outcomes

    def _in_turn(self) -> Iterator[Outcome]:
        for number, delivery in enumerate(self.deliveries):
            if number and self.queue.rests(self.clock()):
                self.left = self.deliveries[number:]
                return
            yield _deliver(self.channel, delivery)

    def _at_once(self) -> Iterator[Outcome]:
        """Deliver by as many threads as the channel allows, so many at a time."""
        size = at_once(self.channel)
        with ThreadPoolExecutor(size, thread_name_prefix=self.channel.name) as pool:
            for start in range(0, len(self.deliveries), size):
                if start and self.queue.rests(self.clock()):
                    self.left = self.deliveries[start:]
                    return
                some = self.deliveries[start : start + size]
                yield from pool.map(lambda one: _deliver(self.channel, one), some)


def _deliver(channel: Channel, delivery: Delivery) -> Outcome:
    try:
        return Outcome.sent(delivery, channel.deliver(delivery))
    except ChannelError as error:
        return Outcome.failed(delivery, error)
    except Exception as error:
        # a fault of the channel's; what it did before, nobody knows. Its words may name people
        fault = Uncertain(f"the channel broke: {type(error).__name__}")
        return Outcome.failed(delivery, fault)


def _asked(work: Work, channel: Asking, deliveries: Sequence[Delivery]) -> list[Outcome]:
    try:
        with work.connection.begin_nested():
            answers = channel.ask(work, deliveries)
    except ChannelError as error:
        return [Outcome.failed(each, error) for each in deliveries]
    unheard = ChannelError("the channel gave no answer", permanent=False)
    return [
        Outcome.answered(each, answers[each.message])
        if each.message in answers
        else Outcome.failed(each, unheard)
        for each in deliveries
    ]


def _by_channel(deliveries: Sequence[Delivery]) -> list[_Queue]:
    """Put deliveries into one queue a channel, each in its order."""
    ordered = sorted(deliveries, key=lambda each: each.channel)
    return [
        _Queue(channel, list(some)) for channel, some in groupby(ordered, lambda each: each.channel)
    ]


def close(channels: Mapping[str, Channel]) -> None:
    """Let the channels that can hang up do so."""
    for channel in channels.values():
        hang_up = getattr(channel, "close", None)
        if callable(hang_up):
            with suppress(ChannelError):
                hang_up()
