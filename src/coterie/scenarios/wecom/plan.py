"""Who does what and when: a pure schedule that follows from a seed. Moments are ms from the start.

Nothing is drawn at random: whoever asks the same seed for the same people gets the same hour.
"""

from collections import Counter
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from coterie.core.clock import HOUR, MINUTE, SECOND
from coterie.core.ids import bucket

Verb = Literal["scan", "join", "leave_group", "delete_guide", "expire_token", "hold", "release"]

_PARTS = 10_000


@dataclass(frozen=True)
class Deed:
    """One thing that one person does; ``person`` is -1 for what happens to the platform."""

    at: int
    verb: Verb
    person: int = -1


@dataclass(frozen=True)
class Plan:
    """How large the story is. People and guides are numbers from 0.

    ``joining`` of the customers come into a group. ``leaving`` guides leave the company after the
    hour. ``full`` customers have had so many mass sends already that the platform lets none
    through. ``outage`` is for how long callbacks do not come, about two thirds into the hour:
    whoever scans then is welcomed too late for most, and that must be said.
    """

    seed: str = "shop"
    stores: int = 2
    guides: int = 20
    customers: int = 1_000
    joining: int = 300
    leaving: int = 2
    full: int = 25
    length: int = 60 * MINUTE
    outage: int = 45 * SECOND
    wait: int = 24 * HOUR
    """How long customers have to refuse a handover."""
    tick: int = 10 * SECOND
    duplicate: float = 0.3

    def store_of(self, person: int) -> int:
        """Return where a person scans."""
        return self._draw("store", person) % self.stores

    def store_of_guide(self, guide: int) -> int:
        """Return where a guide serves."""
        return guide % self.stores

    def guide_of(self, person: int) -> int | None:
        """Return whose own code she scans; None: the store's."""
        if self._draw("whose", person) < 3_000:
            return None
        here = self.store_of(person)
        own = [one for one in range(self.guides) if self.store_of_guide(one) == here]
        return own[self._draw("guide", person) % len(own)]

    def is_half(self, person: int) -> bool:
        """Say whether the guide takes her back only afterwards."""
        return self._draw("half", person) < 1_000

    def joins(self) -> list[int]:
        """Return who comes into a group."""
        return self._first("joins", self.joining)

    def refuses(self, external_userid: str) -> bool:
        """Say whether she refuses to be handed over."""
        return bucket(f"{self.seed} refuses", external_userid) < 500

    def fulls(self) -> list[int]:
        """Return whose quota is used up."""
        return self._first("full", self.full)

    def leavers(self) -> list[int]:
        """Return the guides who leave: whose own codes most people scan, store by store."""
        whose = Counter(self.guide_of(person) for person in range(self.customers))
        busiest = sorted(range(self.guides), key=lambda one: (-whose[one], one))
        by_store = [
            [one for one in busiest if self.store_of_guide(one) == store]
            for store in range(self.stores)
        ]
        turns = [one for row in zip_longest(*by_store) for one in row if one is not None]
        return turns[: self.leaving]

    def heir(self, guide: int) -> int:
        """Return who takes over from a guide: the first of her store who stays."""
        gone = self.leavers()
        return next(
            one
            for one in range(self.guides)
            if self.store_of_guide(one) == self.store_of_guide(guide) and one not in gone
        )

    def deeds(self) -> list[Deed]:
        """Return everything that happens within the hour, in order."""
        scans = {
            person: self._draw("when", person) * self.length // _PARTS
            for person in range(self.customers)
        }
        deeds = [Deed(at, "scan", person) for person, at in scans.items()]
        for person in self.joins():
            wait = MINUTE + self._draw("wait", person) * 5 * MINUTE // _PARTS
            deeds.append(Deed(scans[person] + wait, "join", person))
            if self._draw("stays", person) < 300:
                deeds.append(Deed(scans[person] + 2 * wait, "leave_group", person))
        for person, at in scans.items():
            if self._draw("fickle", person) < 100:
                deeds.append(Deed(at + 10 * MINUTE, "delete_guide", person))
        deeds.append(Deed(self.length // 2, "expire_token"))
        deeds.append(Deed(self.length * 2 // 3, "hold"))
        deeds.append(Deed(self.length * 2 // 3 + self.outage, "release"))
        return sorted(deeds, key=lambda one: (one.at, one.verb, one.person))

    def _draw(self, what: str, number: int) -> int:
        return bucket(f"{self.seed} {what}", str(number))

    def _first(self, what: str, number: int) -> list[int]:
        """Return so many people in an order of their own, the same ones for every larger number."""
        order = sorted(range(self.customers), key=lambda one: (self._draw(what, one), one))
        return order[:number]


def guide_name(guide: int) -> str:
    """Return a guide's userid."""
    return f"guide{guide + 1:02}"


def store_name(store: int) -> str:
    """Return a store's slug."""
    return ("bund", "jingan", "xuhui", "pudong")[store] if store < 4 else f"store-{store + 1}"
