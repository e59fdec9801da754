"""The words of campaigns: what a broadcast is to say and to whom, who signed it, how far it is."""

from dataclasses import dataclass
from typing import Literal, get_args

from coterie.messaging.model import Touch

State = Literal["draft", "waiting", "scheduled", "sending", "done", "cancelled"]
STATES: tuple[str, ...] = get_args(State)
LIVE: tuple[State, ...] = ("draft", "waiting", "scheduled", "sending")

Note = Literal["grown", "no_segment"]
"""Why the road gave a broadcast back: its audience has grown since the approval, or is gone."""


@dataclass(frozen=True)
class Plan:
    """What an operator wants said, to whom and when.

    ``send_at`` is milliseconds UTC; None means as soon as it may. ``holdout`` is in percent; None
    means the house's default, and service touches have none. Everything of one ``programme``
    leaves out the same people.
    """

    title: str
    segment: str
    template: str
    channel: str
    touch: Touch
    send_at: int | None = None
    holdout: int | None = None
    programme: str | None = None


@dataclass(frozen=True)
class Signature:
    """Who signed, when (ms UTC), and how many people were in the audience then.

    ``account`` is what tells two people apart; 0 is the desk of a machine without accounts, which
    may ask and never approve.
    """

    account: int
    name: str
    at: int
    people: int


@dataclass(frozen=True)
class Broadcast:
    """One broadcast as it is kept.

    ``written`` is who last changed the plan, ``asked`` who wants it sent, ``approved`` the second
    person. ``total`` is the size of the audience that was fixed when sending began, ``handed`` how
    many of it messaging has by now. ``due`` is when the road has to look at it again.
    """

    id: str
    plan: Plan
    state: State
    written: Signature
    asked: Signature | None = None
    approved: Signature | None = None
    ended: Signature | None = None
    note: Note | None = None
    started: int | None = None
    finished: int | None = None
    total: int = 0
    handed: int = 0
    due: int | None = None

    @property
    def origin(self) -> str:
        """Name it as the one who asks for messages."""
        return origin_of(self.id)


@dataclass(frozen=True)
class DryRun:
    """What would become of the audience if it were sent at its time, by a sample or by everyone.

    ``asked`` of ``audience`` people were put to the gate; ``queued``, ``shadow`` and ``held`` (by
    reason) count those, not all. ``gone`` are those who are not known any more.
    """

    audience: int
    asked: int
    queued: int
    shadow: int
    held: dict[str, int]
    gone: int = 0

    @property
    def is_sample(self) -> bool:
        """Whether the gate was asked of a part only."""
        return self.asked + self.gone < self.audience

    def scaled(self, number: int) -> int:
        """Reckon from the sample to the whole audience."""
        return round(number * self.audience / (self.asked + self.gone)) if self.asked else 0


@dataclass(frozen=True)
class Progress:
    """How far the sending is: of the ``total``, how many were handed over and how they stand."""

    total: int
    queued: int
    sent: int
    shadow: int
    failed: int
    held: dict[str, int]

    @property
    def settled(self) -> int:
        """How many are done with, one way or the other."""
        return self.sent + self.shadow + self.failed + sum(self.held.values())


def origin_of(broadcast: str) -> str:
    """Name a broadcast as the one who asks for messages."""
    return f"broadcast:{broadcast}"
