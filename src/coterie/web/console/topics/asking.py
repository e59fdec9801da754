"""Which rules ask for a topic: the segments that would move if its items changed. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from coterie.scores.model import INTEREST


def topics_asked(rule: object) -> set[str]:
    """Return every topic that a rule names, in a condition or as an interest.

    >>> sorted(topics_asked({"all": [{"did": "Read", "topic": "wine/italy"},
    ...                              {"trait": "scores.interest.pasta", "op": ">", "value": 1}]}))
    ['pasta', 'wine/italy']
    """
    return set(_walk(rule))


def _walk(rule: object) -> Iterator[str]:
    if isinstance(rule, Mapping):
        topic, trait = rule.get("topic"), rule.get("trait")
        if isinstance(topic, str):
            yield topic
        if isinstance(trait, str) and trait.startswith(INTEREST):
            yield trait.removeprefix(INTEREST)
        for value in rule.values():
            yield from _walk(value)
    elif isinstance(rule, list):
        for value in rule:
            yield from _walk(value)


def concerns(rule: Mapping[str, Any], topic: str) -> bool:
    """Say whether a rule asks for a topic, or for one above it, to which its items count.

    >>> rule = {"did": "Read", "topic": "wine"}
    >>> concerns(rule, "wine/italy"), concerns(rule, "pasta"), concerns(rule, "winery")
    (True, False, False)
    """
    return any(f"{topic}/".startswith(f"{asked}/") for asked in topics_asked(rule))
