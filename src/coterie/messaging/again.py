"""The second asking: what the gate says when a message is taken out of the outbox."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

from coterie.core.clock import local_date
from coterie.messaging import store
from coterie.messaging.audience import Audience
from coterie.messaging.caps import Slot
from coterie.messaging.gate import Asked, Decision, decide, refuse_by_mix
from coterie.messaging.keeping.caps import without_slot
from coterie.messaging.keeping.store import twins
from coterie.messaging.model import Message, Reason
from coterie.messaging.people import Sealer
from coterie.messaging.rules import since
from coterie.messaging.store import Stored
from coterie.storage.work import Work


def held(message: Message, reason: Reason, now: int, detail: str | None = None) -> Message:
    """Return a message that is held, with all that is known of why."""
    return replace(message, status="held", reason=reason, at=now, detail=detail)


def make_room(work: Work, audience: Audience, crowded: Collection[int]) -> None:
    """Take the slots from touches of people who were two: said twice, or beyond a cap."""
    audience.outdone |= dict.fromkeys(twins(work, crowded), Reason.DUPLICATE)
    reach = since(audience.settings, (), work.now)
    planned = store.planned(work, crowded, reach)
    planned = [each for each in planned if each.message not in audience.outdone]
    audience.outdone |= without_slot(planned, audience.settings, audience.zone)
    for profile in crowded:
        for message in audience.planned[profile].keys() & audience.outdone.keys():
            del audience.planned[profile][message]


def has_moved(audience: Audience, message: Message) -> bool:
    """Say whether a message may go out on another day than its slot is for.

    It was late, or it is a new try whose wait may have led to another day.
    """
    if message.is_service or message.attempts:
        return not message.is_service
    zone, due = audience.zone(message.profile), audience.due(message.profile)
    return due != message.due and _day(due, zone) != _day(message.due, zone)


@lru_cache(maxsize=4_096)
def _day(moment: int, zone: ZoneInfo) -> date:
    """Return a moment's day; kept, since very many are due at one."""
    return local_date(moment, zone)


def ask_again(
    audience: Audience, stored: Stored, sealer: Sealer, now: int, *, moved: bool
) -> Message:
    """Lease a message, put it off, or hold it, as the gate says now; ``moved``: see above."""
    message = stored.message
    slots = audience.planned[message.profile]
    decision = _decide(audience, message, slots, now, moved=moved)
    if decision.reason is None and stored.came_with not in sealer:
        decision = Decision("held", now, Reason.ERASED)
    if decision.reason is None and message.id in audience.outdone:
        decision = Decision("held", now, audience.outdone[message.id])
    if decision.reason is not None:
        slots.pop(message.id, None)
        return held(message, decision.reason, now, decision.detail)
    status = "queued" if decision.due > now else "leased"
    if not message.is_service:
        slots[message.id] = Slot(decision.due, message.channel, message.touch, status, now)
    if decision.due > now:
        return replace(message, due=decision.due)
    return message.turned(status="leased", due=now, attempts=message.attempts + 1)


def _decide(
    audience: Audience, message: Message, slots: Mapping[str, Slot], now: int, *, moved: bool
) -> Decision:
    """Ask only for what can change: address, consent, mode, age, expiry, quiet hours and day.

    A message that keeps its day keeps its slot. The mix is asked again of what went out and
    is on its way: others of hers may have been held, or have failed, meanwhile.
    """
    others = [slot for other, slot in slots.items() if other != message.id]
    standing = audience.standing(message, audience.settings, others, again=True)
    asked = Asked(
        message.is_service,
        message.expires,
        personalised=message.personalised,
        min_age=message.min_age,
        channel=message.channel,
        touch=message.touch,
    )
    settings = audience.settings if moved else audience.settings.uncapped
    decision = decide(asked, standing, settings, now, audience.due(message.profile))
    if decision.reason is not None or decision.due > now:
        return decision
    gone = [slot for slot in others if slot.status != "queued"]
    ceilings = audience.ceilings.get(message.profile, ())
    return refuse_by_mix(asked, gone, ceilings, now, now) or decision
