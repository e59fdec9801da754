"""The tables of the values, and their questions to the log's lake."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray
from sqlalchemy import JSON, Column, Integer, String, Table, func, select

from coterie.core.clock import HOUR
from coterie.scores.values.model import STEPS, Model, Report, Settings
from coterie.scores.values.orders import NO_AMOUNT, NO_KEY, Told
from coterie.scores.values.people import Counts, Living
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work, in_chunks

_SETTINGS = "scores.value_settings"
settings_rows = Table(
    "value_settings",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", String, nullable=False),
    Column("settings", JSON, nullable=False),
)

model_rows = Table(
    "value_models",
    metadata,
    Column("at", Moment, primary_key=True, autoincrement=False),
    Column("model", JSON, nullable=False),
)

report_rows = Table(
    "value_reports",
    metadata,
    Column("at", Moment, primary_key=True, autoincrement=False),
    Column("report", JSON, nullable=False),
)

due_rows = Table(
    "value_due",
    metadata,
    Column("task", String(16), primary_key=True),
    Column("due", Moment, nullable=False),
)
"""When everybody's values are worked out next: ``values`` daily, ``hours`` weekly."""

future_rows = Table(
    "value_future",
    metadata,
    Column("profile", Integer, primary_key=True, autoincrement=False),
    Column("due", Moment, nullable=False, index=True),
)
"""Whose order, or refund, lies in the future, and when its time comes."""


# What was chosen, learnt and reported


def settings_at(work: Work, at: int) -> Settings:
    """Return the settings in force at a moment: the newest version by then, else the defaults."""
    known: dict[int, Settings] = work.memo.setdefault(_SETTINGS, {})
    if at not in known:
        query = select(settings_rows.c.settings).where(settings_rows.c.at <= at)
        found = work.connection.execute(
            query.order_by(settings_rows.c.version.desc()).limit(1)
        ).scalar()
        known[at] = Settings() if found is None else msgspec.convert(found, Settings)
    return known[at]


def keep_settings(work: Work, settings: Settings) -> None:
    """Keep one more version of the settings; older ones stay."""
    work.memo.pop(_SETTINGS, None)
    row = {"version": settings.version, "at": work.now, "actor": str(work.actor)}
    work.insert(settings_rows, [{**row, "settings": msgspec.to_builtins(settings)}])


def settings_versions(work: Work) -> list[tuple[int, int, str, Settings]]:
    """Return (version, at, actor, settings) of every version, newest first."""
    query = select(settings_rows).order_by(settings_rows.c.version.desc())
    return [
        (row.version, row.at, row.actor, msgspec.convert(row.settings, Settings))
        for row in work.connection.execute(query)
    ]


def model_at(work: Work, at: int) -> Model | None:
    """Return the newest model that was learnt by a moment."""
    query = select(model_rows.c.model).where(model_rows.c.at <= at)
    found = work.connection.execute(query.order_by(model_rows.c.at.desc()).limit(1)).scalar()
    return None if found is None else msgspec.convert(found, Model)


def keep_model(work: Work, model: Model) -> None:
    """Keep what was learnt."""
    row = {"at": model.at, "model": msgspec.to_builtins(model)}
    work.upsert(model_rows, [row], key=["at"], change=["model"])


def keep_report(work: Work, report: Report) -> None:
    """Keep what was told of everybody."""
    row = {"at": report.at, "report": msgspec.to_builtins(report)}
    work.upsert(report_rows, [row], key=["at"], change=["report"])


def reports(work: Work, since: int) -> list[Report]:
    """Return the reports from a moment on, the oldest first."""
    query = select(report_rows.c.report).where(report_rows.c.at >= since)
    rows = work.connection.execute(query.order_by(report_rows.c.at)).scalars()
    return [msgspec.convert(row, Report) for row in rows]


def dues(work: Work) -> dict[str, int]:
    """Return when which task is due."""
    return {row.task: row.due for row in work.connection.execute(select(due_rows))}


def set_due(work: Work, task: str, due: int) -> None:
    """Say when a task is due next."""
    work.upsert(due_rows, [{"task": task, "due": due}], key=["task"], change=["due"])


def keep_future(work: Work, profiles: Collection[int], due: Mapping[int, int]) -> None:
    """Keep when each of these people must be brought up to date; forget it where nothing is due."""
    forget_future(work, profiles)
    work.insert(future_rows, [{"profile": profile, "due": at} for profile, at in due.items()])


def forget_future(work: Work, profiles: Collection[int]) -> int:
    """Forget what lies in these people's future; count those of whom something did."""
    count = 0
    for chunk in in_chunks(profiles):
        gone = future_rows.delete().where(future_rows.c.profile.in_(chunk))
        count += work.connection.execute(gone).rowcount
    return count


def come_due(work: Work) -> list[int]:
    """Return whose order's time has come."""
    query = select(future_rows.c.profile).where(future_rows.c.due <= work.now)
    return list(work.connection.execute(query).scalars())


def next_future(work: Work) -> int | None:
    """Return when the next order's time comes."""
    return work.connection.execute(select(func.min(future_rows.c.due))).scalar()


# What the log tells

_TOLD = """
WITH told AS (
    SELECT profile, time, seq, name, amount,
        json_extract_string(properties, '$.margin') AS margin,
        coalesce(json_extract_string(properties, '$.shop'), '') AS shop,
        coalesce(json_extract_string(properties, '$.order_id'), '') AS number
    FROM events WHERE name IN ($bought, $refunded, $cancelled) AND time <= $at
), named AS (
    SELECT *, CASE WHEN number = '' THEN NULL WHEN shop = '' THEN profile || '|' || number
        ELSE shop || chr(31) || number END AS word
    FROM told
), numbers AS (SELECT word, row_number() OVER () AS key FROM (SELECT DISTINCT word FROM named)
    WHERE word IS NOT NULL)
SELECT profile, time, seq,
    CASE name WHEN $bought THEN 0 WHEN $refunded THEN 1 ELSE 2 END::TINYINT AS kind,
    coalesce(key, -1)::BIGINT AS key, amount, try_cast(margin AS DOUBLE) AS margin
FROM named LEFT JOIN numbers USING (word) ORDER BY profile, time, seq
"""

_LAST = """
SELECT profile, max(time) AS number FROM events
WHERE name IN (SELECT unnest($names)) AND time > $since AND time <= $at
GROUP BY profile ORDER BY profile
"""

_COUNT = """
SELECT profile, count(*) AS number FROM events
WHERE name IN (SELECT unnest($names)) AND time > $since AND time <= $at
GROUP BY profile ORDER BY profile
"""

_HOURS = """
SELECT profile, ((time + {offset}) // {hour}) % 24 AS hour, count(*) AS number FROM events
WHERE type <> 'fact' AND time > $since AND time <= $at
GROUP BY ALL ORDER BY profile, hour
"""


def told(lake: DuckDBPyConnection, at: int) -> Told:
    """Read what was told of orders by a moment."""
    bought, refunded, cancelled = STEPS
    given = {"bought": bought, "refunded": refunded, "cancelled": cancelled, "at": at}
    found = lake.execute(_TOLD, given).fetchnumpy()
    margin = np.ma.filled(found["margin"], np.nan) * 10_000
    has_margin = np.isfinite(margin) & (np.abs(margin) < 2**53)
    return Told(
        profile=_plain(found["profile"], np.int32),
        time=_plain(found["time"], np.int64),
        seq=_plain(found["seq"], np.int64),
        kind=_plain(found["kind"], np.int8),
        key=_plain(found["key"], np.int64, NO_KEY),
        amount=_plain(found["amount"], np.int64, NO_AMOUNT),
        margin=np.where(has_margin, np.round(np.where(has_margin, margin, 0)), NO_AMOUNT).astype(
            np.int64
        ),
    )


def last_of(lake: DuckDBPyConnection, names: Sequence[str], since: int, at: int) -> Counts:
    """Read when people last did one of some events, after one moment and by another."""
    return _counts(lake, _LAST, names, since, at)


def count_of(lake: DuckDBPyConnection, names: Sequence[str], since: int, at: int) -> Counts:
    """Count how often people did one of some events, after one moment and by another."""
    return _counts(lake, _COUNT, names, since, at)


def _counts(
    lake: DuckDBPyConnection, query: str, names: Sequence[str], since: int, at: int
) -> Counts:
    given = {"names": list(names), "since": since, "at": at}
    found = lake.execute(query, given).fetchnumpy()
    return Counts(_plain(found["profile"], np.int32), _plain(found["number"], np.int64))


def hours(
    lake: DuckDBPyConnection, offsets: Sequence[tuple[int, int]], since: int, at: int
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """Count people's events by the hour of the brand's zone; ``offsets`` is what it adds, since."""
    cases = " ".join(f"WHEN time >= {moment} THEN {added}" for moment, added in offsets[::-1])
    query = _HOURS.format(offset=f"CASE {cases} ELSE {offsets[0][1]} END", hour=HOUR)
    found = lake.execute(query, {"since": since, "at": at}).fetchnumpy()
    return (
        _plain(found["profile"], np.int32),
        _plain(found["hour"], np.int64),
        _plain(found["number"], np.int64),
    )


def _plain(values: Any, kind: type[np.generic], missing: int = 0) -> NDArray[Any]:
    filled: NDArray[Any] = np.ma.filled(values, missing) if np.ma.isMaskedArray(values) else values
    return filled.astype(kind)


def living(profiles: NDArray[np.int32], keys: NDArray[np.object_]) -> Living:
    """Put people in order, with the place of each one's bucket key among all."""
    order = np.argsort(profiles, kind="stable")
    tie = np.empty(len(profiles), np.int64)
    tie[np.argsort(keys[order].astype("S32"), kind="stable")] = np.arange(len(profiles))
    return Living(profiles[order], tie)
