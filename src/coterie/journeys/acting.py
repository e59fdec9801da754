"""Actions of other rooms, asked for by runs: collected while many runs are stepped, done in bulk.

An action is done in the unit of work of the step that asks for it, so that both stand or neither.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from coterie.core.errors import CoterieError
from coterie.core.event import Event
from coterie.core.ids import derived_id
from coterie.journeys import saying
from coterie.journeys.model import Perform, Run
from coterie.journeys.ports import Action, Ask, refused
from coterie.storage.work import Work

UNKNOWN = "no_action"
"""Why an action was not done: nobody in this house knows it (any more)."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Asked:
    """An action that a run asked for, and the fact by which the run learns that it was seen to."""

    action: str
    ask: Ask
    shadow: bool
    fact: Event


def asked(run: Run, node: str, perform: Perform, now: int) -> Asked:
    """Write down that a run asks for an action at a node."""
    return Asked(
        action=perform.action,
        ask=Ask(
            key=derived_id("action", run.id, node, run.visits[node].count),
            profile=run.profile,
            arguments=perform.arguments,
            journey=run.journey,
            run=run.id,
            node=node,
        ),
        shadow=run.shadow,
        fact=saying.acted(run, node, perform, now),
    )


def perform(work: Work, actions: Mapping[str, Action], wanted: Sequence[Asked]) -> list[Event]:
    """Do what was asked for, each action once for all of them; return the facts, askings last.

    What only speaks to people passes by who is held out. An action that raises one of our errors
    has done nothing: all its askings are refused with that code.
    """
    by_action: dict[str, list[Asked]] = {}
    for one in wanted:
        by_action.setdefault(one.action, []).append(one)
    facts: list[Event] = []
    for name, several in by_action.items():
        action = actions.get(name)
        if action is None:
            facts += [refused(name, one.ask, UNKNOWN, work.now) for one in several]
            continue
        asks = [one.ask for one in several if action.benefit or not one.shadow]
        try:
            facts += action.perform(work, asks) if asks else []
        except CoterieError as error:
            log.warning("action refused", action=name, code=error.code, people=len(asks))
            facts += [refused(name, ask, error.code, work.now) for ask in asks]
    return facts + [one.fact for one in wanted]
