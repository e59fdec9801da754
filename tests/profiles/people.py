"""Words to tell profiles' stories with: events by their wire call, and the room itself."""

import itertools
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from coterie.core.event import TAGGED, TRAIT_SET, UNTAGGED, Event
from coterie.core.facts import fact
from coterie.profiles.model import Changes
from coterie.profiles.service import Profiles
from coterie.storage.work import Work

NOW = 1_767_225_600_000
SHANGHAI = ZoneInfo("Asia/Shanghai")
KEY = bytes(range(32))

_numbers = itertools.count()


def room() -> Profiles:
    return Profiles(KEY, SHANGHAI)


def event(
    kind: str = "track",
    user: str | None = None,
    anonymous: str | None = None,
    *,
    name: str | None = None,
    time: int = NOW,
    id: str | None = None,  # noqa: A002
    **more: Any,
) -> Event:
    names = {"identify": "coterie.identified", "alias": "coterie.aliased"}
    names |= {"group": "coterie.grouped", "track": "Article Read"}
    return Event(
        id=id or f"m{next(_numbers):06}",
        type=kind,
        name=name or names[kind],
        time=time,
        received=more.pop("received", time),
        source="test",
        user_id=user,
        anonymous_id=anonymous,
        **more,
    )


def identify(user: str, time: int = NOW, id: str | None = None, **traits: Any) -> Event:  # noqa: A002
    return event("identify", user, time=time, id=id, traits=traits)


def alias(previous: str, user: str, time: int = NOW) -> Event:
    return event("alias", user, previous_id=previous, time=time)


def tagged(profile: int, tag: str, time: int, cause: object = 0, **more: Any) -> Event:
    about = {"profile": profile, "at": time, "cause": (cause,)}
    return fact(TAGGED, room="journeys", tag=tag, **about, **more)


def untagged(profile: int, tag: str, time: int, cause: object = 0) -> Event:
    return fact(UNTAGGED, room="journeys", profile=profile, at=time, cause=(cause,), tag=tag)


def trait_set(profile: int, trait: str, value: Any, time: int) -> Event:
    about = {"profile": profile, "at": time, "cause": (trait, time)}
    return fact(TRAIT_SET, room="loyalty", trait=trait, value=value, **about)


def tell(work: Work, profiles: Profiles, events: Sequence[Event]) -> Changes:
    """Take events down the two stations of this room, as the road does with a log between."""
    return profiles.learn(work, profiles.recognise(work, events))


def placed(work: Work, profiles: Profiles, *events: Event) -> list[int]:
    return [one.profile for one in profiles.recognise(work, events)]
