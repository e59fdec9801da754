"""The SQL of names in use: one look into an index a name, however many people there are."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, func, select

from coterie.profiles.consents.store import consent_rows
from coterie.profiles.facts.store import tag_rows, trait_rows
from coterie.storage.work import Work


def traits(work: Work) -> list[str]:
    """Return the names of all traits that somebody has or had, sealed ones too."""
    return list(_distinct(work, trait_rows.c.name))


def tags(work: Work) -> list[str]:
    """Return all tags that somebody has or had."""
    return list(_distinct(work, tag_rows.c.name))


def purposes(work: Work) -> list[str]:
    """Return all purposes that somebody gave or withdrew consent for."""
    return list(_distinct(work, consent_rows.c.purpose))


def some_values(work: Work, name: str, looked_at: int) -> list[str]:
    """Return the values, as JSON, that some people have in a trait; sealed ones are not there."""
    query = (
        select(trait_rows.c.value)
        .where(trait_rows.c.name == name, trait_rows.c.value.is_not(None))
        .limit(looked_at)
    )
    return list(work.connection.execute(query).scalars())


def _distinct(work: Work, column: ColumnElement[str]) -> Iterator[str]:
    """Go from one name to the next in the index: names are few, rows are millions."""
    name = work.connection.execute(select(func.min(column))).scalar()
    while name is not None:
        yield name
        name = work.connection.execute(select(func.min(column)).where(column > name)).scalar()
