"""Who has an identifying trait, asked of everyone at once."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, and_, or_, select

from coterie.profiles.consents.model import ALL_CHANNELS
from coterie.profiles.consents.store import consent_rows
from coterie.profiles.facts.store import tag_rows, trait_rows
from coterie.profiles.pii import IDENTIFYING
from coterie.profiles.store import profile_rows
from coterie.storage.work import Work

_C, _G, _P, _T = consent_rows.c, tag_rows.c, profile_rows.c, trait_rows.c


def having(work: Work, trait: str) -> list[int]:
    """Return the profiles that have a value of a trait, sealed or not.

    A value that was taken out of another trait's inside counts as long as that one stands.
    """
    hers, root = trait_rows, trait_rows.alias("root")
    stands = and_(
        root.c.profile == hers.c.profile,
        root.c.name == hers.c.root,
        root.c.time == hers.c.time,
        root.c.message_id == hers.c.message_id,
    )
    query = (
        select(hers.c.profile)
        .outerjoin(root, stands)
        .where(hers.c.name == trait)
        .where(or_(hers.c.value.is_not(None), hers.c.sealed.is_not(None)))
        .where(or_(hers.c.root.is_(None), root.c.profile.is_not(None)))
    )
    return list(work.connection.execute(query).scalars())


def traits_among(
    work: Work, profiles: NDArray[np.int32], names: Collection[str]
) -> list[tuple[str, str | None, bool, NDArray[np.int64]]]:
    """Return who of these has which value of some traits: name, value (JSON), inside, profiles.

    A sealed value is None; ``inside`` says that it was taken out of another trait's inside.
    """
    near, inside = work.near(_T.profile, profiles), _T.root.is_not(None)
    found: list[tuple[str, str | None, bool, NDArray[np.int64]]] = []
    for one in sorted(IDENTIFYING.intersection(names)):
        query = select(_T.profile).where(_T.name == one, _T.digest.is_not(None), near)
        found.append((one, None, False, work.numbers(query.where(_T.root.is_(None)))))
        found.append((one, None, True, work.numbers(query.where(inside))))
    # along people, not along a name: its index leads to everybody who has it
    name: ColumnElement[str] = _T.name.concat("")
    plain = select(name, _T.value, inside, _T.profile).where(
        name.in_(sorted(set(names) - IDENTIFYING)),
        or_(_T.value.is_not(None), _T.sealed.is_not(None)),
        near,
    )
    return found + [(one, value, bool(of), who) for (one, value, of), who in work.numbers_by(plain)]


def said_among(
    work: Work, profiles: NDArray[np.int32], purpose: str, channel: str | None, *, given: bool
) -> NDArray[np.int64]:
    """Return who of these ever gave consent, or withdrew it, on a channel or on all; None: any."""
    query = select(_C.profile).where(
        _C.purpose == purpose,
        _C.given.is_(given),
        work.near(_C.profile, profiles),
        _C.time <= work.now,
    )
    if channel is not None:
        query = query.where(_C.channel.in_([channel, ALL_CHANNELS]))
    return work.numbers(query)


def bucket_keys_among(work: Work, profiles: NDArray[np.int32]) -> dict[int, str]:
    """Return the bucket keys of these people."""
    query = select(_P.id, _P.bucket_key).where(work.near(_P.id, profiles))
    return {row.id: row.bucket_key for row in work.connection.execute(query)}


def wearing_among(work: Work, tag: str, profiles: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return who of these has a tag now."""
    query = select(_G.profile).where(
        _G.name == tag,
        _G.value.is_not(None),
        or_(_G.until.is_(None), _G.until > work.now),
        work.near(_G.profile, profiles),
    )
    return work.numbers(query)
