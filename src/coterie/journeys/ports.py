"""What journeys need of the rooms below; the services of segments, messaging, profiles have it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from pyroaring import BitMap

from coterie.messaging.model import Request, Sent, Template
from coterie.profiles.model import Known
from coterie.segments.model import Rule, World
from coterie.storage.work import Work


class Asker(Protocol):
    """Some people, loaded at once, of whom rules can be asked."""

    @property
    def world(self) -> World:
        """What rules may look at besides a person."""
        ...

    def holds(
        self,
        rule: Rule,
        profile: int,
        *,
        since: Mapping[str, int] | None = None,
        key: tuple[str, str] | None = None,
    ) -> bool:
        """Say whether a rule holds for one of them now."""
        ...


class Segments(Protocol):
    """Rules about people, and who is in which segment."""

    def rule(self, work: Work, rule: object, /) -> Rule:
        """Read a rule, and check that what it names exists."""
        ...

    def ask(self, work: Work, profiles: Collection[int]) -> Asker:
        """Load these people, so that rules can be asked of them."""
        ...

    def members(self, work: Work, slug: str) -> BitMap:
        """Return who is in a segment now; raises NotFound."""
        ...

    def stirred(self, work: Work, rule: Rule, after: int, until: int) -> set[int]:
        """Return for whom passing time may have changed a rule's answer."""
        ...

    def next_stir(self, work: Work, rule: Rule, after: int) -> int | None:
        """Return when passing time may next change a rule's answer."""
        ...


class Messaging(Protocol):
    """Templates, the gate and the outbox."""

    def template(self, work: Work, name: str) -> Template:
        """Return a template; raises NotFound."""
        ...

    def send(self, work: Work, requests: Sequence[Request]) -> Sent:
        """Queue or hold each request; the same key is one message."""
        ...

    def pause(self, work: Work, origin: str) -> None:
        """Keep what an origin has queued in the outbox."""
        ...

    def resume(self, work: Work, origin: str) -> None:
        """Let an origin's messages go out again."""
        ...


class People(Protocol):
    """What is known of people."""

    def known(
        self, work: Work, profiles: Collection[int], fading: Collection[str] | None = None
    ) -> dict[int, Known]:
        """Return what rules may ask of these people; who is not known is left out."""
        ...

    def user_ids(self, work: Work, profiles: Collection[int]) -> dict[int, str]:
        """Return the user ids of those who have one."""
        ...
