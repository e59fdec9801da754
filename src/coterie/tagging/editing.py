"""What an operator does with tags: put, take, undo, bind to a rule, and edit the dictionary."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pyroaring import BitMap

from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.core.event import TAGGED, UNTAGGED, Event, Move
from coterie.core.facts import fact
from coterie.core.ids import uuid7
from coterie.messaging.service import Messaging
from coterie.profiles.service import Profiles
from coterie.profiles.tags.model import COMMUNITY, Carried, Group, Tag
from coterie.segments.service import Segments
from coterie.storage import audit
from coterie.storage.work import Work
from coterie.tagging import store
from coterie.tagging.likeness import tags_in
from coterie.tagging.model import ROOM, Binding, Change, Edit


class Editing:
    """The half of ``Tagging`` that a person at the desk asks for.

    Verbs return what the road is to be told: facts for ``Inbound.tell``, moves for its ``stir``.
    """

    def __init__(self, profiles: Profiles, segments: Segments, messaging: Messaging) -> None:
        self.profiles = profiles
        self.segments = segments
        self._messaging = messaging

    # By hand

    def put(
        self, work: Work, tag: str, people: Collection[int], *, until: int | None = None,
        segment: str | None = None,
    ) -> tuple[Edit, list[Event]]:  # fmt: skip
        """Put a tag on people; return the edit, which can be undone, and its facts.

        Who carries it without an end is left as she is. ``segment`` says whose people these are.
        Raises Invalid and Conflict for a tag that no hand puts on: of a rule, of a community,
        retired, or never heard of.
        """
        name = self._by_hand(work, tag)
        book = self.profiles.tags.dictionary(work)
        entry = book.tags.get(name)
        if entry is not None and entry.retired is not None:
            raise Conflict(
                f"tag {name!r} is retired: take it into use again, or use another",
                code="tag_retired",
            )
        if until is not None and until <= work.now:
            raise Invalid("the end lies in the past", path="until", hint="choose a day to come")
        group = book.group_of(name)
        neighbours = book.members(group) if group is not None else frozenset([name])
        carried = self.profiles.tags.carried(work, neighbours, people)
        changes = [
            _change(profile, carried.get(profile, {}), name)
            for profile in sorted(people)
            if until is not None or not _is_lasting(carried.get(profile, {}).get(name))
        ]
        return self._edit(work, name, changes, put=True, segment=segment, until=until)

    def take(
        self, work: Work, tag: str, people: Collection[int], *, segment: str | None = None
    ) -> tuple[Edit, list[Event]]:
        """Take a tag off those of these people who carry it; return the edit and its facts.

        Raises Invalid and Conflict for a tag that no hand takes off.
        """
        name = self._by_hand(work, tag)
        carried = self.profiles.tags.carried(work, [name], people)
        changes = [Change(who, name, tags[name].until) for who, tags in sorted(carried.items())]
        return self._edit(work, name, changes, put=False, segment=segment)

    def undo(self, work: Work, number: str) -> tuple[Edit, list[Event]]:
        """Take an edit back: each carries again what she did before, unless it changed since.

        Raises NotFound, also after 30 days, and Conflict when it was taken back already.
        """
        edit = store.edit(work, number)
        if edit is None:
            raise NotFound(f"there is no edit {number!r} of tags")
        if edit.undone is not None:
            raise Conflict("this was taken back already")
        changes = store.changes(work, number)
        people = [one.profile for one in changes]
        name = self.profiles.tags.canonical(work, edit.tag)
        carried = self.profiles.tags.carried(work, [name], people)
        facts: list[Event] = []
        for one in changes:
            now = carried.get(one.profile, {}).get(name)
            if _stands(edit, now):
                facts += self._back(work, edit, name, one)
        store.mark_undone(work, number)
        audit.record(work, "tag.undone", edit.tag, edit=number, people=len(facts))
        return edit, facts

    def edits(self, work: Work, tag: str, limit: int = 8) -> list[Edit]:
        """Return the newest edits of a tag."""
        return store.edits(work, tag, limit)

    def _edit(
        self, work: Work, name: str, changes: Sequence[Change], *, put: bool,
        segment: str | None, until: int | None = None,
    ) -> tuple[Edit, list[Event]]:  # fmt: skip
        edit = Edit(
            id=uuid7(work.now), tag=name, put=put, segment=segment, people=len(changes),
            at=work.now, by=str(work.actor),
        )  # fmt: skip
        store.write_edit(work, edit, changes)
        verb = "tag.put" if put else "tag.taken"
        audit.record(work, verb, name, edit=edit.id, people=edit.people, segment=segment)
        facts = [
            tag_fact(work, name, one.profile, on=put, by=edit.by, cause=(edit.id,), until=until)
            for one in changes
        ]
        return edit, facts

    def _back(self, work: Work, edit: Edit, name: str, before: Change) -> list[Event]:
        """Give one person back what she carried before an edit."""
        by, cause = str(work.actor), (edit.id, "undo")
        lasts = before.former is not None and (before.until is None or before.until > work.now)
        facts = []
        if edit.put and not (lasts and before.former == name):
            facts.append(tag_fact(work, name, before.profile, on=False, by=by, cause=cause))
        if lasts and before.former is not None:
            end = before.until
            back = (work, before.former, before.profile)
            facts.append(tag_fact(*back, on=True, by=by, cause=cause, until=end))
        return facts

    def _by_hand(self, work: Work, tag: str) -> str:
        """Return the tag that a name means, if hands may put it on and take it off."""
        name = self.profiles.tags.canonical(work, tag)
        _check_own(name)
        binding = store.bindings(work).get(name)
        if binding is not None:
            raise Conflict(
                f"tag {name!r} follows segment {binding.segment!r}: change the segment's rule, "
                "or unbind the tag first",
                code="tag_of_rule",
            )
        book = self.profiles.tags.dictionary(work)
        if name not in book.tags and name not in self.profiles.tags.last_told(work):
            raise NotFound(f"there is no tag {name!r}: define it in the dictionary first")
        return name

    # By a rule

    def bind(self, work: Work, tag: str, segment: str) -> list[Event]:
        """Let a tag follow a segment; return the facts for those who get it or lose it by that.

        Raises NotFound for a tag that is not in the dictionary, Conflict and Invalid where a rule
        and the tag would contradict each other: an end of validity, an exclusive group, a circle.
        """
        entry = self.profiles.tags.entry(work, tag)
        _check_own(tag)
        if entry.alias_of is not None or entry.retired is not None:
            raise Conflict(
                f"tag {tag!r} is retired or merged: choose one in use", code="tag_retired"
            )
        _check_bound(entry, self.profiles.tags.dictionary(work).groups.get(entry.group or ""))
        self._check_circle(work, tag, segment)
        members = self.segments.members(work, segment)
        binding = Binding(tag, uuid7(work.now), segment, work.now, bound_by=str(work.actor))
        store.write_bindings(work, [binding])
        holders = self.profiles.tags.holders(work, tag)
        carried = self.profiles.tags.carried(work, [tag], list(holders & members))
        lasting = BitMap(who for who, tags in carried.items() if _is_lasting(tags[tag]))
        by = f"segment:{segment}"
        facts = [
            tag_fact(work, tag, who, on=on, by=by, cause=(binding.id,))
            for on, people in ((True, members - lasting), (False, holders - members))
            for who in people
        ]
        audit.record(work, "tag.bound", tag, segment=segment, people=len(members))
        return facts

    def unbind(self, work: Work, tag: str) -> None:
        """Let a tag follow no segment any more; who carries it goes on carrying it."""
        binding = store.bindings(work).get(tag)
        if binding is None:
            raise NotFound(f"tag {tag!r} follows no segment")
        store.remove_binding(work, tag)
        audit.record(work, "tag.unbound", tag, segment=binding.segment)

    def _check_circle(self, work: Work, tag: str, segment: str) -> None:
        """Refuse a segment that asks for the tag, straight or through what it asks for."""
        rules = {one.slug: one.rule for one in self.segments.all(work)}
        if segment not in rules:
            raise Invalid(f"there is no segment {segment!r}", path="segment")
        bound = {name: one.segment for name, one in store.bindings(work).items()}
        users = self.segments.uses(work)
        waiting, seen = [segment], set[str]()
        while waiting:
            asked = waiting.pop()
            if asked in seen or asked not in rules:
                continue
            seen.add(asked)
            names = tags_in(rules[asked])
            if tag in names:
                raise Invalid(
                    f"segment {asked!r} asks for the tag {tag!r} itself", path="segment",
                    hint="a tag can't follow a rule that asks for it", code="tag_circle",
                )  # fmt: skip
            waiting += [bound[name] for name in names if name in bound]
            waiting += [one for one, by in users.items() if asked in by]

    # The dictionary

    def define(self, work: Work, tag: Tag) -> Sequence[Move]:
        """Write an entry of the dictionary; return who entered or left a segment by it."""
        if tag.name in store.bindings(work):
            _check_bound(tag, self.profiles.tags.dictionary(work).groups.get(tag.group or ""))
        return self._recheck(work, self.profiles.tags.define(work, tag))

    def define_group(self, work: Work, group: Group) -> Sequence[Move]:
        """Write a group; return who entered or left a segment by it."""
        bound = store.bindings(work)
        within = self.profiles.tags.dictionary(work).members(group.slug) & bound.keys()
        if group.exclusive and within:
            raise Conflict(
                f"{', '.join(sorted(within))} follow segments: unbind them first",
                code="tag_not_for_rules",
            )
        return self._recheck(work, self.profiles.tags.define_group(work, group))

    def delete_group(self, work: Work, slug: str) -> None:
        """Remove a group that no tag is in."""
        self.profiles.tags.delete_group(work, slug)

    def retire(self, work: Work, name: str, *, retired: bool = True) -> None:
        """Retire a tag, or take it into use again; raises Conflict while it follows a segment."""
        if name in store.bindings(work):
            raise Conflict(f"tag {name!r} follows a segment: unbind it first", code="tag_of_rule")
        self.profiles.tags.retire(work, name, retired=retired)

    def merge(self, work: Work, name: str, into: str) -> Sequence[Move]:
        """Let a name mean another tag; return who entered or left a segment by it.

        Rules and journeys that say the old name go on with it. Raises Conflict for tags of rules,
        and while a template says the name, since a template's text is its own.
        """
        for one in (name, into):
            if one in store.bindings(work):
                raise Conflict(
                    f"tag {one!r} follows a segment: unbind it first", code="tag_of_rule"
                )
        saying = self.templates_saying(work).get(name)
        if saying:
            raise Conflict(
                f"templates say {name!r}: write {into!r} instead in {', '.join(saying)} first",
                code="tag_in_templates",
            )
        return self._recheck(work, self.profiles.tags.merge(work, name, into))

    def part(self, work: Work, name: str) -> Sequence[Move]:
        """Take a merge back; return who entered or left a segment by it."""
        return self._recheck(work, self.profiles.tags.part(work, name))

    def templates_saying(self, work: Work) -> Mapping[str, list[str]]:
        """Return which templates ask for a tag in their text, by tag."""
        found: dict[str, list[str]] = {}
        for template in self._messaging.templates(work):
            text = f"{template.subject}\n{template.text}"
            if "tags" in text:
                for name in sorted(set(_QUOTED.findall(text))):
                    found.setdefault(name, []).append(template.name)
        return found

    def segments_asking(self, work: Work) -> Mapping[str, list[str]]:
        """Return which segments' rules ask for a tag, by tag."""
        found: dict[str, list[str]] = {}
        for one in self.segments.all(work):
            for name in sorted(tags_in(one.rule)):
                found.setdefault(name, []).append(one.slug)
        return found

    def _recheck(self, work: Work, people: BitMap) -> Sequence[Move]:
        return self.segments.recheck(work, list(people)) if people else []


_QUOTED = re.compile(r"""(?<=["'])[^"'\n]{1,80}(?=["'])""")


def tag_fact(
    work: Work, tag: str, profile: int, *, on: bool, by: str, cause: tuple[object, ...],
    until: int | None = None,
) -> Event:  # fmt: skip
    """State that somebody put a tag on a person, or took it off."""
    name, end = TAGGED if on else UNTAGGED, {} if until is None else {"until": until}
    about: dict[str, Any] = {"tag": tag, "by": by, **end}
    return fact(name, room=ROOM, profile=profile, at=work.now, cause=(tag, *cause), **about)


def _change(profile: int, carried: Mapping[str, Carried], name: str) -> Change:
    former = name if name in carried else next(iter(sorted(carried)), None)
    return Change(profile, former, carried[former].until if former is not None else None)


def _is_lasting(carried: Carried | None) -> bool:
    return carried is not None and carried.until is None


def _stands(edit: Edit, now: Carried | None) -> bool:
    """Say whether what an edit made of a person's tag is what she carries still."""
    if not edit.put:
        return now is None
    return now is not None and now.time == edit.at and now.source == ROOM


def _check_own(name: str) -> None:
    if name.startswith(COMMUNITY):
        raise Invalid(
            f"tag {name!r} says who takes part in a community", path="tag",
            hint="let people join the community or leave it", code="tag_of_community",
        )  # fmt: skip


def _check_bound(tag: Tag, group: Group | None) -> None:
    """Refuse what contradicts that a tag is on exactly those whom a rule names."""
    if group is not None and group.exclusive:
        raise Conflict(
            f"tag {tag.name!r} is in the exclusive group {group.slug!r}, and rules may name one "
            "person for two of its tags: let the rules exclude each other, and the group not",
            code="tag_not_for_rules",
        )
    if tag.validity is not None:
        raise Conflict(
            f"tag {tag.name!r} has a validity, and a rule needs none: clear it first",
            code="tag_not_for_rules",
        )
