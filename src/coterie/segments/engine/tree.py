"""A rule's tree over bitmaps: who of some people meets it, given who meets each of its leaves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from pyroaring import BitMap

from coterie.segments.model import All, Any_, Everyone, InSegment, Not, Rule

Meeting = Callable[[BitMap], BitMap]
"""From the people asked to those of them who meet a rule."""


class Holding(Protocol):
    """A leaf that knows who meets it."""

    holds: BitMap


@dataclass(frozen=True)
class Tree:
    """A segment's rule, ready to be asked, and the keys of the leaves that it hangs on."""

    meeting: Meeting
    leaves: frozenset[str]


def key_of(leaf: Rule) -> str:
    """Tell leaves apart: 1 and True are equal in Python, and mean different things in a rule."""
    return repr(leaf)


def leaves_of(rule: Rule, rules: Mapping[str, Rule]) -> dict[str, Rule]:
    """Return a rule's leaves, those of the segments that it refers to among them, by key."""
    match rule:
        case All(parts) | Any_(parts):
            found: dict[str, Rule] = {}
            for part in parts:
                found |= leaves_of(part, rules)
            return found
        case Not(part):
            return leaves_of(part, rules)
        case InSegment(segment):
            return leaves_of(rules[segment], rules)
        case Everyone():
            return {}
    return {key_of(rule): rule}


def plant(rule: Rule, rules: Mapping[str, Rule], leaf: Callable[[str], Holding]) -> Tree:
    """Make a rule's tree; ``leaf`` gives what stands for a key."""
    return Tree(_meeting(rule, rules, leaf), frozenset(leaves_of(rule, rules)))


def _meeting(rule: Rule, rules: Mapping[str, Rule], leaf: Callable[[str], Holding]) -> Meeting:
    match rule:
        case All(parts):
            return _every([_meeting(part, rules, leaf) for part in parts])
        case Any_(parts):
            return _some([_meeting(part, rules, leaf) for part in parts])
        case Not(part):
            inner = _meeting(part, rules, leaf)
            return lambda asked: asked - inner(asked)
        case InSegment(segment):
            return _meeting(rules[segment], rules, leaf)
        case Everyone():
            return BitMap
    key = key_of(rule)
    return lambda asked: asked & leaf(key).holds


def _every(parts: list[Meeting]) -> Meeting:
    def meeting(asked: BitMap) -> BitMap:
        for part in parts:
            asked = part(asked)
        return asked

    return meeting


def _some(parts: list[Meeting]) -> Meeting:
    def meeting(asked: BitMap) -> BitMap:
        found, rest = BitMap(), asked
        for part in parts:
            met = part(rest)
            found |= met
            rest = rest - met
        return found

    return meeting
