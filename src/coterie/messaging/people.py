"""What messaging asks of the profiles: who somebody is, how to reach her, what she allows."""

from collections.abc import Collection, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from coterie.profiles.model import Known
from coterie.storage.work import Work

Numbers = NDArray[np.int32]
"""Profiles, in order, each once."""


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

    def known_and_revealed(
        self,
        work: Work,
        profiles: Collection[int],
        revealed: Mapping[str, Collection[int]],
        *,
        names: Collection[str] | None = None,
        fading: Collection[str] | None = None,
    ) -> tuple[dict[int, Known], dict[str, dict[int, Any]]]:
        """Return what is known of people, and by trait the values of some, in one reading.

        ``names`` are the learnt traits wanted, None: all of them.
        """
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

    def user_ids(self, work: Work, profiles: Collection[int]) -> dict[int, str]:
        """Return the user ids of those who have one."""
        ...

    # asked of very many at once, of those alone: each tells what the one above does

    def people_among(self, work: Work, profiles: Numbers, /) -> BitMap:
        """Return who of these is known."""
        ...

    def traits_among(
        self, work: Work, profiles: Numbers, names: Collection[str], /
    ) -> list[tuple[str, Any, BitMap]]:
        """Return who of these has which value of some traits; a sealed one is told as None."""
        ...

    def agreeing(self, work: Work, profiles: Numbers, purpose: str, channel: str, /) -> BitMap:
        """Return who of these allows touches for a purpose on a channel."""
        ...

    def plain_among(self, work: Work, profiles: Numbers, /) -> BitMap:
        """Return who of these wants nothing chosen by what is known of her."""
        ...

    def wearing(self, work: Work, profiles: Numbers, tag: str, /) -> BitMap:
        """Return who of these has a tag."""
        ...

    def buckets_among(self, work: Work, profiles: Numbers, /) -> Mapping[int, str]:
        """Return the bucket keys of these people, and perhaps of some others."""
        ...

    def sealer(self, work: Work, profiles: Collection[int]) -> Sealer:
        """Return a sealer that has these people's keys."""
        ...
