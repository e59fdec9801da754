"""Counts over the event log, in SQL over the lake. Moments in ms UTC; nothing here is of a room."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np

from coterie.analytics.model import ANY
from coterie.core.clock import DAY, MINUTE
from coterie.events.log import Log
from coterie.storage.work import Work

SLOT = 15 * MINUTE
"""The grain of counts by the hour: every zone's hours begin on a quarter of an hour."""


Columns = dict[str, "np.ndarray[Any, Any]"]


@dataclass(frozen=True)
class Tally:
    """How often something happened, by what tells it apart."""

    name: str
    origin: str
    reason: str
    count: int
    people: int


@dataclass(frozen=True)
class Drawn:
    """One person whom an origin left out on purpose, and when: what no fact of the log says."""

    origin: str
    profile: int
    at: int


@dataclass(frozen=True)
class Outcome:
    """How many people of one arm did it first on a day after they were drawn (None: not at all).

    ``waiting`` are those whose window is not over; ``unit`` is the group that was drawn as one.
    """

    origin: str
    held_out: bool
    waiting: bool
    day: int | None
    people: int
    unit: str | None = None


@dataclass(frozen=True)
class DayCount:
    """What happened of one name (and origin) on one of the days asked for."""

    day: int
    name: str
    origin: str
    count: int
    people: int


_ORIGIN = """
coalesce(json_extract_string(properties, '$.origin'),
         json_extract_string(properties, '$.journey'),
         json_extract_string(properties, '$.community'), '')
"""

_IS_BEHAVIOUR = "type <> 'fact' AND NOT starts_with(name, 'coterie.')"

_BEHAVIOURS = f"""
SELECT source, name, count(*) FROM events
WHERE {_IS_BEHAVIOUR} GROUP BY source, name ORDER BY source, name
"""

_FACTS = f"""
SELECT name, {_ORIGIN} AS origin,
       coalesce(json_extract_string(properties, '$.reason'), '') AS reason,
       count(*), count(DISTINCT profile)
FROM events WHERE starts_with(name, 'coterie.') GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""

_NOT_AN_OUTCOME = ("Consent Given", "Consent Withdrawn", "Link Clicked")
"""No outcome: what only who was written to can do, and what is about leave to write."""

# A person counts in the arm of her first draw. A journey draws who enters it, before anything is
# asked of the gate, and a community too whom it is about to invite; a broadcast draws as it asks
# the gate, which both arms pass alike, so there whom it held at once is in neither. Facts that are
# told later than they were asked for say when that was. Older logs tell what was queued.
DRAWN = """
said AS (
  SELECT profile, json_extract_string(properties, '$.origin') AS origin, name,
         coalesce(TRY_CAST(json_extract_string(properties, '$.asked') AS BIGINT), time) AS moment,
         name = 'coterie.message.shadow' OR coalesce(
           json_extract_string(properties, '$.shadow') = 'true', false) AS held_out,
         name = 'coterie.message.held'
           AND json_extract_string(properties, '$.asked') IS NULL AS stopped,
         json_extract_string(properties, '$.reason') AS reason
  FROM events
  WHERE name IN ('coterie.message.queued', 'coterie.message.sent', 'coterie.message.failed',
                 'coterie.message.shadow', 'coterie.message.held')
    AND json_extract_string(properties, '$.touch') <> 'service'
),
entered AS (
  SELECT profile, 'journey:' || json_extract_string(properties, '$.journey') AS origin,
         time AS moment, json_extract_string(properties, '$.shadow') = 'true' AS held_out,
         json_extract_string(properties, '$.unit') AS unit
  FROM events WHERE name = 'coterie.journey.entered'
),
drawn AS (
  SELECT origin, profile, moment, held_out, unit FROM entered
  WHERE origin IN (SELECT origin FROM said UNION SELECT origin FROM entered WHERE held_out)
  UNION ALL
  SELECT origin, profile, moment, held_out, NULL FROM said
  WHERE NOT starts_with(origin, 'journey:') AND (NOT stopped OR starts_with(origin, 'community:'))
  UNION ALL SELECT origin, profile, moment, true, NULL FROM given
),
first_drawn AS (
  SELECT origin, profile, min(moment) AS moment, arg_min(held_out, moment) AS held_out,
         arg_min(unit, moment) AS unit
  FROM drawn ANTI JOIN mixed USING (origin, profile)
  WHERE moment <= $until GROUP BY origin, profile
)
"""

_OUTCOMES = (
    "WITH"
    + DRAWN
    + """,
behaviours AS (SELECT profile, time FROM events WHERE {behaviour}),
followed AS (
  SELECT d.origin, d.profile, d.held_out, d.moment, d.unit, min(e.time) AS first
  FROM first_drawn d LEFT JOIN behaviours e
    ON e.profile = d.profile AND e.time > d.moment AND e.time <= d.moment + $window
  GROUP BY ALL
)
SELECT origin, held_out, moment + $window > $until AS waiting,
       (first - moment - 1) // $day AS day, count(*) AS people, unit
FROM followed GROUP BY ALL ORDER BY ALL
"""
)

_SLOTS = f"""
SELECT (time - $since) // $slot AS slot, name, count(*) FROM events
WHERE time >= $since AND time < $until AND {_IS_BEHAVIOUR} GROUP BY ALL ORDER BY ALL
"""

_DAYS = f"""
SELECT d.day, e.name, {_ORIGIN} AS origin, count(*), count(DISTINCT e.profile)
FROM events e ASOF JOIN days d ON e.time >= d.start
WHERE e.time >= $since AND e.time < $until GROUP BY ALL ORDER BY ALL
"""

_ACTIVE = f"""
SELECT d.day, count(*), count(DISTINCT e.profile)
FROM events e ASOF JOIN days d ON e.time >= d.start
WHERE e.time >= $since AND e.time < $until AND {_IS_BEHAVIOUR} GROUP BY d.day ORDER BY d.day
"""


def behaviours(work: Work, log: Log) -> dict[tuple[str, str], int]:
    """Count what people did, by (source, event name); our own facts left out."""
    with log.open_lake(work) as lake:
        return {(source, name): n for source, name, n in lake.execute(_BEHAVIOURS).fetchall()}


def facts(work: Work, log: Log) -> list[Tally]:
    """Count our own facts by name, by the journey, community or origin named, and by reason."""
    with log.open_lake(work) as lake:
        return [Tally(*row) for row in lake.execute(_FACTS).fetchall()]


def outcomes(
    work: Work,
    log: Log,
    left_out: Sequence[Drawn],
    mixed: Sequence[tuple[str, int]],
    event: str,
    window: int,
    until: int,
) -> list[Outcome]:
    """Count, by origin and arm, who did ``event`` (``*``: anything) within ``window`` ms.

    ``left_out`` are held-out people of whom the log says nothing (a community's); what was drawn
    after ``until`` is left out, and a window that ends after it counts as waiting. ``mixed``
    (origin, profile) were in both arms and count in none.
    """
    values: dict[str, int | str] = {"until": until, "window": window, "day": DAY}
    query = _OUTCOMES.replace("{behaviour}", behaviour_of(event))
    if event != ANY:
        values["event"] = event
    with log.open_lake(work) as lake:
        hand_in(lake, left_out, mixed)
        return [Outcome(*row) for row in lake.execute(query, values).fetchall()]


def hand_in(
    lake: duckdb.DuckDBPyConnection, left_out: Sequence[Drawn], mixed: Sequence[tuple[str, int]]
) -> None:
    """Lay what the log does not say beside it, as the tables that ``DRAWN`` reads."""
    given: Columns = {
        "origin": np.array([one.origin for one in left_out], dtype=object),
        "profile": np.array([one.profile for one in left_out], dtype=np.int32),
        "moment": np.array([one.at for one in left_out], dtype=np.int64),
    }
    _table(lake, "given", "origin VARCHAR, profile INTEGER, moment BIGINT", given)
    both: Columns = {
        "origin": np.array([origin for origin, _ in mixed], dtype=object),
        "profile": np.array([profile for _, profile in mixed], dtype=np.int32),
    }
    _table(lake, "mixed", "origin VARCHAR, profile INTEGER", both)


def behaviour_of(event: str) -> str:
    """Return the condition by which an event is the outcome asked for (``$event`` if named)."""
    if event != ANY:
        return "type <> 'fact' AND name = $event"
    outside = ", ".join(f"'{name}'" for name in _NOT_AN_OUTCOME)
    return f"{_IS_BEHAVIOUR} AND name NOT IN ({outside})"


def slots(work: Work, log: Log, since: int, until: int) -> list[tuple[int, str, int]]:
    """Count what people did by quarter of an hour from ``since`` on, as (slot, name, count)."""
    values = {"since": since, "until": until, "slot": SLOT}
    with log.open_lake(work) as lake:
        return lake.execute(_SLOTS, values).fetchall()


def days(work: Work, log: Log, starts: Sequence[int], until: int) -> list[DayCount]:
    """Count everything by day, name and origin; ``starts`` are the first moments of the days.

    Under the name ``*`` stands what people did, of any name.
    """
    values = {"since": starts[0], "until": until}
    with log.open_lake(work) as lake:
        begins: Columns = {
            "start": np.array(starts, dtype=np.int64),
            "day": np.arange(len(starts), dtype=np.int32),
        }
        _table(lake, "days", "start BIGINT, day INTEGER", begins)
        found = [DayCount(*row) for row in lake.execute(_DAYS, values).fetchall()]
        active = lake.execute(_ACTIVE, values).fetchall()
    return found + [DayCount(day, ANY, "", count, people) for day, count, people in active]


def _table(lake: duckdb.DuckDBPyConnection, name: str, shape: str, columns: Columns) -> None:
    lake.register(f"{name}_columns", columns)
    lake.execute(f"CREATE TABLE {name} ({shape})")
    lake.execute(f"INSERT INTO {name} BY NAME SELECT * FROM {name}_columns")
    lake.unregister(f"{name}_columns")
