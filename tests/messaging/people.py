"""A small stand-in for the profiles that really keeps, reveals and seals; no more than is asked."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pyroaring import BitMap

from coterie.messaging.people import Numbers
from coterie.profiles.model import Known
from coterie.profiles.vault import Sealer, Vault
from coterie.storage.work import Work

_VAULT = Vault(bytes(range(32)))
_KEYS: dict[int, bytes] = {}


@dataclass
class Person:
    email: str | None = None
    firstName: str | None = None  # noqa: N815 - as the trait is called on the wire
    traits: dict[str, Any] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    wants_nothing_chosen: bool = False
    consents: set[tuple[str, str]] = field(default_factory=lambda: {("marketing", "email")})


class People:
    def __init__(self, people: dict[int, Person]) -> None:
        self.people = people
        self.calls = 0
        self._keys = {
            profile: _KEYS.setdefault(profile, _VAULT.new_key(profile)) for profile in people
        }

    def known(
        self,
        work: Work,
        profiles: Collection[int],
        fading: Collection[str] | None = None,  # noqa: ARG002
    ) -> dict[int, Known]:
        self._note(work)
        return {
            profile: Known(
                profile,
                f"user_id:u{profile}",
                traits=self.people[profile].traits,
                tags=self.people[profile].tags,
            )
            for profile in profiles
            if profile in self.people
        }

    def known_and_revealed(
        self,
        work: Work,
        profiles: Collection[int],
        revealed: Mapping[str, Collection[int]],
        *,
        names: Collection[str] | None = None,
        fading: Collection[str] | None = None,
    ) -> tuple[dict[int, Known], dict[str, dict[int, Any]]]:
        known = {
            profile: replace(one, traits=_those(one.traits, names))
            for profile, one in self.known(work, profiles, fading).items()
        }
        return known, {name: self.reveal(work, whose, name) for name, whose in revealed.items()}

    def reveal(self, work: Work, profiles: Collection[int], name: str) -> dict[int, Any]:
        self._note(work)
        return {
            profile: value
            for profile in profiles
            if (value := getattr(self.people.get(profile), name, None)) is not None
        }

    def consenting(
        self, work: Work, profiles: Collection[int], purpose: str, channel: str
    ) -> set[int]:
        self._note(work)
        return {
            profile
            for profile in profiles
            if profile in self.people and (purpose, channel) in self.people[profile].consents
        }

    def not_personalised(self, work: Work, profiles: Collection[int]) -> set[int]:
        self._note(work)
        return {
            profile
            for profile in profiles
            if profile in self.people and self.people[profile].wants_nothing_chosen
        }

    def user_ids(self, work: Work, profiles: Collection[int]) -> dict[int, str]:
        self._note(work)
        return {profile: f"u{profile}" for profile in profiles if profile in self.people}

    def people_among(self, work: Work, profiles: Numbers) -> BitMap:
        return BitMap(self.known(work, profiles.tolist()))

    def traits_among(
        self, work: Work, profiles: Numbers, names: Collection[str]
    ) -> list[tuple[str, Any, BitMap]]:
        found: dict[tuple[str, Any], BitMap] = {}
        for name in names:
            for profile in self.reveal(work, profiles.tolist(), name):
                found.setdefault((name, None), BitMap()).add(profile)
        for profile, person in self.known(work, profiles.tolist()).items():
            for name in person.traits.keys() & set(names):
                found.setdefault((name, person.traits[name]), BitMap()).add(profile)
        return [(name, value, who) for (name, value), who in found.items()]

    def agreeing(self, work: Work, profiles: Numbers, purpose: str, channel: str) -> BitMap:
        return BitMap(self.consenting(work, profiles.tolist(), purpose, channel))

    def plain_among(self, work: Work, profiles: Numbers) -> BitMap:
        return BitMap(self.not_personalised(work, profiles.tolist()))

    def wearing(self, work: Work, profiles: Numbers, tag: str) -> BitMap:
        known = self.known(work, profiles.tolist())
        return BitMap(profile for profile, person in known.items() if tag in person.tags)

    def buckets_among(self, work: Work, profiles: Numbers) -> dict[int, str]:
        return {one.profile: one.bucket_key for one in self.known(work, profiles.tolist()).values()}

    def sealer(self, work: Work, profiles: Collection[int]) -> Sealer:
        self._note(work)
        return Sealer(_VAULT, {p: self._keys[p] for p in profiles if p in self._keys})

    def _note(self, work: Work) -> None:
        assert work.connection.in_transaction()
        self.calls += 1

    def learn_keys(self) -> None:
        self._keys = {one: _KEYS.setdefault(one, _VAULT.new_key(one)) for one in self.people}

    def forget(self, profile: int) -> None:
        del self.people[profile]
        del self._keys[profile]


def _those(traits: Mapping[str, Any], names: Collection[str] | None) -> dict[str, Any]:
    return {name: traits[name] for name in traits if names is None or name in names}
