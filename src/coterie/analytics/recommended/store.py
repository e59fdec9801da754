"""Paid orders and what recommended them, in SQL over the lake."""

from collections.abc import Sequence

import duckdb
import numpy as np

from coterie.analytics.recommended.model import Asked, Bought, Report
from coterie.events.families import names_of
from coterie.events.log import Log
from coterie.storage.work import Work

_NUMBER = """CASE WHEN coalesce(json_extract_string(properties, '$.order_id'), '') = ''
    THEN 'event ' || seq ELSE coalesce(json_extract_string(properties, '$.shop') || ' ', '')
         || json_extract_string(properties, '$.order_id') END"""

_BY = "json_extract(properties, '$.recommended_by')"
_LINES_BY = "json_extract_string(properties, '$.products[*].recommended_by')"
_LINE_BY = f"list_filter({_LINES_BY}, lambda x: x IS NOT NULL)"

# Who recommended is a text (``journey:welcome``) or an object, as an offer's link leaves it.
_PAID = f"""
CREATE TABLE paid AS
SELECT {_NUMBER} AS number, seq, profile, time, amount,
  CASE json_type({_BY})
    WHEN 'VARCHAR' THEN json_extract_string({_BY}, '$')
    WHEN 'OBJECT' THEN coalesce(
      json_extract_string({_BY}, '$.kind') || ':' || json_extract_string({_BY}, '$.id'),
      json_extract_string({_BY}, '$.sender'),
      'offer:' || json_extract_string({_BY}, '$.offer'))
    ELSE list_extract({_LINE_BY}, 1) END AS said_by,
  CASE WHEN json_type({_BY}) = 'OBJECT' THEN json_extract_string({_BY}, '$.item') END AS said_item
FROM events
WHERE name IN (SELECT name FROM paying) AND type <> 'fact' AND time >= $since AND time < $until
QUALIFY row_number() OVER (PARTITION BY number ORDER BY time, seq) = 1
"""

_LINES = """
CREATE TABLE lines AS SELECT p.seq, e.item FROM paid p JOIN event_items e ON e.seq = p.seq
WHERE $every OR e.item IN (SELECT item FROM wanted)
"""

# A refund without an amount, one of the whole, and a cancellation take an order back.
_BACK = f"""
CREATE TABLE back AS
SELECT number, sum(CASE WHEN is_refund THEN coalesce(amount, 0) ELSE 0 END)::BIGINT AS amount,
       bool_or(NOT is_refund OR amount IS NULL) AS whole
FROM (SELECT {_NUMBER} AS number, amount, name IN (SELECT name FROM refunding) AS is_refund
      FROM events
      WHERE name IN (SELECT name FROM refunding UNION ALL SELECT name FROM cancelling)
        AND type <> 'fact' AND time >= $since)
GROUP BY number
"""

# What may have recommended lies within the window before the first order of the span.
_REACHED = """
CREATE TABLE reached AS
WITH near AS (
  SELECT seq, profile, time, name, properties FROM events
  WHERE time >= $since - $window AND time < $until
    AND profile IN (SELECT profile FROM paid)
    AND name NOT IN (SELECT name FROM silent)
)
SELECT n.profile, n.time, g.named AS item, e.item AS by_what,
       CASE WHEN n.name IN (SELECT name FROM attending) THEN 'activity' ELSE 'content' END AS how
FROM near n JOIN event_items e ON e.seq = n.seq JOIN by_item g ON g.giver = e.item
WHERE n.name <> 'coterie.message.sent'
UNION ALL
SELECT n.profile, n.time, e.item, json_extract_string(n.properties, '$.sender'), 'link'
FROM near n JOIN event_items e ON e.seq = n.seq
WHERE coalesce(json_extract_string(n.properties, '$.sender'), '') <> ''
UNION ALL
SELECT n.profile, n.time, g.named, g.giver, 'message'
FROM near n JOIN by_template g ON g.giver = json_extract_string(n.properties, '$.template')
WHERE n.name = 'coterie.message.sent'
UNION ALL
SELECT n.profile, n.time, e.item, json_extract_string(n.properties, '$.template'), 'message'
FROM near n JOIN event_items e ON e.seq = n.seq
WHERE n.name = 'coterie.message.sent'
"""

_FOUND = """
WITH evidence AS (
  SELECT l.seq, l.item, r.how, r.by_what, r.time AS moment
  FROM lines l JOIN paid p ON p.seq = l.seq
  JOIN reached r ON r.profile = p.profile AND r.item = l.item
    AND r.time < p.time AND r.time >= p.time - $window
  UNION ALL
  SELECT p.seq, l.item, 'said', p.said_by, NULL
  FROM paid p JOIN lines l ON l.seq = p.seq
  WHERE p.said_by IS NOT NULL AND (p.said_item IS NULL OR p.said_item = l.item)
),
best AS (
  SELECT * FROM evidence
  QUALIFY row_number() OVER (
    PARTITION BY seq ORDER BY (how = 'said') DESC, moment DESC NULLS LAST, how, by_what, item) = 1
)
SELECT p.number, p.profile, p.time, p.amount, coalesce(b.amount, 0)::BIGINT,
       e.item, e.how, e.by_what, e.moment
FROM best e JOIN paid p ON p.seq = e.seq LEFT JOIN back b ON b.number = p.number
WHERE NOT (coalesce(b.whole, false) OR coalesce(b.amount >= p.amount AND b.amount > 0, false))
ORDER BY p.time DESC, p.seq DESC
"""

_WHOLE = """
SELECT count(*) FILTER (WHERE NOT gone), coalesce(sum(net) FILTER (WHERE NOT gone), 0)::BIGINT,
       count(*) FILTER (WHERE gone)
FROM (SELECT coalesce(p.amount, 0) - coalesce(b.amount, 0) AS net,
             coalesce(b.whole, false)
             OR coalesce(b.amount >= p.amount AND b.amount > 0, false) AS gone
      FROM paid p LEFT JOIN back b ON b.number = p.number
      WHERE $every OR p.seq IN (SELECT seq FROM lines))
"""


def report(work: Work, log: Log, asked: Asked) -> Report:
    """Find the paid orders that followed a recommendation of what was bought."""
    span = {"since": asked.since, "until": asked.until}
    every = {"every": asked.items is None}
    with log.open_lake(work) as lake:
        _names(lake)
        _texts(lake, "wanted", ("item",), [(item,) for item in sorted(asked.items or ())])
        for table, givers in (("by_item", asked.by_item), ("by_template", asked.by_template)):
            pairs = [(giver, named) for giver in sorted(givers) for named in givers[giver]]
            _texts(lake, table, ("giver", "named"), pairs)
        lake.execute(_PAID, span)
        lake.execute(_LINES, every)
        lake.execute(_BACK, {"since": asked.since})
        lake.execute(_REACHED, {**span, "window": asked.window})
        found = lake.execute(_FOUND, {"window": asked.window}).fetchall()
        whole = lake.execute(_WHOLE, every).fetchone()
    assert whole is not None
    return Report(tuple(Bought(*row) for row in found), *whole)


def _names(lake: duckdb.DuckDBPyConnection) -> None:
    """Write down which names pay, take back, and can never be a recommendation."""
    silent = [*names_of("order"), *names_of("activity"), *names_of("house")]
    attending = names_of("activity", "attended")
    for table, names in (
        ("paying", names_of("order", "paid")),
        ("refunding", names_of("order", "refunded")),
        ("cancelling", names_of("order", "cancelled")),
        ("attending", attending),
        ("silent", [name for name in silent if name not in attending]),
    ):
        _texts(lake, table, ("name",), [(name,) for name in names])


def _texts(
    lake: duckdb.DuckDBPyConnection,
    name: str,
    columns: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
) -> None:
    given = {
        column: np.array([row[place] for row in rows], dtype=object)
        for place, column in enumerate(columns)
    }
    lake.register("given_texts", given)
    lake.execute(f"CREATE TABLE {name} ({', '.join(f'{column} VARCHAR' for column in columns)})")
    lake.execute(f"INSERT INTO {name} BY NAME SELECT * FROM given_texts")
    lake.unregister("given_texts")
