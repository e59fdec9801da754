"""What a version of a segment changed, condition by condition. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coterie.segments.definition import Definition

Condition = Mapping[str, Any]


@dataclass(frozen=True)
class Changed:
    """The conditions that a version added and took out, as rules; and whether its name changed.

    ``whole`` is True where the rule was put together otherwise, so that no single condition tells
    what changed.
    """

    added: tuple[Condition, ...] = ()
    removed: tuple[Condition, ...] = ()
    renamed: bool = False
    whole: bool = False


def between(old: Definition, new: Definition) -> Changed:
    """Compare a version with the one before it.

    >>> old = Definition("a", 1, "A", "A", {"all": [{"tag": "x"}, {"tag": "y"}]}, 0, "")
    >>> new = Definition("a", 2, "A", "A", {"all": [{"tag": "x"}, {"tag": "z"}]}, 0, "")
    >>> between(old, new)
    Changed(added=({'tag': 'z'},), removed=({'tag': 'y'},), renamed=False, whole=False)
    """
    renamed = (old.title_en, old.title_zh) != (new.title_en, new.title_zh)
    if _text(old.rule) == _text(new.rule):
        return Changed(renamed=renamed)
    joint_before, before = _parts(old.rule)
    joint_after, after = _parts(new.rule)
    added = _without(after, before)
    removed = _without(before, after)
    if joint_before != joint_after or not (added or removed):
        return Changed(renamed=renamed, whole=True)
    return Changed(added, removed, renamed)


def _parts(rule: Condition) -> tuple[str, list[Condition]]:
    for joint in ("all", "any"):
        if set(rule) == {joint}:
            return joint, list(rule[joint])
    return "all", [rule]


def _without(parts: Sequence[Condition], others: Sequence[Condition]) -> tuple[Condition, ...]:
    known = {_text(one) for one in others}
    return tuple(one for one in parts if _text(one) not in known)


def _text(rule: Condition) -> str:
    return json.dumps(rule, sort_keys=True)
