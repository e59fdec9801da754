"""All that was ever said of some people, so that what was known of each at any moment can be told.

Read once, asked many times: for who goes through a length of time, not for one moment. Pure.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from coterie.profiles import portrait
from coterie.profiles.history import settle
from coterie.profiles.model import Fact, Known, Standing


class Stories:
    """The facts of traits and tags of some people, by person."""

    def __init__(
        self,
        people: Mapping[int, str],
        traits: Mapping[tuple[int, str], Sequence[Fact]],
        tags: Mapping[tuple[int, str], Sequence[Fact]],
        other_names: Mapping[str, Sequence[str]],
    ) -> None:
        self._people = people
        self._other_names = other_names
        self._traits = _by_person(traits)
        self._tags = _by_person(tags)
        self._moments: dict[int, list[int]] = {}
        self._told: dict[tuple[int, int, object], Known] = {}

    def __contains__(self, profile: int) -> bool:
        """Say whether anything is known of a person at all."""
        return profile in self._people

    def at(
        self,
        profile: int,
        moment: int,
        worked_out: Sequence[tuple[int, str, Any, int | None]] = (),
        of: object = None,
    ) -> Known:
        """Return what was known of a person at a moment; ``of`` names the ``worked_out`` traits.

        Between two things said nothing changes, so the same answer is given.
        """
        place = bisect_right(self._breaks(profile), moment)
        key = (profile, place, of)
        if key not in self._told:
            self._told[key] = portrait.portray(
                {profile: self._people[profile]},
                _stood(self._traits.get(profile, {}), profile, moment),
                _stood(self._tags.get(profile, {}), profile, moment),
                (),
                moment,
                self._other_names,
                worked_out,
            )[profile]
        return self._told[key]

    def _breaks(self, profile: int) -> list[int]:
        if profile not in self._moments:
            found = set[int]()
            for shelf in (self._traits, self._tags):
                for facts in shelf.get(profile, {}).values():
                    found |= {fact.time for fact in facts}
                    found |= {fact.until for fact in facts if fact.until is not None}
            self._moments[profile] = sorted(found)
        return self._moments[profile]


def _by_person(
    told: Mapping[tuple[int, str], Sequence[Fact]],
) -> dict[int, dict[str, Sequence[Fact]]]:
    found: dict[int, dict[str, Sequence[Fact]]] = {}
    for (profile, name), facts in told.items():
        found.setdefault(profile, {})[name] = facts
    return found


def _stood(
    told: Mapping[str, Iterable[Fact]], profile: int, moment: int
) -> dict[tuple[int, str], Standing]:
    settled = {
        name: settle(None, (fact for fact in facts if fact.time <= moment))
        for name, facts in told.items()
    }
    return {(profile, name): one.standing for name, one in settled.items() if one is not None}
