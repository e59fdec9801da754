"""What is known before a handover is asked for, and what is noted of it; without a platform."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace

import pytest

from conftest import NOW
from coterie.core.actor import COMMAND
from coterie.core.clock import DAY, HOUR
from coterie.core.errors import Conflict
from coterie.core.event import Event
from coterie.guides.handover.model import Wanted
from coterie.guides.handover.service import Handovers
from coterie.storage.database import Database
from coterie.storage.work import Work
from guides.test_two_readers import Rooms, furnish, rooms


@dataclass
class Circle:
    """A platform of two members with customers and groups."""

    customers: dict[str, dict[str, int]] = field(default_factory=dict)
    chats: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def customers_of(self, _work: Work, userid: str) -> dict[str, int]:
        return self.customers.get(userid, {})

    def chats_of(self, _work: Work, userid: str) -> list[tuple[str, str]]:
        return self.chats.get(userid, [])

    def externals_of(self, _work: Work, profiles: Collection[int]) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for each in self.customers.values():
            for external, profile in each.items():
                if profile in profiles:
                    found.setdefault(profile, []).append(external)
        return found


def meets(work: Work, house: Rooms, profile: int, guide: str) -> None:
    event = Event(id=f"{guide}:{profile}:{work.now}", type="track", name="Contact Added",
                  time=work.now, received=work.now, source="wecom", profile=profile,
                  properties={"guide": guide})  # fmt: skip
    house.bindings.hear(work, [event], [])


@pytest.fixture
def house(database: Database) -> Rooms:
    made = rooms()
    furnish(database, made)
    with database.begin(COMMAND, NOW) as work:
        for profile in (1, 2, 3, 4):
            meets(work, made, profile, "g0")
    return made


def test_the_preflight_says_who_will_be_asked_and_who_not_and_why(
    database: Database, house: Rooms
) -> None:
    circle = Circle({"g0": {"w1": 1, "w2": 2}, "g5": {"w4": 4}}, {"g0": [("chat1", "Pasta")]})
    handovers = Handovers(house.organisation, house.bindings, circle)
    with database.begin(COMMAND, NOW + HOUR) as work:
        looked = handovers.preflight(work, Wanted("g0", "g1"))
        assert looked.customers == ((1, "w1"), (2, "w2"))
        assert looked.ours == (3,)  # the platform does not know her
        assert looked.skipped == {"not_friend": (4,)}  # another's friend there, and hers here
        assert (looked.calls, looked.chats, looked.days_for_chats) == (1, (("chat1", "Pasta"),), 1)
        made, facts = handovers.ask(work, Wanted("g0", "g1"))
        assert handovers.ask(work, Wanted("g0", "g1"))[0].id == made.id
        assert {one.profile for one in facts} == {3}
        assert handovers.counts(work, [made.id])[made.id] == {"asked": 2, "done": 1, "skipped": 1}
        again = handovers.preflight(work, Wanted("g0", "g2"))
        assert again.skipped["in_progress"] == (1, 2)
        assert house.bindings.owner_of(work, [1, 3])[3].guide == "g1"
        assert house.bindings.owner_of(work, [1, 3])[1].guide == "g0"
    with database.begin(COMMAND, NOW + HOUR) as work:
        for wanted in (Wanted("g0", "g0"), Wanted("g0", "g1", "x" * 201)):
            with pytest.raises(Conflict):
                handovers.ask(work, wanted)


def test_two_handovers_within_ninety_days_are_the_most(database: Database, house: Rooms) -> None:
    circle = Circle({"g0": {"w1": 1}})
    handovers = Handovers(house.organisation, house.bindings, circle)
    at = NOW + HOUR
    for giver, taker in (("g0", "g1"), ("g1", "g2")):
        with database.begin(COMMAND, at) as work:
            made, _ = handovers.ask(work, Wanted(giver, taker))
            row = handovers.of(work, made.id, ("asked",))[0]
            done = replace(row, state="done", sent=at, settled=at)
            handovers.note(work, made, [done])
            assert handovers.get(work, made.id).finished == at
            circle.customers = {taker: {"w1": 1}}
            assert house.bindings.owner_of(work, [1])[1].guide == taker
        at += DAY
    with database.begin(COMMAND, at) as work:
        assert handovers.preflight(work, Wanted("g2", "g3")).skipped == {"twice": (1,)}
    with database.begin(COMMAND, at + 90 * DAY) as work:
        assert handovers.preflight(work, Wanted("g2", "g3")).customers == ((1, "w1"),)


def test_a_refusal_is_heard_and_who_was_erased_is_left_alone(
    database: Database, house: Rooms
) -> None:
    handovers = Handovers(house.organisation, house.bindings, Circle({"g0": {"w1": 1, "w2": 2}}))
    with database.begin(COMMAND, NOW + HOUR) as work:
        made, _ = handovers.ask(work, Wanted("g0", "g1"))
        refused = Event(id="r", type="track", name="Contact Transfer Failed", time=work.now,
                        received=work.now, source="wecom", profile=1,
                        properties={"guide": "g1", "reason": "customer_refused"})  # fmt: skip
        handovers.hear(work, [refused], [])
        handovers.erase(work, [2])
        assert handovers.reasons(work, made.id) == {
            ("refused", "customer_refused"): 1, ("skipped", "erased"): 1, ("done", "ours"): 2,
        }  # fmt: skip
