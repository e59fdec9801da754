"""The calendar of what will be sent: what is known to come, and to how many at the most."""

from datetime import date
from zoneinfo import ZoneInfo

from coterie.campaigns.model import Plan
from coterie.core.actor import CLOCK
from coterie.core.clock import DAY
from coterie.journeys.parse import parse
from coterie.segments.language.parse import parse as parse_rule
from coterie.web.console.calendar.coming import Entry, by_day, crowded, gather
from coterie.web.console.calendar.paths import from_start, reached
from web.console.conftest import Desk

ZONE = ZoneInfo("Asia/Shanghai")
NOON = 1_767_240_000_000  # 2026-01-01T12:00+08:00


def says(template: str, then: str) -> dict[str, str]:
    return {"do": "message", "channel": "sandbox", "template": template, "touch": "informational",
            "then": then}  # fmt: skip


JOURNEY = parse(
    "j",
    {
        "entry": {"event": "A"}, "start": "hello",
        "nodes": {
            "hello": says("a", "pause"),
            "pause": {"do": "wait", "for": "3d", "then": "ask"},
            "ask": {"do": "split", "if": {"did": "B"}, "yes": "more", "no": "rest"},
            "more": says("b", "end"),
            "rest": {"do": "wait", "for": "7d", "then": "last"},
            "last": says("c", "evening"),
            "evening": {"do": "wait", "until": "20:00", "then": "never"},
            "never": says("d", "end"),
        },
    },
    lambda rule: parse_rule(rule, ZONE),
)  # fmt: skip


def test_messages_are_followed_as_far_as_time_alone_decides() -> None:
    assert dict(from_start(JOURNEY, 30 * DAY)) == {"hello": 0, "more": 3 * DAY, "last": 10 * DAY}
    assert dict(from_start(JOURNEY, 5 * DAY)) == {"hello": 0, "more": 3 * DAY}
    assert dict(reached(JOURNEY, "pause", 30 * DAY)) == {"more": 0, "last": 7 * DAY}
    assert dict(reached(JOURNEY, "gone", DAY)) == {}


def test_days_hold_every_hour_and_one_sender_is_one_line_an_hour() -> None:
    entries = [
        Entry(NOON + minutes * 60_000, "journey:j", "sandbox", "service", 2, "at_most", "hello")
        for minutes in (0, 15, 70)
    ]
    days = by_day(entries, NOON, ZONE)
    assert len(days) == 14
    assert days[0].day == date(2026, 1, 1)
    assert (days[0].hours[12], days[0].hours[13], days[0].people) == (4, 2, 6)
    assert [entry.people for entry in days[0].entries] == [4, 2]


def everybody(desk: Desk, people: int) -> None:
    for number in range(people):
        desk.app.door.accept("shop", b'{"userId":"u%d","event":"A"}' % number, "track", 1)
    desk.settle()
    with desk.app.db.begin(CLOCK, desk.app.clock.now()) as work:
        desk.app.segments.define(work, "all", {"did": "A"})
    desk.form("/templates/save", is_new="1", name="hello", text="hi")


def test_an_empty_calendar_teaches(desk: Desk) -> None:
    assert "Nothing is planned yet" in desk.get("/calendar", lang="en").text


def test_schedules_and_waits_are_counted_as_at_most(desk: Desk) -> None:
    everybody(desk, 3)
    weekly = {
        "entry": {"schedule": "FREQ=WEEKLY;BYDAY=TH;BYHOUR=20", "for": {"in_segment": "all"}},
        "start": "hello", "nodes": {"hello": {**says("hello", "end"), "touch": "service"}},
    }  # fmt: skip
    waiting = {
        "entry": {"segment": "all"}, "start": "pause",
        "nodes": {"pause": {"do": "wait", "for": "2d", "then": "hello"},
                  "hello": {**says("hello", "end"), "touch": "service"}},
    }  # fmt: skip
    app, now = desk.app, desk.app.clock.now()
    with app.db.begin(CLOCK, now) as work:
        for name, definition in (("weekly", weekly), ("waiting", waiting)):
            app.inbound.tell(work, app.journeys.define(work, name, definition))
    desk.settle()
    with app.db.read(CLOCK, now) as work:
        found = gather(work, app, ZONE)
    rounds = [entry for entry in found if entry.origin == "journey:weekly"]
    assert [(entry.at - now) // DAY for entry in rounds] == [0, 7]
    assert {(entry.people, entry.sureness) for entry in found} == {(3, "at_most")}
    waits = [entry for entry in found if entry.origin == "journey:waiting"]
    assert [round((entry.at - now) / DAY) for entry in waits] == [2]
    page = desk.get("/calendar", lang="en", of="journey:weekly").text
    assert "2026" in page and "at most" in page
    assert "/journeys/waiting" not in page.partition('id="days"')[2]


def test_who_has_more_planned_than_a_day_allows_is_counted(desk: Desk) -> None:
    everybody(desk, 4)
    app, now = desk.app, desk.app.clock.now()
    with app.db.begin(CLOCK, now) as work:
        for number in range(3):
            plan = Plan(f"B{number}", "all", "hello", "sandbox", "commercial", now + DAY, 0)
            made = app.campaigns.draft(work, plan, 0)
            app.campaigns.ask(work, made.id, 0)
    with app.db.read(CLOCK, now) as work:
        found = gather(work, app, ZONE)
        crowds = crowded(work, app, ZONE)
    assert [entry.people for entry in found] == [4, 4, 4]
    assert crowds is not None
    assert [(crowd.people, crowd.most) for crowd in crowds] == [(4, 2)]
    assert "more planned than the limit" in desk.get("/calendar", lang="en").text
