"""The tables of templates: the ones in force, and every version that ever was."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Integer,
    Row,
    String,
    Table,
    select,
    tuple_,
)

from coterie.messaging.model import Template, Wording
from coterie.messaging.versions.model import TemplateVersion
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work, in_chunks


def _words() -> tuple[Column[Any], ...]:
    return (
        Column("channel", String),
        Column("subject", String, nullable=False),
        Column("text", String, nullable=False),
        Column("language", String, nullable=False, server_default=""),
        Column("variants", JSON, nullable=False, server_default="{}"),
    )


template_rows = Table(
    "message_templates",
    metadata,
    Column("name", String, primary_key=True),
    *_words(),
    Column("version", Integer, nullable=False, server_default="1"),
)

version_rows = Table(
    "message_template_versions",
    metadata,
    Column("name", String, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    *_words(),
    Column("at", Moment, nullable=False),
    Column("by", String, nullable=False),
)
"""A version stays when its template is deleted: what was queued by it is still to be written."""

_T, _V = template_rows.c, version_rows.c


def save(work: Work, template: Template) -> None:
    """Write a template over the one of its name, as a version of its own where it differs."""
    standing = templates(work, [template.name]).get(template.name)
    if standing == template:
        return
    past = select(_V.version).where(_V.name == template.name).order_by(_V.version.desc()).limit(1)
    version = (work.connection.execute(past).scalar() or 0) + 1
    row = {
        "name": template.name,
        "channel": template.channel,
        "subject": template.subject,
        "text": template.text,
        "language": template.language,
        "variants": {name: list(wording) for name, wording in template.variants.items()},
        "version": version,
    }
    change = [name for name in row if name != "name"]
    work.upsert(template_rows, [row], key=["name"], change=change)
    work.insert(version_rows, [{**row, "at": work.now, "by": str(work.actor)}])


def templates(work: Work, names: Collection[str] | None = None) -> dict[str, Template]:
    """Return templates by name, in the order of their names; all of them when none is named."""
    query = select(template_rows).order_by(_T.name)
    if names is not None:
        query = query.where(_T.name.in_(list(names)))
    return {row.name: read(row) for row in work.connection.execute(query)}


def versions(work: Work, wanted: Collection[tuple[str, int]]) -> dict[tuple[str, int], Template]:
    """Return templates as they were in these versions."""
    query = select(version_rows)
    return {
        (row.name, row.version): read(row)
        for chunk in in_chunks(sorted(wanted))
        for row in work.connection.execute(query.where(tuple_(_V.name, _V.version).in_(chunk)))
    }


def history(work: Work, name: str) -> list[TemplateVersion]:
    """Return every version of a template, the newest first."""
    query = select(version_rows).where(_V.name == name).order_by(_V.version.desc())
    return [
        TemplateVersion(row.version, read(row), row.at, row.by)
        for row in work.connection.execute(query)
    ]


def newest(work: Work) -> dict[str, TemplateVersion]:
    """Return the version in force of every template, by name."""
    query = select(version_rows).join(
        template_rows, (_T.name == _V.name) & (_T.version == _V.version)
    )
    return {
        row.name: TemplateVersion(row.version, read(row), row.at, row.by)
        for row in work.connection.execute(query)
    }


def read(row: Row[Any]) -> Template:
    """Read a row of either table."""
    variants = {name: Wording(*wording) for name, wording in row.variants.items()}
    return Template(
        row.name, row.text, row.subject, row.channel, row.language, variants, row.version
    )
