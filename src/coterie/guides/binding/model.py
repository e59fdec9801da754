"""The words of binding. Moments are milliseconds UTC, floored to whole seconds."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from coterie.core.clock import DAY

Kind = Literal[
    "deleted", "scan", "order", "code", "added", "chat", "bought", "link",
    "handed", "given", "chosen",
]  # fmt: skip
"""What happened between a guide and a customer.

``deleted``: one of them ended the friendship. ``scan``: the guide's code in the store. ``order``:
an order that she made. ``code``: added by a channel code, ``added``: added otherwise. ``chat``:
they talked. ``bought``: she bought and named nobody. ``link``: she followed the guide's link.
``handed``: the platform moved her to another guide; ``given``: an operator did; ``chosen``: she
asked for this guide herself.
"""

RANK: dict[Kind, int] = {
    "deleted": 0, "scan": 1, "order": 2, "code": 3, "added": 4, "chat": 5, "bought": 6, "link": 7,
    "handed": 8, "given": 9, "chosen": 10,
}  # fmt: skip
"""The order of touches of one second: first what ends a binding, then the closer before the looser
(an unbound customer is the first one's), last those that always move her; her own choice is last.
"""

BINDS = frozenset({"scan", "order", "code", "added"})
"""These bind who is free, and move whom nobody is protected of."""
ALWAYS = frozenset({"handed", "given", "chosen"})
"""These move her whatever stands against it."""
BY_GUIDE = frozenset({"scan", "order", "code", "added", "chat"})
"""These are a guide's own doing; a guide's silence is time without one."""

Why = Literal[
    "scan", "order", "code", "added", "chat", "handed", "given", "chosen", "guide_left",
    "store_closed",
]  # fmt: skip
End = Literal[
    "open", "silence", "inactive", "moved", "deleted", "guide_left", "store_closed",
]  # fmt: skip


@dataclass(frozen=True)
class Rules:
    """How customers are bound, from ``since`` on.

    A binding is protected for ``protection`` days, and lasts ``validity`` days from the last touch
    of the two. With ``release`` days, it also ends after so long a silence of the guide's, whatever
    the customer bought meanwhile; 0 is never. An order of hers through the guide protects anew if
    ``orders_protect``. Days are exactly 24 hours.

    Of an order served by a guide who is not hers, the one who served gets ``served`` of 10,000,
    hers the rest. Within ``handed_days`` of a handover the taker gets ``handed``, who gave her the
    rest. Codes and links count for ``code_days`` and ``link_days``; a scan in the store counts as
    served for ``scan_hours``. What is learnt of a payment older than ``books_days`` changes
    nothing any more.
    """

    since: int = 0
    protection: int = 30
    validity: int = 90
    release: int = 0
    orders_protect: bool = True
    served: int = 10_000
    handed: int = 10_000
    handed_days: int = 30
    code_days: int = 90
    link_days: int = 7
    scan_hours: int = 4
    books_days: int = 31

    def plain(self) -> dict[str, Any]:
        """Return them as plain JSON, without since when they hold."""
        return {name: value for name, value in asdict(self).items() if name != "since"}


@dataclass(frozen=True)
class Touch:
    """One thing that happened between a guide and a customer.

    ``cause`` is the event's id, or what an operator's deed is known by. ``label`` is what led to
    it: a code's state, a link's number, why she was given.
    """

    at: int
    kind: Kind
    guide: str | None
    store: str | None
    cause: str
    label: str = ""

    @property
    def order(self) -> tuple[int, int, str]:
        """The order in which touches count, however they arrived."""
        return self.at, RANK[self.kind], self.cause


@dataclass(frozen=True)
class Span:
    """Whose customer she was from ``since`` until just before ``until``.

    ``guide`` is None while a store holds her in trust. ``protected`` is until when nobody may take
    her, ``valid`` until when the binding lasts by itself, ``seen`` the guide's last doing. ``why``
    and ``cause`` say what began it, ``end`` what ends it (or will, if nothing comes before).
    """

    guide: str | None
    store: str | None
    since: int
    until: int
    protected: int
    valid: int
    seen: int
    why: Why
    cause: str
    end: End
    before: str | None = None


@dataclass(frozen=True)
class Owner:
    """Who answers for her at a moment; ``guide`` is None while her store does."""

    guide: str | None
    store: str | None
    since: int
    protected_until: int
    until: int
    why: str


@dataclass(frozen=True)
class Held:
    """A span as it is kept of one person; ``previous`` is where the one before it ended."""

    profile: int
    span: Span
    id: int = 0
    previous: int | None = None
    told: bool = False


@dataclass(frozen=True)
class Correction:
    """What was settled otherwise when more became known; spans as plain JSON."""

    at: int
    cause: str
    changed_from: int
    was: list[dict[str, Any]]
    became: list[dict[str, Any]]


def day(days: int) -> int:
    """Return days in milliseconds."""
    return days * DAY
