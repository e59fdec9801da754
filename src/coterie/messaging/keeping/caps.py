"""Which waiting touches find no slot once two people turned out to be one. Pure."""

from collections.abc import Callable, Iterable
from zoneinfo import ZoneInfo

from coterie.messaging import caps
from coterie.messaging.caps import Slot
from coterie.messaging.gate import GateSettings
from coterie.messaging.model import Reason
from coterie.messaging.store import Planned


def without_slot(
    planned: Iterable[Planned], settings: GateSettings, zone: Callable[[int], ZoneInfo]
) -> dict[str, Reason]:
    """Name the queued touches that would break a cap, and which; ``zone`` is a person's.

    What is sent or on its way has its slot; the others get what is left by rank, the earliest
    first among equals. Asked again later it says the same of what still waits.
    """
    taken: dict[int, list[Slot]] = {}
    found: dict[str, Reason] = {}
    for each in sorted(planned, key=lambda each: (each.queued, each.rank, each.due, each.message)):
        slots = taken.setdefault(each.profile, [])
        where = zone(each.profile)
        cap = caps.broken(each.due, each.channel, each.touch, slots, settings.all_caps, where)
        if cap is not None and each.queued:
            found[each.message] = cap.reason
        else:
            slots.append(each.slot)
    return found
