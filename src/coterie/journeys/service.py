"""The face of journeys: define and edit them, hear what happens, wake when time has passed."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from coterie.core.errors import Conflict, NotFound
from coterie.core.event import Event, Move
from coterie.journeys import checking, entering, hearing, placing, saying, store
from coterie.journeys.bands.model import LEAST
from coterie.journeys.bands.walking import BandWalkers
from coterie.journeys.crowd.service import Crowd
from coterie.journeys.drafts import store as versions
from coterie.journeys.drafts.model import Version
from coterie.journeys.drafts.service import Drafts
from coterie.journeys.draws import store as draws
from coterie.journeys.draws.model import Draw
from coterie.journeys.entering import Entries, Trigger
from coterie.journeys.entrances.service import Entrances
from coterie.journeys.keeping.service import Keeping
from coterie.journeys.model import (
    Defined,
    EventEntry,
    Journey,
    Run,
    SegmentEntry,
    State,
    WaitRule,
    rules_of,
)
from coterie.journeys.parse import as_mapping, parse
from coterie.journeys.ports import Action, Messaging, People, Segments
from coterie.journeys.rehearsal.service import Rehearsals
from coterie.journeys.starting import Starters
from coterie.journeys.stepper import Seen
from coterie.journeys.store import Kept
from coterie.journeys.walking import Look, Walked, Walkers
from coterie.segments.language.parse import parse as parse_rule
from coterie.segments.model import Rule, World
from coterie.storage import audit
from coterie.storage.work import Work, in_chunks

PORTION = 10_000
UTC = ZoneInfo("UTC")
HUNDREDTHS = 100


class Journeys(Crowd, Keeping, Entrances):
    """Automations of one house.

    ``default_holdout`` is in percent, ``zone`` the brand's. ``portion`` is how many people are
    stepped at a time, and the most that one ``wake`` takes on: it bounds memory and transactions.
    Where at ``least`` so many stand alike they go as one; with None each goes alone: the same
    comes of it, more slowly.
    """

    name = "journeys"

    def __init__(
        self,
        segments: Segments,
        messaging: Messaging,
        profiles: People,
        default_holdout: int = 10,
        zone: ZoneInfo = UTC,
        *,
        portion: int = PORTION,
        least: int | None = LEAST,
    ) -> None:
        self.segments = segments
        self.messaging = messaging
        self.profiles = profiles
        self.default_holdout = default_holdout * HUNDREDTHS
        self.zone = zone
        self.portion = portion
        self._walkers = Walkers(segments, messaging, profiles, self.zone)
        self._bands = BandWalkers(self._walkers, least)
        self._starters = Starters(segments, profiles, self._walkers, self._bands)
        self._read = lru_cache(maxsize=1_024)(self._read_text)
        self.rehearsals = Rehearsals(segments, messaging, zone, self.default_holdout)
        self.drafts = Drafts(self, segments, messaging, profiles, zone, self._walkers.actions)

    @property
    def actions(self) -> Mapping[str, Action]:
        """What other rooms do when a journey asks, by name."""
        return self._walkers.actions

    def register(self, actions: Mapping[str, Action]) -> None:
        """Take in what other rooms can do; called once, while the house is furnished."""
        self._walkers.actions.update(actions)

    # --- defining

    def define(self, work: Work, slug: str, definition: object) -> list[Event]:
        """Start a new journey, with the present population of its segment once each.

        Raises Invalid with the path of the fault, Conflict when there is one of that name.
        """
        journey, source = self._check(work, slug, definition)
        if slug in self._book(work):
            raise Conflict(f"there is a journey {slug!r} already: redefine it, or choose a name")
        kept = self._keep(work, slug, 1, "active", source, defined_at=work.now)
        versions.keep_version(work, Version(slug, 1, source, {}, work.now, kept.changed_by))
        store.set_first_mark(work)
        audit.record(work, "define_journey", slug, version=1, definition=source)
        book = {slug: self._defined(kept)}
        facts = self._open(work, book[slug])
        if not isinstance(journey.entry, SegmentEntry) or not journey.present:
            return facts
        for people in in_chunks(self.segments.members(work, journey.entry.segment), self.portion):
            present = [Trigger(slug, one, work.now, f"present:{one}") for one in people]
            facts += self._starters.start(work, book, present)
        self._bands.watch(work, self._book(work))
        return facts

    def redefine(
        self,
        work: Work,
        slug: str,
        definition: object,
        node_map: Mapping[str, str] | None = None,
    ) -> list[Event]:
        """Publish a new version; people stand where ``node_map`` (old node -> new) puts them.

        A node that it does not name stays what it is; where there is none of that name any more,
        its people's runs end with reason ``node_removed``. Nothing is sent again.
        """
        old = self.get(work, slug)
        journey, source = self._check(work, slug, definition)
        node_map = node_map or {}
        placing.check_map(old.journey, journey, node_map)
        version = old.version + 1
        kept = self._keep(work, slug, version, old.state, source, defined_at=old.defined_at)
        fresh = Version(slug, version, source, node_map, work.now, kept.changed_by)
        versions.keep_version(work, fresh)
        audit.record(work, "redefine_journey", slug, version=version, definition=source,
                     node_map=dict(node_map))  # fmt: skip
        new = self._defined(kept)
        facts = self._open(work, new, old)

        def place(run: Run) -> Run:
            return placing.place(run, old.journey, journey, node_map, version, work.now)

        facts += self._follow(work, {slug: new}, self._bands.redefine(work, new, place))
        for runs in store.live_in(work, slug, self.portion):
            placed = [place(run) for run in runs]
            gone = [run for run in placed if run.ended is not None]
            store.save_runs(work, gone)
            facts += [saying.exited(run, work.now) for run in gone]
            standing = self._reckon(work, new, [run for run in placed if run.ended is None])
            store.save_runs(work, standing)
            facts += self._walk(work, {slug: new}, [Look(run, work.now) for run in standing])
        return facts

    def pause(self, work: Work, slug: str) -> None:
        """Let nothing be sent or done; waits run on, and who enters waits before the first act."""
        self._set_state(work, slug, "paused")
        self.messaging.pause(work, saying.origin(slug))

    def resume(self, work: Work, slug: str) -> list[Event]:
        """Go on after a pause, with those who entered meanwhile; what came due is done at once."""
        defined = self._set_state(work, slug, "active")
        self.messaging.resume(work, saying.origin(slug))
        book = {slug: defined}
        facts = self._follow(work, book, self._bands.resume(work, defined))
        for runs in store.live_in(work, slug, self.portion):
            held = [Look(run, work.now) for run in runs if run.arrived is None]
            facts += self._walk(work, book, held)
        return facts

    def _set_state(self, work: Work, slug: str, state: State) -> Defined:
        found = self.get(work, slug)
        kept = self._keep(
            work, slug, found.version, state, dict(found.source), defined_at=found.defined_at
        )
        audit.record(work, f"{'pause' if state == 'paused' else 'resume'}_journey", slug)
        return self._defined(kept)

    def _check(self, work: Work, slug: str, definition: object) -> tuple[Journey, dict[str, Any]]:
        """Read a definition against what there is now; return it and how it was written."""
        journey = parse(slug, definition, lambda rule: self.segments.rule(work, rule))
        checking.check(work, journey, self.segments, self.messaging, self.actions)
        return journey, _plain(as_mapping(definition))

    def _keep(
        self, work: Work, slug: str, version: int, state: State, source: dict[str, Any],
        *, defined_at: int,
    ) -> Kept:  # fmt: skip
        kept = Kept(slug, version, state, source, defined_at, work.now, str(work.actor))
        store.save(work, kept)
        return kept

    def _reckon(self, work: Work, defined: Defined, runs: Sequence[Run]) -> list[Run]:
        known = self.profiles.known(work, {run.profile for run in runs}, fading=())
        stores = self._walkers.messaging.store_zones(work)
        seen = {
            profile: Seen(work.now, work.now, person, self.zone, _ask_nothing, stores=stores)
            for profile, person in known.items()
        }
        return [
            placing.reckon(defined.journey, run, seen[run.profile]) if run.profile in seen else run
            for run in runs
        ]

    def draws(self, work: Work, slug: str) -> list[Draw]:
        """Return who drew which arm in a journey's experiments, each once."""
        return draws.of_journey(work, slug)

    # --- hearing and waking

    def hear(self, work: Work, events: Sequence[Event], moves: Sequence[Move]) -> list[Event]:
        """Start runs for what happened, and go on with those who waited for it."""
        book = self._book(work)
        if not book:
            return []
        triggers = self._triggers(work, book, events, moves)
        triggers += self._turned_up(work, book, events)
        before = hearing.hear(events, moves, book, work.now)
        facts = self.told_of_merges(work, events)
        if before.touched or before.answered:
            first = [each for each in triggers if each.leading]
            triggers = [each for each in triggers if not each.leading]
            facts += self._starters.start(work, book, first)
            facts += self._touch(work, book, before)
        facts += self._starters.start(work, book, triggers)
        return facts

    def wake(self, work: Work) -> list[Event]:
        """Go on with the runs that are due, and with those whose rules time may have changed.

        Takes on up to ``portion`` people; ``next_due`` tells whether more are due.
        """
        book = self._book(work)
        if not book:
            return []
        bands, alone = self._bands.due(work, book, self.portion)
        runs = {run.id: run for run in alone}
        since = store.mark(work)
        if since is not None and since < work.now:
            stirred = set[int]()
            for rule in self._waited_for(work, book):
                stirred |= self.segments.stirred(work, rule, since, work.now)
            asking = hearing.asking(book)
            bands += self._bands.stirred(work, book, asking, stirred)
            for run in store.live_of(work, stirred, asking, banded=False):
                if hearing.asks_now(run, book):
                    runs.setdefault(run.id, run)
            store.set_mark(work)
        looks = [Look(run, work.now) for run in runs.values()]
        facts = self._follow(work, book, self._bands.walk(work, book, bands, looks))
        self._bands.watch(work, book)
        return facts + self._come_round(work, book)

    def next_due(self, work: Work) -> int | None:
        """Return the earliest moment at which ``wake`` has work, or None."""
        moments = [store.next_due(work)]
        since = store.mark(work)
        book = self._book(work)
        if since is not None and book:
            rules = self._waited_for(work, book)
            moments += [self.segments.next_stir(work, rule, since) for rule in rules]
        moments += self._next_round(work, book)
        return min((moment for moment in moments if moment is not None), default=None)

    def _touch(self, work: Work, book: Mapping[str, Defined], heard: hearing.Heard) -> list[Event]:
        runs = store.live_of(work, heard.answered)
        others = heard.touched.keys() - heard.answered
        runs += store.live_of(work, others, hearing.asking(book))
        runs.sort(key=lambda run: run.id)
        troubled = hearing.troubled(runs, heard, book, work.now)
        store.save_runs(work, troubled)
        facts = [saying.exited(run, work.now) for run in troubled]
        over = {run.id for run in troubled}
        going = [run for run in runs if run.id not in over]
        return facts + self._walk(work, book, hearing.looks(going, heard, book, work.now))

    def _walk(self, work: Work, book: Mapping[str, Defined], looks: Sequence[Look]) -> list[Event]:
        return self._follow(work, book, self._walkers.walk(work, book, looks))

    def _follow(self, work: Work, book: Mapping[str, Defined], walked: Walked) -> list[Event]:
        return walked.facts + self._starters.again(work, book, walked)

    def _triggers(
        self,
        work: Work,
        book: Mapping[str, Defined],
        events: Sequence[Event],
        moves: Sequence[Move],
    ) -> list[Trigger]:
        by_event = [
            defined.journey
            for defined in book.values()
            if isinstance(defined.journey.entry, EventEntry)
        ]
        world = self.segments.ask(work, ()).world if by_event and events else None
        found = list(_event_triggers(Entries(by_event), events, world))
        busy = {event.profile for event in events}
        by_segment: dict[str, list[Journey]] = {}
        for defined in book.values():
            if isinstance(defined.journey.entry, SegmentEntry):
                by_segment.setdefault(defined.journey.entry.segment, []).append(defined.journey)
        for move in hearing.moves_of(moves, by_segment):
            for journey in by_segment[move.segment]:
                trigger = entering.by_move(journey, move, leading=move.profile not in busy)
                if trigger is not None:
                    found.append(trigger)
        return found

    def _waited_for(self, work: Work, book: Mapping[str, Defined]) -> list[Rule]:
        """Return the rules that live runs are asked where they stand, each once."""
        rules: dict[Rule, None] = {}
        for slug, name in sorted(store.standing(work, hearing.asking(book))):
            journey = book[slug].journey
            if journey.exit_when is not None:
                rules[journey.exit_when] = None
            node = journey.nodes.get(name)
            if isinstance(node, WaitRule):
                rules.update(dict.fromkeys(rules_of(node)))
        return list(rules)

    # --- looking

    def get(self, work: Work, slug: str) -> Defined:
        """Return a journey; raises NotFound."""
        found = self.find(work, slug)
        if found is None:
            raise NotFound(f"there is no journey {slug!r}")
        return found

    def find(self, work: Work, slug: str) -> Defined | None:
        """Return a journey, None when there is none."""
        kept = store.journey(work, slug)
        return None if kept is None else self._defined(kept)

    def all(self, work: Work) -> list[Defined]:
        """Return every journey in the order of their names."""
        return list(self._book(work).values())

    def _book(self, work: Work) -> dict[str, Defined]:
        return {kept.slug: self._defined(kept) for kept in store.journeys(work)}

    def _defined(self, kept: Kept) -> Defined:
        journey = self._read(kept.slug, msgspec.json.encode(kept.definition, order="deterministic"))
        holdout = journey.holdout
        if holdout is None:
            holdout = self.default_holdout if journey.touches_beyond_service else 0
        return Defined(
            journey=journey,
            version=kept.version,
            state=kept.state,
            source=kept.definition,
            holdout=holdout,
            defined_at=kept.defined_at,
            changed_at=kept.changed_at,
            changed_by=kept.changed_by,
        )

    def _read_text(self, slug: str, text: bytes) -> Journey:
        """Read a definition that was checked when it was written; the same text, the same tree."""
        return parse(slug, msgspec.json.decode(text), lambda rule: parse_rule(rule, self.zone))


def _event_triggers(
    entries: Entries, events: Sequence[Event], world: World | None
) -> Iterator[Trigger]:
    if world is None:
        return
    first = {event.profile: event for event in reversed(events)}
    for event in entries.among(events):
        for journey in entries.of(event.name):
            leading = first[event.profile] is event
            trigger = entering.by_event(journey, event, world, leading=leading)
            if trigger is not None:
                yield trigger


def _ask_nothing(_rule: Rule, _run: Run, _arrived: int) -> bool:
    return False


def _plain(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a definition into what JSON can keep, as it was written.

    Older YAML readers make true and false of the keys yes and no; JSON keeps them as words.
    """
    words = {True: "yes", False: "no"}

    def plain(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {
                words[key] if isinstance(key, bool) else str(key): plain(inner)
                for key, inner in value.items()
            }
        return [plain(inner) for inner in value] if isinstance(value, list | tuple) else value

    found: dict[str, Any] = plain(definition)
    return found
