"""The words of erasure: a request, how far it is, and what proves it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from coterie.core.clock import to_datetime

Identity = tuple[str, str]
"""A kind and a value."""

State = Literal["asked", "declined", "erasing", "stuck", "proven", "lifted"]
"""``asked``: somebody has to say yes. ``stuck``: something of hers was found after all that was
done. ``lifted``: erased, and by her own wish she may come in again."""

Step = Literal["rows", "stores", "search", "shred", "scrub", "done"]
STEPS: tuple[Step, ...] = ("rows", "stores", "search", "shred", "scrub", "done")
"""What comes next of an erasure. Each is done in whole, or is done again after a crash."""

Way = Literal["console", "member", "command", "api"]
WORKING_DAYS = 15
"""Within so many days a request is to be answered: what is commonly asked for under the PIPL."""

ERASED = "erased"


@dataclass(frozen=True)
class Erasure:
    """One request to erase a person. Moments are milliseconds UTC.

    ``profile`` and ``uid`` are numbers that lead to nobody once it is proven. ``members`` are the
    profiles that were hers. ``counts`` are rows by store, ``found`` the places where something of
    hers was still to be found at the search, ``searched`` how many of her identifiers were looked
    for. ``digests`` are those of her identities, as they stand in the tombstones. ``backups`` says
    of each known copy whether it was reached.
    """

    id: str
    profile: int
    uid: str
    state: State
    way: Way
    by: str
    asked: int
    due: int
    step: Step = "rows"
    members: tuple[int, ...] = ()
    started: int | None = None
    finished: int | None = None
    decided_by: str = ""
    note: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    searched: int = 0
    places: int = 0
    found: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    backups: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done, by a person or by the road."""
        return self.state in ("asked", "erasing", "stuck")

    @property
    def is_proven(self) -> bool:
        """Whether she is gone, and it was proven."""
        return self.state in ("proven", "lifted")

    def proof(self, format_time: Any) -> dict[str, Any]:
        """Return the proof as plain JSON; ``format_time`` writes a moment."""

        def at(moment: int | None) -> str | None:
            return None if moment is None else format_time(moment)

        return {
            "erasure": self.id,
            "person": self.uid,
            "state": self.state,
            "asked": {"at": at(self.asked), "by": self.by, "way": self.way, "due": at(self.due)},
            "decided_by": self.decided_by,
            "started": at(self.started),
            "finished": at(self.finished),
            "erased": dict(sorted(self.counts.items())),
            "search": {
                "identifiers": self.searched,
                "places": self.places,
                "hits": len(self.found),
                "found": list(self.found),
            },
            "tombstones": list(self.digests),
            "backups": dict(sorted(self.backups.items())),
        }


def working_days_after(moment: int, days: int, zone: ZoneInfo) -> int:
    """Return the end of the so-many-th working day (Monday to Friday) after a moment.

    Public holidays are not known here: a request is due rather too early than too late.

    >>> friday = 1_767_312_000_000  # 2026-01-02T08:00 in Shanghai
    >>> to_datetime(working_days_after(friday, 1, ZoneInfo("Asia/Shanghai"))).isoformat()
    '2026-01-05T16:00:00+00:00'
    """
    day = to_datetime(moment).astimezone(zone).date()
    while days > 0:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    end = datetime.combine(day + timedelta(days=1), time(), zone)
    return int(end.timestamp() * 1_000)
