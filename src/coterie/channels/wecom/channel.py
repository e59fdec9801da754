"""WeCom as a channel: guides are asked to send, so nothing goes out when messaging hands it over.

It comes in by the entry point like any other, configured where the connection is; the composition
root then gives it what it asks, which needs more than settings.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from coterie.channels.wecom import settings as connection
from coterie.core.errors import ChannelError
from coterie.messaging.channel import Reach
from coterie.messaging.model import Answer, Delivery, Receipt
from coterie.storage.work import Work


class Senders(Protocol):
    """Takes messages for guides, and knows whom they reach; ``sends.service`` answers it."""

    def ask(self, work: Work, deliveries: Sequence[Delivery]) -> Mapping[str, Answer]:
        """Take messages, or refuse them."""
        ...

    def reach(self, work: Work, profiles: Collection[int]) -> Mapping[int, Reach]:
        """Return who cannot be reached, or not yet."""
        ...

    def recall(self, work: Work, origin: str) -> None:
        """Call off what an origin's messages wait for."""
        ...


class WecomChannel:
    """Messages to the customers of guides, sent by hand: ``asks_sender``.

    Without ``senders`` it reaches nobody, and says so to the gate.
    """

    name = "wecom"
    address_trait: str | None = None
    honours_keys = True
    asks_sender = True

    def __init__(self, senders: Senders | None = None) -> None:
        self.senders = senders

    def ask(self, work: Work, deliveries: Sequence[Delivery]) -> Mapping[str, Answer]:
        """Take messages for their guides within the lease's transaction."""
        if self.senders is None:
            raise ChannelError("the connection to WeCom is not open", permanent=False)
        return self.senders.ask(work, deliveries)

    def reach(self, work: Work, profiles: Collection[int]) -> Mapping[int, Reach]:
        """Return who of these no guide may write to, and whose quota is used up."""
        if self.senders is None:
            return dict.fromkeys(profiles, Reach(there=False))
        return self.senders.reach(work, profiles)

    def recall(self, work: Work, origin: str) -> None:
        """Call off what waits for guides: an origin takes its messages back."""
        if self.senders is not None:
            self.senders.recall(work, origin)

    def deliver(self, _delivery: Delivery) -> Receipt:
        """Refuse: the platform lets nobody write to a customer but her guide."""
        raise ChannelError("on WeCom a guide confirms each message", permanent=True)


def build(settings: Mapping[str, Any]) -> WecomChannel | None:
    """Build the channel from the settings ``wecom_*``; None where no corporation is set."""
    return None if connection.read(settings) is None else WecomChannel()
