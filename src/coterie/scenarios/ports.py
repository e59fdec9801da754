"""What a scenario needs of a house: the rooms it fills and the roads it plays on."""

from typing import Protocol
from zoneinfo import ZoneInfo

from coterie.catalog.service import Catalog
from coterie.communities.service import Communities
from coterie.events.door import Door
from coterie.events.log import Log
from coterie.guides.scripts.service import Scripts
from coterie.guides.tasks.service import Tasks
from coterie.journeys.service import Journeys
from coterie.messaging.service import Messaging
from coterie.profiles.service import Profiles
from coterie.roads.inbound import Inbound
from coterie.scores.service import Scores
from coterie.segments.service import Segments
from coterie.storage.database import Database
from coterie.storage.instance import Instance


class Rooms(Protocol):
    """One house, as the composition root hands it over."""

    db: Database
    zone: ZoneInfo
    instance: Instance
    door: Door
    log: Log
    profiles: Profiles
    catalog: Catalog
    scores: Scores
    segments: Segments
    messaging: Messaging
    communities: Communities
    journeys: Journeys
    scripts: Scripts
    tasks: Tasks
    inbound: Inbound

    def settle(self, now: int) -> None:
        """Run both roads at a moment until nothing is left to do."""
        ...
