"""The section of a person's page on what her orders and rhythms tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from coterie.core.clock import parse_time
from coterie.scores.values.model import ANGLES, CLASSES
from coterie.storage.work import Work
from coterie.web.console.values import words
from coterie.web.ports import Served
from coterie.web.speech import Speech

_UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class Worthy:
    """What is told of one person, in the words of the page; None where nothing is known.

    ``chance_why``, ``rhythm_why`` and ``hour_why`` say why something is missing.
    """

    traits: Mapping[str, Any]
    classes: Sequence[str]
    since: int | None
    cell: str
    moments: Mapping[str, int]
    chance_why: str
    worth_why: str
    rhythm_why: str
    hour_why: str
    angles: Sequence[tuple[str, float]]
    horizon: int
    dormant_at: float

    @property
    def is_empty(self) -> bool:
        """Say whether nothing at all is told of her."""
        return not self.traits


def worthy(work: Work, house: Served, profile: int, speech: Speech) -> Worthy:
    """Ask what is published of a person, and why what is missing is."""
    found = house.worth.of_person(work, profile)
    traits, model, report = found.traits, found.model, found.report
    cell = words.CELLS.get(traits.get("rfm.cell", ""))
    no_rhythm = words.NOBODY_CAME_BACK if report else words.REASONS["not_yet"]
    standing = [name for name in CLASSES if traits.get(f"lifecycle.{name}")]
    return Worthy(
        traits=traits,
        classes=[speech.gettext(words.CLASSES[name]) for name in standing],
        since=found.since.get("lifecycle.class") if standing else None,
        cell=speech.gettext(cell) if cell else "",
        moments={
            name: parse_time(value, _UTC)
            for name, value in traits.items()
            if name.startswith(("rhythm.next", "value.first", "value.last"))
        },
        chance_why=words.refusal(speech, model.refused if model else None),
        worth_why=words.refusal(speech, model.spend_refused if model else None),
        rhythm_why=speech.gettext(no_rhythm),
        hour_why=words.refusal(speech, report.hours_refused if report else None),
        angles=[
            (speech.gettext(words.ANGLES[name]), traits[f"value.percentile.{name}"])
            for name in ANGLES
            if f"value.percentile.{name}" in traits
        ],
        horizon=found.settings.horizon_days,
        dormant_at=found.settings.dormant_at,
    )
