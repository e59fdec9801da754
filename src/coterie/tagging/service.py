"""The face of tagging: tags of rules kept current on the road, and the answers about them.

What an operator does is in ``editing.py``.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from pyroaring import BitMap

from coterie.core.clock import DAY
from coterie.core.event import TAGGED, UNTAGGED, Event, Move
from coterie.core.people import Shift
from coterie.profiles.tags.model import COMMUNITY, Dictionary
from coterie.storage.work import Work
from coterie.tagging import store
from coterie.tagging.editing import Editing, tag_fact
from coterie.tagging.likeness import alike
from coterie.tagging.model import ROOM, Binding, Precision, Report, Usage

IDLE = 90
"""Days after which a tag that nothing asks for, and nobody puts on, counts as unused."""

_JOINED = ("coterie.merged", "coterie.unmerged")


class Tagging(Editing):
    """Who carries which tag by whose doing; a listener on the road, and a keeper of edits.

    A tag bound to a segment is on exactly those who are in it: they get it when they enter and
    lose it when they leave, and whatever else puts it on or takes it off is set right.
    """

    name = ROOM

    # The road

    def hear(self, work: Work, events: Sequence[Event], moves: Sequence[Move]) -> list[Event]:
        """Put rule tags on who enters their segments, and take them off who leaves."""
        bound = store.bindings(work)
        if not bound:
            return []
        tags_of: dict[str, list[str]] = {}
        for binding in bound.values():
            tags_of.setdefault(binding.segment, []).append(binding.tag)
        wanted: dict[tuple[str, int], bool] = {}
        quiet: set[tuple[str, int]] = set()
        for move in moves:
            for tag in tags_of.get(move.segment, ()):
                wanted[tag, move.profile] = move.entered
                (quiet.add if move.backfill else quiet.discard)((tag, move.profile))
        wanted |= self._to_set_right(work, bound, events)
        return self._state(work, bound, wanted, quiet)

    def wake(self, _work: Work) -> list[Event]:
        """Do nothing: ends of validity need no fact."""
        return []

    def next_due(self, _work: Work) -> int | None:
        """Return None: time alone gives this room nothing to do."""
        return None

    def _to_set_right(
        self, work: Work, bound: Mapping[str, Binding], events: Sequence[Event]
    ) -> dict[tuple[str, int], bool]:
        """Find whose rule tags somebody else put on or took off, or who became another person."""
        book = self.profiles.tags.dictionary(work)
        people = {event.profile for event in events if _meddles(event, book, bound)}
        if not people:
            return {}
        inside = self.segments.memberships(work, people)
        carried = self.profiles.tags.carried(work, list(bound), people)
        return {
            (tag, profile): binding.segment in inside[profile]
            for tag, binding in bound.items()
            for profile in sorted(people)
            if (binding.segment in inside[profile]) != (tag in carried.get(profile, {}))
        }

    def _state(
        self,
        work: Work,
        bound: Mapping[str, Binding],
        wanted: Mapping[tuple[str, int], bool],
        quiet: Collection[tuple[str, int]],
    ) -> list[Event]:
        """State what rule tags are on whom from now on; each fact is counted, to be told apart."""
        told = {tag: binding.told for tag, binding in bound.items()}
        facts: list[Event] = []
        for (tag, profile), on in wanted.items():
            told[tag] += 1
            by = f"segment:{bound[tag].segment}"
            cause = (bound[tag].id, told[tag])
            made = tag_fact(work, tag, profile, on=on, by=by, cause=cause)
            is_quiet = (tag, profile) in quiet
            facts.append(msgspec.structs.replace(made, backfill=True) if is_quiet else made)
        changed = [replace(one, told=told[tag]) for tag, one in bound.items()
                   if told[tag] != one.told]  # fmt: skip
        store.write_bindings(work, changed)
        return facts

    # Questions

    def bindings(self, work: Work) -> dict[str, Binding]:
        """Return which tags a rule carries, by tag."""
        return store.bindings(work)

    def report(self, work: Work, asked: Mapping[str, int]) -> Report:
        """Tell how the tags are used; ``asked`` counts what asks for each, journeys and all.

        Unused is what nobody carries, and what nothing asks for and nobody told for ``IDLE`` days;
        an entry has so many days to come into use.
        """
        tags = self.profiles.tags
        book, holders, last = tags.dictionary(work), tags.all_holders(work), tags.last_told(work)
        names = set(holders) | {one.name for one in book.tags.values() if one.alias_of is None}
        nobody = BitMap()
        usages = {
            name: Usage(
                name=name,
                people=len(holders.get(name, nobody)),
                last_told=last.get(name),
                uses=sum(asked.get(one, 0) for one in (name, *book.other_names.get(name, ()))),
                is_defined=name in book.tags,
            )
            for name in sorted(names)
        }
        in_use = {name: one for name, one in usages.items() if one.people or one.is_defined}
        everybody = self.profiles.everyone(work)
        by_hand = [people for name, people in holders.items() if not name.startswith(COMMUNITY)]
        return Report(
            everybody=len(everybody),
            tagged=len(BitMap().union(*by_hand) & everybody),
            covered={
                slug: len(BitMap().union(*(holders.get(one, nobody) for one in book.members(slug)))
                          & everybody)
                for slug in book.groups
            },
            usages=in_use,
            twins=alike(book, holders),
            unused=[name for name, one in in_use.items() if self._is_unused(work, book, one)],
        )  # fmt: skip

    def _is_unused(self, work: Work, book: Dictionary, usage: Usage) -> bool:
        if usage.name.startswith(COMMUNITY):
            return False
        entry, long_ago = book.tags.get(usage.name), work.now - IDLE * DAY
        if entry is not None and entry.retired is not None:
            return False
        if not usage.people:
            return entry is None or entry.defined_at <= long_ago
        return not usage.uses and (usage.last_told or 0) <= long_ago

    def precision(self, work: Work, tag: str, truth: BitMap) -> Precision:
        """Compare who carries a tag with who should, as known from elsewhere."""
        carrying = self.profiles.tags.holders(work, tag)
        return Precision(len(carrying), len(truth), len(carrying & truth))

    # Keeping step with who is who

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Let what edits changed of people follow them."""
        store.shift(work, shifts)

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return the edits that put a tag on a person or took one off, as plain JSON."""
        return {"edits": store.edits_of(work, profile)}

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """Forget that edits concerned these people."""
        return {"tag_edit_people": store.erase(work, profiles)}


def _meddles(event: Event, book: Dictionary, bound: Mapping[str, Binding]) -> bool:
    if event.name in _JOINED:
        return True
    if event.name not in (TAGGED, UNTAGGED) or event.source == ROOM:
        return False
    return book.canonical(str(event.properties.get("tag", ""))) in bound
