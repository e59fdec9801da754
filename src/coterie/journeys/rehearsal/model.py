"""The words of a dry run. Moments are milliseconds UTC."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """A message that the journey would have asked for; ``at`` is when it would have gone out.

    ``status`` is sent, held (with ``reason``) or shadow; ``asked`` is when the run came to it.
    """

    at: int
    asked: int
    profile: int
    node: str
    channel: str
    template: str
    touch: str
    status: str
    reason: str | None
    key: str | None


@dataclass(frozen=True)
class Rehearsal:
    """What a journey would have done from ``since`` to ``until``.

    ``people`` are those who would have entered, ``walked`` those of them who were walked: all, or
    a stable sample. Messages and counts are of the sample. ``ended`` counts runs by how they
    ended, ``visits`` how often each node was come to, ``acts`` the tags, traits, events, actions
    and tasks.
    """

    since: int
    until: int
    people: int
    walked: int
    runs: int
    shadows: int
    said: tuple[Said, ...]
    ended: Mapping[str, int]
    visits: Mapping[str, int]
    acts: Mapping[str, int]

    @property
    def is_sample(self) -> bool:
        """Whether only some of the people were walked."""
        return self.walked < self.people

    @property
    def statuses(self) -> Mapping[str, int]:
        """How many messages would have been sent, held and left out."""
        return Counter(one.status for one in self.said)

    @property
    def reasons(self) -> Mapping[str, int]:
        """How many would have been held, by reason; the most first."""
        return dict(Counter(one.reason for one in self.said if one.reason).most_common())

    @property
    def by_node(self) -> Mapping[tuple[str, str], int]:
        """How many messages by node and status."""
        return Counter((one.node, one.status) for one in self.said)

    def scaled(self, number: int) -> int:
        """Reckon a count of the sample up to all people.

        >>> Rehearsal(0, 1, 10, 5, 5, 0, (), {}, {}, {}).scaled(3)
        6
        """
        return number if not self.walked else round(number * self.people / self.walked)
