"""How one person stands: does she take part, agree, stand on a list, and where is she?

Of consent the newest word counts: of a purpose on a channel that on the channel or on all
channels (``*``), of ``location`` whatever its channel. She is where her ``location`` says while
she agrees to that, else where the store is that she chose.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from coterie.core.numbers import as_decimal
from coterie.profiles.consents.model import ALL_CHANNELS, ConsentFact
from coterie.segments.language.asked import LOCATION_PURPOSE
from coterie.segments.model import Consents, Listed, Near, Participant, Person, World
from coterie.segments.person.operators import look_up

EARTH = 6_371_008.8
"""The mean radius in metres: H. Moritz, Geodetic Reference System 1980, J. Geodesy 74 (2000)."""


@dataclass(frozen=True)
class Place:
    """Where somebody is, in degrees; ``store`` is the one she chose, None for her own location."""

    lat: float
    lon: float
    store: str | None = None


def takes_part(rule: Participant, person: Person, _world: World) -> bool:
    """Say whether she wears the tag of the community or group."""
    return person.known.holds(f"{rule.kind}:{rule.slug}")


def is_listed(rule: Listed, person: Person, world: World) -> bool:
    """Say whether she stands on the list's current version."""
    standing = world.lists.get(rule.name)
    return standing is not None and person.known.profile in standing.people


def agrees(rule: Consents, person: Person, world: World) -> bool:
    """Say whether her newest word on a purpose and a channel is a yes."""
    word = word_on(rule, person, world.now)
    return word is not None and word.given


def word_on(rule: Consents, person: Person, now: int) -> ConsentFact | None:
    """Find the word that decides: None when she has said nothing by now."""
    channels = (rule.channel, ALL_CHANNELS)
    return _newest(
        person, now, lambda word: word.purpose == rule.purpose and word.channel in channels
    )


def word_on_location(person: Person, now: int) -> ConsentFact | None:
    """Find the word that decides whether it may be known where she is."""
    return _newest(person, now, lambda word: word.purpose == LOCATION_PURPOSE)


def _newest(
    person: Person, now: int, concerns: Callable[[ConsentFact], bool]
) -> ConsentFact | None:
    said = (word for word in person.said() if word.time <= now and concerns(word))
    return max(said, key=lambda word: word.order, default=None)


def is_near(rule: Near, person: Person, world: World) -> bool:
    """Say whether she is at most so many metres away."""
    place = place_of(person, world)
    return place is not None and metres(place, rule) <= round(rule.km * 1_000)


def place_of(person: Person, world: World) -> Place | None:
    """Tell where she is, None when it is not known or may not be."""
    word = word_on_location(person, world.now)
    if word is not None and word.given:
        lat = _degrees(look_up(person.known.traits, "location.lat"), 90)
        lon = _degrees(look_up(person.known.traits, "location.lon"), 180)
        if lat is not None and lon is not None:
            return Place(lat, lon)
    store = look_up(person.known.traits, "store")
    if isinstance(store, str) and store in world.stores:
        return Place(*world.stores[store], store)
    return None


def _degrees(value: Any, most: int) -> float | None:
    number = as_decimal(value)
    if number is None or not -most <= number <= most:
        return None
    return float(number)


def metres(place: Place, rule: Near) -> int:
    """Measure the way over a sphere in whole metres, halves up, by the haversine formula.

    R. W. Sinnott, Virtues of the Haversine, Sky and Telescope 68 (1984), 159.
    """
    here, there = math.radians(rule.lat), math.radians(place.lat)
    north = math.sin((there - here) / 2)
    east = math.sin(math.radians(place.lon - rule.lon) / 2)
    half_chord = north * north + math.cos(here) * math.cos(there) * east * east
    return math.floor(2 * EARTH * math.asin(math.sqrt(min(1.0, half_chord))) + 0.5)


def words_to_come(rule: Consents | Near, person: Person, now: int) -> list[int]:
    """Return the moments of words that she has said ahead of her time, in order."""
    purpose = rule.purpose if isinstance(rule, Consents) else LOCATION_PURPOSE
    return sorted({word.time for word in person.said()
                   if word.purpose == purpose and word.time > now})  # fmt: skip
