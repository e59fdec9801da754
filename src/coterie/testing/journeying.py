"""The part of a house of tests that defines journeys, starts them and does what they ask for."""

from abc import abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from coterie.app import App
from coterie.core.clock import parse_time
from coterie.core.errors import NotFound
from coterie.journeys.entrances.model import Call
from coterie.journeys.ports import Action
from coterie.journeys.rehearsal.model import Rehearsal
from coterie.storage.work import Work


class Journeying:
    """Journeys of a house for the length of a test."""

    app: App

    @abstractmethod
    def settle(self) -> None:
        """Run the roads until all that was caused has happened."""

    @abstractmethod
    def _edit(self) -> AbstractContextManager[Work]: ...

    @abstractmethod
    def _look(self) -> AbstractContextManager[Work]: ...

    @abstractmethod
    def _profile(self, work: Work, user_id: str) -> int: ...

    def define_journey(self, name: str, definition: object) -> None:
        """Define a journey and start it."""
        with self._edit() as work:
            self.app.inbound.tell(work, self.app.journeys.define(work, name, definition))
        self.settle()

    def redefine_journey(
        self, name: str, definition: object, node_map: Mapping[str, str] | None = None
    ) -> None:
        """Publish a new version of a journey; people stand where the map puts them."""
        with self._edit() as work:
            facts = self.app.journeys.redefine(work, name, definition, node_map)
            self.app.inbound.tell(work, facts)
        self.settle()

    def pause_journey(self, name: str) -> None:
        """Stop a journey's sending and entering; its clocks run on."""
        with self._edit() as work:
            self.app.journeys.pause(work, name)
        self.settle()

    def resume_journey(self, name: str) -> None:
        """Let a paused journey go on; those who entered meanwhile are picked up."""
        with self._edit() as work:
            self.app.inbound.tell(work, self.app.journeys.resume(work, name))
        self.settle()

    def call_journey(
        self, name: str, user_id: str, properties: Mapping[str, Any] | None = None,
        id: str | None = None,  # noqa: A002  (the name that the wire gives it)
    ) -> str:  # fmt: skip
        """Start a journey for a person as a program does; return what became of it."""
        with self._edit() as work:
            call = Call(user_id, properties or {}, id)
            called = self.app.journeys.call(work, name, [call])
            self.app.inbound.tell(work, called.facts)
        self.settle()
        return called.answers[0].status

    def dry_run(
        self, name: str, definition: object, since: str, until: str | None = None
    ) -> Rehearsal:
        """Walk a journey over what is recorded, and tell what it would have sent."""
        with self._look() as work:
            zone = self.app.zone
            end = None if until is None else parse_time(until, zone)
            begin = parse_time(since, zone)
            return self.app.journeys.rehearsals.dry_run(work, name, definition, begin, end)

    def register_action(self, action: Action) -> None:
        """Let journeys ask for an action, as an installed one is registered."""
        self.app.journeys.register({action.name: action})

    def do_task(self, user_id: str, node: str) -> None:
        """Do a person's open task of a journey's node; raises NotFound when there is none."""
        with self._edit() as work:
            profile = self._profile(work, user_id)
            waiting = self.app.tasks.page(work, ["open"], 10_000)
            task = next((t for t in waiting if (t.profile, t.node) == (profile, node)), None)
            if task is None:
                raise NotFound(f"{user_id!r} has no open task of {node!r}")
            self.app.inbound.tell(work, self.app.tasks.done(work, task.id))
        self.settle()
