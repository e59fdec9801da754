"""The face of channel codes: define them, hear who came through them, say whom each shows now."""

import os
from base64 import b32encode
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from coterie.codes.channel import coming, store
from coterie.codes.channel.model import (
    ChannelCode,
    Filter,
    Key,
    Numbers,
    Source,
    Standing,
    Wanted,
)
from coterie.codes.channel.parse import parse
from coterie.codes.channel.ports import Guides
from coterie.codes.channel.showing import Shown, show, standings_of
from coterie.codes.channel.store import CodeRow
from coterie.core.clock import DAY, HOUR, format_time, local_date, midnight
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.core.event import Event, Move
from coterie.core.people import Shift
from coterie.storage import audit, keeping
from coterie.storage.work import Work

_LONGEST_CHAIN = 5
LOOK_AGAIN = HOUR
"""How long an answer stands at most: what nobody told of guides and stores is seen by then."""
KEPT_AFTER_END = 30 * DAY
"""How long a code that is over still leads to somebody before the platform's is given back."""


class ChannelCodes:
    """The codes of one house; a listener on the road, and a keeper."""

    name = coming.ROOM

    def __init__(self, guides: Guides, zone: ZoneInfo) -> None:
        self.guides = guides
        self.zone = zone

    # --- defining

    def make(self, work: Work, given: Mapping[str, Any]) -> ChannelCode:
        """Make one code; raises Invalid, Conflict when there is one of its key."""
        made = self.make_many(work, [given])
        if not made:
            raise Conflict(
                "there is a code of this guide, store, campaign and place: change that one",
                code="code_exists",
            )
        return self.get(work, made[0])

    def make_many(self, work: Work, given: Sequence[Mapping[str, Any]]) -> list[str]:
        """Make those codes whose key is new; return their states. Doing it again makes none."""
        rows: dict[str, dict[str, Any]] = {}
        behind: dict[str, set[str]] = {}
        for one in given:
            definition = parse(one, self.zone)
            row = _row(work, definition.key, dict(one), 1)
            row |= {"title": definition.title, "ends": definition.ends}
            if row["key"] not in rows:
                rows[row["key"]] = row
                behind[row["state"]] = _behind(definition.plan)
        present = store.of_keys(work, rows)
        fresh = store.add(work, [row for key, row in rows.items() if key not in present])
        store.set_behind(work, {state: behind[state] for state in fresh})
        if fresh:
            audit.record(work, "code.made", fresh[0] if len(fresh) == 1 else f"{len(fresh)} codes")
        return fresh

    def change(self, work: Work, state: str, given: Mapping[str, Any]) -> ChannelCode:
        """Write the next version of a code; what it is of stays. Raises NotFound, Invalid."""
        code = self.get(work, state)
        definition = parse(given, self.zone)
        if definition.key != code.key:
            raise Invalid("what a code is of stays", path="guide", hint="make another code")
        store.rewrite(work, {
            "state": state, "title": definition.title, "version": code.version + 1,
            "source": dict(given), "ends": definition.ends, "due": work.now,
        })  # fmt: skip
        store.set_behind(work, {state: _behind(definition.plan)})
        if code.status == "over" and (definition.ends is None or definition.ends > work.now):
            store.set_fields(work, [state], status="on")
        store.hasten(work, store.followers(work, [state]))
        audit.record(work, "code.changed", state, version=code.version + 1)
        return self.get(work, state)

    def disable(self, work: Work, state: str, successor: str | None = None) -> None:
        """Let a code lead elsewhere: to ``successor``, else to its store's own code."""
        self.get(work, state)
        if successor is not None and state in self._chain(work, successor):
            raise Invalid("the successor leads back here", path="successor", hint="choose another")
        store.set_fields(work, [state], status="off", successor=successor, due=work.now)
        audit.record(work, "code.disabled", state, successor=successor)

    def enable(self, work: Work, state: str) -> None:
        """Let a disabled code work again."""
        code = self.get(work, state)
        if code.status == "over":
            raise Conflict("this code is over: give it a later end", code="code_over")
        store.set_fields(work, [state], status="on", successor=None, due=work.now)
        audit.record(work, "code.enabled", state)

    def rotate(self, work: Work, state: str) -> ChannelCode:
        """Replace a leaked code by a fresh one of the same kind; the old one leads to it."""
        code = self.get(work, state)
        generation = store.latest_of(work, code.key) + 1
        row = _row(work, code.key, dict(code.source), generation)
        row |= {"title": code.title, "ends": code.definition.ends}
        store.add(work, [row])
        store.set_behind(work, {row["state"]: _behind(code.definition.plan)})
        store.set_fields(work, [state], status="off", successor=row["state"], due=work.now)
        audit.record(work, "code.rotated", state, successor=row["state"])
        return self.get(work, row["state"])

    # --- looking

    def get(self, work: Work, state: str) -> ChannelCode:
        """Return one code; raises NotFound."""
        found = self.all_of(work, [state])
        if not found:
            raise NotFound(f"there is no channel code {state!r}")
        return found[0]

    def all_of(self, work: Work, states: Collection[str]) -> list[ChannelCode]:
        """Return these codes; those that are not there are left out."""
        return [self._code(row, work.now) for row in store.load(work, states)]

    def of_guide(self, work: Work, guide: str) -> list[ChannelCode]:
        """Return a guide's own codes, newest first."""
        return [self._code(row, work.now) for row in store.of_guide(work, guide)]

    def page(
        self, work: Work, sought: Filter, order: str = "created", limit: int = 50, offset: int = 0
    ) -> tuple[list[ChannelCode], int]:
        """Return wanted codes in an order, and how many there are."""
        rows = store.page(work, sought, order, limit, offset)
        return [self._code(row, work.now) for row in rows], store.count(work, sought)

    def values_of(self, work: Work, column: str) -> list[str]:
        """Return every store, guide or campaign that has codes."""
        return store.values_of(work, column)

    def versions(self, work: Work, state: str) -> Sequence[CodeRow]:
        """Return every version of a code (version, at, by, source), newest first."""
        return store.versions(work, state)

    def numbers(
        self, work: Work, states: Collection[str], since: int | None = None
    ) -> dict[str, Numbers]:
        """Count what came of codes; a code that nobody used has no key."""
        start = midnight(local_date(work.now, self.zone), self.zone) if since is None else since
        return store.numbers(work, states, start)

    def by_guide(self, work: Work, state: str) -> list[tuple[str, int, int]]:
        """Return guides with how many they added through a code, and how many of these joined."""
        return store.by_guide(work, state)

    def moments(self, work: Work, state: str, since: int) -> tuple[Any, Any]:
        """Return when people were added through a code, and which of them came into a group."""
        return store.moments(work, state, since)

    # --- whose a state is

    def resolve(self, work: Work, states: Collection[str]) -> dict[str, Source]:
        """Say what states of ours stand for; a state that is none of ours has no key."""
        effective = self.effective(work, states)
        return {
            state: Source(
                state, code.key.guide, code.key.store, code.key.campaign, code.key.placement,
                code.definition.tags, code.state,
            )
            for state, code in effective.items()
        }  # fmt: skip

    def effective(self, work: Work, states: Collection[str]) -> dict[str, ChannelCode]:
        """Return the code whose word counts for each state: its own, or where it leads to."""
        own = {one.state: one for one in self.all_of(work, states)}
        found = dict(own)
        for _ in range(_LONGEST_CHAIN):
            off = {state: one for state, one in found.items() if one.status != "on"}
            nexts = self._nexts(work, off.values())
            moved = {state: nexts[one.state] for state, one in off.items() if one.state in nexts}
            if not moved:
                return found
            found |= moved
        return found

    def _nexts(self, work: Work, codes: Iterable[ChannelCode]) -> dict[str, ChannelCode]:
        codes = list(codes)
        successors = [one.successor for one in codes if one.successor is not None]
        named = {one.state: one for one in self.all_of(work, successors)}
        stores = {one.key.store for one in codes if one.successor is None and one.key.store}
        own: dict[str | None, ChannelCode] = {}
        for row in store.of_stores(work, stores, work.now):
            own.setdefault(row.store, self._code(row, work.now))
        nexts = {
            one.state: named.get(one.successor) if one.successor else own.get(one.key.store)
            for one in codes
        }
        return {
            state: one for state, one in nexts.items() if one is not None and one.state != state
        }

    def _chain(self, work: Work, state: str) -> list[str]:
        chain = [self.get(work, state)]
        while chain[-1].successor and len(chain) <= _LONGEST_CHAIN:
            chain.append(self.get(work, chain[-1].successor))
        return [one.state for one in chain]

    # --- whom each shows

    def shown(self, work: Work, states: Collection[str]) -> dict[str, Shown]:
        """Say who is behind each of these codes now, and why, where they themselves lead."""
        effective = self.effective(work, states)
        distinct = {code.state: code for code in effective.values()}
        found = show(work, self.guides, self.zone, list(distinct.values()))
        return {state: found[code.state] for state, code in effective.items()}

    def wanted(self, work: Work, limit: int) -> list[Wanted]:
        """Return what the platform is to show for the codes that are due now."""
        rows = store.due(work, limit)
        over = [row.state for row in rows if row.status == "on" and _is_over(row, work.now)]
        store.set_fields(work, over, status="over")
        codes = {row.state: self._code(row, work.now) for row in rows}
        kept = [state for state, one in codes.items() if not _is_given_back(one, work.now)]
        shown = self.shown(work, kept)
        return [self._wanted(one, shown.get(one.state), work.now) for one in codes.values()]

    def worked_out(self, work: Work, wanted: Sequence[Wanted]) -> None:
        """Keep when codes are to be worked out again."""
        by_next: dict[int | None, list[str]] = {}
        for one in wanted:
            by_next.setdefault(one.next, []).append(one.state)
        for moment, states in by_next.items():
            store.set_fields(work, states, due=moment)

    def hasten(self, work: Work, states: Collection[str]) -> None:
        """Let codes be worked out at once."""
        store.hasten(work, states)

    def hasten_all(self, work: Work) -> None:
        """Let every code be worked out at once, as after the guides were read anew."""
        store.hasten_all(work)

    def next_due(self, work: Work) -> int | None:  # noqa: ARG002
        """Return None: when codes are to be worked out is asked by ``next_work``."""
        return None

    def next_work(self, work: Work) -> int | None:
        """Return when the next code is to be worked out."""
        return store.next_due(work)

    def _wanted(self, code: ChannelCode, shown: Shown | None, now: int) -> Wanted:
        definition = code.definition
        if shown is None:
            return Wanted(code.state, code.title, None, None, definition.skip_verify, None)
        ids = [shown.standings[one].userid for one in shown.live.guides if one in shown.standings]
        ends = definition.ends
        moments = [shown.next, now + LOOK_AGAIN]
        if ends is not None:
            moments.append(ends if ends > now else ends + KEPT_AFTER_END)
        return Wanted(
            code.state, code.title, tuple(dict.fromkeys(one for one in ids if one)), shown.live,
            definition.skip_verify, min((one for one in moments if one is not None), default=None),
        )  # fmt: skip

    # --- who takes newcomers

    def away(self, work: Work, guide: str, until: int | None = None) -> None:
        """Take a guide off her codes, until a moment or until she is back."""
        store.set_away(work, guide, until)
        self.guides_changed(work, [guide])
        audit.record(work, "code.away", guide, until=until)

    def back(self, work: Work, guide: str) -> None:
        """Put a guide behind her codes again."""
        store.set_back(work, guide)
        self.guides_changed(work, [guide])
        audit.record(work, "code.back", guide)

    def guides_changed(self, work: Work, guides: Collection[str]) -> None:
        """Let the codes of guides follow what is new of them: a store, a leave, a right."""
        if guides:
            store.hasten(work, store.behind(work, guides))

    def away_of(self, work: Work, guides: Collection[str]) -> dict[str, int | None]:
        """Return who of these guides is away, and until when (None: until she says so)."""
        return store.away(work, guides)

    def standings(self, work: Work, guides: Collection[str]) -> dict[str, Standing]:
        """Return what is known of guides, with who is away."""
        return standings_of(work, self.guides, guides)

    # --- the road

    def hear(self, work: Work, events: Sequence[Event], moves: Sequence[Move]) -> list[Event]:  # noqa: ARG002
        """Count who was added, tag her, and see who came into a group."""
        added = coming.added_of(events)
        facts = self._hear_added(work, added) if added else []
        joined = coming.joined_of(events)
        if joined:
            adds = store.unjoined(work, {one.profile for one in joined})
            store.joined(work, coming.joins(joined, adds), {one.id: one.state for one in adds})
        return facts

    def _hear_added(self, work: Work, added: Sequence[Event]) -> list[Event]:
        states = {coming.state_of(one) for one in added}
        tags = {state: one.tags for state, one in self.resolve(work, states).items()}
        if not tags:
            return []
        guides = self.guides.of_userids(work, {coming.guide_of(one) for one in added})
        before = store.before(work, {one.profile for one in added}, tags)
        came = coming.take(added, tags, guides, before)
        store.came(work, came.rows)
        young = [
            guide for guide, one in self.guides.standings(work, came.guides).items()
            if one.since is not None and work.now - one.since < 60 * DAY
        ]  # fmt: skip
        changed = came.states | store.followers(work, came.states)
        store.hasten(work, changed | (store.behind(work, young) if young else set()))
        return came.facts

    def wake(self, work: Work) -> list[Event]:  # noqa: ARG002
        """Do nothing: what time changes, the errand of codes works out."""
        return []

    # --- keeping

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Let adds follow the people who were added."""
        keeping.follow(work, store.add_rows, shifts)

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return by which codes a person came, as plain JSON."""
        return {
            "channel_codes": [
                {
                    "code": row["state"], "guide": row["guide"], "at": format_time(row["at"]),
                    "joined": None if row["joined"] is None else format_time(row["joined"]),
                }
                for row in store.of_person(work, profile)
            ]
        }  # fmt: skip

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """Forget who came; that somebody came stays counted."""
        return {"codes_channel_adds": store.erase(work, profiles)}

    def _code(self, row: CodeRow, now: int) -> ChannelCode:
        return ChannelCode(
            state=row.state,
            version=row.version,
            status="over" if row.status == "on" and _is_over(row, now) else row.status,
            created=row.created,
            definition=parse(row.source, self.zone),
            source=row.source,
            successor=row.successor,
            generation=row.generation,
        )


def new_state(kind: str) -> str:
    """Make a state: a letter for its kind and 60 random bits, far below the platform's 30."""
    return kind + b32encode(os.urandom(8))[:12].decode().lower()


def _row(work: Work, key: Key, source: dict[str, Any], generation: int) -> dict[str, Any]:
    return {
        "state": new_state("c"), "key": store.key_of(key, generation), "generation": generation,
        "guide": key.guide, "store": key.store, "campaign": key.campaign,
        "placement": key.placement, "version": 1, "source": source, "status": "on",
        "successor": None, "created": work.now, "due": work.now, "added": 0, "joined": 0,
    }  # fmt: skip


def _behind(plan: Any) -> set[str]:
    named = {one.guide for one in plan.guides} | set(plan.spare)
    of_store = plan.guides_of_store or plan.spare_of_store
    return named | {store.STORE} if of_store else named


def _is_over(row: CodeRow, now: int) -> bool:
    return row.ends is not None and row.ends <= now


def _is_given_back(code: ChannelCode, now: int) -> bool:
    ends = code.definition.ends
    return code.status == "over" and ends is not None and now >= ends + KEPT_AFTER_END
