"""Bands walked: each stride of a stand-in is everybody's, forked where people differ.

Called by the service and by what starts runs. What a band can't do as one (wait for receipts, hear
what its own acts brought) its people do one by one, by ``walking``, in the same unit of work.
"""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

import msgspec
import numpy as np
from pyroaring import BitMap

from coterie.core.errors import NotFound
from coterie.core.event import Event
from coterie.journeys import saying, store
from coterie.journeys.bands import store as band_store
from coterie.journeys.bands.forking import (
    Answers,
    Draws,
    HasTrait,
    Holds,
    Question,
    StandIn,
    each_way,
)
from coterie.journeys.bands.forking import asking as asking_of
from coterie.journeys.bands.members import store as members
from coterie.journeys.bands.model import Band, gather, like_of, run_of, standing
from coterie.journeys.hearing import asks_now
from coterie.journeys.model import Defined, Emit, Message, Random, Run, SetTrait, Tag
from coterie.journeys.placing import reckon
from coterie.journeys.ports import Asker
from coterie.journeys.stepper import Seen, Stride, draw, step
from coterie.journeys.walking import Look, Moments, Walked, Walkers, journey_rules, moments_of
from coterie.messaging.alike.model import Alike, Asking
from coterie.segments.model import Rule
from coterie.storage.work import Work

Book = Mapping[str, Defined]

_ALONE = 30
"""So many people of a band are taken on for one who stands alone."""


@dataclass
class _Walk:
    """What has come of a walk so far."""

    work: Work
    book: Book
    moments: Moments
    everybody: BitMap
    facts: list[Event] = field(default_factory=list)
    standing: list[Band] = field(default_factory=list)
    ended: list[Band] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    asker: Asker | None = None


class BandWalkers:
    """Steps bands over the rooms below; ``rows`` walks whoever has to walk alone.

    At ``least`` so many are kept as a band (None: nobody is); fewer stand each in a row of her own.
    """

    def __init__(self, rows: Walkers, least: int | None) -> None:
        self.rows = rows
        self.least = sys.maxsize if least is None else least

    def watch(self, work: Work, book: Book) -> None:
        """Have it known for whom the rules hold that bands will be asked."""
        slugs = [slug for slug in band_store.journeys(work) if slug in book]
        rules = [rule for slug in slugs for rule in journey_rules(book[slug].journey)]
        moments = moments_of(rules)
        self.rows.segments.watch([rule for rule in rules if not moments[id(rule)]])

    # --- whom to walk

    def due(self, work: Work, book: Book, limit: int) -> tuple[list[Band], list[Run]]:
        """Return who is due by now, up to ``limit`` people; runs that stand alike become a band.

        Who stands alone takes as long as many who stand in a band.
        """
        bands = band_store.due(work, limit)
        left = limit - sum(len(band.people) for band in bands)
        runs = store.due(work, -(-left // _ALONE)) if left > 0 else []
        alike, others = gather(runs, book, self.least)
        for some in alike:
            members.mark(work, some)
            bands.append(Band(like_of(some[0]), BitMap(run.profile for run in some)))
        return bands, others

    def stirred(
        self, work: Work, book: Book, journeys: Sequence[str], people: Iterable[int]
    ) -> list[Band]:
        """Return those of some people who are not due, in bands that ask a rule where they are."""
        wanted = BitMap(people)
        found = [
            band.of(band.people & wanted)
            for band in band_store.of_journeys(work, journeys if wanted else (), lock=True)
            if asks_now(band.like, book) and (band.like.due is None or band.like.due > work.now)
        ]
        return [band for band in found if band.people]

    def resume(self, work: Work, defined: Defined) -> Walked:
        """Go on with the bands that stand before a node, now that their journey goes on."""
        bands = band_store.of_journeys(work, [defined.slug], lock=True)
        held = [band for band in bands if band.like.arrived is None]
        return self.walk(work, {defined.slug: defined}, held)

    def redefine(self, work: Work, defined: Defined, place: Callable[[Run], Run]) -> Walked:
        """Put every band where a new version has it, and go on from there."""
        bands = band_store.of_journeys(work, [defined.slug], lock=True)
        band_store.leave(work, {band.kept: band.people for band in bands})
        book = {defined.slug: defined}
        walk = _Walk(work, book, {}, BitMap())
        placed: list[Band] = []
        for band in bands:
            stands = Band(place(band.like), band.people)
            if stands.like.ended is not None:
                walk.ended.append(stands)
            else:
                placed += self._reckoned(walk, defined, stands)
        ended = self._write(walk)
        walked = self.walk(work, book, placed)
        walked.facts[:0] = walk.facts
        walked.runs |= {run.id: run for run in ended}
        return walked

    def _reckoned(self, walk: _Walk, defined: Defined, band: Band) -> list[Band]:
        now, stores = walk.work.now, self.rows.messaging.store_zones(walk.work)

        def look(answers: Answers) -> Run:
            seen = Seen(
                now, now, StandIn(answers), self.rows.zone, asking_of(answers, {}), stores=stores
            )
            return reckon(defined.journey, band.like, seen)

        def divide(question: Question, people: BitMap) -> Iterable[tuple[object, BitMap]]:
            return self._divide(walk, defined, question, people)

        return [Band(run, people) for run, people in each_way(band.people, divide, look)]

    # --- walking

    def walk(
        self, work: Work, book: Book, bands: Sequence[Band], looks: Sequence[Look] = ()
    ) -> Walked:
        """Take bands, then runs, as far as they can go now, and write down where they stand."""
        rules = [rule for band in bands for rule in journey_rules(book[band.like.journey].journey)]
        everybody = BitMap().union(*(band.people for band in bands))
        walk = _Walk(work, book, moments_of(rules), everybody)
        going: list[tuple[Band, str | None]] = [(band, None) for band in bands]
        with self.rows.profiles.stretch(work, everybody):
            while going:
                asking: list[tuple[Band, Message]] = []
                for band, news in going:
                    self._stride(walk, band, news, asking)
                going = self._send(walk, asking)
        ended = self._write(walk)
        walked = self.rows.walk(work, book, [*walk.looks, *looks])
        walked.facts[:0] = walk.facts
        walked.runs |= {run.id: run for run in ended}
        return walked

    # --- strides

    def _stride(
        self, walk: _Walk, band: Band, news: str | None, asking: list[tuple[Band, Message]]
    ) -> None:
        defined, now = walk.book[band.like.journey], walk.work.now
        stores = self.rows.messaging.store_zones(walk.work)

        def look(answers: Answers) -> Stride:
            ask, acting = asking_of(answers, walk.moments), defined.state == "active"
            seen = Seen(now, now, StandIn(answers), self.rows.zone, ask, acting, stores)
            return step(defined.journey, band.like, seen, news)

        def divide(question: Question, people: BitMap) -> Iterable[tuple[object, BitMap]]:
            return self._divide(walk, defined, question, people)

        for stride, people in each_way(band.people, divide, look):
            after = Band(stride.run, people, band.kept)
            if _is_for_one(stride):
                walk.looks += self._apart(walk, band.of(people), news)
            elif stride.done and isinstance(stride.done[-1].what, Message):
                asking.append((after, stride.done[-1].what))
            elif stride.done:
                self._act(walk, after, stride)
            elif stride.run.ended is not None:
                walk.ended.append(after)
            elif stride.run != band.like or news is not None or not band.kept:
                walk.standing.append(after)

    def _divide(
        self, walk: _Walk, defined: Defined, question: Question, people: BitMap
    ) -> Iterable[tuple[object, BitMap]]:
        match question:
            case Holds(rule, _, since):
                yes = self._meeting(walk, rule, dict(since), people)
                return [(True, yes), (False, people - yes)]
            case HasTrait(name):
                return self._by_trait(walk.work, name, people)
            case Draws():
                return self._by_draw(walk.work, defined, people)

    def _meeting(self, walk: _Walk, rule: Rule, since: Mapping[str, int], people: BitMap) -> BitMap:
        if not since:
            return self.rows.segments.sift(walk.work, rule, people)
        if walk.asker is None:
            walk.asker = self.rows.segments.ask(walk.work, list(walk.everybody))
        yes, asker = BitMap(), walk.asker
        for one in people:
            with suppress(NotFound):  # where it depends on a segment that is gone it does not hold
                if asker.holds(rule, one, since=since):
                    yes.add(one)
        return yes

    def _by_trait(self, work: Work, name: str, people: BitMap) -> Iterable[tuple[object, BitMap]]:
        parts: dict[bytes, tuple[tuple[object, ...], BitMap]] = {}
        left = people.copy()
        for profile, value in self.rows.profiles.plain_trait(work, list(people), name).items():
            key = msgspec.json.encode(value)
            parts.setdefault(key, ((value,), BitMap()))[1].add(profile)
            left.discard(profile)
        return [*parts.values(), ((), left)]

    def _by_draw(
        self, work: Work, defined: Defined, people: BitMap
    ) -> Iterable[tuple[object, BitMap]]:
        """Divide by what every draw of the journey gives; one's key draws what all of them do."""
        journey, keys = defined.journey, self.rows.profiles.keys_of(work, list(people))
        draws = [(name, node) for name, node in journey.nodes.items() if isinstance(node, Random)]
        parts: dict[tuple[str, ...], tuple[str, BitMap]] = {}
        for profile in people:
            key = keys[profile]
            drawn = tuple(draw(journey, name, node.branches, key) for name, node in draws)
            parts.setdefault(drawn, (key, BitMap()))[1].add(profile)
        return parts.values()

    # --- what comes of them

    def _act(self, walk: _Walk, band: Band, stride: Stride) -> None:
        """State what everybody did; who has to hear of it first waits for it alone."""
        runs = _one_by_one(walk.work, band)
        key = walk.book[band.like.journey].journey.key
        for run in runs:
            acted = [
                saying.acted(run, done.node, done.what, walk.work.now, key)
                for done in stride.done
                if not isinstance(done.what, Message)
            ]
            walk.facts += acted
            if stride.learning:
                walk.runs.append(replace(run, awaiting=acted[-1].id))
        if band.like.ended is not None:
            walk.ended.append(band)
        elif not stride.learning:
            walk.standing.append(band)

    def _send(
        self, walk: _Walk, asking: list[tuple[Band, Message]]
    ) -> list[tuple[Band, str | None]]:
        """Ask for a round's messages; return the bands to go on with, each with its news.

        Who is written to and who is only shadowed are asked for together, where all else is alike.
        """
        going: list[tuple[Band, str | None]] = []
        rounds: list[tuple[Alike, list[tuple[Band, bool]]]] = []
        for band, message in asking:
            asked = saying.alike(band.like, message, walk.work.now)
            shadow = band.like.shadow and message.touch != "service"
            several = next((several for other, several in rounds if other == asked), None)
            if several is None:
                rounds.append((asked, [(band, shadow)]))
            else:
                several.append((band, shadow))
        askings = [_asking_of(asked, several) for asked, several in rounds]
        said, facts = self.rows.messaging.send_all(walk.work, askings)
        walk.facts += facts
        for (_, several), answer in zip(rounds, said, strict=True):
            for band, shadow in several:
                held = band.people & answer.held
                if held:
                    going.append((band.of(held), "held"))
                if len(held) < len(band.people):
                    going.append((band.of(band.people - held), "shadow" if shadow else "queued"))
        return going

    def _apart(self, walk: _Walk, band: Band, news: str | None) -> list[Look]:
        return [Look(run, walk.work.now, news, moved=True) for run in _one_by_one(walk.work, band)]

    def _write(self, walk: _Walk) -> list[Run]:
        """Write where everybody stands, and state the ends; return the runs that ended."""
        work, alone = walk.work, walk.runs
        kept = list[Band]()
        for several in _alike(walk.standing):
            if sum(len(band.people) for band in several) < self.least:
                alone += [run for band in several for run in _one_by_one(work, band)]
            else:
                kept += several
        ended = [run for band in walk.ended for run in _one_by_one(work, band)]
        walk.facts += [saying.exited(run, work.now) for run in ended]
        for band in walk.ended:
            members.end(work, band)
        band_store.keep(work, [_united(several) for several in _alike(kept)])
        leaving: dict[int, BitMap] = {}
        for band in (*kept, *walk.ended):
            if band.kept:
                leaving[band.kept] = leaving.get(band.kept, BitMap()) | band.people
        band_store.leave(work, leaving)
        store.save_runs(work, alone)
        return ended


def _asking_of(asked: Alike, several: Sequence[tuple[Band, bool]]) -> Asking:
    everybody = BitMap().union(*(band.people for band, _ in several))
    people = np.frombuffer(everybody.to_array(), np.uint32).astype(np.int32)
    out = BitMap().union(*(band.people for band, shadow in several if shadow))
    return Asking(asked, people, people, out)


def _is_for_one(stride: Stride) -> bool:
    """Say whether what a stride does is done by each alone: it waits, or asks what only one can."""
    return bool(stride.drawn) or not all(
        isinstance(done.what, Tag | SetTrait | Emit)
        or (isinstance(done.what, Message) and _is_for_many(done.what))
        for done in stride.done
    )


def _is_for_many(message: Message) -> bool:
    return not message.wait_receipt and message.post is None


def _alike(bands: Iterable[Band]) -> list[list[Band]]:
    found: dict[object, list[Band]] = {}
    for band in bands:
        found.setdefault(standing(band.like), []).append(band)
    return list(found.values())


def _united(bands: Sequence[Band]) -> Band:
    return Band(bands[0].like, BitMap().union(*(band.people for band in bands)))


def _one_by_one(work: Work, band: Band) -> list[Run]:
    ids = members.ids(work, band.like.journey, list(band.people))
    return [run_of(band.like, ids[profile], profile, band.kept) for profile in band.people]
