"""What a customer's card shows. Texts are in the language of the page."""

from dataclasses import dataclass, field
from typing import Literal

from coterie.guides.binding.model import Owner
from coterie.guides.due.model import Reason
from coterie.guides.tasks.model import Task
from coterie.web.guide.card.growth import Growth
from coterie.web.guide.people import Whom

NotSay = Literal[
    "erasing", "case", "no_marketing", "not_personalised", "minor", "just_spoken",
]  # fmt: skip
NOT_SAY: tuple[NotSay, ...] = (
    "erasing", "case", "no_marketing", "not_personalised", "minor", "just_spoken",
)  # fmt: skip
"""Why to hold back, the weightiest first. Words are in the vocabulary, group ``not_say``."""


@dataclass(frozen=True)
class Fact:
    """One thing that is known of her, and by what."""

    text: str
    evidence: str
    symbol: str


@dataclass(frozen=True)
class Next:
    """The next best sentence, and why; ``script`` and ``number`` where it is headquarters'."""

    why: str
    text: str
    reason: Reason | Literal["other"] = "other"
    script: str = ""
    number: int = 0


@dataclass(frozen=True)
class TagOn:
    """A tag that she wears, or might; ``by_hand``: a guide may put it on and take it off."""

    name: str
    words: str
    by_hand: bool = True


@dataclass(frozen=True)
class Stuff:
    """One material: what it is called, and the words or the address that go into a chat."""

    slug: str
    title: str
    kind: str
    text: str
    thumb: str = ""


@dataclass(frozen=True)
class Gathering:
    """The group that suits her: why, how full it is, what to send, or that she is in it."""

    state: str
    title: str
    why: str
    members: int
    capacity: int
    text: str
    inside: bool = False


@dataclass(frozen=True)
class Promise:
    """Something of hers: a seat, a level; ``until`` when it is over."""

    text: str
    at: int | None = None


@dataclass(frozen=True)
class Card:
    """One customer. Somebody else's has whose she is and what not to say, and nothing besides."""

    whom: Whom
    owner: Owner | None
    owner_words: str
    not_say: tuple[NotSay, ...] = ()
    facts: tuple[Fact, ...] = ()
    visit: Fact | None = None
    cases: tuple[Task, ...] = ()
    complaint: int | None = None
    next: Next | None = None
    stuff: tuple[Stuff, ...] = ()
    tags: tuple[TagOn, ...] = ()
    choices: tuple[TagOn, ...] = field(default=())
    group: Gathering | None = None
    promises: tuple[Promise, ...] = ()
    growth: Growth = field(default_factory=Growth)

    @property
    def is_open(self) -> bool:
        """Whether this guide may see what is known of her, and act."""
        return self.whom.reach != "chat" and "erasing" not in self.not_say
