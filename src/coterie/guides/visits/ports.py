"""What visits ask of the organisation and of the log."""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from coterie.guides.organisation.model import Store
from coterie.storage.work import Work


class Places(Protocol):
    """Who knows the stores, and who serves where."""

    def all_stores(self, work: Work) -> Sequence[Store]:
        """Return every store."""
        ...

    def known_userids(self, work: Work, userids: Collection[str]) -> dict[str, str]:
        """Return the guides of those userids that are somebody's."""
        ...

    def stores_at(
        self, work: Work, asked: Collection[tuple[str, int]]
    ) -> dict[tuple[str, int], str]:
        """Return a guide's main store at a moment."""
        ...


class Lake(Protocol):
    """Who gives a connection over all that happened."""

    def open_lake(self, work: Work) -> AbstractContextManager[Any]:
        """Give a private DuckDB connection, whose profiles are heads."""
        ...
