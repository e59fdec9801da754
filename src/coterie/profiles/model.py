"""What other rooms may know of a person, and the facts that it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from numpy.typing import NDArray

Columns = Mapping[str, NDArray[Any]]
"""A table by columns, all of one length."""


USER = "user_id"
ANONYMOUS = "anonymous_id"
"""The kinds of identity that the wire format brings."""


@dataclass(frozen=True)
class Known:
    """What rules may ask of one person.

    ``other_names`` are those by which the tags she carries may be asked for as well.
    ``traits`` holds the current, not identifying values, and the fading ones (``scores.*``) as
    they stand now. ``since`` says since when (ms UTC) a trait has been what it is; fading ones
    change all the time and have none. ``digests`` holds the blind index of each identifying value.
    """

    profile: int
    bucket_key: str
    traits: Mapping[str, Any] = field(default_factory=dict)
    since: Mapping[str, int] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    other_names: frozenset[str] = frozenset()

    def holds(self, tag: str) -> bool:
        """Say whether she carries a tag, called by any of its names."""
        return tag in self.tags or tag in self.other_names


@dataclass(frozen=True)
class Keyring:
    """Keys of people as they were read in one unit of work: wrapped, and those opened already."""

    wrapped: dict[int, bytes] = field(default_factory=dict)
    opened: dict[int, AESGCM] = field(default_factory=dict)


@dataclass(frozen=True)
class Changes:
    """What learning from a batch changed: who was touched, and who is new among them."""

    touched: frozenset[int]
    created: frozenset[int]


@dataclass(frozen=True)
class Identity:
    """One (kind, value) that leads to a person, and where it came from.

    ``superseded`` identities were replaced by an alias; they still lead to her. ``came_with`` is
    the profile of its own, None while it only rode along. ``shared`` says why it leads to her no
    more, or never did: ``limit`` (more than one of a kind was seen with it) or ``bridge`` (it alone
    would join two people); None when it may join. ``person`` is whom it leads to: hers, another
    one's when it is shared, None when it leads to nobody. ``id`` is its number. ``last_seen`` is
    kept to a quarter of an hour: when that began, but never before ``first_seen``.
    """

    kind: str
    value: str
    source: str
    first_seen: int
    last_seen: int
    superseded: bool = False
    came_with: int | None = None
    shared: str | None = None
    person: int | None = None
    id: int = 0


@dataclass(frozen=True)
class Aside:
    """A sealed property value to be put aside: whose, of which event, from where."""

    profile: int
    message_id: str
    time: int
    path: str
    sealed: bytes
    came_with: int


@dataclass(frozen=True)
class Moved:
    """A property value that was moved to the sealed side because it looked identifying."""

    message_id: str
    time: int
    path: str
    value: Any


@dataclass(frozen=True)
class Flag:
    """How often a person's events carried identifying data at a place where it does not belong."""

    profile: int
    event: str
    path: str
    kind: str
    count: int


class Fact(msgspec.Struct, frozen=True, gc=False):
    """One thing said at one moment of one trait or tag of one person.

    ``value`` is JSON text; with neither ``value`` nor ``sealed`` the trait is cleared (the tag
    taken off). An identifying value is ``sealed``, and its ``digest`` stands for it. ``root``
    names the trait out of whose inside a sealed value was taken. ``until`` ends a tag's validity.
    ``moment`` is the value read as a moment, if it is one. Of a tag's fact ``by`` says who told
    it, ``said`` the name it was told with if that means another tag by now, ``successor`` the tag
    of the same exclusive group that took its place (then nobody said so: it follows). ``came_with``
    is the profile of the identity that carried it, and whose key sealed it.
    """

    profile: int
    name: str
    time: int
    message_id: str
    value: str | None = None
    sealed: bytes | None = None
    digest: str | None = None
    root: str | None = None
    until: int | None = None
    source: str | None = None
    moment: int | None = None
    by: str | None = None
    said: str | None = None
    successor: str | None = None
    came_with: int = 0

    @property
    def order(self) -> tuple[int, str, int]:
        """Newest event time wins; among equals the greater message id."""
        return self.time, self.message_id, self.came_with


class Standing(msgspec.Struct, frozen=True, gc=False):
    """The fact in force, and since when the value has been what it is."""

    fact: Fact
    since: int


@dataclass(frozen=True)
class Export:
    """What is known of everyone, by columns, for the SQL reader.

    ``profiles``: profile, bucket_key. ``traits``: profile, name, value (JSON text), since; fading
    ones as they stand now, their ``since`` masked (NULL). ``digests``: profile, name, digest.
    ``tags``: profile, tag.
    """

    profiles: Columns
    traits: Columns
    digests: Columns
    tags: Columns
