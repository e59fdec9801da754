"""Plan against actual, day by day: targets as bars, three charts that say their message. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Protocol

from coterie.campaigns.plans.model import TARGETS, Campaign, Target
from coterie.campaigns.plans.planning import days, expected, planned
from coterie.core.numbers import SCALE
from coterie.web.charts import Chart, Series
from coterie.web.console.campaigns.words import TARGETS as TARGET_WORDS
from coterie.web.speech import N_, Speech

CHARTED: tuple[Target, ...] = ("joined", "visits", "revenue")
_NEAR = 0.02
"""Within so much of the target it is on plan."""

_AHEAD = N_("%(what)s: %(value)s, %(part)s ahead of plan")
_BEHIND = N_("%(what)s: %(value)s, %(part)s behind plan")
_ON_PLAN = N_("%(what)s: %(value)s, on plan")
_NO_PLAN = N_("%(what)s: %(value)s, without a target")


class DayFigures(Protocol):
    """What was new on one day."""

    @property
    def day(self) -> date:
        """The local day."""
        ...

    @property
    def joined(self) -> int:
        """People who joined."""
        ...

    @property
    def active(self) -> int:
        """People who took part for the first time."""
        ...

    @property
    def visits(self) -> int:
        """Visits."""
        ...

    @property
    def buyers(self) -> int:
        """People who bought for the first time."""
        ...

    @property
    def revenue(self) -> int:
        """Revenue, scaled."""
        ...


@dataclass(frozen=True)
class Goal:
    """A target: what is there, what is wanted, what should be there by now (None: no target)."""

    target: Target
    actual: int
    wanted: int | None
    due: int | None

    @property
    def ahead(self) -> float | None:
        """By what part of the target it is ahead; None without a target."""
        if not self.wanted or self.due is None:
            return None
        return (self.actual - self.due) / self.wanted

    @property
    def tone(self) -> str:
        """Sea on or ahead of plan, amber a little behind, wine far behind."""
        if self.ahead is None or self.ahead >= -_NEAR:
            return "sea"
        return "amber" if self.ahead > -5 * _NEAR else "wine"


def goals(campaign: Campaign, found: Sequence[DayFigures], today: date) -> list[Goal]:
    """Return what is there of each target."""
    return [
        Goal(
            target=name,
            actual=sum(_of(one, name) for one in found),
            wanted=campaign.targets.get(name),
            due=expected(campaign, name, today),
        )
        for name in TARGETS
    ]


def charts(
    speech: Speech, campaign: Campaign, found: Sequence[DayFigures], today: date,
    said: Mapping[Target, str],
) -> list[Chart]:  # fmt: skip
    """Return the charts; ``said`` are the actual values in words."""
    by_day = {one.day: one for one in found}
    every = days(campaign)
    labels = [f"{one.month}-{one.day:02d}" for one in every]
    drawn = []
    for goal in goals(campaign, found, today):
        if goal.target not in CHARTED:
            continue
        whole = goal.target != "revenue"
        new = [_of(by_day[day], goal.target) if day in by_day else 0 for day in every]
        actual: list[float | None] = [
            _shown(goal.target, total) if day <= today else None
            for day, total in zip(every, accumulate(new), strict=True)
        ]
        plan = planned(campaign, goal.target)
        series = [Series(speech.gettext("Actual"), actual)]
        if plan is not None:
            series.append(
                Series(speech.gettext("Plan"), [_shown(goal.target, one) for one in plan])
            )
        title = message(speech, goal, said[goal.target])
        drawn.append(Chart(goal.target, title, "line", labels, series, whole=whole))
    return drawn


def message(speech: Speech, goal: Goal, value: str) -> str:
    """Say what a chart shows, in a line."""
    what = speech.gettext(TARGET_WORDS[goal.target])
    if goal.ahead is None:
        return speech.gettext(_NO_PLAN, what=what, value=value)
    part = speech.percent(abs(goal.ahead), 1)
    if abs(goal.ahead) < _NEAR:
        return speech.gettext(_ON_PLAN, what=what, value=value)
    return speech.gettext(
        _AHEAD if goal.ahead > 0 else _BEHIND, what=what, value=value, part=part
    )  # fmt: skip


def _of(day: DayFigures, target: Target) -> int:
    return int(getattr(day, target))


def _shown(target: Target, value: int) -> float:
    return value / SCALE if target == "revenue" else value
