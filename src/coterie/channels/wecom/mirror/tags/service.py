"""Tags both ways: a corporation's tag on an edge is a tag of ours on the person, and back.

A person carries a tag as long as any of her edges does. What came from WeCom is never sent back
there, and what we marked there is no news when a read shows it: so nothing goes in a circle.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from coterie.channels.wecom.mirror.edges import store as edges
from coterie.channels.wecom.mirror.edges.service import TagChange
from coterie.channels.wecom.mirror.model import SOURCE, CorpTag
from coterie.channels.wecom.mirror.tags import store
from coterie.core.errors import Conflict, NotFound
from coterie.core.event import TAGGED, UNTAGGED, Event
from coterie.core.facts import fact
from coterie.profiles.service import Profiles
from coterie.profiles.tags.model import COMMUNITY
from coterie.storage import audit
from coterie.storage.work import Work


class Tags:
    """The corporation's tags and what they mean here."""

    def __init__(self, profiles: Profiles) -> None:
        self._profiles = profiles

    # --- the corporation's tags

    def learn(self, work: Work, told: Sequence[CorpTag]) -> tuple[int, list[Event]]:
        """Take in the whole list of the corporation's tags; count those that are new or changed.

        A new one means the tag of ours that has its name; where two of its tags have one name, the
        name with the group's before it. The facts are of whom guides had put new ones on already.
        """
        known = {one.id: one for one in store.corp_tags(work, gone=True)}
        there = {one.id for one in store.corp_tags(work)}
        names = _names(told)
        fresh = [
            replace(one, tag=known[one.id].tag if one.id in known else names[one.id])
            for one in told
        ]
        changed = [one for one in fresh if known.get(one.id) != one or one.id not in there]
        store.write(work, changed)
        store.bury(work, there - {one.id for one in told})
        put = store.with_tags(work, {one.id for one in told} - known.keys())
        return len(changed), self.facts(work, [TagChange(*one, lies=True) for one in put])

    def unknown(self, work: Work, moved: Iterable[TagChange]) -> bool:
        """Say whether guides put on tags that we have not read yet."""
        tags = {one.tag for one in moved if one.lies}
        return bool(tags) and not tags <= {one.id for one in store.corp_tags(work, gone=True)}

    def map_tag(self, work: Work, corp_tag: str, tag: str | None) -> None:
        """Let a corporation's tag mean a tag of ours, or none; raises NotFound, Conflict.

        For what guides and rules do from now on: who carries what stays as it is.
        """
        found = {one.id: one for one in store.corp_tags(work)}.get(corp_tag)
        if found is None:
            raise NotFound(f"WeCom has no tag {corp_tag!r}: read its tags anew")
        name = (tag or "").strip() or None
        if name is not None and name.startswith(COMMUNITY):
            raise Conflict(
                "tags of participation belong to their communities: choose another",
                code="tag_of_community",
            )
        store.write(work, [replace(found, tag=name)])
        audit.record(work, "wecom.tag_mapped", found.name, tag=name)

    # --- from there to here

    def facts(self, work: Work, moved: Sequence[TagChange]) -> list[Event]:
        """State what guides' tags make of people: on with the first edge, off with the last."""
        if not moved:
            return []
        names = {one.id: one.tag for one in store.corp_tags(work, gone=True)}
        whose = edges.profiles_of(work, {one.external for one in moved})
        hers = edges.externals_of(work, set(whose.values()))
        lying = store.lying(work, {one for some in hers.values() for one in some})
        after: dict[tuple[int, str], set[tuple[str, ...]]] = {}
        for pair, tags in lying.items():
            for tag in tags:
                if pair[1] in whose and (name := names.get(tag)):
                    after.setdefault((whose[pair[1]], name), set()).add((*pair, tag))
        before = {about: set(some) for about, some in after.items()}
        last: dict[tuple[int, str], TagChange] = {}
        for one in moved:
            profile, name = whose.get(one.external), names.get(one.tag)
            if profile is not None and name:
                last[profile, name] = one
                was = before.setdefault((profile, name), set())
                place = (one.guide, one.external, one.tag)
                (was.discard if one.lies else was.add)(place)
        return [
            _fact(work, one, *about)
            for about, one in last.items()
            if bool(before[about]) != bool(after.get(about))
        ]

    def of_newcomers(self, work: Work, people: Mapping[str, int]) -> list[Event]:
        """State the tags on the edges of customers who have just become people of ours."""
        moved = [
            TagChange(guide, external, tag, lies=True)
            for (guide, external), tags in store.lying(work, people).items()
            for tag in tags
        ]
        return self.facts(work, moved)

    # --- from here to there

    def hear(self, work: Work, events: Sequence[Event]) -> None:
        """Have marked at the platform what others than guides put on people, or took off them."""
        said = [one for one in events if one.name in (TAGGED, UNTAGGED) and one.source != SOURCE]
        if not said:
            return
        book = self._profiles.tags.dictionary(work)
        mapped: dict[str, list[str]] = {}
        for one in store.corp_tags(work):
            if one.tag is not None:
                mapped.setdefault(book.canonical(one.tag), []).append(one.id)
        about = {
            (event.profile, name)
            for event in said
            if (name := book.canonical(str(event.properties.get("tag")))) in mapped
        }
        if about:
            self._ask(work, mapped, about)

    def _ask(
        self, work: Work, mapped: Mapping[str, Sequence[str]], about: Collection[tuple[int, str]]
    ) -> None:
        people = {profile for profile, _ in about}
        carried = self._profiles.tags.carried(work, {name for _, name in about}, people)
        hers = edges.externals_of(work, people)
        live = _by_external(edges.lasting_of(work, {one for some in hers.values() for one in some}))
        wanted = {
            (guide, external, tag): name in carried.get(profile, {})
            for profile, name in about
            for external in hers.get(profile, ())
            for guide in live.get(external, ())
            for tag in mapped[name]
        }
        self.ask(work, wanted)

    def ask(self, work: Work, wanted: Mapping[tuple[str, str, str], bool]) -> int:
        """Have tags marked or taken off edges, by (guide, external, tag); count what is to be."""
        externals = {external for _, external, _ in wanted}
        lying, asked = store.lying(work, externals), store.asked(work, externals)
        rows = [
            {"guide": guide, "external": external, "tag": tag, "lies": lies}
            for (guide, external, tag), lies in sorted(wanted.items())
            if asked.get((guide, external, tag), tag in lying.get((guide, external), ())) != lies
        ]
        store.ask(work, rows)
        return len(rows)

    def ids_of(self, work: Work, names: Iterable[str]) -> dict[str, list[str]]:
        """Return the corporation's tags that mean these tags of ours."""
        book = self._profiles.tags.dictionary(work)
        found: dict[str, list[str]] = {}
        for one in store.corp_tags(work):
            if one.tag is not None:
                found.setdefault(book.canonical(one.tag), []).append(one.id)
        return {name: found.get(book.canonical(name), []) for name in names}

    # --- what is to be marked

    def due(self, work: Work, limit: int) -> list[Any]:
        """Return what is to be marked now on so many edges, edge by edge."""
        return store.due(work, limit)

    def next_due(self, work: Work) -> int | None:
        """Return when the next tag is to be marked."""
        return store.next_due(work)

    def settle(self, work: Work, rows: Sequence[Any]) -> None:
        """Forget what was marked, unless something else has been asked meanwhile."""
        store.settle(work, rows)

    def put_off(self, work: Work, rows: Sequence[Any], due: int, error: str) -> None:
        """Try again later, and keep why."""
        store.put_off(work, rows, due, error)


def _names(told: Sequence[CorpTag]) -> dict[str, str | None]:
    """Name the tags of ours that tags of the corporation mean, as long as nobody says otherwise."""
    count: dict[str, int] = {}
    for one in told:
        count[one.name] = count.get(one.name, 0) + 1
    return {
        one.id: (one.name if count[one.name] == 1 else f"{one.group}/{one.name}") or None
        for one in told
    }


def _fact(work: Work, change: TagChange, profile: int, name: str) -> Event:
    return fact(
        TAGGED if change.lies else UNTAGGED,
        room=SOURCE,
        profile=profile,
        at=work.now,
        cause=(change.guide, change.external, change.tag, work.now),
        tag=name,
        by=f"guide:{change.guide}",
    )


def _by_external(rows: Iterable[Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.external, []).append(row.guide)
    return found
