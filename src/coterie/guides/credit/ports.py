"""What credit asks of the organisation."""

from collections.abc import Collection
from typing import Protocol

from coterie.guides.organisation.model import Ends
from coterie.storage.work import Work


class Leavers(Protocol):
    """Who knows when guides left."""

    def ends(self, work: Work, guides: Collection[str]) -> Ends:
        """Return when guides left and when stores closed."""
        ...
