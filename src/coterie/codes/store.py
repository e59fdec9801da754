"""The table of tracked links."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Column, Integer, Row, String, Table, select

from coterie.codes.model import Draft, Link
from coterie.core.ids import derived_id
from coterie.storage.keeping import came_with, forget, rows_of
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work, in_chunks

link_rows = Table(
    "code_links",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("key", String(32), nullable=False, unique=True),
    Column("item", String, nullable=False),
    Column("sender", String, nullable=False),
    Column("profile", Integer, nullable=True, index=True),
    came_with(nullable=True),
    Column("url", String, nullable=True),
    Column("campaign", String, nullable=True),
    Column("created", Moment, nullable=False),
)


def keep(work: Work, drafts: Sequence[Draft]) -> list[int]:
    """Return the number of each draft's link, in order; make those that are not there yet."""
    keys = [_key(draft) for draft in drafts]
    present = _numbers(work, keys)
    fresh = {key: d for key, d in zip(keys, drafts, strict=True) if key not in present}
    if fresh:
        rows = [
            {
                "key": key,
                "item": draft.item,
                "sender": draft.sender,
                "profile": draft.profile,
                "url": draft.url,
                "campaign": draft.campaign,
                "created": work.now,
            }
            for key, draft in fresh.items()
        ]
        work.insert_new(link_rows, rows)
        present |= _numbers(work, fresh)
    return [present[key] for key in keys]


def load(work: Work, number: int) -> Link | None:
    """Return one link, None when there is none of that number."""
    row = work.connection.execute(select(link_rows).where(link_rows.c.id == number)).first()
    return None if row is None else _link(row)


def made_for(work: Work, item: str) -> list[Link]:
    """Return every link that leads to an item, oldest first."""
    query = select(link_rows).where(link_rows.c.item == item).order_by(link_rows.c.id)
    return [_link(row) for row in work.connection.execute(query)]


def of_person(work: Work, profile: int) -> list[dict[str, Any]]:
    """Return the links made for a person as they are kept, oldest first."""
    return rows_of(work, link_rows, profile, "id")


def erase(work: Work, profiles: Collection[int]) -> int:
    """Forget for whom links were made; they lead on. Count those that this changes."""
    nobody = {"profile": None, "came_with": None}
    return forget(work, link_rows, profiles, link_rows.c.profile.is_not(None), **nobody)


def _numbers(work: Work, keys: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for chunk in in_chunks(dict.fromkeys(keys)):
        query = select(link_rows.c.key, link_rows.c.id).where(link_rows.c.key.in_(chunk))
        found.update((row.key, row.id) for row in work.connection.execute(query))
    return found


def _key(draft: Draft) -> str:
    # None and "" must differ, so each optional part says whether it is there
    parts = (draft.profile, draft.url, draft.campaign)
    marked = [part for value in parts for part in (value is not None, value)]
    return derived_id(draft.item, draft.sender, *marked)


def _link(row: Row[tuple[object, ...]]) -> Link:
    return Link(
        id=row.id,
        item=row.item,
        sender=row.sender,
        profile=row.profile,
        url=row.url,
        campaign=row.campaign,
        created=row.created,
    )
