"""What handing over asks of those who know the platform."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from coterie.storage.work import Work


class Circle(Protocol):
    """Who knows which customers and groups a member has at the platform."""

    def customers_of(self, work: Work, userid: str) -> Mapping[str, int]:
        """Return a member's customers: the platform's name of each, and our profile."""
        ...

    def chats_of(self, work: Work, userid: str) -> Sequence[tuple[str, str]]:
        """Return the groups that a member owns: the platform's name of each, and its title."""
        ...

    def externals_of(self, work: Work, profiles: Collection[int]) -> Mapping[int, Sequence[str]]:
        """Return the platform's names of people."""
        ...


class NoCircle:
    """A house without the platform."""

    def customers_of(self, _work: Work, _userid: str) -> dict[str, int]:
        """Know of no customers."""
        return {}

    def chats_of(self, _work: Work, _userid: str) -> tuple[tuple[str, str], ...]:
        """Know of no groups."""
        return ()

    def externals_of(self, _work: Work, _profiles: Collection[int]) -> dict[int, list[str]]:
        """Know nobody."""
        return {}
