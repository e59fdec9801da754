"""A campaign from a start date: what it means by the calendar, what is refused and where."""

import json
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.campaigns.plans.anniversary import Inputs, anniversary
from coterie.campaigns.plans.model import TIERS, Tiering
from coterie.campaigns.plans.parse import parse
from coterie.campaigns.plans.tiering import tier_of
from coterie.campaigns.plans.timing import first_day, overlap, phase_on, span, team_tasks
from coterie.core.clock import DAY, HOUR, to_datetime
from coterie.core.errors import Invalid

CASE = anniversary(Inputs({"en": "Ten years", "zh": "十周年"}, date(2026, 9, 18),
                          ["bund", "xuhui"], "known", 4_500, 1_500_000))  # fmt: skip


def test_the_reference_shows_a_plan_that_can_be_read() -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "campaigns.md"
    text = page.read_text().partition("```json")[2].partition("```")[0]
    plan = parse(json.loads(text))
    assert set(plan.tiers) == set(TIERS)
    assert (plan.margin, plan.spend[0].amount) == (45, 3_000_0000)


def test_the_case_from_six_answers() -> None:
    plan = parse(CASE)
    assert first_day(plan) == date(2026, 9, 11)  # groups open a week before
    assert phase_on(plan, date(2026, 9, 27)) == plan.sale
    lies = overlap(plan)
    assert (lies.days, lies.first, lies.last, lies.within) == (14, 8, 17, 7)
    later = parse({**CASE, "operation": {"day": -4, "days": 14}})
    assert (overlap(later).first, overlap(later).last, overlap(later).within) == (5, 14, 10)
    assert dict(plan.targets) == {
        "joined": 4_500, "active": 2_700, "visits": 1_500, "buyers": 450,
        "revenue": 1_500_000_0000,
    }  # fmt: skip
    keys = [one.key for one in team_tasks(plan) if one.task == "briefing"]
    assert keys == ["briefing@bund", "briefing@xuhui"]


@settings(max_examples=25)
@given(
    st.dates(date(2024, 1, 1), date(2030, 1, 1)),
    st.integers(-400, 400),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
)
def test_moving_the_start_moves_everything_by_whole_days(start: date, by: int, name: str) -> None:
    zone = ZoneInfo(name)
    plan = parse({**CASE, "start": start.isoformat()})
    moved = parse({**CASE, "start": (start + timedelta(days=by)).isoformat()})
    for one, other in zip(plan.phases, moved.phases, strict=True):
        for here, there in zip(span(plan, one, zone), span(moved, other, zone), strict=True):
            before, after = (to_datetime(at).astimezone(zone) for at in (here, there))
            assert (before.hour, before.minute) == (after.hour, after.minute) == (0, 0)
            assert after.date() - before.date() == timedelta(days=by)
    ends = [span(plan, one, zone) for one in plan.phases]
    assert all(end == begin for (_, end), (begin, _) in pairwise(ends))
    assert abs(ends[2][1] - ends[2][0] - 10 * DAY) <= HOUR
    for task, later in zip(team_tasks(plan), team_tasks(moved), strict=True):
        assert (task.key, later.day - task.day) == (later.key, timedelta(days=by))


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"start": "soon"}, "start"),
        ({"phases": [{"phase": "sale", "day": 1, "days": 3}]}, "phases"),
        ({"phases": [{"phase": "warm_up", "day": -3, "days": 4},
                     {"phase": "sale", "day": 0, "days": 3}]}, "phases[1].day"),
        ({"tiers": {"core": {"do": "template"}}}, "tiers.core.template"),
        ({"tiers": {"vip": {"do": "task"}}}, "tiers.vip"),
        ({"tasks": [{"key": "x", "phase": "sale", "day": 10, "title": "X"}]}, "tasks[0].day"),
        ({"tiering": {"core": 1, "general": 2}}, "tiering.core"),
        ({"targets": {"revenue": "lots"}}, "targets.revenue"),
        ({"holdout": 90}, "holdout"),
        ({"colour": "red"}, "colour"),
    ],
)  # fmt: skip
def test_a_refusal_names_its_place(change: dict[str, Any], path: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse({**CASE, **change})
    assert refused.value.path == path
    assert refused.value.hint


@given(st.one_of(st.none(), st.integers(1, 500)), st.integers(0, 3), st.floats(0, 100))
def test_everybody_has_exactly_one_tier_and_more_activity_never_lowers_it(
    place: int | None, friends: int, activity: float
) -> None:
    rule = Tiering()
    tier, why = tier_of(rule, place, friends, activity)
    assert tier in TIERS
    assert why["code"]
    livelier, _ = tier_of(rule, place, friends, activity + 1)
    assert TIERS.index(livelier) <= TIERS.index(tier)
