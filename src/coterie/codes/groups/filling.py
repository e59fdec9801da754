"""Which groups stand behind a code, how full they are, and which code is nearest. Pure.

Laws: a full or vanished group is never shown while a fresh one is there; at most five are shown;
something is shown as long as one group is alive, since the platform takes no empty list. Of full
groups only the newest is shown: behind five the platform makes no next one.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import asin, cos, radians, sin, sqrt

from coterie.codes.channel.ports import Spot
from coterie.codes.groups.model import MOST_SHOWN, Filling, Pool, Room, Size
from coterie.codes.groups.ports import Counted

_EARTH_KM = 6_371.0088
_UNKNOWN = Size("", 0, alive=True)
"""A group whose size nobody has told yet is taken for fresh."""


def fill(pool: Pool, sizes: Mapping[str, Counted]) -> Filling:
    """Choose what is shown and say how full the pool is."""
    known: dict[str, Counted] = {chat: sizes.get(chat, _UNKNOWN) for chat in pool.chats}
    alive = [chat for chat in pool.chats if known[chat].alive]
    fresh = [chat for chat in alive if known[chat].members < pool.limit]
    shown = set(fresh[:MOST_SHOWN] or alive[-1:])
    rooms = tuple(
        Room(chat, known[chat].name, known[chat].members, pool.limit, known[chat].alive,
             chat in shown)
        for chat in pool.chats
    )  # fmt: skip
    members = sum(min(known[chat].members, pool.limit) for chat in alive)
    room = len(alive) * pool.limit - members
    is_scarce = members * 100 >= pool.alert * len(alive) * pool.limit
    return Filling(rooms, members, room, not alive or (is_scarce and not pool.auto_create))


def distance(one: Spot, other: Spot) -> float | None:
    """Return how far two places are apart, in km as the crow flies; None when nobody knows.

    >>> from coterie.codes.channel.model import Place
    >>> round(distance(Place("s", latitude=31.2304, longitude=121.4737),
    ...     Place("b", latitude=39.9042, longitude=116.4074)))
    1067
    """
    spots = (one.latitude, one.longitude, other.latitude, other.longitude)
    if any(spot is None for spot in spots):
        return None
    south, west, north, east = (radians(spot) for spot in spots if spot is not None)
    half = sin((north - south) / 2) ** 2
    half += cos(south) * cos(north) * sin((east - west) / 2) ** 2
    return 2 * _EARTH_KM * asin(min(1.0, sqrt(half)))


def nearest(place: Spot, others: Iterable[Spot]) -> Spot | None:
    """Return the nearest of some places; of equally near ones the first by name."""
    far = [(km, one.key, one) for one in others if (km := distance(place, one)) is not None]
    return min(far, default=(0.0, "", None))[2]


def reaching(place: Spot, circles: Iterable[tuple[Spot, float | None]]) -> Spot | None:
    """Return the nearest of some places that reach so far; one without a radius reaches anywhere.

    >>> from coterie.codes.channel.model import Place
    >>> here = Place("here", latitude=31.23, longitude=121.47)
    >>> near = Place("near", latitude=31.24, longitude=121.47)
    >>> far = Place("far", latitude=31.4, longitude=121.47)
    >>> [getattr(reaching(here, some), "key", None) for some in (
    ...     [(near, 3.0), (far, 30.0)], [(near, 0.5), (far, 30.0)], [(near, 0.5), (far, 3.0)])]
    ['near', 'far', None]
    """
    others = [
        other
        for other, radius in circles
        if radius is None or ((km := distance(place, other)) is not None and km <= radius)
    ]
    return nearest(place, others)


def branch(topic: str) -> Sequence[str]:
    """Return a topic and what it lies under, the nearest first.

    >>> branch("wine/italy/piedmont")
    ['wine/italy/piedmont', 'wine/italy', 'wine']
    """
    parts = topic.split("/")
    return ["/".join(parts[:length]) for length in range(len(parts), 0, -1)]
