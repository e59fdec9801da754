"""What messaging asks of the profiles: who somebody is, how to reach her, what she allows."""

from collections.abc import Collection
from typing import Any, Protocol

from coterie.profiles.model import Known
from coterie.storage.work import Work


class Sealer(Protocol):
    """Seals and opens what is written to a person, with her own key."""

    def seal(self, profile: int, clear: bytes, /) -> bytes:
        """Encrypt."""
        ...

    def open(self, profile: int, sealed: bytes, /) -> bytes:
        """Decrypt."""
        ...

    def __contains__(self, profile: int, /) -> bool:
        """Say whether the person's key is there; an erased person has none."""
        ...


class People(Protocol):
    """The part of ``profiles.service.Profiles`` that messaging calls."""

    def known(
        self, work: Work, profiles: Collection[int], fading: Collection[str] | None = None
    ) -> dict[int, Known]:
        """Return what is known of people; those who do not exist are left out."""
        ...

    def reveal(self, work: Work, profiles: Collection[int], name: str) -> dict[int, Any]:
        """Return an identifying trait of those who have it."""
        ...

    def consenting(
        self, work: Work, profiles: Collection[int], purpose: str, channel: str
    ) -> set[int]:
        """Return who allows touches for a purpose on a channel."""
        ...

    def not_personalised(self, work: Work, profiles: Collection[int]) -> set[int]:
        """Return who wants nothing chosen for her by what is known of her."""
        ...

    def sealer(self, work: Work, profiles: Collection[int]) -> Sealer:
        """Return a sealer that has these people's keys."""
        ...
