"""What people did in a year, read once for a whole portrait, in SQL over the lake."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from coterie.core.clock import DAY, MINUTE, to_datetime
from coterie.events.families import names_of
from coterie.events.log import Log
from coterie.storage.work import Work

YEAR = 365 * DAY
"""How far back orders, sources and stores are looked at, in ms."""

QUARTER = 90 * DAY
"""How far back hours and days are looked at, in ms."""

_SLOT = 15 * MINUTE
"""Every zone's hours begin on a quarter of an hour, so a join tells hours without a calendar."""

Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Raw:
    """Columns as read: who was there at which hour, on how many days, from where, for how much.

    Each has ``profile``; beside it ``hours`` has ``hour``, ``days`` ``days``, ``sources`` and
    ``stores`` ``name``, ``orders`` ``spent`` and ``basket`` in ten-thousandths.
    """

    hours: Columns
    days: Columns
    sources: Columns
    stores: Columns
    orders: Columns


_DONE = """
CREATE TABLE done AS SELECT profile, time, source, store FROM events
WHERE time >= $since AND time <= $now AND type <> 'fact' AND NOT starts_with(name, 'coterie.')
  AND profile IN (SELECT profile FROM asked)
"""

_HOURS = "SELECT DISTINCT profile, hour FROM done JOIN slots ON time // $slot = slots.slot"
_LATELY = " WHERE time >= $lately"
_DAYS = "SELECT profile, count(DISTINCT day)::INTEGER AS days FROM done JOIN slots ON time // $slot = slots.slot"  # noqa: E501

_NUMBER = """CASE WHEN coalesce(json_extract_string(properties, '$.order_id'), '') = ''
    THEN 'event ' || seq ELSE coalesce(json_extract_string(properties, '$.shop') || ' ', '')
         || json_extract_string(properties, '$.order_id') END"""

# An order counts once, by its first event; what was given back later is taken off, and an order
# that was cancelled, or given back in whole, is none. Other currencies are left out.
_ORDERS = f"""
WITH told AS (
  SELECT {_NUMBER} AS number, seq, profile, time, name, amount FROM events
  WHERE name IN (SELECT name FROM words) AND type <> 'fact' AND time >= $since AND time <= $now
    AND profile IN (SELECT profile FROM asked)
    AND coalesce(upper(json_extract_string(properties, '$.currency')), $currency) = $currency
),
paid AS (
  SELECT number, profile, coalesce(amount, 0) AS amount FROM told JOIN words USING (name)
  WHERE step = 'paid' QUALIFY row_number() OVER (PARTITION BY number ORDER BY time, seq) = 1
),
back AS (
  SELECT number, sum(CASE WHEN step = 'refunded' THEN coalesce(amount, 0) ELSE 0 END) AS amount,
         bool_or(step = 'cancelled' OR amount IS NULL) AS whole
  FROM told JOIN words USING (name) WHERE step <> 'paid' GROUP BY number
),
kept AS (
  SELECT p.profile, p.amount, p.amount - coalesce(b.amount, 0) AS net
  FROM paid p LEFT JOIN back b USING (number)
  WHERE NOT coalesce(b.whole OR (b.amount > 0 AND b.amount >= p.amount), false)
)
SELECT profile, sum(net)::BIGINT AS spent, (sum(amount) // count(*))::BIGINT AS basket
FROM kept GROUP BY profile
"""


def read(work: Work, log: Log, people: BitMap, zone: ZoneInfo, currency: str) -> Raw:
    """Read what these people did up to now; days and hours are those of ``zone``."""
    now = work.now
    with log.open_lake(work) as lake:
        _table(lake, "asked", {"profile": np.array(people.to_array(), np.int32)})
        _table(lake, "slots", _slots(now, zone))
        _table(lake, "words", _words())
        lake.execute(_DONE, {"since": now - YEAR, "now": now})
        slots = {"slot": _SLOT, "lately": now - QUARTER}
        return Raw(
            hours=_ask(lake, _HOURS + _LATELY, slots),
            days=_ask(lake, _DAYS + _LATELY + " GROUP BY profile", slots),
            sources=_ask(lake, "SELECT DISTINCT profile, source AS name FROM done"),
            stores=_ask(
                lake, "SELECT DISTINCT profile, store AS name FROM done WHERE store IS NOT NULL"
            ),
            orders=_ask(lake, _ORDERS, {"since": now - YEAR, "now": now, "currency": currency}),
        )


def _slots(now: int, zone: ZoneInfo) -> Columns:
    """Tell hour and day, in the brand's zone, of every quarter of an hour that is looked at."""
    slots = range((now - QUARTER) // _SLOT, now // _SLOT + 1)
    local = [to_datetime(slot * _SLOT).astimezone(zone) for slot in slots]
    return {
        "slot": np.array(slots, np.int64),
        "hour": np.array([one.hour for one in local], np.int32),
        "day": np.array([one.toordinal() for one in local], np.int32),
    }


def _words() -> Columns:
    pairs = [
        (name, step) for step in ("paid", "refunded", "cancelled")
        for name in names_of("order", step)
    ]  # fmt: skip
    return {
        "name": np.array([name for name, _ in pairs], object),
        "step": np.array([step for _, step in pairs], object),
    }


def _table(lake: duckdb.DuckDBPyConnection, name: str, columns: Columns) -> None:
    lake.register("given", columns)
    lake.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
    lake.unregister("given")


def _ask(
    lake: duckdb.DuckDBPyConnection, query: str, values: Mapping[str, int | str] | None = None
) -> Columns:
    return dict(lake.execute(query, dict(values or {})).fetchnumpy())
