"""Both sides of the balance: what was told, from our tables; what the log holds, from the lake."""

from collections.abc import Sequence
from typing import Any

import duckdb
import numpy as np
from sqlalchemy import select

from coterie.orders.balance.model import Columns, Figures, Line, Unlike
from coterie.orders.model import COMPLETED, REFUNDED
from coterie.orders.store import orders, sightings
from coterie.storage.work import Work

NONE = -(2**63)
"""Stands for "no amount" in an array of integers."""
MOST_UNLIKE = 1_000

_LOGGED = f"""
    SELECT properties->>'$.shop' AS shop, properties->>'$.order_id' AS number,
           count(*) FILTER (name = '{COMPLETED}') AS n,
           any_value(coalesce(properties->>'$.original.currency', $house))
             FILTER (name = '{COMPLETED}') AS currency,
           sum(coalesce((properties->>'$.original.total')::DECIMAL(24, 4) * 10000, amount))
             FILTER (name = '{COMPLETED}')::BIGINT AS paid,
           coalesce(sum(coalesce((properties->>'$.original.total')::DECIMAL(24, 4) * 10000, amount))
             FILTER (name = '{REFUNDED}'), 0)::BIGINT AS refunded
    FROM events WHERE name IN ('{COMPLETED}', '{REFUNDED}')
      AND properties->>'$.shop' IS NOT NULL
    GROUP BY ALL
"""

_TOLD = f"""
    SELECT source, shop, number, currency,
           coalesce(min(day) FILTER (step = 'completed'), min(day)) AS day,
           count(*) FILTER (step = 'completed') AS n,
           sum(nullif(amount, {NONE})) FILTER (step = 'completed')::BIGINT AS paid,
           greatest(
             sum(nullif(amount, {NONE})) FILTER (step = 'refunded' AND refund <> ''),
             max(nullif(amount, {NONE})) FILTER (step = 'refunded' AND refund = '')
           )::BIGINT AS refunds
    FROM told WHERE step IN ('completed', 'refunded') GROUP BY source, shop, number, currency
"""

_BOTH = f"""
    CREATE OR REPLACE TEMP TABLE both_sides AS
    SELECT t.*, coalesce(l.n, 0) AS found, l.paid AS logged, coalesce(l.refunded, 0) AS booked,
           CASE
             WHEN t.n > 0 AND coalesce(l.n, 0) = 0 THEN 'missing'
             WHEN t.n > 0 AND t.currency <> l.currency THEN 'currency'
             WHEN t.n > 0 AND coalesce(t.paid, 0) <> coalesce(l.paid, 0) THEN 'amount'
             WHEN t.refunds IS NOT NULL AND t.refunds <> coalesce(l.refunded, 0) THEN 'refund'
           END AS why
    FROM ({_TOLD}) t LEFT JOIN ({_LOGGED}) l ON t.shop = l.shop AND t.number = l.number
"""

_LINES = """
    SELECT source, day, currency, count(*) FILTER (n > 0),
           count(*) FILTER (n > 0 AND found > 0),
           coalesce(sum(paid), 0)::BIGINT, coalesce(sum(logged) FILTER (n > 0), 0)::BIGINT,
           coalesce(sum(refunds), 0)::BIGINT,
           coalesce(sum(booked) FILTER (refunds IS NOT NULL), 0)::BIGINT,
           count(*) FILTER (why IS NOT NULL)
    FROM both_sides GROUP BY source, day, currency ORDER BY source, day DESC, currency
"""

_UNLIKE = """
    SELECT source, shop, number, day, why,
           CASE WHEN why = 'refund' THEN refunds ELSE paid END,
           CASE WHEN why = 'refund' THEN booked ELSE logged END
    FROM both_sides WHERE why IS NOT NULL ORDER BY day DESC, source, shop, number LIMIT ?
"""

_PAID = f"""
    CREATE OR REPLACE TEMP TABLE paid_orders AS
    SELECT time, profile, amount, properties->>'$.shop' AS shop,
           properties->>'$.order_id' AS number
    FROM events WHERE name = '{COMPLETED}' AND time >= $since AND time < $until
      AND ($shop = '' OR properties->>'$.shop' = $shop)
"""

_RETURNED = f"""
    CREATE OR REPLACE TEMP TABLE returned_orders AS
    SELECT time, amount, properties->>'$.shop' AS shop, properties->>'$.order_id' AS number
    FROM events WHERE name = '{REFUNDED}' AND ($shop = '' OR properties->>'$.shop' = $shop)
"""

_FIGURES = """
    SELECT count(*) FILTER (amount > 0), count(DISTINCT profile) FILTER (amount > 0),
           coalesce(sum(amount) FILTER (amount > 0), 0)::BIGINT,
           count(*) FILTER (amount IS NULL OR amount <= 0),
           (SELECT coalesce(sum(amount), 0)::BIGINT FROM returned_orders
            WHERE time >= $since AND time < $until),
           (SELECT coalesce(sum(r.amount), 0)::BIGINT FROM returned_orders r
            WHERE EXISTS (FROM paid_orders p WHERE p.shop = r.shop AND p.number = r.number))
    FROM paid_orders
"""

_DAYS = """
    WITH sold AS (
      SELECT d.day, count(*) FILTER (amount > 0) AS n, sum(amount) AS gross
      FROM paid_orders p ASOF JOIN given_days d ON p.time >= d.start GROUP BY d.day
    ), given_back AS (
      SELECT d.day, sum(amount) AS refunded FROM returned_orders r
      ASOF JOIN given_days d ON r.time >= d.start
      WHERE r.time >= $since AND r.time < $until GROUP BY d.day
    ), by_order AS (
      SELECT d.day, sum(r.amount) AS returned
      FROM returned_orders r JOIN paid_orders p ON p.shop = r.shop AND p.number = r.number
      ASOF JOIN given_days d ON p.time >= d.start GROUP BY d.day
    )
    SELECT d.day, coalesce(n, 0), coalesce(gross, 0)::BIGINT, coalesce(refunded, 0)::BIGINT,
           coalesce(returned, 0)::BIGINT
    FROM given_days d LEFT JOIN sold USING (day) LEFT JOIN given_back USING (day)
    LEFT JOIN by_order USING (day) ORDER BY d.start DESC
"""


def told(work: Work, source: str = "", since: int | None = None) -> list[Sequence[Any]]:
    """Return what sources told: (source, shop, number, step, refund, at, amount, currency)."""
    s, o = sightings.c, orders.c
    query = (
        select(s.source, o.shop, o.number, s.step, s.refund, s.at, s.amount, s.currency)
        .join(orders, o.id == s.order)
        .where(o.number.is_not(None), s.step.in_(("completed", "refunded")))
    )
    if source:
        query = query.where(s.source == source)
    if since is not None:
        query = query.where(s.at >= since)
    return list(work.connection.execute(query))


def sources(work: Work) -> list[str]:
    """Return every source that told of an order."""
    query = select(sightings.c.source).distinct().order_by(sightings.c.source)
    return list(work.connection.execute(query).scalars())


def held_against(
    lake: duckdb.DuckDBPyConnection, given: Columns, house: str
) -> tuple[list[Line], list[Unlike]]:
    """Hold what was told against what the log holds, by order."""
    lake.register("told", given)
    lake.execute(_BOTH, {"house": house})
    lines = [Line(*row) for row in lake.execute(_LINES).fetchall()]
    unlike = [Unlike(*row) for row in lake.execute(_UNLIKE, [MOST_UNLIKE]).fetchall()]
    lake.unregister("told")
    return lines, unlike


def figures(lake: duckdb.DuckDBPyConnection, since: int, until: int, shop: str) -> Figures:
    """Reckon the paid orders of a time."""
    _gather(lake, since, until, shop)
    row = lake.execute(_FIGURES, {"since": since, "until": until}).fetchone()
    assert row is not None
    return Figures(*row)


def days(
    lake: duckdb.DuckDBPyConnection, starts: Sequence[int], until: int, shop: str
) -> list[tuple[int, int, int, int, int]]:
    """Reckon day by day: its number, paid orders, gross, refunded, returned; the newest first."""
    _gather(lake, starts[0], until, shop)
    numbers = np.arange(len(starts), dtype=np.int64)
    lake.register("given_days", {"day": numbers, "start": np.array(starts, dtype=np.int64)})
    found = lake.execute(_DAYS, {"since": starts[0], "until": until}).fetchall()
    lake.unregister("given_days")
    return [(row[0], row[1], row[2], row[3], row[4]) for row in found]


def _gather(lake: duckdb.DuckDBPyConnection, since: int, until: int, shop: str) -> None:
    lake.execute(_PAID, {"since": since, "until": until, "shop": shop})
    lake.execute(_RETURNED, {"shop": shop})
