"""What other rooms may know of a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Known:
    """What rules may ask of one person.

    ``traits`` holds the current, not identifying values, and the fading ones (``scores.*``) as
    they stand now. ``since`` says since when (ms UTC) a trait has been what it is. ``digests``
    holds the blind index of each identifying value.
    """

    profile: int
    bucket_key: str
    traits: Mapping[str, Any] = field(default_factory=dict)
    since: Mapping[str, int] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Changes:
    """What learning from a batch changed: who was touched, and who is new among them."""

    touched: frozenset[int]
    created: frozenset[int]
