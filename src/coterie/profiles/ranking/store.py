"""Counts and tops of fading traits; the tables are those of ``slices``."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, func, literal, select

from coterie.profiles.slices.store import fading_name_rows, fading_rows
from coterie.storage.work import Work, in_chunks

_LEVEL = fading_rows.c.level


def counts(work: Work, prefix: str, lowest: float) -> dict[str, int]:
    """Count who has each trait of a prefix at such a level at least, as it is worth now."""
    query = (
        select(fading_name_rows.c.name, func.count().label("people"))
        .join(fading_rows, and_(fading_rows.c.trait == fading_name_rows.c.id, _at(work, lowest)))
        .where(fading_name_rows.c.name.startswith(prefix, autoescape=True))
        .group_by(fading_name_rows.c.name)
    )
    return {row.name: row.people for row in work.connection.execute(query)}


def top(
    work: Work, name: str, lowest: float, limit: int, offset: int
) -> list[tuple[int, float, int]]:
    """Return (profile, level, half_life) of who has most of a trait, the most first."""
    query = (
        select(fading_rows.c.profile, _LEVEL, fading_name_rows.c.half_life)
        .join(fading_name_rows, fading_rows.c.trait == fading_name_rows.c.id)
        .where(fading_name_rows.c.name == name, _at(work, lowest))
        .order_by(_LEVEL.desc(), fading_rows.c.profile)
        .limit(limit)
        .offset(offset)
    )
    return [(row.profile, row.level, row.half_life) for row in work.connection.execute(query)]


def shared(work: Work, name: str, prefix: str, lowest: float, among: int) -> dict[str, int]:
    """Count, of those who have most of a trait, who has each trait of a prefix as well.

    ``among`` says how many of them at most; the trait itself tells how many they were.
    """
    keenest = (
        select(fading_rows.c.profile)
        .join(fading_name_rows, fading_rows.c.trait == fading_name_rows.c.id)
        .where(fading_name_rows.c.name == name, _at(work, lowest))
        .order_by(_LEVEL.desc(), fading_rows.c.profile)
        .limit(among)
        .subquery()
    )
    query = (
        select(fading_name_rows.c.name, func.count().label("people"))
        .select_from(keenest)
        .join(fading_rows, fading_rows.c.profile == keenest.c.profile)
        .join(
            fading_name_rows,
            and_(fading_rows.c.trait == fading_name_rows.c.id, _at(work, lowest)),
        )
        .where(fading_name_rows.c.name.startswith(prefix, autoescape=True))
        .group_by(fading_name_rows.c.name)
    )
    return {row.name: row.people for row in work.connection.execute(query)}


def having(
    work: Work, prefix: str, lowest: float, among: Collection[int] | None
) -> list[tuple[str, int, float, int]]:
    """Return (name, profile, level, half_life) of traits of a prefix at such a level at least."""
    query = (
        select(fading_name_rows.c.name, fading_rows.c.profile, _LEVEL, fading_name_rows.c.half_life)
        .join(fading_rows, and_(fading_rows.c.trait == fading_name_rows.c.id, _at(work, lowest)))
        .where(fading_name_rows.c.name.startswith(prefix, autoescape=True))
    )
    if among is None:
        return [tuple(row) for row in work.connection.execute(query)]
    found: list[tuple[str, int, float, int]] = []
    for chunk in in_chunks(among):
        rows = work.connection.execute(query.where(fading_rows.c.profile.in_(chunk)))
        found += [tuple(row) for row in rows]
    return found


def _at(work: Work, lowest: float) -> ColumnElement[bool]:
    """Say whether a level, less the halvings until now, is ``lowest`` at least."""
    halvings = literal(float(work.now)) / fading_name_rows.c.half_life
    return literal(lowest) + halvings <= _LEVEL
