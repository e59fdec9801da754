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
from coterie.guides.ports import Owners
from coterie.guides.tasks import store
from coterie.guides.tasks.giving import given
from coterie.guides.tasks.model import State, Task
from coterie.guides.tasks.plans.running import Gives
from coterie.guides.tasks.plans.service import Plans
from coterie.guides.tasks.plans.timing import earliest
from coterie.messaging.service import Messaging
from coterie.storage import audit, keeping
from coterie.storage.work import Work

ASKED = "coterie.task.asked"
BINDING = "coterie.binding."
AT_ONCE = 5_000
"""How many tasks one ``wake`` lets expire."""
OPEN: tuple[State, ...] = ("open",)
_UTC = ZoneInfo("UTC")


class Tasks:
    """Tasks of one house, asked for by journeys and plans; a listener on the road, and a keeper."""

    name = "guides"

    def __init__(self, plans: Plans, owners: Owners, messaging: Messaging) -> None:
        self.plans = plans
        self._owners = owners
        self._messaging = messaging

    # --- the road

    def hear(self, work: Work, events: Sequence[Event], moves: Sequence[Move]) -> list[Event]:
        """Write down what is to be done, give it to whom it belongs now, and call off the rest."""
        asked = [_asked(event) for event in events if event.name == ASKED]
        self._give(work, asked)
        gives = self.plans.running.hear(work, events, moves)
        rebound = {event.profile for event in events if event.name.startswith(BINDING)}
        if rebound:
            self._give_anew(work, rebound)
        return self._over(work, gives)

    def wake(self, work: Work) -> list[Event]:
        """Let expire what nobody did in time, and give what plans have come to."""
        late = [replace(one, state="expired", ended=one.due) for one in store.due(work, AT_ONCE)]
        store.end(work, late)
        gives = self.plans.running.wake(work)
        self._give(work, gives.tasks)
        facts = [_told(one, work.now) for one in late] + self._over(work, gives)
        if gives.requests:
            facts += self._messaging.send(work, gives.requests).facts
        return facts

    def next_due(self, work: Work) -> int | None:
        """Return when the next open task expires or a plan has something to give, or None."""
        return earliest([store.next_due(work), self.plans.running.next_due(work)])

    def _give(self, work: Work, tasks: Sequence[Task]) -> None:
        if tasks:
            owned = self._owners.owner_of(work, {one.profile for one in tasks})
            store.add(work, given(tasks, owned))

    def _give_anew(self, work: Work, profiles: Collection[int]) -> None:
        before = [one for one in store.open_of(work, profiles) if one.meant != "role"]
        after = given(before, self._owners.owner_of(work, profiles))
        moved = [new for old, new in zip(before, after, strict=True) if new != old]
        store.assign(work, moved)

    def _over(self, work: Work, gives: Gives) -> list[Event]:
        """Call off what is open of plans that are over for some people."""
        called_off = [
            replace(one, state="cancelled", ended=work.now)
            for plan, people in gives.over.items()
            for one in store.open_of(work, people, plan=plan)
            if (one.opens or one.created) <= people[one.profile]
        ]
        store.end(work, called_off)
        return [_told(one, work.now) for one in called_off]

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
        where = {"plan": one.plan, "step": one.step} if one.plan else {"node": one.node}
        audit.record(work, "task.done", one.plan or one.journey, task=one.id, **where)
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

    def of_guide(
        self, work: Work, guide: str, *, states: Collection[State] = OPEN, limit: int = 100
    ) -> list[Task]:
        """Return a guide's tasks, the most pressing first."""
        return store.of(work, store.of_guide(guide), states, limit)

    def of_store(
        self, work: Work, shop: str, *, states: Collection[State] = OPEN, limit: int = 100
    ) -> list[Task]:
        """Return the tasks of a store that none of its guides has, the most pressing first."""
        return store.of(work, store.of_store(shop), states, limit)

    def about(self, work: Work, profile: int) -> list[Task]:
        """Return the open tasks about a person."""
        return store.open_of(work, [profile])

    def counts(self, work: Work) -> dict[str, int]:
        """Count the tasks by state; a state that no task is in is left out."""
        return store.counts(work)

    # --- keeping

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Let tasks follow the people whom they are about."""
        keeping.follow(work, store.task_rows, shifts)
        self.plans.follow(work, list(shifts))

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return what was to be done about a person, as plain JSON."""
        return {
            "tasks": [
                {
                    "journey": row["journey"],
                    "plan": row["plan"],
                    "to": row["role"] or row["to"],
                    "script": row["script"],
                    "created": format_time(row["created"]),
                    "due": None if row["due"] is None else format_time(row["due"]),
                    "state": row["state"],
                    "ended": None if row["ended"] is None else format_time(row["ended"]),
                }
                for row in store.of_person(work, profile)
            ],
            "plans": self.plans.hand_out(work, profile),
        }

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """Cancel what is open, forget what was to be done, and leave every plan."""
        return {
            "guide_tasks": store.erase(work, profiles),
            "guide_plan_runs": self.plans.erase(work, profiles),
        }


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
    of = (
        {"plan": task.plan, "step": task.step, "guide": task.guide, "late": task.is_late(now)}
        if task.plan
        else {"journey": task.journey, "run": task.run, "node": task.node}
    )
    return fact(
        f"task.{task.state}",
        room="guides",
        profile=task.profile,
        at=now,
        cause=(task.id,),
        **{**task.about, "task": task.id, **of},
    )
