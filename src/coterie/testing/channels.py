"""A channel for tests that works, in memory: it keeps what it got, and can be made to fail."""

from coterie.core.errors import ChannelError
from coterie.messaging.model import Delivery, Receipt


class MemoryChannel:
    """Keeps deliveries by their key, as a provider does that honours idempotency keys.

    ``delivered`` holds each message once, in the order of arrival; ``attempts`` counts every call.
    """

    def __init__(self, name: str, address_trait: str | None = None) -> None:
        self.name = name
        self.address_trait = address_trait
        self.delivered: dict[str, Delivery] = {}
        self.attempts = 0
        self._failures = 0
        self._permanent = False
        self._retry_after: float | None = None

    def fail(self, times: int, permanent: bool = False, retry_after: float | None = None) -> None:
        """Make the next deliveries fail; ``retry_after`` is in seconds."""
        self._failures = times
        self._permanent = permanent
        self._retry_after = retry_after

    def deliver(self, delivery: Delivery) -> Receipt:
        """Keep a message, once for each key; raises ChannelError while it is made to fail."""
        self.attempts += 1
        if self._failures > 0:
            self._failures -= 1
            raise ChannelError(
                f"channel {self.name!r} was told to fail",
                permanent=self._permanent,
                retry_after=self._retry_after,
            )
        self.delivered.setdefault(delivery.key, delivery)
        return Receipt(f"{self.name}:{delivery.key}", "delivered")
