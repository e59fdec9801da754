"""Who is behind a code at a moment, and when that next changes. Pure.

Laws: never nobody; a guide at her cap is shown only as a spare or where nobody else is left at
all; with what was added fixed, the answer stays until ``next_change``. Hours are those of the
store's zone: a slot belongs to the day it starts on, also across midnight and on days when the
clocks change; a special day's hours stand in place of the week's.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from coterie.codes.channel.model import (
    MOST_GUIDES,
    Live,
    Passed,
    Plan,
    Share,
    Slot,
    Special,
    Standing,
    Taken,
    Why,
)
from coterie.codes.channel.warming import is_warm, relief
from coterie.core.clock import from_datetime, local_date, midnight, next_midnight
from coterie.core.ids import bucket

_UNKNOWN = Standing(userid=None, active=False)
_AHEAD = 8
"""Days looked ahead for the next boundary: a week, and the day a slot may run into."""


def live(
    plan: Plan, state: str, at: int, zone: ZoneInfo, taken: Taken, standings: Mapping[str, Standing]
) -> Live:
    """Say who is to be shown at a moment. The plan's guides are spelt out (see ``spelt_out``)."""
    on_duty, special = duty(plan, at, zone)
    today = _today(taken, at, zone)
    passed: dict[str, Passed] = {}
    ready: list[Share] = []
    for share in plan.guides:
        reason = _hindrance(share, share.guide in on_duty, today, taken, standings, at)
        if reason is None:
            ready.append(share)
        else:
            passed[share.guide] = reason
    if ready:
        chosen = _choose(plan, state, ready, today, taken)
        passed |= {one.guide: "turn" for one in ready if one.guide not in chosen}
        return _shown(chosen, "duty", passed, special)
    tiers: tuple[tuple[Why, Iterable[str]], ...] = (
        ("spare", (one for one in plan.spare if _is_ready(one, taken, standings, at))),
        ("last_resort", (one for one in plan.spare if _standing(standings, one).active)),
        ("last_resort", (one.guide for one in plan.guides if _active(one, standings))),
        ("nobody", plan.spare or tuple(one.guide for one in plan.guides)),
    )
    for why, people in tiers:
        if found := tuple(people):
            return _shown(found, why, passed, special)
    return Live((), "nobody", passed, special)


def next_change(
    plan: Plan, at: int, zone: ZoneInfo, taken: Taken, standings: Mapping[str, Standing]
) -> int | None:
    """Return the first moment after ``at`` at which time alone may change the answer, or None."""
    moments = list(_boundaries(plan, at, zone))
    if counts_of_day(plan):
        moments.append(next_midnight(at, zone))
    for guide in {one.guide for one in plan.guides} | set(plan.spare):
        standing = _standing(standings, guide)
        moments += relief(standing.since, taken.recent.get(guide, ()), at)
        if standing.away and standing.until is not None:
            moments.append(standing.until)
    return min((moment for moment in moments if moment > at), default=None)


def counts_of_day(plan: Plan) -> bool:
    """Say whether it matters how many each guide added today."""
    crowded = plan.way == "together" and len(plan.guides) > MOST_GUIDES
    return crowded or plan.way == "weighted" or any(one.cap is not None for one in plan.guides)


def duty(plan: Plan, at: int, zone: ZoneInfo) -> tuple[frozenset[str], str | None]:
    """Return who is on duty at a moment, and the title of the special day it belongs to."""
    everybody = frozenset(one.guide for one in plan.guides)
    today = local_date(at, zone)
    special = special_of(plan, today)
    title = None if special is None else special.title
    if not plan.slots and special is None:
        return everybody, title
    slots = running(plan, at, zone)
    return frozenset(guide for one in slots for guide in one.guides or everybody), title


def running(plan: Plan, at: int, zone: ZoneInfo) -> list[Slot]:
    """Return the slots that run at a moment, those of special days first."""
    today = local_date(at, zone)
    found = []
    for day in (today, today - timedelta(1)):
        for slot in slots_of(plan, day):
            start, end = _span(slot, day, zone)
            if start <= at < end:
                found.append((special_of(plan, day) is None, slot))
    return [slot for _, slot in sorted(found, key=lambda one: one[0])]


def special_of(plan: Plan, day: date) -> Special | None:
    """Return what is special about a day; the first that says so counts."""
    return next((one for one in plan.specials if one.first <= day <= one.last), None)


def slots_of(plan: Plan, day: date) -> Sequence[Slot]:
    """Return the slots that start on a day."""
    special = special_of(plan, day)
    if special is not None:
        return special.slots
    return [one for one in plan.slots if day.weekday() in one.days]


def spelt_out(plan: Plan, of_store: Sequence[str]) -> Plan:
    """Put the store's guides where the plan means them; the plan's own spares are kept."""
    guides = tuple(Share(one) for one in of_store) if plan.guides_of_store else plan.guides
    named = {one.guide for one in guides}
    spare = plan.spare
    if plan.spare_of_store:
        others = tuple(one for one in of_store if one not in named)
        spare = tuple(dict.fromkeys((*spare, *(others or tuple(of_store)))))
    return replace(plan, guides=guides, spare=spare)


def _hindrance(
    share: Share, is_on_duty: bool, today: Mapping[str, int], taken: Taken,
    standings: Mapping[str, Standing], at: int,
) -> Passed | None:  # fmt: skip
    standing = _standing(standings, share.guide)
    if not standing.active:
        return "left"
    if not is_on_duty:
        return "off_duty"
    if _is_away(standing, at):
        return "away"
    if share.cap is not None and today.get(share.guide, 0) >= share.cap:
        return "cap"
    if not is_warm(standing.since, taken.recent.get(share.guide, ()), at):
        return "warm_up"
    return None


def _is_ready(guide: str, taken: Taken, standings: Mapping[str, Standing], at: int) -> bool:
    return _hindrance(Share(guide), True, {}, taken, standings, at) is None


def _choose(
    plan: Plan, state: str, ready: Sequence[Share], today: Mapping[str, int], taken: Taken
) -> tuple[str, ...]:
    names = [one.guide for one in ready]
    match plan.way:
        case "together":
            if len(names) > MOST_GUIDES:
                names.sort(key=lambda one: today.get(one, 0))
            return tuple(names[:MOST_GUIDES])
        case "sequential":
            return (names[0],)
        case "round_robin":
            return (_after(plan, names, taken.last),)
        case "random":
            return (names[bucket(state, str(taken.turn)) % len(names)],)
        case "weighted":  # whoever is furthest behind her share of today
            least = min(ready, key=lambda one: (today.get(one.guide, 0) + 1) / one.weight)
            return (least.guide,)


def _after(plan: Plan, names: Sequence[str], last: str | None) -> str:
    """Return the one whose turn follows ``last``'s, in the plan's order, of those ready."""
    order = [one.guide for one in plan.guides]
    start = order.index(last) + 1 if last in order else 0
    turned = order[start:] + order[:start]
    return next(one for one in turned if one in names)


def _boundaries(plan: Plan, at: int, zone: ZoneInfo) -> Iterable[int]:
    today = local_date(at, zone)
    for ahead in range(-1, _AHEAD + 1):
        day = today + timedelta(ahead)
        for slot in slots_of(plan, day):
            yield from _span(slot, day, zone)
    for special in plan.specials:
        yield midnight(special.first, zone)
        yield midnight(special.last + timedelta(1), zone)


def _span(slot: Slot, day: date, zone: ZoneInfo) -> tuple[int, int]:
    last = day if slot.end > slot.start else day + timedelta(1)
    return _moment(day, slot.start, zone), _moment(last, slot.end, zone)


def _moment(day: date, minutes: int, zone: ZoneInfo) -> int:
    if minutes == 24 * 60:
        return midnight(day + timedelta(1), zone)
    at = time(minutes // 60, minutes % 60)
    return from_datetime(datetime.combine(day, at, tzinfo=zone))


def _today(taken: Taken, at: int, zone: ZoneInfo) -> dict[str, int]:
    start = midnight(local_date(at, zone), zone)
    return {
        guide: sum(start <= moment <= at for moment in moments)
        for guide, moments in taken.today.items()
    }


def _shown(
    guides: Collection[str], why: Why, passed: Mapping[str, Passed], special: str | None
) -> Live:
    people = tuple(guides)[:MOST_GUIDES]
    return Live(people, why, {k: v for k, v in passed.items() if k not in people}, special)


def _standing(standings: Mapping[str, Standing], guide: str) -> Standing:
    return standings.get(guide, _UNKNOWN)


def _active(share: Share, standings: Mapping[str, Standing]) -> bool:
    return _standing(standings, share.guide).active


def _is_away(standing: Standing, at: int) -> bool:
    return standing.away and (standing.until is None or at < standing.until)
