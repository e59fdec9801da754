"""Who is held out of a journey: drawn by person or by group, for ever the same. Pure."""

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
    journey = defined.journey
    unit = _group(journey, known)
    key = known.bucket_key if unit is None else unit
    salt = holdout_salt(f"journey:{journey.slug}", journey.programme)
    return Draw(is_held_out(salt, key, defined.holdout), unit)


def may_enter(journey: Journey, known: Known) -> bool:
    """Say whether somebody falls in the journey's range of its layer, if it has one."""
    return journey.layer is None or in_layer(journey.layer[0], known.bucket_key, *journey.layer[1:])


def _group(journey: Journey, known: Known) -> str | None:
    if journey.unit != "group":
        return None
    return min((tag for tag in known.tags if tag.startswith(_GROUP)), default=None)
