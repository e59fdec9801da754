"""Whom each code is to show now: definitions, guides and counts put together for many codes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from coterie.codes.channel import store
from coterie.codes.channel.model import ChannelCode, Live, Plan, Standing, Taken
from coterie.codes.channel.ports import Guides, Spot
from coterie.codes.channel.schedule import counts_of_day, live, next_change, spelt_out
from coterie.core.clock import DAY, HOUR
from coterie.core.clock import zone as zone_named
from coterie.core.errors import Invalid
from coterie.storage.work import Work


@dataclass(frozen=True)
class Shown:
    """A code's answer at a moment: who, why, until when, and what it was worked out of."""

    live: Live
    next: int | None
    plan: Plan
    zone: ZoneInfo
    standings: Mapping[str, Standing]
    taken: Taken


def show(
    work: Work, guides: Guides, zone: ZoneInfo, codes: Sequence[ChannelCode]
) -> dict[str, Shown]:
    """Work out who is behind each of these codes now, with a few queries for all of them."""
    places = {one.key: one for one in guides.stores(work)}
    stores = {code.key.store for code in codes if code.key.store} & _asking(codes)
    staff = {store_: tuple(guides.of_store(work, store_)) for store_ in sorted(stores)}
    plans = {
        code.state: spelt_out(code.definition.plan, staff.get(code.key.store or "", ()))
        for code in codes
    }
    people = {guide for plan in plans.values() for guide in _of(plan)}
    standings = standings_of(work, guides, people)
    took = _taken(work, plans, standings)
    found = {}
    for code in codes:
        plan, taken, where = plans[code.state], took[code.state], zone_of(code, places, zone)
        found[code.state] = Shown(
            live(plan, code.state, work.now, where, taken, standings),
            next_change(plan, work.now, where, taken, standings),
            plan, where, standings, taken,
        )  # fmt: skip
    return found


def standings_of(work: Work, guides: Guides, people: Collection[str]) -> dict[str, Standing]:
    """Return what is known of guides, with who is away."""
    away = store.away(work, people)
    return {
        guide: Standing(one.userid, one.name, one.active, one.since, guide in away, away.get(guide))
        for guide, one in guides.standings(work, people).items()
    }


def zone_of(code: ChannelCode, places: Mapping[str, Spot], zone: ZoneInfo) -> ZoneInfo:
    """Return the zone a code's hours are in: its store's, else the brand's."""
    place = places.get(code.key.store or "")
    if place is None or not place.zone:
        return zone
    try:
        return zone_named(place.zone)
    except Invalid:
        return zone


def _taken(
    work: Work, plans: Mapping[str, Plan], standings: Mapping[str, Standing]
) -> dict[str, Taken]:
    today: dict[str, dict[str, list[int]]] = {state: {} for state in plans}
    counted = [state for state, plan in plans.items() if counts_of_day(plan)]
    for row in store.taken(work, counted, work.now - 26 * HOUR):  # no day is longer
        today[row.state].setdefault(row.guide, []).append(row.at)
    young = [one for one, known in standings.items() if _is_young(known, work.now)]
    recent = store.recent(work, young, work.now - HOUR)
    turning = [state for state, plan in plans.items() if plan.way in ("round_robin", "random")]
    turns = store.turns(work, turning)
    return {state: Taken(today[state], recent, *turns.get(state, (0, None))) for state in plans}


def _is_young(one: Standing, now: int) -> bool:
    return one.since is not None and now - one.since < 60 * DAY


def _of(plan: Plan) -> set[str]:
    return {one.guide for one in plan.guides} | set(plan.spare)


def _asking(codes: Sequence[ChannelCode]) -> set[str | None]:
    return {
        code.key.store
        for code in codes
        if code.definition.plan.guides_of_store or code.definition.plan.spare_of_store
    }
