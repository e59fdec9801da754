"""A moment at which heads are asked, and what a step changed until then."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from coterie.segments.engine.counters import Changed
from coterie.segments.engine.leading import Leading
from coterie.segments.engine.postings import Rows


@dataclass(frozen=True)
class Moment:
    """When heads are asked, in whose zone's days, and who leads whom then."""

    now: int
    zone: ZoneInfo
    leading: Leading


@dataclass(frozen=True)
class Moved:
    """What a step from ``before`` to ``now`` changed: fresh rows by list, numbers by counter."""

    before: int
    now: int
    fresh: Mapping[int, Rows]
    counted: Mapping[int, Changed]
