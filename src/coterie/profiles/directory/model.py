"""How a list of people is ordered, where one stands in it, and what it shows of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from pyroaring import BitMap

from coterie.core.errors import Invalid

By = Literal["seen", "first", "created", "score"]
"""Last seen, first seen, when we came to know her, or a fading score."""

Key = int | float | None
"""What people are ordered by; None, which is less than any other, where one has none."""

PURPOSE = "marketing"
EVERY_CHANNEL = "*"


@dataclass(frozen=True)
class Order:
    """How a list is ordered: the greatest first, unless ``descending`` is false.

    ``score`` names the fading trait when ``by`` is ``score``. Those alike are ordered by profile.
    """

    by: By = "seen"
    score: str = ""
    descending: bool = True

    def __post_init__(self) -> None:
        if self.by not in get_args(By) or (self.by == "score") != bool(self.score):
            raise Invalid(
                f"a list of people is not ordered by {self.by!r}",
                path="sort",
                hint=f"one of {', '.join(get_args(By))}; a score is named",
            )


@dataclass(frozen=True)
class Place:
    """Where one person stands in an order."""

    key: Key
    profile: int

    @property
    def rank(self) -> tuple[bool, float, int]:
        """Return what places are compared by."""
        return self.key is not None, self.key or 0, self.profile

    def __str__(self) -> str:
        """Write it so that it fits into an address.

        >>> str(Place(None, 7)), str(Place(12, 7)), str(Place(0.5, 7))
        ('-:7', '12:7', '0.5:7')
        """
        return f"{'-' if self.key is None else repr(self.key)}:{self.profile}"

    @classmethod
    def read(cls, text: str) -> "Place":
        """Read what ``str`` wrote; raises Invalid.

        >>> Place.read("0.5:7")
        Place(key=0.5, profile=7)
        """
        key, _, profile = text.rpartition(":")
        try:
            value = None if key == "-" else float(key) if "." in key or "e" in key else int(key)
            number = int(profile)
            if not abs(value or 0) < 2**63 or not 0 <= number < 2**31:
                raise ValueError
        except ValueError as error:
            raise Invalid("there is no such page", path="after") from error
        return cls(value, number)


@dataclass(frozen=True)
class Page:
    """One page of a list: who stands on it, and whether there are more before and after."""

    places: tuple[Place, ...]
    is_more_before: bool
    is_more_after: bool

    @property
    def profiles(self) -> list[int]:
        """Return the people of the page, in order."""
        return [place.profile for place in self.places]


@dataclass(frozen=True)
class Card:
    """What a list shows of one person.

    ``name`` and ``user_id`` are empty where she has none; ``traits`` are plain ones, ``scores``
    as they stand now. ``first_seen`` and ``last_seen`` in ms UTC, None where she never was; the
    last is kept to a quarter of an hour.
    """

    profile: int
    uid: str
    name: str
    user_id: str
    created: int
    first_seen: int | None
    last_seen: int | None
    tags: tuple[str, ...] = ()
    traits: Mapping[str, Any] = field(default_factory=dict)
    scores: Mapping[str, float] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Call her by her name, else by her user id."""
        return self.name or self.user_id


@dataclass(frozen=True)
class Hit:
    """One person found by a search; ``by`` says by what: a kind of id, a trait, or ``name``."""

    profile: int
    by: str


@dataclass(frozen=True)
class Words:
    """Who agreed to a purpose on a channel by her newest word, and who took it back."""

    purpose: str
    channel: str
    given: BitMap
    withdrawn: BitMap
