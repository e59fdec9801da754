"""The verbs of the touches: what is touched, what rises, who likes a topic and what else."""

from collections.abc import Callable, Collection, Hashable
from datetime import date, timedelta
from math import log
from typing import TypeVar
from zoneinfo import ZoneInfo

from duckdb import DuckDBPyConnection

from coterie.catalog.service import Catalog
from coterie.core.clock import MINUTE, local_date, midnight
from coterie.events.log import Log
from coterie.profiles.ranking.service import Ranking
from coterie.scores.model import INTEREST
from coterie.scores.touches import store
from coterie.scores.touches.kept import Kept
from coterie.scores.touches.model import (
    DayTouches,
    ItemStory,
    ItemTouches,
    Related,
    TopicStory,
    TopicTable,
)
from coterie.scores.touches.rising import rising
from coterie.storage.work import Work

AMONG = 500
"""People whose other interests are looked at, those with the most interest first."""

STEP = 5 * MINUTE
"""Windows that end now move on so often, or with the next event, whichever is sooner."""

_LATEST = 20

T = TypeVar("T")


class Touches:
    """The part of ``Scores`` that looks at items and topics instead of at one person.

    A touch is an event that names an item; our own facts are none. Answers are kept in memory
    under the log's watermark, the topics they rest on and the five minutes they were asked in.
    """

    _catalog: Catalog
    _log: Log
    _zone: ZoneInfo

    def __init__(self) -> None:
        self._ranking = Ranking()
        self._kept = Kept()

    # Items

    def touches(self, work: Work) -> dict[str, ItemTouches]:
        """Count the touches of every item in the last 7 and 30 days, where there are any."""
        return self._ask(work, ("items",), lambda lake: store.of_items(lake, work.now))

    def touched_by(self, work: Work, items: Collection[str]) -> int:
        """Count who ever touched one of the items: whose interests follow when it is re-tagged."""
        return len(self._log.profiles_of_items(work, items))

    def item_story(self, work: Work, item: str, since: date) -> ItemStory:
        """Tell what happened to an item: the days from ``since`` on, lately, by what events."""

        def ask(lake: DuckDBPyConnection) -> ItemStory:
            store.choose(lake, [item])
            return ItemStory(
                days=self._days(work, lake, since),
                latest=store.latest(lake, work.now, _LATEST),
                events=store.by_event(lake, work.now),
            )

        return self._ask(work, ("item", item, since), ask)

    # Topics

    def topic_story(self, work: Work, topic: str, since: date) -> TopicStory:
        """Tell what happened to the items of a topic, or below it, from ``since`` on."""
        items = self._catalog.items_of(work, topic)

        def ask(lake: DuckDBPyConnection) -> TopicStory:
            store.choose(lake, items)
            touched = store.of_items(lake, work.now)
            own = {item: touches for item, touches in touched.items() if item in items}
            return TopicStory(self._days(work, lake, since), own)

        return self._ask(work, ("topic", items, since), ask)

    def topic_touches(self, work: Work) -> TopicTable:
        """Count the touches of every topic in two months, and say which rise.

        An item's touch counts for its topics and for what is above them, by its topics of today.
        """
        pairs = self._catalog.pairs(work)

        def ask(lake: DuckDBPyConnection) -> TopicTable:
            topics, whole = store.of_topics(lake, work.now, pairs)
            return TopicTable(topics, whole, rising(topics, whole))

        return self._ask(work, ("topics", hash(tuple(pairs))), ask)

    def interested(self, work: Work, at_least: float) -> dict[str, int]:
        """Count who has an interest at a value or above now, by topic, where anybody has."""
        found = self._ranking.counts(work, INTEREST, at_least)
        return {name.removeprefix(INTEREST): people for name, people in found.items()}

    def keenest(
        self, work: Work, topic: str, at_least: float, *, limit: int = 20, offset: int = 0
    ) -> list[tuple[int, float]]:
        """Return (profile, value) of who has the most interest in a topic, the most first."""
        return self._ranking.top(work, INTEREST + topic, at_least, limit=limit, offset=offset)

    def related(self, work: Work, topic: str, at_least: float, everybody: int) -> list[Related]:
        """Return what else the people of a topic like, the most telling first.

        Asked are the 500 with the most interest; what is above or below the topic is left out,
        and so is what is no commoner among them than among ``everybody`` (a number of people).
        """
        shared = self._ranking.shared(work, INTEREST + topic, INTEREST, at_least, among=AMONG)
        among = shared.pop(INTEREST + topic, 0)
        overall = self.interested(work, at_least)
        found = []
        for name, both in shared.items():
            other = name.removeprefix(INTEREST)
            if f"{topic}/".startswith(f"{other}/") or other.startswith(f"{topic}/"):
                continue
            lift = (both / among) / (overall[other] / everybody)
            if lift > 1:
                found.append(Related(other, both, among, lift))
        # common and peculiar to them at once: each one's part of the divergence from everybody
        return sorted(found, key=lambda one: (-one.both * log(one.lift), one.topic))

    # Within

    def _days(self, work: Work, lake: DuckDBPyConnection, since: date) -> list[DayTouches]:
        span = (local_date(work.now, self._zone) - since).days + 1
        days = [since + timedelta(days=number) for number in range(span)]
        counted = store.by_day(lake, work.now, [midnight(day, self._zone) for day in days])
        return [DayTouches(day, *counted.get(n, (0, 0))) for n, day in enumerate(days)]

    def _ask(
        self, work: Work, about: tuple[Hashable, ...], ask: Callable[[DuckDBPyConnection], T]
    ) -> T:
        def make() -> T:
            with self._log.open_lake(work) as lake:
                return ask(lake)

        return self._kept.get((about, self._log.watermark(work), work.now // STEP), make)
