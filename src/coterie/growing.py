"""What a campaign grows on: promises, benefits, groups, visits, plans and friends, in one hand.

Built by the composition root over the rooms that already stand; asked for by the web.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from coterie.analytics.service import Analytics
from coterie.campaigns.polls.service import Polls
from coterie.catalog.service import Catalog
from coterie.channels.wecom.mirror.service import Mirror
from coterie.channels.wecom.scanning import Scanning
from coterie.channels.wecom.sends.service import Sends
from coterie.codes.service import Codes
from coterie.communities.service import Communities
from coterie.core.clock import Clock
from coterie.events.log import Log
from coterie.guides.equipping import Equipment
from coterie.guides.gathered import Guides
from coterie.journeys.service import Journeys
from coterie.messaging.service import Messaging
from coterie.orders.commerce import Commerce
from coterie.profiles.service import Profiles
from coterie.segments.service import Segments
from coterie.settings import Settings
from coterie.storage.database import Database


@dataclass(frozen=True)
class Below:
    """The rooms that stand already, for those of a campaign to build on."""

    db: Database
    settings: Settings
    key: bytes
    zone: ZoneInfo
    currency: str
    profiles: Profiles
    catalog: Catalog
    codes: Codes
    log: Log
    segments: Segments
    messaging: Messaging
    journeys: Journeys
    communities: Communities
    polls: Polls
    guides: Guides
    equipment: Equipment
    commerce: Commerce
    scanning: Scanning
    mirror: Mirror
    mass_sends: Sends
    analytics: Analytics
    clock: Clock


@dataclass(frozen=True)
class Growing:
    """The faces of what campaigns are made of."""

    @property
    def rooms(self) -> Sequence[Any]:
        """Those that hear and keep, in the order in which they do."""
        return ()


def open_growing(_below: Below) -> Growing:
    """Build them over one house."""
    return Growing()
