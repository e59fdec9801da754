"""What bindings ask of those who know guides, stores and codes."""

from collections.abc import Collection, Mapping
from typing import Protocol

from coterie.guides.organisation.model import Ends, Guide
from coterie.storage.work import Work


class Source(Protocol):
    """What a channel code's state stands for."""

    @property
    def store(self) -> str | None:
        """The store that the code is for."""
        ...


class Sources(Protocol):
    """Who knows the states of channel codes."""

    def resolve(self, work: Work, states: Collection[str]) -> Mapping[str, Source]:
        """Return what states stand for; unknown ones have no key."""
        ...


class NoSources:
    """A house without channel codes."""

    def resolve(self, _work: Work, _states: Collection[str]) -> dict[str, Source]:
        """Know none."""
        return {}


class Staff(Protocol):
    """Who knows the guides."""

    def of_userids(self, work: Work, userids: Collection[str]) -> dict[str, str]:
        """Return the guide of each userid, made where nobody knew her."""
        ...

    def named(self, work: Work, names: Collection[str]) -> dict[str, Guide]:
        """Return guides by their slugs."""
        ...

    def userids(self, work: Work, names: Collection[str]) -> dict[str, str]:
        """Return what the platform calls some guides."""
        ...

    def known_userids(self, work: Work, userids: Collection[str]) -> dict[str, str]:
        """Return the guides of those userids that are somebody's."""
        ...

    def stores_at(
        self, work: Work, asked: Collection[tuple[str, int]]
    ) -> dict[tuple[str, int], str]:
        """Return guides' main stores at moments."""
        ...

    def ends(self, work: Work, guides: Collection[str]) -> Ends:
        """Return when guides left and stores closed."""
        ...
