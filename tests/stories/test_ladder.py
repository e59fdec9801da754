"""R-074: the next level is suggested to those who passed, and to nobody else."""

from collections.abc import Iterator
from typing import Any

import pytest

from coterie.scenarios import playbook as playbooks
from coterie.storage.work import Work
from coterie.testing import House
from coterie.testing.asking import TESTER
from stories.wire import at_work, consent, fates

ENTRY = {
    "slug": "first-glass", "title": "First glass", "form": "course", "level": "entry",
    "topics": ["wine/italy"], "capacity": 4,
    "starts": "2026-01-10T19:00", "ends": "2026-01-10T21:00",
}  # fmt: skip
NEXT = {**ENTRY, "slug": "second-glass", "level": "intermediate", "prerequisite": "entry",
        "starts": "2026-02-10T19:00", "ends": "2026-02-10T21:00"}  # fmt: skip


def person(house: House, work: Work, user: str) -> int:
    found = house.app.profiles.find(work, "user_id", user)
    assert found is not None
    return found


def do(house: House, verb: str, slug: str, *users: str) -> None:
    """Do something about people at the desk, and let the road carry it."""
    with house.app.db.begin(TESTER, house.app.clock.now()) as work:
        who: Any = [person(house, work, user) for user in users]
        several = verb in ("register", "pass_people", "undo_pass")
        caused = getattr(house.app.activities, verb)(work, slug, who if several else who[0])
        house.app.inbound.tell(work, caused if isinstance(caused, list) else caused.facts)
    house.settle()


@pytest.fixture
def house() -> Iterator[House]:
    with at_work(at="2026-01-05T02:00:00Z") as made:
        yield made


def test_the_next_level_is_suggested_only_to_those_who_passed(house: House) -> None:
    with house.app.db.begin(TESTER, house.app.clock.now()) as work:
        ladder = playbooks.shipped("ladder")
        playbooks.furnish(work, house.app, ladder)
        playbooks.open_doors(work, house.app, ladder)
        for course in (ENTRY, NEXT):
            caused = house.app.activities.define(work, course)
            house.app.inbound.retagged(work, caused.retagged)
    users = ["passer", "keen", "listener", "absent", "mistake"]
    house.receive([consent(user) for user in users])
    do(house, "register", "first-glass", *users[:4])
    house.advance_to("2026-01-10T12:30:00Z")
    for user in ("passer", "keen", "listener"):
        do(house, "check_in_person", "first-glass", user)
    house.advance_to("2026-01-10T13:00:00Z")
    do(house, "pass_people", "first-glass", "passer", "keen", "absent")
    house.advance(hours=1)
    do(house, "sign_up", "second-glass", "keen")
    house.advance(days=20)

    assert fates(house, "passer") == [("suggest", "sent", None)]
    assert fates(house, "keen") == [], "she registered before she was asked"
    assert fates(house, "listener") == [], "she was there, and did not pass"
    assert fates(house, "absent") == [], "who did not come passed nothing"
    tags = {user: house.tags(user) for user in users}
    assert tags == {
        "passer": {"passed:entry"}, "keen": {"passed:entry"}, "listener": set(),
        "absent": {"no-show"}, "mistake": set(),
    }  # fmt: skip
    interests = {user: house.score(user, "interest.wine/italy") for user in ("listener", "absent")}
    assert interests["listener"] > 0
    assert interests["absent"] == 0

    do(house, "undo_pass", "first-glass", "passer")
    do(house, "pass_people", "first-glass", "passer")
    house.advance(days=5)
    assert len(house.sent("passer")) == 1, "once"
