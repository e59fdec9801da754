"""The words of signing in, and the numbers that guard it. Moments are milliseconds UTC."""

from dataclasses import dataclass
from typing import Literal

from coterie.core.clock import DAY, HOUR, MINUTE

How = Literal["wecom", "mail", "shown", "handed"]
"""By what a session began: WeCom's word for her, a link by e-mail, one that the desk showed her, or
a colleague who handed the store's phone on."""

HOWS: tuple[How, ...] = ("wecom", "mail", "shown", "handed")


@dataclass(frozen=True)
class Guard:
    """How long things last, and how many wrong tries are let through.

    A door is a link that opens once, a state is a trip to WeCom and back. After ``tries`` failures
    within ``window`` of one name, or ``tries_here`` from one address, nobody gets in that way.
    ``links`` is how many links by e-mail one guide may ask for within ``links_window``.
    """

    session: int = 7 * DAY
    shared_session: int = 14 * HOUR
    door: int = 15 * MINUTE
    shown_door: int = DAY
    state: int = 10 * MINUTE
    window: int = 15 * MINUTE
    tries: int = 5
    tries_here: int = 600
    links: int = 5
    links_window: int = HOUR
    remembered: int = 30 * DAY


@dataclass(frozen=True)
class Signed:
    """Whose session it is, on which phone, since when and how."""

    guide: str
    how: How
    device: str
    began: int
    until: int


@dataclass(frozen=True)
class Door:
    """What a link or a trip to WeCom leads to: for whom, and to which page."""

    kind: Literal["mail", "shown", "wecom"]
    guide: str | None
    to: str


@dataclass(frozen=True)
class Phone:
    """A phone that a store's guides share: since when, and who of them has signed in on it."""

    device: str
    store: str
    since: int
    guides: tuple[str, ...] = ()
