"""A community, a person's part in it, an invitation, and the funnel between them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from coterie.core.clock import DAY
from coterie.messaging.model import Touch

Kind = Literal[
    "brand", "commutative", "customer", "entrepreneurial", "industry", "information",
    "interest", "knowledge", "product", "tool",
]  # fmt: skip

State = Literal["offered", "accepted", "declined", "expired", "held", "held_out"]


@dataclass(frozen=True)
class Terms:
    """How a community invites: by which message, how long the offer stands, when to ask again.

    ``expires`` and ``cool_down`` in ms; the cool-down runs from a decline, an expiry or a leave.
    ``holdout`` is the percentage of the eligible who are left out on purpose; None: the default.
    While ``paused`` nobody is invited; open offers stand and expire as they would.
    """

    channel: str
    template: str
    touch: Touch = "informational"
    expires: int = 14 * DAY
    cool_down: int = 90 * DAY
    holdout: int | None = None
    paused: bool = False


@dataclass(frozen=True)
class Community:
    """What people gather round, with its title and its promise in one line, by language.

    Those in ``segment`` are eligible; without one, nobody is invited and people join by themselves.
    """

    slug: str
    titles: Mapping[str, str]
    promises: Mapping[str, str]
    kind: Kind
    topic: str | None = None
    segment: str | None = None
    terms: Terms | None = None
    present: bool = True

    @property
    def tag(self) -> str:
        """Name the tag that its participants wear."""
        return f"community:{self.slug}"

    def title(self, language: str = "en") -> str:
        """Return the title in a language, in the first one written where it has none."""
        return _in(language, self.titles)

    def promise(self, language: str = "en") -> str:
        """Return the promise in a language, in the first one written where it has none."""
        return _in(language, self.promises)


def _in(language: str, texts: Mapping[str, str]) -> str:
    return texts.get(language) or next(iter(texts.values()))


@dataclass(frozen=True)
class Participation:
    """One person's part in one community from ``joined`` to before ``left`` (None: still there).

    ``via`` says how she came (``invitation``, ``console``, a code); ``reason`` why she left.
    """

    community: str
    profile: int
    joined: int
    left: int | None
    via: str
    reason: str | None = None


@dataclass(frozen=True)
class Invitation:
    """One offer to one person; ``attempt`` counts her offers of this community from 1.

    ``since`` is when it came into its state, ``due`` when something is to be done about it next,
    ``tries`` how often it was handed to messaging, ``message`` the last message it went out with,
    ``reason`` why it is held. All times in ms UTC.
    """

    id: str
    community: str
    profile: int
    attempt: int
    state: State
    since: int
    due: int | None = None
    tries: int = 0
    reason: str | None = None
    message: str | None = None


@dataclass(frozen=True)
class Funnel:
    """How many people stand where between being eligible and taking part.

    ``eligible`` and ``members`` are counted now; ``invited`` counts everybody who ever had an
    offer; ``joined`` those who took part at any time. The others say how each person's newest
    invitation stands: waiting for an answer, ``held`` by reason, ``held_out``, and so on.
    """

    eligible: int
    invited: int
    waiting: int
    joined: int
    declined: int
    expired: int
    held: Mapping[str, int]
    held_out: int
    members: int


@dataclass(frozen=True)
class Overlap:
    """How many people take part in two communities at once."""

    one: str
    other: str
    both: int


@dataclass(frozen=True)
class Combination:
    """How many people take part in exactly these communities, and in no other."""

    communities: tuple[str, ...]
    people: int


@dataclass(frozen=True)
class Day:
    """What happened in one community on one calendar day of the brand's zone."""

    day: date
    joined: int = 0
    left: int = 0
    invited: int = 0
    accepted: int = 0
    declined: int = 0
    expired: int = 0


@dataclass(frozen=True)
class Revision:
    """One version of a community's definition as it was written, and who wrote it when."""

    version: int
    definition: Mapping[str, Any]
    at: int
    by: str


@dataclass(frozen=True)
class Effect:
    """What a definition would do if it were put in force now, without doing it.

    ``eligible`` people before and after; of those, ``enter`` and ``leave``. ``ready`` may have an
    offer now: ``held_out`` of them would be left out on purpose, and messaging would take
    ``offered`` and hold the rest for a reason. ``asked`` says of how many messaging was asked:
    where that is fewer than were ready, the counts are of a sample. ``inside`` take part already;
    ``resting`` have an open offer, said no, or rest until the cool-down is over.
    """

    eligible_before: int
    eligible: int
    enter: int
    leave: int
    inside: int
    resting: int
    ready: int
    held_out: int
    asked: int
    offered: int
    held: Mapping[str, int]
