"""The face of tasks: hear what is to be done, say what was, let expire what nobody did."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from coterie.core.clock import format_time, parse_time
from coterie.core.errors import Conflict, NotFound
from coterie.core.event import Event, Move
from coterie.core.facts import fact
from coterie.core.people import Shift
from coterie.guides.tasks import store
from coterie.guides.tasks.model import State, Task
from coterie.storage import audit, keeping
from coterie.storage.work import Work

ASKED = "coterie.task.asked"
AT_ONCE = 5_000
"""How many tasks one ``wake`` lets expire."""
_UTC = ZoneInfo("UTC")


class Tasks:
    """Tasks of one house; a listener on the road, and a keeper."""

    name = "guides"

    # --- the road

    def hear(self, work: Work, events: Sequence[Event], moves: Sequence[Move]) -> list[Event]:  # noqa: ARG002
        """Write down what is to be done."""
        store.add(work, [_asked(event) for event in events if event.name == ASKED])
        return []

    def wake(self, work: Work) -> list[Event]:
        """Let expire what nobody did in time."""
        late = [replace(one, state="expired", ended=one.due) for one in store.due(work, AT_ONCE)]
        store.end(work, late)
        return [_told(one, work.now) for one in late]

    def next_due(self, work: Work) -> int | None:
        """Return when the next open task expires, or None."""
        return store.next_due(work)

    # --- what somebody of the house does

    def done(self, work: Work, task: str) -> list[Event]:
        """Say that a task was done; return the facts. Saying it twice changes nothing.

        Raises NotFound, Conflict when it is too late.
        """
        one = self.get(work, task, lock=True)
        if one.state == "done":
            return []
        late = one.state != "open" or (one.due is not None and one.due <= work.now)
        if late:
            raise Conflict("this task is over: its time has passed, or it was called off",
                           code="task_over")  # fmt: skip
        ended = replace(one, state="done", ended=work.now, by=str(work.actor))
        store.end(work, [ended])
        audit.record(work, "task.done", one.journey, task=one.id, node=one.node)
        return [_told(ended, work.now)]

    # --- looking

    def get(self, work: Work, task: str, *, lock: bool = False) -> Task:
        """Return one task; raises NotFound."""
        found = store.get(work, task, lock=lock)
        if found is None:
            raise NotFound(f"there is no task {task!r}")
        return found

    def page(
        self, work: Work, states: Collection[State], limit: int = 50, offset: int = 0
    ) -> list[Task]:
        """Return tasks in these states: the open ones as they are due, the others newest first."""
        return store.page(work, states, limit, offset)

    def counts(self, work: Work) -> dict[str, int]:
        """Count the tasks by state; a state that no task is in is left out."""
        return store.counts(work)

    # --- keeping

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Let tasks follow the people whom they are about."""
        keeping.follow(work, store.task_rows, shifts)

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return what was to be done about a person, as plain JSON."""
        return {
            "tasks": [
                {
                    "journey": row["journey"],
                    "to": row["role"] or row["to"],
                    "script": row["script"],
                    "created": format_time(row["created"]),
                    "due": None if row["due"] is None else format_time(row["due"]),
                    "state": row["state"],
                    "ended": None if row["ended"] is None else format_time(row["ended"]),
                }
                for row in store.of_person(work, profile)
            ]
        }

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """Cancel what is open, and forget what was to be done."""
        return {"guide_tasks": store.erase(work, profiles)}


def _asked(event: Event) -> Task:
    said = event.properties
    due = said.get("due")
    return Task(
        id=str(said["task"]),
        profile=event.profile,
        journey=str(said["journey"]),
        run=int(said["run"]),
        node=str(said["node"]),
        to=str(said["to"]),
        role=said.get("role"),
        script=str(said["script"]),
        created=event.time,
        due=None if due is None else parse_time(due, _UTC),
        about=said.get("about", {}),
    )


def _told(task: Task, now: int) -> Event:
    """State what became of a task, with what it is about (an order's number, say)."""
    return fact(
        f"task.{task.state}",
        room="guides",
        profile=task.profile,
        at=now,
        cause=(task.id,),
        **{
            **task.about,
            "task": task.id,
            "journey": task.journey,
            "run": task.run,
            "node": task.node,
        },
    )
