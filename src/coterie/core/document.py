"""Read what people write (playbooks, maps, journeys): JSON, or YAML by the plain rules of 1.2.

The older rules that most readers keep turn ``yes:`` and ``no:`` into true and false and
``20:00`` into 1,200; here only ``true`` and ``false`` are such, and a time is text.
"""

import re
from collections.abc import Hashable
from typing import Any

import yaml

from coterie.core.errors import Invalid

_TAGS = {
    "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    "bool": (r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    "int": (r"[-+]?[0-9]+", list("-+0123456789")),
    "float": (
        r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)",
        list("-+.0123456789"),
    ),
}


class _Loader(yaml.SafeLoader):
    """Plain values only, and no key twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Build a mapping; raises a YAML error where a key stands twice."""
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable) or key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} stands twice or is no key", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {}
for _name, (_pattern, _first) in _TAGS.items():
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_name}", re.compile(f"^(?:{_pattern})$"), _first
    )


def read(text: str) -> Any:
    """Read YAML or JSON text (JSON is YAML); raises Invalid with the line of the fault.

    >>> read("look: {do: split, yes: end, no: offer, at: 20:00}")["look"]
    {'do': 'split', 'yes': 'end', 'no': 'offer', 'at': '20:00'}
    """
    try:
        return yaml.load(text, Loader=_Loader)
    except RecursionError as error:
        raise Invalid("nested too deeply to be read") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark is not None else ""
        problem = getattr(error, "problem", None) or str(error)
        raise Invalid(f"not YAML nor JSON: {problem}", path=where) from error
