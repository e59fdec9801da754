"""One run of the story: what is still to happen, and who has come so far."""

import heapq
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from coterie.scenarios.shoes.crowd import external_of
from coterie.scenarios.shoes.doors import Doors
from coterie.scenarios.shoes.laying import ACTOR, Laid
from coterie.scenarios.shoes.lives import Deed
from coterie.scenarios.shoes.plan import Plan
from coterie.scenarios.shoes.ports import Rooms, Stage
from coterie.scenarios.wecom.player import Player


@dataclass
class Sale:
    """One order as its till's roll has it, scaled by 10,000: paid, taken off, given back."""

    paid: int
    off: int = 0
    redemption: int | None = None
    back: int = 0


@dataclass
class Story:
    """The house, the platform, and everybody in between."""

    rooms: Rooms
    stage: Stage
    hand: Player
    plan: Plan
    doors: Doors
    laid: Laid
    config: dict[str, str] = field(default_factory=dict)
    """What the platform knows each code by."""
    queue: list[tuple[tuple[int, str, str], int, Deed]] = field(default_factory=list)
    came: dict[str, int] = field(default_factory=dict)
    """When each member came into her first group."""
    sharing: dict[str, None] = field(default_factory=dict)
    """Who will bring friends and has no code of her own yet."""
    codes: dict[str, str] = field(default_factory=dict)
    """The personal code of each member who brings friends."""
    there: set[str] = field(default_factory=set)
    """Who is known at the platform."""
    reached: dict[str, int] = field(default_factory=dict)
    """When the invitation reached an old customer."""
    counts: Counter[str] = field(default_factory=Counter)
    """What was done, and what did not come off."""
    rolls: dict[str, dict[str, Sale]] = field(default_factory=dict)
    """What each till sold, by feed and number."""
    origin: str = ""
    """Who asked for the invitation's messages."""
    born: int = 0

    def push(self, deed: Deed) -> None:
        """Let something happen when its time comes."""
        self.born += 1
        heapq.heappush(self.queue, (deed.order, self.born, deed))

    def due(self, until: int) -> Iterator[Deed]:
        """Yield what happens before a moment, in order; what it gives rise to follows."""
        while self.queue and self.queue[0][0][0] < until:
            yield heapq.heappop(self.queue)[2]

    def external(self, who: str) -> str:
        """Return a person's external_userid."""
        return external_of(self.plan, who)

    def profiles(self, people: Collection[str]) -> dict[str, int]:
        """Return who people are in the house; those it does not know have no key."""
        names = {self.external(one): one for one in people}
        if not names:
            return {}
        with self.rooms.db.read(ACTOR, self.stage.now) as work:
            found = self.rooms.mirror.profiles_of(work, list(names))
        return {names[external]: profile for external, profile in found.items()}
