"""Tasks by plan: windows in the store's zone, each step once, in whatever order events come."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from conftest import NOW
from coterie.core.actor import CLOCK, Actor
from coterie.core.clock import DAY, HOUR, MINUTE
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.core.event import Event, Move
from coterie.core.people import Shift
from coterie.guides.tasks import store as task_store
from coterie.guides.tasks.model import STATES, Task
from coterie.guides.tasks.plans.parse import parse
from coterie.guides.tasks.plans.running import Running
from coterie.guides.tasks.plans.service import Plans
from coterie.guides.tasks.service import Tasks
from coterie.messaging.model import Request
from coterie.storage.database import Database
from coterie.storage.work import Work
from guides.people import Place, Staff

SHANGHAI = ZoneInfo("Asia/Shanghai")
MIDNIGHT = NOW - 8 * HOUR
"""2026-01-01, a Thursday, begins in Shanghai."""
MEI = Actor("person", "Mei")

WELCOME: dict[str, Any] = {
    "title": {"en": "New customer"},
    "start": "added",
    "ends": {"did": ["Order Completed"], "segment": "lost"},
    "steps": [
        {"key": "hello", "day": 0, "window": "10:00-20:00", "text": "Say hello"},
        {"key": "taste", "day": 3, "window": "10:00-20:00", "text": "Ask what she likes"},
        {"key": "invite", "day": 14, "window": "10:00-20:00", "text": "Invite her"},
    ],
}


@dataclass
class Desk:
    """Tasks over a database, with people, segments and a log that are what they were told to be."""

    database: Database
    staff: Staff = field(default_factory=Staff)
    segments: dict[str, set[int]] = field(default_factory=dict)
    zones: dict[str, str] = field(default_factory=dict)
    logged: list[Event] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)
    referred: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        parts: Any = self
        running = Running(parts, parts, parts, self.staff, SHANGHAI, lambda _: self.zones)
        self.plans = Plans(running, self.refer)
        self.tasks = Tasks(self.plans, self.staff, parts)

    # what the rooms beside it answer

    def members(self, _work: Work, slug: str) -> BitMap:
        if slug not in self.segments:
            raise NotFound(slug)
        return BitMap(self.segments[slug])

    def timelines(
        self, _work: Work, profiles: Collection[int], *, since: int | None = None
    ) -> dict[int, list[Event]]:
        told = [one for one in self.logged if since is None or one.time >= since]
        return {who: [one for one in told if one.profile == who] for who in profiles}

    def send(self, _work: Work, requests: Sequence[Request]) -> Any:
        self.asked += requests
        return SimpleNamespace(facts=[])

    def refer(self, _work: Work, _room: str, name: str, slugs: Collection[str]) -> None:
        self.referred[name] = set(slugs)

    # what happens

    def define(self, work: Work, document: Mapping[str, Any], slug: str = "welcome") -> None:
        self.plans.define(work, slug, document)
        self.plans.switch(work, slug, on=True)

    def happen(self, work: Work, *events: Event, moves: Sequence[Move] = ()) -> list[Event]:
        self.logged += events
        return self.tasks.hear(work, events, moves) + self.tasks.wake(work)

    def told(self, work: Work) -> list[Task]:
        return sorted(
            self.tasks.page(work, STATES, 1_000), key=lambda one: (one.profile, one.opens or 0)
        )

    @contextmanager
    def at(self, moment: int) -> Iterator[Work]:
        with self.database.begin(CLOCK, moment) as work:
            yield work


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def event(name: str, profile: int, time: int, **said: Any) -> Event:
    return Event(
        id=f"{name}:{profile}:{time}", type="track", name=name, time=time, received=time,
        source="t", profile=profile, **said,
    )  # fmt: skip


def shown(tasks: Sequence[Task]) -> list[tuple[int, str, float, float, str]]:
    """Person, step, and the window in hours since the midnight before 2026-01-01 in Shanghai."""
    return [
        (one.profile, one.step, (one.opens - MIDNIGHT) / HOUR, (one.due - MIDNIGHT) / HOUR,
         one.state)
        for one in tasks
        if one.opens is not None and one.due is not None
    ]  # fmt: skip


def test_a_plan_gives_each_step_in_its_window(desk: Desk) -> None:
    desk.staff.places = {1: Place("ada", "bund"), 2: Place(None, "bund")}
    with desk.at(MIDNIGHT + 9 * HOUR) as work:
        desk.define(work, WELCOME)
        desk.happen(work, *(event("Contact Added", who, work.now) for who in (1, 2, 3)))
        assert desk.told(work) == []
        assert desk.tasks.next_due(work) == MIDNIGHT + 10 * HOUR
    with desk.at(MIDNIGHT + 10 * HOUR) as work:
        desk.tasks.wake(work)
        assert shown(desk.told(work)) == [(who, "hello", 10, 20, "open") for who in (1, 2, 3)]
        assert [one.guide for one in desk.told(work)] == ["ada", None, None]
        assert [one.to for one in desk.told(work)] == ["guide", "store", "role"]
        [hers] = desk.tasks.of_guide(work, "ada")
        assert [one.profile for one in desk.tasks.of_store(work, "bund")] == [2]
        [fact] = desk.tasks.done(work, hers.id)
        assert fact.properties["plan"] == "welcome" and fact.properties["late"] is False
        assert desk.tasks.done(work, hers.id) == []
    with desk.at(MIDNIGHT + 20 * HOUR) as work:
        desk.tasks.wake(work)
        assert [one.state for one in desk.told(work)] == ["done", "expired", "expired"]
        assert desk.tasks.next_due(work) == MIDNIGHT + 3 * DAY + 10 * HOUR
    with desk.at(MIDNIGHT + 14 * DAY + 11 * HOUR) as work:
        desk.tasks.wake(work)  # nobody was here for days: what could wait no longer is left out
        steps = [(one.profile, one.step) for one in desk.told(work)]
        assert steps.count((1, "invite")) == 1 and (1, "taste") not in steps
        lines = {(one.guide, one.store): one.tally for one in desk.plans.adherence(work, 0)}
        assert (lines["ada", "bund"].given, lines["ada", "bund"].in_time) == (2, 1)
        assert lines[None, "bund"].missed == 1
        assert desk.tasks.next_due(work) == MIDNIGHT + 14 * DAY + 20 * HOUR


@pytest.mark.parametrize(
    ("missed", "opens", "over"), [("next", 34, 44), ("late", 10, 92), ("skip", None, None)]
)
@SQLITE
def test_who_comes_after_hours(desk: Desk, missed: str, opens: int | None, over: int) -> None:
    with desk.at(MIDNIGHT + 21 * HOUR) as work:
        desk.define(work, {**WELCOME, "missed": missed})
        desk.happen(work, event("Contact Added", 1, work.now))
    with desk.at(MIDNIGHT + DAY + 12 * HOUR) as work:
        desk.tasks.wake(work)
        found = [(each[1], each[2], each[3]) for each in shown(desk.told(work))]
        assert found == ([("hello", opens, over)] if opens else [])
        if missed == "late":
            [one] = desk.told(work)
            assert one.is_late(work.now)
            desk.tasks.done(work, one.id)
            [line] = desk.plans.adherence(work, 0)
            assert (line.tally.late, line.tally.in_time) == (1, 0)


@SQLITE
def test_windows_are_those_of_the_store(desk: Desk) -> None:
    desk.staff.places = {1: Place("ada", "paris")}
    desk.zones = {"paris": "Europe/Paris", "nowhere": "No/Where"}
    with desk.at(NOW) as work:
        desk.define(work, WELCOME)
        desk.happen(work, event("Contact Added", 1, NOW))
        assert desk.tasks.next_due(work) == NOW + 9 * HOUR


def test_an_early_end_calls_off_what_is_open(desk: Desk) -> None:
    with desk.at(MIDNIGHT + 11 * HOUR) as work:
        desk.segments = {"lost": set()}
        desk.define(work, WELCOME)
        desk.happen(work, *(event("Contact Added", who, work.now) for who in (1, 2, 3)))
        assert len(desk.told(work)) == 3
    with desk.at(MIDNIGHT + 12 * HOUR) as work:
        lost = Move("lost", 2, entered=True, at=work.now)
        facts = desk.happen(work, event("Order Completed", 1, work.now - MINUTE), moves=[lost])
        assert {one.name for one in facts} == {"coterie.task.cancelled"}
        assert [one.state for one in desk.told(work)] == ["cancelled", "cancelled", "open"]
        assert desk.plans.counts(work) == {"welcome": {"did": 2, "live": 1}}
        desk.tasks.erase(work, [3])
        assert desk.plans.counts(work) == {"welcome": {"did": 2}}


@SQLITE
def test_the_entry_is_asked_once_when_the_first_step_is_due(desk: Desk) -> None:
    desk.segments = {"lovers": {1}, "lost": set()}
    with desk.at(MIDNIGHT) as work:
        desk.define(work, {**WELCOME, "segment": "lovers"})
        desk.happen(work, *(event("Contact Added", who, work.now) for who in (1, 2)))
    desk.segments["lovers"] = {2}
    with desk.at(MIDNIGHT + 10 * HOUR) as work:
        desk.tasks.wake(work)
        assert [one.profile for one in desk.told(work)] == [2]
        desk.segments["lovers"] = set()
    with desk.at(MIDNIGHT + 3 * DAY + 10 * HOUR) as work:
        desk.tasks.wake(work)
        assert [one.step for one in desk.told(work)] == ["hello", "taste"]


def test_a_plan_by_the_calendar_asks_about_a_segment(desk: Desk) -> None:
    desk.segments = {"lovers": {1, 2}}
    desk.staff.places = {2: Place("ada", "paris")}
    desk.zones = {"paris": "Europe/Paris"}
    friday = {"key": "care", "weekday": 4, "window": "10:00-18:00", "text": "Call"}
    with desk.at(MIDNIGHT + 9 * HOUR) as work:
        desk.define(
            work,
            {"title": {"en": "Friday"}, "start": "weekly", "segment": "lovers", "steps": [friday]},
        )
        assert desk.tasks.next_due(work) == MIDNIGHT + DAY + 10 * HOUR
    for moment in (DAY + 10 * HOUR, DAY + 17 * HOUR, DAY + 17 * HOUR + 1):
        with desk.at(MIDNIGHT + moment) as work:
            desk.tasks.wake(work)
            found = shown(desk.told(work))
    assert found == [(1, "care", 34, 42, "open"), (2, "care", 41, 49, "open")]
    with desk.at(MIDNIGHT + 8 * DAY + 12 * HOUR) as work:
        desk.tasks.wake(work)
        assert len(desk.told(work)) == 3
        assert desk.tasks.next_due(work) == MIDNIGHT + 8 * DAY + 17 * HOUR


@SQLITE
def test_a_mass_send_goes_through_messages(desk: Desk) -> None:
    send = {"key": "news", "date": "2026-01-01", "window": "10:00-18:00", "do": "mass",
            "template": "news", "material": "autumn"}  # fmt: skip
    desk.segments = {"lovers": {1}}
    with desk.at(MIDNIGHT + 12 * HOUR) as work:
        desk.define(
            work, {"title": {"en": "News"}, "start": "dated", "segment": "lovers", "steps": [send]}
        )
        desk.tasks.wake(work)
        desk.tasks.wake(work)
    [request] = desk.asked
    assert (request.channel, request.origin, request.expires_at) == (
        "wecom", "plan:welcome", MIDNIGHT + 18 * HOUR,
    )  # fmt: skip
    assert desk.referred == {"welcome": {"autumn"}}


@SQLITE
def test_tasks_move_with_the_binding(desk: Desk) -> None:
    desk.staff.places = {1: Place("ada", "bund"), 2: Place("ada", "bund")}
    with desk.at(MIDNIGHT + 11 * HOUR) as work:
        desk.define(work, WELCOME)
        desk.happen(work, *(event("Contact Added", who, work.now) for who in (1, 2)))
        assert [one.guide for one in desk.told(work)] == ["ada", "ada"]
        desk.staff.places[1] = Place("cy", "pudong")
        desk.happen(work, event("coterie.binding.moved", 1, work.now))
        assert (desk.told(work)[0].guide, desk.told(work)[0].store) == ("cy", "pudong")
        assert desk.told(work)[1].guide == "ada", "nothing was told of her"


@SQLITE
def test_who_turn_out_to_be_one_get_each_step_once(desk: Desk) -> None:
    with desk.at(MIDNIGHT + 9 * HOUR) as work:
        desk.define(work, WELCOME)
        desk.happen(work, event("Contact Added", 1, work.now - HOUR))
        desk.happen(work, event("Contact Added", 2, work.now))
        desk.tasks.follow(work, [Shift(2, 2, 1)])
    for moment in (10 * HOUR, 3 * DAY + 10 * HOUR):
        with desk.at(MIDNIGHT + moment) as work:
            desk.tasks.wake(work)
            steps = [one.step for one in desk.told(work)]
    assert steps == ["hello", "taste"]


@SQLITE
def test_a_plan_that_is_off_gives_nothing(desk: Desk) -> None:
    with desk.at(MIDNIGHT + 9 * HOUR) as work:
        desk.define(work, WELCOME)
        desk.happen(work, event("Contact Added", 1, work.now), event("Contact Added", 2, work.now,
                                                                     backfill=True))  # fmt: skip
        desk.plans.switch(work, "welcome", on=False)
        assert desk.tasks.next_due(work) is None
    with desk.at(MIDNIGHT + 11 * HOUR) as work:
        desk.tasks.wake(work)
        assert desk.told(work) == []
        desk.plans.switch(work, "welcome", on=True)
        desk.tasks.wake(work)
        assert [one.profile for one in desk.told(work)] == [1]
        with pytest.raises(Conflict):
            desk.plans.define(work, "welcome", WELCOME, after=7)
        with pytest.raises(Invalid, match="start"):
            desk.plans.define(work, "welcome", {**WELCOME, "start": "bought"})


NAMES = st.sampled_from(["Contact Added", "Order Completed"])
HAPPENED = st.lists(
    st.tuples(NAMES, st.integers(1, 3), st.integers(0, 6)), max_size=8, unique=True
).flatmap(lambda told: st.tuples(st.just(told), st.permutations(told), st.integers(1, 4)))


class Undo(Exception):
    """Ends a transaction without a trace."""


@contextmanager
def undone(desk: Desk, moment: int) -> Iterator[Work]:
    desk.logged.clear()
    try:
        with desk.database.begin(MEI, moment) as work:
            yield work
            raise Undo
    except Undo:
        pass


def end_state(
    desk: Desk, happened: Sequence[tuple[str, int, int]], portion: int, again: bool
) -> list[Any]:
    """Hear events in portions, let two weeks pass, and tell what tasks there are."""
    with undone(desk, MIDNIGHT + 7 * HOUR) as work:
        desk.define(work, {**WELCOME, "again": again})
        events = [event(name, who, MIDNIGHT + hour * HOUR) for name, who, hour in happened]
        for start in range(0, len(events), portion):
            desk.happen(work, *events[start : start + portion])
        for moment in (10 * HOUR, 3 * DAY + 12 * HOUR, 14 * DAY + 11 * HOUR):
            work.now = MIDNIGHT + moment
            desk.tasks.wake(work)
        return [(one.id, one.opens, one.due, one.state) for one in desk.told(work)]
    raise AssertionError


@SQLITE
@given(told=HAPPENED, again=st.booleans())
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_events_does_not_matter(desk: Desk, told: Any, again: bool) -> None:
    happened, otherwise, portion = told
    assert end_state(desk, happened, 8, again) == end_state(desk, otherwise, portion, again)


STEPS = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 4), st.integers(0, 22)),
    min_size=1, max_size=3, unique_by=lambda step: step[0],
)  # fmt: skip


@SQLITE
@given(
    edits=st.lists(st.tuples(st.integers(0, 120), STEPS), min_size=1, max_size=4),
    missed=st.sampled_from(["skip", "next", "late"]),
)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_edited_plan_gives_no_step_twice(
    desk: Desk, edits: list[tuple[int, list[tuple[str, int, int]]]], missed: str
) -> None:
    with undone(desk, MIDNIGHT) as work:
        desk.define(work, WELCOME)
        desk.happen(work, event("Contact Added", 1, MIDNIGHT))
        for hour, steps in sorted(edits):
            work.now = MIDNIGHT + hour * HOUR
            written = [
                {"key": key, "day": day, "window": f"{opens:02}:00-{opens + 1:02}:30", "text": "x"}
                for key, day, opens in steps
            ]
            desk.plans.define(work, "welcome", {**WELCOME, "missed": missed, "steps": written})
            desk.tasks.wake(work)
        work.now = MIDNIGHT + 6 * DAY
        desk.tasks.wake(work)
        given_steps = [one.step for one in desk.told(work)]
        assert len(given_steps) == len(set(given_steps))
        assert all(
            one.until is not None and one.due is not None and one.until <= one.due
            for one in desk.told(work)
        )
        assert task_store.next_due(work) is None or desk.tasks.next_due(work) is not None


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"start": "later"}, "start"),
        ({"start": "weekly"}, "steps[0].day"),
        ({"steps": []}, "steps"),
        ({"steps": [WELCOME["steps"][0]] * 2}, "steps[1].key"),
        ({"steps": [{**WELCOME["steps"][0], "window": "20:00-10:00"}]}, "steps[0].window"),
        ({"steps": [{**WELCOME["steps"][0], "window": "10:75-11:00"}]}, "steps[0].window"),
        ({"steps": [{**WELCOME["steps"][0], "day": -1}]}, "steps[0].day"),
        ({"steps": [{**WELCOME["steps"][0], "do": "mass"}]}, "steps[0].template"),
        ({"steps": [{**WELCOME["steps"][0], "text": ""}]}, "steps[0].text"),
        ({"missed": "never"}, "missed"),
        ({"colour": 1}, "colour"),
        ({"title": {}}, "title"),
        ({"ends": {"did": "x"}}, "ends.did"),
    ],
)
def test_a_refusal_names_its_place(change: dict[str, Any], path: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse({**WELCOME, **change})
    assert refusal.value.path == path
