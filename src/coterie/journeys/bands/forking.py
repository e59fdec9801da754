"""One stride for many: ``stepper.step`` on a run that stands for all, forked where they differ.

The law stays the stepper's. It is walked with a run that stands for the whole band and with a
stand-in for what is known of people. Whenever it asks what may differ between them (a rule, a
trait such as the zone, the bucket key of a draw), the band is divided by the answer and each part
walked from the start, with that answer given; until nothing is asked any more. Pure.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pyroaring import BitMap

from coterie.journeys.model import Run
from coterie.journeys.stepper import Ask
from coterie.segments.model import Rule

T = TypeVar("T")


@dataclass(frozen=True)
class Holds:
    """Whether a rule holds; ``since`` holds the moments of the run's that the rule names.

    Told apart by the rule's identity: hashing a tree is slow.
    """

    rule: Rule = field(compare=False)
    which: int
    since: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class HasTrait:
    """What a trait is: ``(value,)``, or ``()`` where it is missing."""

    name: str


@dataclass(frozen=True)
class Draws:
    """What every draw of the journey gives; the answer is the bucket key of one who drew so."""


Question = Holds | HasTrait | Draws
Answers = Mapping[Question, Any]
Divide = Callable[[Question, BitMap], Iterable[tuple[Any, BitMap]]]
"""Divides people by the answers to a question; together the parts are all of them."""
Moments = Mapping[int, frozenset[str]]
"""By a rule's identity: which of a run's moments it names."""


class Fork(Exception):
    """Something is asked that may differ between the people of a band."""

    def __init__(self, question: Question) -> None:
        super().__init__(question)
        self.question = question


class StandIn:
    """What is known of a band's people: what has been answered; anything else forks."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self.traits: Mapping[str, Any] = _Traits(answers)

    @property
    def bucket_key(self) -> str:
        """The key of one of them, who draws what all of them draw."""
        key: str = _answer(self._answers, Draws())
        return key


class _Traits(Mapping[str, Any]):
    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def __getitem__(self, name: str) -> Any:
        value = _answer(self._answers, HasTrait(name))
        if not value:
            raise KeyError(name)
        return value[0]

    def __iter__(self) -> Iterator[str]:
        raise TypeError("the traits of many people are asked one by one")

    def __len__(self) -> int:
        raise TypeError("the traits of many people are asked one by one")


def asking(answers: Answers, moments: Moments) -> Ask:
    """Return how a stand-in's rules are asked; ``moments`` tells which of a run's they name."""

    def ask(rule: Rule, run: Run, arrived: int) -> bool:
        at = {"entry": run.entered, "node": arrived}
        since = tuple((name, at[name]) for name in sorted(moments[id(rule)]))
        found: bool = _answer(answers, Holds(rule, id(rule), since))
        return found

    return ask


def _answer(answers: Answers, question: Question) -> Any:
    if question not in answers:
        raise Fork(question)
    return answers[question]


def each_way(
    people: BitMap, divide: Divide, look: Callable[[Answers], T]
) -> Iterator[tuple[T, BitMap]]:
    """Yield what ``look`` finds, and for whom; it is called until everybody's answers are given."""
    waiting: list[tuple[BitMap, dict[Question, Any]]] = [(people, {})]
    while waiting:
        some, answers = waiting.pop()
        try:
            found = look(answers)
        except Fork as fork:
            parts = [part for part in divide(fork.question, some) if part[1]]
            waiting += [(part, answers | {fork.question: answer}) for answer, part in parts[::-1]]
        else:
            yield found, some
