"""The words of groups. Moments are milliseconds UTC; ``chat`` is the platform's name of a group."""

from dataclasses import dataclass
from typing import Literal

from coterie.core.clock import DAY

Kind = Literal["store", "topic"]
KINDS: tuple[Kind, ...] = ("store", "topic")
GROUP_JOINED, GROUP_LEFT = "Group Joined", "Group Left"


@dataclass(frozen=True)
class Group:
    """A chat of customers; with how many are in it now.

    ``code`` is the state of the live group code that leads into it, ``guide`` its owner's userid:
    only she can send into it. ``members`` counts everybody at the platform, guides included;
    ``customers`` the people of ours. Up to ``qr_limit`` a scan leads in, up to ``cap`` an
    invitation. ``due`` is when its next play is.
    """

    chat: str
    slug: str
    name: str
    kind: Kind
    opened: int
    cap: int
    qr_limit: int
    store: str | None = None
    topic: str | None = None
    community: str | None = None
    code: str | None = None
    campaign: str | None = None
    guide: str = ""
    closed: int | None = None
    rhythm: str | None = None
    paused: int | None = None
    due: int | None = None
    members: int = 0
    customers: int = 0

    @property
    def tag(self) -> str:
        """Name the tag that those who are in it wear."""
        return tag_of(self.slug)

    @property
    def title(self) -> str:
        """The name people know it by; its own where nobody named it."""
        return self.name or self.slug

    def age(self, now: int) -> int:
        """Return how many whole days it has been open."""
        return max(0, (now - self.opened) // DAY)


def tag_of(slug: str) -> str:
    """Name the tag of participation in a group."""
    return f"group:{slug}"


@dataclass(frozen=True)
class Stay:
    """One person's time in one group, from ``joined`` to before ``left`` (None: still there).

    ``lost``: she came again without her leaving having been told, so ``left`` is when she did.
    ``code`` and ``scene`` (``scanned``, ``invited``, ``link``) say how she came.
    """

    chat: str
    profile: int
    joined: int
    left: int | None
    lost: bool = False
    code: str = ""
    scene: str = ""
