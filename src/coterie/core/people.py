"""Who is who: profiles that turned out to be one person, and the rooms that keep something of hers.

Each identity that carries events has a profile of its own, for ever. Profiles that belong to one
person are led by one of them, the *head*; whatever is told outside ``profiles`` speaks of heads. A
merge or an un-merge changes which head leads a profile, and nothing else: so it can be undone.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

WorkT = TypeVar("WorkT", contravariant=True)


@dataclass(frozen=True)
class Shift:
    """A profile that another head leads from now on: merged into a person, or taken out of one."""

    profile: int
    before: int
    head: int


@dataclass(frozen=True)
class Led:
    """All profiles whose head is another one, sorted by profile; two arrays of one length."""

    profiles: NDArray[np.int32]
    heads: NDArray[np.int32]


class Heads(Protocol[WorkT]):
    """Tells who leads whom; ``profiles`` answers it for the rooms that may not know of it."""

    def heads(self, work: WorkT, profiles: Collection[int], /) -> dict[int, int]:
        """Return the head of each of these profiles; one that leads itself is its own."""
        ...

    def members(self, work: WorkT, heads: Collection[int], /) -> dict[int, tuple[int, ...]]:
        """Return the profiles that each of these heads leads, itself among them, in order."""
        ...

    def led(self, work: WorkT, /) -> Led:
        """Return everybody who is led by another."""
        ...


class Alone:
    """Heads where nobody was ever merged: each leads herself; for houses without ``profiles``."""

    def heads(self, _work: object, profiles: Collection[int]) -> dict[int, int]:
        """Return each as her own head."""
        return {profile: profile for profile in profiles}

    def members(self, _work: object, heads: Collection[int]) -> dict[int, tuple[int, ...]]:
        """Return each by herself."""
        return {head: (head,) for head in heads}

    def led(self, _work: object) -> Led:
        """Return nobody."""
        return Led(np.empty(0, np.int32), np.empty(0, np.int32))


class Keeper(Protocol[WorkT]):
    """A room with tables that speak of people.

    Such a row holds ``profile``, the head now, and ``came_with``, the profile it was born to.
    """

    name: str

    def follow(self, work: WorkT, shifts: Sequence[Shift]) -> None:
        """Let the rows of these profiles follow them to the heads that lead them now."""
        ...

    def hand_out(self, work: WorkT, profile: int) -> dict[str, Any]:
        """Return all that is kept of a person, as plain JSON, for her."""
        ...

    def erase(self, work: WorkT, profiles: Collection[int]) -> dict[str, int]:
        """Remove all that could identify the person of these profiles; count rows by table.

        What sums are made of stays, without a way back to her. Doing it again changes nothing.
        """
        ...
