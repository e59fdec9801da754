"""A channel for tests that works, in memory: it keeps what it got, and can be made to fail."""

from coterie.core.errors import ChannelError
from coterie.messaging.channel import Uncertain
from coterie.messaging.model import Delivery, Receipt


class MemoryChannel:
    """Keeps deliveries by their key, as a provider does that honours idempotency keys.

    ``delivered`` holds each message once, in the order of arrival; ``attempts`` counts every call,
    ``handed`` holds the key of each.
    """

    honours_keys: bool = True

    def __init__(self, name: str, address_trait: str | None = None) -> None:
        self.name = name
        self.address_trait = address_trait
        self.delivered: dict[str, Delivery] = {}
        self.attempts = 0
        self.handed: list[str] = []
        self._failures = 0
        self._error: ChannelError | None = None

    def fail(
        self,
        times: int,
        permanent: bool = False,
        retry_after: float | None = None,
        uncertain: bool = False,
    ) -> None:
        """Make the next deliveries fail; ``retry_after`` is in seconds.

        What is ``uncertain`` was taken all the same: only the answer is missing.
        """
        self._failures = times
        said = f"channel {self.name!r} was told to fail"
        if uncertain:
            self._error = Uncertain(said, retry_after=retry_after)
        else:
            self._error = ChannelError(said, permanent=permanent, retry_after=retry_after)

    def deliver(self, delivery: Delivery) -> Receipt:
        """Keep a message, once for each key; raises ChannelError while it is made to fail."""
        self.attempts += 1
        self.handed.append(delivery.key)
        if self._failures > 0 and self._error is not None:
            self._failures -= 1
            if isinstance(self._error, Uncertain):
                self.delivered.setdefault(delivery.key, delivery)
            raise self._error
        self.delivered.setdefault(delivery.key, delivery)
        return Receipt(f"{self.name}:{delivery.key}", "delivered")
