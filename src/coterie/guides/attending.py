"""What the guides' pages keep of their own, gathered: sign-in, shifts, who is due."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from coterie.guides.access.service import Access
from coterie.guides.due.service import Due
from coterie.guides.shifts.service import Shifts
from coterie.profiles.service import Profiles


@dataclass(frozen=True)
class Attending:
    """The rooms behind the guides' pages. ``due`` is a keeper."""

    access: Access
    shifts: Shifts
    due: Due


def open_attending(secret: bytes, profiles: Profiles, zone: ZoneInfo) -> Attending:
    """Open the rooms behind the guides' pages; ``secret`` is the master key."""
    return Attending(Access(secret), Shifts(), Due(profiles, zone))
