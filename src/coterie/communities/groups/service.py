"""The face of groups: what each is, who is in it and was, and its rhythm."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from coterie.codes.groups.service import GroupCodes
from coterie.communities.groups import store
from coterie.communities.groups.coming import Coming
from coterie.communities.groups.meeting import Meeting
from coterie.communities.groups.model import Group, Stay
from coterie.communities.groups.parse import parse
from coterie.communities.groups.ports import Chats
from coterie.communities.groups.rhythm.model import Played
from coterie.communities.groups.rhythm.service import Rhythms
from coterie.communities.service import Communities
from coterie.core.clock import format_time, local_date
from coterie.core.errors import Invalid, NotFound
from coterie.core.event import Event, Move
from coterie.core.people import Shift
from coterie.storage import audit, keeping
from coterie.storage.work import Work


class Groups:
    """The groups of one house; a listener on the road, and a keeper."""

    name = "groups"

    def __init__(
        self,
        codes: GroupCodes,
        communities: Communities,
        chats: Chats,
        rhythms: Rhythms,
        zone: ZoneInfo,
    ) -> None:
        self._communities, self._chats, self._zone = communities, chats, zone
        self._meeting = Meeting(codes, chats, zone)
        self._coming = Coming(communities, self._meeting)
        self.rhythms = rhythms

    # --- writing

    def define(self, work: Work, given: Mapping[str, Any]) -> Group:
        """Make a group, or change the one of this ``chat`` or ``slug``; raises Invalid.

        What is not said stays as it is; a new one takes after the newest behind the same code.
        """
        said = parse(given, self._zone)
        before = self._before(work, said)
        if before is None and "chat" not in said:
            raise Invalid("which chat is it?", path="chat", hint="write the platform's chat id")
        self._check(work, said)
        if before is None:
            row = self._meeting.fresh(work, said)
        else:
            row = {**before._mapping, **said, "chat": before.chat, "slug": before.slug}
            if row["rhythm"] != before.rhythm:  # what lies behind is not made up
                row["looked"] = max(row["looked"], work.now)
        if row["qr_limit"] > row["cap"]:
            raise Invalid(
                "a scan cannot lead in beyond the cap", path="qr_limit",
                hint=f"at most {row['cap']:,}",
            )  # fmt: skip
        store.keep(work, [row])
        audit.record(work, "group.defined", row["slug"], **given)
        self.rhythms.reckon(work, store.of(work, "chat", [row["chat"]]))
        return self.get(work, row["slug"])

    def _before(self, work: Work, said: Mapping[str, Any]) -> Any:
        for column in ("chat", "slug"):
            if said.get(column):
                for row in store.of(work, column, [said[column]]):
                    return row
        return None

    def _check(self, work: Work, said: Mapping[str, Any]) -> None:
        if said.get("community"):
            try:
                self._communities.get(work, said["community"])
            except NotFound as error:
                raise Invalid(error.message, path="community") from error
        if said.get("rhythm"):
            try:
                self.rhythms.get(work, said["rhythm"])
            except NotFound as error:
                raise Invalid(error.message, path="rhythm") from error

    def adopt(self, work: Work, chats: Collection[str] | None = None) -> list[Group]:
        """Take in groups of the platform that are not kept yet: these, or all that are alive."""
        made = self._meeting.meet(work, self._strangers(work, chats))
        if made:
            audit.record(work, "group.adopted", "groups", count=len(made))
        self.rhythms.reckon(work, store.of(work, "chat", made))
        return list(self.of_chats(work, made).values())

    def strangers(self, work: Work) -> int:
        """Count the living groups of the platform that are not kept here yet."""
        return len(self._strangers(work, None))

    def _strangers(self, work: Work, chats: Collection[str] | None) -> dict[str, str]:
        there = {one.chat_id for one in self._chats.chats(work, chat_ids=chats)}
        kept = {row.chat for row in store.every(work)}
        return dict.fromkeys(sorted(there - kept), "")

    def follow_rhythm(self, work: Work, slug: str, rhythm: str | None) -> Group:
        """Let a group follow a rhythm from now on (what lies behind is not made up), or none."""
        row = self._row(work, slug)
        if rhythm is not None:
            self.rhythms.get(work, rhythm)
        store.change(
            work, [{"chat": row.chat, "rhythm": rhythm, "looked": work.now}], "rhythm", "looked"
        )
        audit.record(work, "group.rhythm", slug, rhythm=rhythm)
        return self._reckoned(work, slug)

    def pause(self, work: Work, slug: str) -> Group:
        """Post nothing in a group until it is resumed; what falls due meanwhile is left out."""
        return self._pause(work, slug, paused=True)

    def resume(self, work: Work, slug: str) -> Group:
        """Go on with a group's rhythm from now on."""
        return self._pause(work, slug, paused=False)

    def _pause(self, work: Work, slug: str, *, paused: bool) -> Group:
        row = self._row(work, slug)
        if paused != (row.paused is not None):
            said = {
                "chat": row.chat, "paused": work.now if paused else None,
                "looked": max(row.looked, work.now),
            }  # fmt: skip
            store.change(work, [said], "paused", "looked")
            audit.record(work, "group.paused" if paused else "group.resumed", slug)
        return self._reckoned(work, slug)

    def _row(self, work: Work, slug: str) -> Any:
        for row in store.of(work, "slug", [slug]):
            return row
        raise NotFound(f"there is no group {slug!r}")

    def _reckoned(self, work: Work, slug: str) -> Group:
        self.rhythms.reckon(work, store.of(work, "slug", [slug]))
        return self.get(work, slug)

    # --- what there is to know

    def all(self, work: Work) -> list[Group]:
        """Return every group, the oldest first."""
        return self._groups(work, store.every(work))

    def get(self, work: Work, slug: str) -> Group:
        """Return one group; raises NotFound."""
        return self._groups(work, [self._row(work, slug)])[0]

    def of_chats(self, work: Work, chats: Collection[str]) -> dict[str, Group]:
        """Return groups by chat id; what is not kept has no key."""
        found = self._groups(work, store.of(work, "chat", chats))
        return {one.chat: one for one in found}

    def of_codes(self, work: Work, states: Collection[str]) -> list[Group]:
        """Return the groups behind live group codes, the oldest first."""
        return self._groups(work, store.of(work, "code", states))

    def of_community(self, work: Work, slug: str) -> list[Group]:
        """Return the groups of a community, the oldest first."""
        return self._groups(work, store.of(work, "community", [slug]))

    def of_guide(self, work: Work, userid: str) -> list[Group]:
        """Return the groups that a guide owns, by her userid at the platform."""
        return [one for one in self.all(work) if one.guide == userid and one.closed is None]

    def _groups(self, work: Work, rows: Sequence[Any]) -> list[Group]:
        chats = [row.chat for row in rows]
        there = {one.chat_id: one for one in self._chats.chats(work, chat_ids=chats, living=False)}
        people = store.counts(work, None)
        found = []
        for row in rows:
            kept = {name: row._mapping[name] for name in store.COLUMNS}
            del kept["looked"]
            one = Group(**kept, members=people.get(row.chat, 0), customers=people.get(row.chat, 0))
            chat = there.get(row.chat)
            if chat is not None:
                gone = one.closed if chat.status == "alive" else one.closed or work.now
                one = replace(
                    one, name=chat.name or one.name, guide=chat.owner or one.guide,
                    members=max(chat.members, one.customers), closed=gone,
                )  # fmt: skip
            found.append(one)
        return found

    def counts(self, work: Work, as_of: int | None = None) -> dict[str, int]:
        """Count the people in each group by its slug, now or at a moment."""
        people = store.counts(work, as_of)
        return {row.slug: people.get(row.chat, 0) for row in store.every(work)}

    def members(self, work: Work, slugs: Collection[str], as_of: int | None = None) -> set[int]:
        """Return who is in any of these groups now, or was at a moment."""
        return set(store.members(work, self._chats_of(work, slugs), as_of))

    def stays(
        self,
        work: Work,
        slugs: Collection[str],
        limit: int | None = None,
        offset: int = 0,
        *,
        as_of: int | None = None,
    ) -> list[Stay]:
        """Return the stays in groups: who is in first, then the latest joined first.

        With ``as_of`` only those that lasted at that moment.
        """
        return store.stays(
            work, chats=self._chats_of(work, slugs), as_of=as_of, limit=limit, offset=offset
        )

    def of_person(self, work: Work, profile: int) -> list[Stay]:
        """Return a person's stays."""
        return store.stays(work, profile=profile)

    def by_day(
        self, work: Work, slugs: Collection[str], since: int, until: int
    ) -> dict[str, list[tuple[date, int, int]]]:
        """Return (day, joins, leaves) of the days in [since, until) that had any, by slug."""
        slug_of = {row.chat: row.slug for row in store.of(work, "slug", slugs)}
        days: defaultdict[str, Counter[tuple[date, str]]] = defaultdict(Counter)
        for chat, what, at in store.moves(work, slug_of.keys(), since, until):
            days[slug_of[chat]][local_date(at, self._zone), what] += 1
        return {
            slug: [
                (day, said[day, "joined"], said[day, "left"])
                for day in sorted({day for day, _ in said})
            ]
            for slug, said in days.items()
        }

    def ways(self, work: Work, slug: str) -> Mapping[str, int]:
        """Count how people came into a group: by scene, or ``code:`` and the state of a code."""
        row = self._row(work, slug)
        return store.ways(work, [row.chat]).get(row.chat, {})

    def plays(self, work: Work, slug: str, since: int, until: int) -> list[Played]:
        """Return what was played in a group in [since, until), and what became of it."""
        row = self._row(work, slug)
        return self.rhythms.played(work, [row.chat], since, until).get(row.chat, [])

    def _chats_of(self, work: Work, slugs: Collection[str]) -> list[str]:
        return [row.chat for row in store.of(work, "slug", slugs)]

    # --- the road

    def hear(self, work: Work, events: Sequence[Event], moves: Sequence[Move]) -> list[Event]:  # noqa: ARG002
        """Take in who came into groups and who went, in whatever order it is told."""
        facts, fresh = self._coming.hear(work, events)
        self.rhythms.reckon(work, store.of(work, "chat", fresh))
        return facts

    def wake(self, work: Work) -> list[Event]:
        """Let guides be asked for the plays that are due."""
        self.rhythms.wake(work)
        return []

    def next_due(self, work: Work) -> int | None:
        """Return when the next play is."""
        return self.rhythms.next_due(work)

    # --- keeping

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Let stays follow the people whose they are."""
        keeping.follow(work, store.stay_rows, shifts)

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return in which groups a person was, as plain JSON."""
        hers = store.stays(work, profile=profile)
        names = {row.chat: row.name for row in store.of(work, "chat", {one.chat for one in hers})}
        return {
            "groups": [
                {
                    "group": names.get(one.chat) or one.chat,
                    "joined": format_time(one.joined),
                    "left": None if one.left is None else format_time(one.left),
                    "came": one.scene, "code": one.code,
                }
                for one in hers
            ]
        }  # fmt: skip

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """End these people's stays; that somebody came and went stays counted."""
        return {"community_group_stays": store.erase(work, profiles)}
