"""The words of mass sends: what is sent, who is asked, and what became of it at each customer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["customers", "groups"]
TaskState = Literal["planned", "noted", "open", "done", "closed"]
ItemState = Literal["waiting", "asked", "sent", "unsent"]

UNFINISHED: tuple[str, ...] = ("planned", "noted", "open")
MOST_CUSTOMERS, MOST_GROUPS, MOST_ATTACHMENTS, MOST_BYTES = 10_000, 2_000, 9, 4_000


@dataclass(frozen=True)
class Send:
    """One thing sent by many guides: the messages of an origin, or a send into groups.

    ``text`` is that of a send into groups; what customers get lies sealed with their messages.
    ``gather`` is when what waits is put together, a while after the last that came (ms UTC).
    """

    id: str
    kind: str
    origin: str
    title: str
    text: str
    materials: tuple[str, ...]
    created: int
    by: str
    expires: int | None
    gather: int
    cancelled: int | None = None


@dataclass(frozen=True)
class Task:
    """One guide asked to send one content: a task of the platform's once it has a ``msgid``.

    Before the platform is called it is ``noted``. ``closing`` says why the rest is called off,
    ``nudged`` when somebody wanted its guide reminded at once.
    ``round`` counts from 1 the guides that were asked for the same customers.
    """

    id: str
    send: str
    kind: str
    sender: str
    state: str
    number: int
    made: int
    due: int
    round: int = 1
    msgid: str | None = None
    noted: int | None = None
    asked: int | None = None
    confirmed: int | None = None
    reminders: int = 0
    reminded: int | None = None
    nudged: int | None = None
    expires: int | None = None
    closing: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class Item:
    """One customer or group of a send. Of customers ``id`` is the message's; ``target`` is whom.

    ``tried`` are the guides who were asked before and never confirmed.
    """

    id: str
    send: str
    profile: int | None
    target: str
    sender: str
    why: str
    state: str
    taken: int
    at: int
    task: str | None = None
    reason: str | None = None
    expires: int | None = None
    tried: tuple[str, ...] = ()


@dataclass(frozen=True)
class Progress:
    """How far a send is: customers or groups by state and reason, and guides."""

    states: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.states.values())

    @property
    def open(self) -> int:
        """Those that may still get it."""
        return self.states.get("waiting", 0) + self.states.get("asked", 0)


@dataclass(frozen=True)
class OfGuide:
    """How far one guide is with a send: ``state`` is waiting, confirmed, late or never."""

    guide: str
    state: str
    number: int
    sent: int
    unsent: int
    asked: int | None
    confirmed: int | None
    reminders: int
    round: int


@dataclass(frozen=True)
class ToConfirm:
    """What a guide is to confirm in her own WeCom: the page lists it, only she can send it."""

    id: str
    kind: str
    title: str
    text: str
    number: int
    since: int
    expires: int | None
    reminders: int
    msgid: str


@dataclass(frozen=True)
class Unconfirmed:
    """A guide who was asked and has not sent yet: how much waits with her, and since when."""

    guide: str
    tasks: int
    people: int
    since: int


@dataclass(frozen=True)
class Answers:
    """How a guide met what she was asked in a time; ``median_ms`` until she confirmed."""

    asked: int
    confirmed: int
    median_ms: int | None


@dataclass(frozen=True)
class Share:
    """How much of a send would be one guide's, and how she has confirmed lately (percent)."""

    guide: str
    number: int
    confirms: int | None


@dataclass(frozen=True)
class Preflight:
    """What a send to people would do: whom it reaches by which guides, whom it leaves out and why.

    ``expected`` estimates who really gets it, by how these guides have confirmed; None where
    nothing is known of any.
    """

    asked: int
    reached: int
    skipped: Mapping[str, int]
    guides: tuple[Share, ...]
    expected: int | None
