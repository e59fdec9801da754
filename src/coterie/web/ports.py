"""What the web asks of the house: exactly the attributes it uses, so that it needs no more."""

from typing import Any, Protocol

from coterie.accounts.service import Accounts
from coterie.catalog.service import Catalog
from coterie.codes.service import Codes
from coterie.communities.service import Communities
from coterie.core.clock import Clock
from coterie.events.door import Door
from coterie.events.keys import Keys
from coterie.messaging.service import Messaging
from coterie.profiles.service import Profiles
from coterie.scores.service import Scores
from coterie.segments.service import Segments
from coterie.storage.database import Database
from coterie.storage.instance import Instance
from coterie.storage.work import Work


class Choices(Protocol):
    """The settings that concern the web."""

    @property
    def host(self) -> str:
        """The address listened on."""
        ...

    @property
    def port(self) -> int:
        """The port listened on."""
        ...

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """The Host headers that are answered."""
        ...

    @property
    def public_url(self) -> str:
        """How visitors reach the house; empty when only this machine does."""
        ...

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies travel over https only."""
        ...

    @property
    def brand(self) -> str:
        """The brand's name, as visitors read it."""
        ...

    @property
    def requests_per_second(self) -> int:
        """How many requests of one write key are served a second."""
        ...
