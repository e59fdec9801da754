"""What the story needs of a house, and of the stage that it is played on."""

from typing import Protocol

from coterie.channels.wecom.mirror.service import Mirror
from coterie.channels.wecom.scanning import Scanning
from coterie.events.log import Log
from coterie.guides.gathered import Guides
from coterie.messaging.service import Messaging
from coterie.profiles.service import Profiles
from coterie.roads.inbound import Inbound
from coterie.storage.database import Database
from coterie.storage.instance import Instance


class Rooms(Protocol):
    """One house, as the composition root hands it over."""

    db: Database
    instance: Instance
    log: Log
    profiles: Profiles
    messaging: Messaging
    guides: Guides
    scanning: Scanning
    mirror: Mirror
    inbound: Inbound


class Stage(Protocol):
    """Where time passes: for the house, and for its WeCom."""

    @property
    def now(self) -> int:
        """The moment that both stand at."""
        ...

    def advance_to(self, moment: int) -> None:
        """Move both to a moment, and let the house do what time brings."""
        ...

    def move_to(self, moment: int) -> None:
        """Move both to a moment; what is due by then is left to be settled."""
        ...

    def settle(self) -> None:
        """Let the house do what there is to do, until nothing is left."""
        ...
