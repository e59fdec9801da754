"""What a batch means to journeys: whose runs it touches, what receipts it brings. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from coterie.core.event import Event, Move
from coterie.journeys import saying
from coterie.journeys.model import Defined, Message, Run, WaitRule
from coterie.journeys.stepper import LEARNED, trouble
from coterie.journeys.walking import Look

_OF_RUNS = "coterie.journey."
_OF_MESSAGES = "coterie.message."
QUIET = (_OF_RUNS, _OF_MESSAGES)
"""Facts that concern a rule only when a definition names our own facts."""


@dataclass(frozen=True)
class Heard:
    """A batch by person: the time of the newest thing that may change an answer; the facts' ids.

    ``receipts`` maps a message's id to its node and what became of it. ``answered`` is everybody
    who got a receipt, or to whom a run has done something: any run of hers may have waited for it.
    """

    touched: Mapping[int, int]
    ids: frozenset[str] = frozenset()
    receipts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    receivers: frozenset[int] = frozenset()
    answered: frozenset[int] = frozenset()


def hear(
    events: Sequence[Event], moves: Iterable[Move], book: Mapping[str, Defined], now: int
) -> Heard:
    """Sort out what a batch says to runs that wait."""
    loud = any(names_own_facts(defined) for defined in book.values())
    touched: dict[int, int] = {}
    receipts: dict[str, tuple[str, str]] = {}
    receivers: set[int] = set()
    for event in events:
        if event.name.startswith(_OF_MESSAGES) and _is_wanted(event, book):
            status = event.name.removeprefix(_OF_MESSAGES)
            receipts[str(event.properties["message"])] = (event.properties["node"], status)
            receivers.add(event.profile)
        if loud or not event.name.startswith(QUIET):
            moment = min(event.time, now)
            touched[event.profile] = max(moment, touched.get(event.profile, moment))
    for move in moves:
        touched[move.profile] = max(move.at, touched.get(move.profile, move.at))
    done = [
        event
        for event in events
        if event.source == saying.ROOM and not event.name.startswith(_OF_RUNS)
    ]
    ids = frozenset(event.id for event in done)
    answered = receivers.union(event.profile for event in done)
    return Heard(touched, ids, receipts, frozenset(receivers), frozenset(answered))


def names_own_facts(defined: Defined) -> bool:
    """Say whether a definition mentions the house's own facts anywhere."""
    return "coterie." in str(defined.source)


def _is_wanted(event: Event, book: Mapping[str, Defined]) -> bool:
    origin = str(event.properties.get("origin", ""))
    defined = book.get(origin.removeprefix(saying.origin("")))
    if defined is None or origin != saying.origin(defined.slug):
        return False
    node = defined.journey.nodes.get(event.properties.get("node", ""))
    return isinstance(node, Message) and (
        node.wait_receipt or "exit" in (node.on_held, node.on_failed)
    )


def looks(runs: Iterable[Run], heard: Heard, book: Mapping[str, Defined], now: int) -> list[Look]:
    """Say which live runs a batch gives cause to look at."""
    found = []
    for run in runs:
        told = heard.touched.get(run.profile, now)
        if run.awaiting is not None and run.awaiting in heard.ids:
            found.append(Look(run, told, LEARNED))
        elif run.awaiting is not None and run.awaiting in heard.receipts:
            found.append(Look(run, told, heard.receipts[run.awaiting][1]))
        elif run.profile in heard.touched and asks_now(run, book):
            found.append(Look(run, told))
    return found


def asks_now(run: Run, book: Mapping[str, Defined]) -> bool:
    """Say whether a standing run asks a rule where it stands."""
    journey = book[run.journey].journey
    return journey.exit_when is not None or isinstance(journey.nodes.get(run.node), WaitRule)


def asking(book: Mapping[str, Defined]) -> list[str]:
    """Name the journeys of which a standing run may ask a rule where it stands."""
    return [
        slug
        for slug, defined in book.items()
        if defined.journey.exit_when is not None
        or any(isinstance(node, WaitRule) for node in defined.journey.nodes.values())
    ]


def troubled(runs: Iterable[Run], heard: Heard, book: Mapping[str, Defined], now: int) -> list[Run]:
    """End the runs that have gone on from a message which was held or failed after all."""
    found = []
    for run in runs:
        for name, status in _its_receipts(run, heard):
            reason = trouble(book[run.journey].journey, name, status)
            if reason is not None:
                found.append(replace(run, ended=now, reason=reason, due=None, awaiting=None))
                break
    return found


def _its_receipts(run: Run, heard: Heard) -> Iterable[tuple[str, str]]:
    if run.profile not in heard.receivers:
        return
    for name in run.visits:
        receipt = heard.receipts.get(saying.asked_message(run, name))
        if receipt is not None and receipt[0] == name:
            yield receipt
