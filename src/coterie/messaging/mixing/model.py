"""The words of mixing: a ceiling that was set, a campaign that lifts it, and whom we reached."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from coterie.core.errors import Invalid
from coterie.storage.work import Work

HOUSE = "house"
KIND = "kind:"
COMMUNITY = "community:"
RECOMMENDED: Mapping[str, int] = {"kind:interest": 30, "kind:customer": 70}
"""What the trade keeps to: a group round an interest, and one of a store's customers."""

Circles = Callable[[Work], Mapping[str, str]]
"""Returns the kind of every community by the tag that its participants wear."""

_SCOPE = re.compile(r"house|(?:kind|community):[a-z0-9][a-z0-9_-]{0,63}")
_LONGEST_TITLE = 100


def no_circles(_work: Work) -> Mapping[str, str]:
    """Say that there are no communities."""
    return {}


@dataclass(frozen=True)
class Campaign:
    """A time in which the ceilings of a scope do not bind, from ``since`` to before ``until``."""

    id: int
    scope: str
    title: str
    since: int
    until: int


@dataclass(frozen=True)
class Reach:
    """How many people a channel reached, and on how many days each, taken together."""

    channel: str
    people: int
    person_days: int
    touches: int


def check_scope(scope: str, path: str = "scope") -> str:
    """Return a scope, or raise Invalid with the cure.

    >>> check_scope("kind:interest")
    'kind:interest'
    """
    if _SCOPE.fullmatch(scope) is None:
        raise Invalid(
            f"{scope!r} is nothing that has a ceiling",
            path=path,
            hint='write "house", "kind:interest" or "community:pasta"',
        )
    return scope


def check_percent(percent: int, path: str = "percent") -> int:
    """Return a percentage of a ceiling, or raise Invalid with the cure."""
    if isinstance(percent, bool) or not 0 <= percent <= 100:
        raise Invalid(f"{percent} is no percentage", path=path, hint="a whole number, 0 to 100")
    return percent


def check_campaign(scope: str, title: str, since: int, until: int) -> str:
    """Return a campaign's title trimmed, or raise Invalid with the place and the cure."""
    check_scope(scope)
    trimmed = " ".join(title.split())
    if not trimmed or len(trimmed) > _LONGEST_TITLE:
        raise Invalid(
            "a campaign needs a name", path="title", hint=f"at most {_LONGEST_TITLE} characters"
        )
    if until <= since:
        raise Invalid("it ends before it begins", path="until", hint="choose a later day")
    return trimmed
