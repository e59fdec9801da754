"""The tables of programmes, and of the codes of whoever takes part."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Index,
    Integer,
    Row,
    String,
    Table,
    UniqueConstraint,
    func,
    select,
)

from coterie.core.people import Shift
from coterie.referrals.programmes.model import ERASED, Participant
from coterie.storage import keeping
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work, in_chunks

programme_rows = Table(
    "referral_programmes",
    metadata,
    Column("slug", String(64), primary_key=True),
    Column("definition", JSON, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("created", Moment, nullable=False),
    Column("changed", Moment, nullable=False),
)

code_rows = Table(
    "referral_codes",
    metadata,
    Column("code", String(30), primary_key=True),
    Column("programme", String(64), nullable=False),
    Column("profile", Integer, nullable=False),
    keeping.came_with(nullable=True),
    Column("since", Moment, nullable=False),
    Column("guide", String(64)),
    Column("invited", Moment),
    UniqueConstraint("programme", "came_with"),
    Index("ix_referral_codes_profile", "profile", "programme"),
    Index("ix_referral_codes_programme", "programme", "since"),
    Index("ix_referral_codes_guide", "guide"),
)
_p, _c = programme_rows.c, code_rows.c


# --- programmes


def write(work: Work, slug: str, definition: Mapping[str, Any]) -> None:
    """Write a programme, new or changed."""
    row = {
        "slug": slug, "definition": dict(definition), "paused": False, "created": work.now,
        "changed": work.now,
    }  # fmt: skip
    work.upsert(programme_rows, [row], key=["slug"], change=["definition", "changed"])


def pause(work: Work, slug: str, *, on: bool) -> None:
    """Pause a programme, or let it go on."""
    work.connection.execute(programme_rows.update().where(_p.slug == slug).values(paused=on))


def every(work: Work) -> Sequence[Row[Any]]:
    """Return the programmes as they are kept, the newest first."""
    query = select(programme_rows).order_by(_p.created.desc(), _p.slug)
    return work.connection.execute(query).all()


def lock(work: Work, slugs: Collection[str]) -> None:
    """Let nobody else make a code or settle a friend of these programmes meanwhile.

    Where a database writes one transaction at a time, it is locked already.
    """
    query = select(_p.slug).where(_p.slug.in_(sorted(slugs))).order_by(_p.slug)
    work.connection.execute(query.with_for_update()).all()


# --- who takes part


def add(work: Work, fresh: Sequence[Participant]) -> None:
    """Write who takes part now; whoever does already keeps her code."""
    rows = [
        {
            "code": one.code, "programme": one.programme, "profile": one.profile,
            "came_with": one.profile, "since": one.since, "guide": one.guide,
            "invited": work.now if one.guide else None,
        }
        for one in fresh
    ]  # fmt: skip
    work.insert_new(code_rows, rows)


def invited_by(work: Work, code: str, guide: str) -> None:
    """Note which guide invited her; the first stands."""
    statement = code_rows.update().where(_c.code == code, _c.guide.is_(None))
    work.connection.execute(statement.values(guide=guide, invited=work.now))


def of_codes(work: Work, codes: Collection[str]) -> dict[str, Participant]:
    """Return who these codes are of; unknown ones are left out."""
    found: dict[str, Participant] = {}
    for chunk in in_chunks(sorted(codes)):
        rows = work.connection.execute(select(code_rows).where(_c.code.in_(chunk)))
        found.update({row.code: _participant(row) for row in rows})
    return found


def of_people(work: Work, profiles: Collection[int]) -> list[Participant]:
    """Return what these people take part in, the earliest code of each first."""
    found: list[Participant] = []
    for chunk in in_chunks(sorted(set(profiles) - {ERASED})):
        query = select(code_rows).where(_c.profile.in_(chunk)).order_by(_c.since, _c.code)
        found += [_participant(row) for row in work.connection.execute(query)]
    return found


def of_programme(work: Work, slug: str) -> list[Participant]:
    """Return everybody who takes part in a programme, in the order in which they came."""
    query = select(code_rows).where(_c.programme == slug).order_by(_c.since, _c.code)
    return [_participant(row) for row in work.connection.execute(query)]


def of_guide(work: Work, guide: str) -> list[Participant]:
    """Return whom a guide invited."""
    query = select(code_rows).where(_c.guide == guide).order_by(_c.since, _c.code)
    return [_participant(row) for row in work.connection.execute(query)]


def counts(work: Work) -> dict[str, int]:
    """Count who takes part, by programme."""
    query = select(_c.programme, func.count().label("number")).group_by(_c.programme)
    return {row.programme: row.number for row in work.connection.execute(query)}


# --- a keeper


def follow(work: Work, shifts: Sequence[Shift]) -> None:
    """Let codes follow whoever they are of."""
    keeping.follow(work, code_rows, shifts)


def rows_of(work: Work, profile: int) -> list[dict[str, Any]]:
    """Return a person's codes as they are kept."""
    return keeping.rows_of(work, code_rows, profile, "since")


def erase(work: Work, profiles: Collection[int]) -> int:
    """Take people's names off their codes: who came by them still came by somebody."""
    nobody = {"profile": ERASED, "came_with": None}
    return keeping.forget(work, code_rows, profiles, _c.profile != ERASED, **nobody)


def _participant(row: Row[Any]) -> Participant:
    return Participant(row.code, row.programme, row.profile, row.since, row.guide)
