"""The contract of an action that journeys may ask for: inherit it, and say how to make yours.

::

    class TestGift(ActionContract):
        entry_point = "gift"
        arguments: ClassVar = {"gift": "corkscrew"}
        wrong: ClassVar = {"gift": "no such thing"}

        def make_action(self, house):
            return GiftAction(house.settings)
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import msgspec
from sqlalchemy import event

from coterie.core.errors import Invalid
from coterie.core.event import Event
from coterie.journeys.ports import Action, Ask, check_action
from coterie.storage.work import Work
from coterie.testing.asking import TESTER
from coterie.testing.house import House

_PLACE = "nodes.give.arguments"
_SEVERAL = 20
_MORE_STATEMENTS = 4
"""Statements that many askings may take more than one: some are cut in portions."""


class ActionContract:
    """What an action keeps to. ``arguments`` are such as it takes, ``wrong`` such as it refuses."""

    entry_point = ""
    arguments: ClassVar[Mapping[str, Any]] = {}
    wrong: ClassVar[Mapping[str, Any]] = {}

    def make_action(self, house: House) -> Action:  # noqa: ARG002
        """Make the action in a house, with all that its arguments name."""
        raise TypeError(f"{type(self).__name__} must say how to make its action")

    def ask(self, work: Work, action: Action, people: Sequence[int], visit: int = 1) -> list[Event]:
        """Ask for the action for some people, as a journey's run does."""
        asks = [
            Ask(f"key-{one}-{visit}", one, self.arguments, "journey", one, "give") for one in people
        ]
        return action.perform(work, asks)

    def people(self, house: House, number: int) -> list[int]:
        """Let some people come, and return their profiles."""
        names = [f"guest-{one}" for one in range(number)]
        house.receive([{"type": "identify", "userId": name} for name in names])
        with house.app.db.read(TESTER, house.app.clock.now()) as work:
            return sorted(house.app.profiles.found(work, "user_id", names).values())

    def test_it_comes_through_the_door_and_reads_its_arguments(self) -> None:
        """It has the name of its entry point; wrong arguments are refused with their place."""
        with House() as house:
            action = self.make_action(house)
            assert check_action(self.entry_point, action) is action
            with house.app.db.read(TESTER, house.app.clock.now()) as work:
                action.check(work, self.arguments, _PLACE)
                try:
                    action.check(work, self.wrong, _PLACE)
                except Invalid as refusal:
                    assert refusal.path.startswith(_PLACE), refusal.path
                else:
                    raise AssertionError(f"{self.wrong!r} was taken")

    def test_it_is_done_for_those_who_were_asked_for_all_at_once(self) -> None:
        """Its facts are plain JSON and of the people asked for, and the same key gives the same.

        It asks the database a fixed number of times, whatever the number of people.
        """
        with House() as house:
            action, people = self.make_action(house), self.people(house, _SEVERAL + 3)
            now = house.app.clock.now()
            with house.app.db.begin(TESTER, now) as work:
                assert self.ask(work, action, []) == []
                facts = self.ask(work, action, people[:2])
                again = self.ask(work, action, people[:2])
            assert {fact.profile for fact in facts} <= set(people[:2])
            assert {fact.time for fact in facts} <= {now}
            msgspec.json.encode([fact.properties for fact in facts])
            assert len({fact.id for fact in facts}) == len(facts)
            assert {fact.id for fact in again} <= {fact.id for fact in facts}, "done once"
            one = self._statements(house, action, people[2:3])
            many = self._statements(house, action, people[3:])
            assert many <= one + _MORE_STATEMENTS, f"{one} statements for one, {many} for many"

    def _statements(self, house: House, action: Action, people: Sequence[int]) -> int:
        told = []

        def count(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            told.append(statement)

        with house.app.db.begin(TESTER, house.app.clock.now()) as work:
            event.listen(work.connection, "before_cursor_execute", count)
            self.ask(work, action, people, visit=2)
            event.remove(work.connection, "before_cursor_execute", count)
        return len(told)
