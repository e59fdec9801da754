"""What a rule asks for besides events, traits and segments: lists, consents, places."""

from collections.abc import Iterable

from coterie.segments.language.parse import walk
from coterie.segments.model import Consents, Listed, Near, Rule

LOCATION_PURPOSE = "location"
"""The purpose for which somebody lets it be known where she is."""


def lists_of(rule: Rule) -> frozenset[str]:
    """Name the lists that the rule itself asks."""
    return frozenset(node.name for node in walk(rule) if isinstance(node, Listed))


def purposes_of(rules: Iterable[Rule]) -> frozenset[str]:
    """Name the purposes whose consent rules ask, those of where somebody is among them."""
    found = set()
    for rule in rules:
        for node in walk(rule):
            if isinstance(node, Consents):
                found.add(node.purpose)
            elif isinstance(node, Near):
                found.add(LOCATION_PURPOSE)
    return frozenset(found)


def asks_near(rules: Iterable[Rule]) -> bool:
    """Say whether any of these rules asks where people are."""
    return any(isinstance(node, Near) for rule in rules for node in walk(rule))
