"""A customer adds a guide: the plan asks her guide, and asks another when she has another."""

from coterie.core.actor import COMMAND
from coterie.guides.organisation.model import Guide, Store
from coterie.testing.house import House

PLAN = {
    "title": {"en": "New customer"},
    "start": "added",
    "ends": {"did": ["Order Completed"]},
    "steps": [
        {"key": "hello", "day": 0, "window": "10:00-20:00", "text": "Say hello"},
        {"key": "taste", "day": 3, "window": "10:00-20:00", "text": "Ask what she likes"},
    ],
}


def test_the_plan_asks_the_guide_who_has_her_now() -> None:
    with House(at="2026-01-01T09:00:00+08:00", holdout=0) as house:
        app = house.app
        with app.db.begin(COMMAND, app.clock.now()) as work:
            organisation = app.guides.organisation
            organisation.save_store(work, Store("bund", "Bund"))
            organisation.save_store(work, Store("paris", "Paris", zone="Europe/Paris"))
            organisation.save_guide(work, Guide("ada", "Ada", stores=("bund",)))
            organisation.save_guide(work, Guide("bo", "Bo", stores=("paris",)))
            app.tasks.plans.define(work, "welcome", PLAN)
            app.tasks.plans.switch(work, "welcome", on=True)
        house.receive([{"type": "track", "userId": "u1", "event": "Contact Added",
                        "properties": {"guide": "ada"}}])  # fmt: skip
        house.settle()
        with app.db.begin(COMMAND, app.clock.now()) as work:
            [person] = app.profiles.everyone(work)
            app.inbound.tell(work, app.guides.bindings.give(work, [person], "ada", "opening"))
        house.settle()
        house.advance_to("2026-01-01T10:00:00+08:00")
        with app.db.begin(COMMAND, app.clock.now()) as work:
            [task] = app.tasks.of_guide(work, "ada")
            assert (task.step, task.store, task.profile) == ("hello", "bund", person)
            app.inbound.tell(work, app.guides.bindings.give(work, [person], "bo", "she moved"))
        house.settle()
        with app.db.read(COMMAND, app.clock.now()) as work:
            assert app.tasks.of_guide(work, "ada") == []
            assert [one.id for one in app.tasks.of_guide(work, "bo")] == [task.id]
        house.advance_to("2026-01-04T16:59:00+08:00")  # 9:59 in Paris
        with app.db.read(COMMAND, app.clock.now()) as work:
            assert app.tasks.of_guide(work, "bo") == []
        house.advance(minutes=1)
        with app.db.read(COMMAND, app.clock.now()) as work:
            assert [one.step for one in app.tasks.of_guide(work, "bo")] == ["taste"]
        house.receive([{"type": "track", "userId": "u1", "event": "Order Completed"}])
        house.settle()
        with app.db.read(COMMAND, app.clock.now()) as work:
            assert app.tasks.counts(work) == {"cancelled": 1, "expired": 1}
            [line] = [one for one in app.tasks.plans.adherence(work, 0) if one.tally.given]
            assert (line.guide, line.tally.missed) == ("bo", 1)
