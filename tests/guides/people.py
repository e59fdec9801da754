"""Guides for tests: a small organisation that is what it was told to be."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from coterie.guides.ports import OnDuty
from coterie.storage.work import Work


@dataclass(frozen=True)
class Place:
    """Whose somebody is."""

    guide: str | None
    store: str | None


@dataclass
class Staff:
    """Owners and roster: ``places`` by profile, ``duty`` in order."""

    places: dict[int, Place] = field(default_factory=dict)
    duty: list[OnDuty] = field(default_factory=list)

    def owner_of(self, _work: Work, profiles: Collection[int]) -> Mapping[int, Place]:
        return {one: self.places[one] for one in profiles if one in self.places}

    def roster(self, _work: Work) -> Sequence[OnDuty]:
        return self.duty
