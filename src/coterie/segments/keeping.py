"""Who leads no more, or was erased, is in no population; what was published stays told."""

from collections.abc import Collection, Sequence
from typing import Any

from pyroaring import BitMap

from coterie.core.people import Shift
from coterie.segments import store
from coterie.segments.lists.service import Lists
from coterie.segments.members import store as published
from coterie.segments.moves import Moves, Turned
from coterie.storage.work import Work

_SHIFTED = "segments.shifted"


class Keeping(Lists):
    """The part of ``Segments`` that keeps step with who is who."""

    name = "segments"

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Take who leads no more out of every population: a leaving that nobody hears of.

        The heads are not asked here: ``recheck`` them once everybody has followed, and hand on
        its moves.
        """
        heads = {shift.profile: shift.head for shift in shifts}
        concerned = work.memo.setdefault(_SHIFTED, set[int]())
        concerned.update(head for shift in shifts for head in (shift.before, shift.head))
        self._take_out(work, {profile for profile, head in heads.items() if head != profile})

    def shifted(self, work: Work) -> set[int]:
        """Return the heads on both sides of what was followed in this unit of work."""
        found: set[int] = work.memo.get(_SHIFTED, set())
        return found

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return a person's segments, her entering and leaving, and her lists, as plain JSON."""
        inside = self.memberships(work, [profile])[profile]
        return {
            "segments": [
                {"segment": one.slug, "title_en": one.title_en, "title_zh": one.title_zh}
                for one in self.all(work)
                if one.slug in inside
            ],
            "moves": [
                {"segment": one.segment, "entered": one.entered, "at": one.at}
                for one in self.changes(work, profile)
            ],
            "lists": self.standing_of(work, profile),
        }

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """Take these people out of every population and list; the sizes of the past stay true."""
        return {
            "segments": self._take_out(work, profiles),
            "list_versions": self.strike(work, profiles),
        }

    def _take_out(self, work: Work, profiles: Collection[int]) -> int:
        """Let these people leave without a word; count in how many segments any of them was."""
        store.lock_watermark(work)
        self._renew(work)
        gone = BitMap(profiles)
        before = published.all_members(work)
        self.engine.reread(before)
        leaving = {slug: members & gone for slug, members in before.items() if members & gone}
        versions = {slug: one.version for slug, one in store.definitions(work).items()}
        moves = Moves(work.now, {slug: Turned(BitMap(), some) for slug, some in leaving.items()})
        after = {slug: before[slug] - people for slug, people in leaving.items()}
        published.publish(work, after, moves, versions, silent=True)
        return len(leaving)
