"""The verbs of profiles: recognise, learn, and the questions about people.

What time brings to them is in ``slices/service.py``.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from pyroaring import BitMap

from coterie.core.event import Event
from coterie.core.ids import uuid7
from coterie.profiles import portrait, store
from coterie.profiles.cleanse import cleanse, close
from coterie.profiles.directory.naming import NAMES
from coterie.profiles.directory.service import Directory
from coterie.profiles.facts import store as facts_store
from coterie.profiles.history import Settled, is_late, settle, settle_late
from coterie.profiles.identity import Graph, Name, names_in
from coterie.profiles.learning import gather
from coterie.profiles.model import (
    ANONYMOUS,
    USER,
    Candidate,
    Changes,
    Consent,
    Export,
    Fact,
    Flag,
    Identity,
    Known,
    Moved,
    Sighting,
)
from coterie.profiles.paths import leaf_moments, root_of
from coterie.profiles.pii import IDENTIFYING
from coterie.profiles.slices import store as slices
from coterie.profiles.slices.service import Slices
from coterie.profiles.vault import Sealer, Vault
from coterie.storage.work import Work


class Profiles(Slices):
    """Who people are, and what is known of each.

    ``master_key`` wraps the keys of people; ``zone`` is the brand's, for moments without an offset.
    """

    identifying = IDENTIFYING
    """The names of the traits that identify by declaration: kept sealed, asked by digest."""

    def __init__(self, master_key: bytes, zone: ZoneInfo) -> None:
        self._vault = Vault(master_key)
        self._zone = zone
        self.directory = Directory(self)

    # The road: stations 2 and 4

    def recognise(self, work: Work, events: Sequence[Event]) -> list[Event]:
        """Give each event its profile, in the order given, and take what identifies out of it.

        An unknown id makes a new profile. What comes back carries no id but the profile and no
        identifying data in the clear; ``learn`` finds it sealed in the event's context. Facts keep
        the profile that they have. Raises Invalid for an event that names nobody.
        """
        strangers = [event for event in events if not event.profile]
        digests = {name: self.blind(*name) for event in strangers for name in names_in(event)}
        graph, sealed = self._graph(work, digests)
        profiles = [event.profile or graph.place(event) for event in events]
        cleansed = [cleanse(event) for event in events]
        self._create(work, graph.created)
        seen = graph.changed()
        needed = {one.profile for one in seen if one.is_new}
        needed.update(
            profile
            for profile, one in zip(profiles, cleansed, strict=True)
            if one.traits or one.properties
        )
        sealer = self.sealer(work, needed)
        self._write_identities(work, seen, digests, sealed, sealer)
        store.write_candidates(work, graph.candidates)
        return [
            close(one, profile, sealer, self.blind)
            for profile, one in zip(profiles, cleansed, strict=True)
        ]

    def _graph(self, work: Work, digests: Mapping[Name, str]) -> tuple[Graph, dict[Name, bytes]]:
        """Load the identities that a batch names, with their sealed values."""
        by_kind: dict[str, list[str]] = {}
        names: dict[tuple[str, str], Name] = {}
        for name, digest in digests.items():
            by_kind.setdefault(name[0], []).append(digest)
            names[name[0], digest] = name
        known: list[Sighting] = []
        sealed: dict[Name, bytes] = {}
        for row in store.identities_by_digest(work, by_kind):
            kind, value = names[row.kind, row.digest]
            sealed[kind, value] = row.sealed
            seen = (row.source, row.first_seen, row.last_seen, row.superseded)
            known.append(Sighting(kind, value, row.profile, *seen))
        users = store.identities(work, {one.profile for one in known}, [USER])
        graph = Graph(known, {row.profile for row in users}, store.next_profile(work))
        return graph, sealed

    def _create(self, work: Work, created: Mapping[int, str]) -> None:
        store.write_profiles(
            work,
            [
                {
                    "id": profile,
                    "uid": uuid7(work.now),
                    "bucket_key": bucket_key,
                    "wrapped": self._vault.new_key(profile),
                }
                for profile, bucket_key in created.items()
            ],
        )

    def _write_identities(
        self,
        work: Work,
        seen: Sequence[Sighting],
        digests: Mapping[Name, str],
        sealed: Mapping[Name, bytes],
        sealer: Sealer,
    ) -> None:
        store.write_identities(
            work,
            (
                (
                    one,
                    digests[one.kind, one.value],
                    sealer.seal(one.profile, one.value.encode())
                    if one.is_new
                    else sealed[one.kind, one.value],
                )
                for one in seen
            ),
        )

    def learn(self, work: Work, fresh: Sequence[Event]) -> Changes:
        """Learn traits, tags and consent from events that the log took in; tell who changed.

        Key by key the newest event time wins (ties: the greater message id), in whatever order
        the events arrive. A profile is created once: with the first event that is learnt of her.
        """
        heard = gather(fresh, self._zone)
        before, settled = self._remember(work, facts_store.TRAITS, heard.traits)
        self._write_leaves(work, before, settled)
        self.directory.index(work, {profile for profile, name in settled if name in NAMES})
        self._remember(work, facts_store.TAGS, heard.tags)
        store.write_consents(work, heard.consents)
        store.write_asides(work, heard.asides)
        store.add_flags(work, heard.flags)
        created = store.greet(work, {event.profile for event in fresh})
        return Changes(touched=frozenset(heard.touched) | created, created=created)

    def _remember(
        self, work: Work, shelf: facts_store.Shelf, facts: Sequence[Fact]
    ) -> tuple[portrait.Standings, dict[tuple[int, str], Settled]]:
        """Settle new facts with what stood before; the past is read only for late ones."""
        arrived: dict[tuple[int, str], list[Fact]] = {}
        for fact in facts:
            arrived.setdefault((fact.profile, fact.name), []).append(fact)
        names = {name for _, name in arrived}
        before = facts_store.standings(work, shelf, {profile for profile, _ in arrived}, names)
        late = {about for about, said in arrived.items() if is_late(before.get(about), said)}
        past = facts_store.past_facts(
            work, shelf, {profile for profile, _ in late}, {name for _, name in late}
        )
        settled: dict[tuple[int, str], Settled] = {}
        for about, said in arrived.items():
            if about in late:
                settled[about] = settle_late(before[about], past.get(about, ()), said)
            elif (now := settle(before.get(about), said)) is not None:
                settled[about] = now
        facts_store.write_facts(
            work,
            shelf,
            [one.standing for one in settled.values()],
            [fact for one in settled.values() for fact in one.past],
        )
        return before, settled

    def _write_leaves(
        self,
        work: Work,
        before: portrait.Standings,
        settled: Mapping[tuple[int, str], Settled],
    ) -> None:
        """Keep the moments inside objects, so that what time brings to them is found by name."""
        emptied: list[tuple[int, str]] = []
        leaves: list[tuple[int, str, str, int]] = []
        for (profile, name), one in settled.items():
            old = before.get((profile, name))
            if old is not None and (old.fact.value or "").startswith("{"):
                emptied.append((profile, name))
            text = one.standing.fact.value or ""
            # a path is split at its first dot, so nothing leads into a trait whose name has one
            if text.startswith("{") and "." not in name:
                found = leaf_moments(name, msgspec.json.decode(text), self._zone)
                leaves += [(profile, name, path, moment) for path, moment in found]
        facts_store.write_leaves(work, emptied, leaves)

    # What is known of people

    def known(
        self, work: Work, profiles: Collection[int], fading: Collection[str] | None = None
    ) -> dict[int, Known]:
        """Return what rules may ask of people; unknown profiles are left out.

        ``fading`` names the fading traits wanted, which are many; None: all of them.
        """
        people = {row.id: row.bucket_key for row in store.people(work, profiles)}
        traits = facts_store.standings(work, facts_store.TRAITS, people)
        tags = facts_store.standings(work, facts_store.TAGS, people)
        levels = slices.levels_of(work, people, fading)
        return portrait.portray(people, traits, tags, (tuple(row) for row in levels), work.now)

    def traits(self, work: Work, profile: int) -> dict[str, Any]:
        """Return all that was learnt of a person, identifying values revealed; no fading ones."""
        found = facts_store.standings(work, facts_store.TRAITS, [profile])
        revealed = self._revealed(work, found)
        return {name: value for (_, name), value in sorted(revealed.items())}

    def reveal(self, work: Work, profiles: Collection[int], name: str) -> dict[int, Any]:
        """Return people's values of one trait, identifying or not; who has none is left out."""
        parts = name.split(".")
        names = [".".join(parts[:count]) for count in range(1, len(parts) + 1)]
        found = facts_store.standings(work, facts_store.TRAITS, profiles, names)
        revealed = self._revealed(work, found)
        return {profile: value for (profile, of), value in revealed.items() if of == name}

    def reveal_all(
        self, work: Work, profiles: Collection[int], names: Collection[str]
    ) -> dict[int, dict[str, Any]]:
        """Return people's values of some top traits; who has none of them is left out."""
        found = facts_store.standings(work, facts_store.TRAITS, profiles, names)
        revealed: dict[int, dict[str, Any]] = {}
        for (profile, name), value in self._revealed(work, found).items():
            revealed.setdefault(profile, {})[name] = value
        return revealed

    def _revealed(self, work: Work, found: portrait.Standings) -> dict[tuple[int, str], Any]:
        present = {
            about: one.fact for about, one in found.items() if portrait.is_present(one, found)
        }
        sealer = self.sealer(work, {fact.profile for fact in present.values() if fact.sealed})
        revealed: dict[tuple[int, str], Any] = {}
        for about, fact in present.items():
            if fact.value is not None:
                revealed[about] = msgspec.json.decode(fact.value)
            elif fact.sealed is not None and fact.profile in sealer:
                revealed[about] = msgspec.json.decode(sealer.open(fact.profile, fact.sealed))
        return revealed

    def everyone(self, work: Work) -> BitMap:
        """Return every known profile."""
        return BitMap(store.everyone(work))

    def count(self, work: Work) -> int:
        """Count the known profiles."""
        return store.extent(work)[0]

    def export(self, work: Work, names: Collection[str] | None = None) -> Export:
        """Return what is known of everyone, by columns.

        ``names`` are traits or paths into them: only the traits of these names, fading ones too,
        and the roots of these paths. None: all.
        """
        wanted, fades = None, None
        if names is not None:
            wanted = {*names, *(root_of(name) for name in names)}
            fades = [name for name in slices.fading_names(work) if name in wanted]
        return portrait.export(
            people=(tuple(row) for row in slices.export_profiles(work)),
            traits=(tuple(row) for row in slices.export_traits(work, wanted)),
            digests=(tuple(row) for row in slices.export_digests(work, wanted)),
            tags=(tuple(row) for row in slices.export_tags(work)),
            levels=(tuple(row) for row in slices.export_levels(work, fades)),
            now=work.now,
        )

    # Ids

    def find(self, work: Work, kind: str, value: str) -> int | None:
        """Return the profile that an identity leads to, or None."""
        rows = store.identities_by_digest(work, {kind: [self.blind(kind, value)]})
        return rows[0].profile if rows else None

    def found(self, work: Work, kind: str, values: Collection[str]) -> dict[str, int]:
        """Return the profiles that identities of a kind lead to; unknown ones are left out."""
        digests = {self.blind(kind, value): value for value in values}
        rows = store.identities_by_digest(work, {kind: list(digests)})
        return {digests[row.digest]: row.profile for row in rows}

    def user_ids(self, work: Work, profiles: Iterable[int]) -> dict[int, str]:
        """Return people's user ids; for those who have none, an anonymous id."""
        best: dict[int, Any] = {}
        for row in store.identities(work, profiles, [USER, ANONYMOUS]):
            rank = row.kind != USER, row.superseded
            if row.profile not in best or rank < best[row.profile][0]:
                best[row.profile] = rank, row.sealed
        sealer = self.sealer(work, best)
        return {
            profile: sealer.open(profile, sealed).decode()
            for profile, (_, sealed) in best.items()
            if profile in sealer
        }

    def identities_of(self, work: Work, profile: int) -> list[Identity]:
        """Return all identities of a person, the first seen first."""
        sealer = self.sealer(work, [profile])
        return [
            Identity(
                kind=row.kind,
                value=sealer.open(profile, row.sealed).decode(),
                source=row.source,
                first_seen=row.first_seen,
                last_seen=row.last_seen,
                superseded=row.superseded,
            )
            for row in store.identities(work, [profile])
        ]

    def uid(self, work: Work, profiles: Collection[int]) -> dict[int, str]:
        """Return the unguessable ids by which people are named outside the house."""
        return {row.id: row.uid for row in store.people(work, profiles)}

    def by_uid(self, work: Work, uid: str) -> int | None:
        """Return the profile of an outside id, or None."""
        return store.by_uid(work, uid)

    def merge_candidates(self, work: Work) -> list[Candidate]:
        """Return the pairs of profiles that an event said are the same person."""
        return store.candidates(work)

    # Consent and identifying data

    def consenting(
        self, work: Work, profiles: Collection[int], purpose: str, channel: str
    ) -> set[int]:
        """Return those of these people who may be reached now for a purpose on a channel.

        The newest word on the channel or on all channels (``*``) counts; silence is no consent.
        """
        facts = store.consent_facts(work, profiles, purpose, [channel, "*"])
        return {profile for profile, given in portrait.say(facts).items() if given}

    def consents(self, work: Work, profile: int) -> list[Consent]:
        """Return when a person consented to what, as intervals in order of time."""
        return portrait.intervals(store.consent_facts(work, [profile]))

    def blind(self, name: str, value: Any) -> str:
        """Return the blind index of an identifying value: equal values give equal ones."""
        return self._vault.blind(name, value)

    def sealer(self, work: Work, profiles: Collection[int]) -> Sealer:
        """Return what seals and opens data of these people, each with her own key."""
        return Sealer(self._vault, store.wrapped_keys(work, profiles))

    def moved(self, work: Work, profile: int) -> list[Moved]:
        """Return the property values of a person that were moved to the sealed side."""
        sealer = self.sealer(work, [profile])
        return [
            Moved(
                message_id=one.message_id,
                time=one.time,
                path=one.path,
                value=msgspec.json.decode(sealer.open(profile, one.sealed)),
            )
            for one in store.asides(work, profile)
        ]

    def flags(self, work: Work) -> list[Flag]:
        """Return where identifying data came in that does not belong there."""
        return store.flags(work)
