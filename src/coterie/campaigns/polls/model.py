"""The words of polls: the question, what may be answered, an answer, and what came out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

PollKind = Literal["single", "multiple", "number"]
KINDS: tuple[PollKind, ...] = get_args(PollKind)

ANSWERED = "Poll Answered"
"""The event of an answer; its properties name ``poll`` and ``answer``."""

Answer = tuple[str, ...] | float
"""The codes chosen, or a number."""


@dataclass(frozen=True)
class Choice:
    """One thing that may be chosen, and the tag that it puts on."""

    code: str
    titles: Mapping[str, str]
    tag: str | None = None


@dataclass(frozen=True)
class Poll:
    """One question. Moments are ms UTC; ``closes`` None: until somebody closes it.

    ``trait`` is set to the answer: a code, a list of codes, or the number. ``segment`` is whom it
    is asked of, ``weigh_by`` the trait by which silence is made up for.
    """

    slug: str
    kind: PollKind
    question: Mapping[str, str]
    choices: tuple[Choice, ...] = ()
    low: float = 1
    high: float = 10
    trait: str | None = None
    segment: str | None = None
    weigh_by: str | None = None
    closes: int | None = None
    created: int = 0
    closed: int | None = None

    def is_open(self, now: int) -> bool:
        """Say whether it can be answered, and an answer be changed."""
        return self.closed is None and (self.closes is None or now < self.closes)

    @property
    def tags(self) -> dict[str, str]:
        """Return the tags that choices put on, by code."""
        return {one.code: one.tag for one in self.choices if one.tag}


@dataclass(frozen=True)
class Answered:
    """One person's answer, and when she gave it or changed it last."""

    poll: str
    profile: int
    came_with: int
    answer: Answer
    at: int


@dataclass(frozen=True)
class Share:
    """How many gave an answer; ``weighted`` as if nobody had been silent, None: not asked for."""

    code: str
    count: int
    share: float
    weighted: float | None


@dataclass(frozen=True)
class Stratum:
    """People of one value of the trait weighed by: how many were asked, how many answered."""

    value: str
    asked: int
    answered: int


@dataclass(frozen=True)
class Results:
    """What came out, and what silence may hide.

    ``asked`` None: it was asked of nobody in particular. ``unheard`` is the part of those asked in
    whose stratum nobody answered; ``effective`` is how many equal answers the weighted ones are
    worth (Kish 1965).
    """

    poll: Poll
    answered: int
    asked: int | None
    shares: Sequence[Share]
    mean: float | None = None
    weighted_mean: float | None = None
    strata: Sequence[Stratum] = ()
    unheard: float = 0.0
    effective: float | None = None


def plain(answer: Answer) -> Any:
    """Return an answer as JSON tells it."""
    return list(answer) if isinstance(answer, tuple) else answer
