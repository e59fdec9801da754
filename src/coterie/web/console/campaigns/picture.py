"""The timeline of a campaign as rows of day cells, for a table that fits any screen. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from coterie.campaigns.plans.model import Campaign, PhaseName, TeamTask
from coterie.campaigns.plans.planning import days
from coterie.campaigns.plans.timing import day_of


@dataclass(frozen=True)
class Day:
    """A column: ``place`` is where it lies against today: past, today or to come.

    ``named`` are those whose number a small screen has room for.
    """

    day: date
    number: int
    place: str
    named: bool
    due: int
    done: int

    @property
    def mark(self) -> str:
        """The tone of its tasks: sea when all are done, wine when some are late."""
        if not self.due:
            return ""
        if self.done == self.due:
            return "sea"
        return "wine" if self.place == "past" else "amber"


@dataclass(frozen=True)
class Band:
    """A stretch of columns: a phase, the operation, or nothing (``phase`` None)."""

    phase: PhaseName | None
    days: int
    since: date
    until: date


@dataclass(frozen=True)
class Timeline:
    """The columns, and the bands over them."""

    days: tuple[Day, ...]
    phases: tuple[Band, ...]
    operation: tuple[Band, ...]


def timeline(campaign: Campaign, tasks: Sequence[TeamTask], today: date) -> Timeline:
    """Lay a campaign out by days."""
    every = days(campaign)
    columns = tuple(
        Day(
            day=one,
            number=(one - campaign.start).days,
            place="past" if one < today else "today" if one == today else "coming",
            named=one == today or (one.weekday() == 0 and abs((one - today).days) > 1),
            due=sum(task.day == one for task in tasks),
            done=sum(task.day == one and task.state == "done" for task in tasks),
        )
        for one in every
    )
    phases = _bands(
        campaign, [(one.phase, one.day, one.days) for one in campaign.phases], len(every)
    )
    day, length = campaign.operation
    return Timeline(columns, phases, _bands(campaign, [("build", day, length)], len(every)))


def _bands(
    campaign: Campaign, spans: Sequence[tuple[PhaseName, int, int]], whole: int
) -> tuple[Band, ...]:
    """Fill the gaps between spans (name, day, days), so that the columns add up."""
    first = campaign.phases[0].day
    at, end = first, first + whole
    found: list[Band] = []
    for name, day, length in spans:
        if day > at:
            found.append(_band(campaign, None, at, day - at))
        length = min(length, end - day)
        found.append(_band(campaign, name, day, length))
        at = day + length
    if at < end:
        found.append(_band(campaign, None, at, end - at))
    return tuple(found)


def _band(campaign: Campaign, name: PhaseName | None, day: int, length: int) -> Band:
    return Band(name, length, day_of(campaign, day), day_of(campaign, day + length - 1))
