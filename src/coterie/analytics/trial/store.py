"""One experiment out of the log, in SQL over the lake: a row a person, then a few sums of it."""

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from coterie.analytics.model import ANY
from coterie.analytics.store import DRAWN, Drawn, behaviour_of, hand_in
from coterie.analytics.trial.model import (
    GUARDS,
    UNIVERSAL,
    ArmSum,
    Cell,
    DaySum,
    Measured,
    Question,
    Stage,
    UnitSum,
)
from coterie.core.clock import DAY
from coterie.core.numbers import SCALE
from coterie.events.families import names_of
from coterie.events.log import Log
from coterie.experiments.change import Periods
from coterie.experiments.ratios import Sums
from coterie.storage.work import Work

T = TypeVar("T")

_MINE = """
  SELECT profile, min(moment) AS moment, arg_min(held_out, moment) AS held_out,
         arg_min(unit, moment) AS unit
  FROM first_drawn
  WHERE origin IN (SELECT unnest($origins)) AND profile NOT IN (SELECT profile FROM mixed)
  GROUP BY profile
"""

# Whom the gate leaves out of everything it holds for that reason; all others it let on are treated,
# the shadows of journeys among them. What it held before it asked for the holdout draws nobody.
_EVERYBODY = """
  SELECT profile, min(moment) AS moment, arg_min(held_out, moment) AS held_out, NULL AS unit
  FROM (
    SELECT s.profile, s.moment, s.stopped AS held_out
    FROM said s WHERE NOT s.stopped OR s.reason = 'holdout'
  ) WHERE moment <= $until AND len($origins) > 0 GROUP BY profile
"""


def _names(*steps: str) -> str:
    return ", ".join(f"'{name}'" for step in steps for name in names_of("order", step))


_PAID, _BACK = _names("paid"), _names("refunded", "cancelled")

_WITHIN = "e.time > m.moment AND e.time <= m.moment + $window"

_TRIAL = (
    "CREATE TEMP TABLE trial AS WITH"
    + DRAWN
    + f""",
mine AS ({{mine}}),
deeds AS (
  SELECT m.profile,
    min(e.time) FILTER (({{outcome}}) AND {_WITHIN}) AS first,
    count(*) FILTER (({{outcome}}) AND {_WITHIN}) AS after,
    count(*) FILTER (({{outcome}}) AND e.time <= m.moment AND e.time > m.moment - $window)
      AS before,
    count(*) FILTER (({{outcome}}) AND e.time <= m.moment - $window
                     AND e.time > m.moment - $window - $window) AS earlier,
    bool_or(({{behaviour}}) AND e.time <= m.moment) AS known,
    bool_or(name IN ('Consent Withdrawn', 'Unsubscribed') AND {_WITHIN}) AS opted_out,
    bool_or(name IN ('coterie.message.bounced', 'Email Bounced') AND {_WITHIN}) AS bounced,
    bool_or(name IN ('coterie.message.complained', 'Email Marked as Spam') AND {_WITHIN})
      AS complained,
    bool_or(name IN ({_BACK}) AND {_WITHIN}) AS refunded,
    count(*) FILTER (name IN ({_PAID}) AND {_WITHIN}) AS orders,
    coalesce(sum(CASE WHEN name IN ({_PAID}) THEN amount ELSE -amount END)
      FILTER (name IN ({_PAID}, {_BACK}) AND {_WITHIN}), 0)::BIGINT AS worth
  FROM mine m JOIN events e ON e.profile = m.profile
  WHERE NOT starts_with(e.name, 'coterie.')
     OR e.name IN ('coterie.message.bounced', 'coterie.message.complained')
  GROUP BY m.profile
),
told AS (
  SELECT profile, bool_or(NOT stopped) AS reached, bool_or(name = 'coterie.message.sent') AS sent,
         bool_or(name = 'coterie.message.held') AS held
  FROM said WHERE origin IN (SELECT unnest($origins)) OR {{every}} GROUP BY profile
)
SELECT m.profile, m.moment, m.held_out, m.unit, m.moment + $window <= $until AS settled,
       d.first, coalesce(d.after, 0) AS after, coalesce(d.before, 0) AS before,
       coalesce(d.earlier, 0) AS earlier, coalesce(d.known, false) AS known,
       coalesce(d.opted_out, false) AS opted_out, coalesce(d.bounced, false) AS bounced,
       coalesce(d.complained, false) AS complained, coalesce(d.refunded, false) AS refunded,
       coalesce(d.orders, 0) AS orders, coalesce(d.worth, 0) / $scale AS worth,
       coalesce(t.reached, false) AS reached, coalesce(t.sent, false) AS sent,
       coalesce(t.held AND NOT t.reached, false) AS held
FROM mine m LEFT JOIN deeds d USING (profile) LEFT JOIN told t USING (profile)
"""
)

_STAGES = """
SELECT held_out, count(*), count(*) FILTER (reached), count(*) FILTER (sent),
       count(*) FILTER (held), count(*) FILTER (settled), count(*) FILTER (settled AND after > 0)
FROM trial GROUP BY held_out
"""

_FIRST_DAYS = """
SELECT held_out, (first - moment - 1) // $day, count(*) FROM trial
WHERE settled AND first IS NOT NULL GROUP BY ALL
"""

_CELLS = """
SELECT held_out, after > 0, before > 0, NOT known, count(*) FROM trial
WHERE settled GROUP BY ALL ORDER BY ALL
"""

_DAYS = """
SELECT held_out, (moment + $window) // $day, count(*), count(*) FILTER (after > 0) FROM trial
WHERE settled GROUP BY ALL ORDER BY 2, 1
"""

_UNITS = """
SELECT held_out, unit, count(*), count(*) FILTER (after > 0) FROM trial
WHERE settled GROUP BY ALL ORDER BY ALL
"""

_SUMS = """
count(*), sum(before), sum(after), sum(before * before), sum(after * after), sum(before * after),
sum(earlier), sum(earlier * earlier), sum(earlier * before)
"""

_PERIODS = f"SELECT held_out, {_SUMS} FROM trial WHERE settled GROUP BY held_out"

# The others are known people who were never drawn, looked at from the moment that lies in the
# middle of the treated's: what changes for everybody changes for them too.
_OTHERS = f"""
WITH middle AS (
  SELECT quantile_disc(moment, 0.5) AS moment FROM trial WHERE settled AND NOT held_out
),
deeds AS (
  SELECT e.profile,
    count(*) FILTER (({{outcome}}) AND {_WITHIN}) AS after,
    count(*) FILTER (({{outcome}}) AND e.time <= m.moment AND e.time > m.moment - $window)
      AS before,
    count(*) FILTER (({{outcome}}) AND e.time <= m.moment - $window
                     AND e.time > m.moment - $window - $window) AS earlier
  FROM events e CROSS JOIN middle m ANTI JOIN trial t ON t.profile = e.profile
  WHERE NOT starts_with(e.name, 'coterie.')
  GROUP BY e.profile HAVING bool_or(({{behaviour}}) AND e.time <= m.moment)
)
SELECT {_SUMS} FROM deeds
"""

_GUARDS = f"""
SELECT held_out, {", ".join(f"count(*) FILTER (settled AND {name})" for name in GUARDS)}
FROM trial GROUP BY held_out
"""

_WORTH = """
WITH buyers AS (SELECT quantile_cont(worth, 0.99) AS top FROM trial WHERE settled AND worth > 0),
cut AS (
  SELECT held_out, orders, least(worth, coalesce(top, 0.0)) AS worth
  FROM trial CROSS JOIN buyers WHERE settled
)
SELECT held_out, count(*), sum(worth), sum(orders), sum(worth * worth), sum(orders * orders),
       sum(worth * orders)
FROM cut GROUP BY held_out
"""

# Arms are drawn among the treated when they come to the node: each counts from there on.
_ARMS = """
WITH drew AS (
  SELECT e.profile, json_extract_string(properties, '$.node') AS node, min(time) AS moment,
         arg_min(json_extract_string(properties, '$.arm'), time) AS arm
  FROM events e JOIN trial t USING (profile)
  WHERE name = 'coterie.journey.drawn' AND NOT t.held_out AND time <= $until
    AND 'journey:' || json_extract_string(properties, '$.journey') IN (SELECT unnest($origins))
  GROUP BY 1, 2
),
followed AS (
  SELECT m.node, m.profile, m.arm, m.moment + $window <= $until AS settled, count(e.time) AS did
  FROM drew m LEFT JOIN (SELECT profile, time FROM events WHERE {outcome}) e
    ON e.profile = m.profile AND e.time > m.moment AND e.time <= m.moment + $window
  GROUP BY ALL
)
SELECT node, arm, count(*) FILTER (settled), count(*) FILTER (settled AND did > 0),
       count(*) FILTER (NOT settled)
FROM followed GROUP BY node, arm
"""

_MEANT = """
SELECT json_extract_string(properties, '$.node') AS node,
       arg_max(json_extract_string(properties, '$.arms'), time)
FROM events
WHERE name = 'coterie.journey.drawn' AND time <= $until
  AND 'journey:' || json_extract_string(properties, '$.journey') IN (SELECT unnest($origins))
GROUP BY node ORDER BY node
"""


def measure(
    work: Work,
    log: Log,
    asked: Question,
    left_out: Sequence[Drawn],
    mixed: Sequence[tuple[str, int]],
) -> Measured:
    """Count one experiment; ``left_out`` and ``mixed`` as ``store.outcomes`` takes them."""
    values: dict[str, Any] = {"window": asked.window, "until": asked.until}
    named = {} if asked.event == ANY else {"event": asked.event}
    origins = {"origins": list(asked.origins)}
    with log.open_lake(work) as lake:
        hand_in(lake, left_out, mixed)
        lake.execute(_filled(_TRIAL, asked), {**values, **named, **origins, "scale": float(SCALE)})

        def rows(query: str, *wanted: str) -> list[tuple[Any, ...]]:
            given = {**values, **named, **origins, "day": DAY}
            return lake.execute(query, {name: given[name] for name in wanted}).fetchall()

        used = ("window", *named)
        return Measured(
            stages=_both({bool(row[0]): Stage(*row[1:]) for row in rows(_STAGES)}, Stage()),
            first_day=_first_days(rows(_FIRST_DAYS, "day"), asked.window // DAY),
            cells=tuple(Cell(*row) for row in rows(_CELLS)),
            days=tuple(DaySum(*row) for row in rows(_DAYS, "window", "day")),
            units=tuple(UnitSum(*row) for row in rows(_UNITS)),
            periods=_both({bool(row[0]): _periods(row[1:]) for row in rows(_PERIODS)}, NOBODY),
            others=_periods(rows(_filled(_OTHERS, asked), *used)[0]),
            guards=_both({bool(row[0]): row[1:] for row in rows(_GUARDS)}, (0,) * len(GUARDS)),
            worth=_both({bool(row[0]): _sums(row[1:]) for row in rows(_WORTH)}, NO_WORTH),
            arms=_arms(
                rows(_filled(_ARMS, asked), "until", "origins", *used),
                rows(_MEANT, "until", "origins"),
            ),
        )  # fmt: skip


NOBODY = Periods(0, 0.0, 0.0, 0.0, 0.0, 0.0)
NO_WORTH = Sums(0, 0.0, 0.0, 0.0, 0.0, 0.0)


def _filled(query: str, asked: Question) -> str:
    every = UNIVERSAL in asked.origins
    parts = {
        "mine": _EVERYBODY if every else _MINE,
        "outcome": behaviour_of(asked.event),
        "behaviour": behaviour_of(ANY),
        "every": "true" if every else "false",
    }
    for name, text in parts.items():
        query = query.replace(f"{{{name}}}", text)
    return query


def _both(by_arm: dict[bool, T], none: T) -> tuple[T, T]:
    return by_arm.get(False, none), by_arm.get(True, none)


def _first_days(
    rows: Sequence[tuple[Any, ...]], days: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    found = {False: [0] * days, True: [0] * days}
    for held_out, day, people in rows:
        found[bool(held_out)][day] += people
    return tuple(found[False]), tuple(found[True])


def _arms(
    counts: Sequence[tuple[Any, ...]], meant: Sequence[tuple[Any, ...]]
) -> tuple[ArmSum, ...]:
    """Put counts under the arms as they were meant last, in the order in which they are written."""
    found = {(node, arm): tuple(numbers) for node, arm, *numbers in counts}
    return tuple(
        ArmSum(node, arm, int(share), *found.get((node, arm), (0, 0, 0)))
        for node, arms in meant
        for arm, share in msgspec.json.decode(arms or "{}").items()
    )


def _sums(row: Sequence[Any]) -> Sums:
    people, *sums = row
    return Sums(int(people), *(float(value or 0) for value in sums))


def _periods(row: Sequence[Any]) -> Periods:
    people, *sums = row
    return Periods(int(people), *(float(value or 0) for value in sums))
