"""Whose a task is: the guide's who owns her, else her store's, else a role's. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from coterie.guides.ports import Owned
from coterie.guides.tasks.model import Task


def given(tasks: Sequence[Task], owned: Mapping[int, Owned]) -> list[Task]:
    """Give tasks to those who own the people that they are about.

    What was meant for a store stays with her store, what was meant for a role with the role.
    """
    return [_given(one, owned.get(one.profile)) for one in tasks]


def _given(task: Task, owned: Owned | None) -> Task:
    meant = task.meant or task.to
    if meant == "role":
        return replace(task, meant=meant)
    store = owned.store if owned else None
    guide = owned.guide if owned and meant == "guide" else None
    if guide is not None:
        return replace(task, meant=meant, to="guide", guide=guide, store=store)
    if store is not None:
        return replace(task, meant=meant, to="store", guide=None, store=store)
    # nobody is known: a plan says which role looks after it; a journey's waits for whom it named
    to = "role" if task.plan is not None else meant
    return replace(task, meant=meant, to=to, guide=None, store=None)
