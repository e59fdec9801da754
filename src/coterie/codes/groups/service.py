"""The face of live group codes: define them, say which groups each shows, and which to offer."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from coterie.codes.channel.coming import joined_of, state_of
from coterie.codes.channel.model import Place
from coterie.codes.channel.ports import Spot
from coterie.codes.channel.service import new_state
from coterie.codes.groups import store
from coterie.codes.groups.filling import branch, fill, reaching
from coterie.codes.groups.model import (
    Filling,
    GroupCode,
    GroupSource,
    Joins,
    Offer,
    WantedGroups,
)
from coterie.codes.groups.parse import parse
from coterie.codes.groups.ports import Places, Sizes
from coterie.codes.groups.store import CodeRow
from coterie.core.clock import HOUR, MINUTE, format_time, local_date, midnight
from coterie.core.errors import NotFound
from coterie.core.event import Event, Move
from coterie.core.ids import derived_id
from coterie.core.people import Shift
from coterie.storage import audit, keeping
from coterie.storage.work import Work

_LOOK_AGAIN = HOUR
_LOOK_SOON = 5 * MINUTE
"""How often sizes are looked at where the groups shown are nearly full."""


class GroupCodes:
    """The live group codes of one house; a listener on the road, and a keeper."""

    name = "group_codes"

    def __init__(self, sizes: Sizes, places: Places, zone: ZoneInfo) -> None:
        self._sizes, self._places, self._zone = sizes, places, zone

    # --- defining

    def make(self, work: Work, given: Mapping[str, Any]) -> GroupCode:
        """Make a code; raises Invalid."""
        return self._write(work, new_state("g"), given, 1, work.now)

    def change(self, work: Work, state: str, given: Mapping[str, Any]) -> GroupCode:
        """Write the next version of a code; raises NotFound, Invalid."""
        code = self.get(work, state)
        return self._write(work, state, given, code.version + 1, code.created)

    def switch(self, work: Work, state: str, *, on: bool) -> None:
        """Offer a code no longer, or again; whoever scans it still finds a group."""
        code = self.get(work, state)
        row = _row(code.state, code.source, code.version, code.created, work.now)
        store.write(work, row | {"status": "on" if on else "off"})
        audit.record(work, "group_code.enabled" if on else "group_code.disabled", state)

    def adopt(self, work: Work, state: str, chats: Sequence[str]) -> None:
        """Take groups into a pool that the platform made by itself."""
        code = self.get(work, state)
        fresh = [chat for chat in chats if chat not in code.pool.chats]
        if fresh:
            given = {**code.source, "chats": [*code.pool.chats, *fresh]}
            self._write(work, state, given, code.version + 1, code.created)

    def _write(
        self, work: Work, state: str, given: Mapping[str, Any], version: int, created: int
    ) -> GroupCode:
        parse(given)
        store.write(work, _row(state, given, version, created, work.now))
        audit.record(work, "group_code.kept", state, version=version)
        return self.get(work, state)

    # --- looking

    def get(self, work: Work, state: str) -> GroupCode:
        """Return one code; raises NotFound."""
        rows = store.load(work, [state])
        if not rows:
            raise NotFound(f"there is no live group code {state!r}")
        return _code(rows[0])

    def all(self, work: Work) -> list[GroupCode]:
        """Return every code, by title."""
        return [_code(row) for row in store.every(work)]

    def resolve(self, work: Work, states: Collection[str]) -> dict[str, GroupSource]:
        """Say what states of ours stand for; a state that is none of ours has no key."""
        return {
            row.state: GroupSource(row.state, row.store, row.topic, row.title)
            for row in store.load(work, states)
        }

    def filling(self, work: Work, codes: Sequence[GroupCode]) -> dict[str, Filling]:
        """Say how full the groups behind codes are, and which are shown."""
        sizes = self._sizes.sizes(work, {chat for code in codes for chat in code.pool.chats})
        return {code.state: fill(code.pool, sizes) for code in codes}

    def joins(self, work: Work, states: Collection[str]) -> dict[str, Joins]:
        """Count who came by codes; one that nobody used has no key."""
        today = midnight(local_date(work.now, self._zone), self._zone)
        return store.joins(work, states, today)

    # --- which to offer

    def for_store(self, work: Work, key: str | None) -> Offer | None:
        """Return a store's code, else that of one that reaches it, as ``near`` does."""
        if key is not None and (rows := store.of(work, "store", [key])):
            return self._offer(work, rows[0], "store")
        places = {one.key: one for one in self._places.stores(work)}
        place = places.get(key or "")
        return self._for_all(work) if place is None else self._around(work, place, places)

    def near(self, work: Work, latitude: float, longitude: float) -> Offer | None:
        """Return the code of the nearest store whose radius reaches a spot.

        Else that of the city around it, else the one for everybody.
        """
        places = {one.key: one for one in self._places.stores(work)}
        return self._around(work, Place("", latitude=latitude, longitude=longitude), places)

    def _around(self, work: Work, spot: Spot, places: Mapping[str, Spot]) -> Offer | None:
        others = {row.store: row for row in reversed(store.with_store(work)) if row.store in places}
        found = reaching(
            spot, [(places[key], parse(row.source).radius) for key, row in others.items()]
        )
        if found is not None:
            return self._offer(work, others[found.key], "near")
        cities = {row.state: row for row in self._cities(work)}
        circles = [_circle(row) for row in cities.values()]
        city = reaching(spot, [one for one in circles if one is not None])
        return self._for_all(work) if city is None else self._offer(work, cities[city.key], "city")

    def _cities(self, work: Work) -> list[CodeRow]:
        return [row for row in store.of_nobody(work) if row.source.get("centre")]

    def for_topics(self, work: Work, topics: Sequence[str]) -> Offer | None:
        """Return the code of the first topic that has one, also by what it lies under."""
        for topic in topics:
            branches = branch(topic)
            rows = {row.topic: row for row in reversed(store.of(work, "topic", branches))}
            for one in branches:
                if one in rows:
                    return self._offer(work, rows[one], "topic")
        return self._for_all(work)

    def _for_all(self, work: Work) -> Offer | None:
        rows = [row for row in store.of_nobody(work) if not row.source.get("centre")]
        return self._offer(work, rows[0], "all") if rows else None

    def _offer(self, work: Work, row: CodeRow, why: Any) -> Offer:
        code = _code(row)
        rooms = [one for one in self.filling(work, [code])[code.state].rooms if one.shown]
        return Offer(
            code.state, code.title, why, sum(one.members for one in rooms),
            sum(one.limit for one in rooms),
        )  # fmt: skip

    # --- the platform's side

    def wanted(self, work: Work, limit: int) -> list[WantedGroups]:
        """Return what the platform is to show for the codes that are due now."""
        codes = [_code(row) for row in store.due(work, limit)]
        filling = self.filling(work, codes)
        return [_wanted(code, filling[code.state], work.now) for code in codes]

    def worked_out(self, work: Work, wanted: Sequence[WantedGroups]) -> None:
        """Keep when codes are to be worked out again."""
        for one in wanted:
            store.set_due(work, [one.state], one.next)

    def hasten(self, work: Work, states: Collection[str]) -> None:
        """Let codes be worked out at once."""
        store.set_due(work, states, work.now)

    def next_work(self, work: Work) -> int | None:
        """Return when the next code is to be worked out."""
        return store.next_due(work)

    # --- the road

    def hear(self, work: Work, events: Sequence[Event], moves: Sequence[Move]) -> list[Event]:  # noqa: ARG002
        """Count who came by a code."""
        joined = joined_of(events)
        known = self.resolve(work, {state_of(one) for one in joined}) if joined else {}
        rows = [
            {
                "id": derived_id(self.name, one.id), "state": state_of(one), "at": one.time,
                "chat": str(one.properties.get("group_id", ""))[:64], "profile": one.profile,
            }
            for one in joined
            if state_of(one) in known
        ]  # fmt: skip
        store.came(work, rows)
        self.hasten(work, known)
        for state in known:  # a group that is none of ours yet is one the platform made
            self.adopt(work, state, [str(row["chat"]) for row in rows if row["state"] == state])
        return []

    def wake(self, work: Work) -> list[Event]:  # noqa: ARG002
        """Do nothing: what time changes, the errand of codes works out."""
        return []

    def next_due(self, work: Work) -> int | None:  # noqa: ARG002
        """Return None: when codes are to be worked out is asked by ``next_work``."""
        return None

    # --- keeping

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Let joins follow the people who joined."""
        keeping.follow(work, store.join_rows, shifts)

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return by which codes a person came into groups, as plain JSON."""
        return {
            "group_codes": [
                {"code": row["state"], "group": row["chat"], "at": format_time(row["at"])}
                for row in store.of_person(work, profile)
            ]
        }

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """Forget who came; that somebody came stays counted."""
        return {"codes_group_joins": store.erase(work, profiles)}


def _row(
    state: str, given: Mapping[str, Any], version: int, created: int, now: int
) -> dict[str, Any]:
    pool = parse(given)
    return {
        "state": state, "title": pool.title, "store": pool.store, "topic": pool.topic,
        "version": version, "source": dict(given), "status": "on", "created": created, "due": now,
    }  # fmt: skip


def _circle(row: CodeRow) -> tuple[Place, float | None] | None:
    pool = parse(row.source)
    if pool.centre is None:
        return None
    north, east = pool.centre
    return Place(row.state, latitude=north, longitude=east), pool.radius


def _code(row: CodeRow) -> GroupCode:
    return GroupCode(row.state, row.version, row.status, row.created, parse(row.source), row.source)


def _wanted(code: GroupCode, filling: Filling, now: int) -> WantedGroups:
    shown = [one for one in filling.rooms if one.shown]
    tight = any(one.members * 100 >= code.pool.alert * one.limit for one in shown)
    again = now + (_LOOK_SOON if tight else _LOOK_AGAIN)
    return WantedGroups(
        code.state, code.pool, filling.shown, code.status == "on",
        again if code.pool.chats else None,
    )  # fmt: skip
