"""The words of the touches: how often an item was touched, how a topic does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class ItemTouches:
    """How often an item was touched in the last 7 and 30 days, and by how many in the 30."""

    week: int = 0
    month: int = 0
    people: int = 0


@dataclass(frozen=True)
class TopicTouches:
    """How often a topic's items were touched: the last 30 days, the 30 before, people in the 30.

    An event on several items of the topic is one touch of it.
    """

    month: int = 0
    before: int = 0
    people: int = 0


@dataclass(frozen=True)
class DayTouches:
    """How often something was touched on one day of the brand's zone, and by how many."""

    day: date
    touches: int
    people: int


@dataclass(frozen=True)
class Touch:
    """One person's touch of an item."""

    profile: int
    event: str
    time: int


@dataclass(frozen=True)
class EventTouches:
    """How often an item was touched by one kind of event, ever, and by how many."""

    event: str
    touches: int
    people: int


@dataclass(frozen=True)
class ItemStory:
    """What happened to one item: day by day, lately (the newest first), and by what events."""

    days: Sequence[DayTouches]
    latest: Sequence[Touch]
    events: Sequence[EventTouches]


@dataclass(frozen=True)
class TopicStory:
    """What happened to a topic's items: day by day together, and each in 7 and 30 days."""

    days: Sequence[DayTouches]
    items: Mapping[str, ItemTouches]


@dataclass(frozen=True)
class Rising:
    """A topic that is touched more than the house's other topics let expect.

    ``expected`` is what the 30 days before and the house's whole growth would give; ``surprise``
    how many standard deviations of chance the touches lie above that.
    """

    topic: str
    touches: TopicTouches
    expected: float
    surprise: float


@dataclass(frozen=True)
class TopicTable:
    """Every topic's touches, those of all topics together, and the topics that rise."""

    topics: Mapping[str, TopicTouches]
    whole: TopicTouches
    rising: Sequence[Rising]


@dataclass(frozen=True)
class Related:
    """A topic that people of another topic like as well: ``both`` of the ``among`` asked.

    ``lift`` says how many times as common that is among them as among everybody.
    """

    topic: str
    both: int
    among: int
    lift: float
