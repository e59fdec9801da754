"""What the mirror asks of rooms that it may not know; the composition root gives them."""

from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from coterie.channels.wecom.inbox.model import Callback, ContactAdded
from coterie.channels.wecom.mirror.model import Member
from coterie.core.event import Event
from coterie.storage.work import Work


class Staff(Protocol):
    """Whoever keeps the guides."""

    def changed(
        self, work: Work, members: Sequence[Member], gone: Collection[str] = (), /
    ) -> Sequence[Event]:
        """Hear which members came or changed, and which left; return the facts of it."""
        ...


Welcomed = Callable[[Work, Sequence[tuple[Callback, ContactAdded]]], None]
"""Told who was added, in the unit of work that takes the callbacks in; the 20 seconds run."""

Blank = Callable[[Work, Collection[str]], int]
"""Writes customers out of what was called back; counts what it changed."""


def nothing_kept(_work: Work, _externals: Collection[str]) -> int:
    """Keep no callbacks, so none names anybody."""
    return 0


class NoStaff:
    """Keeps no guides."""

    def changed(
        self, _work: Work, _members: Sequence[Member], _gone: Collection[str] = (), /
    ) -> Sequence[Event]:
        """Do nothing."""
        return ()
