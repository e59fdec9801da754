"""A draft as a form's fields, and back. Pure.

A field's name says where it is: ``r.0/event`` is the event of the root's first part,
``r.0/where.1.op`` the operator of its second test, ``r.0/is.0.value`` what it is compared with,
``r.0/has.0.path`` a test of its second event.
"""

import re
from collections.abc import Mapping

from coterie.core.errors import Invalid
from coterie.segments.language.parse import MAX_DEPTH
from coterie.web.console.segments.conditions import Fields
from coterie.web.console.segments.draft import GROUPS, KINDS, ROOT
from coterie.web.console.segments.node import Draft

MOST_NODES = 60
"""Beyond so many nodes and tests a form helps nobody: the rule is edited as JSON."""

_NAME = re.compile(r"(r(?:\.[0-9]{1,3})*)/([a-z_]+)(?:\.([0-9]{1,3})\.([a-z_]+))?")
_LISTS = {"where": "tests", "has": "more", "is": "bounds"}


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
    for place in sorted(nodes, key=steps):
        above, dot, _ = place.rpartition(".")
        if dot and above in nodes and nodes[above].kind in GROUPS:
            if place.count(".") >= MAX_DEPTH:
                raise Invalid(f"the rule is more than {MAX_DEPTH} levels deep")
            nodes[above].parts.append(nodes[place])


def steps(place: str) -> list[int]:
    """Return the way from the root to a place: ``r.0.1`` is its first part's second."""
    return [int(step) for step in place.split(".")[1:]]


def is_place(text: str) -> bool:
    """Say whether a text is a place in a draft."""
    return _NAME.fullmatch(f"{text}/x") is not None


def size(draft: Draft) -> int:
    """Count nodes and tests, as far as a form shows them."""
    return 1 + len(draft.tests) + len(draft.more) + sum(size(part) for part in draft.parts)
