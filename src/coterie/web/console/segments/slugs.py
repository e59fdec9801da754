"""Stable names for new segments, made of their titles. Pure."""

import re
from collections.abc import Collection

_NOT_A_LETTER = re.compile(r"[^a-z0-9]+")
_ADDRESSES = frozenset({"new", "draft", "count", "apply", "lists", "overlap"})
"""What stands in these places of an address is no segment."""


def free_slug(title: str, taken: Collection[str]) -> str:
    """Make a name of a title that no segment has yet.

    >>> free_slug("Italy lovers!", {"italy-lovers"}), free_slug("意大利酒", [])
    ('italy-lovers-2', 'segment')
    """
    base = _NOT_A_LETTER.sub("-", title.lower()).strip("-")[:56].strip("-") or "segment"
    slug, number = base, 1
    while slug in taken or slug in _ADDRESSES:
        number += 1
        slug = f"{base}-{number}"
    return slug
