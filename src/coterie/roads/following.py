"""What a merge, or an un-merge, is told as: facts for the timelines of those concerned."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from coterie.core.event import Event
from coterie.core.facts import fact
from coterie.core.people import Shift
from coterie.storage.work import Work

MERGED = "coterie.merged"
UNMERGED = "coterie.unmerged"


def told(work: Work, shifts: Sequence[Shift], how: Mapping[int, str]) -> list[Event]:
    """State who became one person (``profiles`` came to her, and ``how``), and who parted.

    Every person who is another one now than before has a fact.
    """
    gained: defaultdict[int, list[int]] = defaultdict(list)
    lost: defaultdict[int, list[int]] = defaultdict(list)
    for shift in shifts:
        if shift.head != shift.profile:
            gained[shift.head].append(shift.profile)
        if shift.before != shift.profile:
            lost[shift.before].append(shift.profile)
            if shift.head == shift.profile:
                lost[shift.head].append(shift.before)
    led = {shift.profile for shift in shifts if shift.head != shift.profile}
    facts = [
        fact(
            MERGED,
            room="profiles",
            profile=head,
            at=work.now,
            cause=(work.now, *profiles),
            profiles=profiles,
            how=sorted({how.get(profile, "seen") for profile in profiles}),
        )
        for head, profiles in gained.items()
    ]
    return facts + [
        fact(
            UNMERGED,
            room="profiles",
            profile=head,
            at=work.now,
            cause=(work.now, *profiles),
            profiles=profiles,
        )
        for head, profiles in lost.items()
        if head not in led
    ]
