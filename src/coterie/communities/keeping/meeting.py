"""Where the parts and invitations of people meet who turn out to be one. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

MERGED = "merged"
"""Why an interval was closed beside an elder one: two people turned out to be one."""


@dataclass(frozen=True)
class Part:
    """One interval as far as meeting others concerns it.

    ``gave_way`` names the one that goes on in its place.
    """

    id: int
    community: str
    profile: int
    came_with: int
    joined: int
    left: int | None
    reason: str | None
    gave_way: int | None


@dataclass(frozen=True)
class Asked:
    """One invitation as far as its place among a person's others concerns it."""

    id: str
    community: str
    profile: int
    came_with: int
    since: int
    attempt: int


def settle_parts(parts: Iterable[Part], heads: Mapping[int, int], now: int) -> list[Part]:
    """Let intervals go to the heads of the profiles they were born to; return those that change.

    Of two open ones of a community the elder goes on and the other gives way, until the two
    belong to two people again.
    """
    before = {part.id: part for part in parts}
    after = {
        part.id: replace(part, profile=heads.get(part.came_with, part.profile))
        for part in before.values()
    }
    for part in list(after.values()):
        elder = after.get(part.gave_way) if part.gave_way is not None else None
        if part.gave_way is not None and (elder is None or elder.profile != part.profile):
            after[part.id] = replace(part, left=None, reason=None, gave_way=None)
    going: dict[tuple[str, int], Part] = {}
    for part in sorted(after.values(), key=lambda part: (part.joined, part.id)):
        if part.left is not None:
            continue
        elder = going.setdefault((part.community, part.profile), part)
        if elder is not part:
            after[part.id] = replace(part, left=now, reason=MERGED, gave_way=elder.id)
    return [part for part in after.values() if part != before[part.id]]


def settle_invitations(asked: Iterable[Asked], heads: Mapping[int, int]) -> list[Asked]:
    """Let invitations go to their heads, and count each person's anew; return those that change."""
    before = {one.id: one for one in asked}
    after: list[Asked] = []
    numbers: dict[tuple[str, int], int] = {}
    for one in sorted(before.values(), key=lambda one: (one.since, one.attempt, one.id)):
        head = heads.get(one.came_with, one.profile)
        number = numbers[one.community, head] = numbers.get((one.community, head), 0) + 1
        after.append(replace(one, profile=head, attempt=number))
    return [one for one in after if one != before[one.id]]
