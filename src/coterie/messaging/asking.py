"""What the gate is asked of one request, and what messaging asks of rooms that it may not know."""

from collections.abc import Callable, Collection, Mapping, Sequence

from coterie.messaging.gate import Asked
from coterie.messaging.model import Request
from coterie.profiles.pii import IDENTIFYING
from coterie.storage.work import Work

Unsubscribing = Callable[[int, str, str], str]
"""Makes the address where a person (profile) withdraws from a purpose on a channel; "" for none."""

Ages = Callable[[Work, Collection[str]], Mapping[str, int]]
"""Returns the age in years that items ask for; items that ask for none are left out."""

Topics = Callable[[Work, Collection[str]], Mapping[str, Sequence[str]]]
"""Returns the topics of items."""

Zones = Callable[[Work], Mapping[str, str]]
"""Returns the time zone of every store that says one, by the store's key."""


def no_link(_profile: int, _purpose: str, _channel: str) -> str:
    """Make no address."""
    return ""


def no_ages(_work: Work, _items: Collection[str]) -> Mapping[str, int]:
    """Say that no item asks for an age."""
    return {}


def no_topics(_work: Work, _items: Collection[str]) -> Mapping[str, Sequence[str]]:
    """Say that no item has a topic."""
    return {}


def no_zones(_work: Work) -> Mapping[str, str]:
    """Say that no store says where it is."""
    return {}


def asked_of(request: Request, named: Collection[str], ages: Mapping[str, int]) -> Asked:
    """Say what the gate is asked; ``named`` are the traits that the template names.

    What it says of her by her traits is personalised too. Her name in a greeting is not: it
    chooses nothing.
    """
    needed = [ages[item] for item in request.items if item in ages]
    return Asked(
        request.is_service,
        request.expires_at,
        request.shadow,
        personalised=request.personalised or not IDENTIFYING.issuperset(named),
        min_age=max(needed, default=None),
        channel=request.channel,
        touch=request.touch,
    )
