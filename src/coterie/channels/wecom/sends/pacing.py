"""When a task is looked at again, its guide reminded, and the rest given to somebody else. Pure."""

from coterie.channels.wecom.sends.model import Task
from coterie.channels.wecom.sends.quota.rules import ZONE
from coterie.core.clock import HOUR, MINUTE
from coterie.messaging.gate import NIGHT
from coterie.messaging.quiet import end_of_quiet

GATHER = 2 * MINUTE
"""How long a send waits for more of the same, so that a guide gets one task and not fifty."""
LOOKUP = MINUTE
"""So long after a call that broke off its task shows in the platform's list, if there is one."""
DISPATCHING = 30 * 1000
"""Right after a task was made the platform tells nothing of it (41063)."""
REMIND = (4 * HOUR, 9 * HOUR, 20 * HOUR)
"""The platform allows three reminders in 24 hours. Nobody is reminded at night."""
APART = HOUR
PATIENCE = 24 * HOUR
"""Who has not confirmed by then is not waited for, where somebody else may send it."""
LEFT_OUT = HOUR
"""So long after the guide confirmed, who has no result was left out by her."""
MOST_ROUNDS = 3
_STEPS = ((10 * MINUTE, MINUTE), (2 * HOUR, 5 * MINUTE), (24 * HOUR, 20 * MINUTE))


def step(age: int) -> int:
    """Return how long to wait before the next look at a task of an age: ever longer.

    >>> step(0) // 1000, step(3 * 60 * 60 * 1000) // 1000
    (60, 1200)
    """
    return next((wait for until, wait in _STEPS if age < until), HOUR)


def reminders(asked: int) -> tuple[int, ...]:
    """Return when a guide is reminded who was asked at a moment; never at night, in order."""
    moments: list[int] = []
    for after in REMIND:
        moment = end_of_quiet(asked + after, NIGHT, ZONE)
        moments.append(max(moment, moments[-1] + APART) if moments else moment)
    return tuple(moments)


def next_reminder(task: Task) -> int | None:
    """Return when her next reminder is due; None when she had them all."""
    moments = reminders(task.asked or task.made)
    if task.reminders >= len(moments):
        return None
    return max(moments[task.reminders], (task.reminded or 0) + APART)


def deadline(task: Task) -> int | None:
    """Return until when a guide is waited for: a day, and an hour after her last reminder.

    None while reminders are left: nobody is given up who was not reminded.
    """
    if next_reminder(task) is not None:
        return None
    return max((task.asked or task.made) + PATIENCE, (task.reminded or 0) + APART)


def next_look(task: Task, now: int) -> int:
    """Return when an open task is to be looked at again."""
    moments: list[int | None] = [now + step(now - (task.confirmed or task.asked or task.made))]
    if task.confirmed is None:
        moments += [next_reminder(task), deadline(task)]
    moments.append(task.expires)
    return max(now + 1, min(moment for moment in moments if moment is not None))
