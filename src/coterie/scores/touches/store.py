"""The touches in SQL over the log: what people did with items; our own facts are left out."""

from collections.abc import Iterable, Sequence

import numpy as np
from duckdb import DuckDBPyConnection

from coterie.core.clock import DAY
from coterie.scores.touches.model import EventTouches, ItemTouches, TopicTouches, Touch

WEEK, MONTH = 7 * DAY, 30 * DAY

_TOUCHES = """
    SELECT e.seq, e.time, e.profile, e.name, i.item
    FROM events e JOIN event_items i USING (seq)
    WHERE e.type <> 'fact' AND e.time >= $since AND e.time <= $now
"""

_ITEMS = f"""
SELECT item, count(*) FILTER (time > $now - {WEEK}), count(*), count(DISTINCT profile)
FROM ({_TOUCHES}) GROUP BY item
"""

_TOPICS = f"""
WITH touches AS MATERIALIZED (
    SELECT DISTINCT t.seq, t.time, t.profile, p.topic
    FROM ({_TOUCHES}) t JOIN given_pairs p USING (item)
)
SELECT topic, count(*) FILTER (time > $now - {MONTH}), count(*) FILTER (time <= $now - {MONTH}),
       count(DISTINCT profile) FILTER (time > $now - {MONTH})
FROM touches GROUP BY topic
UNION ALL
SELECT '', count(DISTINCT seq) FILTER (time > $now - {MONTH}),
       count(DISTINCT seq) FILTER (time <= $now - {MONTH}),
       count(DISTINCT profile) FILTER (time > $now - {MONTH})
FROM touches
"""

_DAYS = f"""
SELECT d.number, count(DISTINCT t.seq), count(DISTINCT t.profile)
FROM ({_TOUCHES}) t ASOF JOIN given_days d ON t.time >= d.start
WHERE t.item IN (SELECT item FROM given_items) GROUP BY 1
"""

_LATEST = f"""
SELECT profile, name, time FROM ({_TOUCHES}) WHERE item IN (SELECT item FROM given_items)
ORDER BY time DESC, seq DESC LIMIT $limit
"""

_EVENTS = f"""
SELECT name, count(DISTINCT seq), count(DISTINCT profile) FROM ({_TOUCHES})
WHERE item IN (SELECT item FROM given_items) GROUP BY name ORDER BY 2 DESC, name
"""


def of_items(lake: DuckDBPyConnection, now: int) -> dict[str, ItemTouches]:
    """Count the touches of every item that was touched in the last 30 days."""
    rows = lake.execute(_ITEMS, {"since": now - MONTH + 1, "now": now}).fetchall()
    return {item: ItemTouches(week, month, people) for item, week, month, people in rows}


def of_topics(
    lake: DuckDBPyConnection, now: int, pairs: Sequence[tuple[str, str]]
) -> tuple[dict[str, TopicTouches], TopicTouches]:
    """Count the touches of every topic, given as (item, topic), and of all of them together."""
    if not pairs:
        return {}, TopicTouches()
    items, topics = zip(*pairs, strict=True)
    columns = {"item": np.array(items, dtype=object), "topic": np.array(topics, dtype=object)}
    lake.register("given_pairs", columns)
    rows = lake.execute(_TOPICS, {"since": now - 2 * MONTH + 1, "now": now}).fetchall()
    counted = {topic: TopicTouches(*counts) for topic, *counts in rows}
    whole = counted.pop("", TopicTouches())
    return counted, whole


def choose(lake: DuckDBPyConnection, items: Iterable[str]) -> None:
    """Choose the items that the questions below are about."""
    lake.register("given_items", {"item": np.array(sorted(items), dtype=object)})


def by_day(
    lake: DuckDBPyConnection, now: int, midnights: Sequence[int]
) -> dict[int, tuple[int, int]]:
    """Count (touches, people) by the number of the day, given the first moments of the days."""
    starts = np.array(midnights, dtype=np.int64)
    numbers = np.arange(len(midnights), dtype=np.int32)
    lake.register("given_days", {"number": numbers, "start": starts})
    rows = lake.execute(_DAYS, {"since": midnights[0], "now": now}).fetchall()
    return {number: (touches, people) for number, touches, people in rows}


def latest(lake: DuckDBPyConnection, now: int, limit: int) -> list[Touch]:
    """Return the newest touches."""
    given = {"since": 0, "now": now, "limit": limit}
    return [Touch(*row) for row in lake.execute(_LATEST, given).fetchall()]


def by_event(lake: DuckDBPyConnection, now: int) -> list[EventTouches]:
    """Count by what events the items were ever touched, the commonest first."""
    rows = lake.execute(_EVENTS, {"since": 0, "now": now}).fetchall()
    return [EventTouches(*row) for row in rows]
