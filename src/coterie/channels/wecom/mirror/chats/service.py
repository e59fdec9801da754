"""Who is in which group: take in what was told, learn from what was read once it can be believed.

Callbacks say who came and went; how she came, by whose invitation and which code only a read
tells, and a read lags. So it is believed when it shows the version that the callbacks lead to, or
when it has been asked for long enough.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from coterie.channels.wecom.mirror.chats import store
from coterie.channels.wecom.mirror.chats.store import Stay
from coterie.channels.wecom.mirror.chats.versions import Link, newest, reach
from coterie.channels.wecom.mirror.marked.store import ANNOUNCED, READY, WAITING
from coterie.channels.wecom.mirror.marks import Mark, Standing, admit, standing
from coterie.channels.wecom.mirror.model import ChatRead, Participant
from coterie.core.clock import MINUTE, SECOND
from coterie.storage.work import Work

LAGS = (2 * SECOND, 4 * SECOND, 8 * SECOND, 16 * SECOND, 30 * SECOND, MINUTE)
"""Between reads of a group that do not show what the callbacks told."""

Erased = Callable[[Work, Collection[str]], Collection[str]]
Staff = Callable[[Work, Collection[str]], Collection[str]]
"""Tells which of these are members of the corporation, and no customers."""


@dataclass(frozen=True)
class ToldOfChat:
    """What a callback told of a group: who came or went, which version followed which.

    ``reread``: what changed only a read tells. ``dismissed``: since when it is no more.
    """

    chat_id: str
    marks: Mapping[str, Mark] = field(default_factory=dict)
    link: Link | None = None
    reread: bool = False
    dismissed: int | None = None


class Chats:
    """Groups and who is in them. ``erased`` says of whom nothing is to be kept."""

    def __init__(self, erased: Erased, staff: Staff) -> None:
        self._erased = erased
        self._staff = staff

    # --- what was told

    def hear_of(self, work: Work, told: Sequence[ToldOfChat]) -> list[str]:
        """Take in what callbacks told of groups; return the customers among whom came and went."""
        if not told:
            return []
        chat_ids = {one.chat_id for one in told}
        store.meet(work, chat_ids)
        self._follow_links(work, told)
        gone = [{"chat_id": one.chat_id, "dismissed": one.dismissed}
                for one in told if one.dismissed is not None]  # fmt: skip
        store.change(work, gone, "dismissed")
        new: dict[Stay, list[Mark]] = {}
        for one in told:
            for member, mark in one.marks.items():
                new.setdefault((one.chat_id, member), []).append(mark)
        return self._admit(work, new, {})

    def _follow_links(self, work: Work, told: Sequence[ToldOfChat]) -> None:
        """Follow the versions; where something is missing, or only a read tells, ask for one."""
        links: dict[str, list[Link]] = {}
        asked = {one.chat_id for one in told if one.reread or _brings_somebody(one)}
        for one in told:
            if one.link is not None:
                links.setdefault(one.chat_id, []).append(one.link)
        said = []
        for chat_id, row in store.rows_of(work, links.keys() | asked).items():
            known = [Link(*link) for link in row.links]
            version, rest = reach(row.version, [*known, *links.get(chat_id, ())])
            due = work.now if rest or chat_id in asked else row.pull_due
            said.append({"chat_id": chat_id, "version": version, "links": rest, "pull_due": due,
                         "pull_tries": 0})  # fmt: skip
        store.change(work, said, "version", "links", "pull_due", "pull_tries")

    def _admit(
        self,
        work: Work,
        new: Mapping[Stay, Sequence[Mark]],
        shown: Mapping[Stay, Participant],
    ) -> list[str]:
        """Write new marks and who is in by them; return the customers of whom something is new.

        ``shown`` are those of whom a read tells how they came.
        """
        new = self._of_the_kept(work, new)
        if not new and not shown:
            return []
        chat_ids = {chat for chat, _ in (*new, *shown)}
        known, present = store.MARKS.of(work, chat_ids), store.participants(work, chat_ids)
        rows = store.rows_of(work, chat_ids)
        ours = self._staff(work, {member for _, member in new})
        write: list[tuple[Stay, Mark, int]] = []
        drop: list[tuple[Stay, Mark]] = []
        people: list[Participant] = []
        for stay in sorted(new.keys() | shown.keys()):
            admitted = admit(known.get(stay, ()), new.get(stay, ()))
            before, seen = present.get(stay), shown.get(stay)
            is_customer = _is_customer(stay[1], before, seen, ours)
            waits = rows[stay[0]].pull_due is not None and not shown
            stage = ANNOUNCED if not is_customer else WAITING if waits else READY
            write += [(stay, mark, ANNOUNCED if mark.announced else stage)
                      for mark in admitted.write]  # fmt: skip
            drop += [(stay, mark) for mark in admitted.drop]
            gone = {mark.key for mark in (*admitted.drop, *admitted.write)}
            kept = [mark for mark in known.get(stay, ()) if mark.key not in gone]
            now = standing([*kept, *admitted.write])
            if now.since is not None:
                people.append(_stay(stay, is_customer, now, before, seen))
        store.MARKS.drop(work, drop)
        store.MARKS.write(work, write)
        changed = [one for one in people if present.get((one.chat_id, one.member)) != one]
        store.write_participants(work, changed)
        return sorted({one.member for one in changed if one.is_customer})

    def _of_the_kept(
        self, work: Work, new: Mapping[Stay, Sequence[Mark]]
    ) -> dict[Stay, Sequence[Mark]]:
        erased = set(self._erased(work, {member for _, member in new}))
        return {stay: some for stay, some in new.items() if stay[1] not in erased}

    # --- what was read

    def learn(
        self, work: Work, reads: Sequence[ChatRead], *, sync: int = 0
    ) -> tuple[int, list[str]]:
        """Take in reads of groups; return how many comings and goings nobody had told, and who.

        A read that cannot be believed yet is asked for again later.
        """
        store.meet(work, {one.chat_id for one in reads})
        rows = store.rows_of(work, {one.chat_id for one in reads})
        marks = store.MARKS.of(work, rows)
        said: list[dict[str, Any]] = []
        new: dict[Stay, Sequence[Mark]] = {}
        shown: dict[Stay, Participant] = {}
        sure: list[str] = []
        for read in reads:
            row = rows[read.chat_id]
            if read.missing:
                said.append(_gone(row, work.now))
                sure.append(read.chat_id)
                continue
            believed = _is_believed(row, read)
            said.append(_of_read(row, read, believed, sync))
            if believed:
                sure.append(read.chat_id)
                shown |= {(one.chat_id, one.member): one for one in read.members}
                new |= _differences(marks, read)
        names = ["name", "owner", "created", "dismissed", "version", "links", "pulled",
                 "pull_due", "pull_tries", "seen"]  # fmt: skip
        store.change(work, said, *names)
        erased = set(self._erased(work, {member for _, member in shown}))
        shown = {stay: one for stay, one in shown.items() if stay[1] not in erased}
        people = self._admit(work, new, shown)
        store.MARKS.make_ready(work, sure)
        return len(new), people

    def failed(self, work: Work, chat_ids: Iterable[str], due: int | None) -> None:
        """Note that groups could not be read; given up, what is known is told on."""
        rows = store.rows_of(work, set(chat_ids))
        said = [
            {"chat_id": one, "pull_due": due, "pull_tries": row.pull_tries + 1}
            for one, row in rows.items()
        ]
        store.change(work, said, "pull_due", "pull_tries")
        if due is None:
            store.MARKS.make_ready(work, list(rows))

    # --- telling on

    def to_pull(self, work: Work, limit: int) -> list[str]:
        """Return which groups are to be read now."""
        return store.to_pull(work, limit)

    def next_pull(self, work: Work) -> int | None:
        """Return when the next group is to be read."""
        return store.next_pull(work)

    def tries(self, work: Work, chat_ids: Collection[str]) -> dict[str, int]:
        """Return how often reading these groups was tried."""
        return {one: row.pull_tries for one, row in store.rows_of(work, chat_ids).items()}

    def ready(self, work: Work, limit: int) -> list[Any]:
        """Return what is to be told on of groups, the earliest first."""
        return store.ready(work, limit)

    def announced(self, work: Work, rows: Sequence[Any]) -> None:
        """Note what was told on."""
        store.MARKS.announced(work, rows)

    # --- what a list did not show

    def end_unseen(self, work: Work, sync: int, before: int) -> int:
        """Note that groups which a whole list does not show any more are gone; count them."""
        gone = store.unseen(work, sync, before)
        store.change(work, [{"chat_id": one, "dismissed": work.now} for one in gone], "dismissed")
        return len(gone)


def _brings_somebody(told: ToldOfChat) -> bool:
    return any(mark.kind == "begun" for mark in told.marks.values())


def _differences(
    marks: Mapping[Stay, Sequence[Mark]], read: ChatRead
) -> dict[Stay, Sequence[Mark]]:
    """Say who is in by a read and was not, and who is not any more."""
    found: dict[Stay, Sequence[Mark]] = {}
    there = {one.member: one for one in read.members}
    for member, one in there.items():
        stay = (read.chat_id, member)
        seen = Mark(one.joined or read.at, "begun", told=False, state=one.scene)
        if admit(marks.get(stay, ()), [seen]).write:
            found[stay] = [seen]
    for (chat_id, member), some in marks.items():
        if chat_id == read.chat_id and member not in there and standing(some).lasts:
            found[chat_id, member] = [Mark(read.at, "left", told=False)]
    return found


def _is_believed(row: Any, read: ChatRead) -> bool:
    """Say whether a read shows what the callbacks lead to, or was asked for long enough."""
    links = [Link(*link) for link in row.links]
    if not row.version and not links:
        return True
    wanted = newest(row.version, links)
    return read.version in ("", wanted) or row.pull_tries >= len(LAGS)


def _of_read(row: Any, read: ChatRead, believed: bool, sync: int) -> dict[str, Any]:
    """Return what a read makes of a group's row."""
    said = {
        "chat_id": read.chat_id,
        "name": read.name,
        "owner": read.owner,
        "created": read.created,
        "dismissed": row.dismissed,
        "pulled": read.at,
        "seen": sync or row.seen,
    }
    if believed:
        is_met = row.pull_due is None or row.pull_due <= read.at
        due = None if is_met else row.pull_due
        return {**said, "version": read.version, "links": [], "pull_due": due, "pull_tries": 0}
    tries = row.pull_tries
    return {
        **said, "version": row.version, "links": row.links, "pull_due": read.at + LAGS[tries],
        "pull_tries": tries + 1,
    }  # fmt: skip


def _gone(row: Any, now: int) -> dict[str, Any]:
    return {
        **{name: row._mapping[name] for name in ("chat_id", "name", "owner", "created", "version",
                                                 "links", "pulled", "seen")},
        "dismissed": row.dismissed if row.dismissed is not None else now,
        "pull_due": None,
        "pull_tries": 0,
    }  # fmt: skip


def _is_customer(
    member: str, before: Participant | None, seen: Participant | None, ours: Collection[str]
) -> bool:
    """Say whether somebody in a group is a customer; ids of customers begin with wm or wo."""
    known = seen or before
    if known is not None:
        return known.is_customer
    return member not in ours and member.startswith(("wm", "wo"))


def _stay(
    stay: Stay,
    is_customer: bool,
    now: Standing,
    before: Participant | None,
    seen: Participant | None,
) -> Participant:
    """Say how somebody stands in a group; how she came is told by a read, or was before."""
    assert now.since is not None, "somebody who never came is not asked"
    again = before is None or before.times != now.times
    came = Participant(*stay, is_customer, now.since, now.ended, now.state, times=now.times)
    if seen is not None and now.lasts:
        scene = seen.scene or came.scene
        return replace(came, scene=scene, inviter=seen.inviter, state=seen.state)
    if again or before is None:
        return came
    return replace(
        came, scene=before.scene or came.scene, inviter=before.inviter, state=before.state
    )
