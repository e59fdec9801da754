"""What joins and leaves come to: stays, facts, and the tag of participation."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from coterie.communities.groups import store
from coterie.communities.groups.intervals import Mark, Span, is_in, settle
from coterie.communities.groups.meeting import Meeting
from coterie.communities.groups.model import GROUP_JOINED, GROUP_LEFT, tag_of
from coterie.communities.groups.store import Whose
from coterie.communities.service import Communities
from coterie.core.errors import NotFound
from coterie.core.event import TAGGED, UNTAGGED, Event
from coterie.core.facts import fact
from coterie.storage.work import Work

ROOM = "groups"
LEFT_GROUP = "left_group"


@dataclass(frozen=True)
class _Told:
    """What a batch tells: comings and goings by whose they are, and the events they came with."""

    marks: Mapping[Whose, list[Mark]]
    heads: Mapping[int, int]
    events: Mapping[tuple[Whose, int, bool], Event]


@dataclass(frozen=True)
class Coming:
    """Takes in who came and went. Those of a group that has a community take part in it, too."""

    communities: Communities
    meeting: Meeting

    def hear(self, work: Work, events: Sequence[Event]) -> tuple[list[Event], list[str]]:
        """Take in a batch; return the facts, and the chats that became known by it."""
        heard = [one for one in events if one.name in (GROUP_JOINED, GROUP_LEFT) and _chat(one)]
        if not heard:
            return [], []
        rows, fresh = self._rows(work, heard)
        told = _told(heard)
        before = store.spans(work, rows, told.heads)
        after = {whose: settle(before.get(whose, ()), marks) for whose, marks in told.marks.items()}
        store.write_spans(work, before, after, told.heads)
        facts: list[Event] = []
        came: list[tuple[Any, Event]] = []
        went: list[tuple[Any, Event]] = []
        for whose, spans in after.items():
            row = rows[whose[0]]
            facts += _facts(row, whose, before.get(whose, ()), spans, told)
            last = max(told.marks[whose], key=lambda one: one.at)
            event = told.events[whose, last.at, last.came]
            if is_in(spans) and not is_in(before.get(whose, ())):
                came.append((row, event))
            elif is_in(before.get(whose, ())) and not is_in(spans):
                went.append((row, event))
        return facts + self._taking_part(work, came, went), fresh

    def _rows(self, work: Work, heard: Sequence[Event]) -> tuple[dict[str, Any], list[str]]:
        """Return the groups that are spoken of by chat; those nobody knew are known now."""
        chats = {_chat(one) for one in heard}
        rows = {row.chat: row for row in store.of(work, "chat", chats)}
        if len(rows) == len(chats):
            return rows, []
        strangers: dict[str, str] = {}
        names: dict[str, tuple[str, int]] = {}
        for one in sorted(heard, key=lambda each: (each.time, _chat(each))):
            chat = _chat(one)
            if chat not in rows:
                strangers[chat] = strangers.get(chat) or _text(one, "state", 30)
                names.setdefault(chat, (_text(one, "name", 100), one.time))
        fresh = self.meeting.meet(work, strangers, names)
        return rows | {row.chat: row for row in store.of(work, "chat", fresh)}, fresh

    def _taking_part(
        self, work: Work, came: Sequence[tuple[Any, Event]], went: Sequence[tuple[Any, Event]]
    ) -> list[Event]:
        """State who wears the tag of a group now, and who takes part in its community."""
        facts = [_tag(TAGGED, row, event) for row, event in came]
        joining: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        for row, event in came:
            if row.community is not None:
                joining[row.community, row.slug].add(event.profile)
        for (community, slug), people in sorted(joining.items()):
            try:
                facts += self.communities.join(work, community, people, f"group:{slug}")
            except NotFound:
                continue  # it was there when the group was set up
        if not went:
            return facts
        still = store.inside(
            work, {row.chat for row, _ in went}, {event.profile for _, event in went}
        )
        gone = [(row, one) for row, one in went if (row.chat, one.profile) not in still]
        facts += [_tag(UNTAGGED, row, event) for row, event in gone]
        return facts + self._leaving(work, gone)

    def _leaving(self, work: Work, gone: Sequence[tuple[Any, Event]]) -> list[Event]:
        """Whoever left the last group of a community takes part in it no more."""
        leaving: defaultdict[str, set[int]] = defaultdict(set)
        for row, event in gone:
            if row.community is not None:
                leaving[row.community].add(event.profile)
        facts: list[Event] = []
        for community, people in sorted(leaving.items()):
            chats = [row.chat for row in store.of(work, "community", [community])]
            still = {profile for _, profile in store.inside(work, chats, people)}
            try:
                facts += self.communities.leave(work, community, people - still, LEFT_GROUP)
            except NotFound:
                continue
        return facts


def _told(heard: Sequence[Event]) -> _Told:
    marks: defaultdict[Whose, list[Mark]] = defaultdict(list)
    heads: dict[int, int] = {}
    events: dict[tuple[Whose, int, bool], Event] = {}
    for one in heard:
        born = one.came_with or one.profile
        whose, came = (_chat(one), born), one.name == GROUP_JOINED
        heads[born] = one.profile
        events[whose, one.time, came] = one
        code = _text(one, "state", 30) if came else ""
        scene = _text(one, "scene", 16) if came else ""
        marks[whose].append(Mark(one.time, came, code, scene))
    return _Told(marks, heads, events)


def _facts(
    row: Any, whose: Whose, before: Sequence[Span], after: Sequence[Span], told: _Told
) -> list[Event]:
    """Return who joined and who left by what is new; what was told already is stated already."""
    began = {one.joined for one in before}
    ended = {one.left for one in before if one.left is not None and not one.lost}
    first = min((one.joined for one in after if one.joined is not None), default=None)
    about = {"group": row.slug, "chat": row.chat}
    if row.campaign is not None:
        about["campaign"] = row.campaign
    facts: list[Event] = []
    for span in after:
        if span.joined is not None and span.joined not in began:
            said = {**about, "code": span.code or None, "scene": span.scene or None}
            said["first"] = span.joined == first
            facts.append(_fact("group.joined", told.events[whose, span.joined, True], said))
        if span.left is not None and not span.lost and span.left not in ended:
            stayed = None if span.joined is None else span.left - span.joined
            said = {**about, "stayed": stayed}
            facts.append(_fact("group.left", told.events[whose, span.left, False], said))
    return facts


def _fact(name: str, event: Event, said: Mapping[str, Any]) -> Event:
    born = event.came_with or event.profile
    stated = fact(
        name, room=ROOM, profile=event.profile, at=event.time,
        cause=(said["chat"], born, event.time),
        **{key: value for key, value in said.items() if value is not None},
    )  # fmt: skip
    return msgspec.structs.replace(stated, backfill=event.backfill)


def _tag(name: str, row: Any, event: Event) -> Event:
    stated = fact(
        name, room=ROOM, profile=event.profile, at=event.time,
        cause=(row.chat, event.time), tag=tag_of(row.slug), by=f"group:{row.slug}",
    )  # fmt: skip
    return msgspec.structs.replace(stated, backfill=event.backfill)


def _chat(event: Event) -> str:
    return _text(event, "group_id", 64)


def _text(event: Event, name: str, most: int) -> str:
    found = event.properties.get(name)
    return found if isinstance(found, str) and len(found) <= most else ""
