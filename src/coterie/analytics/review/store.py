"""A campaign out of the log, in SQL over the lake: a row a member, a row an order, then sums.

The tables are made once and asked many times. Everything is counted in whole numbers, so that the
same log gives the same figures whoever adds it up, and in whatever order.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import numpy as np

from coterie.analytics.review.definitions import (
    ACTIVE,
    CANCELLED,
    CONTENT,
    DRAWN,
    EXPIRED,
    ISSUED,
    JOINED,
    LEFT,
    ONLINE,
    PAID,
    REDEEMED,
    REFERRED,
    REFUNDED,
    REVOKED,
    ROLLED_BACK,
    STAGES,
    VISITED,
)
from coterie.analytics.review.model import (
    HOWS,
    NO_ARM,
    NOBODY,
    PLACES,
    ArmSums,
    Coupons,
    Day,
    Measured,
    Part,
    Placed,
    Scope,
    Step,
    Store,
    Total,
)
from coterie.core.clock import local_date, midnight
from coterie.core.numbers import SCALE
from coterie.events.log import Log
from coterie.experiments.change import Periods
from coterie.storage.work import Work


def _said(key: str) -> str:
    return f"json_extract_string(properties, '$.{key}')"


def _list(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


_FATES = (ISSUED, REDEEMED, ROLLED_BACK, EXPIRED, REVOKED)
_AMOUNT = f"(TRY_CAST({_said('amount')} AS DECIMAL(18, 4)) * {SCALE})::BIGINT"

_MEMBERS = f"""
CREATE TABLE stays AS
SELECT profile, time, seq, {_said("group")} AS grp, {_said("chat")} AS chat,
       nullif({_said("code")}, '') AS code, nullif({_said("scene")}, '') AS scene,
       nullif({_said("inviter")}, '') AS inviter
FROM events
WHERE name = '{JOINED}' AND time >= $since AND time < $until
  AND ({_said("campaign")} = $slug OR list_contains($codes, {_said("code")}));

CREATE TABLE members AS
WITH first AS (
  SELECT * FROM stays QUALIFY row_number() OVER (PARTITION BY profile ORDER BY time, seq) = 1
),
referred AS (
  SELECT DISTINCT profile FROM events
  WHERE name = '{REFERRED}' AND time >= $since AND time < $until
    AND {_said("programme")} = $programme
)
SELECT f.profile, f.time AS joined, d.day, d.start AS floor, f.grp, f.chat,
  CASE WHEN r.profile IS NOT NULL THEN 'fission'
       WHEN f.scene IN ('invited', 'link') THEN 'invitation'
       WHEN f.scene = 'scanned' OR f.code IS NOT NULL THEN 'code'
       WHEN f.inviter IS NOT NULL THEN 'invitation'
       ELSE 'other' END AS how
FROM first f ASOF JOIN days d ON f.time >= d.start
LEFT JOIN referred r ON r.profile = f.profile
"""

# What members did by themselves counts from the moment they joined; visits and orders from that
# day on, since who comes to the till is often asked into the group there.
_DEEDS = f"""
CREATE TABLE deeds AS
SELECT e.profile, e.seq, e.time, e.name IN ({_list(ONLINE)}) AS online,
       e.name IN ({_list(CONTENT)}) AND e.seq IN (SELECT seq FROM event_items) AS seeds
FROM events e JOIN members m USING (profile)
WHERE e.time >= m.joined AND e.time < $until AND e.name IN ({_list(ACTIVE)});

CREATE TABLE visits AS
SELECT e.profile, e.time, d.day, {_said("store")} AS store
FROM (SELECT e.* FROM events e JOIN members m USING (profile)
      WHERE e.name = '{VISITED}' AND e.time >= m.floor AND e.time < $until) e
ASOF JOIN days d ON e.time >= d.start
"""

# An order counts once, at its first telling; one without a number of its own is its event's.
_ORDERS = f"""
CREATE TABLE told AS
SELECT profile, time, seq, name, store, amount,
       coalesce(nullif({_said("shop")}, ''), source) AS shop,
       coalesce(nullif({_said("order_id")}, ''), 'event ' || seq) AS number
FROM events WHERE name IN ('{PAID}', '{REFUNDED}', '{CANCELLED}') AND type <> 'fact';

CREATE TABLE back AS
SELECT shop, number, sum(CASE WHEN name = '{REFUNDED}' THEN coalesce(amount, 0) ELSE 0 END)::BIGINT
         AS refunded, bool_or(name = '{CANCELLED}' OR amount IS NULL) AS whole
FROM told WHERE name <> '{PAID}' GROUP BY shop, number;

CREATE TABLE sold AS
SELECT p.shop, p.number, p.profile, p.time, p.store, coalesce(p.amount, 0) AS amount,
       coalesce(b.refunded, 0) AS refunded,
       coalesce(b.whole OR (b.refunded > 0 AND b.refunded >= p.amount), false) AS gone
FROM (SELECT * FROM told WHERE name = '{PAID}'
      QUALIFY row_number() OVER (PARTITION BY shop, number ORDER BY time, seq) = 1) p
LEFT JOIN back b USING (shop, number);

CREATE TABLE orders AS
SELECT s.*, d.day, s.amount - s.refunded AS net,
  CASE WHEN list_contains($physical, s.store) THEN 'offline'
       WHEN s.store IS NULL OR list_contains($online, s.store) THEN 'online'
       ELSE 'elsewhere' END AS place,
  EXISTS (SELECT 1 FROM deeds x WHERE x.profile = s.profile AND x.online AND x.time < s.time)
    AS read_before,
  EXISTS (SELECT 1 FROM visits x WHERE x.profile = s.profile AND x.time < s.time) AS came_before
FROM (SELECT s.* FROM sold s JOIN members m USING (profile)
      WHERE s.time >= m.floor AND s.time < $until) s
ASOF JOIN days d ON s.time >= d.start
"""

# Each step at or after the one before; the earliest moment leaves most room for the next.
_WALKED = """
CREATE TABLE walked AS
WITH active AS (SELECT profile, min(time) AS active, min(time) FILTER (seeds) AS seeded
                FROM deeds GROUP BY profile),
came AS (SELECT profile, min(time) AS came FROM visits GROUP BY profile),
bought AS (SELECT profile, min(time) AS bought, count(*) AS orders, sum(net)::BIGINT AS revenue
           FROM orders WHERE NOT gone GROUP BY profile),
then_came AS (SELECT v.profile, min(v.time) AS visited
              FROM visits v JOIN active a USING (profile) WHERE v.time >= a.seeded GROUP BY 1),
then_bought AS (SELECT o.profile, min(o.time) AS paid
                FROM orders o JOIN then_came t USING (profile)
                WHERE NOT o.gone AND o.time >= t.visited GROUP BY 1)
SELECT m.profile, m.day, m.grp, m.how, m.joined, a.active, a.seeded, t.visited, b.paid,
       c.came, x.bought, coalesce(x.orders, 0) AS orders, coalesce(x.revenue, 0) AS revenue
FROM members m LEFT JOIN active a USING (profile) LEFT JOIN came c USING (profile)
LEFT JOIN bought x USING (profile) LEFT JOIN then_came t USING (profile)
LEFT JOIN then_bought b USING (profile)
"""

_LEAVING = f"""
CREATE TABLE leaving AS
SELECT e.profile, d.day
FROM (SELECT e.profile, e.time FROM events e JOIN members m USING (profile)
      WHERE e.name = '{LEFT}' AND e.time >= m.joined AND e.time < $until
        AND ({_said("campaign")} = $slug OR {_said("chat")} IN (SELECT chat FROM stays))) e
ASOF JOIN days d ON e.time >= d.start
"""

_TOTAL = """
SELECT count(*), (SELECT count(DISTINCT profile) FROM leaving), count(active), count(seeded),
       (SELECT count(DISTINCT (profile, day)) FROM visits), count(came), count(bought),
       coalesce(sum(orders), 0)::BIGINT, coalesce(sum(revenue), 0)::BIGINT,
       (SELECT coalesce(sum(refunded) FILTER (NOT gone), 0)::BIGINT FROM orders),
       (SELECT count(*) FILTER (gone) FROM orders)
FROM walked
"""

_DAYS = """
WITH firsts AS (
  SELECT 'joined' AS what, day FROM members
  UNION ALL SELECT 'active', d.day FROM walked w ASOF JOIN days d ON w.active >= d.start
  UNION ALL SELECT 'visitors', d.day FROM walked w ASOF JOIN days d ON w.came >= d.start
  UNION ALL SELECT 'buyers', d.day FROM walked w ASOF JOIN days d ON w.bought >= d.start
  UNION ALL SELECT 'left', day FROM (SELECT DISTINCT profile, day FROM leaving)
  UNION ALL SELECT 'visits', day FROM (SELECT DISTINCT profile, day FROM visits)
)
SELECT what, day, count(*)::BIGINT FROM firsts GROUP BY ALL
UNION ALL SELECT 'orders', day, count(*) FROM orders WHERE NOT gone GROUP BY day
UNION ALL SELECT 'revenue', day, sum(net)::BIGINT FROM orders WHERE NOT gone GROUP BY day
"""

_STEPS = """
SELECT count(joined), count(active), count(seeded), count(visited), count(paid),
       count(joined), count(active), count(seeded), count(came), count(bought),
       quantile_disc(active - joined, 0.5), quantile_disc(seeded - active, 0.5),
       quantile_disc(visited - seeded, 0.5), quantile_disc(paid - visited, 0.5)
FROM walked
"""

_PARTS = """
SELECT {by}, count(*), count(active), count(came), count(bought), sum(revenue)::BIGINT
FROM walked GROUP BY 1 ORDER BY 2 DESC, 1
"""

_STORES = """
WITH seen AS (SELECT store, count(DISTINCT (profile, day)) AS visits FROM visits GROUP BY store),
paid AS (SELECT store, count(*) AS orders, count(DISTINCT profile) AS buyers,
                sum(net)::BIGINT AS revenue FROM orders WHERE NOT gone GROUP BY store)
SELECT coalesce(s.store, p.store, ''), coalesce(s.visits, 0), coalesce(p.orders, 0),
       coalesce(p.buyers, 0), coalesce(p.revenue, 0) AS revenue
FROM seen s FULL JOIN paid p ON p.store IS NOT DISTINCT FROM s.store ORDER BY revenue DESC, 1
"""

_PLACES = """
SELECT place, count(*), sum(net)::BIGINT, count(*) FILTER (helped),
       coalesce(sum(net) FILTER (helped), 0)::BIGINT
FROM (SELECT *, CASE place WHEN 'offline' THEN read_before WHEN 'online' THEN came_before
                ELSE false END AS helped FROM orders WHERE NOT gone) GROUP BY place
"""

_PROMISED = f"""
CREATE TABLE promised AS
SELECT profile, time, name, coalesce({_AMOUNT}, 0) AS amount FROM events
WHERE name IN ({_list(_FATES)})
  AND ({_said("campaign")} = $slug OR list_contains($templates, {_said("template")}))
"""

_COUPONS = f"""
SELECT {", ".join(f"count(*) FILTER (name = '{name}')" for name in _FATES)},
       coalesce(sum(CASE name WHEN '{REDEEMED}' THEN amount WHEN '{ROLLED_BACK}' THEN -amount
                ELSE 0 END), 0)::BIGINT
FROM promised
"""

# Everybody drawn, in the arm of her first draw, and everybody else who was known before.
_PEOPLE = f"""
CREATE TABLE people AS
WITH drew AS (
  SELECT profile, arg_min({_said("arm")}, seq) AS arm, count(DISTINCT {_said("arm")}) > 1 AS mixed
  FROM events WHERE name = '{DRAWN}' AND {_said("campaign")} = $slug GROUP BY profile
),
known AS (SELECT DISTINCT profile FROM events WHERE time < $since
          UNION SELECT profile FROM drew),
spent AS (
  SELECT profile,
    sum(CASE WHEN time >= $since THEN amount - refunded ELSE 0 END) AS after,
    sum(CASE WHEN time >= $since - $span AND time < $since THEN amount - refunded ELSE 0 END)
      AS before,
    sum(CASE WHEN time < $since - $span THEN amount - refunded ELSE 0 END) AS earlier
  FROM sold WHERE NOT gone AND time >= $since - $span - $span AND time < $until GROUP BY profile
),
hidden AS (
  SELECT profile, sum(CASE name WHEN '{REDEEMED}' THEN amount WHEN '{ROLLED_BACK}' THEN -amount
                      ELSE 0 END) AS amount
  FROM promised WHERE time >= $since AND time < $until GROUP BY profile
)
SELECT k.profile, d.arm, coalesce(d.mixed, false) AS mixed, m.profile IS NOT NULL AS is_member,
       coalesce(s.after, 0)::HUGEINT AS after, coalesce(s.before, 0)::HUGEINT AS before,
       coalesce(s.earlier, 0)::HUGEINT AS earlier,
       (coalesce(s.after, 0) + coalesce(h.amount, 0))::HUGEINT AS worth
FROM known k LEFT JOIN drew d USING (profile) LEFT JOIN members m USING (profile)
LEFT JOIN spent s USING (profile) LEFT JOIN hidden h USING (profile)
"""

_SUMS = """
count(*), sum(before), sum(after), sum(before * before), sum(after * after), sum(before * after),
sum(earlier), sum(earlier * earlier), sum(earlier * before)
"""

_ARMS = f"""
SELECT arm, {_SUMS}, count(*) FILTER (after > 0), count(*) FILTER (is_member),
       sum(worth), sum(worth * worth)
FROM people WHERE arm IS NOT NULL AND NOT mixed GROUP BY arm
"""

_KNOWN = f"SELECT is_member, {_SUMS} FROM people GROUP BY is_member"

_MIXED = "SELECT count(*) FILTER (mixed) FROM people"

_SOLD = "SELECT shop, number FROM orders WHERE NOT gone ORDER BY 1, 2"


def measure(work: Work, log: Log, scope: Scope, zone: ZoneInfo) -> Measured:
    """Read everything that the log says of one campaign."""
    with log.open_lake(work) as lake:
        dates = _prepare(lake, scope, zone)
        total = Total(*_row(lake, _TOTAL))
        arms = {arm: _arm(sums) for arm, *sums in lake.execute(_ARMS).fetchall()}
        known = {is_member: _periods(sums) for is_member, *sums in lake.execute(_KNOWN).fetchall()}
        return Measured(
            total=total,
            days=_days(lake, dates),
            steps=_steps(_row(lake, _STEPS)),
            ways=_ways(lake),
            groups=_parts(lake, "coalesce(grp, '')"),
            stores=tuple(Store(*row) for row in lake.execute(_STORES).fetchall()),
            places=_places(lake),
            coupons=Coupons(*_row(lake, _COUPONS)),
            invited=arms.get("invited", NO_ARM),
            held_out=arms.get("held_out", NO_ARM),
            contaminated=_row(lake, _MIXED)[0],
            known=(known.get(True, NOBODY), known.get(False, NOBODY)),
            orders=tuple(lake.execute(_SOLD).fetchall()),
        )


def _prepare(lake: duckdb.DuckDBPyConnection, scope: Scope, zone: ZoneInfo) -> list[date]:
    """Lay out the tables that all sums are taken of; return the campaign's days."""
    first, last = local_date(scope.since, zone), local_date(scope.until - 1, zone)
    dates = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    begins = {
        "start": np.array([midnight(day, zone) for day in dates], dtype=np.int64),
        "day": np.arange(len(dates), dtype=np.int32),
    }
    lake.register("given_days", begins)
    lake.execute("CREATE TABLE days AS SELECT * FROM given_days")
    lake.unregister("given_days")
    values: dict[str, Any] = {
        "slug": scope.slug, "since": scope.since, "until": scope.until,
        "span": scope.until - scope.since, "codes": list(scope.codes),
        "templates": list(scope.templates), "programme": scope.programme or "",
        "physical": sorted(scope.physical), "online": sorted(scope.online),
    }  # fmt: skip
    for part in (_MEMBERS, _DEEDS, _ORDERS, _WALKED, _LEAVING, _PROMISED, _PEOPLE):
        for statement in part.split(";"):
            used = {name: value for name, value in values.items() if f"${name}" in statement}
            lake.execute(statement, used)
    return dates


def _row(lake: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    [row] = lake.execute(query).fetchall()
    return tuple(row)


def _days(lake: duckdb.DuckDBPyConnection, dates: Sequence[date]) -> tuple[Day, ...]:
    found: dict[int, dict[str, int]] = {}
    for what, day, number in lake.execute(_DAYS).fetchall():
        found.setdefault(day, {})[what] = number
    return tuple(Day(day, **found.get(n, {})) for n, day in enumerate(dates))


def _steps(row: Sequence[Any]) -> tuple[Step, ...]:
    people, in_all, medians = row[:5], row[5:10], (None, *row[10:])
    before = (people[0], *people)
    return tuple(
        Step(key, people[n], before[n] - people[n], in_all[n], medians[n])
        for n, key in enumerate(STAGES)
    )


def _parts(lake: duckdb.DuckDBPyConnection, by: str) -> tuple[Part, ...]:
    return tuple(Part(*row) for row in lake.execute(_PARTS.replace("{by}", by)).fetchall())


def _ways(lake: duckdb.DuckDBPyConnection) -> tuple[Part, ...]:
    found = {part.key: part for part in _parts(lake, "how")}
    return tuple(found.get(how, Part(how, 0, 0, 0, 0, 0)) for how in HOWS)


def _places(lake: duckdb.DuckDBPyConnection) -> tuple[Placed, ...]:
    found = {place: Placed(place, *rest) for place, *rest in lake.execute(_PLACES).fetchall()}
    return tuple(found.get(place, Placed(place)) for place in PLACES)


def _periods(sums: Sequence[Any]) -> Periods:
    """Turn scaled sums into the currency's."""
    people, before, after, before2, after2, product, earlier, earlier2, earlier_product = sums
    one, two = SCALE, SCALE * SCALE
    return Periods(
        people=people, before=before / one, after=after / one, before_squares=before2 / two,
        after_squares=after2 / two, products=product / two, earlier=earlier / one,
        earlier_squares=earlier2 / two, earlier_products=earlier_product / two,
    )  # fmt: skip


def _arm(sums: Sequence[Any]) -> ArmSums:
    *periods, buyers, members, value, squares = sums
    return ArmSums(_periods(periods), buyers, members, value / SCALE, squares / SCALE / SCALE)
