"""The way in that a friend is shown: the member's own copy of the programme's code, or its group.

Whoever adds a guide by a member's own code came by that member, whatever her phone's browser was.
"""

from contextlib import suppress
from dataclasses import dataclass

from coterie.core.errors import NotFound
from coterie.referrals.model import Landing
from coterie.storage.work import Work
from coterie.web.ports import Served


@dataclass(frozen=True)
class Way:
    """The code that a friend presses: its state, and how it stands."""

    state: str
    is_group: bool
    is_full: bool
    is_drawn: bool


def open_door(work: Work, house: Served, code: str) -> None:
    """Make somebody's own copy of her programme's channel code; again changes nothing."""
    found = house.growing.referrals.landing(work, code)
    if found.way != "contact" or found.scan is None:
        return
    with suppress(NotFound):  # of a code that is no more the page says where else to go
        house.growing.doors.make(work, found.scan, found.programme.slug, [code])


def way_in(work: Work, house: Served, found: Landing) -> Way | None:
    """Return the code to press, None where the programme has none that stands."""
    if found.scan is None:
        return None
    if found.way == "group":
        return _group(work, house, found.scan)
    mine = house.growing.doors.states(work, found.scan, found.programme.slug, [found.code])
    states = [*mine.values(), found.scan]
    effective = house.scanning.channel.effective(work, states)
    shown = [effective[one].state for one in states if one in effective]
    drawn = [one for one in shown if house.scanning.ways.picture(work, one) is not None]
    if not shown:
        return None  # until the platform has drawn hers, the programme's own leads in
    return Way((drawn or shown)[0], is_group=False, is_full=False, is_drawn=bool(drawn))


def _group(work: Work, house: Served, state: str) -> Way | None:
    try:
        code = house.scanning.groups.get(work, state)
    except NotFound:
        return None
    rooms = [one for one in house.scanning.groups.filling(work, [code])[state].rooms if one.shown]
    is_full = bool(rooms) and all(one.full for one in rooms)
    is_drawn = house.scanning.ways.picture(work, state) is not None
    return Way(state, is_group=True, is_full=is_full, is_drawn=is_drawn)
