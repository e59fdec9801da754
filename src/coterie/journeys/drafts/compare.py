"""What two definitions of a journey do not share, node by node. Pure; faulty ones are compared too.

A node whose only change is where its ways lead counts as changed: people on it go another way.
"""

from collections.abc import Mapping
from typing import Any

from coterie.journeys.drafts.model import Changed, Difference

_NOT_SETTINGS = ("nodes", "version", "name")


def compare(
    old: Mapping[str, Any], new: Mapping[str, Any], node_map: Mapping[str, str]
) -> Difference:
    """Tell old and new apart; a node that the map leads to a new one of another name is renamed.

    >>> compare({"nodes": {"a": 1}}, {"nodes": {"a": 2}}, {}).changed
    (Changed(name='a', before=1, after=2),)
    """
    before, after = _nodes(old), _nodes(new)
    renamed = tuple(
        (source, target)
        for source, target in node_map.items()
        if source in before and source not in after and target in after and target not in before
    )
    gone, come = {source for source, _ in renamed}, {target for _, target in renamed}
    same = [(name, name) for name in after if name in before] + list(renamed)
    keys = dict.fromkeys((*old, *new))
    return Difference(
        added=tuple(name for name in after if name not in before and name not in come),
        removed=tuple(name for name in before if name not in after and name not in gone),
        renamed=renamed,
        changed=tuple(
            Changed(target, before[source], after[target])
            for source, target in same
            if before[source] != after[target]
        ),
        settings=tuple(
            Changed(key, old.get(key), new.get(key))
            for key in keys
            if key not in _NOT_SETTINGS and old.get(key) != new.get(key)
        ),
    )


def _nodes(definition: Mapping[str, Any]) -> Mapping[str, Any]:
    nodes = definition.get("nodes")
    return nodes if isinstance(nodes, Mapping) else {}
