"""The face of visits: hears who was at a store, says it once a day, answers what came of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from coterie.core.clock import format_time, local_date
from coterie.core.clock import zone as zone_named
from coterie.core.event import Event, Move
from coterie.core.facts import fact
from coterie.core.people import Shift
from coterie.guides.visits import store
from coterie.guides.visits.loop import gathered, walk
from coterie.guides.visits.model import HOWS, Count, Loops, Sign, Visit
from coterie.guides.visits.ports import Lake, Places
from coterie.guides.visits.reading import sign_of
from coterie.storage.work import Work

MADE = "coterie.visit.made"
_ALL = 100_000


@dataclass(frozen=True)
class _Shop:
    """What visits need of a store: its zone, and whether it has a door at all."""

    zone: ZoneInfo
    has_door: bool


class Visits:
    """Visits to one house's stores; a listener on the road, and a keeper."""

    name = "guides.visits"

    def __init__(self, places: Places, lake: Lake, zone: ZoneInfo) -> None:
        self._places = places
        self._lake = lake
        self._zone = zone

    # --- the road

    def hear(self, work: Work, events: Sequence[Event], moves: Sequence[Move]) -> list[Event]:  # noqa: ARG002
        """Write down who was at which store on which day, once; return the fact of it.

        Of what is told at once the surest is what it is known by; what is told later changes
        nothing of it. A refund takes no visit back: she was there.
        """
        signs = [sign for event in events if (sign := sign_of(event)) is not None]
        if not signs:
            return []
        shops = self._shops(work)
        homes = self._homes(work, [one for one in signs if one.store is None])
        fresh: dict[tuple[int, str, str], Sign] = {}
        for sign in sorted(signs, key=lambda one: (HOWS.index(one.how), one.at, one.event)):
            name = sign.store or homes.get((sign.named, sign.at))
            shop = shops.get(name or "")
            if name is not None and shop is not None and shop.has_door:
                day = local_date(sign.at, shop.zone).isoformat()
                fresh.setdefault((sign.profile, name, day), sign)
        return self._told(work, fresh) if fresh else []

    def wake(self, _work: Work) -> list[Event]:
        """Do nothing: a day that is over changes no visit."""
        return []

    def next_due(self, _work: Work) -> int | None:
        """Return None: time alone gives this room nothing to do."""
        return None

    def _told(self, work: Work, fresh: Mapping[tuple[int, str, str], Sign]) -> list[Event]:
        known = store.known(work, {profile for profile, _, _ in fresh})
        made, facts = [], []
        for (profile, shop, day), sign in fresh.items():
            hers = known.setdefault(profile, set())
            if (shop, day) in hers:
                continue
            made.append(Visit(profile, sign.came_with, shop, day, sign.at, sign.how, sign.event))
            told = fact(
                MADE, room="guides", profile=profile, at=sign.at, cause=(shop, day),
                store=shop, how=sign.how, day=day, first=not hers,
            )  # fmt: skip
            facts.append(msgspec.structs.replace(told, store=shop, backfill=sign.backfill))
            hers.add((shop, day))
        store.add(work, made)
        return facts

    def _shops(self, work: Work) -> dict[str, _Shop]:
        return {
            one.id: _Shop(zone_named(one.zone) if one.zone else self._zone, one.kind == "offline")
            for one in self._places.all_stores(work)
        }

    def _homes(self, work: Work, signs: Sequence[Sign]) -> dict[tuple[str, int], str]:
        """Return the store of the guide whom a check-in names, at its moment."""
        if not signs:
            return {}
        slugs = self._places.known_userids(work, {one.named for one in signs})
        asked = {(one.named, one.at): slugs.get(one.named, one.named) for one in signs}
        homes = self._places.stores_at(work, {(slug, at) for (_, at), slug in asked.items()})
        return {
            (named, at): homes[slug, at]
            for (named, at), slug in asked.items()
            if (slug, at) in homes
        }

    # --- asked

    def of_profile(self, work: Work, profile: int, limit: int = 50) -> list[Visit]:
        """Return a person's visits, the newest first."""
        return store.of_profile(work, profile, limit)

    def counts(self, work: Work, since: str, until: str, shop: str | None = None) -> list[Count]:
        """Count the visits of the days ``since <= day < until`` by store and how."""
        return store.counts(work, since, until, shop)

    def days(self, work: Work, since: str, until: str, shop: str | None = None) -> dict[str, int]:
        """Count the visits of the days ``since <= day < until`` by day."""
        return store.by_day(work, since, until, shop)

    def people(self, work: Work, since: str, until: str, shop: str | None = None) -> int:
        """Count who came on the days ``since <= day < until``."""
        return store.people(work, since, until, shop)

    def loops(self, work: Work, since: int, until: int, shop: str | None = None) -> Loops:
        """Count the loops that people opened in a time, at a store or any, and how they went on."""
        ways = store.openers(work, since, until, shop)
        if not ways:
            return gathered([])
        with self._lake.open_lake(work) as lake:
            between = store.steps_between(lake, ways.keys())
        walked = (walk([*steps, *between.get(who, ())], since) for who, steps in ways.items())
        return gathered([loop for loop in walked if loop is not None])

    # --- a keeper

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Let visits follow who made them; two of one day at one store count as one."""
        store.follow(work, shifts)

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return a person's visits, as plain JSON."""
        return {
            "visits": [
                {"store": one.store, "day": one.day, "at": format_time(one.at), "how": one.how}
                for one in store.of_profile(work, profile, _ALL)
            ]
        }

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """Take a customer off her visits; the counts of stores stay."""
        return store.erase(work, profiles)
