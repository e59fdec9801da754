"""The verbs of profiles: learn, and the questions about people.

Who is who is in ``graph/service.py``, what time brings to them in ``slices/service.py``.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from pyroaring import BitMap

from coterie.core.event import Event
from coterie.core.people import Shift
from coterie.profiles import portrait, store
from coterie.profiles.arrivals import Arrivals
from coterie.profiles.consents.service import Consents
from coterie.profiles.consents.store import consent_rows
from coterie.profiles.directory.naming import NAMES
from coterie.profiles.directory.service import Directory
from coterie.profiles.erasure.service import Erasures
from coterie.profiles.facts import store as facts_store
from coterie.profiles.graph.naming import Naming
from coterie.profiles.history import Settled, is_late, settle, settle_late
from coterie.profiles.learning import gather
from coterie.profiles.model import Changes, Export, Fact, Flag, Known, Moved
from coterie.profiles.past.service import Past
from coterie.profiles.paths import leaf_moments, root_of
from coterie.profiles.pii import IDENTIFYING
from coterie.profiles.published.service import Published
from coterie.profiles.reach.columns import Reach
from coterie.profiles.slices import store as slices
from coterie.profiles.slices.service import Slices
from coterie.profiles.tags.service import Tags
from coterie.storage.work import Work


class Profiles(Arrivals, Slices, Consents, Past, Naming, Reach):
    """Who people are, and what is known of each.

    ``master_key`` wraps the keys of people; ``zone`` is the brand's, for moments without an offset.
    """

    identifying = IDENTIFYING
    """The names of the traits that identify by declaration: kept sealed, asked by digest."""

    def __init__(self, master_key: bytes, zone: ZoneInfo) -> None:
        super().__init__(master_key)
        self._zone = zone
        self._counted = (0, 0, 0)
        self.directory = Directory(self)
        self.erasures = Erasures(self.blind, self.sealer, zone)
        self.tags = Tags(self._remember)
        self.published = Published()

    # The road: station 4

    def learn(self, work: Work, fresh: Sequence[Event]) -> Changes:
        """Learn traits, tags and consent from events that the log took in; tell who changed.

        Key by key the newest event time wins (ties: the greater message id), in whatever order
        the events arrive. A profile is created once: with the first event that is learnt of her.
        """
        heard = gather(fresh, self._zone)
        before, settled = self._remember(work, facts_store.TRAITS, heard.traits)
        self._write_leaves(work, before, settled)
        self.directory.index(work, {profile for profile, name in settled if name in NAMES})
        self._remember(work, facts_store.TAGS, self.tags.told(work, heard.tags))
        self.keep_consents(work, heard.consents)
        store.write_asides(work, heard.asides)
        store.add_flags(work, heard.flags)
        created = self.greet(work, {event.profile for event in fresh})
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

    def _follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Let traits, tags, consent and what was put aside follow, and settle them anew.

        What stands of a person is made of all facts of her members, as if told in one go; so what
        parts again is exactly what it was.
        """
        heads = {head for shift in shifts for head in (shift.before, shift.head)}
        for table in (store.aside_rows, store.flag_rows, consent_rows):
            store.follow(work, table, shifts)
        said = facts_store.take_all(work, facts_store.TRAITS, heads, shifts)
        before, settled = self._remember(work, facts_store.TRAITS, said)
        facts_store.forget_leaves(work, heads)
        self._write_leaves(work, before, settled)
        self.directory.index(work, heads)
        tags = facts_store.take_all(work, facts_store.TAGS, heads, shifts)
        self._remember(work, facts_store.TAGS, self.tags.retold(work, tags))
        self.unfade(work, {shift.profile for shift in shifts if shift.head != shift.profile})

    # What is known of people

    def known(
        self, work: Work, profiles: Collection[int], fading: Collection[str] | None = None
    ) -> dict[int, Known]:
        """Return what rules may ask of people; unknown profiles are left out.

        ``fading`` names the fading and the published traits wanted, which are many; None: all of
        them.
        """
        people = {row.id: row.bucket_key for row in store.people(work, profiles)}
        traits = facts_store.standings(work, facts_store.TRAITS, people)
        return self._portrayed(work, people, traits, fading)

    def known_and_revealed(
        self,
        work: Work,
        profiles: Collection[int],
        revealed: Mapping[str, Collection[int]],
        *,
        names: Collection[str] | None = None,
        fading: Collection[str] | None = None,
    ) -> tuple[dict[int, Known], dict[str, dict[int, Any]]]:
        """Return what ``known`` does, and for each of some traits what ``reveal`` does of those
        people, in one reading.

        ``names`` are the learnt traits wanted, None: all of them.
        """
        wanted = None if names is None else _ways({*names, *revealed})
        people = {row.id: row.bucket_key for row in store.people(work, profiles)}
        found = facts_store.standings(work, facts_store.TRAITS, profiles, wanted or ())
        known = self._portrayed(work, people, {} if wanted == set() else found, fading)
        asked = {
            (profile, name): found[profile, name]
            for name, whose in revealed.items()
            for profile in whose
            if (profile, name) in found and portrait.is_present(found[profile, name], found)
        }
        values: dict[str, dict[int, Any]] = {name: {} for name in revealed}
        for (profile, name), value in self._opened(work, asked).items():
            values[name][profile] = value
        return known, values

    def _portrayed(
        self,
        work: Work,
        people: Mapping[int, str],
        traits: portrait.Standings,
        fading: Collection[str] | None,
    ) -> dict[int, Known]:
        tags = facts_store.standings(work, facts_store.TAGS, people)
        levels = slices.levels_of(work, people, fading)
        others = self.tags.dictionary(work).other_names
        published = self.published.of(work, people, fading)
        return portrait.portray(people, traits, tags, levels, work.now, others, published)

    def known_scores(
        self, work: Work, profiles: Collection[int], names: Collection[str]
    ) -> dict[int, Known]:
        """Return some fading traits of people, and nothing else that is known of them."""
        people = {row.id: row.bucket_key for row in store.people(work, profiles)}
        levels = slices.levels_of(work, people, names)
        return portrait.portray(people, {}, {}, levels, work.now)

    def traits(self, work: Work, profile: int) -> dict[str, Any]:
        """Return all that was learnt of a person, identifying values revealed; no fading ones."""
        found = facts_store.standings(work, facts_store.TRAITS, [profile])
        revealed = self._revealed(work, found)
        return {name: value for (_, name), value in sorted(revealed.items())}

    def reveal(self, work: Work, profiles: Collection[int], name: str) -> dict[int, Any]:
        """Return people's values of one trait, identifying or not; who has none is left out."""
        found = facts_store.standings(work, facts_store.TRAITS, profiles, _ways([name]))
        revealed = self._revealed(work, found)
        return {profile: value for (profile, of), value in revealed.items() if of == name}

    def plain_trait(self, work: Work, profiles: Collection[int], name: str) -> dict[int, Any]:
        """Return people's values of one learnt trait, as ``known`` tells them; many at a time."""
        found = facts_store.standings(work, facts_store.TRAITS, profiles, _ways([name]))
        return {
            profile: msgspec.json.decode(one.fact.value)
            for (profile, of), one in found.items()
            if of == name and one.fact.value is not None and portrait.is_present(one, found)
        }

    def keys_of(self, work: Work, profiles: Collection[int]) -> dict[int, str]:
        """Return the bucket keys of people; who is not known, or was erased, is left out."""
        return {row.id: row.bucket_key for row in store.people(work, profiles)}

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
        present = {about: one for about, one in found.items() if portrait.is_present(one, found)}
        return self._opened(work, present)

    def _opened(self, work: Work, found: portrait.Standings) -> dict[tuple[int, str], Any]:
        present = {about: one.fact for about, one in found.items()}
        sealer = self.sealer(work, {fact.came_with for fact in present.values() if fact.sealed})
        revealed: dict[tuple[int, str], Any] = {}
        for about, fact in present.items():
            if fact.value is not None:
                revealed[about] = msgspec.json.decode(fact.value)
            elif fact.sealed is not None and fact.came_with in sealer:
                revealed[about] = msgspec.json.decode(sealer.open(fact.came_with, fact.sealed))
        return revealed

    def everyone(self, work: Work) -> BitMap:
        """Return everybody: the heads of all people who were not erased."""
        number, first, last = self._extent(work)
        if not number:
            return BitMap()
        # where none is missing, none needs to be read
        dense = number == last - first + 1
        numbers = range(first, last + 1) if dense else store.numbers(work)
        return BitMap(numbers) - self._leading.state(work).gone

    def count(self, work: Work) -> int:
        """Count the people."""
        return self._extent(work)[0] - len(self._leading.state(work).gone)

    def _extent(self, work: Work) -> tuple[int, int, int]:
        """Count all profiles, and return the first and the last number.

        None is ever deleted, and a new one gets the next number: only those since are counted.
        """
        number, first, last = self._counted
        newest = store.next_profile(work) - 1
        if newest < last:  # counted in a work that failed
            number, first, last = 0, 0, 0
        if newest > last:
            since, earliest = store.count_after(work, last)
            number, first = number + since, first or earliest
        self._counted = number, first, newest
        return self._counted

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
            people=slices.export_profiles(work),
            traits=slices.export_traits(work, wanted),
            digests=slices.export_digests(work, wanted),
            tags=self.tags.by_every_name(work, slices.export_tags(work)),
            levels=slices.export_levels(work, fades),
            now=work.now,
            published=self.published.export(work, wanted),
        )

    # Identifying data

    def moved(self, work: Work, profile: int) -> list[Moved]:
        """Return the property values of a person that were moved to the sealed side."""
        asides = store.asides(work, profile)
        sealer = self.sealer(work, {one.came_with for one in asides})
        return [
            Moved(
                message_id=one.message_id,
                time=one.time,
                path=one.path,
                value=msgspec.json.decode(sealer.open(one.came_with, one.sealed)),
            )
            for one in asides
        ]

    def flags(self, work: Work) -> list[Flag]:
        """Return where identifying data came in that does not belong there."""
        return store.flags(work)


def _ways(names: Collection[str]) -> set[str]:
    """Return names together with those of the traits that they may stand inside."""
    parts = [name.split(".") for name in names]
    return {".".join(each[:count]) for each in parts for count in range(1, len(each) + 1)}
