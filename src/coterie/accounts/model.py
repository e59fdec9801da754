"""What an account is, how its owner likes the desk, and the numbers that guard it."""

from dataclasses import dataclass, field

from coterie.core.clock import DAY, MINUTE

OWNER, OPERATOR = "owner", "operator"
ROLES = (OWNER, OPERATOR)
"""Owners manage the team, the keys and the house; operators do the daily work."""

LANGUAGES = ("zh", "en")
THEMES = ("system", "light", "dark")
ROWS = (25, 50, 100, 200)

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 1_024


@dataclass(frozen=True)
class Preferences:
    """How one account likes the desk.

    ``language`` is one of ``LANGUAGES``, or empty: as the browser says. ``rows`` is how many rows
    a page of a list has.
    """

    language: str = ""
    theme: str = "system"
    rows: int = 50


@dataclass(frozen=True)
class Account:
    """One who may sit at the console.

    With ``must_change`` the password is a first one that somebody else has seen: nothing opens
    until a new one is chosen. ``disabled`` is the moment since when she may not sign in.
    """

    id: int
    name: str
    role: str
    preferences: Preferences = Preferences()
    must_change: bool = False
    disabled: int | None = None

    @property
    def is_owner(self) -> bool:
        """Whether she manages the team, the keys and the house."""
        return self.role == OWNER


@dataclass(frozen=True)
class Colleague:
    """An account as the team's page shows it; ``signed_in`` is the last time, None: never."""

    account: Account
    created: int
    signed_in: int | None


@dataclass(frozen=True)
class SavedView:
    """A list as somebody likes to see it: the page's path and the query behind it."""

    id: int
    page: str
    name: str
    query: str


@dataclass(frozen=True)
class Attempt:
    """Somebody says who she is; whether the password proves it is found outside a transaction.

    ``account`` is None for a name that nobody has, or whose account is disabled; ``hashed`` is
    then a hash that no password fits, so that the answer takes as long. ``name`` is the account's
    own, as it is shown.
    """

    folded: str
    address: str
    account: int | None
    name: str
    hashed: str = field(repr=False)


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
