"""Who stands on lists at the moment of a unit of work, read when a rule first asks."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from pyroaring import BitMap

from coterie.core.people import Led
from coterie.segments.lists import store
from coterie.segments.lists.model import Standing
from coterie.storage.work import Work


class _Leads(Protocol):
    def led(self, work: Work, /) -> Led:
        """Return everybody who is led by another."""
        ...


class Standings(Mapping[str, Standing]):
    """Who stands on each list at ``work.now``, by the version that was current then."""

    def __init__(self, work: Work, profiles: _Leads) -> None:
        self._work = work
        self._profiles = profiles
        self._read: dict[str, Standing] = {}

    def __getitem__(self, name: str) -> Standing:
        """Return a list's standing; KeyError for a list that there is not, or was not then."""
        if name not in self._read:
            found = store.people(self._work, name)
            if found is None:
                raise KeyError(name)
            version, since, people = found
            heads = heads_of(self._work, self._profiles, people)
            self._read[name] = Standing(heads, version, since)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        """Name the lists asked for so far."""
        return iter(self._read)

    def __len__(self) -> int:
        """Count the lists asked for so far."""
        return len(self._read)


def heads_of(work: Work, profiles: _Leads, people: BitMap) -> BitMap:
    """Return the heads of profiles, however many."""
    led = profiles.led(work)
    followers = BitMap(led.profiles) & people
    if not followers:
        return people
    heads = dict(zip(led.profiles.tolist(), led.heads.tolist(), strict=True))
    return (people - followers) | BitMap(heads[one] for one in followers)
