"""Who is held out of a journey: drawn by person or by group, for ever the same. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from coterie.experiments.assignment import holdout_salt, in_layer, is_held_out
from coterie.journeys.model import Defined, Journey
from coterie.profiles.model import Known

_GROUP = "group:"


class Draw(NamedTuple):
    """Whether somebody is held out; ``unit`` names the group that was drawn as one, if any."""

    shadow: bool
    unit: str | None


def draw_holdout(defined: Defined, known: Known) -> Draw:
    """Draw a person for a journey; who is in no group is drawn by herself.

    Of several groups the first by name counts, so that the draw stays when others come later in
    the alphabet.
    """
    unit = _group(defined.journey, known)
    key = known.bucket_key if unit is None else unit
    return Draw(is_held_out(_salt(defined.journey), key, defined.holdout), unit)


def draw_all(defined: Defined, keys: Iterable[tuple[int, str]]) -> dict[int, bool]:
    """Draw very many people by their bucket keys, each by herself; who may not enter is left out.

    The answer says who is held out.
    """
    journey, salt = defined.journey, _salt(defined.journey)
    if journey.layer is not None:
        layer, low, high = journey.layer
        keys = [(one, key) for one, key in keys if in_layer(layer, key, low, high)]
    return {one: is_held_out(salt, key, defined.holdout) for one, key in keys}


def may_enter(journey: Journey, known: Known) -> bool:
    """Say whether somebody falls in the journey's range of its layer, if it has one."""
    return journey.layer is None or in_layer(journey.layer[0], known.bucket_key, *journey.layer[1:])


def _salt(journey: Journey) -> str:
    return holdout_salt(f"journey:{journey.slug}", journey.programme)


def _group(journey: Journey, known: Known) -> str | None:
    if journey.unit != "group":
        return None
    return min((tag for tag in known.tags if tag.startswith(_GROUP)), default=None)
