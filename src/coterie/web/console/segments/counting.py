"""How many people each condition of a draft has, and the whole: asked once, then put together.

Only the conditions themselves are asked of everyone, and only those that were not asked before;
a group is made of its parts' people, as the laws of the language allow.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pyroaring import BitMap

from coterie.core.errors import Invalid
from coterie.segments.definition import Effect
from coterie.segments.service import Segments
from coterie.storage.work import Work
from coterie.web.console.segments.draft import GROUPS, to_rule, walk
from coterie.web.console.segments.node import Draft
from coterie.web.console.segments.sheet import Sheet


@dataclass(frozen=True)
class Counted:
    """How many a draft has: ``at`` each place, None where a condition is not complete.

    ``people`` are those of the whole; ``effect`` is told for a segment that there is already.
    """

    at: Mapping[str, int | None] = field(default_factory=dict)
    people: BitMap | None = None
    effect: Effect | None = None

    @property
    def shown(self) -> BitMap:
        """Whom to show some of: who would leave, else who belongs to it."""
        if self.effect is not None and self.effect.leave:
            return self.effect.leave
        return self.people if self.people is not None else BitMap()


def count(work: Work, segments: Segments, sheet: Sheet, everyone: BitMap) -> Counted:
    """Count the people of a draft and of every part of it."""
    at: dict[str, int | None] = {}
    people = None
    if sheet.draft is not None:
        found = _asked(work, segments, sheet.draft)
        people = _together(sheet.draft, "r", found, everyone, at)
    elif sheet.rule is not None:
        [answer] = segments.of_parts(work, [sheet.rule])
        people = None if isinstance(answer, Invalid) else answer
    if not sheet.stands or people is None:
        return Counted(at)
    if not sheet.slug:
        return Counted(at, people)
    before = segments.members(work, sheet.slug)
    return Counted(at, people, Effect(before & people, people - before, before - people))


def _asked(work: Work, segments: Segments, draft: Draft) -> dict[str, BitMap | Invalid]:
    """Ask for the people of every condition, as if none were denied."""
    leaves = {
        place: Draft(node.kind, 0, node.fields, node.bounds, node.tests, node.more)
        for place, node in walk(draft)
        if node.kind not in GROUPS
    }
    answers = segments.of_parts(work, [to_rule(leaf)[0] for leaf in leaves.values()])
    return dict(zip(leaves, answers, strict=True))


def _together(
    node: Draft, place: str, found: Mapping[str, BitMap | Invalid], everyone: BitMap,
    at: dict[str, int | None],
) -> BitMap | None:  # fmt: skip
    """Put the people of a node together from its parts, and note how many they are."""
    people: BitMap | None
    denied = node.negated
    if node.kind in GROUPS:
        parts = [
            _together(part, f"{place}.{index}", found, everyone, at)
            for index, part in enumerate(node.parts)
        ]
        denied += node.kind in ("none", "not_all")
        known = [part for part in parts if part is not None]
        if len(known) < len(parts) or not parts:
            people = None
        elif node.kind in ("all", "not_all"):
            people = BitMap.intersection(*known)
        else:
            people = BitMap.union(*known)
    else:
        answer = found[place]
        people = None if isinstance(answer, Invalid) else answer
    if people is not None and denied % 2:
        people = everyone - people
    at[place] = None if people is None else len(people)
    return people
