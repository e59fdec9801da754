"""The stations of the road that segments stand on, with the real log, profiles and catalog."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pyroaring import BitMap

from coterie.catalog.model import Item
from coterie.catalog.service import Catalog
from coterie.core.actor import COMMAND
from coterie.core.event import IDENTIFIED, TAGGED, UNTAGGED, Event, Move
from coterie.events.log import Log
from coterie.profiles.service import Profiles
from coterie.segments.service import Segments
from coterie.storage.database import Database
from coterie.storage.work import Work

ZONE = ZoneInfo("Asia/Shanghai")
T = TypeVar("T")


@dataclass
class SmallHouse:
    """One house at one moment, ``now``, in milliseconds; carries batches as the road does."""

    database: Database
    folder: Path
    now: int
    moves: list[Move] = field(default_factory=list)
    count: int = 0

    def __post_init__(self) -> None:
        self.log = Log(self.folder)
        self.profiles = Profiles(b"k" * 32, ZONE)
        self.catalog = Catalog()
        self.segments = Segments(self.profiles, self.catalog, self.log, ZONE)

    def do(self, act: Callable[[Work], T]) -> T:
        """Do something in a unit of work at the present moment."""
        with self.database.begin(COMMAND, self.now) as work:
            return act(work)

    def receive(self, events: Sequence[Event]) -> list[Move]:
        """Carry a batch: recognise, log, learn, reconsider."""

        def carry(work: Work) -> list[Move]:
            fresh = self.log.append(work, self.profiles.recognise(work, events))
            changes = self.profiles.learn(work, fresh)
            return self.segments.reconsider(work, fresh, changes.touched)

        return self._moved(carry)

    def wake(self) -> list[Move]:
        """Do what time has brought."""
        return self._moved(self.segments.wake)

    def define(self, slug: str, rule: dict[str, Any]) -> list[Move]:
        """Define a segment."""
        return self._moved(lambda work: self.segments.define(work, slug, rule))

    def recheck(self, *profiles: int) -> list[Move]:
        """Ask all rules again of these people."""
        return self._moved(lambda work: self.segments.recheck(work, profiles))

    def retag(self, item: str, *topics: str) -> list[Move]:
        """Give an item other topics, and ask again whoever touched it."""

        def tag(work: Work) -> list[Move]:
            changed = self.catalog.define_items(work, [Item(item, topics=topics)])
            touched = self.log.profiles_of_items(work, changed)
            return self.segments.recheck(work, touched)

        return self._moved(tag)

    def _moved(self, act: Callable[[Work], list[Move]]) -> list[Move]:
        moves = self.do(act)
        self.moves += moves
        return moves

    def members(self, slug: str) -> set[int]:
        """Return who is in a segment."""
        return set(self.do(lambda work: self.segments.members(work, slug)))

    def differences(self) -> dict[str, set[int]]:
        """Return, for each segment, the people that a full recomputation places differently."""

        def compare(work: Work) -> dict[str, set[int]]:
            everyone = self.profiles.everyone(work)
            asker = self.segments.ask(work, list(everyone))
            found: dict[str, set[int]] = {}
            for one in self.segments.all(work):
                rule = self.segments.rule(work, one.rule)
                differing = asker.meeting(rule, everyone) ^ self.segments.members(work, one.slug)
                if differing:
                    found[one.slug] = set(differing)
            return found

        return self.do(compare)

    # Events

    def track(
        self, user: str, name: str, *, ago: int = 0, backfill: bool = False, **properties: Any
    ) -> Event:
        """Make a track event, ``ago`` milliseconds old."""
        return self._event(
            user, "track", name, self.now - ago, properties=properties, backfill=backfill
        )

    def identify(self, user: str, *, ago: int = 0, **traits: Any) -> Event:
        """Make an identify event."""
        return self._event(user, "identify", IDENTIFIED, self.now - ago, traits=traits)

    def tag(self, profile: int, tag: str, *, held: bool = True, until: int | None = None) -> Event:
        """Make the fact that a person has a tag, or no longer."""
        properties = {"tag": tag} | ({"until": until} if until is not None else {})
        name = TAGGED if held else UNTAGGED
        return self._event(None, "fact", name, self.now, properties=properties, profile=profile)

    def _event(self, user: str | None, kind: str, name: str, time: int, **more: Any) -> Event:
        self.count += 1
        return Event(
            id=f"e{self.count}", type=kind, name=name, time=time, received=self.now,
            source="test", user_id=user, **more,
        )  # fmt: skip

    def replayed(self) -> dict[str, BitMap]:
        """Return the populations that the moves so far lead to, from nobody on."""
        populations: dict[str, BitMap] = {}
        for move in self.moves:
            population = populations.setdefault(move.segment, BitMap())
            assert (move.profile in population) is not move.entered, f"{move} changes nothing"
            (population.add if move.entered else population.discard)(move.profile)
        return populations
