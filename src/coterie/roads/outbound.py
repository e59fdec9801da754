"""Outbox -> channel -> receipt. Leases due messages, delivers them, keeps what became of them.

The gate is asked again at the lease for all that can change. Delivery happens outside any
transaction; a crash between it and the receipt leaves a lease that runs out, and the provider
gets the same idempotency key again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from coterie.core.actor import CLOCK
from coterie.core.errors import ChannelError
from coterie.messaging.channel import Channel
from coterie.messaging.model import Delivery, Outcome
from coterie.messaging.service import Messaging
from coterie.roads import store
from coterie.roads.inbound import Observer, nobody
from coterie.storage.database import Database

BATCH_MESSAGES = 500


@dataclass
class Outbound:
    """The outbound road over one house's channels."""

    database: Database
    messaging: Messaging
    channels: Mapping[str, Channel]
    observe: Observer = field(default=nobody)

    def run(self, now: int) -> int:
        """Lease, deliver and settle one batch of due messages; return how many were tried."""
        # on the disk before anything goes out: a lease that was lost would be a message sent twice
        with self.database.begin(CLOCK, now, durable=True) as work:
            leased = self.messaging.lease(work, BATCH_MESSAGES)
            store.keep_facts(work, leased.facts)
        self.observe("leased")
        outcomes = [self._deliver(delivery) for delivery in leased.deliveries]
        if outcomes or leased.facts:
            with self.database.begin(CLOCK, now) as work:
                store.keep_facts(work, self.messaging.settle(work, outcomes))
            self.observe("settled")
        return len(outcomes) + len(leased.facts)

    def _deliver(self, delivery: Delivery) -> Outcome:
        channel = self.channels[delivery.channel]
        try:
            receipt = channel.deliver(delivery)
        except ChannelError as error:
            return Outcome.failed(delivery, error)
        self.observe("delivered")
        return Outcome.sent(delivery, receipt)
