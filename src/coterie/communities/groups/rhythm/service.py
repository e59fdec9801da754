"""The verbs of rhythms: write them, and let the owners of groups be asked for what is due."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from coterie.communities.groups import store as groups
from coterie.communities.groups.ports import Chats, Questions, Sender
from coterie.communities.groups.rhythm import store
from coterie.communities.groups.rhythm.model import Coming, Play, Played, Rhythm
from coterie.communities.groups.rhythm.parse import parse
from coterie.communities.groups.rhythm.playbook import DOCUMENT, PLAYBOOK
from coterie.communities.groups.rhythm.timing import coming, plays_of
from coterie.core import clock
from coterie.core.clock import HOUR, local_date
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.core.ids import derived_id
from coterie.storage import audit
from coterie.storage.work import Work

LATE = 6 * HOUR
"""A play that is so late (the house stood still) is left out, and that is said."""
PORTION = 500
Zones = Callable[[Work], Mapping[str, str]]


@dataclass(frozen=True)
class _Due:
    """A play that is due in a group."""

    id: str
    group: Any
    coming: Coming


@dataclass(frozen=True)
class _Said:
    """What is asked of guides at once: the same words in several groups are one send."""

    rhythm: str
    day: date
    text: str
    play: str


@dataclass(frozen=True)
class Rhythms:
    """The rhythms of one house. ``zones`` are the time zones of stores that have their own."""

    chats: Chats
    sender: Sender
    questions: Questions
    zones: Zones
    zone: ZoneInfo

    # --- writing them

    def define(self, work: Work, document: Mapping[str, Any]) -> Rhythm:
        """Write a rhythm or its next version; raises Invalid, Conflict for the playbook itself."""
        rhythm = parse(document)
        if rhythm.slug == PLAYBOOK:
            raise Conflict("the playbook stays as it is: copy it under another name")
        for place, play in enumerate(rhythm.plays):
            if play.poll is not None:
                self._check_poll(work, play.poll, f"plays[{place}].poll")
        store.keep(work, rhythm.slug, document)
        audit.record(work, "rhythm.defined", rhythm.slug, plays=len(rhythm.plays))
        self.reckon(work, groups.of(work, "rhythm", [rhythm.slug]), {rhythm.slug: rhythm})
        return rhythm

    def _check_poll(self, work: Work, poll: str, path: str) -> None:
        try:
            self.questions.words(work, poll)
        except NotFound as error:
            raise Invalid(error.message, path=path, hint="ask it first") from error

    def all(self, work: Work) -> list[Rhythm]:
        """Return every rhythm, the playbook first."""
        return [parse(one) for one in (DOCUMENT, *store.definitions(work))]

    def get(self, work: Work, slug: str) -> Rhythm:
        """Return one rhythm; raises NotFound."""
        return parse(self.source(work, slug))

    def source(self, work: Work, slug: str) -> Mapping[str, Any]:
        """Return a rhythm as it was written; raises NotFound."""
        for one in (DOCUMENT, *store.definitions(work)):
            if one["slug"] == slug:
                return one
        raise NotFound(f"there is no rhythm {slug!r}: write it first")

    # --- what is to come

    def reckon(
        self, work: Work, rows: Sequence[Any], rhythms: Mapping[str, Rhythm] | None = None
    ) -> None:
        """Work out anew when the next play of groups is."""
        if not rows:
            return
        known = rhythms or {one.slug: one for one in self.all(work)}
        zones = self._zones(work)
        said = []
        for row in rows:
            rhythm = known.get(row.rhythm or "")
            due = None
            if rhythm is not None and row.paused is None and row.closed is None:
                due = self._next(rhythm, row, zones, max(row.looked, work.now - LATE))
            said.append({"chat": row.chat, "due": due})
        groups.change(work, said, "due")

    def _next(
        self, rhythm: Rhythm, row: Any, zones: Mapping[str, ZoneInfo], after: int
    ) -> int | None:
        zone = zones.get(row.store or "", self.zone)
        found = coming(rhythm, local_date(row.opened, zone), zone, after, 1, row.guide)
        return found[0].at if found else None

    def coming(self, work: Work, chat: str, most: int = 10) -> list[Coming]:
        """Return the next plays of a group, as if it were not paused."""
        row = groups.of(work, "chat", [chat])[0]
        if row.rhythm is None or row.closed is not None:
            return []
        zone = self._zones(work).get(row.store or "", self.zone)
        opened = local_date(row.opened, zone)
        rhythm = self.get(work, row.rhythm)
        return coming(rhythm, opened, zone, max(work.now, row.looked), most, row.guide)

    def _zones(self, work: Work) -> dict[str, ZoneInfo]:
        return {store_: clock.zone(name) for store_, name in self.zones(work).items()}

    # --- what became of it

    def played(
        self, work: Work, chats: Collection[str], since: int, until: int
    ) -> dict[str, list[Played]]:
        """Return what was played in groups in [since, until), the latest first."""
        rows = store.played(work, chats, since, until)
        became = self.sender.into_groups(
            work, [(row.send, row.chat) for row in rows if row.send is not None]
        )
        found: defaultdict[str, list[Played]] = defaultdict(list)
        for row in rows:
            into = became.get((row.send or "", row.chat))
            state, reason, since_ = "skipped", row.reason, row.made
            if row.send is not None:
                state = "asked" if into is None or into.state == "waiting" else into.state
                reason = None if into is None else into.reason
                since_ = row.made if into is None else into.at
            found[row.chat].append(
                Played(row.play, row.kind, row.title, row.at, state, since_, reason, row.send)
            )
        return found

    # --- what is due

    def next_due(self, work: Work) -> int | None:
        """Return when the next play of any group is."""
        return groups.next_due(work)

    def wake(self, work: Work) -> None:
        """Ask the owners of groups for what is due; each play of each group once."""
        rows = groups.due(work, PORTION)
        if not rows:
            return
        rhythms = {one.slug: one for one in self.all(work)}
        zones = self._zones(work)
        chats = {
            one.chat_id: one
            for one in self.chats.chats(work, chat_ids=[row.chat for row in rows], living=False)
        }
        dues: list[_Due] = []
        for row in rows:
            rhythm = rhythms.get(row.rhythm or "")
            if rhythm is None or row.paused is not None:
                continue
            zone = zones.get(row.store or "", self.zone)
            opened = local_date(row.opened, zone)
            for one in plays_of(rhythm, opened, zone, row.looked, work.now, row.guide):
                name = derived_id("group.play", row.chat, one.play.name, one.day)
                dues.append(_Due(name, row, one))
        known = store.known(work, {one.id for one in dues})
        fresh = [one for one in dues if one.id not in known]
        late = [one for one in fresh if one.coming.at < work.now - LATE]
        alive = {name for name, one in chats.items() if one.status == "alive"}
        gone = [one for one in fresh if one not in late and one.group.chat not in alive]
        self._skip(work, late, "late")
        self._skip(work, gone, "no_group")
        self._ask(work, [one for one in fresh if one not in late and one not in gone])
        self._looked(work, rows, chats, rhythms)

    def _looked(
        self, work: Work, rows: Sequence[Any], chats: Mapping[str, Any],
        rhythms: Mapping[str, Rhythm],
    ) -> None:  # fmt: skip
        """Note until when groups were worked off, whose they are now, and which are no more."""
        said = []
        for row in rows:
            chat = chats.get(row.chat)
            closed = row.closed
            if chat is not None and chat.status != "alive" and closed is None:
                closed = work.now
            guide = chat.owner if chat is not None and chat.owner else row.guide
            said.append({"chat": row.chat, "looked": work.now, "guide": guide, "closed": closed})
        groups.change(work, said, "looked", "guide", "closed")
        self.reckon(work, groups.of(work, "chat", [row.chat for row in rows]), rhythms)

    def _ask(self, work: Work, dues: Sequence[_Due]) -> None:
        """Ask for what is due: what says the same in several groups is one send."""
        same: defaultdict[_Said, list[_Due]] = defaultdict(list)
        for one in dues:
            play = one.coming.play
            text = self._text(work, play, one.group)
            if text is None:
                self._skip(work, [one], "no_poll")
                continue
            same[_Said(one.group.rhythm, one.coming.day, text, play.name)].append(one)
        for said, several in same.items():
            play, at = several[0].coming.play, max(one.coming.at for one in several)
            try:
                send = self.sender.send_to_groups(
                    work, next(iter(play.titles.values())), said.text,
                    [one.group.chat for one in several], materials=play.materials,
                    expires=at + play.lasts, key=derived_id(*sorted(one.id for one in several)),
                )  # fmt: skip
            except Invalid:
                self._skip(work, several, "no_group")
                continue
            store.add(work, [_row(one, work.now, send=send.id) for one in several])

    def _text(self, work: Work, play: Play, group: Any) -> str | None:
        """Return what is posted, with the group's name put in; None when its poll is gone."""
        parts = [play.text.replace("{group}", group.name or group.slug)]
        if play.poll is not None:
            try:
                parts.append(self.questions.words(work, play.poll))
            except NotFound:
                return None
        parts.append(play.link or "")
        return "\n".join(part for part in parts if part)

    def _skip(self, work: Work, dues: Sequence[_Due], reason: str) -> None:
        store.add(work, [_row(one, work.now, reason=reason) for one in dues])


def _row(
    due: _Due, now: int, *, send: str | None = None, reason: str | None = None
) -> dict[str, Any]:
    play = due.coming.play
    return {
        "id": due.id, "chat": due.group.chat, "rhythm": due.group.rhythm, "play": play.name,
        "kind": play.kind, "title": dict(play.titles), "at": due.coming.at, "made": now,
        "send": send, "reason": reason,
    }  # fmt: skip
