"""The words of the doctor: what was measured, and what was found.

A finding's sentences are English with named places (``%(size)s``): pages look them up in their
catalog, and write the values in the visitor's way.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from coterie.core.clock import SECOND

Level = Literal["ok", "notice", "warning", "error"]
LEVELS: tuple[Level, ...] = ("error", "warning", "notice", "ok")
"""The worst first."""
GROUPS = ("road", "messages", "wecom", "database", "log", "safety", "machine")

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
MB, GB = 1_000_000, 1_000_000_000


@dataclass(frozen=True)
class Quantity:
    """A number and its unit: ``bytes``, ``ms`` (a duration), or ``""`` for a plain count."""

    value: float
    unit: Literal["bytes", "ms", ""] = ""


Value = Quantity | str


def N_(text: str) -> str:  # noqa: N802 (the name that gettext's tools know)
    """Mark a sentence for the pages' catalogues; it is English until a page says it."""
    return text


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: how it stands, what was measured, what to do about it."""

    code: str
    level: Level
    says: str
    do: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)

    @property
    def group(self) -> str:
        """The part of the house that it belongs to: the first word of its code."""
        return self.code.partition(".")[0]


@dataclass(frozen=True)
class Measured:
    """The numbers of one house at one moment. Ages in ms, sizes in bytes, None: nothing there.

    ``faults`` is what the database's own check found; None when it did not end in time.
    ``road_until`` is how long the road's lease still lasts, None or negative: nobody runs it.
    ``key_mode`` is the permission bits of the file that holds the master key, ``key_file`` its
    name; None without a file. ``checked`` says whether the database was asked to check itself.
    """

    backlog_events: int = 0
    backlog_age: int | None = None
    road_until: int | None = 15 * SECOND
    batch_age: int | None = 0
    stopped: bool = False
    overdue: int | None = None
    failed_today: int = 0
    ambiguous_today: int = 0
    channels: Sequence[str] = ("email", "sandbox")
    refused: int = 0
    dialect: str = "sqlite"
    database_version: str = "3.45"
    latency: float = 1.0
    database_size: int = 0
    wal: int | None = 0
    checked: bool = True
    faults: Sequence[str] | None = ()
    disk_free: int = 100 * GB
    disk_total: int = 200 * GB
    hot: int = 0
    files: int = 0
    to_compact: int = 0
    orphans: int = 0
    missing: int = 0
    owners: int = 1
    host: str = "127.0.0.1"
    public_url: str = ""
    allowed_hosts: Sequence[str] = ("127.0.0.1",)
    secure_cookies: bool = False
    smtp_starttls: bool = True
    key_in_environment: bool = True
    key_mode: int | None = None
    key_file: str = "master.key"
    clock_offset: int = 0
    erasures_late: int = 0
    erasures_stuck: int = 0
    python: str = "3.11"
    packages: Mapping[str, str] = field(default_factory=dict)

    @property
    def exposed(self) -> bool:
        """Whether others than this machine are meant to reach the house."""
        return self.host not in LOOPBACK or bool(self.public_url)


def grade(value: float, *, notice: float = 0, warning: float = 0, error: float = 0) -> Level:
    """Return how bad a value is that should be small; a bound of 0 is none.

    >>> grade(3, notice=1, warning=10), grade(30, warning=10, error=20), grade(0, notice=1)
    ('notice', 'error', 'ok')
    """
    bounds: tuple[tuple[Level, float], ...] = (
        ("error", error), ("warning", warning), ("notice", notice),
    )  # fmt: skip
    return next((level for level, bound in bounds if bound and value >= bound), "ok")


Judge = Callable[[Measured], Iterator[Finding]]
"""Looks at the numbers and says what it finds."""
