"""Members and departments: take in the address book, and tell who changed."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from coterie.channels.wecom.mirror.model import Department, Member
from coterie.channels.wecom.mirror.staff import store
from coterie.storage.work import Work


class Staff:
    """The corporation's members as the mirror knows them."""

    def learn(
        self, work: Work, members: Sequence[Member], departments: Sequence[Department]
    ) -> list[Member]:
        """Take in the whole address book; return the members of whom something changed."""
        if departments != store.departments(work):
            store.write_departments(work, departments)
        return self._write(work, members)

    def left(self, work: Work, userids: Collection[str]) -> list[Member]:
        """Note that members left; return those who were there."""
        known = store.members(work, userids).values()
        gone = [replace(one, has_right=False, left=work.now) for one in known if one.left is None]
        return self._write(work, gone)

    def rename(self, work: Work, before: str, after: str) -> None:
        """Give a member another userid, as the corporation did."""
        store.rename(work, before, after)

    def _write(self, work: Work, members: Sequence[Member]) -> list[Member]:
        known = store.members(work)
        changed = [one for one in members if known.get(one.userid) != one]
        store.write(work, changed)
        return changed

    def members(self, work: Work) -> dict[str, Member]:
        """Return all members by userid, those who left among them."""
        return store.members(work)

    def who_are_ours(self, work: Work, ids: Collection[str]) -> set[str]:
        """Tell which of these ids are members'."""
        return set(store.members(work, ids)) if ids else set()

    def departments(self, work: Work) -> list[Department]:
        """Return the departments."""
        return store.departments(work)

    def count(self, work: Work) -> tuple[int, int]:
        """Count the members who are there, and those of them who may contact customers."""
        return store.count(work)
