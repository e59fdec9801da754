"""Where people stand after a publishing, and until when they wait then. Pure.

It follows the same ``placing`` that publishing does; only counts come in.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from coterie.journeys.drafts.model import Fate, FateKind, Shift
from coterie.journeys.model import END, Journey, Wait, WaitRule, rules_of
from coterie.journeys.ways import ways


def fates(
    waiting: Mapping[str, int],
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    node_map: Mapping[str, str],
    strangers: Mapping[str, int],
) -> tuple[Fate, ...]:
    """Say for every node of the old version that is removed, mapped or stood at what becomes.

    ``old`` and ``new`` are nodes by name, ``waiting`` people by old node, ``strangers`` how many
    of them have never been where the map puts them.
    """
    names = [name for name in old if waiting.get(name) or name not in new or name in node_map]
    return tuple(
        _fate(name, waiting.get(name, 0), old, new, node_map, strangers.get(name, 0))
        for name in names
    )


def _fate(
    name: str,
    people: int,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    node_map: Mapping[str, str],
    strangers: int,
) -> Fate:
    target = node_map.get(name, name)
    kind: FateKind = "stays"
    if target == END:
        kind = "ends"
    elif target not in new:
        if people:
            return Fate(name, people, "lost", None, suggested=_successor(name, old, new))
        return Fate(name, 0, "ends", None)
    elif target != name:
        kind = "renamed" if name not in new and target not in old else "moves"
    return Fate(name, people, kind, target, fresh=strangers if kind == "moves" else 0)


def _successor(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """Follow the first ways on from a removed node to the first place that is still there."""
    seen = {name}
    while name in old:
        name = next((way.target for way in ways(old[name])), END)
        if name in new or name in seen:
            break
        seen.add(name)
    return name if name in new else END


def is_move(name: str, target: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Say whether the map puts people at another place, not at theirs under another name."""
    return target != name and target in new and not (name not in new and target not in old)


def changed_waits(old: Journey, new: Journey, node_map: Mapping[str, str]) -> dict[str, str]:
    """Find the waits, old name to new, that both versions have and that last differently."""
    found = {}
    for name, node in old.nodes.items():
        target = node_map.get(name, name)
        after = new.nodes.get(target)
        if is_move(name, target, old.nodes, new.nodes) or after is None:
            continue
        if isinstance(node, Wait) and isinstance(after, Wait) and _lasting(node) != _lasting(after):
            found[name] = target
    return found


def _lasting(node: Wait) -> object:
    """What a wait's end depends on: not on where it leads."""
    if isinstance(node, WaitRule):
        return node.timeout
    return type(node), *(value for key, value in vars(node).items() if key != "then")


def asked_anew(old: Journey, new: Journey, node_map: Mapping[str, str]) -> tuple[str, ...]:
    """Name what asks its people another question: waits for a rule, and ``exit_when``."""
    found = []
    if new.exit_when is not None and new.exit_when != old.exit_when:
        found.append("exit_when")
    for name, node in old.nodes.items():
        after = new.nodes.get(node_map.get(name, name))
        if isinstance(after, WaitRule) and rules_of(after) != rules_of(node):
            found.append(node_map.get(name, name))
    return tuple(found)


def shift(node: str, moments: Iterable[tuple[int | None, int | None]], now: int) -> Shift:
    """Count how ends of waiting change, given as (old, new); None is an open end.

    >>> shift("pause", [(5, 9), (5, 5), (8, 2), (None, 7)], now=3)
    Shift(node='pause', people=4, longer=1, shorter=2, at_once=1, until=9)
    """
    pairs: Sequence[tuple[int | None, int | None]] = list(moments)
    ends = [after for _, after in pairs if after is not None]
    return Shift(
        node=node,
        people=len(pairs),
        longer=sum(_later(after, before) for before, after in pairs),
        shorter=sum(_later(before, after) for before, after in pairs),
        at_once=sum(end <= now for end in ends),
        until=max(ends) if len(ends) == len(pairs) and ends else None,
    )


def _later(one: int | None, other: int | None) -> bool:
    if one is None or other is None:
        return one is None and other is not None
    return one > other
