"""Who has an identifying trait, asked of everyone at once."""

from sqlalchemy import and_, or_, select

from coterie.profiles.facts.store import trait_rows
from coterie.storage.work import Work


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
