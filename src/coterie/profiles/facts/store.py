"""Traits and tags as facts: the tables of what stands and of what is past, reads and writes."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from msgspec.structs import replace
from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    Text,
    bindparam,
    delete,
    null,
    select,
)

from coterie.core.people import Shift
from coterie.profiles.model import Fact, Standing
from coterie.profiles.store import of_many
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work, in_chunks


def _hers() -> Column[int]:
    return Column("profile", Integer, ForeignKey("profiles.id"), primary_key=True)


trait_rows = Table(
    "traits",
    metadata,
    _hers(),
    Column("name", String, primary_key=True),
    Column("value", Text),
    Column("sealed", LargeBinary),
    Column("digest", String(64)),
    Column("root", String),
    Column("time", Moment, nullable=False),
    Column("message_id", String, nullable=False),
    Column("since", Moment, nullable=False),
    Column("moment", BigInteger),
    Column("came_with", Integer, nullable=False),
    Index("ix_traits_name_moment", "name", "moment"),
    Index("ix_traits_name_since", "name", "since"),
)

_is_identifying = trait_rows.c.digest.is_not(None)
Index(
    "ix_traits_digest",
    trait_rows.c.digest,
    sqlite_where=_is_identifying,
    postgresql_where=_is_identifying,
)
Index(
    "ix_traits_sealed",
    trait_rows.c.name,
    trait_rows.c.profile,
    trait_rows.c.root,
    sqlite_where=_is_identifying,
    postgresql_where=_is_identifying,
)

trait_fact_rows = Table(
    "trait_facts",
    metadata,
    _hers(),
    Column("name", String, primary_key=True),
    Column("time", Moment, primary_key=True),
    Column("message_id", String, primary_key=True),
    Column("came_with", Integer, primary_key=True),
    Column("value", Text),
    Column("sealed", LargeBinary),
    Column("digest", String(64)),
    Column("root", String),
    Column("moment", BigInteger),
)
"""All that was said, so that it can stand again when people part. Sealed with the key of
``came_with``."""

leaf_rows = Table(
    "trait_leaves",
    metadata,
    _hers(),
    Column("path", String, primary_key=True),
    Column("root", String, nullable=False),
    Column("moment", BigInteger, nullable=False),
    Index("ix_trait_leaves_path_moment", "path", "moment"),
)

tag_rows = Table(
    "tags",
    metadata,
    _hers(),
    Column("name", String, primary_key=True),
    Column("value", Text),
    Column("until", Moment),
    Column("source", String, nullable=False),
    Column("time", Moment, nullable=False),
    Column("message_id", String, nullable=False),
    Column("since", Moment, nullable=False),
    Column("came_with", Integer, nullable=False),
    Column("by", String),
    Column("said", String),
    Column("successor", String),
    Index("ix_tags_name_until", "name", "until"),
)

tag_fact_rows = Table(
    "tag_facts",
    metadata,
    _hers(),
    Column("name", String, primary_key=True),
    Column("time", Moment, primary_key=True),
    Column("message_id", String, primary_key=True),
    Column("came_with", Integer, primary_key=True),
    Column("value", Text),
    Column("until", Moment),
    Column("source", String, nullable=False),
    Column("by", String),
    Column("said", String),
    Column("successor", String),
    Index("ix_tag_facts_name_time", "name", "time"),
)


@dataclass(frozen=True)
class Shelf:
    """Where facts of one sort stand (``now``), and where past ones are kept (``past``)."""

    now: Table
    past: Table


TRAITS = Shelf(trait_rows, trait_fact_rows)
TAGS = Shelf(tag_rows, tag_fact_rows)


def standings(
    work: Work, shelf: Shelf, profiles: Collection[int], names: Collection[str] = ()
) -> dict[tuple[int, str], Standing]:
    """Read what stands of people, of these names or of all."""
    found: dict[tuple[int, str], Standing] = {}
    for row in _named(work, shelf.now, profiles, names):
        values: Sequence[Any] = row[:-1]
        fact = Fact(*values)
        found[fact.profile, fact.name] = Standing(fact, row[-1])
    return found


def past_facts(
    work: Work, shelf: Shelf, profiles: Collection[int], names: Collection[str]
) -> dict[tuple[int, str], list[Fact]]:
    """Read what was said before of these names of people."""
    found: dict[tuple[int, str], list[Fact]] = {}
    for row in _named(work, shelf.past, profiles, names):
        values: Sequence[Any] = row[:-1]
        fact = Fact(*values)
        found.setdefault((fact.profile, fact.name), []).append(fact)
    return found


def write_facts(
    work: Work, shelf: Shelf, standing: Sequence[Standing], past: Sequence[Fact]
) -> None:
    """Write what stands now, and keep what is past by it."""
    columns = [column.name for column in shelf.now.columns if column.name != "since"]
    values = attrgetter(*columns)
    names = (*columns, "since")
    rows = [dict(zip(names, (*values(one.fact), one.since), strict=True)) for one in standing]
    key = ["profile", "name"]
    change = [name for name in (*columns, "since") if name not in key]
    work.upsert(shelf.now, rows, key=key, change=change)
    kept = [column.name for column in shelf.past.columns]
    work.insert_new(shelf.past, [{name: getattr(fact, name) for name in kept} for fact in past])


def take_all(
    work: Work, shelf: Shelf, heads: Collection[int], shifts: Iterable[Shift]
) -> list[Fact]:
    """Take out all that was ever said of people, as said of the heads that lead them now."""
    leads = {(shift.before, shift.profile): shift.head for shift in shifts}
    facts = [one.fact for one in standings(work, shelf, heads).values()]
    facts += [fact for past in past_facts(work, shelf, heads, ()).values() for fact in past]
    for table in (shelf.now, shelf.past):
        for chunk in in_chunks(heads):
            work.connection.execute(delete(table).where(table.c.profile.in_(chunk)))
    return [
        replace(fact, profile=leads.get((fact.profile, fact.came_with), fact.profile))
        for fact in facts
    ]


def forget_leaves(work: Work, profiles: Collection[int]) -> None:
    """Remove the moments inside people's traits."""
    for chunk in in_chunks(profiles):
        work.connection.execute(delete(leaf_rows).where(leaf_rows.c.profile.in_(chunk)))


def write_leaves(
    work: Work,
    emptied: Sequence[tuple[int, str]],
    leaves: Sequence[tuple[int, str, str, int]],
) -> None:
    """Replace the moments inside traits: (profile, root), then (profile, root, path, moment)."""
    if emptied:
        hers = [{"whose": profile, "of": root} for profile, root in emptied]
        work.connection.execute(
            delete(leaf_rows).where(
                leaf_rows.c.profile == bindparam("whose"), leaf_rows.c.root == bindparam("of")
            ),
            hers,
        )
    names = ("profile", "root", "path", "moment")
    work.insert(leaf_rows, [dict(zip(names, leaf, strict=True)) for leaf in leaves])


def _named(
    work: Work, table: Table, profiles: Collection[int], names: Collection[str]
) -> list[Row[Any]]:
    """Read rows as a fact's fields in their order, then ``since`` (NULL in the past)."""
    fields = (*Fact.__struct_fields__, "since")
    query = select(*(table.c[name] if name in table.c else null() for name in fields))
    if 0 < len(names) <= 500:  # more would be slower to compare than to read past
        query = query.where(table.c.name.in_(list(names)))
    return of_many(work, query, table.c.profile, profiles)
