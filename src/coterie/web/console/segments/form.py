"""A draft as a form's fields, and what its buttons do to it. Pure.

A field's name says where it is: ``r.0/event`` is the event of the root's first part,
``r.0/where.1.op`` the operator of its second test, ``r.0/is.0.value`` what it is compared with.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from coterie.core.errors import Invalid
from coterie.segments.language.parse import MAX_DEPTH
from coterie.web.console.segments.draft import GROUPS, KINDS, ROOT, Draft, Fields

MOST_NODES = 60
"""Beyond so many nodes and tests a form helps nobody: the rule is edited as JSON."""

_NAME = re.compile(r"(r(?:\.[0-9]{1,3})*)/([a-z_]+)(?:\.([0-9]{1,3})\.([a-z_]+))?")
_LISTS = {"where": "tests", "is": "bounds"}


def to_fields(draft: Draft, place: str = ROOT) -> Fields:
    """Write every field of the form that shows a draft."""
    fields = {f"{place}/kind": draft.kind}
    if draft.negated:
        fields[f"{place}/not"] = str(draft.negated)
    fields |= {f"{place}/{key}": text for key, text in draft.fields.items()}
    for name, attribute in _LISTS.items():
        for index, row in enumerate(getattr(draft, attribute)):
            fields |= {f"{place}/{name}.{index}.{key}": text for key, text in row.items()}
    for index, part in enumerate(draft.parts):
        fields |= to_fields(part, f"{place}.{index}")
    return fields


def from_fields(fields: Mapping[str, str]) -> Draft:
    """Read a draft from a form; raises Invalid when there is none in it."""
    nodes: dict[str, Draft] = {}
    rows: dict[tuple[str, str], dict[int, Fields]] = {}
    for name, text in fields.items():
        found = _NAME.fullmatch(name)
        if found is None:
            continue
        place, key, index, inner = found.groups()
        node = nodes.setdefault(place, Draft("everyone"))
        if index is not None:
            at = rows.setdefault((place, _LISTS.get(key, "")), {})
            at.setdefault(int(index), {})[inner] = text
        elif key == "kind":
            node.kind = text if text in KINDS else "everyone"
        elif key == "not":
            node.negated = int(text) if text.isdecimal() and len(text) < 3 else 0
        else:
            node.fields[key] = text
    if f"{ROOT}/kind" not in fields:
        raise Invalid("the form holds no rule", hint="reload the page and try again")
    for (place, attribute), found_rows in rows.items():
        if attribute:
            setattr(nodes[place], attribute, [found_rows[index] for index in sorted(found_rows)])
    _hang(nodes)
    return nodes[ROOT]


def _hang(nodes: Mapping[str, Draft]) -> None:
    """Hang every node into its group, in the order of the numbers."""
    for place in sorted(nodes, key=lambda place: [int(step) for step in place.split(".")[1:]]):
        above, dot, _ = place.rpartition(".")
        if dot and above in nodes and nodes[above].kind in GROUPS:
            if place.count(".") >= MAX_DEPTH:
                raise Invalid(f"the rule is more than {MAX_DEPTH} levels deep")
            nodes[above].parts.append(nodes[place])


def size(draft: Draft) -> int:
    """Count nodes and tests, as far as a form shows them."""
    return 1 + len(draft.tests) + sum(size(part) for part in draft.parts)


# What the buttons do

Fresh = Callable[[str], Draft]
"""Makes a new leaf of a kind, filled in so that it means something at once."""


def act(root: Draft, told: str, fresh: Fresh) -> Draft:
    """Do what a button says: ``add:r:did``, ``remove:r.0``, ``wrap:r.1``, ``up:r.2`` ...

    What cannot be done is left undone: an old page's button may speak of what is gone.
    """
    verb, _, rest = told.partition(":")
    place, _, more = rest.partition(":")
    path = [int(step) for step in place.split(".")[1:]] if _NAME.fullmatch(f"{place}/x") else None
    if path is None or verb not in _ACTS:
        return root
    found = _find(root, path)
    return root if found is None else _ACTS[verb](root, found, path, more, fresh)


def _find(root: Draft, path: list[int]) -> Draft | None:
    node = root
    for step in path:
        if step >= len(node.parts):
            return None
        node = node.parts[step]
    return node


def _put(root: Draft, path: list[int], *nodes: Draft) -> Draft:
    """Put nodes in the place of one; nothing in place of the root is everybody."""
    if not path:
        return nodes[0] if nodes else Draft("everyone")
    above = _find(root, path[:-1])
    assert above is not None, "a part has a group"
    above.parts[path[-1] : path[-1] + 1] = nodes
    if not above.parts:  # an empty group means nothing
        return _put(root, path[:-1])
    return root


def _add(root: Draft, node: Draft, path: list[int], more: str, fresh: Fresh) -> Draft:
    """Add a part to a group; a leaf becomes a group of itself and the new one."""
    made = Draft("any", parts=[fresh("did"), fresh("did")]) if more == "group" else (
        fresh(more if more in KINDS else "did")
    )  # fmt: skip
    if node.kind in GROUPS:
        node.parts.append(made)
        return root
    if node.kind == "everyone" and not node.negated:
        return _put(root, path, made)
    return _put(root, path, Draft("all", parts=[node, made]))


def _remove(root: Draft, _node: Draft, path: list[int], _more: str, _fresh: Fresh) -> Draft:
    return _put(root, path)


def _wrap(root: Draft, node: Draft, path: list[int], more: str, _fresh: Fresh) -> Draft:
    return _put(root, path, Draft(more if more in GROUPS else "any", parts=[node]))


def _unwrap(root: Draft, node: Draft, path: list[int], _more: str, _fresh: Fresh) -> Draft:
    """Let a group's parts stand where it stood, where the rule then means the same."""
    above = _find(root, path[:-1]) if path else None
    if not may_unwrap(node, above):
        return root
    parts = node.parts
    if len(parts) == 1:
        parts = [replace(parts[0], negated=parts[0].negated + node.negated)]
    return _put(root, path, *parts)


def may_unwrap(node: Draft, above: Draft | None) -> bool:
    """Say whether a group can go without the rule meaning something else."""
    if node.kind not in GROUPS:
        return False
    return len(node.parts) == 1 or (
        above is not None and above.kind == node.kind and not node.negated
    )


def _up(root: Draft, _node: Draft, path: list[int], _more: str, _fresh: Fresh) -> Draft:
    return _swap(root, path, -1)


def _down(root: Draft, _node: Draft, path: list[int], _more: str, _fresh: Fresh) -> Draft:
    return _swap(root, path, 1)


def _swap(root: Draft, path: list[int], step: int) -> Draft:
    above = _find(root, path[:-1]) if path else None
    if above is not None and 0 <= path[-1] + step < len(above.parts):
        here, there = path[-1], path[-1] + step
        above.parts[here], above.parts[there] = above.parts[there], above.parts[here]
    return root


def _not(root: Draft, node: Draft, _path: list[int], _more: str, _fresh: Fresh) -> Draft:
    node.negated = node.negated - 1 if node.negated else 1
    return root


def _test(root: Draft, node: Draft, _path: list[int], more: str, _fresh: Fresh) -> Draft:
    """Add a test on a property, or take the one of a number away."""
    if not more:
        node.tests.append({"path": "", "op": ">="})
    elif more.isdecimal() and int(more) < len(node.tests):
        del node.tests[int(more)]
    return root


def _bound(root: Draft, node: Draft, _path: list[int], more: str, _fresh: Fresh) -> Draft:
    """Add a comparison, or take the one of a number away; one always stays."""
    if not more:
        taken = {bound.get("op") for bound in node.bounds}
        op = next((op for op in ("<=", ">=", "!=", "<", ">", "=") if op not in taken), "=")
        node.bounds.append({"op": op, "value": ""})
    elif more.isdecimal() and int(more) < len(node.bounds) > 1:
        del node.bounds[int(more)]
    return root


_ACTS: dict[str, Callable[[Draft, Draft, list[int], str, Fresh], Draft]] = {
    "add": _add,
    "remove": _remove,
    "wrap": _wrap,
    "unwrap": _unwrap,
    "up": _up,
    "down": _down,
    "not": _not,
    "test": _test,
    "bound": _bound,
}
