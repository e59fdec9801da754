"""The stations of the road that segments stand on, with the real log, profiles and catalog."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pyroaring import BitMap

from coterie.catalog.model import Item
from coterie.catalog.service import Catalog
from coterie.core.actor import COMMAND
from coterie.core.event import ALIASED, IDENTIFIED, TAGGED, UNTAGGED, Event, Move
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
        self.profiles = Profiles(b"k" * 32, ZONE)
        self.log = Log(self.folder, heads=self.profiles)
        self.catalog = Catalog()
        self.segments = Segments(self.profiles, self.catalog, self.log, ZONE)

    def do(self, act: Callable[[Work], T]) -> T:
        """Do something in a unit of work at the present moment."""
        with self.database.begin(COMMAND, self.now) as work:
            return act(work)

    def receive(self, events: Sequence[Event]) -> list[Move]:
        """Carry a batch: recognise, follow, log, learn, reconsider; then what that gave rise to."""
        born: list[Event] = []

        def carry(work: Work) -> list[Move]:
            recognised = self.profiles.recognise(work, events)
            heads = self._follow(work)
            fresh = self.log.append(work, recognised)
            changes = self.profiles.learn(work, fresh)
            moves = self.segments.reconsider(work, fresh, changes.touched | heads)
            born.extend(self.segments.turn_up(work, fresh))
            return moves

        moves = self._moved(carry)
        return [*moves, *self.receive(born)] if born else moves

    def place_stores(self, places: Mapping[str, tuple[float, float]]) -> None:
        """Put stores into the catalog."""
        items = [
            Item(key, "store", properties={"lat": lat, "lon": lon})
            for key, (lat, lon) in places.items()
        ]
        self.do(lambda work: self.catalog.define_items(work, items))

    def upload(self, name: str, *users: str) -> list[Move]:
        """Upload a version of a list, and ask again whoever stands otherwise on it."""

        def change(work: Work) -> list[Move]:
            uploaded = self.segments.upload_list(work, name, users)
            return self.segments.recheck(work, list(uploaded.changed))

        return self._moved(change)

    def join(self, one: int, other: int) -> list[Move]:
        """Say that two profiles are one person."""
        return self._edit(lambda work: self.profiles.join(work, one, other))

    def take_apart(self, profile: int, identities: Collection[int]) -> list[Move]:
        """Take identities out of a person."""
        return self._edit(lambda work: self.profiles.take_apart(work, profile, identities))

    def _edit(self, act: Callable[[Work], object]) -> list[Move]:
        def edit(work: Work) -> list[Move]:
            act(work)
            return self.segments.recheck(work, self._follow(work))

        return self._moved(edit)

    def _follow(self, work: Work) -> set[int]:
        """Let segments follow who leads whom now; return the heads on both sides."""
        shifts = self.profiles.shifted(work)
        self.segments.follow(work, shifts)
        return {head for shift in shifts for head in (shift.before, shift.head)}

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
        led = self.do(self.profiles.led).profiles
        assert not {move.profile for move in moves} & set(led.tolist()), "only heads move"
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

    def untold(self) -> dict[str, tuple[int, int]]:
        """Return, for each segment, its size and the one that its history tells, if they differ."""

        def compare(work: Work) -> dict[str, tuple[int, int]]:
            found = {}
            for one in self.segments.all(work):
                told = self.segments.history(work, one.slug)
                size = told[-1].size if told else 0
                if not size == one.size == len(self.segments.members(work, one.slug)):
                    found[one.slug] = one.size, size
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

    def alias(self, previous: str, user: str) -> Event:
        """Make an alias event: two ids are one person."""
        return self._event(user, "alias", ALIASED, self.now, previous_id=previous)

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
