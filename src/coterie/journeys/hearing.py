"""What a batch means to journeys: whose runs it touches, what receipts it brings. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pyroaring import BitMap

from coterie.core.event import Event, Move
from coterie.journeys import saying
from coterie.journeys.model import Defined, Message, Run, WaitRule
from coterie.journeys.stepper import LEARNED, trouble
from coterie.journeys.walking import Look
from coterie.segments.moves import Moves

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
    receipts: dict[str, tuple[str, str]] = {}
    receivers: set[int] = set()
    done: list[Event] = []
    wanted = set(_wanting_receipts(book))
    for event in events:
        if event.source == saying.ROOM and not event.name.startswith(_OF_RUNS):
            done.append(event)
        elif wanted and event.name.startswith(_OF_MESSAGES):
            said = event.properties
            if (said.get("origin"), said.get("node")) in wanted:
                status = event.name.removeprefix(_OF_MESSAGES)
                receipts[str(said["message"])] = (said["node"], status)
                receivers.add(event.profile)
    touched = _touched(events, moves, book, now) if asking(book) else {}
    ids = frozenset(event.id for event in done)
    answered = receivers.union(event.profile for event in done)
    return Heard(touched, ids, receipts, frozenset(receivers), frozenset(answered))


def _touched(
    events: Sequence[Event], moves: Iterable[Move], book: Mapping[str, Defined], now: int
) -> dict[int, int]:
    """Return of everybody concerned the time of the newest thing that may change an answer."""
    loud = any(names_own_facts(defined) for defined in book.values())
    touched: dict[int, int] = {}
    for event in events:
        if loud or not event.name.startswith(QUIET):
            moment = min(event.time, now)
            if moment > touched.get(event.profile, moment - 1):
                touched[event.profile] = moment
    for profile, at in _moved(moves):
        if at > touched.get(profile, at - 1):
            touched[profile] = at
    return touched


def _moved(moves: Iterable[Move]) -> Iterable[tuple[int, int]]:
    """Return who moved, and when; each once where all moved at one moment."""
    if not isinstance(moves, Moves):
        return ((move.profile, move.at) for move in moves)
    people = BitMap().union(*(one.entered | one.left for one in moves.turned.values()))
    return ((profile, moves.at) for profile in people)


def moves_of(moves: Iterable[Move], segments: Collection[str]) -> Iterable[Move]:
    """Return the moves of some segments."""
    if isinstance(moves, Moves):
        return moves.of(segments)
    return (move for move in moves if move.segment in segments)


def _wanting_receipts(book: Mapping[str, Defined]) -> Iterable[tuple[str, str]]:
    """Name the messages of which it matters what becomes, by origin and node."""
    for slug, defined in book.items():
        for name, node in defined.journey.nodes.items():
            if isinstance(node, Message) and (
                node.wait_receipt or "exit" in (node.on_held, node.on_failed)
            ):
                yield saying.origin(slug), name


def names_own_facts(defined: Defined) -> bool:
    """Say whether a definition mentions the house's own facts anywhere."""
    return "coterie." in str(defined.source)


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
