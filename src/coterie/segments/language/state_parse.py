"""Reading the nodes about how people stand: who takes part, agrees, is near, is on a list."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from coterie.core.errors import Invalid
from coterie.core.ids import check_slug
from coterie.profiles.consents.model import ALL_CHANNELS
from coterie.segments.language.conditions_parse import check_keys, join, read_number, read_text
from coterie.segments.model import Consents, Listed, Near, Participant, Rule

FARTHEST = 10_000
"""Kilometres, a quarter of the way round: beyond, distances are not told to the metre."""

_METRES = 1_000


def in_group(_parser: object, node: Mapping[str, Any], place: str, _depth: int) -> Rule:
    """Read who takes part in a group."""
    check_keys(node, ("in_group",), place)
    return Participant("group", check_slug(node["in_group"], place))


def in_community(_parser: object, node: Mapping[str, Any], place: str, _depth: int) -> Rule:
    """Read who takes part in a community."""
    check_keys(node, ("in_community",), place)
    return Participant("community", check_slug(node["in_community"], place))


def listed(_parser: object, node: Mapping[str, Any], place: str, _depth: int) -> Rule:
    """Read who is on a list."""
    check_keys(node, ("list",), place)
    return Listed(check_slug(node["list"], place))


def consents(_parser: object, node: Mapping[str, Any], place: str, _depth: int) -> Rule:
    """Read who agrees to a purpose; without a channel, on all channels."""
    check_keys(node, ("consents",), place)
    asked = _object(node["consents"], ("purpose", "channel"), ("purpose",), place)
    purpose = read_text(asked["purpose"], join(place, "purpose"), "the purpose")
    channel = asked.get("channel", ALL_CHANNELS)
    return Consents(purpose, read_text(channel, join(place, "channel"), "the channel"))


def near(_parser: object, node: Mapping[str, Any], place: str, _depth: int) -> Rule:
    """Read who is near a place."""
    check_keys(node, ("near",), place)
    keys = ("lat", "lon", "km")
    asked = _object(node["near"], keys, keys, place)
    return Near(
        lat=_degrees(asked["lat"], 90, join(place, "lat")),
        lon=_degrees(asked["lon"], 180, join(place, "lon")),
        km=_kilometres(asked["km"], join(place, "km")),
    )


def _object(
    value: object, keys: tuple[str, ...], needed: tuple[str, ...], place: str
) -> Mapping[str, Any]:
    kind = place.rpartition(".")[2]
    if not isinstance(value, Mapping):
        raise Invalid(f"{kind} takes an object with {', '.join(keys)}, not {value!r:.80}",
                      path=place)  # fmt: skip
    check_keys(value, keys, place)
    for key in needed:
        if key not in value:
            raise Invalid(f"needs {key!r}", path=place)
    return value


def _degrees(value: object, most: int, place: str) -> float:
    degrees = float(read_number(value, place))
    if not -most <= degrees <= most:
        raise Invalid(f"{value!r} is no angle from -{most} to {most} degrees", path=place)
    return degrees


def _kilometres(value: object, place: str) -> float:
    length = read_number(value, place)
    if not 0 < length <= FARTHEST:
        raise Invalid(f"{value!r} is no distance in kilometres", path=place,
                      hint=f"more than 0, at most {FARTHEST}")  # fmt: skip
    metres = Decimal(str(length)) * _METRES
    if metres != metres.to_integral_value():
        raise Invalid(f"{value!r} is finer than a metre", path=place,
                      hint="distances are told in whole metres")  # fmt: skip
    return float(length)
