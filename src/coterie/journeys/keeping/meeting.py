"""Where runs of people meet who turn out to be one: which goes on, which arms were mixed. Pure."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

K = TypeVar("K", bound=Hashable)

MERGED = "merged"
"""Why a run ends beside an elder one in its lane: two people turned out to be one."""


@dataclass(frozen=True)
class Way:
    """A run as far as meeting others concerns it; ``last`` is when anything last happened in it."""

    id: int
    journey: str
    lane: str
    profile: int
    came_with: int
    entered: int
    last: int
    ended: int | None
    reason: str | None
    shadow: bool
    contaminated: int | None


def settle(ways: Iterable[Way], heads: Mapping[int, int], now: int) -> list[Way]:
    """Let runs go to the heads of the profiles they were born to; return those that change.

    ``ways`` are all runs of everybody concerned, as they stand. Of two live ones in a lane the one
    that began first goes on. Doing it again changes nothing.
    """
    before = {way.id: way for way in ways}
    mixed_before = _groups(before.values(), lambda way: (way.journey, way.profile))
    gone = {
        way.id: replace(way, profile=heads.get(way.came_with, way.profile))
        for way in before.values()
    }
    for live in _groups(
        (way for way in gone.values() if way.ended is None),
        lambda way: (way.journey, way.profile, way.lane),
    ).values():
        _, *younger = sorted(live, key=lambda way: (way.entered, way.id))
        gone |= {way.id: replace(way, ended=now, reason=MERGED) for way in younger}
    for group in _groups(gone.values(), lambda way: (way.journey, way.profile)).values():
        is_mixed = _is_mixed(group)
        for way in group:
            company = mixed_before[way.journey, before[way.id].profile]
            gone[way.id] = replace(way, contaminated=_since(way, company, is_mixed, now))
    return [way for way in gone.values() if way != before[way.id]]


def _is_mixed(group: Iterable[Way]) -> bool:
    """Say whether a person was in both arms because she was taken for two."""
    arms: dict[int, set[bool]] = {}
    for way in group:
        arms.setdefault(way.came_with, set()).add(way.shadow)
    return len(arms) > 1 and len(set[bool]().union(*arms.values())) > 1


def _since(way: Way, company: Iterable[Way], is_mixed: bool, now: int) -> int | None:
    """Say since when a run is contaminated.

    Who is taken apart again is pure again if nothing of the journey reached her in between.
    """
    if is_mixed:
        return now if way.contaminated is None else way.contaminated
    since = way.contaminated
    if since is None or way.reason == MERGED or any(other.last > since for other in company):
        return since
    return None


def _groups(ways: Iterable[Way], key: Callable[[Way], K]) -> dict[K, list[Way]]:
    groups: dict[K, list[Way]] = {}
    for way in ways:
        groups.setdefault(key(way), []).append(way)
    return groups
