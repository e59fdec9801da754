"""The tables of the quota: the dated rules, and each send that took a place."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Column, Index, Integer, String, Table, and_, func, or_, select

from coterie.channels.wecom.sends.quota.rules import Rule
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work, in_chunks

rule_rows = Table(
    "wecom_quota_rules",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("per", String, nullable=False),
    Column("number", Integer, nullable=False),
    Column("span", String, nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment),
    Column("source", String, nullable=False),
)

use_rows = Table(
    "wecom_quota_uses",
    metadata,
    Column("key", String, primary_key=True),
    Column("subject", String, nullable=False),
    Column("day", Integer),
    Index("ix_wecom_quota_uses_subject_day", "subject", "day"),
)
"""A send that takes a place: on its day (the ordinal of the platform's date) once it went, and
until then, without a day, wherever it may still go: a guide may confirm next month."""
_R, _U = rule_rows.c, use_rows.c


def rules(work: Work, *, lock: bool = False) -> list[Rule]:
    """Return every rule, the oldest first; ``lock``: nobody else counts until the commit."""
    query = select(rule_rows).order_by(_R.since, _R.id)
    if lock:
        query = query.with_for_update()
    return [Rule(**row._asdict()) for row in work.connection.execute(query)]


def add(work: Work, rule: Rule) -> None:
    """Write a rule as a new row."""
    row = asdict(rule)
    del row["id"]
    work.insert(rule_rows, [row])


def close(work: Work, rule: int, until: int) -> None:
    """Let a rule end."""
    work.connection.execute(rule_rows.update().where(_R.id == rule).values(until=until))


def remove(work: Work, rule: int) -> None:
    """Remove a rule that never held, or never will."""
    work.connection.execute(rule_rows.delete().where(_R.id == rule))


def counts(work: Work, subjects: Collection[str], first: int, last: int) -> dict[str, int]:
    """Count what took a place of these in a window, or still may."""
    found: dict[str, int] = {}
    inside = or_(_U.day.is_(None), and_(_U.day >= first, _U.day <= last))
    for chunk in in_chunks(subjects):
        query = select(_U.subject, func.count()).where(_U.subject.in_(chunk), inside)
        for subject, number in work.connection.execute(query.group_by(_U.subject)):
            found[subject] = number
    return found


def there(work: Work, keys: Collection[str]) -> set[str]:
    """Return which of these have a place."""
    return {
        key
        for chunk in in_chunks(keys)
        for key in work.connection.execute(select(_U.key).where(_U.key.in_(chunk))).scalars()
    }


def keep(work: Work, rows: Sequence[dict[str, Any]]) -> None:
    """Write places by their key, over what was there."""
    work.upsert(use_rows, rows, key=["key"], change=["subject", "day"])


def drop(work: Work, keys: Collection[str]) -> None:
    """Give places back."""
    for chunk in in_chunks(keys):
        work.connection.execute(use_rows.delete().where(_U.key.in_(chunk)))


def forget(work: Work, subjects: Collection[str]) -> None:
    """Forget the places of some customers."""
    for chunk in in_chunks(subjects):
        work.connection.execute(use_rows.delete().where(_U.subject.in_(chunk)))


def forget_before(work: Work, day: int) -> None:
    """Forget what lies before a day."""
    work.connection.execute(use_rows.delete().where(_U.day < day))
