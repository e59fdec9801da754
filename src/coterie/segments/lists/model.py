"""What a list is, one version of it, and what an upload has changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pyroaring import BitMap

UPLOADED = "upload"
"""The origin of a version that somebody sent; a snapshot's names its segment."""


@dataclass(frozen=True)
class ListVersion:
    """One version of a list, as it was uploaded.

    ``given`` names were on it; ``matched`` of them led to somebody by now, ``unmatched`` to nobody
    yet: of these only digests are kept. Two names may lead to one person. ``origin`` is
    ``upload``, or the segment that it is a snapshot of (``segment:loyal@3``).
    """

    name: str
    version: int
    given: int
    unmatched: int
    uploaded_at: int
    uploaded_by: str
    origin: str

    @property
    def matched(self) -> int:
        """How many of the names have led to somebody by now."""
        return self.given - self.unmatched


@dataclass(frozen=True)
class UploadedList:
    """A list with its current version, and the segments whose rules ask it themselves."""

    name: str
    title_en: str
    title_zh: str
    version: ListVersion
    used_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Uploaded:
    """What an upload made: the version, and whose standing on the list it changed."""

    version: ListVersion
    changed: BitMap


@dataclass(frozen=True)
class Standing:
    """Who stands on a list at one moment, as heads; which version that is, and since when."""

    people: BitMap
    version: int
    since: int


class NoLists(Mapping[str, Standing]):
    """No list at all: for worlds in which nobody uploaded one."""

    def __getitem__(self, name: str) -> Standing:
        """Find nothing."""
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        """Name nothing."""
        return iter(())

    def __len__(self) -> int:
        """Count nothing."""
        return 0
