"""Several things asked of many people, laid side by side: what, whom, by which name. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coterie.messaging import naming
from coterie.messaging.alike.model import NOTHING, Asking
from coterie.messaging.model import Request
from coterie.messaging.people import Numbers


@dataclass(frozen=True)
class Lot:
    """What is asked, a place for each message, in the order of the people.

    ``of`` says which of the askings a message is of, ``born_to`` whom its name names.
    """

    askings: Sequence[Asking]
    of: NDArray[np.int64]
    people: Numbers
    born_to: Numbers
    names: NDArray[Any]

    def __len__(self) -> int:
        """Count the messages."""
        return len(self.people)

    def at(self, places: NDArray[Any]) -> "Lot":
        """Return those at some places."""
        return Lot(
            self.askings, self.of[places], self.people[places], self.born_to[places],
            self.names[places],
        )  # fmt: skip

    def by_person(self, people: Numbers) -> dict[int, NDArray[np.int64]]:
        """Return for each asking where the message of each of these people is; -1 for none."""
        found = {}
        for number in np.unique(self.of).tolist():
            places = np.flatnonzero(self.of == number)
            at = np.full(len(people), -1, np.int64)
            at[np.searchsorted(people, self.people[places])] = places
            found[number] = at
        return found

    def own(self, place: int) -> Mapping[str, Any]:
        """Return the variables that are one person's alone."""
        own = self._asking(place).own
        return NOTHING if own is None else own(int(self.people[place]))

    def items(self, place: int) -> tuple[str, ...]:
        """Return what it speaks of to one person alone."""
        return self._asking(place).items.get(int(self.people[place]), ())

    def request(self, place: int) -> Request:
        """Return the request that gives the very same message."""
        asking, profile = self._asking(place), int(self.people[place])
        return asking.alike.request(
            profile,
            int(self.born_to[place]),
            shadow=profile in asking.shadow,
            own=self.own(place),
            items=self.items(place),
        )

    def _asking(self, place: int) -> Asking:
        return self.askings[int(self.of[place])]

    def twice(self) -> NDArray[np.bool_]:
        """Say of each whether a person gets the same message twice; those stand side by side."""
        found, causes = np.zeros(len(self), np.bool_), _causes(self.askings)[self.of]
        same = (self.people[1:] == self.people[:-1]) & (causes[1:] == causes[:-1])
        found[1:] |= same
        found[:-1] |= same
        return found


def lay(askings: Sequence[Asking]) -> Lot:
    """Lay out what is asked for."""
    of = np.repeat(np.arange(len(askings)), [len(one.people) for one in askings])
    people = np.concatenate([one.people for one in askings])
    born_to = np.concatenate([one.born_to for one in askings])
    named = [
        naming.block(one.alike.cause, one.born_to, one.alike.run_key)
        for one in askings
        if len(one.people)
    ]
    names = np.frombuffer(b"".join(named), f"V{naming.LENGTH}")
    order = np.lexsort((of, _causes(askings)[of], people))
    return Lot(askings, of, people, born_to, names).at(order)


def _causes(askings: Sequence[Asking]) -> NDArray[np.int64]:
    """Number the causes of the askings, which name the messages."""
    numbers: dict[tuple[object, ...], int] = {}
    causes = ((*map(str, one.alike.cause), one.alike.run_key) for one in askings)
    return np.array([numbers.setdefault(cause, len(numbers)) for cause in causes], np.int64)
