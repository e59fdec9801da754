"""What an account is, and the numbers that guard it."""

from dataclasses import dataclass

from coterie.core.clock import DAY, MINUTE


@dataclass(frozen=True)
class Account:
    """One who may sit at the console; ``role`` is "owner" (more roles come with permissions)."""

    id: int
    name: str
    role: str


@dataclass(frozen=True)
class Guard:
    """How long a session lasts and how many wrong passwords are let through.

    At most ``per_account`` and ``per_address`` failures within ``window``; then nobody signs in to
    that account, or from that address, until the window has moved on.
    """

    session: int = 7 * DAY
    window: int = 15 * MINUTE
    per_account: int = 10
    per_address: int = 30


SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 1_024
