"""The verbs of editing: begin, save, look at the faults, see what publishing does, publish."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import msgspec

from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.core.event import Event
from coterie.core.ids import check_slug
from coterie.journeys import checking, faults, placing
from coterie.journeys.crowd import store as crowd
from coterie.journeys.crowd.model import Waiting
from coterie.journeys.drafts import fates, store
from coterie.journeys.drafts.compare import compare
from coterie.journeys.drafts.model import Draft, Fault, Preview, Shift, Version
from coterie.journeys.drafts.store import KeptDraft
from coterie.journeys.drafts.undoing import MOST_STEPS, Undoing
from coterie.journeys.model import (
    Counts,
    Defined,
    Journey,
    ListEntry,
    Run,
    SegmentEntry,
    WaitProperty,
    WaitTime,
)
from coterie.journeys.parse import as_mapping
from coterie.journeys.ports import Action, Messaging, People, Segments
from coterie.journeys.stepper import Seen, due_of
from coterie.journeys.ways import nodes_of
from coterie.profiles.model import Known
from coterie.segments.model import Rule
from coterie.storage import audit
from coterie.storage.work import Work

LARGEST = 500_000
"""Bytes of a draft as JSON."""
_PORTION = 10_000
_NOBODY = Known(0, "", {}, {}, {}, frozenset())


class Publisher(Protocol):
    """What drafts need of the journeys in force; the service of journeys has it."""

    default_holdout: int

    def find(self, work: Work, slug: str) -> Defined | None:
        """Return a journey, None when there is none."""
        ...

    def all(self, work: Work) -> list[Defined]:
        """Return every journey."""
        ...

    def counts(self, work: Work, slug: str) -> Counts:
        """Return a journey in numbers."""
        ...

    def define(self, work: Work, slug: str, definition: object) -> list[Event]:
        """Start a new journey."""
        ...

    def redefine(
        self, work: Work, slug: str, definition: object, node_map: Mapping[str, str] | None = None
    ) -> list[Event]:
        """Publish a new version."""
        ...


class Drafts(Undoing):
    """Drafts of one house's journeys: at most one each, and one for each that is to be."""

    def __init__(
        self,
        journeys: Publisher,
        segments: Segments,
        messaging: Messaging,
        profiles: People,
        zone: ZoneInfo,
        actions: Mapping[str, Action],
    ) -> None:
        self.journeys = journeys
        self.segments = segments
        self.messaging = messaging
        self.profiles = profiles
        self.zone = zone
        self.actions = actions

    # --- writing

    def begin(self, work: Work, slug: str, definition: Mapping[str, Any]) -> Draft:
        """Begin the draft of a journey that does not exist yet.

        Raises Invalid for a name that is none, Conflict for one that is taken.
        """
        check_slug(slug, "slug")
        if self._live(work, slug) or store.draft(work, slug, lock=True) is not None:
            raise Conflict(f"there is a journey or a draft {slug!r} already: choose another name")
        audit.record(work, "begin_draft", slug, base=0)
        return self._write(work, slug, 0, definition, {})

    def open(self, work: Work, slug: str) -> Draft:
        """Return a journey's draft; where there is none, begin one from the version in force.

        Raises NotFound.
        """
        kept = store.draft(work, slug, lock=True)
        if kept is not None:
            return self._told(work, kept)
        defined = self._defined(work, slug)
        audit.record(work, "begin_draft", slug, base=defined.version)
        return self._write(work, slug, defined.version, defined.source, {})

    def save(
        self,
        work: Work,
        slug: str,
        definition: Mapping[str, Any],
        node_map: Mapping[str, str] | None = None,
        *,
        seen: int | None = None,
    ) -> Draft:
        """Keep a draft as it is now, faults and all; a map left out stays what it was.

        ``seen`` is the revision that was changed: raises Conflict when somebody else has saved
        another since. What the map says of nodes that are no more in both versions is dropped.
        """
        kept = self._kept(work, slug)
        strange = seen is not None and kept.revision != seen
        if strange and kept.changed_by != str(work.actor):
            raise Conflict(
                f"{kept.changed_by} has changed this draft meanwhile: reload the page, look at it, "
                "and make your change again"
            )
        audit.record(work, "edit_draft", slug, revision=kept.revision + 1)
        node_map = dict(kept.node_map if node_map is None else node_map)
        store.keep_step(work, kept, MOST_STEPS)
        return self._write(work, slug, kept.base, definition, node_map, kept)

    def rebase(self, work: Work, slug: str) -> Draft:
        """Let a stale draft follow the version in force: publishing it then replaces that one."""
        kept = self._kept(work, slug)
        version = self._live(work, slug)
        audit.record(work, "rebase_draft", slug, old=kept.base, base=version)
        return self._write(work, slug, version, kept.definition, kept.node_map, kept)

    def restore(self, work: Work, slug: str, number: int) -> Draft:
        """Make a draft of an earlier version; raises Conflict when there is a draft already."""
        version = self.version(work, slug, number)
        if store.draft(work, slug, lock=True) is not None:
            raise Conflict("there is a draft of this journey already: publish or discard it first")
        audit.record(work, "restore_version", slug, version=number)
        return self._write(work, slug, self._live(work, slug), version.definition, {})

    def discard(self, work: Work, slug: str) -> None:
        """Throw a draft away; raises NotFound."""
        kept = self._kept(work, slug)
        store.remove(work, slug)
        audit.record(work, "discard_draft", slug, definition=dict(kept.definition))

    def publish(self, work: Work, slug: str, *, seen: int | None = None) -> list[Event]:
        """Make the draft the version in force; return the facts to be told to the road.

        Raises Conflict when it is stale or changed since ``seen``, Invalid when it has faults or
        people would have no place.
        """
        draft = self._told(work, self._kept(work, slug))
        if seen is not None and draft.revision != seen:
            raise Conflict("the draft was changed since you looked: look again what would happen")
        if draft.stale:
            raise Conflict(
                f"version {draft.live} was published since this draft was begun from version "
                f"{draft.base}: carry it over or discard it"
            )
        if draft.new:
            facts = self.journeys.define(work, slug, dict(draft.definition))
        else:
            self._check_places(work, draft)
            facts = self.journeys.redefine(work, slug, dict(draft.definition), draft.node_map)
        store.remove(work, slug)
        return facts

    def _check_places(self, work: Work, draft: Draft) -> None:
        old = nodes_of(self._defined(work, draft.slug).source)
        waiting = self.journeys.counts(work, draft.slug).nodes
        for fate in fates.fates(waiting, old, nodes_of(draft.definition), draft.node_map, {}):
            if fate.kind == "lost":
                raise Invalid(
                    f"{fate.people} people stand at {fate.node!r}, which this draft does not have",
                    path=f"node_map.{fate.node}",
                    hint=f"say where they go, such as {fate.suggested}",
                )

    # --- looking

    def get(self, work: Work, slug: str) -> Draft | None:
        """Return a journey's draft, None when there is none."""
        kept = store.draft(work, slug)
        return None if kept is None else self._told(work, kept)

    def all(self, work: Work) -> list[Draft]:
        """Return every draft in the order of the journeys' names."""
        live = {defined.slug: defined.version for defined in self.journeys.all(work)}
        return [_draft(kept, live.get(kept.slug, 0)) for kept in store.drafts(work)]

    def versions(self, work: Work, slug: str) -> list[Version]:
        """Return a journey's published versions, the newest first."""
        return store.versions(work, slug)

    def version(self, work: Work, slug: str, number: int) -> Version:
        """Return one published version; raises NotFound."""
        found = store.version(work, slug, number)
        if found is None:
            raise NotFound(f"the journey {slug!r} has no version {number}")
        return found

    def faults(self, work: Work, draft: Draft) -> tuple[Fault, ...]:
        """List everything that keeps a draft from being published."""
        return self._read(work, draft)[1]

    def preview(self, work: Work, draft: Draft) -> Preview:
        """Say what publishing would do now; does nothing."""
        journey, found = self._read(work, draft)
        if draft.new:
            return self._first(work, draft, journey, found)
        live = self._defined(work, draft.slug)
        old, new = nodes_of(live.source), nodes_of(draft.definition)
        waiting = self.journeys.counts(work, draft.slug).nodes
        moving = {
            name: target
            for name, target in draft.node_map.items()
            if waiting.get(name) and fates.is_move(name, target, old, new)
        }
        strangers = {
            name: crowd.never_at(work, draft.slug, name, target) for name, target in moving.items()
        }
        preview = Preview(
            draft=draft,
            faults=found,
            difference=compare(live.source, draft.definition, draft.node_map),
            waiting=sum(waiting.values()),
            fates=fates.fates(waiting, old, new, draft.node_map, strangers),
        )
        if journey is None:
            return preview
        return replace(
            preview,
            shifts=tuple(self._shifts(work, live.journey, journey, draft.node_map)),
            asked_anew=fates.asked_anew(live.journey, journey, draft.node_map),
            holdout=self._holdout(journey),
        )

    def _first(
        self, work: Work, draft: Draft, journey: Journey | None, found: tuple[Fault, ...]
    ) -> Preview:  # fmt: skip
        starting = 0
        entry = journey.entry if journey is not None and journey.present and not found else None
        if isinstance(entry, SegmentEntry):
            starting = len(self.segments.members(work, entry.segment))
        elif isinstance(entry, ListEntry):
            starting = len(self.segments.listed(work, entry.name))
        return Preview(
            draft=draft,
            faults=found,
            difference=compare({}, draft.definition, {}),
            waiting=0,
            starting=starting,
            holdout=0 if journey is None else self._holdout(journey),
        )

    def _shifts(
        self, work: Work, old: Journey, new: Journey, node_map: Mapping[str, str]
    ) -> Iterator[Shift]:
        stores = self.messaging.store_zones(work)
        for name, target in fates.changed_waits(old, new, node_map).items():
            node = new.nodes[target]
            personal = isinstance(node, WaitTime | WaitProperty)
            moments: list[tuple[int | None, int | None]] = []
            for portion in crowd.waiting(work, old.slug, name, _PORTION, causes=personal):
                people = {each.profile for each in portion} if personal else set[int]()
                known = self.profiles.known(work, people, fading=())
                for each in portion:
                    person = known.get(each.profile, _NOBODY)
                    seen = Seen(work.now, work.now, person, self.zone, _ask_nothing, stores=stores)
                    moments.append((each.due, due_of(node, _standing(old.slug, each), seen)))
            if moments:
                yield fates.shift(target, moments, work.now)

    # --- within

    def _holdout(self, journey: Journey) -> int:
        if journey.holdout is not None:
            return journey.holdout
        return self.journeys.default_holdout if journey.touches_beyond_service else 0

    def _read(self, work: Work, draft: Draft) -> tuple[Journey | None, tuple[Fault, ...]]:
        journey, found = faults.find(
            draft.slug, draft.definition, lambda rule: self.segments.rule(work, rule)
        )
        if journey is not None:
            found = list(
                checking.faults(work, journey, self.segments, self.messaging, self.actions)
            )
            if not draft.new:
                found += self._map_faults(work, draft, journey)
        return journey, tuple(Fault.of(error) for error in found)

    def _map_faults(self, work: Work, draft: Draft, journey: Journey) -> list[Invalid]:
        try:
            placing.check_map(self._defined(work, draft.slug).journey, journey, draft.node_map)
        except Invalid as error:
            return [error]
        return []

    def _write(
        self,
        work: Work,
        slug: str,
        base: int,
        definition: Mapping[str, Any],
        node_map: Mapping[str, str],
        kept: KeptDraft | None = None,
    ) -> Draft:
        body = dict(as_mapping(definition))
        if len(msgspec.json.encode(body)) > LARGEST:
            raise Invalid("this draft is too large", hint="make two journeys of it")
        live = self.journeys.find(work, slug)
        old = set() if live is None else set(live.journey.nodes)
        targets = {*nodes_of(body), "end"}
        fresh = KeptDraft(
            slug=slug,
            base=base,
            revision=1 if kept is None else kept.revision + 1,
            definition=body,
            node_map={
                source: target
                for source, target in node_map.items()
                if source in old and target in targets and source != target
            },
            begun_at=work.now if kept is None else kept.begun_at,
            changed_at=work.now,
            changed_by=str(work.actor),
        )
        store.save(work, fresh)
        return self._told(work, fresh)

    def _kept(self, work: Work, slug: str) -> KeptDraft:
        kept = store.draft(work, slug, lock=True)
        if kept is None:
            raise NotFound(
                f"there is no draft of the journey {slug!r}: it was published or discarded"
            )
        return kept

    def _told(self, work: Work, kept: KeptDraft) -> Draft:
        return _draft(kept, self._live(work, kept.slug))

    def _live(self, work: Work, slug: str) -> int:
        defined = self.journeys.find(work, slug)
        return 0 if defined is None else defined.version

    def _defined(self, work: Work, slug: str) -> Defined:
        defined = self.journeys.find(work, slug)
        if defined is None:
            raise NotFound(f"there is no journey {slug!r}")
        return defined


def _draft(kept: KeptDraft, live: int) -> Draft:
    return Draft(live=live, **vars(kept))


def _standing(slug: str, each: Waiting) -> Run:
    """Make as much of a run as the end of a wait depends on."""
    return Run(0, slug, 0, each.profile, "", each.entered, arrived=each.arrived, cause=each.cause)


def _ask_nothing(_rule: Rule, _run: Run, _arrived: int) -> bool:
    return False
