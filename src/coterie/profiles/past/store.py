"""Reads the facts of traits and tags up to a moment: what stands now, and what is past."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sqlalchemy import Select, Table, select

from coterie.profiles.facts.store import tag_fact_rows, tag_rows, trait_fact_rows, trait_rows
from coterie.storage.work import Work, in_chunks

_TRAIT = (
    "profile", "name", "time", "message_id", "came_with", "value", "digest", "root",
)  # fmt: skip
_TAG = ("profile", "name", "time", "message_id", "came_with", "value", "until")


def traits(work: Work, names: Collection[str]) -> Iterator[tuple[Any, ...]]:
    """Read the facts of these traits of everyone: the fields of ``Told.traits``."""
    for table in (trait_rows, trait_fact_rows):
        for chunk in in_chunks(sorted(names)):
            yield from _rows(work, _until(work, table, _TRAIT).where(table.c.name.in_(chunk)))


def tags(work: Work) -> Iterator[tuple[Any, ...]]:
    """Read the facts of all tags of everyone: the fields of ``Told.tags``."""
    for table in (tag_rows, tag_fact_rows):
        for *head, value, until in _rows(work, _until(work, table, _TAG)):
            yield *head, value is not None, -1 if until is None else until


def _until(work: Work, table: Table, names: Iterable[str]) -> Select[Any]:
    return select(*(table.c[name] for name in names)).where(table.c.time <= work.now)


def _rows(work: Work, query: Select[Any]) -> Iterable[tuple[Any, ...]]:
    return (tuple(row) for row in work.connection.execute(query))
