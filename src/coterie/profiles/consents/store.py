"""The table of consent: every word that people said, with its proof; reads and writes."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    bindparam,
    select,
    update,
)

from coterie.profiles.consents.model import ConsentFact
from coterie.storage.keeping import came_with
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work, in_chunks

consent_rows = Table(
    "consent_facts",
    metadata,
    Column("profile", Integer, ForeignKey("profiles.id"), primary_key=True),
    Column("purpose", String, primary_key=True),
    Column("channel", String, primary_key=True),
    Column("time", Moment, primary_key=True),
    Column("message_id", String, primary_key=True),
    Column("given", Boolean, nullable=False),
    Column("source", String, nullable=False),
    came_with(),
    Column("version", String),
    Column("wording", String),
    Column("evidence", String),
    Index(None, "purpose", "channel", "given", "profile"),
)
"""``came_with`` is the profile that the word was born to; ``profile`` leads that one now."""

_C = consent_rows.c
_KEY = ("profile", "purpose", "channel", "time", "message_id")
_NUMBERED = "erased:"
_NAMES = tuple(ConsentFact.__dataclass_fields__)
_SHOWN = tuple(_C[name] for name in _NAMES)


def write(work: Work, facts: Sequence[ConsentFact]) -> None:
    """Keep what people said; a word that is kept already stays as it is."""
    rows = [{**asdict(fact), "came_with": fact.came_with or fact.profile} for fact in facts]
    work.insert_new(consent_rows, rows)


def facts(
    work: Work, profiles: Collection[int], purpose: str | None = None, channels: Sequence[str] = ()
) -> list[ConsentFact]:
    """Read what people have said by now, of everything, of a purpose, on some channels."""
    query = select(*_SHOWN).where(_C.time <= work.now)
    if purpose is not None:
        query = query.where(_C.purpose == purpose)
    if channels:
        query = query.where(_C.channel.in_(list(channels)))
    return [
        ConsentFact(**row._mapping)
        for chunk in in_chunks(profiles)
        for row in work.connection.execute(query.where(_C.profile.in_(chunk)))
    ]


def everyone(work: Work, purposes: Collection[str]) -> tuple[NDArray[Any], ...]:
    """Read (profile, purpose, channel, time, message_id, given) of these purposes by now."""
    names = ("profile", "purpose", "channel", "time", "message_id", "given")
    query = select(*(_C[name] for name in names)).where(_C.time <= work.now)
    query = query.where(work.among(_C.purpose, sorted(purposes)))
    return work.columns(query, np.int32, object, object, np.int64, object, np.bool_)


def pseudonymise(work: Work, profiles: Collection[int]) -> int:
    """Keep the words of erased people without what leads to them; return how many words.

    The message ids were the senders', who may have put anything into them, and so was the
    evidence: the words are numbered instead. What stays proves that consent was there, and when.
    """
    words = [one for one in facts(work, profiles) if not one.message_id.startswith(_NUMBERED)]
    changed = [
        {
            **{f"of_{name}": getattr(one, name) for name in _KEY},
            "number": f"{_NUMBERED}{one.came_with}:{number}",
        }
        for number, one in enumerate(sorted(words, key=lambda one: (one.came_with, one.order)))
    ]
    if changed:
        of = [_C[name] == bindparam(f"of_{name}") for name in _KEY]
        statement = (
            update(consent_rows).where(*of).values(message_id=bindparam("number"), evidence=None)
        )
        work.connection.execute(statement, changed)
    return len(changed)
