"""Platform <-> mirror, whole: every guide's customers, every group, all tags and members.

It heals both ways what callbacks lost: what nobody told is begun, what a list does not show any
more has ended. It goes portion by portion, each with its own cursor in the database, so that it is
taken up where it stood, and what cannot be read is told with its reason and costs the others
nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from coterie.channels.wecom.client.errors import WecomError
from coterie.channels.wecom.client.groups import OWNERS
from coterie.channels.wecom.mirror import reading as answers
from coterie.channels.wecom.mirror.model import Read
from coterie.channels.wecom.mirror.syncs.model import Portion, Stage, Sync
from coterie.core.actor import CLOCK
from coterie.core.clock import DAY, SECOND, from_datetime, to_datetime
from coterie.core.errors import ChannelError
from coterie.roads.contacts.ground import PAUSES, Ground, again, ask_all, word_of
from coterie.roads.contacts.reading import (
    learn_chats,
    read_chats,
    read_staff,
    read_tags,
    tell_tags,
)
from coterie.storage.work import Work

GUIDES = 20
"""Members whose customers one portion reads: of at most 100, so that few wait for one's fault."""
CHATS = 20
PORTIONS = 4
"""Portions read at once."""
NIGHT = time(3, 30)
"""When the daily one begins, in the brand's zone."""
_OF_ONE = frozenset({60011, 84074, 41054})
"""A member is out of range, or lacks the right."""
_TOO_MANY = 81017
"""The platform wants the owners of groups named."""


_More = dict[Stage, list[list[str]]]


@dataclass(frozen=True)
class _Page:
    """What one page of a portion brought: what it healed, how much it held, where it goes on.

    ``more`` are portions that follow from it.
    """

    healed: dict[str, int]
    items: int
    cursor: str = ""
    more: _More = field(default_factory=dict)


class Reconciling:
    """The errand of the reconcile; ``syncs`` starts and stops it."""

    name = "reconcile"

    def __init__(self, ground: Ground, zone: ZoneInfo) -> None:
        self._ground = ground
        self._zone = zone
        self.syncs = ground.mirror.syncs

    # --- the errand

    def run(self, now: int) -> bool:
        """Begin the daily one when it is time, else read the next portions of the one that runs."""
        with self._ground.database.read(CLOCK, now) as work:
            newest = self.syncs.newest(work)
            running = newest if newest is not None and newest.state == "running" else None
            due = self.syncs.due(work, running, PORTIONS) if running else []
            is_over = running is not None and not due and self.syncs.is_over(work, running)
        begins = running is None and self._next(newest, now) <= now
        if begins:
            with self._ground.database.begin(CLOCK, now) as work:
                self.syncs.start(work, "first" if newest is None else "daily")
            return True
        if running is None:
            return False
        if is_over:
            self._finish(running, now)
            return True
        self._read(running, due, now)
        return bool(due)

    def next_due(self, work: Work) -> int | None:
        """Return when the next portion is due, or the next reconcile."""
        newest = self.syncs.newest(work)
        if newest is None or newest.state != "running":
            return self._next(newest, work.now)
        due = self.syncs.next_due(work, newest)
        return work.now if due is None else due

    def _next(self, newest: Sync | None, now: int) -> int:
        """Return when the next reconcile begins by itself: at once, then every night."""
        if newest is None:
            return now
        begun = to_datetime(newest.started).astimezone(self._zone)
        night = datetime.combine(begun.date(), NIGHT, self._zone)
        while from_datetime(night) < newest.started + DAY // 4:
            night = datetime.combine(night.date() + timedelta(days=1), NIGHT, self._zone)
        return from_datetime(night)

    def _read(self, sync: Sync, due: Sequence[Portion], now: int) -> None:
        people = [one for one in due if one.stage == "people"]
        if people:
            self._people(sync, people, now)
        for one in due:
            if one.stage == "people":
                continue
            try:
                page = self._one(sync, one, now)
            except ChannelError as error:
                self._refused(one, error, now)
                continue
            with self._ground.database.begin(CLOCK, now) as work:
                self._done(work, sync, one, page)

    def _one(self, sync: Sync, portion: Portion, now: int) -> "_Page":
        """Read a page of one portion."""
        if portion.stage == "staff":
            healed = read_staff(self._ground, now)
            there, guides = self._members(now)
            more: _More = {"people": _in_portions(guides, GUIDES), "list": [[]]}
            return _Page({"members": healed}, there, more=more)
        if portion.stage == "tags":
            healed = read_tags(self._ground, now)
            with self._ground.database.read(CLOCK, now) as work:
                number = len(self._ground.mirror.corp_tags(work))
            return _Page({"tags": healed}, number)
        if portion.stage == "list":
            return self._list(portion, now)
        reads, refused = read_chats(self._ground, list(portion.subject), now)
        with self._ground.database.begin(CLOCK, now) as work:
            healed = learn_chats(work, self._ground, reads, sync=sync.id)
        if refused:
            raise next(iter(refused.values()))
        return _Page({"stays": healed}, len(reads))

    def _members(self, now: int) -> tuple[int, list[str]]:
        """Count the members who are there; return those of them who may contact customers."""
        with self._ground.database.read(CLOCK, now) as work:
            members = self._ground.mirror.members(work)
        there = [one for one in members if one.left is None]
        return len(there), [one.userid for one in there if one.has_right]

    def _list(self, portion: Portion, now: int) -> "_Page":
        """Read one page of the list of groups; where it is too long, owner by owner."""
        try:
            page = self._ground.client.groups.list(portion.cursor, owners=list(portion.subject))
        except WecomError as error:
            if error.errcode != _TOO_MANY or portion.subject:
                raise
            _, guides = self._members(now)
            return _Page({}, 0, more={"list": _in_portions(guides, OWNERS)})
        found = [one.chat_id for one in page.items]
        return _Page({}, len(found), page.next_cursor, {"chats": _in_portions(found, CHATS)})

    # --- customers

    def _people(self, sync: Sync, portions: Sequence[Portion], now: int) -> None:
        """Read a page of each portion's customers, all at once."""
        batch = self._ground.client.contacts.batch
        pages, refused = ask_all(lambda one: batch(one.subject, one.cursor), portions)
        reads = {one.number: answers.followed(page.items, now) for one, page in pages}
        self._ground.introduce([read.person for some in reads.values() for read in some], now)
        for one, page in pages:
            with self._ground.database.begin(CLOCK, now) as work:
                self._learn(work, sync, one, reads[one.number], page.next_cursor)
        for one, error in refused:
            self._refused(one, error, now)

    def _learn(
        self, work: Work, sync: Sync, portion: Portion, reads: list[Read], cursor: str
    ) -> None:
        people = self._ground.mirror.people
        learnt = people.learn(work, reads, infer=True)
        people.note_seen(work, reads, sync.id)
        tell_tags(work, self._ground, learnt.tags)
        healed = {"edges_begun": learnt.begun, "edge_tags": len(learnt.tags)}
        if not cursor:
            gone = people.end_unseen(work, portion.subject, sync.id, sync.started)
            healed["edges_ended"] = gone
        self._done(work, sync, portion, _Page(healed, len(reads), cursor))

    # --- how it stands

    def _done(self, work: Work, sync: Sync, portion: Portion, page: "_Page") -> None:
        """Write how a portion stands after a page, what was healed by it, and what is to follow."""
        fresh = {"items": portion.items + page.items, "tries": 0, "due": work.now, "error": ""}
        ends = {"cursor": page.cursor} if page.cursor else {"state": "done"}
        self.syncs.write(work, portion, **fresh, **ends)
        for stage, subjects in page.more.items():
            self.syncs.add(work, sync, stage, subjects)
        self.syncs.heal(work, sync, page.healed)

    def _refused(self, portion: Portion, error: ChannelError, now: int) -> None:
        """Try a portion again, or part it to find whose fault it is, or leave it with its reason.

        A cursor that the platform knows no more is begun anew.
        """
        word = word_of(error)
        later = None if _is_somebodys(error) else again(error, portion.tries, now)
        with self._ground.database.begin(CLOCK, now) as work:
            if later is not None:
                self.syncs.write(work, portion, tries=portion.tries + 1, due=later, error=word)
            elif portion.cursor and portion.tries < len(PAUSES):
                fresh = {"cursor": "", "tries": portion.tries + 1, "due": now + SECOND}
                self.syncs.write(work, portion, **fresh, error=word)
            elif (error.permanent or _is_somebodys(error)) and len(portion.subject) > 1:
                self.syncs.part(work, portion)
            else:
                self.syncs.write(work, portion, state="failed", error=word)

    def _finish(self, sync: Sync, now: int) -> None:
        """End a reconcile; groups that a whole list did not show are gone."""
        with self._ground.database.begin(CLOCK, now) as work:
            if not self.syncs.failed(work, sync).keys() & {"staff", "list", "chats"}:
                gone = self._ground.mirror.groups.end_unseen(work, sync.id, sync.started)
                self.syncs.heal(work, sync, {"groups_gone": gone})
            self.syncs.finish(work)


def _is_somebodys(error: ChannelError) -> bool:
    """Say whether an administrator has to mend something about one member, not about the app."""
    return isinstance(error, WecomError) and error.errcode in _OF_ONE


def _in_portions(ids: Sequence[str], size: int) -> list[list[str]]:
    ordered = list(ids)
    return [ordered[start : start + size] for start in range(0, len(ordered), size)]
