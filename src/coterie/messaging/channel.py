"""The port: what a channel must be, ours or a stranger's, and the check at the door.

A channel is found by the entry point ``coterie.channels``: a function that takes the settings
and gives a channel, or None where it is not configured. ``coterie.testing.contracts`` has the
tests that every channel passes.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from coterie.core.errors import ChannelError, Invalid
from coterie.messaging.model import Delivery, Receipt


class Channel(Protocol):
    """A way to reach one person."""

    name: str
    address_trait: str | None
    """The identifying trait that it needs to reach a person (``email``); None: the profile."""

    def deliver(self, delivery: Delivery) -> Receipt:
        """Hand one message to the provider, with ``delivery.key`` as its idempotency key.

        Raises ChannelError: permanent when trying again is in vain, ``Uncertain`` when nobody
        knows whether the provider took it.
        """
        ...


Factory = Callable[[Mapping[str, Any]], Channel | None]


class Uncertain(ChannelError):
    """The connection broke after the message was handed over: it may or may not arrive."""

    code = "channel_uncertain"

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message, permanent=False, retry_after=retry_after)


def check_channel(name: str, channel: object) -> Channel:
    """Return what a factory built as a channel; raises Invalid when it is none.

    ``name`` is what the entry point calls it; the channel must call itself the same.
    """
    called = getattr(channel, "name", None)
    if called != name:
        raise Invalid(
            f"channel {name!r} calls itself {called!r}",
            path=name,
            hint="give it a name attribute equal to its entry point",
        )
    trait = getattr(channel, "address_trait", 0)
    if trait is not None and (not isinstance(trait, str) or not trait):
        raise Invalid(
            f"channel {name!r} does not say which trait holds its address",
            path=name,
            hint='set address_trait to a trait such as "email", or None',
        )
    if not callable(getattr(channel, "deliver", None)):
        raise Invalid(
            f"channel {name!r} cannot deliver", path=name, hint="give it deliver(delivery)"
        )
    return channel  # type: ignore[return-value]  # just checked, attribute by attribute
