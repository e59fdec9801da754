"""What the builder's buttons do to a draft, and where a condition may be carried. Pure."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

from coterie.web.console.segments.conditions import Fields
from coterie.web.console.segments.draft import GROUPS, KINDS
from coterie.web.console.segments.form import is_place, steps
from coterie.web.console.segments.node import Draft

Fresh = Callable[[str], Draft]
"""Makes a new leaf of a kind, filled in so that it means something at once."""

_OPPOSITE = {"all": "not_all", "not_all": "all", "any": "none", "none": "any"}
_PLAIN = ("all", "any")


@dataclass(frozen=True)
class _Press:
    """A button's place in the tree, and what else it says."""

    root: Draft
    node: Draft
    path: list[int]
    more: str
    fresh: Fresh

    @property
    def above(self) -> Draft | None:
        """The group that holds the node."""
        return find(self.root, self.path[:-1]) if self.path else None


def act(root: Draft, told: str, fresh: Fresh) -> Draft:
    """Do what a button says: ``add:r:did``, ``remove:r.0``, ``wrap:r.1``, ``move:r.2:r.0.1`` ...

    What cannot be done is left undone: an old page's button may speak of what is gone.
    """
    verb, _, rest = told.partition(":")
    place, _, more = rest.partition(":")
    if verb not in _ACTS or not is_place(place):
        return root
    path = steps(place)
    found = find(root, path)
    return root if found is None else _ACTS[verb](_Press(root, found, path, more, fresh))


def find(root: Draft, path: list[int]) -> Draft | None:
    """Return the node at the end of a way, if it is there."""
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
    above = find(root, path[:-1])
    assert above is not None, "a part has a group"
    above.parts[path[-1] : path[-1] + 1] = nodes
    if not above.parts:  # an empty group means nothing
        return _put(root, path[:-1])
    return root


def _add(press: _Press) -> Draft:
    """Add a part to a group; a leaf becomes a group of itself and the new one."""
    made = Draft("any", parts=[press.fresh("did"), press.fresh("did")]) if (
        press.more == "group"
    ) else press.fresh(press.more if press.more in KINDS else "did")  # fmt: skip
    if press.node.kind in GROUPS:
        press.node.parts.append(made)
        return press.root
    if press.node.kind == "everyone" and not press.node.negated:
        return _put(press.root, press.path, made)
    return _put(press.root, press.path, Draft("all", parts=[press.node, made]))


def _remove(press: _Press) -> Draft:
    return _put(press.root, press.path)


def _copy(press: _Press) -> Draft:
    """Put the same once more behind it; the root becomes a group of both."""
    twin = deepcopy(press.node)
    if not press.path:
        return Draft("all", parts=[press.node, twin])
    return _put(press.root, press.path, press.node, twin)


def _wrap(press: _Press) -> Draft:
    kind = press.more if press.more in GROUPS else "any"
    return _put(press.root, press.path, Draft(kind, parts=[press.node]))


def _unwrap(press: _Press) -> Draft:
    """Let a group's parts stand where it stood, where the rule then means the same."""
    node = press.node
    if not may_unwrap(node, press.above):
        return press.root
    parts = node.parts
    if len(parts) == 1:
        for _ in range(node.negated + (node.kind not in _PLAIN)):
            _deny(parts[0])
    return _put(press.root, press.path, *parts)


def _deny(node: Draft) -> None:
    if node.kind in GROUPS:
        node.kind = _OPPOSITE[node.kind]
    else:
        node.negated += 1


def may_unwrap(node: Draft, above: Draft | None) -> bool:
    """Say whether a group can go without the rule meaning something else."""
    if node.kind not in GROUPS:
        return False
    return len(node.parts) == 1 or (
        node.kind in _PLAIN and above is not None and _joins(above) == node.kind
        and not node.negated
    )  # fmt: skip


def _joins(group: Draft) -> str:
    """Say how a group joins its parts, whatever is then made of the whole."""
    return group.kind if group.kind in _PLAIN else _OPPOSITE[group.kind]


def _up(press: _Press) -> Draft:
    return _swap(press, -1)


def _down(press: _Press) -> Draft:
    return _swap(press, 1)


def _swap(press: _Press, step: int) -> Draft:
    above = press.above
    if above is not None and 0 <= press.path[-1] + step < len(above.parts):
        here, there = press.path[-1], press.path[-1] + step
        above.parts[here], above.parts[there] = above.parts[there], above.parts[here]
    return press.root


def neighbour(above: Draft | None, index: int) -> int | None:
    """Return which group beside a part it could go into: the one before it, else the one after."""
    if above is None:
        return None
    beside = (other for other in (index - 1, index + 1) if 0 <= other < len(above.parts))
    return next((other for other in beside if above.parts[other].kind in GROUPS), None)


def _into(press: _Press) -> Draft:
    """Go into the group beside it: to its end when it stands before, else to its beginning."""
    other = neighbour(press.above, press.path[-1]) if press.path else None
    if press.above is None or other is None:
        return press.root
    group = press.above.parts[other]
    return _carry(press, group, len(group.parts) if other < press.path[-1] else 0)


def _out(press: _Press) -> Draft:
    """Go out of the group, to stand right behind it."""
    if len(press.path) < 2:
        return press.root
    around = find(press.root, press.path[:-2])
    assert around is not None, "a group that is a part has a group"
    return _carry(press, around, press.path[-2] + 1)


def _move(press: _Press) -> Draft:
    """Go to another place, which is named as it is before anything moves."""
    if not press.path or not is_place(press.more):
        return press.root
    there = steps(press.more)
    group = find(press.root, there[:-1]) if there else None
    inside = there[: len(press.path)] == press.path
    if group is None or group.kind not in GROUPS or inside:
        return press.root
    return _carry(press, group, there[-1])


def _carry(press: _Press, group: Draft, index: int) -> Draft:
    """Take a node out of its group and put it into another; a group left empty goes."""
    above = press.above
    assert above is not None, "the root is never carried"
    hole = Draft("everyone")
    above.parts[press.path[-1]] = hole
    group.parts.insert(index, press.node)
    above.parts[:] = [part for part in above.parts if part is not hole]
    return press.root if above.parts else _put(press.root, _way(press.root, above))


def _way(root: Draft, wanted: Draft) -> list[int]:
    """Find the way to a node that is in the tree."""
    waiting: list[tuple[list[int], Draft]] = [([], root)]
    while waiting:
        path, node = waiting.pop()
        if node is wanted:
            return path
        waiting += [([*path, index], part) for index, part in enumerate(node.parts)]
    raise AssertionError("the node is in the tree")


def _test(press: _Press) -> Draft:
    """Add a test on a property, or take the one of a number away."""
    return _listed(press, press.node.tests, {"path": "", "op": ">="})


def _has(press: _Press) -> Draft:
    """The same for the second list of tests."""
    return _listed(press, press.node.more, {"path": "", "op": "="})


def _listed(press: _Press, rows: list[Fields], made: Fields) -> Draft:
    if not press.more:
        rows.append(made)
    elif press.more.isdecimal() and int(press.more) < len(rows):
        del rows[int(press.more)]
    return press.root


def _bound(press: _Press) -> Draft:
    """Add a comparison, or take the one of a number away; one always stays."""
    node, more = press.node, press.more
    if not more:
        taken = {bound.get("op") for bound in node.bounds}
        op = next((op for op in ("<=", ">=", "!=", "<", ">", "=") if op not in taken), "=")
        node.bounds.append({"op": op, "value": ""})
    elif more.isdecimal() and int(more) < len(node.bounds) > 1:
        del node.bounds[int(more)]
    return press.root


_ACTS: dict[str, Callable[[_Press], Draft]] = {
    "add": _add,
    "remove": _remove,
    "copy": _copy,
    "wrap": _wrap,
    "unwrap": _unwrap,
    "up": _up,
    "down": _down,
    "into": _into,
    "out": _out,
    "move": _move,
    "test": _test,
    "has": _has,
    "bound": _bound,
}


def possible(root: Draft) -> dict[str, dict[str, bool]]:
    """Say of every place which moves it can make."""
    held = dict.fromkeys(("up", "down", "into", "out"), False)
    found = {"r": {**held, "unwrap": may_unwrap(root, None)}}
    waiting = [("r", root)]
    while waiting:
        place, group = waiting.pop()
        for index, one in enumerate(group.parts):
            found[f"{place}.{index}"] = {
                "up": index > 0,
                "down": index < len(group.parts) - 1,
                "into": neighbour(group, index) is not None,
                "out": place != "r",
                "unwrap": may_unwrap(one, group),
            }
            waiting.append((f"{place}.{index}", one))
    return found
