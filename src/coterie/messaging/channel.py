"""The port: what a channel must be, ours or a stranger's, and the check at the door.

A channel is found by the entry point ``coterie.channels``: a function that takes the settings
and gives a channel, or None where it is not configured. ``coterie.testing.contracts`` has the
tests that every channel passes.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

from coterie.core.errors import ChannelError, Invalid
from coterie.messaging.model import Answer, Delivery, Receipt
from coterie.storage.work import Work


class Channel(Protocol):
    """A way to reach one person.

    Some attributes may be left out. ``honours_keys``: the provider delivers a key once, however
    often it is asked (without it, each hand-over is noted first, and no more than ``at_once``
    can be in doubt after a crash). ``at_once``: how many deliveries may be under way at a time,
    1 without it; ``deliver`` is then called from as many threads. ``for_people``: it reaches
    people, not programs or nobody; so it is without it. ``asks_sender``: somebody has to confirm
    what it carries; see ``Asking``. ``close()`` hangs up.
    """

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


@dataclass(frozen=True)
class Raw:
    """What a provider sent to ``POST /callbacks/{channel}``, as it came; header names lower case.

    ``at`` is when it came (ms UTC).
    """

    headers: Mapping[str, str]
    body: bytes
    at: int


@dataclass(frozen=True)
class Told:
    """What a provider told later: of one message by its ``key``, or of one ``address``.

    ``bounced`` is ``permanent`` when the address reaches nobody; ``complained`` and ``stopped``
    withdraw her consent. ``code`` is the provider's, such as 5.1.1. A channel that asks tells
    ``asked`` (``detail``: who else is asked now), ``sent`` (``detail``: the provider's id) or
    ``unsent`` (``code``: the reason) of what waits for its sender; ``at`` is when (ms UTC).
    """

    kind: Literal["delivered", "bounced", "complained", "stopped", "asked", "sent", "unsent"]
    key: str = ""
    address: str = ""
    permanent: bool = False
    code: str = ""
    detail: str = ""
    at: int | None = None


@runtime_checkable
class Hearing(Protocol):
    """A channel whose provider answers later."""

    def hear(self, raw: Raw) -> Sequence[Told]:
        """Read what a provider sent; raises NotPermitted unless it proves to be the provider's."""
        ...


@runtime_checkable
class Asking(Protocol):
    """A channel by which somebody sends: she is asked, and sends, or not, when she comes to it.

    Such a channel has ``asks_sender = True``. The outbound road never calls its ``deliver``: it
    hands over in bulk what was leased, within the transaction of the lease. So what the channel
    writes down there is taken exactly once, and only what it does with it later may be in doubt.
    """

    def ask(self, work: Work, deliveries: Sequence[Delivery]) -> Mapping[str, Answer]:
        """Take messages, each with who is asked, or refuse them; by the message's id.

        What has no answer failed for now and is tried again. What became of the others is told
        later, through ``roads.answering``.
        """
        ...


@runtime_checkable
class Recalling(Protocol):
    """A channel that asks, and can call off what was not confirmed yet."""

    def recall(self, work: Work, origin: str) -> None:
        """Call off what an origin's messages wait for; what became of each is told later."""
        ...


@dataclass(frozen=True)
class Reach:
    """Whether a channel reaches somebody, and from when on it may: now, where ``free`` is 0.

    ``detail`` says which limit of the platform's puts it off.
    """

    there: bool = True
    free: int = 0
    detail: str = ""


@runtime_checkable
class Reaching(Protocol):
    """A channel that knows more of whom it reaches than an address: the gate asks it."""

    def reach(self, work: Work, profiles: Collection[int]) -> Mapping[int, Reach]:
        """Return how people are reached; who is left out is reached now."""
        ...


class Uncertain(ChannelError):
    """The connection broke after the message was handed over: it may or may not arrive."""

    code = "channel_uncertain"

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message, permanent=False, retry_after=retry_after)


class Undeliverable(ChannelError):
    """The address itself was refused for good: it is not tried again, for no message."""

    code = "address_refused"

    def __init__(self, message: str, *, status: str = "") -> None:
        super().__init__(message, permanent=True)
        self.status = status


def honours_keys(channel: object) -> bool:
    """Say whether a channel's provider delivers a key once, however often it is asked."""
    return getattr(channel, "honours_keys", False) is True


def at_once(channel: object) -> int:
    """Return how many deliveries of a channel may be under way at a time."""
    return max(1, int(getattr(channel, "at_once", 1)))


def for_people(channel: object) -> bool:
    """Say whether a channel reaches people, who then say whether they want that."""
    return getattr(channel, "for_people", True) is True


def asks_sender(channel: object) -> bool:
    """Say whether somebody has to confirm what a channel carries."""
    return getattr(channel, "asks_sender", False) is True


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
    if asks_sender(channel) and not isinstance(channel, Asking):
        raise Invalid(
            f"channel {name!r} cannot ask", path=name, hint="give it ask(work, deliveries)"
        )
    return channel  # type: ignore[return-value]  # just checked, attribute by attribute
