"""The table of uses: every lock, redemption, release and rollback, and every coupon refused."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    func,
    or_,
    select,
    update,
)

from coterie.core.errors import Conflict
from coterie.core.ids import derived_id
from coterie.loyalty.coupons.model import Coupon, Reason, Result, Verb, Want
from coterie.storage.keeping import came_with
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work, in_chunks

use_rows = Table(
    "coupon_uses",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("key", String(32), nullable=False, unique=True),
    Column("digest", LargeBinary(16), nullable=False),
    Column("verb", String(8), nullable=False),
    Column("at", Moment, nullable=False),
    Column("actor", String, nullable=False),
    Column("coupon", String(32), nullable=True, index=True),
    Column("template", String(64), nullable=True),
    Column("profile", Integer, nullable=True, index=True),
    came_with(nullable=True),
    Column("origin", String, nullable=True),
    Column("reason", String(20), nullable=True),
    Column("why", String(16), nullable=False),
    Column("order", String, nullable=True),
    Column("store", String, nullable=True),
    Column("amount", BigInteger, nullable=False),
    Column("answer", JSON(none_as_null=True), nullable=True),
    Index("ix_coupon_uses_template", "template", "id"),
)
_u = use_rows.c
_refused = _u.reason.is_not(None)


@dataclass(frozen=True)
class Use:
    """One use as it is shown; ``reason`` says why it was refused, None when it was not."""

    id: int
    verb: Verb
    at: int
    actor: str
    coupon: str | None
    template: str | None
    profile: int | None
    origin: str | None
    reason: Reason | None
    why: str
    order: str | None
    store: str | None
    amount: int


_SHOWN = [use_rows.c[name] for name in Use.__dataclass_fields__]


def begin(work: Work, verb: Verb, key: str, body: Any) -> tuple[int, Result | None]:
    """Take a key for one use; return its number, and what was answered under this key before.

    Whoever comes with the same key meanwhile waits for this answer. Raises Conflict for a key that
    came with something else.
    """
    own = derived_id(str(work.actor), key)
    digest = hashlib.sha256(msgspec.json.encode([verb, body], order="sorted")).digest()[:16]
    row = {
        "key": own, "digest": digest, "verb": verb, "at": work.now, "actor": str(work.actor),
        "why": "", "amount": 0, "profile": None, "came_with": None,
    }  # fmt: skip
    work.insert_new(use_rows, [row])
    query = select(_u.id, _u.digest, _u.answer).where(_u.key == own)
    there = work.connection.execute(query).one()
    if there.digest != digest:
        raise Conflict(
            f"the key {key!r} came with another request before: send each with one of its own",
            code="key_taken",
        )
    return there.id, None if there.answer is None else msgspec.convert(there.answer, Result)


def finish(work: Work, number: int, coupon: Coupon | None, **said: Any) -> None:
    """Write what a use came to; the ``answer`` is given again to whoever asks with its key."""
    about: dict[str, Any] = {}
    if coupon is not None:
        about = {
            "coupon": coupon.id, "template": coupon.template, "profile": coupon.profile,
            "came_with": coupon.came_with, "origin": coupon.origin,
        }  # fmt: skip
    said["answer"] = msgspec.to_builtins(said["answer"])
    statement = update(use_rows).where(_u.id == number).values(**about, **said)
    work.connection.execute(statement)


def refuse(work: Work, refused: Sequence[tuple[Want, Reason, str]]) -> None:
    """Write who got no coupon, and why; of one want the first refusal stays."""
    rows = [
        {
            "key": derived_id("issue", want.key), "digest": b"", "verb": "issue", "at": work.now,
            "actor": str(work.actor), "template": want.template, "profile": want.profile,
            "came_with": want.profile, "origin": want.origin, "reason": reason, "why": why,
            "amount": 0,
        }
        for want, reason, why in refused
    ]  # fmt: skip
    work.insert_new(use_rows, rows)


def refusals(work: Work, template: str | None) -> list[tuple[Verb, Reason, str, int]]:
    """Count refusals by verb and reason, the most frequent first."""
    number = func.count()
    query = select(_u.verb, _u.reason, _u.why, number).where(_refused)
    if template is not None:
        query = query.where(_u.template == template)
    query = query.group_by(_u.verb, _u.reason, _u.why)
    rows = work.connection.execute(query.order_by(number.desc(), _u.verb, _u.reason, _u.why))
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def refused(work: Work, templates: Collection[str]) -> dict[str, int]:
    """Count the refusals of templates."""
    query = select(_u.template, func.count()).where(_u.template.in_(sorted(templates)), _refused)
    return {row[0]: row[1] for row in work.connection.execute(query.group_by(_u.template))}


def coupon_of(work: Work, number: int) -> str | None:
    """Return which coupon a use was of."""
    return work.connection.execute(select(_u.coupon).where(_u.id == number)).scalar()


def page(
    work: Work, template: str | None, coupon: str | None, limit: int, before: int | None
) -> list[Use]:
    """Return uses, the newest first, those before one only."""
    query = select(*_SHOWN).order_by(_u.id.desc()).limit(limit)
    asked: list[ColumnElement[bool]] = []
    if template is not None:
        asked.append(_u.template == template)
    if coupon is not None:
        asked.append(_u.coupon == coupon)
    if before is not None:
        asked.append(_u.id < before)
    return [Use(**row._mapping) for row in work.connection.execute(query.where(*asked))]


def erase(work: Work, profiles: Collection[int]) -> int:
    """Forget who tried, and with which order; count what this changes."""
    nobody: dict[str, Any] = {"profile": None, "came_with": None, "order": None, "answer": None}
    count = 0
    for chunk in in_chunks(sorted(profiles)):
        hers = or_(_u.profile.in_(chunk), _u.came_with.in_(chunk))
        count += work.connection.execute(update(use_rows).where(hers).values(**nobody)).rowcount
    return count
