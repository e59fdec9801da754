"""The verbs of lists: upload a version, turn a segment into one, look, delete, and who turns up."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from pyroaring import BitMap

from coterie.core.errors import Conflict, NotFound
from coterie.core.event import LISTED, Event, Move
from coterie.core.facts import fact
from coterie.core.ids import check_slug
from coterie.segments import store as segment_store
from coterie.segments.language.asked import asks_near, lists_of
from coterie.segments.lists import store
from coterie.segments.lists.model import UPLOADED, ListVersion, Uploaded, UploadedList
from coterie.segments.lists.standing import heads_of
from coterie.segments.past.asking import PastAsking
from coterie.segments.places import STORE
from coterie.storage.audit import record
from coterie.storage.work import Work, in_chunks

USER = "user_id"


class Lists(PastAsking):
    """The part of ``Segments`` that keeps lists of people."""

    def upload_list(
        self,
        work: Work,
        name: str,
        identities: Sequence[str | tuple[str, str]],
        *,
        title_en: str = "",
        title_zh: str = "",
    ) -> Uploaded:
        """Make a new version of a list, or its first; earlier versions stay as they were.

        ``identities`` are user ids, or (kind, value) as events name people. Who is not known is
        kept as a digest and stands on the list once she turns up. ``recheck`` the people whose
        standing changed, and hand on the moves. Raises Invalid.
        """
        check_slug(name, "name")
        names = [(USER, one) if isinstance(one, str) else (one[0], one[1]) for one in identities]
        named = self.profiles.named(work, names)
        return self._keep(
            work, name, named.profiles, named.unknown, named.given, UPLOADED, title_en, title_zh
        )

    def snapshot(
        self, work: Work, slug: str, name: str, *, title_en: str = "", title_zh: str = ""
    ) -> Uploaded:
        """Make whoever is in a segment now a new version of a list; raises NotFound, Invalid."""
        check_slug(name, "name")
        segment = self.get(work, slug)
        members = self.members(work, slug)
        origin = f"segment:{slug}@{segment.version}"
        titles = title_en or segment.title_en, title_zh or segment.title_zh
        return self._keep(work, name, members, (), len(members), origin, *titles)

    def lists(self, work: Work) -> list[UploadedList]:
        """Return every list with its current version and the segments that ask it, by name."""
        rules = self._library(work).rules
        using: dict[str, list[str]] = {}
        for slug in sorted(rules):
            for name in lists_of(rules[slug]):
                using.setdefault(name, []).append(slug)
        return [
            replace(one, used_by=tuple(using.get(one.name, ())))
            for one in store.lists(work).values()
        ]

    def list_versions(self, work: Work, name: str) -> list[ListVersion]:
        """Return every version of a list, newest first; raises NotFound."""
        found = store.versions(work, name)
        if not found:
            raise NotFound(f"there is no list {name!r}; upload it first")
        return found

    def listed(self, work: Work, name: str, version: int | None = None) -> BitMap:
        """Return who stands on a list, by a version or the current one; raises NotFound."""
        found = store.people(work, name, version)
        if found is None:
            what = "" if version is None else f" of version {version}"
            raise NotFound(f"there is no list {name!r}{what}")
        return heads_of(work, self.profiles, found[2])

    def delete_list(self, work: Work, name: str) -> None:
        """Delete a list with all its versions; raises NotFound, Conflict while a rule asks it."""
        segment_store.lock_watermark(work)
        current = self.list_versions(work, name)[0]
        users = next(one.used_by for one in self.lists(work) if one.name == name)
        if users:
            raise Conflict(f"list {name!r} is used by {', '.join(users)}; change these first")
        store.remove(work, name)
        self._renew(work)
        record(work, "list.delete", name, version=current.version)

    def turn_up(self, work: Work, events: Sequence[Event]) -> list[Event]:
        """Put people on the lists that wait for them; return the facts of it.

        The road learns of them in its next batch, and asks the rules again.
        """
        if not store.anybody_waited_for(work):
            return []
        live = {event.profile for event in events if not event.backfill}
        named = self.profiles.names_of(work, {event.profile for event in events})
        waiting = store.waited_for(work, named)
        if not waiting:
            return []
        self._renew(work)
        current = {one.name: one.version.version for one in store.lists(work).values()}
        heads = self.profiles.heads(work, named.values())
        turned_up: dict[tuple[str, int], BitMap] = {}
        facts = []
        for name, version, kind, digest in waiting:
            profile = named[kind, digest]
            turned_up.setdefault((name, version), BitMap()).add(profile)
            if version == current[name]:
                said = fact(LISTED, room="segments", profile=heads[profile], at=work.now,
                            cause=(name, version, digest), list=name, version=version)  # fmt: skip
                facts.append(msgspec.structs.replace(said, backfill=heads[profile] not in live))
        changed = []
        for (name, version), people in turned_up.items():
            kept = store.people(work, name, version)
            assert kept is not None, "a version that waits for somebody is kept"
            changed.append((name, version, kept[2] | people))
        store.change_people(work, changed)
        store.found(work, waiting)
        return facts

    def choosing(self, work: Work, stores: Collection[str]) -> BitMap:
        """Return who chose one of these stores, if any rule asks where people are."""
        found = BitMap()
        if asks_near(self._library(work).rules.values()):
            for chunk in in_chunks(sorted(stores)):
                found |= self.population(work, {"trait": STORE, "op": "in", "value": chunk})
        return found

    # For keepers

    def standing_of(self, work: Work, profile: int) -> list[dict[str, Any]]:
        """Return the versions of lists that a person stands on, as plain JSON."""
        hers = BitMap(self.profiles.members(work, [profile])[profile])
        return [
            {"list": name, "version": version}
            for name, version, people in store.all_people(work)
            if people & hers
        ]

    def strike(self, work: Work, profiles: Collection[int]) -> int:
        """Take people off all versions of all lists; count off how many."""
        gone = BitMap(profiles)
        struck = [
            (name, version, people - gone)
            for name, version, people in store.all_people(work)
            if people & gone
        ]
        store.change_people(work, struck)
        return len(struck)

    # Within

    def _keep(
        self,
        work: Work,
        name: str,
        people: BitMap,
        unknown: Collection[store.Digest],
        given: int,
        origin: str,
        title_en: str,
        title_zh: str,
    ) -> Uploaded:
        segment_store.lock_watermark(work)
        before = store.lists(work).get(name)
        standing = BitMap() if before is None else self.listed(work, name)
        version = ListVersion(
            name=name,
            version=store.next_version(work, name),
            given=given,
            unmatched=len(unknown),
            uploaded_at=work.now,
            uploaded_by=str(work.actor),
            origin=origin,
        )
        title_en = title_en or (before.title_en if before else name)
        title_zh = title_zh or (before.title_zh if before else title_en)
        store.write(work, UploadedList(name, title_en, title_zh, version), people, sorted(unknown))
        self._renew(work)
        record(work, "list.upload", name, version=version.version, given=given, origin=origin)
        return Uploaded(version, standing ^ heads_of(work, self.profiles, people))


class Newcomers:
    """Hears who came, and puts those on the lists that wait for them."""

    name = "lists"

    def __init__(self, lists: Lists) -> None:
        self._lists = lists

    def hear(self, work: Work, events: Sequence[Event], _moves: Sequence[Move]) -> list[Event]:
        """Put newcomers on the lists that wait for them; return the facts of it."""
        return self._lists.turn_up(work, events)

    def wake(self, _work: Work) -> list[Event]:
        """Do nothing: time alone brings nobody."""
        return []

    def next_due(self, _work: Work) -> int | None:
        """Return None: nothing is waited for but people."""
        return None
