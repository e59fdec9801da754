"""How a group becomes known: from a join, the platform's list, or an operator's word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from coterie.codes.groups.model import GroupCode
from coterie.codes.groups.service import GroupCodes
from coterie.communities.groups import store
from coterie.communities.groups.limits import limits_on
from coterie.communities.groups.ports import Chat, Chats
from coterie.core.clock import local_date
from coterie.storage.work import Work

_INHERITED = ("kind", "store", "topic", "community", "campaign", "rhythm", "cap", "qr_limit")


@dataclass(frozen=True)
class Meeting:
    """Makes groups known; one behind a live group code takes after the newest behind it.

    So whoever sets up the first group of a code has set up all that the platform makes after it.
    """

    codes: GroupCodes
    chats: Chats
    zone: ZoneInfo

    def meet(
        self,
        work: Work,
        chats: Mapping[str, str],
        names: Mapping[str, tuple[str, int]] | None = None,
    ) -> list[str]:
        """Take in chats that are not kept, each with the code it was entered by, if by one.

        ``names`` are what the wire called them and when, for those that the platform's list does
        not have yet. Returns the chats that are new.
        """
        if not chats:
            return []
        codes = self.codes.all(work)
        there = {
            one.chat_id: one for one in self.chats.chats(work, chat_ids=list(chats), living=False)
        }
        known = {row.chat: row for row in store.every(work)}
        slugs = {row.slug for row in known.values()}
        rows: list[dict[str, Any]] = []
        for chat, state in chats.items():
            if chat in known:
                continue
            code = _code(codes, chat, state)
            name, since = (names or {}).get(chat, ("", work.now))
            row = self._row(work, chat, code, there.get(chat), _elder(known, rows, code))
            row["name"] = row["name"] or name
            row["opened"] = min(row["opened"], since)
            if row["rhythm"] is not None:  # its day 0 is played, though it became known later
                row["looked"] = min(work.now, row["opened"] - 1)
            row["slug"] = _slug(row, slugs)
            slugs.add(row["slug"])
            rows.append(row)
        store.keep(work, rows)
        return [row["chat"] for row in rows]

    def fresh(self, work: Work, said: Mapping[str, Any]) -> dict[str, Any]:
        """Return the row of a group that an operator names."""
        chat = said["chat"]
        there = self.chats.chats(work, chat_ids=[chat], living=False)
        known = {row.chat: row for row in store.every(work)}
        code = _code(self.codes.all(work), chat, said.get("code") or "")
        row = self._row(work, chat, code, there[0] if there else None, _elder(known, [], code))
        row |= {key: value for key, value in said.items() if key != "slug"}
        row["slug"] = said.get("slug") or _slug(row, {one.slug for one in known.values()})
        return row

    def _row(
        self, work: Work, chat: str, code: GroupCode | None, there: Chat | None,
        elder: Mapping[str, Any] | None,
    ) -> dict[str, Any]:  # fmt: skip
        limits = limits_on(local_date(work.now, self.zone))
        pool = None if code is None else code.pool
        row: dict[str, Any] = {
            "chat": chat, "slug": "", "name": "" if there is None else there.name,
            "kind": "topic" if pool is not None and pool.topic else "store",
            "store": None if pool is None else pool.store,
            "topic": None if pool is None else pool.topic,
            "community": None, "code": None if code is None else code.state, "campaign": None,
            "guide": "" if there is None else there.owner,
            "opened": work.now if there is None or there.created is None else there.created,
            "closed": None, "cap": limits.cap,
            "qr_limit": limits.by_code if pool is None else min(pool.limit, limits.cap),
            "rhythm": None, "paused": None, "looked": work.now, "due": None,
        }  # fmt: skip
        if elder is not None:
            row |= {name: elder[name] for name in _INHERITED}
        return row


def _code(codes: Sequence[GroupCode], chat: str, state: str) -> GroupCode | None:
    """Return the code that leads into a chat: by which it was entered, else whose pool has it."""
    by_state = {one.state: one for one in codes}
    if state in by_state:
        return by_state[state]
    return next((one for one in codes if chat in one.pool.chats), None)


def _elder(
    known: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], code: GroupCode | None
) -> Mapping[str, Any] | None:
    """Return the newest group behind a code."""
    if code is None:
        return None
    mine = [row._mapping for row in known.values() if row.code == code.state]
    mine += [row for row in rows if row["code"] == code.state]
    return mine[-1] if mine else None


def _slug(row: Mapping[str, Any], taken: set[str]) -> str:
    """Name a group after its store or topic, and count."""
    about = str(row["store"] or (row["topic"] or "").rpartition("/")[2] or "group").lower()
    clean = "".join(one if one.isascii() and one.isalnum() else "-" for one in about).strip("-")
    base = (clean or "group")[:50]
    number = 1
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"
