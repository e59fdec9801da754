"""Counts over the event log, in SQL over the lake."""

from dataclasses import dataclass

from coterie.events.log import Log
from coterie.storage.work import Work


@dataclass(frozen=True)
class Tally:
    """How often something happened, by what tells it apart."""

    name: str
    origin: str
    reason: str
    count: int
    people: int


_BEHAVIOURS = """
SELECT source, name, count(*) FROM events
WHERE type <> 'fact' AND name NOT LIKE 'coterie.%' GROUP BY source, name ORDER BY source, name
"""

_FACTS = """
SELECT name,
       coalesce(json_extract_string(properties, '$.origin'),
                json_extract_string(properties, '$.journey'),
                json_extract_string(properties, '$.community'), '') AS origin,
       coalesce(json_extract_string(properties, '$.reason'), '') AS reason,
       count(*), count(DISTINCT profile)
FROM events WHERE name LIKE 'coterie.%' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


def behaviours(work: Work, log: Log) -> dict[tuple[str, str], int]:
    """Count what people did, by (source, event name); our own facts left out."""
    with log.open_lake(work) as lake:
        return {(source, name): n for source, name, n in lake.execute(_BEHAVIOURS).fetchall()}


def facts(work: Work, log: Log) -> list[Tally]:
    """Count our own facts by name, by the journey, community or origin named, and by reason."""
    with log.open_lake(work) as lake:
        return [Tally(*row) for row in lake.execute(_FACTS).fetchall()]
