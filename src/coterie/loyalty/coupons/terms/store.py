"""The tables of terms: budgets, templates as they are now, and every version of them."""

from collections.abc import Collection
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Integer,
    Row,
    Select,
    String,
    Table,
    and_,
    or_,
    select,
    update,
)

from coterie.loyalty.coupons.model import Budget, Template
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work

budget_rows = Table(
    "coupon_budgets",
    metadata,
    Column("slug", String(64), primary_key=True),
    Column("titles", JSON, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("mode", String(4), nullable=False),
    Column("campaign", String(64), nullable=True),
    Column("until", Moment, nullable=True),
    Column("version", Integer, nullable=False),
)

template_rows = Table(
    "coupon_templates",
    metadata,
    Column("slug", String(64), primary_key=True),
    Column("definition", JSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("stock", BigInteger, nullable=True),
    Column("issued", BigInteger, nullable=False),
    Column("campaign", String(64), nullable=True, index=True),
    Column("shared", String(64), nullable=True, unique=True),
    Column("created", Moment, nullable=False),
)

version_rows = Table(
    "coupon_template_versions",
    metadata,
    Column("template", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("definition", JSON, nullable=False),
    Column("at", Moment, nullable=False),
    Column("actor", String, nullable=False),
)

_b, _t, _v = budget_rows.c, template_rows.c, version_rows.c


class Version(NamedTuple):
    """A version of a template: when it was written, and by whom."""

    number: int
    at: int
    actor: str
    template: Template


# --- budgets


def budgets(work: Work, slugs: Collection[str] | None = None) -> dict[str, tuple[Budget, int]]:
    """Return budgets with how often each was changed, all or some."""
    query = select(budget_rows).order_by(_b.slug)
    if slugs is not None:
        query = query.where(_b.slug.in_(sorted(slugs)))
    return {row.slug: (_budget(row), row.version) for row in work.connection.execute(query)}


def keep_budget(work: Work, budget: Budget, version: int) -> None:
    """Write a budget."""
    row = {**msgspec.structs.asdict(budget), "version": version}
    change = [name for name in row if name != "slug"]
    work.upsert(budget_rows, [row], key=["slug"], change=change)


def _budget(row: Row[Any]) -> Budget:
    fields = dict(row._mapping)
    del fields["version"]
    return Budget(**fields)


# --- templates


def keep_template(work: Work, template: Template) -> None:
    """Write the newest version of a template, and keep it beside those before."""
    definition = msgspec.to_builtins(template)
    for name in ("issued", "enabled"):
        definition.pop(name, None)
    row = {
        "slug": template.slug, "definition": definition, "version": template.version,
        "enabled": template.enabled, "stock": template.stock, "issued": 0,
        "campaign": template.campaign, "shared": template.shared, "created": work.now,
    }  # fmt: skip
    change = ["definition", "version", "enabled", "stock", "campaign", "shared"]
    work.upsert(template_rows, [row], key=["slug"], change=change)
    kept = {
        "template": template.slug, "version": template.version, "definition": definition,
        "at": work.now, "actor": str(work.actor),
    }  # fmt: skip
    work.insert(version_rows, [kept])


def enable(work: Work, slug: str, on: bool) -> None:
    """Let a template be used, or not."""
    work.connection.execute(update(template_rows).where(_t.slug == slug).values(enabled=on))


def templates(
    work: Work, slugs: Collection[str] | None = None, *, campaign: str | None = None,
    hold: bool = False,
) -> dict[str, Template]:  # fmt: skip
    """Return templates as they are now; with ``hold`` nobody else issues of them meanwhile."""
    query = select(template_rows).order_by(_t.slug)
    if slugs is not None:
        query = query.where(_t.slug.in_(sorted(slugs)))
    if campaign is not None:
        query = query.where(_t.campaign == campaign)
    rows = work.connection.execute(query.with_for_update() if hold else query)
    return {row.slug: _template(row) for row in rows}


def shared(work: Work, code: str) -> str | None:
    """Return the template whose code for everybody this is."""
    return work.connection.execute(select(_t.slug).where(_t.shared == code)).scalar()


def shared_among(work: Work, codes: Collection[str]) -> set[str]:
    """Return which of these are codes for everybody."""
    query = select(_t.shared).where(work.among(_t.shared, codes))
    return {code for code in work.connection.execute(query).scalars() if code is not None}


def versions(work: Work, slug: str) -> list[Version]:
    """Return every version of a template, the newest first."""
    query = select(version_rows).where(_v.template == slug).order_by(_v.version.desc())
    rows = work.connection.execute(query)
    return [
        Version(r.version, r.at, r.actor, msgspec.convert(r.definition, Template)) for r in rows
    ]


def of_versions(work: Work, wanted: Collection[tuple[str, int]]) -> dict[tuple[str, int], Template]:
    """Return templates as they were in some versions; enabled and issued as they are now."""
    if not wanted:
        return {}
    query: Select[Any] = (
        select(_v.version, _v.definition, _t.enabled, _t.issued)
        .join(template_rows, _t.slug == _v.template)
        .where(or_(*(and_(_v.template == slug, _v.version == one) for slug, one in wanted)))
    )
    found = [_template(row) for row in work.connection.execute(query)]
    return {(one.slug, one.version): one for one in found}


def take_stock(work: Work, slug: str, number: int) -> bool:
    """Count so many more as issued, unless that is more than there may be; say if it was done."""
    counted = _t.issued + number
    statement = update(template_rows).where(
        _t.slug == slug, or_(_t.stock.is_(None), counted <= _t.stock)
    )
    return work.connection.execute(statement.values(issued=counted)).rowcount == 1


def _template(row: Row[Any]) -> Template:
    said = {**row.definition, "enabled": row.enabled, "issued": row.issued}
    return msgspec.convert({**said, "version": row.version}, Template)
