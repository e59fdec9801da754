"""The verbs by which messaging keeps step with who is who; a part of ``Messaging``."""

from abc import abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

from coterie.core.people import Shift
from coterie.messaging import store as messages
from coterie.messaging.keeping import store
from coterie.messaging.model import Message, Reason
from coterie.messaging.store import Stored
from coterie.storage.work import Work

_HERS = (
    "created", "at", "due", "status", "reason", "channel", "origin", "template", "touch",
    "purpose", "subject", "text",
)  # fmt: skip


class Keeping:
    """Messages follow their people; caps, look-ups and the gate see all of a person's."""

    name = "messaging"

    @abstractmethod
    def of_person(self, work: Work, profile: int) -> list[Message]:
        """Return a person's messages in the order in which they happened."""

    @abstractmethod
    def _open_all(self, work: Work, stored: Sequence[Stored]) -> list[Message]: ...

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Let messages follow the profiles they were born to, the waiting ones too.

        What then waits beyond a cap keeps waiting, and is held when its turn comes.
        """
        messages.lock_gate(work)  # nobody may give a slot away by the old counts
        store.follow(work, shifts)

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return a person's messages with what they said, as plain JSON."""
        told = [asdict(message) for message in self.of_person(work, profile)]
        return {"messages": [{name: one[name] for name in _HERS} for one in told]}

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """Forget what was written to people and send them nothing that still waits."""
        messages.lock_gate(work)
        return {"messages": store.erase(work, profiles, Reason.ERASED)}

    def sent_between(
        self, work: Work, profiles: Collection[int], since: int, until: int
    ) -> list[Message]:
        """Return what went out to these people in [since, until]: taking apart can't undo it."""
        return self._open_all(work, store.sent_between(work, profiles, since, until))

    def reached(self, work: Work, origin: str, profiles: Collection[int]) -> set[int]:
        """Return which of these people an origin has written to already, or held out."""
        return store.reached(work, origin, profiles)

    def contaminated(self, work: Work) -> list[tuple[str, int]]:
        """Return (origin, profile) of who was written to as one and held out as another."""
        return store.contaminated(work)
